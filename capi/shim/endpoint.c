#include "sock.h"

#include <string.h>

/* An address that may be passed on, or an errno value. */
static int bad_address (const char *addr)
{
    if (!addr)
        return EINVAL;
    return strnlen (addr, NN_SOCKADDR_MAX) == NN_SOCKADDR_MAX ? ENAMETOOLONG : 0;
}

static int endpoint (int s, const char *addr, int (*make) (int, const char *))
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = -bad_address (addr);
    if (!rc)
        rc = make (s, addr);
    put (k);
    return result (rc);
}

int nn_bind (int s, const char *addr)
{
    return endpoint (s, addr, engine.sp_bind);
}

int nn_connect (int s, const char *addr)
{
    return endpoint (s, addr, engine.sp_connect);
}

int nn_shutdown (int s, int how)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = engine.sp_shutdown (s, how);
    put (k);
    return result (rc);
}

static int between (int n, int least, int most)
{
    return n >= least && n <= most;
}

static int known_statistic (int stat)
{
    return between (stat, NN_STAT_ESTABLISHED_CONNECTIONS, NN_STAT_ACCEPT_ERRORS) ||
        between (stat, NN_STAT_CURRENT_CONNECTIONS, NN_STAT_CURRENT_EP_ERRORS) ||
        between (stat, NN_STAT_MESSAGES_SENT, NN_STAT_BYTES_RECEIVED) || stat == NN_STAT_CURRENT_SND_PRIORITY;
}

uint64_t nn_get_statistic (int s, int stat)
{
    struct sock *k = hold (s);
    if (!k)
        return (uint64_t) -1;
    int known = known_statistic (stat);
    uint64_t n = known ? engine.sp_statistic (s, stat) : (uint64_t) -1;
    put (k);
    if (!known)
        errno = EINVAL;
    return n;
}

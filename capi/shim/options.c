#include "sock.h"

#include <limits.h>
#include <nanomsg/ipc.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <nanomsg/tcp.h>
#include <nanomsg/ws.h>
#include <string.h>

enum { KEPT_HERE, TOLD, READ_ONLY };

/* Integer options of the level NN_SOL_SOCKET: their defaults, what they may be
   set to, and whether the Go half wants to know. */
static const struct {
    int initial, least, most, kind;
} socket_options[OPTIONS] = {
    [NN_LINGER] = {1000, INT_MIN, INT_MAX, TOLD},
    [NN_SNDBUF] = {131072, 1, INT_MAX, TOLD},
    [NN_RCVBUF] = {131072, 1, INT_MAX, TOLD},
    [NN_SNDTIMEO] = {-1, INT_MIN, INT_MAX, KEPT_HERE},
    [NN_RCVTIMEO] = {-1, INT_MIN, INT_MAX, KEPT_HERE},
    [NN_RECONNECT_IVL] = {100, 0, INT_MAX, TOLD},
    [NN_RECONNECT_IVL_MAX] = {0, 0, INT_MAX, TOLD},
    [NN_SNDPRIO] = {8, 1, 16, TOLD},
    [NN_RCVPRIO] = {8, 1, 16, TOLD},
    [NN_SNDFD] = {0, 0, 0, READ_ONLY},
    [NN_RCVFD] = {0, 0, 0, READ_ONLY},
    [NN_DOMAIN] = {0, 0, 0, READ_ONLY},
    [NN_PROTOCOL] = {0, 0, 0, READ_ONLY},
    [NN_IPV4ONLY] = {1, 0, 1, TOLD},
    [NN_RCVMAXSIZE] = {1048576, -1, INT_MAX, TOLD},
    [NN_MAXTTL] = {8, 1, 255, TOLD},
};

void default_options (struct sock *k)
{
    for (int i = 0; i < OPTIONS; i++)
        k->option[i] = socket_options[i].initial;
    k->option[NN_DOMAIN] = k->domain;
    k->option[NN_PROTOCOL] = k->protocol;
    k->resend = 60000;
    k->deadline = 1000;
    k->nodelay = 0;
    k->ws_kind = NN_WS_MSG_TYPE_BINARY;
    k->ipc_buffers[0] = k->ipc_buffers[1] = 4096;
    k->ipc_security = NULL;
}

/* The place of an integer option that is not of the socket level, and what it
   may be set to; NULL if there is none. */
static int *other_option (struct sock *k, int level, int option, int *least, int *most)
{
    int cooked = k->domain == AF_SP && level == k->protocol;
    *least = INT_MIN;
    *most = INT_MAX;
    if (level == NN_REQ && cooked && option == NN_REQ_RESEND_IVL)
        return &k->resend;
    if (level == NN_SURVEYOR && cooked && option == NN_SURVEYOR_DEADLINE)
        return &k->deadline;
    if (level == NN_TCP && option == NN_TCP_NODELAY) {
        *least = 0;
        *most = 1;
        return &k->nodelay;
    }
    if (level == NN_WS && option == NN_WS_MSG_TYPE) {
        *least = NN_WS_MSG_TYPE_TEXT;
        *most = NN_WS_MSG_TYPE_BINARY;
        return &k->ws_kind;
    }
    return NULL;
}

static int set_int (struct sock *k, int level, int option, int value, int *place, int told)
{
    int rc = told ? engine.sp_set (k->number, level, option, value) : 0;
    if (!rc)
        *place = value;
    return rc;
}

static int set_name (struct sock *k, const char *name, size_t size)
{
    if (size >= sizeof k->name)
        return -EINVAL;
    memcpy (k->name, name, size);
    k->name[size] = 0;
    engine.sp_name (k->number, k->name);
    return 0;
}

static int set_socket_option (struct sock *k, int option, const void *val, size_t len)
{
    int value;
    if (option == NN_SOCKET_NAME)
        return set_name (k, val, len);
    if (len != sizeof value)
        return -EINVAL;
    if (option <= 0 || option >= OPTIONS || socket_options[option].kind == READ_ONLY)
        return -ENOPROTOOPT;
    memcpy (&value, val, sizeof value);
    if (value < socket_options[option].least || value > socket_options[option].most)
        return -EINVAL;
    return set_int (k, NN_SOL_SOCKET, option, value, &k->option[option], socket_options[option].kind == TOLD);
}

static int set_ipc_option (struct sock *k, int option, const void *val, size_t len)
{
    if (len < sizeof (int))
        return -EINVAL;
    if (option < NN_IPC_SEC_ATTR || option > NN_IPC_INBUFSZ)
        return -ENOPROTOOPT;
    if (option == NN_IPC_SEC_ATTR)
        k->ipc_security = val;
    else
        memcpy (&k->ipc_buffers[option - NN_IPC_OUTBUFSZ], val, sizeof (int));
    return 0;
}

static int set_option (struct sock *k, int level, int option, const void *val, size_t len)
{
    int value, least, most;
    if (!val && len != 0)
        return -EFAULT;
    if (level == NN_SOL_SOCKET)
        return set_socket_option (k, option, val, len);
    if (level == NN_IPC)
        return set_ipc_option (k, option, val, len);
    if (level == NN_SUB && k->protocol == NN_SUB && option == NN_SUB_SUBSCRIBE)
        return engine.sp_subscribe (k->number, val, len);
    if (level == NN_SUB && k->protocol == NN_SUB && option == NN_SUB_UNSUBSCRIBE)
        return engine.sp_unsubscribe (k->number, val, len);
    int *place = other_option (k, level, option, &least, &most);
    if (!place)
        return len != sizeof value && (level == NN_TCP || level == NN_WS) ? -EINVAL : -ENOPROTOOPT;
    if (len != sizeof value)
        return -EINVAL;
    memcpy (&value, val, sizeof value);
    if (value < least || value > most)
        return -EINVAL;
    return set_int (k, level, option, value, place, 1);
}

int nn_setsockopt (int s, int level, int option, const void *optval, size_t optvallen)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = set_option (k, level, option, optval, optvallen);
    put (k);
    return result (rc);
}

/* Copies what fits; the size is that of the whole value all the same. */
static int give (const void *value, size_t size, void *val, size_t *len)
{
    if (val)
        memcpy (val, value, *len < size ? *len : size);
    *len = size;
    return 0;
}

static int give_fd (struct sock *k, int direction, void *val, size_t *len)
{
    if (k->fd[direction] < 0)
        return -ENOPROTOOPT;
    /* From now on the program may look at it at any time, and it is kept true. */
    if (!__atomic_exchange_n (&k->shown, 1, __ATOMIC_ACQ_REL))
        engine.sp_show (k->number);
    return give (&k->fd[direction], sizeof (int), val, len);
}

static int get_socket_option (struct sock *k, int option, void *val, size_t *len)
{
    switch (option) {
    case NN_SNDFD:
        return give_fd (k, SND, val, len);
    case NN_RCVFD:
        return give_fd (k, RCV, val, len);
    case NN_SOCKET_NAME:
        if (val)
            strncpy (val, k->name, *len);
        *len = strlen (k->name);
        return 0;
    }
    if (option <= 0 || option >= OPTIONS)
        return -ENOPROTOOPT;
    return give (&k->option[option], sizeof (int), val, len);
}

static int get_option (struct sock *k, int level, int option, void *val, size_t *len)
{
    int least, most;
    if (!len || (!val && *len != 0))
        return -EFAULT;
    if (level == NN_SOL_SOCKET)
        return get_socket_option (k, option, val, len);
    if (level == NN_IPC && option == NN_IPC_SEC_ATTR)
        return give (&k->ipc_security, sizeof k->ipc_security, val, len);
    if (level == NN_IPC && (option == NN_IPC_OUTBUFSZ || option == NN_IPC_INBUFSZ))
        return give (&k->ipc_buffers[option - NN_IPC_OUTBUFSZ], sizeof (int), val, len);
    int *place = other_option (k, level, option, &least, &most);
    if (!place)
        return -ENOPROTOOPT;
    if ((place == &k->resend || place == &k->deadline) && *len < sizeof (int))
        return -EINVAL;
    return give (place, sizeof (int), val, len);
}

int nn_getsockopt (int s, int level, int option, void *optval, size_t *optvallen)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = get_option (k, level, option, optval, optvallen);
    put (k);
    return result (rc);
}

#include "sock.h"

#include <poll.h>
#include <stdlib.h>

/* The socket of an entry, if it can do what is asked of it. */
static struct sock *polled (const struct nn_pollfd *p)
{
    struct sock *k = hold (p->fd);
    if (k && ((p->events & NN_POLLIN && k->fd[RCV] < 0) || (p->events & NN_POLLOUT && k->fd[SND] < 0))) {
        put (k);
        errno = ENOPROTOOPT;
        return NULL;
    }
    return k;
}

/* Looks at sockets without waiting. Returns how many are ready. */
static int look (struct nn_pollfd *fds, struct sock **socks, int n)
{
    int count = 0;
    for (int i = 0; i < n; i++) {
        int ready = 0;
        if (socks[i]) /* one that is closing is ready for everything */
            ready = closing (socks[i]) ? SP_IN | SP_OUT : engine.sp_ready (fds[i].fd);
        fds[i].revents = 0;
        if (ready & SP_IN)
            fds[i].revents |= fds[i].events & NN_POLLIN;
        if (ready & SP_OUT)
            fds[i].revents |= fds[i].events & NN_POLLOUT;
        count += fds[i].revents != 0;
    }
    return count;
}

/* Waits until one of the sockets is ready. Returns what poll returns, then errno
   values below zero. */
static int wait_for_any (struct nn_pollfd *fds, struct sock **socks, int n, int64_t until)
{
    /* The sockets' descriptors, and those of the connections that are read here. */
    struct pollfd *all = malloc ((sizeof *all * 3 + sizeof (int)) * ((size_t) n + 1));
    if (!all)
        return -ENOMEM;
    int *read = (int *) (all + 3 * ((size_t) n + 1));
    int m = 0, rc;
    for (int i = 0; i < n; i++) {
        if (!socks[i])
            continue;
        read[i] = engine.sp_watch (fds[i].fd, fds[i].events & NN_POLLIN);
        if (read[i] >= 0)
            all[m++] = (struct pollfd) {read[i], POLLIN, 0};
        if (fds[i].events & NN_POLLIN)
            all[m++] = (struct pollfd) {socks[i]->fd[RCV], POLLIN, 0};
        if (fds[i].events & NN_POLLOUT)
            all[m++] = (struct pollfd) {socks[i]->fd[SND], POLLIN, 0};
    }
    int64_t rest = until < 0 ? -1 : until - deadline_in (0);
    rc = poll (all, (nfds_t) m, rest < -1 ? 0 : rest > 1 << 30 ? 1 << 30 : (int) rest);
    if (rc < 0)
        rc = -errno;
    for (int i = 0; i < n; i++)
        if (socks[i])
            engine.sp_unwatch (fds[i].fd, read[i] >= 0);
    free (all);
    return rc;
}

static int poll_sockets (struct nn_pollfd *fds, struct sock **socks, int n, int timeout)
{
    int64_t until = deadline_in (timeout);
    for (;;) {
        int count = look (fds, socks, n);
        if (count > 0 || timeout == 0 || (until >= 0 && deadline_in (0) >= until))
            return count;
        int rc = wait_for_any (fds, socks, n, until);
        if (rc < 0)
            return rc;
    }
}

int nn_poll (struct nn_pollfd *fds, int nfds, int timeout)
{
    if (nfds < 0 || (!fds && nfds > 0))
        return fail (nfds < 0 ? EINVAL : EFAULT);
    struct sock **socks = calloc ((size_t) nfds + 1, sizeof *socks);
    if (!socks)
        return fail (ENOMEM);
    int rc = 0, error = 0;
    for (int i = 0; i < nfds && !error; i++)
        if (fds[i].events & (NN_POLLIN | NN_POLLOUT) && !(socks[i] = polled (&fds[i])))
            error = errno;
    rc = error ? -error : poll_sockets (fds, socks, nfds, timeout);
    for (int i = 0; i < nfds; i++)
        if (socks[i])
            put (socks[i]);
    free (socks);
    return result (rc);
}

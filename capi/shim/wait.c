#include "sock.h"

#include <poll.h>
#include <time.h>

static int64_t now_ms (void)
{
    struct timespec t;
    clock_gettime (CLOCK_MONOTONIC, &t);
    return (int64_t) t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t deadline_in (int ms)
{
    return ms < 0 ? -1 : now_ms () + ms;
}

/* poll takes less than a month; a longer wait is several. */
enum { LONGEST_POLL = 1 << 30 };

int wait_for (struct sock *k, int direction, int64_t until, int also, int stop)
{
    /* poll takes no notice of those that are -1. */
    struct pollfd fds[3] = {{k->fd[direction], POLLIN, 0}, {also, POLLIN, 0}, {stop, POLLIN, 0}};
    for (;;) {
        int64_t rest = until < 0 ? -1 : until - now_ms ();
        if (until >= 0 && rest <= 0)
            return ETIMEDOUT;
        int n = poll (fds, stop >= 0 ? 3 : also >= 0 ? 2 : 1, rest > LONGEST_POLL ? LONGEST_POLL : (int) rest);
        if (n < 0)
            return errno;
        if (closing (k))
            return EBADF;
        if (fds[2].revents)
            return ECANCELED;
        if (n > 0)
            return 0;
    }
}

#define _GNU_SOURCE
#include "run.h"

#include <stdlib.h>
#include <string.h>

void *echo (void *s)
{
    struct msg m;
    for (;;) {
        st_recv (s, &m);
        st_reply (s, &m);
    }
    return NULL;
}

void latency (const char *srv, const char *cli)
{
    if (strcmp (role, "client")) {
        start (echo, open_or_skip (srv, 1));
        if (!strcmp (role, "server")) {
            ready ();
            finish (0);
        }
    }
    void *c = open_or_skip (cli, 0);
    ms_sleep (st_settle_ms ());
    ready ();
    unsigned char *buf = calloc (1, size);
    int64_t begin = now_ns (), now = begin, t0 = 0, total = 0;
    for (;;) {
        if (!t0 && now - begin >= warm_ms * 1000000LL)
            t0 = now;
        if (t0 && now - t0 >= dur_ms * 1000000LL)
            break;
        struct msg m;
        st_send (c, buf, size);
        st_recv (c, &m);
        if (m.n != size)
            die ("got %zu bytes, want %zu", m.n, size);
        st_free (c, &m);
        int64_t t = now_ns ();
        if (t0)
            hist_add (t - now);
        now = t;
        total++;
    }
    emit (hist_n, (now - t0) / 1e9, total, hist_lat ());
    linger ();
}

#define _GNU_SOURCE
#include "run.h"

#include <stdlib.h>
#include <string.h>

static int64_t send_phase (void *s, const void *b, int ms)
{
    int64_t t = now_ns (), n = 0, every = size >= 16384 ? 1 : 32;
    while (n % every || now_ns () - t < ms * 1000000LL) {
        st_send (s, b, size);
        n++;
    }
    return n;
}

int64_t send_until_end (void *s)
{
    unsigned char *d = marked (M_DATA);
    int64_t n = send_phase (s, d, warm_ms);
    st_send (s, marked (M_START), size);
    n += send_phase (s, d, dur_ms);
    st_send (s, marked (M_END), size);
    st_flush (s);
    return n + 2;
}

static void *sender (void *s)
{
    send_until_end (s);
    return NULL;
}

static void receive (void *s)
{
    int64_t n = 0, total = 0, t0 = 0;
    struct msg m;
    for (;;) {
        st_recv (s, &m);
        int k = m.b[0];
        st_free (s, &m);
        total++;
        if (k == M_DATA) {
            n++;
        } else if (k == M_START) {
            n = 0;
            t0 = now_ns ();
        } else {
            emit (n, (now_ns () - t0) / 1e9, total, "");
            linger ();
        }
    }
}

void throughput (const char *srv, const char *cli)
{
    if (!strcmp (role, "client")) {
        void *c = open_or_skip (cli, 0);
        ms_sleep (st_settle_ms ());
        ready ();
        finish (send_until_end (c));
    }
    void *s = open_or_skip (srv, 1), *c = NULL;
    if (!strcmp (role, "both")) {
        c = open_or_skip (cli, 0);
        ms_sleep (st_settle_ms ());
    }
    ready ();
    if (c)
        start (sender, c);
    receive (s);
}

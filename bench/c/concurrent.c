#define _GNU_SOURCE
#include "run.h"

#include <stdlib.h>
#include <string.h>

void concurrent (void)
{
    if (strcmp (role, "client")) {
        if (!st_conc_serve (url))
            start (echo, open_or_skip ("srv", 1));
        if (!strcmp (role, "server")) {
            ready ();
            finish (0);
        }
    }
    struct conc c = {url, opt_int ("conc", 64), size, warm_ms, dur_ms, 0, 0, 0};
    if (st_conc_dial (&c)) {
        ms_sleep (st_settle_ms ());
        ready ();
        st_conc_run (&c);
        emit (c.counted, c.secs, c.total, "");
        linger ();
    }
    void *s = open_or_skip ("dealer", 0);
    ms_sleep (st_settle_ms ());
    ready ();
    unsigned char *buf = calloc (1, size);
    for (int i = 0; i < c.n; i++)
        st_send (s, buf, size);
    st_flush (s);
    int64_t total = 0, mark = 0, begin = now_ns (), t0 = 0;
    for (;;) {
        struct msg m;
        st_recv (s, &m);
        st_free (s, &m);
        if (++total % 16 == 0) {
            int64_t now = now_ns ();
            if (!mark && now - begin >= warm_ms * 1000000LL) {
                mark = total;
                t0 = now;
            } else if (mark && now - t0 >= dur_ms * 1000000LL) {
                emit (total - mark, (now - t0) / 1e9, total, "");
                linger ();
            }
        }
        st_send (s, buf, size);
    }
}

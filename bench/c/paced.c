#define _GNU_SOURCE
#include "run.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A message each gap microseconds; the sender looks at the clock until the next is due. */
enum { STAMP_AT = 8, STAMP_END = 16 };

static void stamp (unsigned char *b, int64_t t)
{
    for (int i = STAMP_AT; i < STAMP_END; i++, t >>= 8)
        b[i] = (unsigned char) t;
}

static int64_t stamped (const unsigned char *b)
{
    uint64_t t = 0;
    for (int i = STAMP_END; i-- > STAMP_AT;)
        t = t << 8 | b[i];
    return (int64_t) t;
}

static int64_t paced_due, paced_gap;

static void paced_one (void *s, unsigned char *b)
{
    int64_t now;
    while ((now = now_ns ()) < paced_due) {
    }
    stamp (b, now);
    st_send (s, b, size);
    st_flush (s);
    paced_due = (paced_due > now ? paced_due : now) + paced_gap;
}

static int64_t paced_phase (void *s, unsigned char *b, int ms)
{
    int64_t n = 0;
    for (int64_t end = now_ns () + ms * 1000000LL; now_ns () < end; n++)
        paced_one (s, b);
    return n;
}

void paced (void)
{
    if (size < STAMP_END)
        die ("a paced message has 16 bytes or more");
    if (!strcmp (role, "client")) {
        void *s = open_or_skip ("push", 0);
        ms_sleep (st_settle_ms ());
        ready ();
        paced_gap = opt_int ("gap", 20) * 1000LL;
        paced_due = now_ns ();
        int64_t n = paced_phase (s, marked (M_DATA), warm_ms);
        n += paced_phase (s, marked (M_START), dur_ms);
        paced_one (s, marked (M_END));
        finish (n + 1);
    }
    if (!strcmp (role, "both"))
        _exit (3);
    void *s = open_or_skip ("pull", 1);
    ready ();
    for (int64_t total = 1, t0 = 0;; total++) {
        struct msg m;
        st_recv (s, &m);
        int64_t t = now_ns (), took = t - stamped (m.b);
        int k = m.b[0];
        st_free (s, &m);
        if (k == M_START) {
            if (!hist_n)
                t0 = t;
            hist_add (took);
        } else if (k == M_END) {
            emit (hist_n, (t - t0) / 1e9, total, hist_lat ());
            linger ();
        }
    }
}

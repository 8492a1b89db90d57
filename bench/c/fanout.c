#define _GNU_SOURCE
#include "run.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int pub_burst;

static int64_t pub_phase (void *s, const void *b, int ms, int rate)
{
    int64_t t = now_ns (), n = 0;
    for (;; n++) {
        if (n % pub_burst == 0) {
            int64_t el = now_ns () - t;
            if (el >= ms * 1000000LL)
                break;
            if (rate > 0) {
                int64_t due = (int64_t) (n * 1e9 / rate);
                if (due > el) {
                    st_flush (s);
                    ms_sleep ((due - el) / 1e6);
                }
            }
        }
        st_send (s, b, size);
    }
    st_flush (s);
    return n;
}

static int64_t pub_sent, pub_total;
static volatile int pub_done;

static void *publish (void *s)
{
    int rate = opt_int ("rate", 0);
    pub_total = pub_phase (s, marked (M_DATA), warm_ms, rate);
    ms_sleep (50);
    pub_sent = pub_phase (s, marked (M_START), dur_ms, rate);
    pub_total += pub_sent;
    ms_sleep (300);
    unsigned char *e = marked (M_END);
    while (!stopped) {
        ms_sleep (20);
        st_send (s, e, size);
        st_flush (s);
        pub_total++;
    }
    pub_done = 1;
    return NULL;
}

struct subscriber {
    void *s;
    pthread_t th;
    int64_t n, total, t0, t1;
};

static void *subscribe (void *arg)
{
    struct subscriber *u = arg;
    struct msg m;
    for (;;) {
        st_recv (u->s, &m);
        int k = m.b[0];
        st_free (u->s, &m);
        u->total++;
        if (k == M_END)
            return NULL;
        if (k == M_START) {
            if (u->n == 0)
                u->t0 = u->t1 = now_ns ();
            else if (u->n % pub_burst == 0)
                u->t1 = now_ns ();
            u->n++;
        }
    }
}

void fanout (void)
{
    int subs = opt_int ("subs", 8);
    pub_burst = opt_int ("burst", 16);
    void *p = NULL;
    if (strcmp (role, "client"))
        p = open_or_skip ("pub", 1);
    if (!strcmp (role, "server")) {
        ready ();
        publish (p);
        emit (pub_sent, dur_ms / 1e3, pub_total, "");
        _exit (0);
    }
    struct subscriber *u = calloc ((size_t) subs, sizeof *u);
    for (int i = 0; i < subs; i++)
        u[i].s = open_or_skip ("sub", 0);
    ms_sleep (2 * st_settle_ms () + subs);
    ready ();
    for (int i = 0; i < subs; i++)
        pthread_create (&u[i].th, NULL, subscribe, &u[i]);
    if (p)
        start (publish, p);
    int64_t n = 0, total = 0, t0 = 0, t1 = 0;
    for (int i = 0; i < subs; i++) {
        pthread_join (u[i].th, NULL);
        n += u[i].n;
        total += u[i].total;
        if (u[i].n && (!t0 || u[i].t0 < t0))
            t0 = u[i].t0;
        if (u[i].t1 > t1)
            t1 = u[i].t1;
    }
    if (p) {
        puts ("DONE");
        fflush (stdout);
        while (!pub_done)
            ms_sleep (2);
        emit (n, (t1 - t0) / 1e9, pub_sent, "");
        _exit (0);
    }
    emit (n, (t1 - t0) / 1e9, total, "");
    linger ();
}

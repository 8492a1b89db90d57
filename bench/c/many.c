#define _GNU_SOURCE
#include "run.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

/* conns PUSH sockets into one PULL. */
static void **open_many (int n)
{
    struct rlimit files;
    if (!getrlimit (RLIMIT_NOFILE, &files)) {
        files.rlim_cur = files.rlim_max;
        setrlimit (RLIMIT_NOFILE, &files);
    }
    if (!strcmp (role, "both"))
        _exit (3);
    void **s = calloc ((size_t) n, sizeof *s);
    if (!strcmp (role, "server")) {
        s[0] = open_or_skip ("pull", 1);
        return s;
    }
    for (int i = 0; i < n; i++)
        s[i] = open_or_skip ("push", 0);
    ms_sleep (st_settle_ms () + n * 0.5);
    return s;
}

static int64_t grow_total, idle_got;

static void *flat_out (void *s)
{
    unsigned char *d = marked (M_DATA);
    for (;;) {
        for (int i = 0; i < 64; i++)
            st_send (s, d, size);
        __atomic_fetch_add (&grow_total, 64, __ATOMIC_RELAXED);
    }
    return NULL;
}

void grow (void)
{
    int n = opt_int ("conns", 1);
    void **all = open_many (n);
    ready ();
    if (!strcmp (role, "client")) {
        for (int i = 0; i < n; i++)
            start (flat_out, all[i]);
        while (!stopped)
            ms_sleep (2);
        emit (0, 0, __atomic_load_n (&grow_total, __ATOMIC_RELAXED), "");
        _exit (0);
    }
    int64_t begin = now_ns (), total = 0, mark = 0, t0 = 0;
    for (;;) {
        struct msg m;
        st_recv (all[0], &m);
        st_free (all[0], &m);
        if (++total % 64)
            continue;
        int64_t now = now_ns ();
        if (!mark) {
            if (now - begin >= warm_ms * 1000000LL) {
                mark = total;
                t0 = now;
            }
        } else if (now - t0 >= dur_ms * 1000000LL) {
            emit (total - mark, (now - t0) / 1e9, total, "");
            linger ();
        }
    }
}

static void *idle_receive (void *s)
{
    struct msg m;
    for (;;) {
        st_recv (s, &m);
        st_free (s, &m);
        __atomic_fetch_add (&idle_got, 1, __ATOMIC_RELAXED);
    }
    return NULL;
}

static int descriptors (void)
{
    int n = 0;
    DIR *d = opendir ("/proc/self/fd");
    while (d && readdir (d))
        n++;
    if (d)
        closedir (d);
    return n - 2;
}

void idle (void)
{
    int n = opt_int ("conns", 1), speak = opt_int ("speak", 0);
    void **all = open_many (n);
    if (!strcmp (role, "client")) {
        ready ();
        for (int k = 0; k < speak; k++)
            for (int i = 0; i < n; i++)
                st_send (all[i], marked (M_DATA), size);
        ms_sleep (warm_ms + dur_ms);
        emit (n, 0, n, "");
        linger ();
    }
    start (idle_receive, all[0]);
    ready ();
    while (!stopped)
        ms_sleep (2);
    int64_t got = __atomic_load_n (&idle_got, __ATOMIC_RELAXED);
    if (descriptors () < n || got != (int64_t) n * speak)
        die ("%d descriptors and %lld messages for %d connections", descriptors (), (long long) got, n);
    char field[64];
    snprintf (field, sizeof field, "\"idle_kib\":%ld,", status ("VmRSS:"));
    emit (n, 0, n, field);
    _exit (0);
}

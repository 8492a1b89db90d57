/* What the cases share: one run of one adapter process. */
#ifndef BENCH_RUN_H
#define BENCH_RUN_H

#include "adapter.h"

enum { M_DATA, M_START, M_END }; /* a body's first byte */

extern char *role, *url;
extern size_t size;
extern int dur_ms, warm_ms;
extern volatile int stopped; /* STOP was said */

void ready (void); /* announces this side and waits for GO */
void linger (void); /* until STOP, and ends the process */
void emit (int64_t msgs, double secs, int64_t total, const char *fields);
void finish (int64_t total); /* of a side that has nothing to measure */
void *open_or_skip (const char *kind, int listen);
void *echo (void *s); /* a thread that answers with what it gets */
void start (void *(*fn) (void *), void *arg);
unsigned char *marked (int k);
void ms_sleep (double ms);
long status (const char *name); /* a line of the process's status, in KiB */

extern int64_t hist_n;
void hist_add (int64_t ns);
const char *hist_lat (void); /* the result's field about it */

/* the cases */
void latency (const char *srv, const char *cli);
void throughput (const char *srv, const char *cli);
void fanout (void);
void concurrent (void);
void paced (void);
void grow (void);
void idle (void);

#endif

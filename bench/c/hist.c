#define _GNU_SOURCE
#include "run.h"

#include <stdio.h>

/* Log-linear histogram: 128 steps a power of two. */
int64_t hist_n;
static int64_t hist[48 * 128], hist_sum, hist_max;

void hist_add (int64_t v)
{
    int i = (int) v;
    if (v >= 128) {
        int e = 63 - __builtin_clzll ((unsigned long long) v) - 7;
        i = (e + 1) * 128 + (int) ((v >> e) & 127);
    }
    if (i >= 48 * 128)
        i = 48 * 128 - 1;
    hist[i]++;
    hist_n++;
    hist_sum += v;
    if (v > hist_max)
        hist_max = v;
}

static double hist_q (double p)
{
    int64_t want = (int64_t) (p * (double) hist_n), seen = 0;
    for (int i = 0; i < 48 * 128; i++) {
        seen += hist[i];
        if (seen > want)
            return (i < 128 ? i : (128 + i % 128 + 0.5) * (double) (1LL << (i / 128 - 1))) / 1e3;
    }
    return (double) hist_max / 1e3;
}

const char *hist_lat (void)
{
    static const double dist[] = {.01, .05, .1, .25, .5, .75, .9, .95, .98, .99, .995, .998, .999, .9995, .9999};
    static char b[1024];
    size_t k = sizeof dist / sizeof dist[0];
    int n = snprintf (b, sizeof b,
        "\"lat_us\":{\"p50\":%.3f,\"p90\":%.3f,\"p99\":%.3f,\"p999\":%.3f,\"max\":%.3f,\"mean\":%.3f,\"dist\":[",
        hist_q (.5), hist_q (.9), hist_q (.99), hist_q (.999), hist_max / 1e3, hist_sum / 1e3 / hist_n);
    for (size_t i = 0; i < k; i++)
        n += snprintf (b + n, sizeof b - (size_t) n, "%s[%g,%.3f]", i ? "," : "", dist[i], hist_q (dist[i]));
    snprintf (b + n, sizeof b - (size_t) n, "]},");
    return b;
}

/* What the Go half of the library offers to the C half: functions named sp_*,
   found by dlsym. Errors come back as negative errno values. */
#ifndef SP_ENGINE_H
#define SP_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* A message on its way through the border. */
struct sp_message {
    void *body;          /* sending: the body; receiving: where to put it */
    size_t size;         /* of the body; receiving: room in body */
    void *(*alloc) (size_t size); /* receiving: makes memory for the body, if set */
    unsigned char *header;
    size_t header_size;  /* receiving: room in header, then what was put there */
    int kind;            /* NN_WS_MSG_TYPE_TEXT or _BINARY; 0: none */
    int state;           /* the Go half's, from one try to the next; 0 at first */
    int fd;              /* what else to wait for before the next try; -1: nothing */
};

/* More sockets than this a process has not at once. */
enum { MOST_SOCKETS = 65536 };

/* Directions, and bits of sp_ready. */
enum { SP_IN = 1, SP_OUT = 2 };

#define SP_FUNCTIONS(X) \
    X (int, sp_open, (int s, int domain, int protocol, int rcvfd, int sndfd, int complain)) \
    X (int, sp_close, (int s)) \
    X (void, sp_wake, (int s)) \
    X (int, sp_bind, (int s, const char *addr)) \
    X (int, sp_connect, (int s, const char *addr)) \
    X (int, sp_shutdown, (int s, int endpoint)) \
    X (int, sp_set, (int s, int level, int option, int value)) \
    X (void, sp_name, (int s, const char *name)) \
    X (int, sp_subscribe, (int s, const void *topic, size_t size)) \
    X (int, sp_unsubscribe, (int s, const void *topic, size_t size)) \
    X (int, sp_send, (int s, struct sp_message *m, int wait)) \
    X (int64_t, sp_recv, (int s, struct sp_message *m, int wait)) \
    X (void, sp_leave, (int s, struct sp_message *m)) \
    X (int, sp_watch, (int s, int receives)) \
    X (void, sp_unwatch, (int s, int led)) \
    X (void, sp_show, (int s)) \
    X (int, sp_ready, (int s)) \
    X (uint64_t, sp_statistic, (int s, int statistic))

struct engine {
#define X(result, name, args) result (*name) args;
    SP_FUNCTIONS (X)
#undef X
};

extern struct engine engine;

/* Loads the Go half, once. Returns 0 or an errno value. */
int engine_load (void);

/* Whether this process was forked from one that had loaded it: a Go runtime
   does not survive that. */
int engine_lost (void);

#endif

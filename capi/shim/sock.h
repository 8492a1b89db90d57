/* Sockets as the C half knows them: numbers, who uses them, their options. */
#ifndef SP_SOCK_H
#define SP_SOCK_H

#include "engine.h"

#include <errno.h>
#include <nanomsg/nn.h>


/* Options are kept by number; NN_MAXTTL is the last. */
enum { OPTIONS = NN_MAXTTL + 1 };

struct sock {
    unsigned users; /* calls under way, and the bit OPEN; atomic */
    int number;
    int domain, protocol;
    int fd[2]; /* RCV and SND, -1 where the type has none */
    int shown; /* a descriptor was given to the program: armed for ever */
    int option[OPTIONS];
    int resend, deadline, nodelay, ws_kind;
    int ipc_buffers[2];
    const void *ipc_security;
    char name[64];
};

enum { RCV, SND };

/* The socket, in use until put is called; NULL and EBADF if there is none. */
struct sock *hold (int s);
void put (struct sock *k);
int closing (const struct sock *k);

/* Fails a call: sets errno, returns -1. */
int fail (int error);

/* Returns what the Go half returned, or fails. */
int result (int rc);

int can_send (const struct sock *k);
int can_recv (const struct sock *k);

/* Sets all options to their defaults, and tells the Go half nothing. */
void default_options (struct sock *k);

/* Waits for one of a socket's descriptors or for also, until a time, -1: for ever.
   stop is a descriptor that ends the wait. Both may be -1. Returns 0 or an errno value. */
int wait_for (struct sock *k, int direction, int64_t until, int also, int stop);
int64_t deadline_in (int ms);

/* nn_sendmsg and nn_recvmsg with a descriptor that ends their waits. */
int send_message (struct sock *k, const struct nn_msghdr *h, int flags, int stop);
int recv_message (struct sock *k, struct nn_msghdr *h, int flags, int stop);

#endif

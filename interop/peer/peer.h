// What a messaging library has to offer to main.c, which speaks the line
// protocol of ../README.md and knows no library. Whatever goes wrong ends the
// program through fail.
#ifndef PEER_H
#define PEER_H

#include <stddef.h>
#include <stdint.h>

typedef struct peer_socket peer_socket;

// A role is "pair", "req", "sub" and so on. A raw socket is for a device, or
// to send headers of one's own making.
peer_socket *peer_open(const char *role, int raw);
void peer_listen(peer_socket *s, const char *url);
void peer_dial(peer_socket *s, const char *url);

// The most hops a message may have made to be received.
void peer_ttl(peer_socket *s, int ttl);

// The header goes in front of the body, and is given for raw sockets only.
void peer_send(peer_socket *s, const void *body, size_t size,
    const uint32_t *header, size_t words);

// The body stands at *body until the next call.
size_t peer_recv(peer_socket *s, const void **body);

// Forwards between two raw sockets, and does not return.
void peer_device(peer_socket *a, peer_socket *b);

// Prints an error line and ends the program.
void fail(const char *what, const char *why);

#endif

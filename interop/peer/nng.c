// libnng as a peer.
#include <nng/nng.h>
#include <nng/protocol/bus0/bus.h>
#include <nng/protocol/pair0/pair.h>
#include <nng/protocol/pair1/pair.h>
#include <nng/protocol/pipeline0/pull.h>
#include <nng/protocol/pipeline0/push.h>
#include <nng/protocol/pubsub0/pub.h>
#include <nng/protocol/pubsub0/sub.h>
#include <nng/protocol/reqrep0/rep.h>
#include <nng/protocol/reqrep0/req.h>
#include <nng/protocol/survey0/respond.h>
#include <nng/protocol/survey0/survey.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

enum { survey_ms = 60000 };

struct peer_socket {
	nng_socket socket;
	nng_msg *received;
};

typedef int (*opener)(nng_socket *);

static const struct {
	const char *role;
	opener cooked;
	opener raw;
} roles[] = {
	{ "pair", nng_pair0_open, nng_pair0_open_raw },
	{ "pair1", nng_pair1_open, nng_pair1_open_raw },
	{ "pub", nng_pub0_open, nng_pub0_open_raw },
	{ "sub", nng_sub0_open, nng_sub0_open_raw },
	{ "req", nng_req0_open, nng_req0_open_raw },
	{ "rep", nng_rep0_open, nng_rep0_open_raw },
	{ "push", nng_push0_open, nng_push0_open_raw },
	{ "pull", nng_pull0_open, nng_pull0_open_raw },
	{ "surveyor", nng_surveyor0_open, nng_surveyor0_open_raw },
	{ "respondent", nng_respondent0_open, nng_respondent0_open_raw },
	{ "bus", nng_bus0_open, nng_bus0_open_raw },
};

static void must(int code, const char *what)
{
	if (code != 0)
		fail(what, nng_strerror(code));
}

static opener opener_of(const char *role, int raw)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(role, roles[i].role) == 0)
			return raw ? roles[i].raw : roles[i].cooked;
	fail("no such role", role);
	return NULL;
}

peer_socket *peer_open(const char *role, int raw)
{
	peer_socket *s = calloc(1, sizeof *s);

	must(opener_of(role, raw)(&s->socket), "socket");
	if (strcmp(role, "sub") == 0 && !raw)
		must(nng_socket_set(s->socket, NNG_OPT_SUB_SUBSCRIBE, "", 0),
		    "subscribe");
	if (strcmp(role, "surveyor") == 0 && !raw)
		must(nng_socket_set_ms(s->socket, NNG_OPT_SURVEYOR_SURVEYTIME,
		         survey_ms),
		    "deadline");
	return s;
}

void peer_listen(peer_socket *s, const char *url)
{
	must(nng_listen(s->socket, url, NULL, 0), "listen");
}

void peer_dial(peer_socket *s, const char *url)
{
	must(nng_dial(s->socket, url, NULL, 0), "dial");
}

void peer_ttl(peer_socket *s, int ttl)
{
	must(nng_socket_set_int(s->socket, NNG_OPT_MAXTTL, ttl), "ttl");
}

void peer_send(peer_socket *s, const void *body, size_t size,
    const uint32_t *header, size_t words)
{
	nng_msg *message;

	must(nng_msg_alloc(&message, 0), "message");
	must(nng_msg_append(message, body, size), "message");
	for (size_t i = 0; i < words; i++)
		must(nng_msg_header_append_u32(message, header[i]), "header");
	must(nng_sendmsg(s->socket, message, 0), "send");
}

size_t peer_recv(peer_socket *s, const void **body)
{
	if (s->received != NULL)
		nng_msg_free(s->received);
	s->received = NULL;
	must(nng_recvmsg(s->socket, &s->received, 0), "recv");
	*body = nng_msg_body(s->received);
	return nng_msg_len(s->received);
}

void peer_device(peer_socket *a, peer_socket *b)
{
	must(nng_device(a->socket, b->socket), "device");
}

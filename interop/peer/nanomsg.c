// libnanomsg as a peer.
#include <arpa/inet.h>
#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <stdlib.h>
#include <string.h>

#include "peer.h"

enum { survey_ms = 60000 };

struct peer_socket {
	int fd;
	void *received;
};

static const struct {
	const char *role;
	int protocol;
} roles[] = {
	{ "pair", NN_PAIR },
	{ "pub", NN_PUB },
	{ "sub", NN_SUB },
	{ "req", NN_REQ },
	{ "rep", NN_REP },
	{ "push", NN_PUSH },
	{ "pull", NN_PULL },
	{ "surveyor", NN_SURVEYOR },
	{ "respondent", NN_RESPONDENT },
	{ "bus", NN_BUS },
};

static int must(int result, const char *what)
{
	if (result < 0)
		fail(what, nn_strerror(nn_errno()));
	return result;
}

static int protocol_of(const char *role)
{
	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(role, roles[i].role) == 0)
			return roles[i].protocol;
	fail("no such role", role);
	return 0;
}

peer_socket *peer_open(const char *role, int raw)
{
	peer_socket *s = calloc(1, sizeof *s);
	int protocol = protocol_of(role);
	int ms = survey_ms;

	s->fd = must(nn_socket(raw ? AF_SP_RAW : AF_SP, protocol), "socket");
	if (protocol == NN_SUB)
		must(nn_setsockopt(s->fd, NN_SUB, NN_SUB_SUBSCRIBE, "", 0),
		    "subscribe");
	if (protocol == NN_SURVEYOR && !raw)
		must(nn_setsockopt(s->fd, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, &ms,
		         sizeof ms),
		    "deadline");
	return s;
}

void peer_listen(peer_socket *s, const char *url)
{
	must(nn_bind(s->fd, url), "listen");
}

void peer_dial(peer_socket *s, const char *url)
{
	must(nn_connect(s->fd, url), "dial");
}

void peer_ttl(peer_socket *s, int ttl)
{
	must(nn_setsockopt(s->fd, NN_SOL_SOCKET, NN_MAXTTL, &ttl, sizeof ttl),
	    "ttl");
}

void peer_send(peer_socket *s, const void *body, size_t size,
    const uint32_t *header, size_t words)
{
	struct nn_iovec part = { (void *)body, size };
	struct nn_msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	size_t bytes = words * sizeof *header;
	size_t space = NN_CMSG_SPACE(sizeof bytes + bytes);
	struct nn_cmsghdr *control = calloc(1, space);
	unsigned char *data = NN_CMSG_DATA(control);

	if (words > 0) {
		control->cmsg_len = space;
		control->cmsg_level = PROTO_SP;
		control->cmsg_type = SP_HDR;
		memcpy(data, &bytes, sizeof bytes);
		for (size_t i = 0; i < words; i++) {
			uint32_t word = htonl(header[i]);

			memcpy(data + sizeof bytes + i * sizeof word, &word,
			    sizeof word);
		}
		message.msg_control = control;
		message.msg_controllen = space;
	}
	must(nn_sendmsg(s->fd, &message, 0), "send");
	free(control);
}

size_t peer_recv(peer_socket *s, const void **body)
{
	int size;

	if (s->received != NULL)
		nn_freemsg(s->received);
	s->received = NULL;
	size = must(nn_recv(s->fd, &s->received, NN_MSG, 0), "recv");
	*body = s->received;
	return (size_t)size;
}

void peer_device(peer_socket *a, peer_socket *b)
{
	must(nn_device(a->fd, b->fd), "device");
}

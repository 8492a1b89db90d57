/* The type of a ws message: seen with what came, chosen for what is sent. */
#include <pthread.h>

#include "row.h"

enum { TEXT = NN_WS_MSG_TYPE_TEXT, BINARY = NN_WS_MSG_TYPE_BINARY };

/* nn_sendmsg with a type; 0: without. */
static int put_typed(int s, int type, const char *text)
{
	struct {
		struct nn_cmsghdr h;
		unsigned char type[8];
	} control = {{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, {type}};
	struct nn_iovec part = {(void *) text, strlen(text)};
	struct nn_msghdr m = {&part, 1, type == 0 ? NULL : &control, type == 0 ? 0 : sizeof control};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

/* A message and the type it came with; 0: with none. */
static void take_typed(int s, int ms)
{
	char body[64];
	void *control = NULL;
	int type = 0;
	struct nn_iovec part = {body, sizeof body};
	struct nn_msghdr m = {&part, 1, &control, NN_MSG};
	set(s, NN_RCVTIMEO, ms);
	errno = 0;
	int rc = nn_recvmsg(s, &m, 0);
	say_body("recv", rc, body);
	if (rc < 0)
		return;
	for (struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m); c != NULL; c = NN_CMSG_NXTHDR(&m, c))
		if (c->cmsg_level == NN_WS && c->cmsg_type == NN_WS_MSG_TYPE)
			type = *NN_CMSG_DATA(c);
	say("type=%d", type);
	nn_freemsg(control);
}

/* A server of a type, and a client made by hand. */
static int by_hand(int s, const char *protocol)
{
	const char *addr = address("ws");
	must(nn_bind(s, addr));
	int fd = ws_dial(addr, protocol);
	peers(s, 1);
	return fd;
}

static void say_frame(int fd, int len)
{
	unsigned char got[64];
	say_bytes("frame", got, wire_recv(fd, got, len, LONG));
}

ROW("5.4", ws_text_frames)
{
	int push = cooked(NN_PUSH);
	set_at(push, NN_WS, NN_WS_MSG_TYPE, TEXT);
	int fd = by_hand(push, "push.sp.nanomsg.org");
	put(push, "hello");
	say_frame(fd, 7);
}

ROW("5.4", ws_type_of_one_message)
{
	int push = cooked(NN_PUSH), fd = by_hand(push, "push.sp.nanomsg.org");
	R("send", put_typed(push, TEXT, "hello"));
	say_frame(fd, 7);
	put(push, "hello");
	say_frame(fd, 7);
}

ROW("5.4", ws_type_of_one_message_of_a_text_socket)
{
	int push = cooked(NN_PUSH);
	set_at(push, NN_WS, NN_WS_MSG_TYPE, TEXT);
	int fd = by_hand(push, "push.sp.nanomsg.org");
	R("send", put_typed(push, BINARY, "hello"));
	R("send", put_typed(push, TEXT, "hello"));
	R("send", put_typed(push, 0, "hello"));
	for (int n = 0; n < 3; n++)
		say_frame(fd, 7);
}

ROW("5.4", ws_types_sent_at_once)
{
	int push = cooked(NN_PUSH), fd = by_hand(push, "push.sp.nanomsg.org");
	put_typed(push, TEXT, "a");
	put_typed(push, 0, "b");
	put_typed(push, TEXT, "");
	put_typed(push, BINARY, "c");
	put_typed(push, TEXT, "d");
	say_frame(fd, 3 + 3 + 2 + 3 + 3);
}

static const unsigned char odd[] = {0, 8, 9, 255};
static const char *odd_label(int i)
{
	static char name[8];
	snprintf(name, sizeof name, "%d", odd[i]);
	return name;
}

ROWS("5.4", ws_type_that_is_none, sizeof odd, odd_label)
{
	int push = cooked(NN_PUSH), fd = by_hand(push, "push.sp.nanomsg.org");
	struct {
		struct nn_cmsghdr h;
		unsigned char type[8];
	} control = {{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, {odd[i]}};
	struct nn_iovec part = {"hello", 5};
	struct nn_msghdr m = {&part, 1, &control, sizeof control};
	R("send", nn_sendmsg(push, &m, NN_DONTWAIT));
	unsigned char got[8];
	say_bytes("frame", got, wire_recv(fd, got, 7, SHORT));
}

/* Where it is no frame's, it may be anything. */
ROW("5.4", ws_type_that_is_none_over_inproc)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("inproc"));
	R("send", put_typed(a, 9, "hello"));
	take_typed(b, LONG);
}

ROW("5.4", ws_type_without_a_byte)
{
	int push = cooked(NN_PUSH), fd = by_hand(push, "push.sp.nanomsg.org");
	struct nn_cmsghdr control = {NN_CMSG_LEN(0), NN_WS, NN_WS_MSG_TYPE};
	struct nn_iovec part = {"hello", 5};
	struct nn_msghdr m = {&part, 1, &control, sizeof control};
	set_at(push, NN_WS, NN_WS_MSG_TYPE, BINARY);
	R("send", nn_sendmsg(push, &m, NN_DONTWAIT));
	unsigned char got[8];
	int len = wire_recv(fd, got, 7, SHORT);
	say("frame=%d", len > 0 ? 7 : 0);
}

ROW("5.4", ws_type_given_twice)
{
	int push = cooked(NN_PUSH), fd = by_hand(push, "push.sp.nanomsg.org");
	struct {
		struct nn_cmsghdr h;
		unsigned char type[8];
	} control[] = {{{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, {TEXT}}, {{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, {BINARY}}};
	struct nn_iovec part = {"hello", 5};
	struct nn_msghdr m = {&part, 1, control, sizeof control};
	R("send", nn_sendmsg(push, &m, NN_DONTWAIT));
	say_frame(fd, 7);
}

/* A receiver that believes that a text is one. */
static const char *how_label(int i) { return i == 0 ? "message" : "socket"; }

ROWS("5.4", ws_text_that_is_none, 2, how_label)
{
	int push = cooked(NN_PUSH);
	if (i == 1)
		set_at(push, NN_WS, NN_WS_MSG_TYPE, TEXT);
	int fd = by_hand(push, "push.sp.nanomsg.org");
	R("send", put_typed(push, i == 0 ? TEXT : 0, "\xff\xfe!"));
	say_frame(fd, 5);
}

ROW("5.4", ws_text_that_is_none_received)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(pull, push, address("ws"));
	R("send", put_typed(push, TEXT, "\xff\xfe!"));
	take_typed(pull, 3 * SHORT);
}

/* A message's type is seen by its receiver. */
ROW("5.4", ws_type_received)
{
	int pull = cooked(NN_PULL), fd = by_hand(pull, "pull.sp.nanomsg.org");
	for (int opcode = 1; opcode <= 2; opcode++) {
		unsigned char control[80] = {0};
		char body[8];
		struct nn_iovec part = {body, sizeof body};
		struct nn_msghdr m = {&part, 1, control, sizeof control};
		ws_frame(fd, 0x80 | opcode, "hello", 5);
		set(pull, NN_RCVTIMEO, LONG);
		R("recv", nn_recvmsg(pull, &m, 0));
		struct nn_cmsghdr *c = NN_CMSG_NXTHDR(&m, NN_CMSG_FIRSTHDR(&m));
		say("level=%d type=%d %d", c->cmsg_level, c->cmsg_type, NN_CMSG_DATA(c)[0]);
	}
}

/* Frames, masked by zeros, that come in one write. */
ROW("5.4", ws_types_received_at_once)
{
	int pull = cooked(NN_PULL), fd = by_hand(pull, "pull.sp.nanomsg.org");
	static const char frames[] = "\x81\x81\0\0\0\0a" "\x82\x81\0\0\0\0b" "\x82\x81\0\0\0\0c" "\x81\x80\0\0\0\0" "\x82\x80\0\0\0\0"
		"\x01\x81\0\0\0\0d" "\x80\x81\0\0\0\0e" "\x02\x81\0\0\0\0f" "\x80\x81\0\0\0\0g" "\x81\x81\0\0\0\0h";
	wire_send(fd, frames, sizeof frames - 1);
	for (int n = 0; n < 8; n++)
		take_typed(pull, LONG);
}

ROW("5.4", ws_types_between_pairs)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("ws"));
	for (int n = 0; n < 2; n++) {
		int from = n == 0 ? a : b, to = n == 0 ? b : a;
		for (int type = 0; type <= 2; type++)
			R("send", put_typed(from, type, "hello"));
		for (int type = 0; type <= 2; type++)
			take_typed(to, LONG);
	}
}

static const struct {
	const char *road;
} roads[] = {{"inproc"}, {"ipc"}, {"tcp"}};
static const char *road_label(int i) { return roads[i].road; }

ROWS("5.4", ws_type_elsewhere, 3, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	char large[20001];
	join(a, b, address(roads[i].road));
	R("send", put_typed(a, TEXT, "hello"));
	take_typed(b, LONG);
	memset(large, 'x', sizeof large - 1);
	large[sizeof large - 1] = 0;
	R("send", put_typed(a, TEXT, large));
	void *control = NULL;
	struct nn_iovec part = {large, sizeof large};
	struct nn_msghdr m = {&part, 1, &control, NN_MSG};
	R("recv", nn_recvmsg(b, &m, 0));
	say("second=%s", NN_CMSG_NXTHDR(&m, NN_CMSG_FIRSTHDR(&m)) == NULL ? "no" : "yes");
}

ROW("5.4", ws_type_of_a_broadcast)
{
	int pub = cooked(NN_PUB), fd[2];
	const char *addr = address("ws");
	must(nn_bind(pub, addr));
	for (int n = 0; n < 2; n++)
		fd[n] = ws_dial(addr, "pub.sp.nanomsg.org");
	peers(pub, 2);
	put_typed(pub, TEXT, "hello");
	put_typed(pub, 0, "hello");
	for (int n = 0; n < 2; n++)
		say_frame(fd[n], 14);
}

/* A topic is looked for in texts as well. */
ROW("5.4", ws_type_of_what_a_sub_gets)
{
	int sub = cooked(NN_SUB), fd = by_hand(sub, "sub.sp.nanomsg.org");
	must(nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "a", 1));
	ws_frame(fd, 0x81, "b", 1);
	ws_frame(fd, 0x81, "a1", 2);
	ws_frame(fd, 0x82, "a2", 2);
	take_typed(sub, LONG);
	take_typed(sub, LONG);
}

/* The protocol's header is part of a frame's payload, and seldom text. */
static const struct {
	int protocol;
	const char *name;
} askers[] = {{NN_REQ, "REQ"}, {NN_SURVEYOR, "SURVEYOR"}}, answerers[] = {{NN_REP, "REP"}, {NN_RESPONDENT, "RESPONDENT"}};
static const char *asker_label(int i) { return askers[i].name; }
static const char *answerer_label(int i) { return answerers[i].name; }

static int answerer(int i, int *s)
{
	return by_hand(*s = cooked(answerers[i].protocol), i == 0 ? "rep.sp.nanomsg.org" : "respondent.sp.nanomsg.org");
}

ROWS("5.4", ws_type_of_an_answer, 2, answerer_label)
{
	int s, fd = answerer(i, &s);
	ws_frame(fd, 0x82, "\x80\0\0\1?", 5);
	take_typed(s, LONG);
	R("send", put_typed(s, TEXT, "!"));
	say_frame(fd, 7);
}

ROWS("5.4", ws_type_of_an_answer_whose_number_is_text, 2, answerer_label)
{
	int s, fd = answerer(i, &s);
	for (int type = 2; type >= 0; type--) {
		ws_frame(fd, 0x81, "\xc2\x80\1\1?", 5);
		take_typed(s, LONG);
		R("send", put_typed(s, type, "!"));
		say_frame(fd, 7);
	}
}

/* A question with that number, of a raw socket, as text. */
static int ask_typed(int s, const char *number)
{
	struct {
		struct nn_cmsghdr h;
		unsigned char type[8];
		struct nn_cmsghdr sp;
		size_t size;
		char number[8];
	} control = {{NN_CMSG_LEN(1), NN_WS, NN_WS_MSG_TYPE}, {TEXT}, {NN_CMSG_LEN(sizeof(size_t) + 4), PROTO_SP, SP_HDR}, 4, ""};
	memcpy(control.number, number, 4);
	struct nn_iovec part = {"?", 1};
	struct nn_msghdr m = {&part, 1, &control, sizeof control};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

ROWS("5.4", ws_type_of_a_question, 2, asker_label)
{
	int s = raw(askers[i].protocol), fd = by_hand(s, i == 0 ? "req.sp.nanomsg.org" : "surveyor.sp.nanomsg.org");
	R("send", ask_typed(s, "\xc2\x80\1\1"));
	say_frame(fd, 7);
	ws_frame(fd, 0x81, "\xc2\x80\1\1!", 5);
	take_typed(s, LONG);
	R("send", ask_typed(s, "\x80\0\0\1"));
	say_frame(fd, 7);
}

ROWS("5.4", ws_type_of_a_question_received, 2, asker_label)
{
	int ask = raw(askers[i].protocol), s = cooked(answerers[i].protocol);
	join(s, ask, address("ws"));
	R("send", ask_typed(ask, "\x80\0\0\1"));
	take_typed(s, 3 * SHORT);
}

/* Through a device. */
struct device {
	int a, b;
	pthread_t thread;
};

static void *run_device(void *arg)
{
	struct device *d = arg;
	nn_device(d->a, d->b);
	return NULL;
}

static const struct {
	const char *from, *to;
} ways[] = {{"ws", "ws"}, {"ws", "tcp"}, {"tcp", "ws"}};
static const char *way_label(int i)
{
	static char name[16];
	snprintf(name, sizeof name, "%s_%s", ways[i].from, ways[i].to);
	return name;
}

ROWS("5.4", ws_type_through_a_device, 3, way_label)
{
	struct device d = {.a = raw(NN_PULL), .b = raw(NN_PUSH)};
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(d.a, push, address(ways[i].from));
	join(d.b, pull, address(ways[i].to));
	pthread_create(&d.thread, NULL, run_device, &d);
	for (int type = 2; type >= 0; type--)
		R("send", put_typed(push, type, "hello"));
	for (int type = 2; type >= 0; type--)
		take_typed(pull, LONG);
	nn_close(d.a);
	pthread_join(d.thread, NULL);
}

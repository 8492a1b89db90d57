/* NN_SNDFD and NN_RCVFD: readable as soon as a send, or a receive, would not wait. */
#include <fcntl.h>

#include "row.h"

static const char *type_label(int i) { return type_name(i); }

ROWS("3.4", alone, TYPES, type_label)
{
	char body[8];
	int s = type_socket(i);
	struct nn_pollfd in = {s, NN_POLLIN, 9}, out = {s, NN_POLLOUT, 9}, both = {s, NN_POLLIN | NN_POLLOUT, 9};
	say("ready=%s", ready(s));
	R("poll_in", nn_poll(&in, 1, 0));
	R("poll_out", nn_poll(&out, 1, 0));
	R("poll", nn_poll(&both, 1, 0));
	R("recv", nn_recv(s, body, sizeof body, NN_DONTWAIT));
	patience(s, 20);
	R("recv_20ms", nn_recv(s, body, sizeof body, 0));
	R("send", nn_send(s, "x", 1, NN_DONTWAIT));
	say("ready=%s", ready(s));
	R("send_20ms", nn_send(s, "x", 1, 0));
	say("ready=%s", ready(s));
	set(s, NN_RCVTIMEO, 20);
	R("recv_20ms", nn_recv(s, body, sizeof body, 0));
}

ROW("3.4", descriptors)
{
	int s = cooked(NN_PAIR), in = get(s, NN_RCVFD), out = get(s, NN_SNDFD);
	say("same=%d again=%d,%d", in == out, in == get(s, NN_RCVFD), out == get(s, NN_SNDFD));
	say("cloexec=%d,%d", fcntl(in, F_GETFD) & FD_CLOEXEC, fcntl(out, F_GETFD) & FD_CLOEXEC);
	say("nonblock=%d,%d", (fcntl(in, F_GETFL) & O_NONBLOCK) != 0, (fcntl(out, F_GETFL) & O_NONBLOCK) != 0);
	nn_close(s);
	say("after=%d,%d", fcntl(in, F_GETFD) < 0, fcntl(out, F_GETFD) < 0);
}

ROWS("3.4", descriptors_of, TYPES, type_label)
{
	int fd, s = type_socket(i);
	size_t len = sizeof fd;
	R("in", nn_getsockopt(s, NN_SOL_SOCKET, NN_RCVFD, &fd, &len) == 0 ? fd > 2 : -1);
	R("out", nn_getsockopt(s, NN_SOL_SOCKET, NN_SNDFD, &fd, &len) == 0 ? fd > 2 : -1);
}

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("3.4", ready_pair, 4, road_label)
{
	char c;
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	say("%s %s", ready(a), ready(b));
	join(a, b, address(roads[i]));
	say("%s", await_out(a) && await_out(b) ? "joined" : "not joined");
	say("%s %s", ready(a), ready(b));
	put(a, "x");
	say("%s", await_in(b) ? "came" : "did not come");
	say("%s", ready(b));
	put(a, "y");
	nap(10);
	must(nn_recv(b, &c, 1, 0));
	say("%s", await_in(b) ? "came" : "did not come");
	must(nn_recv(b, &c, 1, 0));
	say("%s", ready(b));
	nn_close(a);
	peers(b, 0);
	say("%s", ready(b));
}

/* Over inproc each step is done when the call that made it returns. */
ROW("3.4", ready_reqrep)
{
	char body[8];
	int req = cooked(NN_REQ), rep = cooked(NN_REP);
	say("%s %s", ready(req), ready(rep));
	join(rep, req, "inproc://a");
	say("joined %s %s", ready(req), ready(rep));
	put(req, "x");
	say("asked %s %s", ready(req), ready(rep));
	must(nn_recv(rep, body, 8, 0));
	say("taken %s %s", ready(req), ready(rep));
	put(rep, "y");
	await_in(req); /* upstream's worker takes part in this step */
	say("answered %s %s", ready(req), ready(rep));
	must(nn_recv(req, body, 8, 0));
	say("done %s %s", ready(req), ready(rep));
	put(req, "x");
	put(req, "z");
	say("asked twice %s %s", ready(req), ready(rep));
}

ROW("3.4", ready_survey)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	set_at(ask, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, LONG);
	say("%s %s", ready(ask), ready(answer));
	join(answer, ask, "inproc://a");
	say("joined %s %s", ready(ask), ready(answer));
	put(ask, "x");
	say("asked %s %s", ready(ask), ready(answer));
	must(nn_recv(answer, body, 8, 0));
	say("taken %s %s", ready(ask), ready(answer));
	put(answer, "y");
	say("answered %s %s", ready(ask), ready(answer));
	must(nn_recv(ask, body, 8, 0));
	say("had %s %s", ready(ask), ready(answer));
	set_at(ask, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, 10);
	put(ask, "x");
	say("%s", await_in(ask) ? "over" : "not over");
	say("%s", ready(ask));
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
	say("%s", ready(ask));
}

ROW("3.4", ready_pubsub)
{
	char body[8];
	int pub = cooked(NN_PUB), sub = cooked(NN_SUB);
	must(nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "a", 1));
	join(pub, sub, "inproc://a");
	say("%s %s", ready(pub), ready(sub));
	put(pub, "abc");
	say("%s", ready(sub));
	must(nn_recv(sub, body, 8, 0));
	say("%s", ready(sub));
}

ROW("3.4", ready_sub_of_what_it_does_not_want)
{
	char body[8];
	int pub = cooked(NN_PUB), sub = cooked(NN_SUB);
	must(nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "a", 1));
	join(pub, sub, "inproc://a");
	put(pub, "xyz");
	say("%s", ready(sub));
	R("recv", nn_recv(sub, body, 8, NN_DONTWAIT));
	say("%s", ready(sub));
}

ROW("3.4", ready_pipeline)
{
	char c;
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(pull, NN_RCVBUF, 1);
	say("%s %s", ready(push), ready(pull));
	join(pull, push, "inproc://a");
	say("%s %s", ready(push), ready(pull));
	put(push, "x");
	say("%s %s", ready(push), ready(pull));
	put(push, "y");
	say("full %s %s", ready(push), ready(pull));
	R("send", put(push, "z"));
	must(nn_recv(pull, &c, 1, 0));
	say("one %s %s", ready(push), ready(pull));
	must(nn_recv(pull, &c, 1, 0));
	say("none %s %s", ready(push), ready(pull));
}

ROW("3.4", ready_bus)
{
	char c;
	int a = cooked(NN_BUS), b = cooked(NN_BUS);
	say("%s", ready(a));
	join(a, b, "inproc://a");
	say("%s %s", ready(a), ready(b));
	put(a, "x");
	say("%s %s", ready(a), ready(b));
	must(nn_recv(b, &c, 1, 0));
	say("%s %s", ready(a), ready(b));
}

ROW("3.4", ready_raw_reqrep)
{
	int req = raw(NN_REQ), rep = raw(NN_REP);
	say("%s %s", ready(req), ready(rep));
	join(rep, req, "inproc://a");
	say("%s %s", ready(req), ready(rep));
	must(post(req, "\x80\0\0\1", 4, "x"));
	say("%s %s", ready(req), ready(rep));
	struct letter l = open_letter(rep);
	say("%s %s", ready(req), ready(rep));
	must(post(rep, l.header, l.header_len, "y"));
	say("%s %s", ready(req), ready(rep));
	open_letter(req);
	say("%s %s", ready(req), ready(rep));
}

ROW("3.4", ready_after_full_tcp)
{
	static char body[1 << 16];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL), sent = 0;
	join(pull, push, address("tcp"));
	while (nn_send(push, body, sizeof body, NN_DONTWAIT) > 0 || (nap(20), nn_send(push, body, sizeof body, NN_DONTWAIT)) > 0)
		sent++;
	say("full=%s some=%d", ready(push), sent > 0);
	set(pull, NN_RCVTIMEO, LONG);
	for (int n = 0; n < sent; n++)
		must(nn_recv(pull, body, sizeof body, 0));
	say("%s", await_out(push) ? "again" : "never again");
}

/* A connection that comes or goes changes what a send would do. */
ROWS("3.4", ready_by_connection, 4, road_label)
{
	const char *addr = address(roads[i]);
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	say("%s", ready(push));
	must(nn_bind(push, addr));
	say("%s", ready(push));
	must(nn_connect(pull, addr));
	say("%s", await_out(push) ? "out" : "no");
	nn_close(pull);
	peers(push, 0);
	say("%s", ready(push));
}

/* inproc: names inside a process. */
#include "row.h"

static int fill(int s, int size)
{
	static char body[100000];
	int n = 0;
	while (n < 20000 && nn_send(s, body, size, NN_DONTWAIT) == size)
		n++;
	return n;
}

static const struct {
	int rcvbuf, size;
} queues[] = {{200, 10}, {200, 20}, {200, 100}, {200, 200}, {200, 1000}, {131072, 10}, {131072, 1000}, {1, 1}, {1, 100}, {10, 9}, {10, 10}, {10, 11},
	{1000, 1}, {131072, 65536}};
static const char *queue_label(int i)
{
	static char label[32];
	snprintf(label, sizeof label, "%d/%d", queues[i].rcvbuf, queues[i].size);
	return label;
}

/* How many of a size go before one would wait: the receiver's NN_RCVBUF counts. */
ROWS("5.1", inproc_queue, sizeof queues / sizeof *queues, queue_label)
{
	static char body[100000];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL), got = 0;
	set(pull, NN_RCVBUF, queues[i].rcvbuf);
	set(push, NN_SNDBUF, 1);
	join(pull, push, "inproc://a");
	say("sent=%d", fill(push, queues[i].size));
	while (nn_recv(pull, body, sizeof body, NN_DONTWAIT) == queues[i].size)
		got++;
	say("got=%d", got);
	say("again=%d", fill(push, queues[i].size));
}

ROW("5.1", inproc_queue_of_empty_messages)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(pull, push, "inproc://a");
	say("sent=%d", fill(push, 0));
}

ROW("5.1", inproc_queue_counts_headers)
{
	char body[20] = {0};
	int req = raw(NN_REQ), rep = raw(NN_REP), n = 0;
	set(rep, NN_RCVBUF, 200);
	join(rep, req, "inproc://a");
	memset(body, 'x', 10);
	while (n < 1000 && post(req, "\x80\0\0\1", 4, body) == 10)
		n++;
	say("sent=%d", n);
}

ROW("5.1", inproc_queue_set_too_late)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(pull, push, "inproc://a");
	set(pull, NN_RCVBUF, 200);
	say("sent=%d", fill(push, 100));
}

ROW("5.1", inproc_queue_of_the_connector)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(pull, NN_RCVBUF, 200);
	join(push, pull, "inproc://a");
	say("sent=%d", fill(push, 10));
}

ROW("5.1", inproc_queue_both_ways)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(a, NN_RCVBUF, 100);
	set(b, NN_RCVBUF, 300);
	join(a, b, "inproc://a");
	say("to b=%d to a=%d", fill(a, 10), fill(b, 10));
}

ROW("5.1", inproc_one_taken_one_more_sent)
{
	char body[100];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(pull, NN_RCVBUF, 200);
	join(pull, push, "inproc://a");
	fill(push, 10);
	for (int n = 0; n < 5; n++) {
		must(nn_recv(pull, body, 10, 0));
		say("%d", fill(push, 10));
	}
}

/* NN_RCVMAXSIZE is of connections that come from outside. */
ROW("5.1", inproc_has_no_max_size)
{
	static char body[2000000];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(pull, NN_RCVMAXSIZE, 10);
	set(pull, NN_RCVTIMEO, LONG);
	join(pull, push, "inproc://a");
	R("send", nn_send(push, body, sizeof body, 0));
	R("recv", nn_recv(pull, body, sizeof body, 0));
}

ROW("5.1", inproc_names)
{
	static const char *const names[] = {"inproc://", "inproc://a", "inproc://A", "inproc://a/b", "inproc://a b", "inproc://\xc3\xa9", "inproc://inproc://a"};
	for (size_t n = 0; n < sizeof names / sizeof *names; n++)
		R("bind", nn_bind(cooked(NN_PAIR), names[n]));
	for (size_t n = 0; n < sizeof names / sizeof *names; n++) {
		int s = cooked(NN_PAIR);
		must(nn_connect(s, names[n]));
		say("%d", (int) stat_of(s, NN_STAT_CURRENT_CONNECTIONS));
	}
}

ROW("5.1", inproc_bound_again)
{
	int a = cooked(NN_PUSH), b = cooked(NN_PULL), c = cooked(NN_PUSH);
	join(a, b, "inproc://a");
	nn_close(a);
	say("%d", (int) stat_of(b, NN_STAT_CURRENT_CONNECTIONS));
	R("bind", nn_bind(c, "inproc://a"));
	say("%d", (int) stat_of(b, NN_STAT_CURRENT_CONNECTIONS));
	R("send", put(c, "hello"));
	take("recv", b);
}

ROW("5.1", inproc_waiting_for_the_binder)
{
	int a = cooked(NN_PULL), b[3];
	for (int n = 0; n < 3; n++)
		must(nn_connect(b[n] = cooked(NN_PUSH), "inproc://a"));
	R("bind", nn_bind(a, "inproc://a"));
	say("%d", (int) stat_of(a, NN_STAT_CURRENT_CONNECTIONS));
	for (int n = 0; n < 3; n++)
		R("send", put(b[n], "x"));
}

ROW("5.1", inproc_peer_gone_with_what_it_sent)
{
	int a = cooked(NN_PUSH), b = cooked(NN_PULL);
	join(b, a, "inproc://a");
	for (int n = 0; n < 5; n++)
		put(a, "hello");
	say("%s", ready(b));
	nn_close(a);
	say("%s", ready(b));
	nothing("recv", b);
}

ROW("5.1", inproc_shut_down_with_what_it_sent)
{
	int a = cooked(NN_PUSH), b = cooked(NN_PULL);
	join(b, a, "inproc://a");
	for (int n = 0; n < 5; n++)
		put(a, "hello");
	R("shutdown", nn_shutdown(b, 1));
	peers(b, 0);
	nothing("recv", b);
}

ROW("5.1", inproc_body_is_copied)
{
	char body[8] = "before";
	int a = cooked(NN_PUSH), b = cooked(NN_PULL);
	join(b, a, "inproc://a");
	must(nn_send(a, body, 6, 0));
	memcpy(body, "after!", 6);
	take("recv", b);
}

/* Three in a ring do not stand still. */
ROW("5.1", inproc_ring)
{
	int s[3];
	char addr[32], body[8];
	for (int n = 0; n < 3; n++) {
		s[n] = cooked(NN_BUS);
		snprintf(addr, sizeof addr, "inproc://%d", n);
		must(nn_bind(s[n], addr));
	}
	for (int n = 0; n < 3; n++) {
		snprintf(addr, sizeof addr, "inproc://%d", (n + 1) % 3);
		must(nn_connect(s[n], addr));
	}
	for (int round = 0; round < 100; round++)
		for (int n = 0; n < 3; n++)
			must(nn_send(s[n], "x", 1, 0));
	int got = 0;
	for (int n = 0; n < 3; n++)
		while (nn_recv(s[n], body, sizeof body, NN_DONTWAIT) == 1)
			got++;
	say("%d", got);
}

/* Whoever binds next is connected when nn_bind returns, however often that was so before. */
ROW("5.1", inproc_bound_again_and_again)
{
	int sub = nn_socket(AF_SP, NN_SUB);
	nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "", 0);
	nn_connect(sub, "inproc://again");
	for (int n = 0; n < 5; n++) {
		char got[8];
		int pub = nn_socket(AF_SP, NN_PUB);
		nn_bind(pub, "inproc://again");
		nn_send(pub, "hello", 5, 0);
		R("recv", nn_recv(sub, got, sizeof got, NN_DONTWAIT));
		nn_close(pub);
	}
}

ROW("5.1", inproc_bound_by_another_kind_before)
{
	char got[8];
	int sub = nn_socket(AF_SP, NN_SUB), other = nn_socket(AF_SP, NN_SUB), pub = nn_socket(AF_SP, NN_PUB);
	nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "", 0);
	nn_bind(other, "inproc://again");
	nn_connect(sub, "inproc://again");
	nn_close(other);
	nn_bind(pub, "inproc://again");
	nn_send(pub, "hello", 5, 0);
	R("recv", nn_recv(sub, got, sizeof got, NN_DONTWAIT));
}

/* PUSH, PULL and PAIR: who gets what. */
#include "row.h"

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("4", pipeline_in_order, 4, road_label)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL), same = 0;
	patience(push, LONG);
	patience(pull, LONG);
	join(pull, push, address(roads[i]));
	for (int n = 0; n < 200; n++) {
		int got = -1;
		must(nn_send(push, &n, sizeof n, 0));
		must(nn_recv(pull, &got, sizeof got, 0));
		same += got == n;
	}
	for (int n = 0; n < 100; n++)
		must(nn_send(push, &n, sizeof n, 0));
	for (int n = 0; n < 100; n++) {
		int got = -1;
		must(nn_recv(pull, &got, sizeof got, 0));
		same += got == n;
	}
	say("%d", same);
}

ROW("4", push_by_turns)
{
	int push = cooked(NN_PUSH), pulls[3];
	must(nn_bind(push, "inproc://a"));
	for (int n = 0; n < 3; n++)
		must(nn_connect(pulls[n] = cooked(NN_PULL), "inproc://a"));
	for (int n = 0; n < 9; n++) {
		char c = '0' + n;
		must(nn_send(push, &c, 1, 0));
	}
	for (int n = 0; n < 3; n++)
		for (int k = 0; k < 4; k++) {
			char c;
			if (nn_recv(pulls[n], &c, 1, NN_DONTWAIT) == 1)
				say("%d:%c", n, c);
		}
}

ROW("4", pull_by_turns)
{
	int pull = cooked(NN_PULL), pushes[3];
	must(nn_bind(pull, "inproc://a"));
	for (int n = 0; n < 3; n++)
		must(nn_connect(pushes[n] = cooked(NN_PUSH), "inproc://a"));
	for (int n = 0; n < 9; n++) {
		char text[3] = {"abc"[n / 3], '0' + n % 3};
		must(put(pushes[n / 3], text));
	}
	for (int n = 0; n < 9; n++)
		take("", pull);
}

/* 1 is the best; 8 is what an endpoint has by itself. */
ROW("4", push_priorities)
{
	int push = cooked(NN_PUSH), good = cooked(NN_PULL), worse = cooked(NN_PULL);
	must(nn_bind(good, "inproc://good"));
	must(nn_bind(worse, "inproc://worse"));
	set(push, NN_SNDPRIO, 2);
	must(nn_connect(push, "inproc://worse"));
	set(push, NN_SNDPRIO, 1);
	must(nn_connect(push, "inproc://good"));
	put(push, "one");
	put(push, "two");
	nothing("worse", worse);
	take("good", good);
	take("good", good);
	nn_close(good);
	put(push, "three");
	take("worse", worse);
}

ROW("4", push_falls_to_the_next_priority)
{
	int push = cooked(NN_PUSH), good = cooked(NN_PULL), worse = cooked(NN_PULL);
	set(good, NN_RCVBUF, 1);
	set(worse, NN_RCVBUF, 1);
	must(nn_bind(good, "inproc://good"));
	must(nn_bind(worse, "inproc://worse"));
	set(push, NN_SNDPRIO, 9);
	must(nn_connect(push, "inproc://worse"));
	set(push, NN_SNDPRIO, 3);
	must(nn_connect(push, "inproc://good"));
	for (int n = 0; n < 5; n++)
		R("send", put(push, "12345" + n));
	for (int n = 0; n < 3; n++)
		nothing("good", good);
	for (int n = 0; n < 3; n++)
		nothing("worse", worse);
}

ROW("4", pull_priorities)
{
	int pull = cooked(NN_PULL), good = cooked(NN_PUSH), worse = cooked(NN_PUSH);
	set(pull, NN_RCVPRIO, 2);
	must(nn_bind(pull, "inproc://worse"));
	set(pull, NN_RCVPRIO, 1);
	must(nn_bind(pull, "inproc://good"));
	must(nn_connect(good, "inproc://good"));
	must(nn_connect(worse, "inproc://worse"));
	put(worse, "w1");
	put(worse, "w2");
	put(good, "g1");
	put(good, "g2");
	for (int n = 0; n < 4; n++)
		take("recv", pull);
}

ROWS("4", push_goes_on_with_another, 4, road_label)
{
	const char *addr = address(roads[i]);
	int push = cooked(NN_PUSH), one = cooked(NN_PULL), two = cooked(NN_PULL);
	must(nn_bind(push, addr));
	must(nn_connect(one, addr));
	peers(push, 1);
	must(nn_connect(two, addr));
	peers(push, 2);
	nn_close(one);
	peers(push, 1);
	for (int n = 0; n < 4; n++) {
		R("send", put(push, "x"));
		take("recv", two);
	}
	nn_close(two);
	peers(push, 0);
	R("send", put(push, "x"));
}

ROW("4", pair_second_over_inproc)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR), c = cooked(NN_PAIR);
	join(a, b, "inproc://a");
	set(c, NN_RECONNECT_IVL, 60000); /* it does not come in when b has gone */
	R("connect", nn_connect(c, "inproc://a"));
	R("send", put(c, "x"));
	put(b, "y");
	take("recv", a);
	put(a, "z");
	take("recv", b);
	nothing("recv", c);
	nn_close(b);
	R("send", put(c, "again"));
}

static const char *wire_label(int i) { return roads[i + 1]; }

/* The second is refused after it has shaken hands; what it sends is lost. */
ROWS("4", pair_second_is_refused, 3, wire_label)
{
	const char *addr = address(roads[i + 1]);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR), c = cooked(NN_PAIR);
	join(a, b, addr);
	must(nn_connect(c, addr));
	say("refused=%d", stat_becomes(a, NN_STAT_BROKEN_CONNECTIONS, 1) || stat_of(a, NN_STAT_BROKEN_CONNECTIONS) > 1);
	put(b, "y");
	take("recv", a);
	put(a, "z");
	take("recv", b);
	nothing("recv", c);
}

ROWS("4", pair_next_comes_in, 3, wire_label)
{
	const char *addr = address(roads[i + 1]);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR), c = cooked(NN_PAIR);
	join(a, b, addr);
	set(c, NN_RECONNECT_IVL, 10);
	nn_close(b);
	peers(a, 0);
	must(nn_connect(c, addr));
	peers(a, 1);
	set(c, NN_SNDTIMEO, LONG);
	R("send", nn_send(c, "mine", 4, 0));
	take("recv", a);
}

ROW("9", pair_third_binds)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR), c = cooked(NN_PAIR);
	R("connect", nn_connect(a, "inproc://a"));
	R("connect", nn_connect(b, "inproc://a"));
	R("bind", nn_bind(c, "inproc://a"));
	R("send", put(c, "x"));
	nothing("a", a);
	nothing("b", b);
}

ROW("9", pair_with_itself)
{
	int s = cooked(NN_PAIR);
	R("bind", nn_bind(s, "inproc://a"));
	R("connect", nn_connect(s, "inproc://a"));
	R("send", put(s, "x"));
	nothing("recv", s);
}

ROWS("4", raw_and_cooked, 4, road_label)
{
	int push = raw(NN_PUSH), pull = cooked(NN_PULL), a = raw(NN_PAIR), b = cooked(NN_PAIR);
	join(pull, push, address(roads[i]));
	join(a, b, address(roads[i]));
	put(push, "hello");
	take("recv", pull);
	put(a, "hello");
	take("recv", b);
	put(b, "you");
	take("recv", a);
}

/* As many as can be, until nobody takes more. */
ROW("4", push_blocks_when_full)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL), n = 0;
	set(pull, NN_RCVBUF, 200);
	join(pull, push, "inproc://a");
	while (nn_send(push, "0123456789", 10, NN_DONTWAIT) == 10)
		n++;
	say("%d", n);
	set(push, NN_SNDTIMEO, 10);
	R("send", nn_send(push, "x", 1, 0));
	take("recv", pull);
	R("send", put(push, "x"));
	R("send", put(push, "x"));
}

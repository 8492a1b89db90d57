/* nn_poll. */
#include "row.h"

static int a, b;

static void pair(void)
{
	a = cooked(NN_PAIR);
	b = cooked(NN_PAIR);
	join(a, b, "inproc://polls");
}

ROW("3.5", poll_ready)
{
	pair();
	struct nn_pollfd p[] = {{a, NN_POLLIN | NN_POLLOUT, 77}, {b, NN_POLLIN | NN_POLLOUT, 77}};
	R("poll", nn_poll(p, 2, LONG));
	say("%d %d", p[0].revents, p[1].revents);
	put(a, "x");
	R("poll", nn_poll(p, 2, LONG));
	say("%d %d", p[0].revents, p[1].revents);
}

ROW("9", poll_revents_where_nothing_is)
{
	int s = cooked(NN_PAIR);
	struct nn_pollfd p = {s, NN_POLLIN | NN_POLLOUT, 77};
	R("poll", nn_poll(&p, 1, 0));
	say("%d", p.revents);
	R("poll", nn_poll(&p, 1, 10));
	say("%d", p.revents);
}

ROW("3.5", poll_revents_of_the_others)
{
	int s = cooked(NN_PAIR), pub = cooked(NN_PUB);
	struct nn_pollfd p[] = {{s, NN_POLLIN, 77}, {pub, NN_POLLOUT, 77}, {s, 0, 77}};
	R("poll", nn_poll(p, 3, LONG));
	say("%d %d %d", p[0].revents, p[1].revents, p[2].revents);
}

ROW("3.5", poll_revents_after_an_error)
{
	int pub = cooked(NN_PUB);
	struct nn_pollfd p[] = {{pub, NN_POLLOUT, 77}, {99, NN_POLLIN, 77}};
	R("poll", nn_poll(p, 2, LONG));
	say("%d %d", p[0].revents, p[1].revents);
}

ROW("3.5", poll_wrong_direction)
{
	static const int types[] = {NN_PUB, NN_PUSH, NN_SUB, NN_PULL};
	for (int n = 0; n < 4; n++) {
		struct nn_pollfd p = {cooked(types[n]), NN_POLLIN, 77};
		R("in", nn_poll(&p, 1, 0));
		p.events = NN_POLLOUT;
		R("out", nn_poll(&p, 1, 0));
		p.events = NN_POLLIN | NN_POLLOUT;
		R("both", nn_poll(&p, 1, 0));
	}
}

ROW("3.5", poll_other_events)
{
	pair();
	struct nn_pollfd p = {a, 4 | 8, 77};
	R("poll", nn_poll(&p, 1, 0));
	say("%d", p.revents);
	p.events = NN_POLLOUT | 64;
	R("poll", nn_poll(&p, 1, 0));
	say("%d", p.revents);
	p.fd = 99;
	p.events = 0;
	R("poll", nn_poll(&p, 1, 0));
	say("%d", p.revents);
	p.events = 4;
	R("poll", nn_poll(&p, 1, 0));
}

ROW("3.5", poll_nothing)
{
	struct nn_pollfd p;
	must(nn_socket(AF_SP, NN_PAIR));
	R("poll", nn_poll(&p, 0, 0));
	R("poll", nn_poll(&p, 0, 20));
}

ROW("3.5", poll_the_same_twice)
{
	pair();
	struct nn_pollfd p[] = {{a, NN_POLLOUT, 77}, {a, NN_POLLOUT, 77}, {a, NN_POLLIN, 77}};
	R("poll", nn_poll(p, 3, 0));
	say("%d %d %d", p[0].revents, p[1].revents, p[2].revents);
}

ROW("3.5", poll_many)
{
	enum { MANY = 100 };
	struct nn_pollfd p[MANY];
	for (int n = 0; n < MANY; n++)
		p[n] = (struct nn_pollfd) {cooked(n % 2 ? NN_PUB : NN_BUS), NN_POLLOUT, 0};
	R("poll", nn_poll(p, MANY, 0));
}

ROW("3.5", poll_timeouts)
{
	pair();
	struct nn_pollfd p = {b, NN_POLLIN, 0};
	R("none", nn_poll(&p, 1, 20));
	put(a, "x");
	R("one", nn_poll(&p, 1, -1));
	take("recv", b);
	R("none", nn_poll(&p, 1, 0));
}

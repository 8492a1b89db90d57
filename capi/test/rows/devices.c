/* nn_device. */
#include <pthread.h>

#include "row.h"

static const char *type_label(int i) { return type_name(i); }

ROW("3.6", device_bad_numbers)
{
	int s = raw(NN_PAIR);
	R("none", nn_device(-1, -1));
	R("none", nn_device(-7, -1));
	R("first", nn_device(99, s));
	R("second", nn_device(s, 99));
	R("both", nn_device(99, 98));
	R("loop", nn_device(99, -1));
}

ROW("3.6", device_cooked)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR), c = raw(NN_PAIR);
	R("both", nn_device(a, b));
	R("first", nn_device(a, c));
	R("second", nn_device(c, a));
	R("loop", nn_device(a, -1));
	R("loop", nn_device(-1, a));
}

/* Which two make a device. Where they do, a timeout ends it. */
ROWS("3.6", device_of, 10, type_label)
{
	for (int other = 0; other < 10; other++) {
		int a = raw(type_protocol(i)), b = raw(type_protocol(other));
		patience(a, 5);
		patience(b, 5);
		R(type_name(other), nn_device(a, b));
		nn_close(a);
		nn_close(b);
	}
}

ROWS("3.6", device_loop_of, 10, type_label)
{
	int s = raw(type_protocol(i));
	patience(s, 5);
	R("first", nn_device(s, -1));
	R("second", nn_device(-1, s));
}

struct device {
	int a, b, rc, error;
	pthread_t thread;
};

static void *run_device(void *arg)
{
	struct device *d = arg;
	errno = 0;
	d->rc = nn_device(d->a, d->b);
	d->error = nn_errno();
	return NULL;
}

static void start(struct device *d, int a, int b)
{
	*d = (struct device) {.a = a, .b = b};
	pthread_create(&d->thread, NULL, run_device, d);
}

static void ended(struct device *d)
{
	pthread_join(d->thread, NULL);
	errno = d->error;
	say_result("device", d->rc);
}

/* A question goes from asker to answerer, and back goes the answer. */
static void between(int front, int back, int asker, int answerer)
{
	struct device d;
	join(front, asker, address("inproc"));
	join(back, answerer, address("inproc"));
	start(&d, front, back);
	put(asker, "question");
	take("recv", answerer);
	put(answerer, "answer");
	take("recv", asker);
	nn_close(front);
	nn_close(back);
	ended(&d);
}

ROW("3.6", device_reqrep) { between(raw(NN_REP), raw(NN_REQ), cooked(NN_REQ), cooked(NN_REP)); }
ROW("3.6", device_pair) { between(raw(NN_PAIR), raw(NN_PAIR), cooked(NN_PAIR), cooked(NN_PAIR)); }
ROW("3.6", device_bus) { between(raw(NN_BUS), raw(NN_BUS), cooked(NN_BUS), cooked(NN_BUS)); }

ROW("3.6", device_survey)
{
	int ask = cooked(NN_SURVEYOR);
	set_at(ask, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, LONG);
	between(raw(NN_RESPONDENT), raw(NN_SURVEYOR), ask, cooked(NN_RESPONDENT));
}

static const char *order_label(int i) { return i == 0 ? "forwards" : "backwards"; }

ROWS("3.6", device_pipeline, 2, order_label)
{
	struct device d;
	int from = raw(NN_PULL), to = raw(NN_PUSH), push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(from, push, address("inproc"));
	join(to, pull, address("inproc"));
	start(&d, i == 0 ? from : to, i == 0 ? to : from);
	put(push, "hello");
	take("recv", pull);
	nn_close(from);
	ended(&d);
}

ROWS("3.6", device_pubsub, 2, order_label)
{
	struct device d;
	int from = raw(NN_SUB), to = raw(NN_PUB), pub = cooked(NN_PUB), sub = cooked(NN_SUB);
	must(nn_setsockopt(from, NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
	must(nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
	join(from, pub, address("inproc"));
	join(to, sub, address("inproc"));
	start(&d, i == 0 ? from : to, i == 0 ? to : from);
	put(pub, "hello");
	take("recv", sub);
	nn_close(from);
	ended(&d);
}

ROW("3.6", device_without_subscription)
{
	struct device d;
	int from = raw(NN_SUB), to = raw(NN_PUB), pub = cooked(NN_PUB), sub = cooked(NN_SUB);
	must(nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
	join(from, pub, address("inproc"));
	join(to, sub, address("inproc"));
	start(&d, from, to);
	put(pub, "hello");
	nothing("recv", sub);
	nn_term();
	ended(&d);
}

ROW("3.6", device_loop)
{
	struct device d;
	int s = raw(NN_BUS), a = cooked(NN_BUS), b = cooked(NN_BUS);
	join(s, a, address("inproc"));
	must(nn_bind(s, "inproc://other"));
	must(nn_connect(b, "inproc://other"));
	start(&d, s, -1);
	put(a, "hello");
	take("recv", b);
	nothing("own", a);
	nn_close(s);
	ended(&d);
}

ROW("3.6", device_ttl)
{
	for (int ttl = 1; ttl <= 3; ttl++) {
		struct device d;
		int front = raw(NN_REP), back = raw(NN_REQ), req = cooked(NN_REQ), rep = cooked(NN_REP);
		set(rep, NN_MAXTTL, ttl);
		join(front, req, address("inproc"));
		join(back, rep, address("inproc"));
		start(&d, front, back);
		put(req, "question");
		if (ttl == 1)
			nothing("recv", rep);
		else
			take("recv", rep);
		nn_close(front);
		nn_close(back);
		ended(&d);
	}
}

ROW("3.6", device_ended_by_term)
{
	struct device d;
	start(&d, raw(NN_REP), raw(NN_REQ));
	nap(SHORT);
	nn_term();
	ended(&d);
}

/* One of two closed: does the device end, before the other has a message? */
ROW("9", device_with_one_side_closed)
{
	struct device d;
	int front = raw(NN_REP), back = raw(NN_REQ);
	start(&d, front, back);
	nap(SHORT);
	nn_close(front);
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 1;
	int rc = pthread_timedjoin_np(d.thread, NULL, &until);
	say("%s", rc == 0 ? "ended" : "goes on");
	if (rc == 0) {
		errno = d.error;
		say_result("device", d.rc);
		return;
	}
	nn_close(back);
	ended(&d);
}

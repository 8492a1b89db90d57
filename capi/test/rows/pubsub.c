/* PUB and SUB, and BUS. */
#include "row.h"

static int subscribe(int s, const char *topic) { return nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, topic, strlen(topic)); }
static int unsubscribe(int s, const char *topic) { return nn_setsockopt(s, NN_SUB, NN_SUB_UNSUBSCRIBE, topic, strlen(topic)); }

static int pub, sub;

static void pair(void)
{
	pub = cooked(NN_PUB);
	sub = cooked(NN_SUB);
	join(pub, sub, "inproc://pubsub");
}

/* Which of these come? */
static void which(const char *const *texts)
{
	char body[32];
	for (; *texts != NULL; texts++) {
		must(put(pub, *texts));
		int rc = nn_recv(sub, body, sizeof body, NN_DONTWAIT);
		say("%s%s", rc < 0 ? "-" : "+", *texts);
	}
}

ROW("4", sub_without_subscription)
{
	pair();
	which((const char *[]) {"", "a", "abc", NULL});
}

ROW("4", sub_all)
{
	pair();
	R("sub", subscribe(sub, ""));
	which((const char *[]) {"", "a", "abc", NULL});
}

ROW("4", sub_prefix)
{
	pair();
	R("sub", subscribe(sub, "abc"));
	which((const char *[]) {"", "a", "ab", "abc", "abcd", "abd", "bc", "ABC", NULL});
}

ROW("4", sub_many_prefixes)
{
	pair();
	R("sub", subscribe(sub, "a"));
	R("sub", subscribe(sub, "bcd"));
	R("sub", subscribe(sub, "bce"));
	R("sub", subscribe(sub, "x"));
	which((const char *[]) {"a", "abc", "bcd", "bcex", "bcf", "b", "xyz", "y", NULL});
}

ROW("4", sub_counted)
{
	pair();
	R("sub", subscribe(sub, "a"));
	R("sub", subscribe(sub, "a"));
	R("unsub", unsubscribe(sub, "a"));
	which((const char *[]) {"a", NULL});
	R("unsub", unsubscribe(sub, "a"));
	which((const char *[]) {"a", NULL});
}

ROW("4", sub_counted_all)
{
	pair();
	R("sub", subscribe(sub, ""));
	R("sub", subscribe(sub, ""));
	R("unsub", unsubscribe(sub, ""));
	which((const char *[]) {"a", NULL});
	R("unsub", unsubscribe(sub, ""));
	which((const char *[]) {"a", NULL});
	R("unsub", unsubscribe(sub, ""));
}

ROW("4", sub_null)
{
	pair();
	R("sub", nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, NULL, 0));
	which((const char *[]) {"a", NULL});
	R("unsub", nn_setsockopt(sub, NN_SUB, NN_SUB_UNSUBSCRIBE, NULL, 0));
	which((const char *[]) {"a", NULL});
	R("fault", nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, NULL, 3));
}

ROW("4", sub_bytes)
{
	char body[8];
	pair();
	R("sub", nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, "\0\xff", 2));
	must(nn_send(pub, "\0\xffx", 3, 0));
	R("recv", nn_recv(sub, body, sizeof body, NN_DONTWAIT));
	must(nn_send(pub, "\0x", 2, 0));
	R("recv", nn_recv(sub, body, sizeof body, NN_DONTWAIT));
}

ROW("4", sub_long_topic)
{
	static char topic[10000], body[10001];
	memset(topic, 't', sizeof topic);
	memset(body, 't', sizeof body);
	pair();
	R("sub", nn_setsockopt(sub, NN_SUB, NN_SUB_SUBSCRIBE, topic, sizeof topic));
	must(nn_send(pub, body, 10001, 0));
	R("longer", nn_recv(sub, body, sizeof body, NN_DONTWAIT));
	must(nn_send(pub, body, 9999, 0));
	R("shorter", nn_recv(sub, body, sizeof body, NN_DONTWAIT));
	R("unsub", nn_setsockopt(sub, NN_SUB, NN_SUB_UNSUBSCRIBE, topic, sizeof topic));
	must(nn_send(pub, body, 10001, 0));
	R("longer", nn_recv(sub, body, sizeof body, NN_DONTWAIT));
}

ROW("9", unsub_all_of_nothing) { R("unsub", unsubscribe(cooked(NN_SUB), "")); }
ROW("9", unsub_of_nothing) { R("unsub", unsubscribe(cooked(NN_SUB), "a")); }

static const struct {
	const char *name, *topic;
} unknown[] = {{"shorter", "ab"}, {"longer", "abcd"}, {"other", "xyz"}};
static const char *unknown_label(int i) { return unknown[i].name; }

ROWS("9", unsub_unknown, 3, unknown_label)
{
	pair();
	R("sub", subscribe(sub, "abc"));
	R("unsub", unsubscribe(sub, unknown[i].topic));
	which((const char *[]) {"abc", "ab", NULL});
}

ROW("9", unsub_all_takes_another)
{
	pair();
	R("sub", subscribe(sub, "abc"));
	R("unsub", unsubscribe(sub, ""));
	which((const char *[]) {"abc", NULL});
}

ROW("9", sub_ninth_sibling)
{
	pair();
	R("sub", subscribe(sub, "a"));
	for (char topic[3] = "a1"; topic[1] <= '9'; topic[1]++)
		must(subscribe(sub, topic));
	which((const char *[]) {"a1", "a9", "ax", "a", NULL});
}

ROW("4", unsub_one_of_many)
{
	pair();
	R("sub", subscribe(sub, "ab"));
	R("sub", subscribe(sub, "ac"));
	R("unsub", unsubscribe(sub, "ab"));
	which((const char *[]) {"ab", "ac", NULL});
}

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("4", pub_to_many, 4, road_label)
{
	const char *addr = address(roads[i]);
	int s = cooked(NN_PUB), subs[3];
	must(nn_bind(s, addr));
	for (int n = 0; n < 3; n++) {
		subs[n] = cooked(NN_SUB);
		must(subscribe(subs[n], n == 2 ? "other" : ""));
		must(nn_connect(subs[n], addr));
	}
	peers(s, 3);
	put(s, "hello");
	put(s, "other things");
	for (int n = 0; n < 3; n++) {
		take("recv", subs[n]);
		if (n < 2)
			take("recv", subs[n]);
	}
}

ROWS("4", sub_of_many, 4, road_label)
{
	int s = cooked(NN_SUB), one = cooked(NN_PUB), two = cooked(NN_PUB);
	must(subscribe(s, ""));
	join(one, s, address(roads[i]));
	join(two, s, address(roads[i]));
	put(one, "one");
	take("recv", s);
	put(two, "two");
	take("recv", s);
}

ROWS("4", sub_raw, 4, road_label)
{
	int p = raw(NN_PUB), s = raw(NN_SUB);
	join(p, s, address(roads[i]));
	put(p, "before");
	nothing("recv", s);
	R("sub", subscribe(s, "a"));
	put(p, "b");
	put(p, "a");
	take("recv", s);
}

/* A subscriber that does not receive costs the publisher nothing. */
ROW("4", pub_never_waits)
{
	static char body[100000];
	int p = cooked(NN_PUB), s = cooked(NN_SUB), sent = 0;
	must(subscribe(s, ""));
	join(p, s, address("tcp"));
	for (int n = 0; n < 1000; n++)
		sent += nn_send(p, body, sizeof body, 0) == sizeof body;
	say("%d", sent);
}

ROW("4", pub_drops_for_the_slow_alone)
{
	char body[8];
	int p = cooked(NN_PUB), slow = cooked(NN_SUB), quick = cooked(NN_SUB), got = 0, late = 0;
	must(subscribe(slow, ""));
	must(subscribe(quick, ""));
	set(slow, NN_RCVBUF, 1);
	must(nn_bind(p, "inproc://a"));
	must(nn_connect(slow, "inproc://a"));
	must(nn_connect(quick, "inproc://a"));
	for (int n = 0; n < 10; n++) {
		put(p, "hello");
		got += nn_recv(quick, body, sizeof body, NN_DONTWAIT) == 5;
	}
	while (nn_recv(slow, body, sizeof body, NN_DONTWAIT) == 5)
		late++;
	say("quick=%d slow=%d", got, late);
}

ROWS("4", bus, 4, road_label)
{
	int a = cooked(NN_BUS), b = cooked(NN_BUS), c = cooked(NN_BUS);
	const char *first = address(roads[i]), *second = address(roads[i]);
	must(nn_bind(a, first));
	must(nn_connect(b, first));
	must(nn_bind(b, second));
	must(nn_connect(c, second));
	peers(a, 1);
	peers(b, 2);
	peers(c, 1);
	put(a, "from a");
	take("b", b);
	nothing("c", c);
	put(b, "from b");
	take("a", a);
	take("c", c);
	nothing("b", b);
}

ROW("4", bus_with_itself)
{
	int s = cooked(NN_BUS);
	R("bind", nn_bind(s, "inproc://a"));
	R("connect", nn_connect(s, "inproc://a"));
	put(s, "x");
	nothing("recv", s);
	nothing("recv", s);
	nothing("recv", s);
}

/* With the header that came a message goes to all but where it came from. */
ROW("4", bus_raw_passes_on)
{
	int s = raw(NN_BUS), a = cooked(NN_BUS), b = cooked(NN_BUS);
	must(nn_bind(s, "inproc://a"));
	must(nn_connect(a, "inproc://a"));
	must(nn_connect(b, "inproc://a"));
	put(a, "hello");
	struct letter l = open_letter(s);
	say("header=%zu", l.header_len);
	R("send", post(s, l.header, l.header_len, "passed on"));
	take("b", b);
	nothing("a", a);
	R("send", put(s, "to all"));
	take("a", a);
	take("b", b);
	R("send", post(s, l.header, 4, "x"));
}

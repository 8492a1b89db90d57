/* nn_get_statistic. */
#include "row.h"

static const struct {
	const char *name;
	int id;
} stats[] = {{"est", NN_STAT_ESTABLISHED_CONNECTIONS}, {"acc", NN_STAT_ACCEPTED_CONNECTIONS}, {"drop", NN_STAT_DROPPED_CONNECTIONS},
	{"broken", NN_STAT_BROKEN_CONNECTIONS}, {"conn_err", NN_STAT_CONNECT_ERRORS}, {"bind_err", NN_STAT_BIND_ERRORS},
	{"acc_err", NN_STAT_ACCEPT_ERRORS}, {"sent", NN_STAT_MESSAGES_SENT}, {"rcvd", NN_STAT_MESSAGES_RECEIVED},
	{"bsent", NN_STAT_BYTES_SENT}, {"brcvd", NN_STAT_BYTES_RECEIVED}, {"cur", NN_STAT_CURRENT_CONNECTIONS},
	{"inpr", NN_STAT_INPROGRESS_CONNECTIONS}, {"prio", NN_STAT_CURRENT_SND_PRIORITY}, {"ep_err", NN_STAT_CURRENT_EP_ERRORS}};

/* Those that are not 0. */
static void show(const char *who, int s)
{
	say("%s:", who);
	for (size_t n = 0; n < sizeof stats / sizeof *stats; n++) {
		long long v = (long long) nn_get_statistic(s, stats[n].id);
		if (v != 0)
			say("%s=%lld", stats[n].name, v);
	}
}

static const char *type_label(int i) { return type_name(i); }
static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("3.1", statistics_at_first, TYPES, type_label) { show("new", type_socket(i)); }

ROW("3.1", statistics_unknown)
{
	static const int ids[] = {0, 1, -1, 100, 108, 200, 204, 300, 305, 400, 402, 1000, INT_MAX, INT_MIN};
	int s = cooked(NN_PAIR);
	for (size_t n = 0; n < sizeof ids / sizeof *ids; n++) {
		errno = 0;
		uint64_t v = nn_get_statistic(s, ids[n]);
		say("%d:%s", ids[n], v == UINT64_MAX ? errno_name(errno) : "value");
	}
}

ROWS("3.1", statistics_connected, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address(roads[i]));
	show("binder", a);
	show("connector", b);
}

ROWS("3.1", statistics_connected_first, 4, road_label)
{
	const char *addr = address(roads[i]);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(b, NN_RECONNECT_IVL, 20);
	must(nn_connect(b, addr));
	nap(10);
	say("waiting: cur=%d", (int) stat_of(b, NN_STAT_CURRENT_CONNECTIONS));
	if (i == 0)
		show("connector", b);
	must(nn_bind(a, addr));
	peers(a, 1);
	peers(b, 1);
	show("binder", a);
	say("est=%d errors=%s ep_err=%d", (int) stat_of(b, NN_STAT_ESTABLISHED_CONNECTIONS),
		stat_of(b, NN_STAT_CONNECT_ERRORS) > 0 ? "some" : "none", (int) stat_of(b, NN_STAT_CURRENT_EP_ERRORS));
}

ROWS("3.1", statistics_messages, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address(roads[i]));
	put(a, "hello");
	put(a, "");
	take("recv", b);
	take("recv", b);
	put(b, "four");
	take("recv", a);
	char c;
	R("none", nn_recv(a, &c, 1, NN_DONTWAIT));
	put(a, "cut");
	set(b, NN_RCVTIMEO, LONG);
	R("cut", nn_recv(b, &c, 1, 0));
	for (int n = 7; n <= 10; n++) {
		say("%s=%d,%d", stats[n].name, (int) stat_of(a, stats[n].id), (int) stat_of(b, stats[n].id));
	}
}

ROWS("3.1", statistics_after_peer_closed, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address(roads[i]));
	nn_close(b);
	peers(a, 0);
	show("binder", a);
}

ROWS("3.1", statistics_after_binder_closed, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(b, NN_RECONNECT_IVL, LONG);
	join(a, b, address(roads[i]));
	nn_close(a);
	peers(b, 0);
	say("broken=%d est=%d drop=%d", (int) stat_of(b, NN_STAT_BROKEN_CONNECTIONS), (int) stat_of(b, NN_STAT_ESTABLISHED_CONNECTIONS),
		(int) stat_of(b, NN_STAT_DROPPED_CONNECTIONS));
}

ROW("3.1", statistics_pub_to_nobody)
{
	int s = cooked(NN_PUB);
	put(s, "hello");
	put(s, "you");
	show("pub", s);
}

ROW("3.1", statistics_header_is_not_counted)
{
	int req = cooked(NN_REQ), rep = cooked(NN_REP);
	join(rep, req, "inproc://a");
	put(req, "hello");
	take("recv", rep);
	put(rep, "you");
	take("recv", req);
	show("req", req);
	show("rep", rep);
}

ROW("3.1", statistics_failed_bind)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	const char *addr = address("tcp");
	must(nn_bind(a, addr));
	R("bind", nn_bind(b, addr));
	show("b", b);
}

ROW("3.1", statistics_refused)
{
	int s = cooked(NN_PAIR);
	set(s, NN_RECONNECT_IVL, LONG);
	must(nn_connect(s, address("tcp")));
	say("%d", stat_becomes(s, NN_STAT_CURRENT_EP_ERRORS, 1));
	say("errors=%s", stat_of(s, NN_STAT_CONNECT_ERRORS) > 0 ? "some" : "none");
	say("est=%d ep_err=%d cur=%d", (int) stat_of(s, NN_STAT_ESTABLISHED_CONNECTIONS), (int) stat_of(s, NN_STAT_CURRENT_EP_ERRORS),
		(int) stat_of(s, NN_STAT_CURRENT_CONNECTIONS));
}

ROW("3.1", statistics_errors_end_with_a_connection)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	const char *addr = address("tcp");
	set(b, NN_RECONNECT_IVL, 10);
	must(nn_connect(b, addr));
	say("%d", stat_becomes(b, NN_STAT_CURRENT_EP_ERRORS, 1));
	must(nn_bind(a, addr));
	peers(b, 1);
	say("ep_err=%d", (int) stat_of(b, NN_STAT_CURRENT_EP_ERRORS));
}

static const int balancing[] = {NN_PUSH, NN_REQ};
static const char *balancing_label(int i) { return i == 0 ? "PUSH" : "REQ"; }

ROWS("3.1", statistics_priority, 2, balancing_label)
{
	int s = cooked(balancing[i]), far = i == 0 ? NN_PULL : NN_REP, first = cooked(far), second = cooked(far);
	must(nn_bind(first, "inproc://first"));
	must(nn_bind(second, "inproc://second"));
	say("%lld", (long long) stat_of(s, NN_STAT_CURRENT_SND_PRIORITY));
	set(s, NN_SNDPRIO, 5);
	must(nn_connect(s, "inproc://second"));
	say("%lld", (long long) stat_of(s, NN_STAT_CURRENT_SND_PRIORITY));
	set(s, NN_SNDPRIO, 2);
	must(nn_connect(s, "inproc://first"));
	say("%lld", (long long) stat_of(s, NN_STAT_CURRENT_SND_PRIORITY));
	nn_close(first);
	stat_becomes(s, NN_STAT_CURRENT_CONNECTIONS, 1);
	say("%lld", (long long) stat_of(s, NN_STAT_CURRENT_SND_PRIORITY));
	nn_close(second);
	stat_becomes(s, NN_STAT_CURRENT_CONNECTIONS, 0);
	say("%lld", (long long) stat_of(s, NN_STAT_CURRENT_SND_PRIORITY));
}

ROW("3.1", print_errors)
{
	setenv("NN_PRINT_ERRORS", "1", 1);
	FILE *f = freopen("errors", "w", stderr);
	int s = cooked(NN_PAIR);
	must(nn_setsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, "me", 2));
	set(s, NN_RECONNECT_IVL, 10);
	must(nn_connect(s, address("tcp")));
	for (int ms = 0; ms < LONG && stat_of(s, NN_STAT_CONNECT_ERRORS) < 3; ms++)
		nap(1);
	fclose(f);
	char line[200] = "";
	int lines = 0;
	f = fopen("errors", "r");
	while (fgets(line, sizeof line, f) != NULL)
		lines++;
	line[strcspn(line, "\n")] = 0;
	for (char *c = strchr(line, '['); c != NULL && *c != 0 && *c != ']'; c++)
		if (*c >= '0' && *c <= '9')
			*c = '1';
	say("%d \"%.*s…%s\"", lines, (int) strcspn(line, "["), line, strchr(line, ']') == NULL ? "" : strchr(line, ']'));
}

/* nn_bind, nn_connect, nn_shutdown: what is an address, and what an endpoint. */
#include "row.h"

/* Long names that are all right but for their length. */
static const char *long_address(int len)
{
	static char addr[400];
	memset(addr, 'a', sizeof addr);
	memcpy(addr, "inproc://", 9);
	addr[len] = 0;
	return addr;
}

static const struct {
	const char *name, *addr;
} addresses[] = {{"empty", ""}, {"word", "tcp"}, {"colon", "tcp:"}, {"one_slash", "tcp:/"}, {"no_slashes", "tcp:127.0.0.1:5555"},
	{"half_slashes", "tcp:/127.0.0.1:5555"}, {"only_separator", "://"}, {"no_scheme", "://a"}, {"slashes", "//a"},
	{"unknown", "what://ever"}, {"capitals", "INPROC://a"}, {"capital_tcp", "TCP://127.0.0.1:5555"}, {"shorter", "inpro://a"},
	{"longer", "inprocs://a"}, {"space", " inproc://a"}, {"tcp4", "tcp4://127.0.0.1:5555"}, {"tls", "tls+tcp://127.0.0.1:5555"},
	{"wss", "wss://127.0.0.1:5555"}, {"abstract", "abstract://a"}, {"early_colon", "a:b://c"}, {"inproc_empty", "inproc://"},
	{"inproc_odd", "inproc://a b:c/d;e"}, {"tcpmux", "tcpmux://127.0.0.1:5555"}, {"udp", "udp://127.0.0.1:5555"}};

enum { ADDRESSES = sizeof addresses / sizeof *addresses };

static const char *address_label(int i) { return addresses[i].name; }

ROWS("5.0", scheme_bind, ADDRESSES, address_label) { R("bind", nn_bind(cooked(NN_PAIR), addresses[i].addr)); }
ROWS("5.0", scheme_connect, ADDRESSES, address_label) { R("connect", nn_connect(cooked(NN_PAIR), addresses[i].addr)); }

ROW("1.1", address_null)
{
	int s = cooked(NN_PAIR);
	R("bind", nn_bind(s, NULL));
	R("connect", nn_connect(s, NULL));
}

ROW("1.1", address_length)
{
	static const int lengths[] = {126, 127, 128, 129, 300};
	for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
		R("bind", nn_bind(cooked(NN_PAIR), long_address(lengths[n])));
		R("connect", nn_connect(cooked(NN_PAIR), long_address(lengths[n])));
	}
}

ROW("1.1", address_length_before_scheme)
{
	char addr[201];
	memset(addr, 'x', 200);
	addr[200] = 0;
	int s = cooked(NN_PAIR);
	R("bind", nn_bind(s, addr));
	R("connect", nn_connect(s, addr));
}

ROW("1.1", endpoint_numbers)
{
	int s = cooked(NN_PUB);
	R("bind", nn_bind(s, "inproc://a"));
	R("connect", nn_connect(s, "inproc://b"));
	R("bad", nn_connect(s, "tcp://a"));
	R("bad", nn_bind(s, "inproc://a"));
	R("connect", nn_connect(s, "inproc://b"));
	R("shutdown", nn_shutdown(s, 2));
	R("connect", nn_connect(s, "inproc://b"));
	R("other", nn_bind(cooked(NN_PUB), "inproc://c"));
}

ROW("1.1", shutdown_arguments)
{
	int s = cooked(NN_PAIR);
	R("none", nn_shutdown(s, 1));
	must(nn_bind(s, "inproc://a"));
	R("0", nn_shutdown(s, 0));
	R("-1", nn_shutdown(s, -1));
	R("2", nn_shutdown(s, 2));
	R("max", nn_shutdown(s, INT_MAX));
	R("1", nn_shutdown(s, 1));
	R("again", nn_shutdown(s, 1));
}

ROW("1.1", shutdown_of_another_socket)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	must(nn_bind(a, "inproc://a"));
	R("b", nn_shutdown(b, 1));
	R("a", nn_shutdown(a, 1));
}

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("1.1", shutdown_frees_the_address, 4, road_label)
{
	const char *addr = address(roads[i]);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	must(nn_bind(a, addr));
	R("taken", nn_bind(b, addr));
	R("shutdown", nn_shutdown(a, 1));
	int rc = -1;
	for (int ms = 0; ms < LONG && rc < 0; ms++) {
		rc = nn_bind(b, addr);
		nap(1);
	}
	R("bind", rc);
}

ROWS("1.1", close_frees_the_address, 4, road_label)
{
	const char *addr = address(roads[i]);
	for (int n = 0; n < 5; n++) {
		int s = cooked(NN_PAIR);
		R("bind", nn_bind(s, addr));
		R("close", nn_close(s));
	}
}

ROWS("1.1", shutdown_drops_connections, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address(roads[i]));
	R("shutdown", nn_shutdown(a, 1));
	peers(a, 0);
	peers(b, 0);
	R("send", put(a, "x"));
	say("dropped=%d", (int) stat_of(a, NN_STAT_DROPPED_CONNECTIONS));
	say("broken=%d", (int) stat_of(b, NN_STAT_BROKEN_CONNECTIONS));
}

ROWS("1.1", shutdown_of_connector, 4, road_label)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address(roads[i]));
	R("shutdown", nn_shutdown(b, 1));
	peers(a, 0);
	peers(b, 0);
	say("dropped=%d", (int) stat_of(b, NN_STAT_DROPPED_CONNECTIONS));
	say("broken=%d", (int) stat_of(a, NN_STAT_BROKEN_CONNECTIONS));
}

ROWS("1.1", bind_taken, 4, road_label)
{
	const char *addr = address(roads[i]);
	int s = cooked(NN_BUS);
	R("bind", nn_bind(s, addr));
	R("same", nn_bind(s, addr));
	R("other", nn_bind(cooked(NN_BUS), addr));
}

ROWS("1.1", connect_before_bind, 4, road_label)
{
	const char *addr = address(roads[i]);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(b, NN_RECONNECT_IVL, 10);
	R("connect", nn_connect(b, addr));
	R("bind", nn_bind(a, addr));
	peers(a, 1);
	peers(b, 1);
	R("send", put(b, "hello"));
	take("recv", a);
}

ROWS("1.1", connect_twice, 4, road_label)
{
	const char *addr = address(roads[i]);
	int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
	R("bind", nn_bind(pull, addr));
	R("connect", nn_connect(push, addr));
	R("connect", nn_connect(push, addr));
	peers(pull, 2);
	peers(push, 2);
}

ROWS("1.1", many_endpoints, 4, road_label)
{
	int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
	for (int n = 1; n <= 20; n++) {
		const char *addr = address(roads[i]);
		if (must(nn_bind(pull, addr)) != n || must(nn_connect(push, addr)) != n)
			say("other number");
	}
	peers(push, 20);
	say("20");
	for (int n = 1; n <= 20; n++)
		must(nn_shutdown(n % 2 ? pull : push, n));
	peers(push, 0);
	say("0");
}

ROWS("4", mismatch, 4, road_label)
{
	const char *addr = address(roads[i]);
	int a = cooked(NN_PAIR), b = cooked(NN_PUSH);
	R("bind", nn_bind(a, addr));
	R("connect", nn_connect(b, addr));
	nap(SHORT);
	R("send", put(b, "x"));
	nothing("recv", a);
	say("peers=%d,%d", (int) stat_of(a, NN_STAT_CURRENT_CONNECTIONS), (int) stat_of(b, NN_STAT_CURRENT_CONNECTIONS));
}

/* Who is whose peer, of all types with each other. */
static const char *type_label(int i) { return type_name(i); }

ROWS("4", peer_of, TYPES, type_label)
{
	for (int n = 0; n < TYPES; n++) {
		char addr[32];
		snprintf(addr, sizeof addr, "inproc://%d", n);
		int a = type_socket(i), b = type_socket(n);
		must(nn_bind(a, addr));
		must(nn_connect(b, addr));
		if (stat_of(a, NN_STAT_CURRENT_CONNECTIONS) == 1 && stat_of(b, NN_STAT_CURRENT_CONNECTIONS) == 1)
			say("%s", type_name(n));
	}
}

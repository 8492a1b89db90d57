/* What is an address of tcp and of ws. P stands for a port that is free. */
#include "row.h"

static const struct {
	const char *name, *text;
} addresses[] = {{"any", "*:P"}, {"literal", "127.0.0.1:P"}, {"bracketed", "[127.0.0.1]:P"}, {"localhost", "localhost:P"},
	{"short", "127.1:P"}, {"interface", "lo:P"}, {"no_host", ":P"}, {"foreign", "203.0.113.77:P"}, {"port_0", "127.0.0.1:0"},
	{"port_empty", "127.0.0.1:"}, {"port_65536", "127.0.0.1:65536"}, {"port_huge", "127.0.0.1:99999999999"}, {"port_plus", "127.0.0.1:+80"},
	{"port_minus", "127.0.0.1:-80"}, {"port_letters", "127.0.0.1:http"}, {"port_mixed", "127.0.0.1:80x"}, {"port_space", "127.0.0.1: 80"},
	{"no_port", "127.0.0.1"}, {"nothing", ""}, {"leading_zero", "127.0.0.1:0P"}, {"v6", "[::1]:P"}, {"v6_bare", "::1:P"},
	{"v6_open", "[::1:P"}, {"v6_any", "[::]:P"}, {"path", "127.0.0.1:P/x"}, {"local", "127.0.0.1;127.0.0.1:P"}, {"local_any", "*;127.0.0.1:P"},
	{"local_interface", "lo;127.0.0.1:P"}, {"local_missing_interface", "eth99;127.0.0.1:P"}, {"local_name", "localhost;127.0.0.1:P"},
	{"local_nothing", ";127.0.0.1:P"}, {"underscore", "under_score:P"}, {"minus_first", "-host:P"}, {"minus_last", "host-:P"},
	{"two_dots", "ho..st:P"}, {"dot_first", ".host.test:P"}, {"dot_last", "127.0.0.1.:P"}, {"name", "no-such-host.test:P"},
	{"space", "local host:P"}, {"star_inside", "a*b:P"}, {"octet", "127.0.0.256:P"}, {"two_ports", "127.0.0.1:1:P"},
	{"label_63", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:P"},
	{"label_64", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa:P"}};

enum { ADDRESSES = sizeof addresses / sizeof *addresses };

static const char *address_label(int i) { return addresses[i].name; }

static const char *spell(const char *scheme, const char *text)
{
	static char addr[200];
	const char *p = strchr(text, 'P');
	if (p == NULL)
		snprintf(addr, sizeof addr, "%s://%s", scheme, text);
	else
		snprintf(addr, sizeof addr, "%s://%.*s%d%s", scheme, (int) (p - text), text, free_port(), p + 1);
	return addr;
}

static void bind_and_connect(const char *scheme, int ipv4only, const char *text)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(a, NN_IPV4ONLY, ipv4only);
	set(b, NN_IPV4ONLY, ipv4only);
	set(b, NN_RECONNECT_IVL, 3600 * 1000);
	R("bind", nn_bind(a, spell(scheme, text)));
	nn_close(a);
	R("connect", nn_connect(b, spell(scheme, text)));
}

ROWS("5.3", tcp_address, ADDRESSES, address_label) { bind_and_connect("tcp", 1, addresses[i].text); }
ROWS("5.4", ws_address, ADDRESSES, address_label) { bind_and_connect("ws", 1, addresses[i].text); }

/* Literals of IPv4 are among what aborts, below. */
static const char *const v6[] = {"[::1]:P", "::1:P", "[::]:P", "[::1:P", "[::1]", "[::1]:0", "[::1]:P/x", "localhost:P", "no-such-host.test:P", ":P",
	"[::1];[::1]:P", "::1;::1:P", "*;[::1]:P"};
static const char *v6_label(int i) { return v6[i]; }

ROWS("5.3", tcp_address_v6, sizeof v6 / sizeof *v6, v6_label) { bind_and_connect("tcp", 0, v6[i]); }

static const struct {
	const char *name, *bind, *connect;
	int ipv4only;
} reaching[] = {{"any_and_literal", "*:P", "127.0.0.1:P", 1}, {"any_and_name", "*:P", "localhost:P", 1},
	{"bracketed", "[127.0.0.1]:P", "127.0.0.1:P", 1}, {"leading_zero", "127.0.0.1:0P", "127.0.0.1:P", 1},
	{"short", "127.0.0.1:P", "127.1:P", 1}, {"local", "127.0.0.1:P", "127.0.0.1;127.0.0.1:P", 1}, {"local_any", "127.0.0.1:P", "*;127.0.0.1:P", 1},
	{"v6", "[::1]:P", "[::1]:P", 0}, {"v6_bare", "::1:P", "::1:P", 0}, {"v6_any_and_v6", "*:P", "[::1]:P", 0}, {"v6_any_and_name", "*:P", "localhost:P", 0}};
static const char *reaching_label(int i) { return reaching[i].name; }

static void reach(const char *scheme, int i)
{
	char bind_to[100], connect_to[100], port[8];
	snprintf(port, sizeof port, "%d", free_port());
	snprintf(bind_to, sizeof bind_to, "%s://%.*s%s", scheme, (int) strcspn(reaching[i].bind, "P"), reaching[i].bind, port);
	snprintf(connect_to, sizeof connect_to, "%s://%.*s%s", scheme, (int) strcspn(reaching[i].connect, "P"), reaching[i].connect, port);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	set(a, NN_IPV4ONLY, reaching[i].ipv4only);
	set(b, NN_IPV4ONLY, reaching[i].ipv4only);
	R("bind", nn_bind(a, bind_to));
	R("connect", nn_connect(b, connect_to));
	peers(a, 1);
	peers(b, 1);
	put(b, "hello");
	take("recv", a);
}

ROWS("5.3", tcp_reached_by, sizeof reaching / sizeof *reaching, reaching_label) { reach("tcp", i); }
ROWS("5.4", ws_reached_by, sizeof reaching / sizeof *reaching, reaching_label) { reach("ws", i); }

/* What aborts upstream when it is tried again. */
static const struct {
	const char *name, *text;
	int ipv4only;
} aborting[] = {{"literal_without_ipv4only", "127.0.0.1:P", 0}, {"foreign_local", "203.0.113.77;127.0.0.1:P", 1}};
static const char *aborting_label(int i) { return aborting[i].name; }

ROWS("9", tcp_aborting, 2, aborting_label)
{
	int s = cooked(NN_PUSH);
	set(s, NN_RECONNECT_IVL, 10);
	set(s, NN_IPV4ONLY, aborting[i].ipv4only);
	must(nn_connect(s, spell("tcp", aborting[i].text)));
	nap(5 * SHORT);
	R("send", put(s, "x"));
}

ROWS("9", ws_aborting, 2, aborting_label)
{
	int s = cooked(NN_PUSH);
	set(s, NN_RECONNECT_IVL, 10);
	set(s, NN_IPV4ONLY, aborting[i].ipv4only);
	must(nn_connect(s, spell("ws", aborting[i].text)));
	nap(5 * SHORT);
	R("send", put(s, "x"));
}

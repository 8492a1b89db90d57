/* tcp: what goes over the wire, and when connections are made. */
#include "row.h"

static const char *type_label(int i) { return type_name(i); }

/* The greeting of each type, and of whom it takes a greeting. */
ROWS("5.0", tcp_header, TYPES, type_label)
{
	const char *addr = address("tcp");
	unsigned char got[8];
	must(nn_bind(type_socket(i), addr));
	int fd = wire_dial(addr);
	say_bytes("header", got, wire_recv(fd, got, 8, LONG));
	close(fd);
	for (int other = 0; other < 10; other++) {
		int s = type_socket(i);
		const char *at = address("tcp");
		must(nn_bind(s, at));
		fd = wire_dial_sp(at, type_protocol(other));
		if (!wire_ended(fd, SHORT))
			say("%s", type_name(other));
		close(fd);
		nn_close(s);
	}
}

static const struct {
	const char *name, *bytes;
	int len;
} headers[] = {{"good", "\0SP\0\0\x50\0\0", 8}, {"reserved", "\0SP\0\0\x50\xff\xff", 8}, {"version", "\0SP\1\0\x50\0\0", 8},
	{"first", "\1SP\0\0\x50\0\0", 8}, {"letters", "\0sp\0\0\x50\0\0", 8}, {"type", "\0SP\0\0\x51\0\0", 8}, {"type0", "\0SP\0\0\0\0\0", 8},
	{"type_high", "\0SP\0\1\x50\0\0", 8}, {"http", "GET / HTTP/1.1\r\n\r\n", 18}, {"short", "\0SP", 3}, {"nothing", "", 0},
	{"zeros", "\0\0\0\0\0\0\0\0", 8}};
static const char *header_label(int i) { return headers[i].name; }

ROWS("5.0", tcp_greeted_with, sizeof headers / sizeof *headers, header_label)
{
	const char *addr = address("tcp");
	int s = cooked(NN_PULL);
	must(nn_bind(s, addr));
	int fd = wire_dial(addr);
	wire_send(fd, headers[i].bytes, headers[i].len);
	unsigned char own[8];
	wire_recv(fd, own, 8, LONG);
	if (wire_ended(fd, headers[i].len < 8 ? LONG : 2 * SHORT))
		say("ended=1 %d", stat_becomes(s, NN_STAT_BROKEN_CONNECTIONS, 1));
	say("peers=%d broken=%d", (int) stat_of(s, NN_STAT_CURRENT_CONNECTIONS), (int) stat_of(s, NN_STAT_BROKEN_CONNECTIONS));
}

ROW("5.0", tcp_greeting_in_pieces)
{
	const char *addr = address("tcp");
	int s = cooked(NN_PULL);
	must(nn_bind(s, addr));
	int fd = wire_dial(addr);
	for (int n = 0; n < 8; n++) {
		wire_send(fd, "\0SP\0\0\x50\0\0" + n, 1);
		nap(2);
	}
	peers(s, 1);
	wire_send(fd, "\0\0\0\0\0\0\0\5hello", 13);
	take("recv", s);
}

ROW("5.3", tcp_frames)
{
	const char *addr = address("tcp");
	unsigned char got[64];
	int push = cooked(NN_PUSH);
	must(nn_bind(push, addr));
	int fd = wire_dial_sp(addr, NN_PULL);
	peers(push, 1);
	put(push, "hello");
	say_bytes("frame", got, wire_recv(fd, got, 13, LONG));
	put(push, "");
	say_bytes("frame", got, wire_recv(fd, got, 8, LONG));
}

ROW("5.3", tcp_request_and_reply)
{
	const char *addr = address("tcp");
	unsigned char got[64] = {0};
	int rep = cooked(NN_REP);
	must(nn_bind(rep, addr));
	int fd = wire_dial_sp(addr, NN_REQ);
	wire_send(fd, "\0\0\0\0\0\0\0\7\x80\0\0\7ask", 15);
	take("recv", rep);
	put(rep, "answer");
	say_bytes("frame", got, wire_recv(fd, got, 18, LONG));
}

ROW("5.3", tcp_connects_by_itself)
{
	const char *addr = address("tcp");
	int listener = wire_listen(addr), pull = cooked(NN_PULL);
	unsigned char got[8];
	must(nn_connect(pull, addr));
	int fd = wire_accept(listener, LONG);
	say_bytes("header", got, wire_recv(fd, got, 8, LONG));
	wire_send(fd, "\0SP\0\0\x50\0\0", 8);
	wire_send(fd, "\0\0\0\0\0\0\0\2hi\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1x", 27);
	take("recv", pull);
	take("recv", pull);
	take("recv", pull);
	close(fd);
	fd = wire_accept(listener, LONG);
	say("again=%d", fd >= 0);
	say_bytes("header", got, wire_recv(fd, got, 8, LONG));
}

/* A peer that never greets is let go after a second. */
ROW("5.0", tcp_silent_server)
{
	const char *addr = address("tcp");
	int listener = wire_listen(addr), s = cooked(NN_PULL);
	must(nn_connect(s, addr));
	int fd = wire_accept(listener, LONG), early;
	unsigned char got[8];
	wire_recv(fd, got, 8, LONG);
	early = wire_ended(fd, 300);
	say("early=%d ended=%d", early, wire_ended(fd, LONG));
	say("again=%d", wire_accept(listener, LONG) >= 0);
}

/* A length is not believed: the connection ends at once, before the body. */
static const struct {
	const char *name, *length;
} lengths[] = {{"over", "\0\0\0\0\0\x10\0\1"}, {"2GiB", "\0\0\0\0\x80\0\0\0"}, {"4GiB", "\0\0\0\1\0\0\0\0"}, {"max", "\x7f\xff\xff\xff\xff\xff\xff\xff"},
	{"negative", "\xff\xff\xff\xff\xff\xff\xff\xff"}};
static const char *length_label(int i) { return lengths[i].name; }

ROWS("5.3", tcp_length, sizeof lengths / sizeof *lengths, length_label)
{
	const char *addr = address("tcp");
	int s = cooked(NN_PULL);
	must(nn_bind(s, addr));
	int fd = wire_dial_sp(addr, NN_PUSH);
	peers(s, 1);
	wire_send(fd, lengths[i].length, 8);
	say("ended=%d", wire_ended(fd, LONG));
	peers(s, 0);
	say("broken=%d", (int) stat_of(s, NN_STAT_BROKEN_CONNECTIONS));
}

ROWS("9", tcp_length_without_limit, sizeof lengths / sizeof *lengths, length_label)
{
	const char *addr = address("tcp");
	int s = cooked(NN_PULL);
	set(s, NN_RCVMAXSIZE, -1);
	must(nn_bind(s, addr));
	int fd = wire_dial_sp(addr, NN_PUSH);
	peers(s, 1);
	wire_send(fd, lengths[i].length, 8);
	wire_send(fd, "some of it", 10);
	nap(SHORT);
	close(fd);
	peers(s, 0);
	say("alive");
}

/* Where the connecting side gets too much, does it come back at once? */
ROW("9", tcp_oversize_at_the_connector)
{
	static char body[2000];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(pull, NN_RCVMAXSIZE, 100);
	set(pull, NN_RECONNECT_IVL, 10);
	join(push, pull, address("tcp"));
	must(nn_send(push, body, sizeof body, 0));
	stat_becomes(pull, NN_STAT_BROKEN_CONNECTIONS, 1);
	set(push, NN_SNDTIMEO, 300);
	for (int n = 0; n < 30; n++) {
		if (nn_send(push, "small", 5, 0) != 5)
			continue;
		char got[8];
		set(pull, NN_RCVTIMEO, SHORT);
		if (nn_recv(pull, got, sizeof got, 0) == 5) {
			say("after %s", stat_of(pull, NN_STAT_ESTABLISHED_CONNECTIONS) <= 3 ? "few connections" : "many connections");
			return;
		}
	}
	say("not in %s", stat_of(pull, NN_STAT_ESTABLISHED_CONNECTIONS) > 3 ? "many connections" : "few connections");
}

ROW("9", tcp_data_for_a_publisher)
{
	const char *addr = address("tcp");
	int pub = cooked(NN_PUB);
	must(nn_bind(pub, addr));
	int fd = wire_dial_sp(addr, NN_SUB);
	peers(pub, 1);
	wire_send(fd, "\0\0\0\0\0\0\0\1x", 9);
	say("ended=%d", wire_ended(fd, 5 * SHORT));
	R("send", put(pub, "x"));
}

/* Half of a message, then the end. */
ROW("5.3", tcp_cut_message)
{
	const char *addr = address("tcp");
	int s = cooked(NN_PULL);
	must(nn_bind(s, addr));
	int fd = wire_dial_sp(addr, NN_PUSH);
	wire_send(fd, "\0\0\0\0\0\0\0\2hi\0\0\0\0\0\0\0\2h", 19);
	close(fd);
	take("recv", s);
	nothing("recv", s);
	peers(s, 0);
	say("broken=%d", (int) stat_of(s, NN_STAT_BROKEN_CONNECTIONS));
}

static int connections_within(int listener, int ms)
{
	int n = 0, fd;
	while ((fd = wire_accept(listener, ms)) >= 0) {
		close(fd);
		n++;
		if (n >= 12)
			break;
	}
	return n;
}

/* A peer that hangs up at once is tried again, and again. */
ROW("5.0", tcp_reconnects)
{
	const char *addr = address("tcp");
	int listener = wire_listen(addr), s = cooked(NN_PULL);
	set(s, NN_RECONNECT_IVL, 10);
	must(nn_connect(s, addr));
	say("%s", connections_within(listener, LONG) >= 12 ? "on and on" : "stops");
}

ROW("5.0", tcp_interval_grows_to_its_maximum)
{
	const char *addr = address("tcp");
	int listener = wire_listen(addr), s = cooked(NN_PULL);
	set(s, NN_RECONNECT_IVL, 1);
	set(s, NN_RECONNECT_IVL_MAX, 40);
	must(nn_connect(s, addr));
	say("%s", connections_within(listener, LONG) >= 12 ? "on and on" : "stops");
}

/* The interval is read when the endpoint is made. */
ROW("2", tcp_interval_is_read_by_connect)
{
	const char *addr = address("tcp");
	int listener = wire_listen(addr), s = cooked(NN_PULL);
	set(s, NN_RECONNECT_IVL, 10);
	must(nn_connect(s, addr));
	set(s, NN_RECONNECT_IVL, 3600 * 1000);
	say("%s", connections_within(listener, LONG) >= 12 ? "on and on" : "stops");
}

ROW("5.0", tcp_server_comes_back)
{
	const char *addr = address("tcp");
	int a = cooked(NN_PULL), b = cooked(NN_PUSH);
	set(b, NN_RECONNECT_IVL, 10);
	join(a, b, addr);
	for (int n = 0; n < 3; n++) {
		nn_close(a);
		peers(b, 0);
		must(nn_bind(a = cooked(NN_PULL), addr));
		peers(a, 1);
		peers(b, 1);
		R("send", put(b, "hello"));
		take("recv", a);
	}
}

ROW("5.3", tcp_many_at_once)
{
	enum { MANY = 50 };
	const char *addr = address("tcp");
	int pull = cooked(NN_PULL), pushes[MANY], got = 0;
	must(nn_bind(pull, addr));
	for (int n = 0; n < MANY; n++)
		must(nn_connect(pushes[n] = cooked(NN_PUSH), addr));
	peers(pull, MANY);
	for (int n = 0; n < MANY; n++) {
		set(pushes[n], NN_SNDTIMEO, LONG);
		must(nn_send(pushes[n], "x", 1, 0));
	}
	set(pull, NN_RCVTIMEO, LONG);
	for (int n = 0; n < MANY; n++) {
		char c;
		got += nn_recv(pull, &c, 1, 0) == 1;
	}
	say("%d", got);
}

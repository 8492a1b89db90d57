/* ws: the opening handshake and the frames. */
#include "row.h"

static const char key[] = "dGhlIHNhbXBsZSBub25jZQ=="; /* the RFC's own */

/* A client's request, long enough to be answered. */
static void request(int fd, const char *first_line, const char *protocol, const char *more)
{
	char text[1000];
	snprintf(text, sizeof text,
		"%s\r\nHost: 127.0.0.1:8000\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: %s\r\n"
		"Sec-WebSocket-Version: 13\r\n%s%s%s%s\r\n",
		first_line, key, protocol == NULL ? "" : "Sec-WebSocket-Protocol: ", protocol == NULL ? "" : protocol,
		protocol == NULL ? "" : "\r\n", more);
	wire_send(fd, text, strlen(text));
}

/* What was answered, up to the blank line, with slashes for line ends; of a
   refusal the number alone. */
static void say_answer(int fd)
{
	char text[1000] = "";
	int len = 0;
	while (len < (int) sizeof text - 1 && strstr(text, "\r\n\r\n") == NULL && wire_recv(fd, text + len, 1, len == 0 ? LONG : SHORT) == 1)
		len++;
	if (strncmp(text, "HTTP/1.1 101", 12) != 0)
		text[12] = 0;
	for (char *c = text; *c != 0; c++)
		if (*c == '\r')
			*c = '/';
		else if (*c == '\n')
			*c = ' ';
	say("%s", text);
}

/* A Close frame's code; its reason is for people. */
static void say_close(int fd)
{
	unsigned char got[4];
	if (wire_recv(fd, got, 4, 2 * SHORT) == 4 && got[0] == 0x88)
		say("close=%d", got[2] << 8 | got[3]);
	else
		say("open");
}

int ws_dial(const char *addr, const char *protocol)
{
	char byte, last[4] = "";
	int fd = wire_dial(addr);
	request(fd, "GET / HTTP/1.1", protocol, "");
	while (memcmp(last, "\r\n\r\n", 4) != 0 && wire_recv(fd, &byte, 1, LONG) == 1) {
		memmove(last, last + 1, 3);
		last[3] = byte;
	}
	return fd;
}

static const char *type_label(int i) { return type_name(i); }

/* Masked by zeros, a client's frame is easy to read. */
void ws_frame(int fd, int first_byte, const char *payload, int len)
{
	unsigned char f[140] = {first_byte, 0x80 | len};
	memcpy(f + 6, payload, len);
	wire_send(fd, f, 6 + len);
}

ROWS("5.4", ws_server, 10, type_label)
{
	static const char *const names[] = {"pair", "pub", "sub", "req", "rep", "push", "pull", "surveyor", "respondent", "bus"};
	const char *addr = address("ws");
	must(nn_bind(type_socket(i), addr));
	char protocol[40];
	snprintf(protocol, sizeof protocol, "%s.sp.nanomsg.org", names[i]);
	int fd = wire_dial(addr);
	request(fd, "GET / HTTP/1.1", protocol, "");
	say_answer(fd);
}

static const struct {
	const char *name, *first_line, *protocol, *more;
} requests[] = {{"path", "GET /any/where?x=1 HTTP/1.1", "pull.sp.nanomsg.org", ""}, {"other_type", "GET / HTTP/1.1", "push.sp.nanomsg.org", ""},
	{"unknown_type", "GET / HTTP/1.1", "what.sp.nanomsg.org", ""}, {"no_type", "GET / HTTP/1.1", NULL, ""},
	{"list", "GET / HTTP/1.1", "pull.sp.nanomsg.org, pair.sp.nanomsg.org", ""},
	{"more_headers", "GET / HTTP/1.1", "pull.sp.nanomsg.org", "Origin: http://localhost\r\nX-Something: else\r\n"},
	{"post", "POST / HTTP/1.1", "pull.sp.nanomsg.org", ""}, {"http_1_0", "GET / HTTP/1.0", "pull.sp.nanomsg.org", ""}};
static const char *request_label(int i) { return requests[i].name; }

ROWS("5.4", ws_asked, 6, request_label)
{
	const char *addr = address("ws");
	must(nn_bind(cooked(NN_PULL), addr));
	int fd = wire_dial(addr);
	request(fd, requests[i].first_line, requests[i].protocol, requests[i].more);
	say_answer(fd);
}

static const char *hostile_label(int i) { return requests[6 + i].name; }

ROWS("9", ws_asked_badly, 2, hostile_label)
{
	const char *addr = address("ws");
	int s = cooked(NN_PULL);
	must(nn_bind(s, addr));
	int fd = wire_dial(addr);
	request(fd, requests[6 + i].first_line, requests[6 + i].protocol, "");
	char text[200] = "";
	int len = wire_recv(fd, text, 12, LONG);
	say("%.*s", len, text);
	say("peers=%d", (int) stat_of(s, NN_STAT_CURRENT_CONNECTIONS));
}

ROW("5.4", ws_without_type_is_a_pair)
{
	const char *addr = address("ws");
	must(nn_bind(cooked(NN_PAIR), addr));
	int fd = wire_dial(addr);
	request(fd, "GET / HTTP/1.1", NULL, "X-Padding-To-Be-Long-Enough: yes\r\n");
	say_answer(fd);
}

/* What a client asks. */
static void client_request(int type, char *text, size_t size)
{
	char addr[100];
	int len = 0;
	memset(text, 0, size);
	snprintf(addr, sizeof addr, "%s/path?x=1", address("ws"));
	char *path = strchr(addr + 5, '/');
	*path = 0;
	int listener = wire_listen(addr);
	*path = '/';
	must(nn_connect(type_socket(type), addr));
	int fd = wire_accept(listener, LONG);
	while (len < (int) size - 1 && strstr(text, "\r\n\r\n") == NULL && wire_recv(fd, text + len, 1, LONG) == 1)
		len++;
}

ROWS("5.4", ws_client, 10, type_label)
{
	char text[1000];
	client_request(i, text, sizeof text);
	for (char *line = strtok(text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
		if (strncmp(line, "GET ", 4) == 0 || strncmp(line, "Sec-WebSocket-Protocol: ", 24) == 0)
			say("%s/", line);
}

/* Key and port are drawn by lot. */
ROW("5.4", ws_client_headers)
{
	char text[1000];
	client_request(0, text, sizeof text);
	for (char *line = strtok(text, "\r\n"); line != NULL; line = strtok(NULL, "\r\n"))
		if (strncmp(line, "Sec-WebSocket-Key: ", 19) == 0)
			say("Sec-WebSocket-Key:%zu", strlen(line) - 19);
		else if (strncmp(line, "Host: 127.", 10) == 0)
			say("Host/");
		else
			say("%s/", line);
}

ROW("5.4", ws_host_without_port_80)
{
	R("connect", nn_connect(cooked(NN_PAIR), "ws://127.0.0.1"));
	R("connect", nn_connect(cooked(NN_PAIR), "ws://127.0.0.1/"));
	R("connect", nn_connect(cooked(NN_PAIR), "ws://127.0.0.1/a/b?c=d"));
	R("connect", nn_connect(cooked(NN_PAIR), "ws://127.0.0.1/a:b"));
	R("connect", nn_connect(cooked(NN_PAIR), "ws://127.0.0.1:8000/a:b"));
}

ROW("5.4", ws_frames_of_the_server)
{
	const char *addr = address("ws");
	unsigned char got[400];
	char body[200];
	int push = cooked(NN_PUSH);
	must(nn_bind(push, addr));
	int fd = ws_dial(addr, "push.sp.nanomsg.org");
	peers(push, 1);
	put(push, "hello");
	say_bytes("frame", got, wire_recv(fd, got, 7, LONG));
	put(push, "");
	say_bytes("frame", got, wire_recv(fd, got, 2, LONG));
	memset(body, 'x', sizeof body);
	must(nn_send(push, body, 126, 0));
	say_bytes("long", got, wire_recv(fd, got, 4, LONG));
}

/* Frames for a server: what it makes of them. */
static const struct {
	const char *name;
	struct {
		int first_byte;
		const char *payload;
	} frames[3];
} incoming[] = {{"binary", {{0x82, "hello"}}}, {"text", {{0x81, "hello"}}}, {"fragments", {{0x02, "he"}, {0x00, "l"}, {0x80, "lo"}}},
	{"empty", {{0x82, ""}}}, {"reserved_bit", {{0xc2, "hello"}}}, {"opcode_3", {{0x83, "hello"}}}, {"opcode_11", {{0x8b, "hello"}}},
	{"continuation_first", {{0x80, "hello"}}}, {"fragment_in_fragment", {{0x02, "he"}, {0x82, "llo"}}}, {"not_utf8", {{0x81, "\xff\xfe"}}},
	{"ping_fragment", {{0x09, "x"}}}, {"close", {{0x88, "\x03\xe8"}}}, {"close_empty", {{0x88, ""}}}};
static const char *incoming_label(int i) { return incoming[i].name; }

ROWS("5.4", ws_gets, sizeof incoming / sizeof *incoming, incoming_label)
{
	const char *addr = address("ws");
	int pull = cooked(NN_PULL);
	must(nn_bind(pull, addr));
	int fd = ws_dial(addr, "pull.sp.nanomsg.org");
	peers(pull, 1);
	for (int n = 0; n < 3 && incoming[i].frames[n].payload != NULL; n++)
		ws_frame(fd, incoming[i].frames[n].first_byte, incoming[i].frames[n].payload, strlen(incoming[i].frames[n].payload));
	nothing("recv", pull);
	say_close(fd);
}

static const char *control_label(int i) { return i == 0 ? "ping" : "pong"; }

ROWS("9", ws_gets_control, 2, control_label)
{
	const char *addr = address("ws");
	unsigned char got[16];
	int pull = cooked(NN_PULL);
	must(nn_bind(pull, addr));
	int fd = ws_dial(addr, "pull.sp.nanomsg.org");
	peers(pull, 1);
	ws_frame(fd, i == 0 ? 0x89 : 0x8a, "beat", 4);
	nothing("recv", pull);
	say_bytes("back", got, wire_recv(fd, got, 6, SHORT));
	ws_frame(fd, 0x82, "hello", 5);
	take("recv", pull);
}

ROW("5.4", ws_unmasked)
{
	const char *addr = address("ws");
	int pull = cooked(NN_PULL);
	must(nn_bind(pull, addr));
	int fd = ws_dial(addr, "pull.sp.nanomsg.org");
	peers(pull, 1);
	wire_send(fd, "\x82\x05hello", 7);
	nothing("recv", pull);
	say_close(fd);
}

ROW("5.4", ws_max_size)
{
	const char *addr = address("ws");
	int pull = cooked(NN_PULL);
	set(pull, NN_RCVMAXSIZE, 5);
	must(nn_bind(pull, addr));
	int fd = ws_dial(addr, "pull.sp.nanomsg.org");
	peers(pull, 1);
	ws_frame(fd, 0x82, "fifth", 5);
	take("recv", pull);
	ws_frame(fd, 0x82, "sixth.", 6);
	nothing("recv", pull);
	say_close(fd);
}

/* After a handshake that failed: is it tried again? */
ROW("9", ws_tries_again_after_a_refusal)
{
	const char *addr = address("ws");
	int listener = wire_listen(addr), s = cooked(NN_PUSH), n = 0, fd;
	set(s, NN_RECONNECT_IVL, 10);
	must(nn_connect(s, addr));
	while (n < 5 && (fd = wire_accept(listener, 10 * SHORT)) >= 0) {
		wire_send(fd, "HTTP/1.1 400 No\r\n\r\n", 19);
		close(fd);
		n++;
	}
	say("connections=%d", n);
}

ROW("9", ws_sends_to_whom_it_refused)
{
	const char *addr = address("ws");
	int push = cooked(NN_PUSH);
	must(nn_bind(push, addr));
	int fd = wire_dial(addr);
	request(fd, "GET / HTTP/1.1", "pair.sp.nanomsg.org", "");
	char text[12];
	wire_recv(fd, text, 12, LONG);
	nap(SHORT);
	say("%.12s peers=%d", text, (int) stat_of(push, NN_STAT_CURRENT_CONNECTIONS));
	R("send", put(push, "x"));
}

ROW("5.4", ws_comes_back_after_a_break)
{
	const char *addr = address("ws");
	int a = cooked(NN_PULL), b = cooked(NN_PUSH);
	set(b, NN_RECONNECT_IVL, 10);
	join(a, b, addr);
	nn_close(a);
	peers(b, 0);
	must(nn_bind(a = cooked(NN_PULL), addr));
	peers(b, 1);
	R("send", put(b, "hello"));
	take("recv", a);
}

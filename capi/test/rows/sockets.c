#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <time.h>

#include "row.h"

static const struct {
	const char *name;
	int protocol;
} types[] = {{"PAIR", NN_PAIR}, {"PUB", NN_PUB}, {"SUB", NN_SUB}, {"REQ", NN_REQ}, {"REP", NN_REP}, {"PUSH", NN_PUSH},
	{"PULL", NN_PULL}, {"SURVEYOR", NN_SURVEYOR}, {"RESPONDENT", NN_RESPONDENT}, {"BUS", NN_BUS}};

const char *type_name(int type)
{
	static char name[4][24];
	static int next;
	char *to = name[next++ % 4];
	snprintf(to, sizeof name[0], "%s%s", type < 10 ? "" : "raw-", types[type % 10].name);
	return to;
}

int type_domain(int type) { return type < 10 ? AF_SP : AF_SP_RAW; }
int type_protocol(int type) { return types[type % 10].protocol; }
int type_socket(int type) { return must(nn_socket(type_domain(type), type_protocol(type))); }
int cooked(int protocol) { return must(nn_socket(AF_SP, protocol)); }
int raw(int protocol) { return must(nn_socket(AF_SP_RAW, protocol)); }

/* Below the ports the system gives away by itself, and other processes' elsewhere. */
int free_port(void)
{
	static int tried;
	for (;;) {
		int port = 10000 + (getpid() * 16 + tried++) % 22000;
		struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(port)};
		int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
		int rc = bind(fd, (struct sockaddr *) &at, sizeof at);
		close(fd);
		if (rc == 0)
			return port;
	}
}

const char *address(const char *scheme)
{
	static char made[4][64];
	static int n;
	char *to = made[n++ % 4];
	int pid = getpid();
	/* Of this machine's 16 million addresses each process takes one for itself. */
	if (strcmp(scheme, "tcp") == 0 || strcmp(scheme, "ws") == 0)
		snprintf(to, sizeof made[0], "%s://127.%d.%d.%d:%d", scheme, 16 + (pid >> 16 & 127), pid >> 8 & 255, pid & 255, free_port());
	else
		snprintf(to, sizeof made[0], "%s://%d.%s", scheme, n, scheme);
	return to;
}

void set_at(int s, int level, int option, int value) { must(nn_setsockopt(s, level, option, &value, sizeof value)); }
void set(int s, int option, int value) { set_at(s, NN_SOL_SOCKET, option, value); }

int get(int s, int option)
{
	int value = -1;
	size_t len = sizeof value;
	must(nn_getsockopt(s, NN_SOL_SOCKET, option, &value, &len));
	return value;
}

void patience(int s, int ms)
{
	set(s, NN_SNDTIMEO, ms);
	set(s, NN_RCVTIMEO, ms);
}

void nap(int ms)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
	nanosleep(&t, NULL);
}

uint64_t stat_of(int s, int id) { return nn_get_statistic(s, id); }

bool stat_becomes(int s, int id, uint64_t value)
{
	for (int ms = 0; ms < LONG; ms++) {
		if (nn_get_statistic(s, id) == value)
			return true;
		nap(1);
	}
	return false;
}

void peers(int s, int n)
{
	if (!stat_becomes(s, NN_STAT_CURRENT_CONNECTIONS, n)) {
		say("FAILED %llu peers, not %d", (unsigned long long) stat_of(s, NN_STAT_CURRENT_CONNECTIONS), n);
		exit(3);
	}
}

void join(int binder, int connector, const char *addr)
{
	uint64_t b = stat_of(binder, NN_STAT_CURRENT_CONNECTIONS), c = stat_of(connector, NN_STAT_CURRENT_CONNECTIONS);
	must(nn_bind(binder, addr));
	must(nn_connect(connector, addr));
	peers(binder, b + 1);
	peers(connector, c + 1);
}

int put(int s, const char *text) { return nn_send(s, text, strlen(text), NN_DONTWAIT); }

static void take_within(const char *what, int s, int ms)
{
	char body[256];
	int before;
	size_t len = sizeof before;
	if (nn_getsockopt(s, NN_SOL_SOCKET, NN_RCVTIMEO, &before, &len) == 0)
		set(s, NN_RCVTIMEO, ms);
	errno = 0;
	int rc = nn_recv(s, body, sizeof body, 0);
	say_body(what, rc, body);
	if (len == sizeof before)
		nn_setsockopt(s, NN_SOL_SOCKET, NN_RCVTIMEO, &before, sizeof before);
}

void take(const char *what, int s) { take_within(what, s, LONG); }
void nothing(const char *what, int s) { take_within(what, s, SHORT); }

static bool await(int s, int option)
{
	struct pollfd p = {.fd = get(s, option), .events = POLLIN};
	return poll(&p, 1, LONG) == 1;
}

bool await_in(int s) { return await(s, NN_RCVFD); }
bool await_out(int s) { return await(s, NN_SNDFD); }

static bool readable(int s, int option)
{
	int fd = -1;
	size_t len = sizeof fd;
	if (nn_getsockopt(s, NN_SOL_SOCKET, option, &fd, &len) != 0)
		return false;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, 0) == 1;
}

const char *ready(int s)
{
	bool in = readable(s, NN_RCVFD), out = readable(s, NN_SNDFD);
	return in && out ? "io" : in ? "i" : out ? "o" : "-";
}

struct letter open_letter(int s)
{
	struct letter l = {0};
	void *control = NULL;
	struct nn_iovec part = {l.body, sizeof l.body};
	struct nn_msghdr m = {&part, 1, &control, NN_MSG};
	set(s, NN_RCVTIMEO, LONG);
	errno = 0;
	l.rc = nn_recvmsg(s, &m, 0);
	l.error = errno;
	if (l.rc < 0)
		return l;
	l.body_len = l.rc;
	struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m);
	if (c != NULL && c->cmsg_level == PROTO_SP && c->cmsg_type == SP_HDR) {
		memcpy(&l.header_len, NN_CMSG_DATA(c), sizeof l.header_len);
		memcpy(l.header, NN_CMSG_DATA(c) + sizeof l.header_len, l.header_len < sizeof l.header ? l.header_len : sizeof l.header);
	}
	nn_freemsg(control);
	return l;
}

int post(int s, const void *header, size_t header_len, const char *body)
{
	unsigned char control[NN_CMSG_SPACE(sizeof(size_t) + 256)] = {0};
	struct nn_cmsghdr *c = (struct nn_cmsghdr *) control;
	c->cmsg_len = NN_CMSG_LEN(sizeof(size_t) + header_len);
	c->cmsg_level = PROTO_SP;
	c->cmsg_type = SP_HDR;
	memcpy(NN_CMSG_DATA(c), &header_len, sizeof header_len);
	memcpy(NN_CMSG_DATA(c) + sizeof header_len, header, header_len);
	struct nn_iovec part = {(void *) body, strlen(body)};
	struct nn_msghdr m = {&part, 1, control, NN_CMSG_SPACE(sizeof(size_t) + header_len)};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

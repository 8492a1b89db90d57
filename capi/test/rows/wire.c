/* Connections made by hand, to see what the library puts on the wire and what
   it makes of what comes. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "row.h"

union any {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_un un;
};

static socklen_t resolve(const char *addr, union any *at)
{
	memset(at, 0, sizeof *at);
	if (strncmp(addr, "ipc://", 6) == 0) {
		at->un.sun_family = AF_UNIX;
		snprintf(at->un.sun_path, sizeof at->un.sun_path, "%s", addr + 6);
		return sizeof at->un;
	}
	at->in.sin_family = AF_INET;
	char host[40];
	const char *start = strstr(addr, "://") + 3, *port = strrchr(addr, ':');
	snprintf(host, sizeof host, "%.*s", (int) (port - start), start);
	must(inet_pton(AF_INET, host, &at->in.sin_addr) - 1);
	at->in.sin_port = htons(atoi(port + 1));
	return sizeof at->in;
}

int wire_listen(const char *addr)
{
	union any at;
	socklen_t len = resolve(addr, &at);
	int one = 1, fd = must(socket(at.sa.sa_family, SOCK_STREAM, 0));
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	must(bind(fd, &at.sa, len));
	must(listen(fd, 10));
	return fd;
}

int wire_accept(int listener, int ms)
{
	struct pollfd p = {.fd = listener, .events = POLLIN};
	return poll(&p, 1, ms) == 1 ? accept(listener, NULL, NULL) : -1;
}

int wire_dial(const char *addr)
{
	union any at;
	socklen_t len = resolve(addr, &at);
	int fd = must(socket(at.sa.sa_family, SOCK_STREAM, 0));
	must(connect(fd, &at.sa, len));
	return fd;
}

bool wire_send(int fd, const void *data, size_t len) { return send(fd, data, len, MSG_NOSIGNAL) == (ssize_t) len; }

int wire_recv(int fd, void *data, size_t len, int ms)
{
	size_t got = 0;
	while (got < len) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		if (poll(&p, 1, ms) != 1)
			break;
		ssize_t n = recv(fd, (char *) data + got, len - got, 0);
		if (n <= 0)
			break;
		got += n;
	}
	return (int) got;
}

bool wire_ended(int fd, int ms)
{
	char byte;
	struct pollfd p = {.fd = fd, .events = POLLIN};
	return poll(&p, 1, ms) == 1 && recv(fd, &byte, 1, MSG_PEEK) <= 0;
}

int wire_dial_sp(const char *addr, int protocol)
{
	unsigned char own[8] = {0, 'S', 'P', 0, protocol >> 8, protocol & 255, 0, 0}, theirs[8];
	int fd = wire_dial(addr);
	wire_send(fd, own, sizeof own);
	wire_recv(fd, theirs, sizeof theirs, LONG);
	return fd;
}

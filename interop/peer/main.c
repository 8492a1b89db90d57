// A peer driven by lines on its standard input; see ../README.md.
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "peer.h"

enum { max_words = 300, repeat_ms = 20, lifetime_s = 300 };

void fail(const char *what, const char *why)
{
	printf("error %s: %s\n", what, why);
	fflush(stdout);
	exit(1);
}

static void say(const char *line)
{
	puts(line);
	fflush(stdout);
}

// The body with this size and seed: the same bytes as body.Make gives in Go.
static unsigned char *make_body(size_t size, uint64_t seed)
{
	unsigned char *body = malloc(size + 1);
	uint64_t state = seed;

	if (body == NULL)
		fail("body", "out of memory");
	for (size_t i = 0; i < size; i++) {
		if (i % 8 == 0)
			state = state * 6364136223846793005u + 1442695040888963407u;
		body[i] = (unsigned char)(state >> (56 - i % 8 * 8));
	}
	return body;
}

// The CRC-32 of Ethernet.
static uint32_t sum(const unsigned char *body, size_t size)
{
	uint32_t crc = 0xffffffffu;

	for (size_t i = 0; i < size; i++) {
		crc ^= body[i];
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (0xedb88320u & -(crc & 1u));
	}
	return ~crc;
}

// A stack as if the message had come through words-1 devices; for pair1, the
// number of hops it has made.
static size_t make_header(const char *role, int words, uint32_t *header)
{
	if (strcmp(role, "pair1") == 0) {
		header[0] = (uint32_t)words - 1;
		return 1;
	}
	for (int i = 0; i < words - 1; i++)
		header[i] = 0x01020300u + (uint32_t)i;
	header[words - 1] = 0x80000001u;
	return (size_t)words;
}

// Sends the body that the line asks for, once or until the next line comes.
static void send_body(peer_socket *s, const char *role, int raw,
    const char *line, int again)
{
	struct pollfd in = { .fd = STDIN_FILENO, .events = POLLIN };
	uint32_t header[max_words];
	unsigned long size, seed;
	int words;
	unsigned char *body;
	size_t length;

	if (sscanf(line, "%*s %lu %lu %d", &size, &seed, &words) != 3
	    || words < 1 || words > max_words)
		fail("send", line);
	body = make_body(size, seed);
	length = raw ? make_header(role, words, header) : 0;
	do
		peer_send(s, body, size, header, length);
	while (again && poll(&in, 1, repeat_ms) == 0);
	free(body);
}

static void receive(peer_socket *s)
{
	const void *body;
	size_t size = peer_recv(s, &body);

	printf("got %zu %08x\n", size, sum(body, size));
	fflush(stdout);
}

static void serve(peer_socket *s, const char *role, int raw)
{
	char line[256];

	// poll has to see what fgets has not taken yet.
	setvbuf(stdin, NULL, _IONBF, 0);
	while (fgets(line, sizeof line, stdin) != NULL) {
		line[strcspn(line, "\n")] = 0;
		if (strncmp(line, "send ", 5) == 0) {
			send_body(s, role, raw, line, 0);
			say("sent");
		} else if (strcmp(line, "recv") == 0) {
			receive(s);
		} else if (strncmp(line, "repeat ", 7) == 0) {
			say("repeating");
			send_body(s, role, raw, line, 1);
		} else if (strcmp(line, "stop") == 0) {
			say("stopped");
		} else if (strncmp(line, "ttl ", 4) == 0) {
			peer_ttl(s, atoi(line + 4));
			say("set");
		} else {
			fail("unknown command", line);
		}
	}
}

static void *die_with_stdin(void *unused)
{
	char c;

	(void)unused;
	while (read(STDIN_FILENO, &c, 1) > 0)
		;
	_exit(0);
}

// Opens the socket that three arguments describe: a role, listen or dial, and
// a URL.
static peer_socket *open_socket(char **arg, int raw)
{
	peer_socket *s = peer_open(arg[0], raw);

	if (strcmp(arg[1], "listen") == 0)
		peer_listen(s, arg[2]);
	else
		peer_dial(s, arg[2]);
	return s;
}

int main(int argc, char **argv)
{
	pthread_t watch;

	alarm(lifetime_s); // whatever becomes of who started us
	if (argc == 4) {
		int raw = strncmp(argv[1], "raw-", 4) == 0;
		peer_socket *s;

		argv[1] += raw ? 4 : 0;
		s = open_socket(argv + 1, raw);
		say("ready");
		serve(s, argv[1], raw);
	} else if (argc == 7) {
		peer_socket *a = open_socket(argv + 1, 1);
		peer_socket *b = open_socket(argv + 4, 1);

		pthread_create(&watch, NULL, die_with_stdin, NULL);
		say("ready");
		peer_device(a, b);
	} else {
		fail("usage", "ROLE listen|dial URL [ROLE listen|dial URL]");
	}
	_exit(0);
}

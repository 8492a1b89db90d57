/* Asks and answers over tcp, then is idle for a second. Calls that fail on
   descriptor -1 tell a tracer what it sees. */
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROUNDS = 500 };

static void must(const char *what, int good)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, nn_strerror(nn_errno()));
	exit(1);
}

static void mark(const char *text)
{
	if (write(-1, text, strlen(text)) != -1)
		abort();
}

static void talk(int a, int b)
{
	char body[64] = "a small message", got[64];
	for (int n = 0; n < ROUNDS; n++) {
		must("send", nn_send(a, body, sizeof body, 0) == sizeof body);
		must("recv", nn_recv(b, got, sizeof got, 0) == sizeof body);
	}
}

int main(int argc, char **argv)
{
	char addr[64];
	int a = nn_socket(AF_SP, NN_PAIR), b = nn_socket(AF_SP, NN_PAIR), ms = 20000;
	snprintf(addr, sizeof addr, "tcp://127.0.0.1:%s", argc > 1 ? argv[1] : "0");
	must("bind", nn_bind(a, addr) >= 0);
	must("connect", nn_connect(b, addr) >= 0);
	must("timeout", nn_setsockopt(b, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0);
	talk(a, b);
	mark("talk");
	talk(a, b);
	mark("talked");
	sleep(1);
	mark("idle");
	sleep(1);
	mark("over");
	/* Blocked, as servers are. */
	ms = 1000;
	must("timeout", nn_setsockopt(b, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0);
	must("nothing", nn_recv(b, addr, sizeof addr, 0) == -1 && nn_errno() == ETIMEDOUT);
	mark("waited");
	must("close", nn_close(b) == 0 && nn_close(a) == 0);
	return 0;
}

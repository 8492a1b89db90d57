/* Opens, connects, sends ten small messages and closes, 300 times over, while
   another thread receives: nothing that was sent is lost. */
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { SENDERS = 300, MESSAGES = 10 };

static const char *addr;

static void must(const char *what, int good)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, nn_strerror(nn_errno()));
	exit(1);
}

static void *senders(__attribute__((unused)) void *arg)
{
	for (int n = 0; n < SENDERS; n++) {
		int s = nn_socket(AF_SP, NN_PUSH), ms = 20000;
		must("socket", s >= 0);
		must("timeout", nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDTIMEO, &ms, sizeof ms) == 0);
		must("linger", nn_setsockopt(s, NN_SOL_SOCKET, NN_LINGER, &ms, sizeof ms) == 0);
		must("connect", nn_connect(s, addr) >= 0);
		for (int k = 0; k < MESSAGES; k++)
			must("send", nn_send(s, "a message", 9, 0) == 9);
		must("close", nn_close(s) == 0);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	char body[16];
	int sink = nn_socket(AF_SP, NN_PULL), ms = 3000, got = 0;
	pthread_t thread;
	addr = argc > 1 ? argv[1] : "ipc://brief.ipc";
	must("timeout", nn_setsockopt(sink, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0);
	must("bind", nn_bind(sink, addr) >= 0);
	must("thread", pthread_create(&thread, NULL, senders, NULL) == 0);
	while (got < SENDERS * MESSAGES && nn_recv(sink, body, sizeof body, 0) == 9)
		got++;
	pthread_join(thread, NULL);
	printf("%d of %d\n", got, SENDERS * MESSAGES);
	return 0;
}

/* A thousand threads, each with a socket of its own open at the same time:
   all messages of all arrive, and everything is closed again. */
#include <nanomsg/nn.h>
#include <nanomsg/pipeline.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { THREADS = 1000, MESSAGES = 10 };

static pthread_barrier_t all_open;

static void must(const char *what, int good)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, nn_strerror(nn_errno()));
	exit(1);
}

static void *work(void *arg)
{
	long n = (long) arg;
	int s = nn_socket(AF_SP, NN_PUSH), ms = 60000;
	must("socket", s >= 0);
	must("connect", nn_connect(s, n % 2 ? "inproc://sink" : "ipc://sink.ipc") >= 0);
	pthread_barrier_wait(&all_open);
	must("timeout", nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDTIMEO, &ms, sizeof ms) == 0);
	must("linger", nn_setsockopt(s, NN_SOL_SOCKET, NN_LINGER, &ms, sizeof ms) == 0);
	for (int k = 0; k < MESSAGES; k++)
		must("send", nn_send(s, &n, sizeof n, 0) == sizeof n);
	must("close", nn_close(s) == 0);
	return NULL;
}

int main(void)
{
	static pthread_t threads[THREADS];
	static int from[THREADS];
	pthread_attr_t attr;
	int sink = nn_socket(AF_SP, NN_PULL), ms = 60000, complete = 0;
	must("socket", sink >= 0);
	must("timeout", nn_setsockopt(sink, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0);
	must("bind", nn_bind(sink, "inproc://sink") >= 0 && nn_bind(sink, "ipc://sink.ipc") >= 0);
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 256 << 10);
	pthread_barrier_init(&all_open, NULL, THREADS);
	for (long n = 0; n < THREADS; n++)
		must("thread", pthread_create(&threads[n], &attr, work, (void *) n) == 0);
	for (int k = 0; k < THREADS * MESSAGES; k++) {
		long n = -1;
		must("recv", nn_recv(sink, &n, sizeof n, 0) == sizeof n && n >= 0 && n < THREADS);
		from[n]++;
	}
	for (int n = 0; n < THREADS; n++) {
		pthread_join(threads[n], NULL);
		complete += from[n] == MESSAGES;
	}
	must("close", nn_close(sink) == 0);
	printf("%d threads, all of %d\n", THREADS, complete);
	return 0;
}

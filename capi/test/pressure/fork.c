/* Forks while other threads open, use and close sockets. No call of a child's may
   hang or succeed: sockets are its parent's. */
#include <errno.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static int shared, addresses;
static volatile int over;

static void *busy(void *arg)
{
	char addr[64], c;
	int ms = 20000;
	(void) arg;
	while (!over) {
		int a = nn_socket(AF_SP, NN_PAIR), b = nn_socket(AF_SP, NN_PAIR);
		snprintf(addr, sizeof addr, "ipc://%d.fork", __atomic_add_fetch(&addresses, 1, __ATOMIC_RELAXED));
		nn_setsockopt(a, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms);
		nn_setsockopt(b, NN_SOL_SOCKET, NN_SNDTIMEO, &ms, sizeof ms);
		if (nn_bind(a, addr) < 0 || nn_connect(b, addr) < 0 || nn_send(b, "x", 1, 0) < 0 || nn_recv(a, &c, 1, 0) < 0) {
			fprintf(stderr, "the parent's: %s\n", nn_strerror(nn_errno()));
			exit(1);
		}
		nn_close(b);
		nn_close(a);
	}
	return NULL;
}

static void fails(const char *what, int rc, int want)
{
	if (rc == -1 && errno == want)
		return;
	fprintf(stderr, "%s of a child's: %d, %s\n", what, rc, strerror(errno));
	_exit(1);
}

static void child(void)
{
	char buf[8];
	int value = 1;
	size_t size = sizeof value;
	struct nn_pollfd polled = {shared, NN_POLLIN, 0};
	alarm(20);
	fails("socket", nn_socket(AF_SP, NN_PAIR), ECHILD);
	fails("send", nn_send(shared, "x", 1, 0), EBADF);
	fails("recv", nn_recv(shared, buf, sizeof buf, 0), EBADF);
	fails("poll", nn_poll(&polled, 1, -1), EBADF);
	fails("bind", nn_bind(shared, "inproc://child"), EBADF);
	fails("connect", nn_connect(shared, "inproc://child"), EBADF);
	fails("shutdown", nn_shutdown(shared, 1), EBADF);
	fails("setsockopt", nn_setsockopt(shared, NN_SOL_SOCKET, NN_LINGER, &value, size), EBADF);
	fails("getsockopt", nn_getsockopt(shared, NN_SOL_SOCKET, NN_LINGER, &value, &size), EBADF);
	fails("statistic", (int) nn_get_statistic(shared, NN_STAT_MESSAGES_SENT), EBADF);
	fails("device", nn_device(shared, shared), EBADF);
	fails("close", nn_close(shared), EBADF);
	void *chunk = nn_allocmsg(10, 0);
	if (chunk == NULL || nn_freemsg(chunk) != 0)
		_exit(1);
	nn_term();
	fails("socket", nn_socket(AF_SP, NN_PAIR), ECHILD);
	exit(0);
}

int main(void)
{
	enum { THREADS = 4, CHILDREN = 50 };
	pthread_t threads[THREADS];
	shared = nn_socket(AF_SP, NN_PAIR);
	for (int n = 0; n < THREADS; n++)
		pthread_create(&threads[n], NULL, busy, NULL);
	int good = 0;
	for (int n = 0; n < CHILDREN; n++) {
		int status = 0;
		pid_t pid = fork();
		if (pid == 0)
			child();
		waitpid(pid, &status, 0);
		good += status == 0;
	}
	over = 1;
	for (int n = 0; n < THREADS; n++)
		pthread_join(threads[n], NULL);
	printf("%d of %d\n", good, CHILDREN);
	return nn_close(shared);
}

/* Opens, uses and closes sockets of all types over all roads, and tells how many
   descriptors and threads there are after 10 rounds and after 1,000. */
#include <dirent.h>
#include <nanomsg/bus.h>
#include <nanomsg/nn.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void must(const char *what, int good)
{
	if (good)
		return;
	fprintf(stderr, "%s: %s\n", what, nn_strerror(nn_errno()));
	exit(1);
}

static int entries(const char *path)
{
	int n = 0;
	DIR *d = opendir(path);
	while (d != NULL && readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

static const int types[][2] = {{NN_PAIR, NN_PAIR}, {NN_PULL, NN_PUSH}, {NN_REP, NN_REQ}, {NN_SUB, NN_PUB}, {NN_RESPONDENT, NN_SURVEYOR}, {NN_BUS, NN_BUS}};

static void once(int round)
{
	static int port;
	char addr[64];
	int kind = round % 6, ms = 10000, scheme = round / 6 % 4;
	int a = nn_socket(AF_SP, types[kind][0]), b = nn_socket(AF_SP, types[kind][1]);
	must("socket", a >= 0 && b >= 0);
	must("timeout", nn_setsockopt(a, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0);
	must("timeout", nn_setsockopt(b, NN_SOL_SOCKET, NN_SNDTIMEO, &ms, sizeof ms) == 0);
	if (types[kind][0] == NN_SUB)
		must("subscribe", nn_setsockopt(a, NN_SUB, NN_SUB_SUBSCRIBE, "", 0) == 0);
	do {
		if (scheme < 2)
			snprintf(addr, sizeof addr, scheme == 0 ? "inproc://%d" : "ipc://%d.ipc", round);
		else
			snprintf(addr, sizeof addr, "%s://127.0.0.1:%d", scheme == 2 ? "tcp" : "ws", 10000 + (getpid() * 7 + port++) % 20000);
	} while (nn_bind(a, addr) < 0 && nn_errno() == EADDRINUSE);
	must("connect", nn_connect(b, addr) >= 0);
	while (nn_get_statistic(b, NN_STAT_CURRENT_CONNECTIONS) == 0 || nn_get_statistic(a, NN_STAT_CURRENT_CONNECTIONS) == 0)
		usleep(100);
	char *chunk = nn_allocmsg(100, 0), *got;
	memset(chunk, 'x', 100);
	must("send", nn_send(b, &chunk, NN_MSG, 0) == 100);
	must("recv", nn_recv(a, &got, NN_MSG, 0) == 100);
	nn_freemsg(got);
	must("close", nn_close(b) == 0);
	must("close", nn_close(a) == 0);
}

/* What a peer has just been told to end may take a moment to do so. */
static void settled(const char *what, int most)
{
	int descriptors = 0, threads = 0;
	for (int n = 0; n < 1000; n++) {
		descriptors = entries("/proc/self/fd");
		threads = entries("/proc/self/task");
		if (descriptors <= most)
			break;
		usleep(1000);
	}
	printf("%s %d %d\n", what, descriptors, threads);
}

int main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 1000, n = 0;
	for (; n < 24; n++)
		once(n);
	usleep(200000);
	settled("few", 1 << 30);
	int before = entries("/proc/self/fd");
	for (; n < rounds; n++)
		once(n);
	settled("many", before);
	return 0;
}

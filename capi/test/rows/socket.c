/* nn_socket, nn_close and the numbers of sockets. */
#include <pthread.h>
#include <sys/resource.h>

#include "row.h"

static const char *type_label(int i) { return type_name(i); }

ROWS("1.1", socket_type, TYPES, type_label)
{
	R("first", nn_socket(type_domain(i), type_protocol(i)));
	R("second", nn_socket(type_domain(i), type_protocol(i)));
	R("close", nn_close(0));
	R("again", nn_socket(type_domain(i), type_protocol(i)));
}

ROW("1.1", socket_domain)
{
	static const int domains[] = {0, 3, -1, INT_MAX, INT_MIN, 256};
	for (size_t n = 0; n < sizeof domains / sizeof *domains; n++)
		R("socket", nn_socket(domains[n], NN_PAIR));
}

ROW("1.1", socket_protocol)
{
	static const int protocols[] = {0, -1, 1, 15, 17, 31, 34, 47, 50, 64, 65, 79, 82, 96, 97, 100, 113, 128, INT_MAX, INT_MIN};
	for (size_t n = 0; n < sizeof protocols / sizeof *protocols; n++) {
		char what[32];
		snprintf(what, sizeof what, "%d", protocols[n]);
		R(what, nn_socket(AF_SP, protocols[n]));
	}
}

ROW("1.1", socket_domain_before_protocol) { R("socket", nn_socket(7, 7)); }
ROW("1.1", socket_raw_protocol) { R("socket", nn_socket(AF_SP_RAW, 96)); }

ROW("1.1", socket_numbers_last_freed_first)
{
	for (int n = 0; n < 5; n++)
		R("open", nn_socket(AF_SP, NN_PAIR));
	nn_close(1);
	nn_close(3);
	R("open", nn_socket(AF_SP, NN_PAIR));
	R("open", nn_socket(AF_SP, NN_PAIR));
	R("open", nn_socket(AF_SP, NN_PAIR));
}

ROW("1.1", socket_numbers_begin_again_when_all_are_free)
{
	for (int n = 0; n < 3; n++)
		R("open", nn_socket(AF_SP, NN_PAIR));
	for (int n = 0; n < 3; n++)
		nn_close(n);
	for (int n = 0; n < 4; n++)
		R("open", nn_socket(AF_SP, NN_PAIR));
	nn_close(2);
	R("open", nn_socket(AF_SP, NN_PAIR));
}

ROW("1.1", socket_failure_takes_no_number)
{
	R("bad", nn_socket(AF_SP, 1));
	R("bad", nn_socket(5, NN_PAIR));
	R("good", nn_socket(AF_SP, NN_PAIR));
}

ROW("1.1", socket_most)
{
	struct rlimit most;
	getrlimit(RLIMIT_NOFILE, &most);
	most.rlim_cur = most.rlim_max < 4096 ? most.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &most);
	int n = 0;
	while (n < 600 && nn_socket(AF_SP, NN_PUB) >= 0)
		n++;
	say("opened=%d", n);
	R("next", nn_socket(AF_SP, NN_PUB));
	R("close", nn_close(0));
	R("next", nn_socket(AF_SP, NN_PUB));
}

ROW("1.1", socket_no_descriptors_left)
{
	must(nn_socket(AF_SP, NN_PAIR));
	struct rlimit most;
	getrlimit(RLIMIT_NOFILE, &most);
	most.rlim_cur = dup(0);
	setrlimit(RLIMIT_NOFILE, &most);
	R("socket", nn_socket(AF_SP, NN_PAIR));
	most.rlim_cur = most.rlim_max < 1024 ? most.rlim_max : 1024;
	setrlimit(RLIMIT_NOFILE, &most);
	R("socket", nn_socket(AF_SP, NN_PAIR));
}

ROW("1.1", close_twice)
{
	int s = cooked(NN_PAIR);
	R("close", nn_close(s));
	R("again", nn_close(s));
	R("open", nn_socket(AF_SP, NN_PAIR));
	R("close", nn_close(s));
}

static void *receive(void *result)
{
	char body[8];
	*(int *) result = nn_recv(0, body, sizeof body, 0) < 0 ? nn_errno() : 0;
	return NULL;
}

static void *transmit(void *result)
{
	*(int *) result = nn_send(0, "x", 1, 0) < 0 ? nn_errno() : 0;
	return NULL;
}

static void *polling(void *result)
{
	struct nn_pollfd p = {0, NN_POLLIN | NN_POLLOUT, 0};
	*(int *) result = nn_poll(&p, 1, LONG) < 0 ? nn_errno() : 0;
	return NULL;
}

static int while_closing(void *(*block)(void *))
{
	pthread_t thread;
	int result = -1;
	must(nn_socket(AF_SP, NN_PAIR));
	pthread_create(&thread, NULL, block, &result);
	nap(SHORT);
	R("close", nn_close(0));
	pthread_join(thread, NULL);
	return result;
}

ROW("1.1", close_wakes_recv) { say("recv=%s", errno_name(while_closing(receive))); }
ROW("1.1", close_wakes_send) { say("send=%s", errno_name(while_closing(transmit))); }
/* Upstream at times tells of both events, at times of none, and of no socket
   where the poll comes late. */
ROW("3.5", close_wakes_poll)
{
	int e = while_closing(polling);
	say("%s", e == 0 || e == EBADF ? "came back" : errno_name(e));
}

ROW("1.1", close_wakes_many)
{
	enum { MANY = 20 };
	pthread_t threads[MANY];
	int results[MANY], badf = 0;
	must(nn_socket(AF_SP, NN_PAIR));
	for (int n = 0; n < MANY; n++)
		pthread_create(&threads[n], NULL, n % 2 ? receive : transmit, &results[n]);
	nap(SHORT);
	R("close", nn_close(0));
	for (int n = 0; n < MANY; n++) {
		pthread_join(threads[n], NULL);
		badf += results[n] == EBADF;
	}
	say("EBADF*%d", badf);
}

static void *closing(void *result)
{
	*(int *) result = nn_close(0) < 0 ? nn_errno() : 0;
	return NULL;
}

ROW("1.1", close_by_two)
{
	int wins = 0, badf = 0;
	for (int n = 0; n < 50; n++) {
		pthread_t threads[2];
		int results[2];
		must(nn_socket(AF_SP, NN_PAIR));
		for (int k = 0; k < 2; k++)
			pthread_create(&threads[k], NULL, closing, &results[k]);
		for (int k = 0; k < 2; k++) {
			pthread_join(threads[k], NULL);
			wins += results[k] == 0;
			badf += results[k] == EBADF;
		}
	}
	say("0*%d EBADF*%d", wins, badf);
}

static int threads_now(void)
{
	char line[256];
	int n = 0;
	FILE *f = fopen("/proc/self/status", "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL)
		sscanf(line, "Threads: %d", &n);
	if (f != NULL)
		fclose(f);
	return n;
}

ROW("0", threads_come_and_go)
{
	int s = cooked(NN_PAIR);
	say("open=%s", threads_now() > 1 ? "more" : "one");
	nn_close(s);
	say("closed=%s", threads_now() > 1 ? "more" : "one");
}

ROW("1.1", errno_is_the_threads_own)
{
	pthread_t thread;
	int result = -1;
	R("close", nn_close(77));
	must(nn_socket(AF_SP, NN_PUB));
	pthread_create(&thread, NULL, receive, &result);
	errno = EDOM;
	pthread_join(thread, NULL);
	say("there=%s here=%s", errno_name(result), errno == EDOM && nn_errno() == EDOM ? "EDOM" : "changed");
}

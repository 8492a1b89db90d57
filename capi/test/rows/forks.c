/* Programs that fork, exec and exit with sockets open. */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/wait.h>

#include "row.h"

static void child_ended(pid_t child)
{
	int status;
	must(waitpid(child, &status, 0));
	say("child=%s", status_name(status));
}

static bool talks(void)
{
	char body[8];
	int a = nn_socket(AF_SP, NN_PAIR), b = nn_socket(AF_SP, NN_PAIR), ms = LONG;
	const char *addr = address("tcp");
	return nn_bind(a, addr) >= 0 && nn_connect(b, addr) >= 0 && nn_setsockopt(b, NN_SOL_SOCKET, NN_RCVTIMEO, &ms, sizeof ms) == 0 &&
	       nn_send(a, "hello", 5, 0) == 5 && nn_recv(b, body, sizeof body, 0) == 5 && nn_close(a) == 0 && nn_close(b) == 0;
}

ROW("7", fork_before_use)
{
	pid_t child = fork();
	if (child == 0)
		_exit(talks() ? 0 : 1);
	say("parent=%d", talks());
	child_ended(child);
}

ROW("7", fork_after_other_functions)
{
	void *chunk = nn_allocmsg(10, 0);
	nn_strerror(nn_errno());
	nn_symbol(3, NULL);
	nn_freemsg(chunk);
	pid_t child = fork();
	if (child == 0)
		_exit(talks() ? 0 : 1);
	child_ended(child);
}

/* All is closed when it forks: the child begins anew. */
ROW("7", fork_after_use)
{
	say("parent=%d", talks());
	pid_t child = fork();
	if (child == 0) {
		alarm(3);
		_exit(talks() ? 0 : 1);
	}
	child_ended(child);
	say("parent=%d", talks());
}

/* A child that does not touch its parent's sockets leaves them alone. */
ROW("7", fork_with_sockets_open)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("tcp"));
	pid_t child = fork();
	if (child == 0)
		_exit(7);
	child_ended(child);
	put(a, "hello");
	take("recv", b);
	R("close", nn_close(a));
}

ROW("7", fork_and_exec)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("tcp"));
	pid_t child = fork();
	if (child == 0) {
		execl("/bin/true", "true", NULL);
		_exit(9);
	}
	child_ended(child);
	put(a, "hello");
	take("recv", b);
}

/* What a program that is executed finds open, but for what there was before. */
ROW("7", exec_leaks_no_descriptors)
{
	int before = 0, after = 0;
	for (int fd = 3; fd < 1000; fd++)
		before += fcntl(fd, F_GETFD) >= 0 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	static const char *const roads[] = {"ipc", "tcp", "ws"};
	for (int n = 0; n < 3; n++) {
		int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
		join(a, b, address(roads[n]));
	}
	for (int fd = 3; fd < 1000; fd++)
		after += fcntl(fd, F_GETFD) >= 0 && !(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	say("%d", after - before);
}

ROW("7", system_while_open)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("tcp"));
	say("%d", system("exit 3") >> 8);
	put(a, "hello");
	take("recv", b);
}

static void *blocked(void *arg)
{
	char c;
	nn_recv(*(int *) arg, &c, 1, 0);
	return NULL;
}

/* main returns while sockets are open and threads wait in them. */
ROW("7", exit_with_everything_open)
{
	pid_t child = fork();
	if (child == 0) {
		pthread_t thread;
		int s = cooked(NN_PAIR), a = cooked(NN_PAIR), b = cooked(NN_PAIR);
		join(a, b, address("tcp"));
		pthread_create(&thread, NULL, blocked, &s);
		put(a, "hello");
		nap(20);
		exit(5);
	}
	child_ended(child);
}

static int at_exit_socket;
static void close_at_exit(void) { _exit(nn_close(at_exit_socket) == 0 ? 6 : 1); }

ROW("7", close_at_exit)
{
	pid_t child = fork();
	if (child == 0) {
		atexit(close_at_exit);
		at_exit_socket = cooked(NN_PAIR);
		exit(0);
	}
	child_ended(child);
}

ROW("7", thread_that_used_it_ends)
{
	for (int n = 0; n < 50; n++) {
		pthread_t thread;
		int s = cooked(NN_PAIR);
		pthread_create(&thread, NULL, blocked, &s);
		nap(1);
		nn_close(s);
		pthread_join(thread, NULL);
	}
	say("50");
}

/* Threads of a program may have small stacks. */
static void *in_small_stack(void *arg)
{
	*(bool *) arg = talks();
	return NULL;
}

ROW("7", small_stack)
{
	pthread_t thread;
	pthread_attr_t attr;
	bool good = false;
	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 64 << 10);
	pthread_create(&thread, &attr, in_small_stack, &good);
	pthread_join(thread, NULL);
	say("%d", good);
}

/* Closing with messages under way, nn_term, signals. */
#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>

#include "row.h"

static const char *const roads[] = {"inproc", "tcp", "ws", "ipc"};
static const char *road_label(int i) { return roads[i]; }

void nn_init(void);

/* A moment passes between the last send and the close. */
ROWS("3.7", sent_then_closed_later, 4, road_label)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(pull, push, address(roads[i]));
	for (int n = 0; n < 5; n++)
		R("send", put(push, "hello"));
	nap(100);
	nn_close(push);
	stat_becomes(pull, NN_STAT_CURRENT_CONNECTIONS, 0);
	for (int n = 0; n < 5; n++)
		nothing("recv", pull);
}

/* But for ipc, where it is chance whether a nanomsg receiver reads or hangs up first;
   TestBurst says what becomes of ours. */
ROWS("3.7", sent_and_closed_at_once, 3, road_label)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	join(pull, push, address(roads[i]));
	R("send", put(push, "hello"));
	nn_close(push);
	nothing("recv", pull);
}

/* More than the kernel takes at once, for a peer that is slow to read. */
ROW("3.7", sent_much_and_closed_at_once)
{
	static char body[4000000];
	const char *addr = address("tcp");
	int push = cooked(NN_PUSH);
	must(nn_bind(push, addr));
	int fd = wire_dial_sp(addr, NN_PULL);
	peers(push, 1);
	R("send", nn_send(push, body, sizeof body, 0));
	pid_t child = fork();
	if (child == 0) {
		nap(SHORT);
		_exit(wire_recv(fd, body, sizeof body, LONG) == sizeof body);
	}
	close(fd);
	nn_close(push);
	int status;
	waitpid(child, &status, 0);
	say("all=%d", WEXITSTATUS(status));
}

ROW("2", linger_of_zero)
{
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL);
	set(push, NN_LINGER, 0);
	join(pull, push, address("tcp"));
	nn_close(push);
	say("closed");
}

/* Nobody ever takes it: does nn_close come back? */
ROW("3.7", close_where_nobody_receives)
{
	static char body[1 << 20];
	int push = cooked(NN_PUSH), pull = cooked(NN_PULL), sent = 0;
	join(pull, push, address("tcp"));
	set(push, NN_SNDTIMEO, SHORT);
	while (nn_send(push, body, sizeof body, 0) > 0)
		sent++;
	say("some=%d", sent > 0);
	R("close", nn_close(push));
}

ROW("3.7", close_of_a_request_nobody_took)
{
	int req = cooked(NN_REQ);
	R("send", put(req, "hello"));
	R("close", nn_close(req));
}

ROW("3.8", term_before_any)
{
	nn_term();
	R("socket", nn_socket(AF_SP, NN_PAIR));
	nn_term();
	R("socket", nn_socket(AF_SP, NN_PAIR));
	nn_term();
	R("socket", nn_socket(AF_SP, NN_PAIR));
}

ROW("3.8", term_after_all_closed)
{
	nn_close(cooked(NN_PAIR));
	nn_term();
	R("socket", nn_socket(AF_SP, NN_PAIR));
	R("domain", nn_socket(7, NN_PAIR));
	R("protocol", nn_socket(AF_SP, 7));
}

ROW("3.8", term_and_init)
{
	int s = cooked(NN_PAIR);
	nn_term();
	R("close", nn_close(s));
	R("socket", nn_socket(AF_SP, NN_PAIR));
	nn_init();
	R("socket", nn_socket(AF_SP, NN_PAIR));
	R("close", nn_close(0));
	nn_init();
	R("socket", nn_socket(AF_SP, NN_PAIR));
}

static void *receive(void *arg)
{
	char c;
	int *p = arg;
	*p = nn_recv(*p, &c, 1, 0) < 0 ? nn_errno() : 0;
	return NULL;
}

static void *transmit(void *arg)
{
	int *p = arg;
	*p = nn_send(*p, "x", 1, 0) < 0 ? nn_errno() : 0;
	return NULL;
}

ROW("3.8", term_wakes_everybody)
{
	pthread_t threads[4];
	int s[4] = {cooked(NN_PAIR), cooked(NN_PAIR), cooked(NN_SUB), cooked(NN_PUSH)};
	void *(*const calls[4])(void *) = {receive, transmit, receive, transmit};
	for (int n = 0; n < 4; n++)
		pthread_create(&threads[n], NULL, calls[n], &s[n]);
	nap(SHORT);
	nn_term();
	for (int n = 0; n < 4; n++) {
		pthread_join(threads[n], NULL);
		say("%s", errno_name(s[n]));
	}
}

static volatile sig_atomic_t caught;
static void on_signal(int sig) { caught = sig; }

static void signals(int flags)
{
	struct sigaction act = {.sa_handler = on_signal, .sa_flags = flags};
	sigaction(SIGUSR1, &act, NULL);
}

static volatile bool interrupted;
static pthread_t victim;

/* A signal every 20 ms: one may come before the call waits. */
static void *disturb(__attribute__((unused)) void *arg)
{
	while (!interrupted) {
		nap(20);
		pthread_kill(victim, SIGUSR1);
	}
	return NULL;
}

static const char *flags_label(int i) { return i == 0 ? "once" : "SA_RESTART"; }

static void interrupt_call(const char *what, int (*call)(int s), int s, int flags)
{
	pthread_t thread;
	signals(flags);
	interrupted = false;
	victim = pthread_self();
	pthread_create(&thread, NULL, disturb, NULL);
	errno = 0;
	int rc = call(s), e = errno;
	interrupted = true;
	pthread_join(thread, NULL);
	errno = e;
	say_result(what, rc);
	say("handler=%d", caught == SIGUSR1);
}

static int call_recv(int s)
{
	char c;
	return nn_recv(s, &c, 1, 0);
}
static int call_send(int s) { return nn_send(s, "x", 1, 0); }
static int call_poll(int s)
{
	struct nn_pollfd p = {s, NN_POLLIN, 0};
	return nn_poll(&p, 1, -1);
}
static int call_device(int s) { return nn_device(s, -1); }

ROWS("3.2", interrupted_recv, 2, flags_label) { interrupt_call("recv", call_recv, cooked(NN_PAIR), i == 0 ? 0 : SA_RESTART); }
ROWS("3.2", interrupted_send, 2, flags_label) { interrupt_call("send", call_send, cooked(NN_PAIR), i == 0 ? 0 : SA_RESTART); }
ROWS("3.5", interrupted_poll, 2, flags_label) { interrupt_call("poll", call_poll, cooked(NN_PAIR), i == 0 ? 0 : SA_RESTART); }
ROW("3.6", interrupted_device) { interrupt_call("device", call_device, raw(NN_PAIR), 0); }

ROW("3.2", interrupted_with_timeout)
{
	int s = cooked(NN_PAIR);
	set(s, NN_RCVTIMEO, LONG);
	interrupt_call("recv", call_recv, s, 0);
}

ROW("3.2", ignored_signal_does_not_interrupt)
{
	pthread_t thread;
	int s = cooked(NN_PAIR);
	signal(SIGUSR1, SIG_IGN);
	set(s, NN_RCVTIMEO, 100);
	victim = pthread_self();
	pthread_create(&thread, NULL, disturb, NULL);
	R("recv", call_recv(s));
	interrupted = true;
	pthread_join(thread, NULL);
}

/* Our threads take no signal that is meant for the program's. */
ROW("7", signal_to_the_process_comes_to_the_caller)
{
	int s = cooked(NN_PAIR);
	signals(0);
	if (fork() == 0) {
		for (int n = 0; n < 50 && getppid() != 1; n++) {
			nap(20);
			if (kill(getppid(), SIGUSR1) != 0)
				break;
		}
		_exit(0);
	}
	R("recv", call_recv(s));
	say("handler=%d", caught == SIGUSR1);
}

static const int terminating[] = {SIGINT, SIGTERM, SIGHUP, SIGALRM};
static const char *terminating_label(int i)
{
	static const char *const names[] = {"SIGINT", "SIGTERM", "SIGHUP", "SIGALRM"};
	return names[i];
}

/* Without a handler a signal ends the program, as it always does. */
ROWS("7", signal_without_handler, 4, terminating_label)
{
	int ready_pipe[2], status;
	must(pipe(ready_pipe));
	pid_t child = fork();
	if (child == 0) {
		nn_connect(cooked(NN_PAIR), "tcp://127.0.0.1:1");
		if (write(ready_pipe[1], "x", 1) == 1)
			call_recv(cooked(NN_PAIR));
		_exit(9);
	}
	char c;
	must(read(ready_pipe[0], &c, 1));
	nap(20);
	kill(child, terminating[i]);
	waitpid(child, &status, 0);
	say("%s", status_name(status));
}

/* The library changes none of the program's handlers and masks. */
ROW("7", handlers_are_left_alone)
{
	struct sigaction before[32], after;
	sigset_t mask_before, mask_after;
	int changed = 0;
	for (int sig = 1; sig < 32; sig++)
		sigaction(sig, NULL, &before[sig]);
	pthread_sigmask(SIG_BLOCK, NULL, &mask_before);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("tcp"));
	put(a, "x");
	take("recv", b);
	for (int sig = 1; sig < 32; sig++) {
		sigaction(sig, NULL, &after);
		if (after.sa_handler != before[sig].sa_handler) {
			changed++;
			say("%d", sig);
		}
	}
	pthread_sigmask(SIG_BLOCK, NULL, &mask_after);
	say("changed=%d mask=%s", changed, memcmp(&mask_before, &mask_after, 16) == 0 ? "same" : "changed");
}

/* Writing to a connection whose peer is gone raises no SIGPIPE. */
ROW("7", no_sigpipe)
{
	signal(SIGPIPE, SIG_DFL);
	const char *addr = address("tcp");
	int push = cooked(NN_PUSH);
	must(nn_bind(push, addr));
	for (int n = 0; n < 20; n++) {
		int fd = wire_dial_sp(addr, NN_PULL);
		peers(push, 1);
		close(fd);
		put(push, "x");
		put(push, "y");
		peers(push, 0);
	}
	say("alive");
}

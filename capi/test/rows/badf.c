/* Every function, asked for a socket that is none. */
#include "row.h"

static int of_setsockopt(int s)
{
	int v = 1;
	return nn_setsockopt(s, NN_SOL_SOCKET, NN_SNDPRIO, &v, sizeof v);
}
static int of_getsockopt(int s)
{
	int v;
	size_t len = sizeof v;
	return nn_getsockopt(s, NN_SOL_SOCKET, NN_SNDPRIO, &v, &len);
}
static int of_bind(int s) { return nn_bind(s, "inproc://a"); }
static int of_connect(int s) { return nn_connect(s, "inproc://a"); }
static int of_shutdown(int s) { return nn_shutdown(s, 1); }
static int of_send(int s) { return nn_send(s, "x", 1, NN_DONTWAIT); }
static int of_recv(int s)
{
	char c;
	return nn_recv(s, &c, 1, NN_DONTWAIT);
}
static int of_sendmsg(int s)
{
	struct nn_iovec part = {"x", 1};
	struct nn_msghdr m = {&part, 1, NULL, 0};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}
static int of_recvmsg(int s)
{
	char c;
	struct nn_iovec part = {&c, 1};
	struct nn_msghdr m = {&part, 1, NULL, 0};
	return nn_recvmsg(s, &m, NN_DONTWAIT);
}
static int of_poll(int s)
{
	struct nn_pollfd p = {s, NN_POLLIN, 0};
	return nn_poll(&p, 1, 0);
}
static int of_poll_without_events(int s)
{
	struct nn_pollfd p = {s, 0, 0};
	return nn_poll(&p, 1, 0);
}
static int of_statistic(int s) { return (int) nn_get_statistic(s, NN_STAT_MESSAGES_SENT); }
static int of_device(int s) { return nn_device(s, s); }
static int of_loopback(int s) { return nn_device(-1, s); }

/* With arguments that are bad as well: which error comes first? */
static int of_send_null(int s) { return nn_send(s, NULL, 5, 0); }
static int of_recv_null(int s) { return nn_recv(s, NULL, 5, NN_DONTWAIT); }
static int of_sendmsg_null(int s) { return nn_sendmsg(s, NULL, 0); }
static int of_recvmsg_null(int s) { return nn_recvmsg(s, NULL, 0); }
static int of_bind_null(int s) { return nn_bind(s, NULL); }
static int of_connect_null(int s) { return nn_connect(s, NULL); }
static int of_bind_foreign(int s) { return nn_bind(s, "what://ever"); }
static int of_setsockopt_null(int s) { return nn_setsockopt(s, 0, 0, NULL, 4); }
static int of_getsockopt_null(int s)
{
	size_t len = 4;
	return nn_getsockopt(s, 0, 0, NULL, &len);
}
static int of_statistic_unknown(int s) { return (int) nn_get_statistic(s, 1); }

static const struct {
	const char *name;
	int (*call)(int s);
} calls[] = {{"close", nn_close}, {"setsockopt", of_setsockopt}, {"getsockopt", of_getsockopt}, {"bind", of_bind},
	{"connect", of_connect}, {"shutdown", of_shutdown}, {"send", of_send}, {"recv", of_recv}, {"sendmsg", of_sendmsg},
	{"recvmsg", of_recvmsg}, {"poll", of_poll}, {"poll_without_events", of_poll_without_events},
	{"get_statistic", of_statistic}, {"device", of_device}, {"device_loopback", of_loopback}, {"send_null", of_send_null},
	{"recv_null", of_recv_null}, {"sendmsg_null", of_sendmsg_null}, {"recvmsg_null", of_recvmsg_null},
	{"bind_null", of_bind_null}, {"connect_null", of_connect_null}, {"bind_foreign", of_bind_foreign},
	{"setsockopt_null", of_setsockopt_null}, {"getsockopt_null", of_getsockopt_null},
	{"get_statistic_unknown", of_statistic_unknown}};

enum { CALLS = sizeof calls / sizeof *calls };

static const char *call_label(int i) { return calls[i].name; }

ROWS("1.1", badf, CALLS, call_label)
{
	must(nn_socket(AF_SP, NN_PAIR));
	int s = cooked(NN_PAIR);
	nn_close(s);
	R("closed", calls[i].call(s));
	static const int others[] = {-1, INT_MIN, 2, 511, 513, INT_MAX};
	for (size_t n = 0; n < sizeof others / sizeof *others; n++) {
		char what[16];
		snprintf(what, sizeof what, "%d", others[n]);
		R(what, calls[i].call(others[n]));
	}
}

ROWS("1.1", badf_before_any, CALLS, call_label) { R("0", calls[i].call(0)); }

ROWS("1.1", badf_after_last, CALLS, call_label)
{
	must(nn_socket(AF_SP, NN_PAIR));
	nn_close(0);
	R("0", calls[i].call(0));
}

ROWS("3.8", badf_after_term, CALLS, call_label)
{
	must(nn_socket(AF_SP, NN_PAIR));
	nn_term();
	R("0", calls[i].call(0));
	R("5", calls[i].call(5));
}

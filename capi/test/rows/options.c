/* Options of level NN_SOL_SOCKET, on every type of socket. */
#include "row.h"

static const struct {
	const char *name;
	int option;
} options[] = {{"0", 0}, {"NN_LINGER", NN_LINGER}, {"NN_SNDBUF", NN_SNDBUF}, {"NN_RCVBUF", NN_RCVBUF}, {"NN_SNDTIMEO", NN_SNDTIMEO},
	{"NN_RCVTIMEO", NN_RCVTIMEO}, {"NN_RECONNECT_IVL", NN_RECONNECT_IVL}, {"NN_RECONNECT_IVL_MAX", NN_RECONNECT_IVL_MAX},
	{"NN_SNDPRIO", NN_SNDPRIO}, {"NN_RCVPRIO", NN_RCVPRIO}, {"NN_SNDFD", NN_SNDFD}, {"NN_RCVFD", NN_RCVFD},
	{"NN_DOMAIN", NN_DOMAIN}, {"NN_PROTOCOL", NN_PROTOCOL}, {"NN_IPV4ONLY", NN_IPV4ONLY}, {"NN_SOCKET_NAME", NN_SOCKET_NAME},
	{"NN_RCVMAXSIZE", NN_RCVMAXSIZE}, {"NN_MAXTTL", NN_MAXTTL}, {"18", 18}, {"-1", -1}, {"1000", 1000}};

enum { OPTIONS = sizeof options / sizeof *options };

static const char *option_label(int i) { return options[i].name; }
static bool descriptor(int option) { return option == NN_SNDFD || option == NN_RCVFD; }

ROWS("2", option_default, OPTIONS, option_label)
{
	char results[TYPES][48];
	for (int type = 0; type < TYPES; type++) {
		char name[64] = "";
		int value = 0, s = type_socket(type), option = options[i].option;
		size_t len = option == NN_SOCKET_NAME ? sizeof name : sizeof value;
		errno = 0;
		int rc = nn_getsockopt(s, NN_SOL_SOCKET, option, option == NN_SOCKET_NAME ? (void *) name : &value, &len);
		if (rc != 0)
			snprintf(results[type], sizeof *results, "%s", errno_name(errno));
		else if (option == NN_SOCKET_NAME)
			snprintf(results[type], sizeof *results, "\"%.20s\"/%zu", name, len);
		else
			snprintf(results[type], sizeof *results, "%d/%zu", descriptor(option) ? value > 2 : value, len);
	}
	say_types(results);
}

/* Which values are taken, and what is read back. */
ROWS("2", option_range, OPTIONS, option_label)
{
	static const int values[] = {INT_MIN, -1000, -2, -1, 0, 1, 2, 7, 16, 17, 255, 256, 100000, INT_MAX};
	int s = cooked(NN_PAIR), option = options[i].option;
	if (option == NN_SOCKET_NAME)
		return say("a text");
	for (size_t n = 0; n < sizeof values / sizeof *values; n++) {
		int back = 0;
		size_t len = sizeof back;
		errno = 0;
		int rc = nn_setsockopt(s, NN_SOL_SOCKET, option, &values[n], sizeof values[n]);
		if (rc < 0) {
			say("%d:%s", values[n], errno_name(errno));
			continue;
		}
		nn_getsockopt(s, NN_SOL_SOCKET, option, &back, &len);
		say("%d:%d", values[n], back);
	}
}

ROWS("2", option_set_on_types, OPTIONS, option_label)
{
	int one = 1;
	char results[TYPES][48];
	for (int type = 0; type < TYPES; type++) {
		errno = 0;
		int rc = nn_setsockopt(type_socket(type), NN_SOL_SOCKET, options[i].option, &one, sizeof one);
		snprintf(results[type], sizeof *results, "%s", result_name(rc));
	}
	say_types(results);
}

ROWS("2", option_set_length, OPTIONS, option_label)
{
	unsigned char value[64] = {1};
	static const size_t lengths[] = {0, 1, 2, 3, 4, 5, 8, 63, 64, SIZE_MAX};
	int s = cooked(NN_PAIR);
	for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
		char what[16];
		if (options[i].option == NN_SOCKET_NAME && lengths[n] == SIZE_MAX)
			continue;
		snprintf(what, sizeof what, "%zd", (ssize_t) lengths[n]);
		R(what, nn_setsockopt(s, NN_SOL_SOCKET, options[i].option, value, lengths[n]));
	}
	R("null", nn_setsockopt(s, NN_SOL_SOCKET, options[i].option, NULL, sizeof(int)));
	R("null0", nn_setsockopt(s, NN_SOL_SOCKET, options[i].option, NULL, 0));
}

ROWS("2", option_get_length, OPTIONS, option_label)
{
	int s = cooked(NN_PAIR);
	for (size_t asked = 0; asked <= 9; asked++) {
		unsigned char value[64];
		memset(value, 0xaa, sizeof value);
		size_t len = asked;
		errno = 0;
		int rc = nn_getsockopt(s, NN_SOL_SOCKET, options[i].option, value, &len);
		int last = 63;
		while (last >= 0 && value[last] == 0xaa)
			last--;
		if (descriptor(options[i].option))
			last = -1;
		say("%zu:%s,%zu,%d", asked, rc < 0 ? errno_name(errno) : "0", len, last + 1);
	}
	size_t len = 4;
	R("null", nn_getsockopt(s, NN_SOL_SOCKET, options[i].option, NULL, &len));
}

ROW("9", option_get_without_length)
{
	int value;
	R("get", nn_getsockopt(cooked(NN_PAIR), NN_SOL_SOCKET, NN_SNDPRIO, &value, NULL));
}

ROW("2", socket_name_default)
{
	for (int n = 0; n < 12; n++) {
		char name[64] = "";
		size_t len = sizeof name;
		must(nn_getsockopt(cooked(NN_PAIR), NN_SOL_SOCKET, NN_SOCKET_NAME, name, &len));
		say("%s/%zu", name, len);
	}
}

ROW("2", socket_name)
{
	int s = cooked(NN_PAIR);
	char name[100], long_name[100];
	memset(long_name, 'n', sizeof long_name);
	R("set", nn_setsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, "hello", 5));
	for (size_t asked = 0; asked <= 12; asked += 3) {
		memset(name, '-', sizeof name);
		name[13] = 0;
		size_t len = asked;
		R("get", nn_getsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, name, &len));
		for (int n = 0; n < 13; n++)
			if (name[n] == 0)
				name[n] = '0';
		say("%.13s %zu", name, len);
	}
	R("63", nn_setsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, long_name, 63));
	R("64", nn_setsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, long_name, 64));
	size_t len = sizeof name;
	R("get", nn_getsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, name, &len));
	say("%zu", len);
	R("empty", nn_setsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, "", 0));
	len = sizeof name;
	R("get", nn_getsockopt(s, NN_SOL_SOCKET, NN_SOCKET_NAME, name, &len));
	say("\"%s\" %zu", name, len);
}

ROW("2", option_set_before_name)
{
	int value = 1, s = cooked(NN_PAIR);
	R("length", nn_setsockopt(s, NN_SOL_SOCKET, 999, &value, 3));
	R("name", nn_setsockopt(s, NN_SOL_SOCKET, 999, &value, 4));
	R("fault", nn_setsockopt(s, NN_SOL_SOCKET, 999, NULL, 3));
	R("fault", nn_setsockopt(s, -77, 999, NULL, 3));
	R("nothing", nn_setsockopt(s, -77, 999, NULL, 0));
}

/* Timeouts apply to calls that begin afterwards, however short or long. */
ROW("2", timeouts)
{
	int s = cooked(NN_PAIR);
	char c;
	static const int values[] = {0, 1, 30};
	for (size_t n = 0; n < sizeof values / sizeof *values; n++) {
		patience(s, values[n]);
		R("recv", nn_recv(s, &c, 1, 0));
		R("send", nn_send(s, &c, 1, 0));
	}
	set(s, NN_SNDTIMEO, -1);
	R("recv", nn_recv(s, &c, 1, 0));
	set(s, NN_SNDTIMEO, 1);
	set(s, NN_RCVTIMEO, -1);
	R("send", nn_send(s, &c, 1, 0));
}

ROW("2", max_size)
{
	static const int limits[] = {100, 0, -1, 1};
	for (size_t n = 0; n < sizeof limits / sizeof *limits; n++) {
		static char body[200];
		static const int sizes[] = {0, 1, 2, 99, 100, 101};
		for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
			int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
			set(pull, NN_RCVMAXSIZE, limits[n]);
			join(pull, push, address("tcp"));
			must(nn_send(push, body, sizes[k], 0));
			set(pull, NN_RCVTIMEO, SHORT);
			/* What is too long ends the connection. */
			if (limits[n] >= 0 && sizes[k] > limits[n] && !stat_becomes(pull, NN_STAT_BROKEN_CONNECTIONS, 1))
				say("not broken");
			char what[32];
			snprintf(what, sizeof what, "%d/%d", sizes[k], limits[n]);
			R(what, nn_recv(pull, body, sizeof body, 0));
			nn_close(push);
			nn_close(pull);
		}
	}
}

ROW("2", max_size_changes_at_once)
{
	int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
	char body[100];
	set(push, NN_RECONNECT_IVL, 10);
	join(pull, push, address("tcp"));
	must(nn_send(push, body, 100, 0));
	set(pull, NN_RCVTIMEO, LONG);
	R("before", nn_recv(pull, body, 100, 0));
	set(pull, NN_RCVMAXSIZE, 50);
	must(nn_send(push, body, 100, 0));
	stat_becomes(pull, NN_STAT_BROKEN_CONNECTIONS, 1);
	say("broken=%d", (int) stat_of(pull, NN_STAT_BROKEN_CONNECTIONS));
	stat_becomes(pull, NN_STAT_ACCEPTED_CONNECTIONS, 2);
	set(pull, NN_RCVMAXSIZE, 200);
	set(push, NN_SNDTIMEO, LONG);
	R("send", nn_send(push, body, 100, 0));
	R("after", nn_recv(pull, body, 100, 0));
}

ROW("2", max_size_default)
{
	static char body[(1 << 20) + 1];
	static const int sizes[] = {1 << 20, (1 << 20) + 1};
	for (int n = 0; n < 2; n++) {
		int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
		join(pull, push, address("tcp"));
		must(nn_send(push, body, sizes[n], 0));
		set(pull, NN_RCVTIMEO, n == 0 ? LONG : 5 * SHORT);
		R("recv", nn_recv(pull, body, sizeof body, 0));
		nn_close(push);
	}
}

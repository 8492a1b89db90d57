/* Options of protocols and transports. */
#include "row.h"

static const char *type_label(int i) { return type_name(i); }

static const struct {
	const char *name;
	int level, option;
} options[] = {{"SUBSCRIBE", NN_SUB, NN_SUB_SUBSCRIBE}, {"UNSUBSCRIBE", NN_SUB, NN_SUB_UNSUBSCRIBE}, {"SUB3", NN_SUB, 3}, {"PUB1", NN_PUB, 1},
	{"RESEND_IVL", NN_REQ, NN_REQ_RESEND_IVL}, {"REQ2", NN_REQ, 2}, {"REP1", NN_REP, 1},
	{"DEADLINE", NN_SURVEYOR, NN_SURVEYOR_DEADLINE}, {"SURVEYOR2", NN_SURVEYOR, 2}, {"RESPONDENT1", NN_RESPONDENT, 1},
	{"PAIR1", NN_PAIR, 1}, {"PUSH1", NN_PUSH, 1}, {"PULL1", NN_PULL, 1}, {"BUS1", NN_BUS, 1}, {"NODELAY", NN_TCP, NN_TCP_NODELAY},
	{"TCP2", NN_TCP, 2}, {"MSG_TYPE", NN_WS, NN_WS_MSG_TYPE}, {"WS2", NN_WS, 2}, {"SEC_ATTR", NN_IPC, NN_IPC_SEC_ATTR},
	{"OUTBUFSZ", NN_IPC, NN_IPC_OUTBUFSZ}, {"INBUFSZ", NN_IPC, NN_IPC_INBUFSZ}, {"IPC4", NN_IPC, 4}, {"INPROC1", NN_INPROC, 1},
	{"-5", -5, 1}, {"min", INT_MIN, 1}, {"5", 5, 1}, {"max", INT_MAX, 1}};

enum { OPTIONS = sizeof options / sizeof *options };

static const char *option_label(int i) { return options[i].name; }

ROWS("2", level_get, OPTIONS, option_label)
{
	char results[TYPES][48];
	for (int type = 0; type < TYPES; type++) {
		unsigned char value[16] = {0};
		size_t len = sizeof value;
		errno = 0;
		int rc = nn_getsockopt(type_socket(type), options[i].level, options[i].option, value, &len);
		if (rc < 0)
			snprintf(results[type], sizeof *results, "%s", errno_name(errno));
		else
			snprintf(results[type], sizeof *results, "%d/%zu", *(int *) value, len);
	}
	say_types(results);
}

ROWS("2", level_set, OPTIONS, option_label)
{
	int one = 1;
	char results[TYPES][48];
	for (int type = 0; type < TYPES; type++) {
		errno = 0;
		int rc = nn_setsockopt(type_socket(type), options[i].level, options[i].option, &one, sizeof one);
		snprintf(results[type], sizeof *results, "%s", result_name(rc));
	}
	say_types(results);
}

/* A socket that has the option. */
static int owner(int level) { return cooked(level > 0 && level <= NN_BUS && nn_socket(AF_SP, level) >= 0 ? level : NN_PAIR); }

ROWS("2", level_set_length, OPTIONS, option_label)
{
	unsigned char value[16] = {1};
	int s = owner(options[i].level);
	for (size_t len = 0; len <= 9; len++) {
		char what[16];
		snprintf(what, sizeof what, "%zu", len);
		R(what, nn_setsockopt(s, options[i].level, options[i].option, value, len));
	}
	R("null", nn_setsockopt(s, options[i].level, options[i].option, NULL, 4));
}

ROWS("2", level_get_length, OPTIONS, option_label)
{
	int s = owner(options[i].level);
	for (size_t asked = 0; asked <= 9; asked++) {
		unsigned char value[16];
		memset(value, 0xaa, sizeof value);
		size_t len = asked;
		errno = 0;
		int rc = nn_getsockopt(s, options[i].level, options[i].option, value, &len), last = 15;
		while (last >= 0 && value[last] == 0xaa)
			last--;
		say("%zu:%s,%zu,%d", asked, rc < 0 ? errno_name(errno) : "0", len, last + 1);
	}
}

ROWS("2", level_range, OPTIONS, option_label)
{
	static const int values[] = {INT_MIN, -1, 0, 1, 2, 3, 9, 10, 1000, INT_MAX};
	int s = owner(options[i].level);
	if (options[i].level == NN_SUB)
		return say("a text");
	for (size_t n = 0; n < sizeof values / sizeof *values; n++) {
		unsigned char back[16] = {0};
		size_t len = sizeof back;
		errno = 0;
		int rc = nn_setsockopt(s, options[i].level, options[i].option, &values[n], sizeof values[n]);
		if (rc < 0) {
			say("%d:%s", values[n], errno_name(errno));
			continue;
		}
		nn_getsockopt(s, options[i].level, options[i].option, back, &len);
		if (options[i].level == NN_IPC && options[i].option == NN_IPC_SEC_ATTR)
			say("%d:%zu", values[n], len); /* a pointer */
		else
			say("%d:%d", values[n], *(int *) back);
	}
}

/* A negative time for a request or a survey. */
ROW("9", resend_ivl_negative)
{
	int s = cooked(NN_REQ), rep = cooked(NN_REP);
	join(rep, s, "inproc://a");
	set_at(s, NN_REQ, NN_REQ_RESEND_IVL, -1);
	R("send", put(s, "x"));
	take("recv", rep);
	R("answer", put(rep, "y"));
	take("recv", s);
}

ROW("9", deadline_negative)
{
	int s = cooked(NN_SURVEYOR);
	set_at(s, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, -1);
	R("send", put(s, "x"));
	nothing("recv", s);
}

ROWS("2", level_of_another_protocol, TYPES, type_label)
{
	int one = 1, s = type_socket(i), other = type_protocol((i + 3) % 10);
	size_t len = sizeof one;
	R("set", nn_setsockopt(s, other, 1, &one, sizeof one));
	R("get", nn_getsockopt(s, other, 1, &one, &len));
	R("length", nn_setsockopt(s, other, 1, &one, 1));
}

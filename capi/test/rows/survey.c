/* SURVEYOR and RESPONDENT. */
#include "row.h"

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

static void deadline(int s, int ms) { set_at(s, NN_SURVEYOR, NN_SURVEYOR_DEADLINE, ms); }

ROWS("4", survey, 4, road_label)
{
	const char *addr = address(roads[i]);
	int ask = cooked(NN_SURVEYOR), answers[3];
	deadline(ask, LONG);
	must(nn_bind(ask, addr));
	for (int n = 0; n < 3; n++)
		must(nn_connect(answers[n] = cooked(NN_RESPONDENT), addr));
	peers(ask, 3);
	R("ask", put(ask, "question"));
	for (int n = 0; n < 3; n++) {
		take("", answers[n]);
		R("answer", put(answers[n], "answer"));
	}
	for (int n = 0; n < 3; n++)
		take("recv", ask);
	nothing("recv", ask);
}

/* Once the time is over: ETIMEDOUT, then EFSM. */
ROW("4", survey_ends)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	R("recv", nn_recv(ask, body, 8, 0));
	deadline(ask, 30);
	join(answer, ask, "inproc://a");
	R("ask", put(ask, "x"));
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
	take("answer", answer);
	R("late", put(answer, "late"));
	nothing("recv", ask);
	R("ask", put(ask, "y"));
	take("answer", answer);
	put(answer, "in time");
	take("recv", ask);
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
}

ROW("4", survey_dontwait)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR);
	deadline(ask, 30);
	R("recv", nn_recv(ask, body, 8, NN_DONTWAIT));
	put(ask, "x");
	R("recv", nn_recv(ask, body, 8, NN_DONTWAIT));
	await_in(ask);
	R("recv", nn_recv(ask, body, 8, NN_DONTWAIT));
	R("recv", nn_recv(ask, body, 8, NN_DONTWAIT));
}

/* The caller's own timeout is shorter: the survey goes on. */
ROW("4", survey_timeout_of_the_caller)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	deadline(ask, LONG);
	set(ask, NN_RCVTIMEO, 20);
	join(answer, ask, "inproc://a");
	put(ask, "x");
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
	take("answer", answer);
	put(answer, "answer");
	take("recv", ask);
}

ROW("4", survey_without_time)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR);
	deadline(ask, 0);
	R("ask", put(ask, "x"));
	await_in(ask);
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
}

/* A new survey ends the one before; answers to that are dropped. */
ROW("4", survey_again)
{
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	deadline(ask, LONG);
	join(answer, ask, "inproc://a");
	put(ask, "first");
	put(ask, "second");
	take("answer", answer);
	put(answer, "to first");
	take("answer", answer);
	put(answer, "to second");
	take("recv", ask);
	nothing("recv", ask);
}

ROW("4", respondent_states)
{
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	deadline(ask, LONG);
	join(answer, ask, "inproc://a");
	R("send", put(answer, "x"));
	nothing("recv", answer);
	put(ask, "question");
	R("send", put(answer, "x"));
	take("recv", answer);
	R("send", put(answer, "answer"));
	R("send", put(answer, "x"));
	take("recv", ask);
}

ROW("4", respondent_of_two)
{
	int one = cooked(NN_SURVEYOR), two = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	deadline(one, LONG);
	deadline(two, LONG);
	join(one, answer, address("tcp"));
	join(two, answer, address("tcp"));
	put(one, "one");
	take("recv", answer);
	put(answer, "to one");
	take("one", one);
	put(two, "two");
	take("recv", answer);
	put(answer, "to two");
	take("two", two);
}

ROW("4", respondent_again)
{
	int one = cooked(NN_SURVEYOR), two = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	deadline(one, LONG);
	deadline(two, LONG);
	must(nn_bind(answer, "inproc://a"));
	must(nn_connect(one, "inproc://a"));
	must(nn_connect(two, "inproc://a"));
	put(one, "one");
	put(two, "two");
	take("recv", answer);
	take("recv", answer);
	put(answer, "answer");
	nothing("one", one);
	take("two", two);
}

ROW("4", respondent_answers_nobody)
{
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	join(answer, ask, address("tcp"));
	put(ask, "question");
	take("recv", answer);
	nn_close(ask);
	peers(answer, 0);
	R("send", put(answer, "x"));
	R("send", put(answer, "x"));
}

ROW("4", survey_numbers)
{
	unsigned first = 0;
	int ask = cooked(NN_SURVEYOR), answer = raw(NN_RESPONDENT);
	deadline(ask, LONG);
	join(answer, ask, "inproc://a");
	for (int n = 0; n < 3; n++) {
		put(ask, "x");
		struct letter l = open_letter(answer);
		unsigned id = l.header[4] << 24 | l.header[5] << 16 | l.header[6] << 8 | l.header[7];
		if (n == 0)
			first = id;
		say("len=%zu top=%d +%d", l.header_len, l.header[4] >> 7, (int) (id - first));
		R("send", post(answer, l.header, l.header_len, "y"));
		take("recv", ask);
	}
}

ROW("4", respondent_ttl)
{
	for (int ttl = 1; ttl <= 4; ttl++) {
		int ask = raw(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
		set(answer, NN_MAXTTL, ttl);
		join(answer, ask, address("inproc"));
		must(post(ask, "\0\0\0\1\0\0\0\2\x80\0\0\1", 12, "three"));
		char body[8];
		R("recv", nn_recv(answer, body, sizeof body, NN_DONTWAIT));
	}
}

ROW("4", survey_deadline_of_the_next)
{
	char body[8];
	int ask = cooked(NN_SURVEYOR), answer = cooked(NN_RESPONDENT);
	join(answer, ask, "inproc://a");
	deadline(ask, LONG);
	put(ask, "x");
	deadline(ask, 20);
	take("answer", answer);
	put(answer, "y");
	take("recv", ask);
	put(ask, "z");
	R("recv", nn_recv(ask, body, 8, 0));
	R("recv", nn_recv(ask, body, 8, 0));
}

/* REQ and REP. */
#include "row.h"

static int req, rep;

static void pair(const char *scheme)
{
	req = cooked(NN_REQ);
	rep = cooked(NN_REP);
	join(rep, req, address(scheme));
}

static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
static const char *road_label(int i) { return roads[i]; }

ROWS("4", reqrep, 4, road_label)
{
	pair(roads[i]);
	for (int n = 0; n < 3; n++) {
		R("ask", put(req, "question"));
		take("rep", rep);
		R("answer", put(rep, "answer"));
		take("req", req);
	}
}

ROWS("4", reqrep_rep_connects, 4, road_label)
{
	req = cooked(NN_REQ);
	rep = cooked(NN_REP);
	join(req, rep, address(roads[i]));
	R("ask", put(req, "question"));
	take("rep", rep);
	R("answer", put(rep, "answer"));
	take("req", req);
}

ROW("4", req_states)
{
	pair("inproc");
	nothing("recv", req);
	put(req, "question");
	nothing("recv", req);
	take("rep", rep);
	put(rep, "answer");
	take("req", req);
	nothing("recv", req);
}

ROW("4", rep_states)
{
	pair("inproc");
	R("send", put(rep, "x"));
	nothing("recv", rep);
	R("send", put(rep, "x"));
	put(req, "question");
	R("send", put(rep, "x"));
	take("rep", rep);
	R("send", put(rep, "answer"));
	R("send", put(rep, "x"));
	nothing("recv", rep);
}

/* A second request takes the place of the first. */
ROW("4", req_again)
{
	pair("inproc");
	put(req, "first");
	put(req, "second");
	take("rep", rep);
	put(rep, "to first");
	take("rep", rep);
	put(rep, "to second");
	take("req", req);
	nothing("recv", req);
}

ROW("4", req_again_forgets_the_reply)
{
	pair("inproc");
	put(req, "first");
	take("rep", rep);
	put(rep, "to first");
	await_in(req);
	say("%s", ready(req));
	put(req, "second");
	say("%s", ready(req));
	take("rep", rep);
	put(rep, "to second");
	take("req", req);
}

/* A receive forgets the request that came before. */
ROW("4", rep_again)
{
	int other = cooked(NN_REQ);
	const char *addr = address("inproc");
	req = cooked(NN_REQ);
	rep = cooked(NN_REP);
	must(nn_bind(rep, addr));
	must(nn_connect(req, addr));
	must(nn_connect(other, addr));
	put(req, "one");
	put(other, "two");
	take("rep", rep);
	take("rep", rep);
	put(rep, "answer");
	R("again", put(rep, "answer"));
	nothing("req", req);
	take("other", other);
}

ROW("4", rep_takes_requests_by_turns)
{
	int reqs[3];
	const char *addr = address("inproc");
	rep = cooked(NN_REP);
	must(nn_bind(rep, addr));
	for (int n = 0; n < 3; n++) {
		char text[] = {'a' + n, 0};
		must(nn_connect(reqs[n] = cooked(NN_REQ), addr));
		put(reqs[n], text);
	}
	for (int n = 0; n < 3; n++) {
		char body[4] = {0};
		must(nn_recv(rep, body, sizeof body, 0));
		must(nn_send(rep, body, 1, 0));
	}
	for (int n = 0; n < 3; n++)
		take("req", reqs[n]);
}

ROW("4", req_by_turns)
{
	int reps[2];
	const char *addr = address("inproc");
	req = cooked(NN_REQ);
	must(nn_bind(req, addr));
	for (int n = 0; n < 2; n++)
		must(nn_connect(reps[n] = cooked(NN_REP), addr));
	for (int n = 0; n < 4; n++) {
		char body[8];
		put(req, "x");
		for (int k = 0; k < 2; k++)
			if (nn_recv(reps[k], body, sizeof body, NN_DONTWAIT) == 1) {
				say("%d", k);
				put(reps[k], "y");
			}
		take("req", req);
	}
}

ROW("4", req_priorities)
{
	int good = cooked(NN_REP), worse = cooked(NN_REP);
	req = cooked(NN_REQ);
	must(nn_bind(good, "inproc://good"));
	must(nn_bind(worse, "inproc://worse"));
	set(req, NN_SNDPRIO, 2);
	must(nn_connect(req, "inproc://worse"));
	set(req, NN_SNDPRIO, 1);
	must(nn_connect(req, "inproc://good"));
	for (int n = 0; n < 2; n++) {
		put(req, "question");
		take("good", good);
		put(good, "answer");
		take("req", req);
	}
	nn_close(good);
	put(req, "question");
	take("worse", worse);
}

ROW("4", req_resends)
{
	pair("inproc");
	set_at(req, NN_REQ, NN_REQ_RESEND_IVL, 30);
	put(req, "question");
	take("first", rep);
	take("second", rep);
	put(rep, "answer");
	take("req", req);
}

ROW("4", req_resends_when_its_peer_goes)
{
	int other = cooked(NN_REP);
	const char *addr = address("tcp");
	req = cooked(NN_REQ);
	rep = cooked(NN_REP);
	must(nn_bind(req, addr));
	must(nn_connect(rep, addr));
	peers(req, 1);
	put(req, "question");
	take("rep", rep);
	must(nn_connect(other, addr));
	peers(req, 2);
	nn_close(rep);
	take("other", other);
	put(other, "answer");
	take("req", req);
}

/* Asked before anybody is there. */
ROWS("4", req_waits_for_a_peer, 4, road_label)
{
	const char *addr = address(roads[i]);
	req = cooked(NN_REQ);
	rep = cooked(NN_REP);
	set(req, NN_RECONNECT_IVL, 10);
	must(nn_connect(req, addr));
	R("ask", put(req, "question"));
	nothing("req", req);
	must(nn_bind(rep, addr));
	take("rep", rep);
	put(rep, "answer");
	take("req", req);
}

/* A timeout of the caller does not end the request. */
ROW("4", req_timeout_keeps_the_request)
{
	pair("inproc");
	put(req, "question");
	nothing("req", req);
	nothing("req", req);
	take("rep", rep);
	put(rep, "answer");
	take("req", req);
}

ROW("4", rep_answers_nobody)
{
	pair("tcp");
	put(req, "question");
	take("rep", rep);
	nn_close(req);
	peers(rep, 0);
	R("answer", put(rep, "answer"));
	R("again", put(rep, "answer"));
}

/* The number of a request: 4 bytes, one more each time, the top bit set. */
ROW("4", req_numbers)
{
	unsigned first = 0;
	int r = raw(NN_REP);
	req = cooked(NN_REQ);
	join(r, req, address("inproc"));
	for (int n = 0; n < 3; n++) {
		put(req, "x");
		struct letter l = open_letter(r);
		unsigned id = l.header[4] << 24 | l.header[5] << 16 | l.header[6] << 8 | l.header[7];
		if (n == 0)
			first = id;
		say("len=%zu top=%d +%d", l.header_len, l.header[4] >> 7, (int) (id - first));
		post(r, l.header, l.header_len, "y");
		take("req", req);
	}
}

ROW("4", req_numbers_when_resent)
{
	int r = raw(NN_REP);
	req = cooked(NN_REQ);
	set_at(req, NN_REQ, NN_REQ_RESEND_IVL, 30);
	join(r, req, address("inproc"));
	put(req, "x");
	struct letter one = open_letter(r), two = open_letter(r);
	say("%s", memcmp(one.header, two.header, one.header_len) == 0 ? "same" : "other");
}

/* Replies that answer nothing. */
ROW("4", req_drops_foreign_replies)
{
	int r = raw(NN_REP);
	req = cooked(NN_REQ);
	join(r, req, address("inproc"));
	put(req, "x");
	struct letter l = open_letter(r);
	unsigned char wrong[8];
	memcpy(wrong, l.header, 8);
	wrong[7]++;
	R("number", post(r, wrong, 8, "wrong"));
	wrong[7]--;
	wrong[4] &= 0x7f;
	R("bit", post(r, wrong, 8, "wrong"));
	R("short", post(r, l.header, 6, ""));
	nothing("req", req);
	R("right", post(r, l.header, 8, "right"));
	R("twice", post(r, l.header, 8, "twice"));
	take("req", req);
	nothing("req", req);
}

/* What has no word with the top bit, or too many words, is no request. */
ROW("4", rep_drops_bad_requests)
{
	int r = raw(NN_REQ);
	rep = cooked(NN_REP);
	join(rep, r, address("inproc"));
	R("none", post(r, "", 0, ""));
	R("short", post(r, "", 0, "abc"));
	R("bit", post(r, "\0\0\0\1", 4, "abc"));
	R("words", post(r, "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6\0\0\0\7\0\0\0\x8\x80\0\0\1", 36, "nine"));
	nothing("rep", rep);
	R("words", post(r, "\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\0\5\0\0\0\6\0\0\0\7\x80\0\0\1", 32, "eight"));
	take("rep", rep);
}

ROW("4", rep_ttl)
{
	static const char words[] = "\0\0\0\1\0\0\0\2\x80\0\0\1";
	for (int ttl = 1; ttl <= 4; ttl++) {
		int r = raw(NN_REQ);
		rep = cooked(NN_REP);
		set(rep, NN_MAXTTL, ttl);
		join(rep, r, address("inproc"));
		must(post(r, words, 12, "three"));
		char body[8];
		R("recv", nn_recv(rep, body, sizeof body, NN_DONTWAIT));
	}
}

/* Headers that the program gives its messages. */
#include "row.h"

static void show_letter(const char *what, int s)
{
	struct letter l = open_letter(s);
	errno = l.error;
	say_body(what, l.rc, l.body);
	if (l.rc >= 0)
		say_bytes("header", l.header, (int) l.header_len);
}

static const char *type_label(int i) { return type_name(i); }

static const struct {
	const char *name;
	int len;
	const char *bytes;
} headers[] = {{"none", 0, ""}, {"3", 3, "abc"}, {"id", 4, "\x80\0\0\7"}, {"no_top_bit", 4, "\0\0\0\7"}, {"8", 8, "\0\0\0\7\x80\0\0\1"}};

enum { HEADERS = sizeof headers / sizeof *headers };

/* With nobody there: what each type says to each header. */
ROWS("3.3", header_sent_to_nobody, TYPES, type_label)
{
	int protocol = type_protocol(i);
	if (i < 10 && (protocol == NN_REQ || protocol == NN_REP || protocol == NN_SURVEYOR || protocol == NN_RESPONDENT)) {
		R("none", post(type_socket(i), "", 0, "x"));
		return; /* the rest is in the next family */
	}
	for (int n = 0; n < HEADERS; n++)
		R(headers[n].name, post(type_socket(i), headers[n].bytes, headers[n].len, "x"));
}

static const int asking[] = {NN_REQ, NN_SURVEYOR};
static const char *asking_label(int i) { return i == 0 ? "REQ" : "SURVEYOR"; }
ROWS("9", header_on_cooked, 2, asking_label)
{
	R("send", post(cooked(asking[i]), "\x80\0\0\7", 4, "x"));
}

static const char *answering_label(int i) { return i == 0 ? "REP" : "RESPONDENT"; }
ROWS("9", header_on_cooked_answer, 2, answering_label)
{
	int answer = cooked(i == 0 ? NN_REP : NN_RESPONDENT), ask = cooked(asking[i]);
	join(answer, ask, "inproc://a");
	put(ask, "question");
	take("recv", answer);
	R("send", post(answer, "\x80\0\0\7", 4, "x"));
	take("recv", ask);
}

/* A header goes in front of the body on the wire. */
ROWS("3.3", header_in_front_of_the_body, 2, type_label)
{
	int from = raw(i == 0 ? NN_PAIR : NN_PUB), to = cooked(i == 0 ? NN_PAIR : NN_SUB);
	if (i == 1)
		must(nn_setsockopt(to, NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
	join(from, to, address("tcp"));
	R("send", post(from, "head", 4, "body"));
	take("recv", to);
}

ROW("3.3", raw_pipeline_header)
{
	int from = raw(NN_PUSH), to = raw(NN_PULL);
	join(from, to, address("tcp"));
	R("send", post(from, "head", 4, "body"));
	show_letter("recv", to);
}

ROW("3.3", raw_inproc_header)
{
	int from = raw(NN_PAIR), to = raw(NN_PAIR);
	join(from, to, address("inproc"));
	R("send", post(from, "head", 4, "body"));
	show_letter("recv", to);
}

/* Control data as it is written by hand: which of it counts. */
static int send_control(int s, const void *control, size_t len)
{
	struct nn_iovec part = {"body", 4};
	struct nn_msghdr m = {&part, 1, (void *) control, len};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

struct property {
	struct nn_cmsghdr h;
	size_t size;
	char data[8];
};

ROW("3.3", header_written_by_hand)
{
	int from = raw(NN_PAIR), to = cooked(NN_PAIR);
	join(from, to, address("inproc"));
	struct property good = {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 4, "head"};
	R("good", send_control(from, &good, sizeof good));
	take("recv", to);
	struct property shorter = {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 2, "head"};
	R("shorter", send_control(from, &shorter, sizeof shorter));
	take("recv", to);
	struct property greedy = {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 100, "head"};
	R("greedy", send_control(from, &greedy, sizeof greedy));
	take("recv", to);
	struct property foreign = {{NN_CMSG_LEN(16), 9, SP_HDR}, 4, "head"};
	R("level", send_control(from, &foreign, sizeof foreign));
	take("recv", to);
	struct property kind = {{NN_CMSG_LEN(16), PROTO_SP, 9}, 4, "head"};
	R("type", send_control(from, &kind, sizeof kind));
	take("recv", to);
	struct property cut = {{NN_CMSG_LEN(4), PROTO_SP, SP_HDR}, 4, "head"};
	R("cut", send_control(from, &cut, NN_CMSG_SPACE(4)));
	take("recv", to);
	R("tiny", send_control(from, &good, 8));
	take("recv", to);
	R("none", send_control(from, &good, 0));
	take("recv", to);
}

ROW("3.3", header_first_of_two)
{
	int from = raw(NN_PAIR), to = cooked(NN_PAIR);
	join(from, to, address("inproc"));
	struct property two[2] = {{{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 2, "AA"}, {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 2, "BB"}};
	R("send", send_control(from, two, sizeof two));
	take("recv", to);
}

ROW("3.3", header_after_another_property)
{
	int from = raw(NN_PAIR), to = cooked(NN_PAIR);
	join(from, to, address("inproc"));
	struct property two[2] = {{{NN_CMSG_LEN(16), 5, 5}, 2, "AA"}, {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 2, "BB"}};
	R("send", send_control(from, two, sizeof two));
	take("recv", to);
}

ROW("3.3", header_in_chunk)
{
	int from = raw(NN_PAIR), to = cooked(NN_PAIR);
	join(from, to, address("inproc"));
	struct property good = {{NN_CMSG_LEN(16), PROTO_SP, SP_HDR}, 4, "head"};
	void *chunk = nn_allocmsg(sizeof good, 0);
	memcpy(chunk, &good, sizeof good);
	R("send", send_control(from, &chunk, NN_MSG));
	take("recv", to);
}

/* What a raw socket receives it may send back, in chunks, as a device does. */
ROW("3.3", header_there_and_back)
{
	int req = cooked(NN_REQ), rep = raw(NN_REP);
	join(rep, req, address("tcp"));
	must(put(req, "question"));
	void *body = NULL, *control = NULL;
	struct nn_iovec part = {&body, NN_MSG};
	struct nn_msghdr m = {&part, 1, &control, NN_MSG};
	set(rep, NN_RCVTIMEO, LONG);
	R("recv", nn_recvmsg(rep, &m, 0));
	R("send", nn_sendmsg(rep, &m, 0));
	take("recv", req);
}

/* A raw asker gives the number of its question, and sees it with the answer. */
static void ask_raw(int asker, int answerer)
{
	join(answerer, asker, address("tcp"));
	R("send", post(asker, "\x80\0\0\7", 4, "question"));
	take("recv", answerer);
	put(answerer, "answer");
	show_letter("recv", asker);
}

ROW("3.3", raw_req_header) { ask_raw(raw(NN_REQ), cooked(NN_REP)); }
ROW("3.3", raw_surveyor_header) { ask_raw(raw(NN_SURVEYOR), cooked(NN_RESPONDENT)); }

/* The first word names the connection; it is drawn by lot, the rest is not. */
ROW("3.3", raw_rep_header)
{
	int req = raw(NN_REQ), rep = raw(NN_REP);
	join(rep, req, address("tcp"));
	R("send", post(req, "\0\0\0\1\0\0\0\2\x80\0\0\7", 12, "question"));
	struct letter l = open_letter(rep);
	say_body("recv", l.rc, l.body);
	say("header=%zu", l.header_len);
	say_bytes("rest", l.header + 4, (int) l.header_len - 4);
	say("top bit %d", l.header[0] >> 7);
	R("send", post(rep, l.header, l.header_len, "answer"));
	show_letter("recv", req);
}

/* A device between a question and its answer takes the word off again. */
ROW("3.3", raw_rep_unknown_or_short_header)
{
	int req = raw(NN_REQ), rep = raw(NN_REP);
	join(rep, req, address("tcp"));
	R("unknown", post(rep, "\1\2\3\4\x80\0\0\7", 8, "answer"));
	R("short", post(rep, "\1\2\3", 3, "answer"));
	R("none", post(rep, "", 0, "answer"));
	nothing("recv", req);
}

/* Messages in parts, and bad ones. */
#include "row.h"

static int a, b;

static void pair(void)
{
	a = cooked(NN_PAIR);
	b = cooked(NN_PAIR);
	join(a, b, "inproc://vectors");
}

static int gather(int s, struct nn_iovec *parts, int n)
{
	struct nn_msghdr m = {parts, n, NULL, 0};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

static int scatter(int s, struct nn_iovec *parts, int n)
{
	struct nn_msghdr m = {parts, n, NULL, 0};
	return nn_recvmsg(s, &m, NN_DONTWAIT);
}

ROW("3.2", gather)
{
	pair();
	struct nn_iovec parts[] = {{"ab", 2}, {"", 0}, {NULL, 0}, {"cde", 3}, {"f", 1}};
	R("send", gather(a, parts, 5));
	take("recv", b);
	R("send", gather(a, parts, 1));
	take("recv", b);
	R("send", gather(a, parts, 0));
	take("recv", b);
	R("none", gather(a, NULL, 0));
	take("recv", b);
}

ROW("3.2", gather_bad)
{
	pair();
	struct nn_iovec null[] = {{"ab", 2}, {NULL, 3}};
	R("null", gather(a, null, 2));
	R("null", gather(a, null + 1, 1));
	R("-1", gather(a, null, -1));
	R("min", gather(a, null, INT_MIN));
	struct nn_iovec huge[] = {{"ab", SIZE_MAX / 2 + 10}, {"cd", SIZE_MAX / 2 + 10}};
	R("overflow", gather(a, huge, 2));
	R("nomsg", nn_sendmsg(a, NULL, 0));
	void *chunk = nn_allocmsg(4, 0);
	struct nn_iovec msg_first[] = {{&chunk, NN_MSG}, {"ab", 2}}, msg_second[] = {{"ab", 2}, {&chunk, NN_MSG}};
	R("first", gather(a, msg_first, 2));
	R("second", gather(a, msg_second, 2));
	R("free", nn_freemsg(chunk));
	R("null_list", gather(a, NULL, -1));
	nothing("recv", b);
}

/* What is wrong with a message is found before its socket's state. */
ROW("1.1", send_checks_before_state)
{
	struct nn_iovec null = {NULL, 3};
	R("pull", gather(cooked(NN_PULL), &null, 1));
	R("rep", gather(cooked(NN_REP), &null, 1));
	R("pull", gather(cooked(NN_PULL), &null, -1));
	R("pull", nn_sendmsg(cooked(NN_PULL), NULL, 0));
	R("pair", gather(cooked(NN_PAIR), &null, 1));
}

ROW("1.1", recv_checks_before_state)
{
	struct nn_iovec null = {NULL, 3};
	R("push", scatter(cooked(NN_PUSH), &null, 1));
	R("req", scatter(cooked(NN_REQ), &null, 1));
	R("push", scatter(cooked(NN_PUSH), &null, -1));
	R("push", nn_recvmsg(cooked(NN_PUSH), NULL, 0));
	R("pair", scatter(cooked(NN_PAIR), &null, 1));
}

ROW("3.2", scatter)
{
	char one[3] = "--", two[4] = "---", three[11] = "----------";
	struct nn_iovec parts[] = {{one, 2}, {two, 0}, {NULL, 0}, {two, 3}, {three, 10}};
	pair();
	put(a, "abcdefg");
	R("recv", scatter(b, parts, 5));
	say("%s %s %s", one, two, three);
}

ROW("3.2", scatter_cut)
{
	char one[3] = "--", two[4] = "---";
	struct nn_iovec parts[] = {{one, 2}, {two, 3}};
	pair();
	put(a, "abcdefg");
	R("recv", scatter(b, parts, 2));
	say("%s %s", one, two);
	put(a, "abcdefg");
	put(a, "second");
	R("none", scatter(b, NULL, 0));
	take("next", b);
}

ROW("3.2", scatter_short)
{
	char one[5] = "----", two[4] = "---";
	struct nn_iovec parts[] = {{one, 4}, {two, 3}};
	pair();
	put(a, "ab");
	R("recv", scatter(b, parts, 2));
	say("%s %s", one, two);
}

ROW("1.1", recv_bad)
{
	char body[4];
	struct nn_iovec part = {body, 4};
	pair();
	put(a, "abc");
	R("nomsg", nn_recvmsg(b, NULL, 0));
	R("-1", scatter(b, &part, -1));
	R("min", scatter(b, &part, INT_MIN));
	take("recv", b);
}

ROW("9", recv_chunk_in_many_parts)
{
	char body[4];
	void *chunk = NULL;
	struct nn_iovec parts[] = {{&chunk, NN_MSG}, {body, 4}};
	pair();
	put(a, "abc");
	R("recv", scatter(b, parts, 2));
	nothing("after", b);
}

ROW("1.1", send_nothing)
{
	pair();
	R("null", nn_send(a, NULL, 0, NN_DONTWAIT));
	take("recv", b);
	R("text", nn_send(a, "x", 0, NN_DONTWAIT));
	take("recv", b);
	R("fault", nn_send(a, NULL, 1, NN_DONTWAIT));
}

ROW("1.1", recv_cut)
{
	char body[6] = "-----";
	pair();
	put(a, "abcdefg");
	R("recv", nn_recv(b, body, 3, 0));
	say("%s", body);
	put(a, "abcdefg");
	R("recv", nn_recv(b, body, 0, 0));
	say("%s", body);
	put(a, "abcdefg");
	R("recv", nn_recv(b, NULL, 0, 0));
	put(a, "abcdefg");
	R("recv", nn_recv(b, body, 5, 0));
	say("%s", body);
}

ROW("1.1", recv_of_no_length_leaves_the_buffer)
{
	char body[6] = "-----";
	pair();
	put(a, "");
	R("recv", nn_recv(b, body, 5, 0));
	say("%s", body);
}

ROW("9", recv_into_null)
{
	pair();
	put(a, "abc");
	R("recv", nn_recv(b, NULL, 3, 0));
}

ROW("1.1", flags)
{
	char c;
	pair();
	R("send", nn_send(a, "x", 1, 2));
	R("send", nn_send(a, "x", 1, -1));
	R("recv", nn_recv(b, &c, 1, 1 << 20));
	R("recv", nn_recv(b, &c, 1, ~0));
	R("none", nn_recv(b, &c, 1, ~0));
	set(b, NN_RCVTIMEO, 10);
	R("none", nn_recv(b, &c, 1, ~NN_DONTWAIT));
}

ROW("3.2", dontwait_before_timeouts)
{
	char c;
	int s = cooked(NN_PAIR);
	patience(s, 3600 * 1000);
	R("recv", nn_recv(s, &c, 1, NN_DONTWAIT));
	R("send", nn_send(s, &c, 1, NN_DONTWAIT));
	patience(s, 0);
	R("recv", nn_recv(s, &c, 1, NN_DONTWAIT));
	R("send", nn_send(s, &c, 1, NN_DONTWAIT));
	R("recv", nn_recv(s, &c, 1, 0));
	R("send", nn_send(s, &c, 1, 0));
	patience(s, 10);
	R("recv", nn_recv(s, &c, 1, 0));
	R("send", nn_send(s, &c, 1, 0));
}

/* Control data: headers of messages, seen and given. */
#include "row.h"

ROW("3.3", cmsg_macros)
{
	for (int n = 0; n <= 17; n++)
		say("%d:%zu,%zu,%zu", n, (size_t) NN_CMSG_SPACE(n), (size_t) NN_CMSG_LEN(n), (size_t) NN_CMSG_ALIGN_(n));
}

/* Where a header lies in a buffer, -1 for none. */
static long offset(const struct nn_msghdr *m, const struct nn_cmsghdr *c)
{
	return c == NULL ? -1 : (long) ((char *) c - (char *) m->msg_control);
}

ROW("3.3", nxthdr_of_nothing)
{
	unsigned char buf[64] = {0};
	struct nn_msghdr none = {0}, small = {.msg_control = buf, .msg_controllen = 15}, fits = {.msg_control = buf, .msg_controllen = 16};
	say("%ld %ld %ld", offset(&none, NN_CMSG_FIRSTHDR(&none)), offset(&small, NN_CMSG_FIRSTHDR(&small)),
		offset(&fits, NN_CMSG_FIRSTHDR(&fits)));
	say("%s", nn_cmsg_nxthdr_(NULL, NULL) == NULL ? "NULL" : "header");
}

ROW("3.3", nxthdr_of_zeros)
{
	unsigned char buf[64] = {0};
	struct nn_msghdr m = {.msg_control = buf, .msg_controllen = sizeof buf};
	struct nn_cmsghdr *first = NN_CMSG_FIRSTHDR(&m);
	say("%ld %ld", offset(&m, first), offset(&m, NN_CMSG_NXTHDR(&m, first)));
}

ROW("3.3", nxthdr_walk)
{
	unsigned char buf[200] = {0};
	static const int lengths[] = {0, 1, 8, 9, 16};
	struct nn_msghdr m = {.msg_control = buf, .msg_controllen = 0};
	for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
		struct nn_cmsghdr *c = (struct nn_cmsghdr *) (buf + m.msg_controllen);
		c->cmsg_len = NN_CMSG_LEN(lengths[n]);
		m.msg_controllen += NN_CMSG_SPACE(lengths[n]);
	}
	for (struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m); c != NULL; c = NN_CMSG_NXTHDR(&m, c))
		say("%ld", offset(&m, c));
}

ROW("3.3", nxthdr_cut)
{
	unsigned char buf[128] = {0};
	struct nn_cmsghdr *first = (struct nn_cmsghdr *) buf, *second = (struct nn_cmsghdr *) (buf + NN_CMSG_SPACE(8));
	first->cmsg_len = NN_CMSG_LEN(8);
	second->cmsg_len = NN_CMSG_LEN(8);
	for (size_t len = 0; len <= 64; len += 4) {
		struct nn_msghdr m = {.msg_control = buf, .msg_controllen = len};
		struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m);
		say("%zu:%ld,%ld", len, offset(&m, c), c == NULL ? -1 : offset(&m, NN_CMSG_NXTHDR(&m, c)));
	}
}

ROW("3.3", nxthdr_in_chunk)
{
	unsigned char *chunk = nn_allocmsg(48, 0);
	memset(chunk, 0, 48);
	((struct nn_cmsghdr *) chunk)->cmsg_len = NN_CMSG_LEN(8);
	((struct nn_cmsghdr *) (chunk + 24))->cmsg_len = NN_CMSG_LEN(8);
	struct nn_msghdr m = {.msg_control = &chunk, .msg_controllen = NN_MSG};
	int n = 0;
	for (struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m); c != NULL; c = NN_CMSG_NXTHDR(&m, c), n++)
		say("%ld", (long) ((unsigned char *) c - chunk));
	nn_freemsg(chunk);
}

/* The other side of a type, which sends to it or asks it. */
static int counterpart(int protocol)
{
	switch (protocol) {
	case NN_PAIR: return NN_PAIR;
	case NN_SUB: return NN_PUB;
	case NN_REP: return NN_REQ;
	case NN_PULL: return NN_PUSH;
	case NN_RESPONDENT: return NN_SURVEYOR;
	case NN_BUS: return NN_BUS;
	case NN_REQ: return NN_REP;
	case NN_SURVEYOR: return NN_RESPONDENT;
	}
	return -1;
}

static const char *type_label(int i) { return type_name(i); }

static const struct {
	const char *road;
} roads[] = {{"inproc"}, {"tcp"}, {"ws"}};

/* What a message brings along: all control data, byte by byte but for what is drawn by lot. */
static void show_control(int s)
{
	unsigned char *control = NULL;
	char body[64];
	struct nn_iovec part = {body, sizeof body};
	struct nn_msghdr m = {&part, 1, &control, NN_MSG};
	set(s, NN_RCVTIMEO, LONG);
	errno = 0;
	int rc = nn_recvmsg(s, &m, 0);
	say_result("recv", rc);
	if (rc < 0)
		return;
	for (struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR(&m); c != NULL; c = NN_CMSG_NXTHDR(&m, c)) {
		size_t size = 0;
		say("level=%d type=%d len=%zu", c->cmsg_level, c->cmsg_type, c->cmsg_len);
		if (c->cmsg_level == PROTO_SP) {
			memcpy(&size, NN_CMSG_DATA(c), sizeof size);
			say("header=%zu", size);
		} else
			say("byte=%d", NN_CMSG_DATA(c)[0]);
	}
	nn_freemsg(control);
}

ROWS("3.3", control_received, TYPES, type_label)
{
	int protocol = type_protocol(i), other = counterpart(protocol);
	if (other < 0) {
		struct nn_msghdr m = {0};
		R("recv", nn_recvmsg(type_socket(i), &m, NN_DONTWAIT));
		return;
	}
	for (size_t n = 0; n < sizeof roads / sizeof *roads; n++) {
		int s = type_socket(i), peer = cooked(other);
		if (protocol == NN_SUB)
			must(nn_setsockopt(s, NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
		join(s, peer, address(roads[n].road));
		say("%s", roads[n].road);
		if (protocol == NN_REQ || protocol == NN_SURVEYOR) {
			char question[8];
			if (i < 10)
				must(put(s, "question"));
			else
				must(post(s, "\x80\0\0\1", 4, "question"));
			set(peer, NN_RCVTIMEO, LONG);
			must(nn_recv(peer, question, 8, 0));
		}
		must(put(peer, "hello"));
		show_control(s);
	}
}

ROW("3.3", control_in_small_buffers)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, "inproc://a");
	for (size_t len = 0; len <= 40; len += 4) {
		unsigned char control[64], body[8];
		memset(control, 0xee, sizeof control);
		struct nn_iovec part = {body, sizeof body};
		struct nn_msghdr m = {&part, 1, control, len};
		put(a, "hello");
		must(nn_recvmsg(b, &m, 0));
		int last = 63;
		while (last >= 0 && control[last] == 0xee)
			last--;
		say("%zu:%d,%zu", len, last + 1, m.msg_controllen);
	}
}

/* What a ws message says of itself comes second, and is cut where the buffer ends.
   Behind the type may be anything: what was not written is the same whatever was
   there before. */
ROW("3.3", control_of_ws_in_small_buffers)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, address("ws"));
	set(b, NN_RCVTIMEO, LONG);
	for (size_t len = 20; len <= 72; len += 4) {
		unsigned char control[2][96], body[8];
		struct nn_iovec part = {body, sizeof body};
		struct nn_msghdr m = {&part, 1, NULL, len};
		for (int n = 0; n < 2; n++) {
			m.msg_control = memset(control[n], n == 0 ? 0xee : 0x11, sizeof control[n]);
			put(a, "hello");
			must(nn_recvmsg(b, &m, 0));
		}
		int last = 95;
		while (last >= 0 && control[0][last] == 0xee && control[1][last] == 0x11)
			last--;
		say("%zu:%d,%zu", len, last + 1, m.msg_controllen);
	}
}

ROW("3.3", control_null_or_of_no_length)
{
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	join(a, b, "inproc://a");
	char body[8];
	struct nn_iovec part = {body, sizeof body};
	struct nn_msghdr none = {&part, 1, NULL, NN_MSG}, empty = {&part, 1, NULL, 100};
	put(a, "x");
	R("recv", nn_recvmsg(b, &none, 0));
	put(a, "x");
	R("recv", nn_recvmsg(b, &empty, 0));
}

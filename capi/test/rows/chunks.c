/* Messages that the library allocates. */
#include "row.h"

static int send_chunk(int s, void **chunk)
{
	struct nn_iovec part = {chunk, NN_MSG};
	struct nn_msghdr m = {&part, 1, NULL, 0};
	return nn_sendmsg(s, &m, NN_DONTWAIT);
}

/* A pair over inproc: complete when nn_connect returns. */
static void pair(int *a, int *b)
{
	*a = cooked(NN_PAIR);
	*b = cooked(NN_PAIR);
	join(*a, *b, "inproc://chunks");
}

static void alloc(const char *what, size_t size, int type)
{
	errno = 0;
	void *p = nn_allocmsg(size, type);
	if (p == NULL) {
		say("%s=%s", what, errno_name(errno));
		return;
	}
	memset(p, 0x55, size < 100 ? size : 100);
	say("%s=ok", what);
	R("free", nn_freemsg(p));
}

ROW("1.1", allocmsg_sizes)
{
	static const size_t sizes[] = {0, 1, 2, 7, 8, 9, 63, 64, 65, 4096, 1 << 20, 100 << 20};
	for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++)
		alloc("alloc", sizes[n], 0);
}

ROW("1.1", allocmsg_huge)
{
	alloc("max", SIZE_MAX, 0);
	alloc("-8", SIZE_MAX - 8, 0);
	alloc("-16", SIZE_MAX - 16, 0);
	alloc("-40", SIZE_MAX - 40, 0);
	alloc("-100", SIZE_MAX - 100, 0);
	alloc("half", SIZE_MAX / 2, 0);
}

ROW("1.1", allocmsg_type)
{
	alloc("1", 10, 1);
	alloc("-1", 10, -1);
	alloc("max", 10, INT_MAX);
	alloc("type_and_size", SIZE_MAX, 1);
}

ROW("1.1", allocmsg_before_any_socket) { alloc("alloc", 10, 0); }

ROW("1.1", allocmsg_header)
{
	unsigned char *p = nn_allocmsg(10, 0);
	say_bytes("before", p - 8, 8);
	say("aligned=%d", (int) ((uintptr_t) p % 8));
	nn_freemsg(p);
}

ROW("1.1", reallocmsg_shrink)
{
	char *p = nn_allocmsg(100, 0);
	strcpy(p, "what it says");
	char *q = nn_reallocmsg(p, 50);
	say("%s %s", p == q ? "same" : "other", q);
	char *r = nn_reallocmsg(q, 50);
	say("%s %s", q == r ? "same" : "other", r);
	void *zero = nn_reallocmsg(r, 0);
	say("%s", zero == (void *) r ? "same" : "other");
	R("free", nn_freemsg(zero));
}

ROW("1.1", reallocmsg_grow)
{
	char *p = nn_allocmsg(100, 0);
	strcpy(p, "what it says");
	char *q = nn_reallocmsg(p, 101);
	say("%s %s", p == q ? "same" : "other", q);
	char *r = nn_reallocmsg(q, 1 << 20);
	say("%s %s", q == r ? "same" : "other", r);
	R("free", nn_freemsg(r));
}

ROW("1.1", reallocmsg_after_shrinking)
{
	char *p = nn_allocmsg(100, 0);
	strcpy(p, "what it says");
	char *q = nn_reallocmsg(nn_reallocmsg(p, 20), 60);
	say("%s %s", p == q ? "same" : "other", q);
	R("free", nn_freemsg(q));
}

ROW("1.1", reallocmsg_huge_keeps_the_old)
{
	char *p = nn_allocmsg(20, 0);
	strcpy(p, "what it says");
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX - 8, SIZE_MAX - 40, SIZE_MAX / 2};
	for (size_t n = 0; n < sizeof sizes / sizeof *sizes; n++) {
		errno = 0;
		void *q = nn_reallocmsg(p, sizes[n]);
		say("%s", q == NULL ? errno_name(errno) : "ok");
	}
	say("%s", p);
	R("free", nn_freemsg(p));
}

ROW("1.1", reallocmsg_shrunk_is_sent_short)
{
	int a, b;
	pair(&a, &b);
	char *p = nn_allocmsg(100, 0);
	memcpy(p, "abcdefgh", 8);
	p = nn_reallocmsg(p, 3);
	R("send", nn_send(a, &p, NN_MSG, 0));
	take("recv", b);
}

ROW("9", reallocmsg_null) { say("%s", nn_reallocmsg(NULL, 10) == NULL ? errno_name(errno) : "ok"); }
ROW("9", freemsg_null) { R("free", nn_freemsg(NULL)); }

ROW("9", freemsg_foreign)
{
	static char foreign[64];
	R("free", nn_freemsg(foreign + 32));
}

ROW("3.2", send_chunk_is_taken)
{
	int a, b;
	pair(&a, &b);
	void *p = nn_allocmsg(5, 0);
	memcpy(p, "hello", 5);
	R("send", nn_send(a, &p, NN_MSG, 0));
	take("recv", b);
}

ROW("3.2", send_chunk_by_msg)
{
	int a, b;
	pair(&a, &b);
	void *p = nn_allocmsg(5, 0);
	memcpy(p, "hello", 5);
	R("send", send_chunk(a, p ? &p : NULL));
	take("recv", b);
}

ROW("3.2", send_chunk_of_no_length)
{
	int a, b;
	pair(&a, &b);
	void *p = nn_allocmsg(0, 0);
	R("send", nn_send(a, &p, NN_MSG, 0));
	take("recv", b);
}

ROW("3.2", send_chunk_stays_when_refused)
{
	int s = cooked(NN_PAIR);
	void *p = nn_allocmsg(5, 0);
	memcpy(p, "hello", 5);
	R("EAGAIN", nn_send(s, &p, NN_MSG, NN_DONTWAIT));
	set(s, NN_SNDTIMEO, 10);
	R("ETIMEDOUT", nn_send(s, &p, NN_MSG, 0));
	R("ENOTSUP", nn_send(cooked(NN_PULL), &p, NN_MSG, 0));
	R("EFSM", nn_send(cooked(NN_REP), &p, NN_MSG, 0));
	R("EBADF", nn_send(99, &p, NN_MSG, 0));
	say("%.5s", (char *) p);
	int other = cooked(NN_PAIR);
	join(s, other, "inproc://a");
	R("send", nn_send(s, &p, NN_MSG, 0));
	take("recv", other);
}

ROW("3.2", send_chunk_null)
{
	int a, b;
	pair(&a, &b);
	void *p = NULL;
	R("null", nn_send(a, &p, NN_MSG, 0));
	R("nowhere", nn_send(a, NULL, NN_MSG, 0));
}

ROW("9", send_chunk_foreign)
{
	static char foreign[64];
	int a, b;
	pair(&a, &b);
	void *p = foreign + 32;
	R("send", nn_send(a, &p, NN_MSG, 0));
}

ROW("3.2", recv_chunk)
{
	int a, b;
	pair(&a, &b);
	put(a, "hello");
	char *p = NULL;
	R("recv", nn_recv(b, &p, NN_MSG, 0));
	say("%.5s", p);
	R("free", nn_freemsg(p));
}

ROW("3.2", recv_chunk_of_no_length)
{
	int a, b;
	pair(&a, &b);
	put(a, "");
	char *p = NULL;
	R("recv", nn_recv(b, &p, NN_MSG, 0));
	say("%s", p == NULL ? "NULL" : "chunk");
	R("free", nn_freemsg(p));
}

ROW("3.2", recv_chunk_untouched_when_nothing_comes)
{
	char *p = (char *) 5;
	R("recv", nn_recv(cooked(NN_PAIR), &p, NN_MSG, NN_DONTWAIT));
	say("%s", p == (char *) 5 ? "untouched" : "changed");
}

ROW("3.2", recv_chunk_goes_on)
{
	int a, b;
	pair(&a, &b);
	put(a, "hello");
	char *p = NULL;
	must(nn_recv(b, &p, NN_MSG, 0));
	R("send", nn_send(b, &p, NN_MSG, 0));
	take("recv", a);
}

ROW("3.2", recv_chunk_may_be_resized)
{
	int a, b;
	pair(&a, &b);
	put(a, "hello");
	char *p = NULL;
	must(nn_recv(b, &p, NN_MSG, 0));
	char *q = nn_reallocmsg(p, 3);
	say("%s %.3s", p == q ? "same" : "other", q);
	q = nn_reallocmsg(q, 1000);
	say("%.3s", q);
	R("free", nn_freemsg(q));
}

ROW("3.2", recv_chunk_outlives_the_socket)
{
	int a, b;
	pair(&a, &b);
	put(a, "hello");
	char *p = NULL;
	must(nn_recv(b, &p, NN_MSG, 0));
	nn_close(a);
	nn_close(b);
	say("%.5s", p);
	R("free", nn_freemsg(p));
}

/* PUB gives one chunk to many: each has one of its own. */
ROW("3.2", chunk_to_many_is_everyones_own)
{
	int pub = cooked(NN_PUB), subs[3];
	must(nn_bind(pub, "inproc://many"));
	for (int n = 0; n < 3; n++) {
		subs[n] = cooked(NN_SUB);
		must(nn_setsockopt(subs[n], NN_SUB, NN_SUB_SUBSCRIBE, "", 0));
		must(nn_connect(subs[n], "inproc://many"));
	}
	char *p = nn_allocmsg(2000, 0), *got[3];
	memset(p, 'a', 2000);
	R("send", nn_send(pub, &p, NN_MSG, 0));
	for (int n = 0; n < 3; n++) {
		R("recv", nn_recv(subs[n], &got[n], NN_MSG, 0));
		memset(got[n], 'b' + n, 2000);
	}
	for (int n = 0; n < 3; n++) {
		say("%c", got[n][1999]);
		R("free", nn_freemsg(got[n]));
	}
}

static const int sizes[] = {0, 1, 8, 31, 32, 33, 64, 255, 2047, 2048, 2049, 4096, 65535, 65536, 1 << 20};
static const char *size_label(int i)
{
	static char label[16];
	snprintf(label, sizeof label, "%d", sizes[i]);
	return label;
}

/* Each size over each road, there as a chunk and back from a buffer. */
ROWS("3.2", size, sizeof sizes / sizeof *sizes, size_label)
{
	static const char *const roads[] = {"inproc", "ipc", "tcp", "ws"};
	for (int r = 0; r < 4; r++) {
		int a = cooked(NN_PAIR), b = cooked(NN_PAIR), size = sizes[i], same = 0;
		patience(a, LONG);
		patience(b, LONG);
		join(a, b, address(roads[r]));
		unsigned char *p = nn_allocmsg(size, 0), *back = malloc(size + 1), *got = NULL;
		for (int n = 0; n < size; n++)
			back[n] = p[n] = n * 7 + n / 251;
		R(roads[r], nn_send(a, &p, NN_MSG, 0));
		if (must(nn_recv(b, &got, NN_MSG, 0)) == size)
			same = memcmp(got, back, size) == 0;
		R("back", nn_send(b, got, size, 0));
		nn_freemsg(got);
		memset(back, 0, size);
		R("got", nn_recv(a, back, size, 0));
		for (int n = 0; n < size; n++)
			same = same && back[n] == (unsigned char) (n * 7 + n / 251);
		say("%s", same ? "same" : "changed");
	}
}

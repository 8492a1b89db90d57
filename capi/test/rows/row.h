/* A row pins one thing that programs may see of libnanomsg. It runs in a
   process of its own and says what it saw on one line, with nothing in it that
   changes from run to run. */
#ifndef ROW_H
#define ROW_H

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <nanomsg/nn.h>
#include <nanomsg/bus.h>
#include <nanomsg/inproc.h>
#include <nanomsg/ipc.h>
#include <nanomsg/pair.h>
#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <nanomsg/reqrep.h>
#include <nanomsg/survey.h>
#include <nanomsg/tcp.h>
#include <nanomsg/ws.h>

struct row {
	const char *section; /* of the reference page */
	const char *name;
	void (*run)(int i);
	int count;                   /* rows of a family */
	const char *(*label)(int i); /* what tells them apart */
	struct row *next;
};

void row_add(struct row *r);

/* ROW (section, name) { … } is a row, and ROWS (section, name, count, label)
   { … i … } one for each i below count. */
#define ROW(section, name) ROWS(section, name, 0, NULL)
#define ROWS(section_, name_, count_, label_)                                             \
	static void row_##name_(int i);                                                   \
	__attribute__((constructor)) static void name_##_add(void)                        \
	{                                                                                 \
		static struct row r = {section_, #name_, row_##name_, count_, label_, 0}; \
		row_add(&r);                                                              \
	}                                                                                 \
	static void row_##name_(__attribute__((unused)) int i)

/* The ten protocols, then the same raw. */
enum { TYPES = 20 };

/* say.c: the line */
void say(const char *format, ...) __attribute__((format(printf, 1, 2)));
void say_result(const char *what, long long rc);
const char *result_name(long long rc); /* by errno, where rc is -1 */
void say_body(const char *what, int rc, const char *body);
void say_types(char results[][48]); /* the result of each type, those that are the same together */
const char *errno_name(int e);
const char *status_name(int status);

/* R says what a call returned: a number, or the name of the error. */
#define R(what, call) (errno = 0, say_result(what, (long long) (call)))

/* must ends the row where something it stands on does not work. */
#define must(call) must_(__FILE__, __LINE__, #call, (errno = 0, (long long) (call)))
long long must_(const char *file, int line, const char *what, long long rc);

const char *type_name(int type);
int type_domain(int type);
int type_protocol(int type);
int type_socket(int type);

/* sockets.c: sockets that know each other */
enum { LONG = 5000, SHORT = 60 }; /* ms: until what must happen; until it's believed that nothing does */

int cooked(int protocol);
int raw(int protocol);
const char *address(const char *scheme); /* nobody else's; valid until four more were made */
int free_port(void);
void set(int s, int option, int value);
void set_at(int s, int level, int option, int value);
int get(int s, int option);
void patience(int s, int ms); /* both timeouts */
uint64_t stat_of(int s, int id);
bool stat_becomes(int s, int id, uint64_t value);
void peers(int s, int n); /* waits until s has n */
void join(int binder, int connector, const char *addr); /* makes them know each other */
void nap(int ms);

int put(int s, const char *text); /* nn_send, NN_DONTWAIT */
void take(const char *what, int s); /* says what nn_recv gives */
void nothing(const char *what, int s); /* the same, where nothing is to come */
bool await_in(int s);
bool await_out(int s);
const char *ready(int s); /* "i", "o", "io", "-" by the two descriptors */

/* A message with its header. */
struct letter {
	int rc, error;
	size_t header_len, body_len;
	unsigned char header[256];
	char body[256];
};
struct letter open_letter(int s);
int post(int s, const void *header, size_t header_len, const char *body);

/* wire.c: the other side of a connection, without the library */
int wire_listen(const char *addr);
int wire_accept(int listener, int ms);
int wire_dial(const char *addr);
bool wire_send(int fd, const void *data, size_t len);
int wire_recv(int fd, void *data, size_t len, int ms); /* as much as comes until len, the end, or ms passed */
bool wire_ended(int fd, int ms);
int wire_dial_sp(const char *addr, int protocol); /* the headers are exchanged */
void say_bytes(const char *what, const void *data, int len);

/* ws.c: the same for ws */
int ws_dial(const char *addr, const char *protocol); /* the handshake is done */
void ws_frame(int fd, int first_byte, const char *payload, int len); /* as clients send them */

#endif

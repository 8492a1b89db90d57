/* ipc: sockets with a path. */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "row.h"

static const char *exists(const char *path)
{
	struct stat st;
	if (stat(path, &st) != 0)
		return "none";
	return S_ISSOCK(st.st_mode) ? "socket" : S_ISDIR(st.st_mode) ? "directory" : "file";
}

static const char *path_of_length(int len)
{
	static char addr[200];
	memset(addr, 'p', sizeof addr);
	memcpy(addr, "ipc://", 6);
	addr[6 + len] = 0;
	return addr;
}

ROW("5.2", ipc_path_lengths)
{
	static const int lengths[] = {1, 50, 106, 107};
	for (size_t n = 0; n < sizeof lengths / sizeof *lengths; n++) {
		int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
		R("bind", nn_bind(a, path_of_length(lengths[n])));
		R("connect", nn_connect(b, path_of_length(lengths[n])));
		peers(a, 1);
	}
}

static const int long_lengths[] = {108, 109, 115, 121};
static const char *long_label(int i)
{
	static char label[8];
	snprintf(label, sizeof label, "%d", long_lengths[i]);
	return label;
}

ROWS("9", ipc_long_bind, 4, long_label) { R("bind", nn_bind(cooked(NN_PAIR), path_of_length(long_lengths[i]))); }
ROWS("9", ipc_long_connect, 4, long_label)
{
	R("connect", nn_connect(cooked(NN_PAIR), path_of_length(long_lengths[i])));
	nap(SHORT);
}
ROW("5.2", ipc_too_long_for_any)
{
	R("bind", nn_bind(cooked(NN_PAIR), path_of_length(122)));
	R("connect", nn_connect(cooked(NN_PAIR), path_of_length(122)));
}

ROW("5.2", ipc_file)
{
	int s = cooked(NN_PAIR);
	struct stat st;
	umask(022);
	must(nn_bind(s, "ipc://a"));
	say("%s", exists("a"));
	must(stat("a", &st));
	say("%03o", st.st_mode & 0777);
	nn_close(s);
	say("%s", exists("a"));
}

ROW("5.2", ipc_file_mode_is_the_umask)
{
	int s = cooked(NN_PAIR);
	struct stat st;
	umask(077);
	must(nn_bind(s, "ipc://a"));
	must(stat("a", &st));
	say("%03o", st.st_mode & 0777);
}

ROW("5.2", ipc_file_after_shutdown)
{
	int s = cooked(NN_PAIR);
	must(nn_bind(s, "ipc://a"));
	must(nn_shutdown(s, 1));
	for (int ms = 0; ms < LONG && strcmp(exists("a"), "none") != 0; ms++)
		nap(1);
	say("%s", exists("a"));
}

ROW("5.2", ipc_stale_socket_is_replaced)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX, .sun_path = "a"};
	int fd = must(socket(AF_UNIX, SOCK_STREAM, 0));
	must(bind(fd, (struct sockaddr *) &at, sizeof at));
	close(fd);
	say("%s", exists("a"));
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	R("bind", nn_bind(a, "ipc://a"));
	must(nn_connect(b, "ipc://a"));
	peers(a, 1);
}

ROW("5.2", ipc_live_socket_is_not_replaced)
{
	int fd = wire_listen("ipc://a");
	R("bind", nn_bind(cooked(NN_PAIR), "ipc://a"));
	say("%s", exists("a"));
	close(fd);
}

ROW("9", ipc_bind_to_a_file)
{
	fclose(fopen("a", "w"));
	R("bind", nn_bind(cooked(NN_PAIR), "ipc://a"));
	say("%s", exists("a"));
}

ROW("9", ipc_bind_to_a_directory)
{
	mkdir("a", 0755);
	R("bind", nn_bind(cooked(NN_PAIR), "ipc://a"));
	say("%s", exists("a"));
}

ROW("5.2", ipc_no_directory)
{
	int s = cooked(NN_PAIR);
	R("bind", nn_bind(s, "ipc://nowhere/a"));
	R("bind", nn_bind(s, "ipc:///proc/a"));
	R("connect", nn_connect(s, "ipc://nowhere/a"));
}

ROW("5.2", ipc_absolute_and_relative)
{
	char dir[80], addr[100];
	if (getcwd(dir, sizeof dir) == NULL)
		return;
	snprintf(addr, sizeof addr, "ipc://%s/a", dir);
	int a = cooked(NN_PAIR), b = cooked(NN_PAIR);
	must(nn_bind(a, "ipc://a"));
	must(nn_connect(b, addr));
	peers(b, 1);
	say("same");
}

ROW("5.2", ipc_empty)
{
	R("connect", nn_connect(cooked(NN_PAIR), "ipc://"));
	R("bind", nn_bind(cooked(NN_PAIR), "ipc://"));
}

/* What goes over the wire. */
ROW("5.2", ipc_header_and_frame)
{
	unsigned char got[64];
	int push = cooked(NN_PUSH);
	must(nn_bind(push, "ipc://a"));
	int fd = wire_dial("ipc://a");
	say_bytes("header", got, wire_recv(fd, got, 8, LONG));
	wire_send(fd, "\0SP\0\0\x51\0\0", 8);
	peers(push, 1);
	put(push, "hello");
	say_bytes("frame", got, wire_recv(fd, got, 14, LONG));
	put(push, "");
	say_bytes("frame", got, wire_recv(fd, got, 9, LONG));
}

ROW("5.2", ipc_frame_in_pieces)
{
	static const char frame[] = "\1\0\0\0\0\0\0\0\5hello";
	int pull = cooked(NN_PULL);
	must(nn_bind(pull, "ipc://a"));
	int fd = wire_dial_sp("ipc://a", NN_PUSH);
	for (int n = 0; n < 14; n++) {
		wire_send(fd, frame + n, 1);
		nap(1);
	}
	take("recv", pull);
	wire_send(fd, frame, 14);
	wire_send(fd, frame, 14);
	take("recv", pull);
	take("recv", pull);
}

static const char *type_label(int i)
{
	static char label[8];
	snprintf(label, sizeof label, "%d", (int[]) {0, 2, 255}[i]);
	return label;
}

ROWS("9", ipc_frame_of_another_type, 3, type_label)
{
	unsigned char frame[] = {(int[]) {0, 2, 255}[i], 0, 0, 0, 0, 0, 0, 0, 1, 'x'};
	int pull = cooked(NN_PULL);
	must(nn_bind(pull, "ipc://a"));
	int fd = wire_dial_sp("ipc://a", NN_PUSH);
	peers(pull, 1);
	wire_send(fd, frame, sizeof frame);
	say("ended=%d", wire_ended(fd, LONG));
	peers(pull, 0);
	nothing("recv", pull);
	say("broken=%d", (int) stat_of(pull, NN_STAT_BROKEN_CONNECTIONS));
}

ROW("5.2", ipc_max_size)
{
	int pull = cooked(NN_PULL), push = cooked(NN_PUSH);
	set(pull, NN_RCVMAXSIZE, 5);
	join(pull, push, "ipc://a");
	put(push, "fifth");
	take("recv", pull);
	put(push, "sixth.");
	say("%d", stat_becomes(pull, NN_STAT_BROKEN_CONNECTIONS, 1));
	nothing("recv", pull);
}

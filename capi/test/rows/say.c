#include <ctype.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include "row.h"

void say(const char *format, ...)
{
	static bool begun;
	va_list args;
	if (begun)
		putchar(' ');
	begun = true;
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
}

const char *errno_name(int e)
{
	static char other[32];
	static const struct {
		int e;
		const char *name;
	} names[] = {{EACCES, "EACCES"}, {EADDRINUSE, "EADDRINUSE"}, {EADDRNOTAVAIL, "EADDRNOTAVAIL"},
		{EAFNOSUPPORT, "EAFNOSUPPORT"}, {EAGAIN, "EAGAIN"}, {EBADF, "EBADF"}, {ECONNREFUSED, "ECONNREFUSED"},
		{EFAULT, "EFAULT"}, {EFSM, "EFSM"}, {EINTR, "EINTR"}, {EINVAL, "EINVAL"}, {EISDIR, "EISDIR"},
		{EMFILE, "EMFILE"}, {EMSGSIZE, "EMSGSIZE"}, {ENAMETOOLONG, "ENAMETOOLONG"}, {ENODEV, "ENODEV"},
		{ENOENT, "ENOENT"}, {ENOMEM, "ENOMEM"}, {ENOPROTOOPT, "ENOPROTOOPT"}, {ENOTSUP, "ENOTSUP"},
		{EPROTONOSUPPORT, "EPROTONOSUPPORT"}, {ETERM, "ETERM"}, {ETIMEDOUT, "ETIMEDOUT"},
		{EPROTO, "EPROTO"}, {ENOTSOCK, "ENOTSOCK"}, {ENOTDIR, "ENOTDIR"}, {EEXIST, "EEXIST"}};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (names[i].e == e)
			return names[i].name;
	snprintf(other, sizeof other, "errno%d", e);
	return other;
}

void say_result(const char *what, long long rc)
{
	int e = errno, n = nn_errno();
	if (rc != -1)
		say("%s=%lld", what, rc);
	else if (e == n)
		say("%s=%s", what, errno_name(e));
	else
		say("%s=%s(nn_errno:%s)", what, errno_name(e), errno_name(n));
}

const char *result_name(long long rc)
{
	static char number[32];
	if (rc == -1)
		return errno_name(errno);
	snprintf(number, sizeof number, "%lld", rc);
	return number;
}

void say_types(char results[][48])
{
	bool said[TYPES] = {false};
	for (int type = 0; type < TYPES; type++) {
		int same = 0;
		if (said[type])
			continue;
		for (int other = 0; other < TYPES; other++)
			same += strcmp(results[other], results[type]) == 0;
		say("%s:", results[type]);
		if (same == TYPES)
			say("all");
		for (int other = type; other < TYPES && same < TYPES; other++)
			if (strcmp(results[other], results[type]) == 0) {
				said[other] = true;
				say("%s", type_name(other));
			}
		if (same == TYPES)
			return;
	}
}

void say_body(const char *what, int rc, const char *body)
{
	if (rc < 0) {
		say_result(what, rc);
		return;
	}
	say("%s=%d\"", what, rc);
	for (int i = 0; i < rc && i < 40; i++)
		if (isprint((unsigned char) body[i]))
			putchar(body[i]);
		else
			printf("\\%02x", (unsigned char) body[i]);
	putchar('"');
}

void say_bytes(const char *what, const void *data, int len)
{
	say("%s=", what);
	for (int i = 0; i < len; i++)
		printf("%02x", ((const unsigned char *) data)[i]);
	if (len < 0)
		putchar('-');
}

const char *status_name(int status)
{
	static char name[32];
	if (WIFSIGNALED(status))
		snprintf(name, sizeof name, "SIG%s", sigabbrev_np(WTERMSIG(status)));
	else
		snprintf(name, sizeof name, "exit%d", WEXITSTATUS(status));
	return name;
}

long long must_(const char *file, int line, const char *what, long long rc)
{
	if (rc >= 0)
		return rc;
	say("FAILED %s: %s", what, errno_name(errno));
	fprintf(stderr, "%s:%d: %s: %s\n", file, line, what, nn_strerror(errno));
	exit(3);
}

/* The symbols, the constants of the headers, and how structs lie in memory. */
#include "row.h"

static const char *index_label(int i)
{
	static char label[8];
	snprintf(label, sizeof label, "%03d", i);
	return label;
}

ROWS("1.2", symbol, 121, index_label)
{
	int value = -77;
	struct nn_symbol_properties p;
	const char *name = nn_symbol(i, &value);
	say("%s=%d", name == NULL ? "NULL" : name, value);
	R("info", nn_symbol_info(i, &p, sizeof p));
	say("%s=%d/%d/%d/%d", p.name, p.value, p.ns, p.type, p.unit);
}

ROW("1.1", symbol_out_of_range)
{
	static const int indices[] = {-1, 121, 122, 1000, INT_MAX, INT_MIN};
	for (size_t n = 0; n < sizeof indices / sizeof *indices; n++) {
		int value = -77;
		errno = 0;
		const char *name = nn_symbol(indices[n], &value);
		say("%s %d %s", name == NULL ? "NULL" : name, value, errno_name(errno));
	}
}

ROW("1.1", symbol_without_value) { say("%s %s", nn_symbol(0, NULL), nn_symbol(120, NULL)); }

ROW("1.1", symbol_count)
{
	int n = 0, value;
	while (nn_symbol(n, &value) != NULL)
		n++;
	say("%d", n);
}

/* Twice: a byte of a pointer may happen to be what was there before. */
ROW("1.1", symbol_info_lengths)
{
	for (int len = 0; len <= 40; len++) {
		unsigned char buf[2][64];
		int rc, last = 63;
		memset(buf[0], 0xaa, sizeof buf[0]);
		memset(buf[1], 0x55, sizeof buf[1]);
		for (int n = 0; n < 2; n++)
			rc = nn_symbol_info(44, (struct nn_symbol_properties *) buf[n], len);
		while (last >= 0 && buf[0][last] == 0xaa && buf[1][last] == 0x55)
			last--;
		say("%d:%d,%d", len, rc, last + 1);
	}
}

ROW("1.1", symbol_info_out_of_range)
{
	static const int indices[] = {-1, 121, 1000, INT_MAX};
	for (size_t n = 0; n < sizeof indices / sizeof *indices; n++) {
		struct nn_symbol_properties p = {.value = -77};
		R("info", nn_symbol_info(indices[n], &p, sizeof p));
		say("%d", p.value);
	}
}

ROW("1", struct_layouts)
{
	say("iovec=%zu msghdr=%zu cmsghdr=%zu pollfd=%zu properties=%zu handle=%zu", sizeof(struct nn_iovec),
		sizeof(struct nn_msghdr), sizeof(struct nn_cmsghdr), sizeof(struct nn_pollfd),
		sizeof(struct nn_symbol_properties), sizeof(union nn_req_handle));
	say("msghdr:%zu,%zu,%zu,%zu", offsetof(struct nn_msghdr, msg_iov), offsetof(struct nn_msghdr, msg_iovlen),
		offsetof(struct nn_msghdr, msg_control), offsetof(struct nn_msghdr, msg_controllen));
	say("cmsghdr:%zu,%zu,%zu", offsetof(struct nn_cmsghdr, cmsg_len), offsetof(struct nn_cmsghdr, cmsg_level),
		offsetof(struct nn_cmsghdr, cmsg_type));
	say("properties:%zu,%zu,%zu,%zu,%zu", offsetof(struct nn_symbol_properties, value),
		offsetof(struct nn_symbol_properties, name), offsetof(struct nn_symbol_properties, ns),
		offsetof(struct nn_symbol_properties, type), offsetof(struct nn_symbol_properties, unit));
	say("pollfd:%zu,%zu,%zu", offsetof(struct nn_pollfd, fd), offsetof(struct nn_pollfd, events),
		offsetof(struct nn_pollfd, revents));
}

ROW("1.2", header_constants)
{
	say("%d %zd %d %d %d", NN_HAUSNUMERO, (ssize_t) NN_MSG, PROTO_SP, SP_HDR, NN_SOCKADDR_MAX);
	say("ETERM=%d EFSM=%d EACCESS=%d", ETERM, EFSM, EACCESS);
	say("%d %d %d %d %d %d", NN_PROTO_PAIR, NN_PROTO_PUBSUB, NN_PROTO_REQREP, NN_PROTO_PIPELINE, NN_PROTO_SURVEY, NN_PROTO_BUS);
	say("%d %d %d %d", NN_INPROC, NN_IPC, NN_TCP, NN_WS);
	say("%d %d %d", NN_IPC_SEC_ATTR, NN_IPC_OUTBUFSZ, NN_IPC_INBUFSZ);
	say("%d %d %d %d", NN_SUB_SUBSCRIBE, NN_SUB_UNSUBSCRIBE, NN_REQ_RESEND_IVL, NN_SURVEYOR_DEADLINE);
	say("%d %d %d %d", NN_TCP_NODELAY, NN_WS_MSG_TYPE, NN_WS_MSG_TYPE_TEXT, NN_WS_MSG_TYPE_BINARY);
	say("%d %d %d", NN_DONTWAIT, NN_POLLIN, NN_POLLOUT);
}

/* The header's constants are the library's. A name the header lacks does not compile. */
#define CONSTANT(name) {#name, name}
ROW("1.2", header_and_symbols_agree)
{
	static const struct {
		const char *name;
		int value;
	} constants[] = {CONSTANT(AF_SP), CONSTANT(AF_SP_RAW), CONSTANT(NN_INPROC), CONSTANT(NN_IPC), CONSTANT(NN_TCP), CONSTANT(NN_WS),
		CONSTANT(NN_PAIR), CONSTANT(NN_PUB), CONSTANT(NN_SUB), CONSTANT(NN_REP), CONSTANT(NN_REQ), CONSTANT(NN_PUSH),
		CONSTANT(NN_PULL), CONSTANT(NN_SURVEYOR), CONSTANT(NN_RESPONDENT), CONSTANT(NN_BUS), CONSTANT(NN_SOCKADDR_MAX),
		CONSTANT(NN_SOL_SOCKET), CONSTANT(NN_LINGER), CONSTANT(NN_SNDBUF), CONSTANT(NN_RCVBUF), CONSTANT(NN_RCVMAXSIZE),
		CONSTANT(NN_SNDTIMEO), CONSTANT(NN_RCVTIMEO), CONSTANT(NN_RECONNECT_IVL), CONSTANT(NN_RECONNECT_IVL_MAX),
		CONSTANT(NN_SNDPRIO), CONSTANT(NN_RCVPRIO), CONSTANT(NN_SNDFD), CONSTANT(NN_RCVFD), CONSTANT(NN_DOMAIN),
		CONSTANT(NN_PROTOCOL), CONSTANT(NN_IPV4ONLY), CONSTANT(NN_SOCKET_NAME), CONSTANT(NN_MAXTTL), CONSTANT(ETERM),
		CONSTANT(EFSM), CONSTANT(ENOTSUP), CONSTANT(EPROTO), CONSTANT(ENETRESET), CONSTANT(NN_STAT_ESTABLISHED_CONNECTIONS),
		CONSTANT(NN_STAT_ACCEPTED_CONNECTIONS), CONSTANT(NN_STAT_DROPPED_CONNECTIONS), CONSTANT(NN_STAT_BROKEN_CONNECTIONS),
		CONSTANT(NN_STAT_CONNECT_ERRORS), CONSTANT(NN_STAT_BIND_ERRORS), CONSTANT(NN_STAT_ACCEPT_ERRORS),
		CONSTANT(NN_STAT_MESSAGES_SENT), CONSTANT(NN_STAT_MESSAGES_RECEIVED), CONSTANT(NN_STAT_BYTES_SENT),
		CONSTANT(NN_STAT_BYTES_RECEIVED), CONSTANT(NN_STAT_CURRENT_CONNECTIONS), CONSTANT(NN_STAT_INPROGRESS_CONNECTIONS),
		CONSTANT(NN_STAT_CURRENT_SND_PRIORITY), CONSTANT(NN_STAT_CURRENT_EP_ERRORS)};
	int found = 0, value;
	const char *name;
	for (int n = 0; (name = nn_symbol(n, &value)) != NULL; n++)
		for (size_t k = 0; k < sizeof constants / sizeof *constants; k++)
			if (strcmp(name, constants[k].name) == 0) {
				found++;
				if (value != constants[k].value)
					say("%s=%d,%d", name, constants[k].value, value);
			}
	say("%d of %zu", found, sizeof constants / sizeof *constants);
}

ROW("1.1", strerror_texts)
{
	static const int errors[] = {ETERM, EFSM, EAGAIN, ETIMEDOUT, EBADF, EINVAL, ENOTSUP, 0, -1, 9999};
	for (size_t n = 0; n < sizeof errors / sizeof *errors; n++)
		say("\"%s\"", nn_strerror(errors[n]));
}

ROW("1.1", strerror_of_every_errno)
{
	int same = 0;
	for (int e = 0; e <= 133; e++) {
		char ours[100];
		snprintf(ours, sizeof ours, "%s", nn_strerror(e));
		same += strcmp(ours, strerror(e)) == 0;
	}
	say("as strerror: %d of 134", same);
}

ROW("1.1", errno_is_errno)
{
	errno = EDOM;
	say("%s", nn_errno() == EDOM ? "EDOM" : "other");
	R("close", nn_close(9));
	say("%s", nn_errno() == errno ? "same" : "other");
}

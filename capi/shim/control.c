#include "control.h"

#include "chunk.h"

#include <errno.h>
#include <nanomsg/ws.h>
#include <string.h>

/* The buffer of control data and its size; NULL if there is none. */
static unsigned char *buffer (const struct nn_msghdr *h, size_t *size)
{
    void *data = h->msg_control;
    *size = h->msg_controllen;
    if (data && *size == NN_MSG) {
        data = *(void **) data;
        *size = data ? chunk_size (data) : 0;
    }
    return data;
}

struct nn_cmsghdr *nn_cmsg_nxthdr_ (const struct nn_msghdr *mhdr, const struct nn_cmsghdr *cmsg)
{
    size_t size, at = 0;
    unsigned char *data = mhdr ? buffer (mhdr, &size) : NULL;
    if (!data || size < sizeof *cmsg)
        return NULL;
    if (cmsg)
        at = (size_t) ((const unsigned char *) cmsg - data) + NN_CMSG_ALIGN_ (cmsg->cmsg_len);
    if (at > size || size - at < sizeof *cmsg)
        return NULL;
    struct nn_cmsghdr *next = (struct nn_cmsghdr *) (data + at);
    return NN_CMSG_ALIGN_ (next->cmsg_len) > size - at ? NULL : next;
}

/* The header within an SP_HDR property: its size, then its bytes. */
static int read_header (struct nn_cmsghdr *c, size_t available, struct sp_message *m)
{
    size_t n;
    if (available < sizeof n)
        return 0;
    memcpy (&n, NN_CMSG_DATA (c), sizeof n);
    if (n > available - sizeof n)
        return 0;
    m->header = NN_CMSG_DATA (c) + sizeof n;
    m->header_size = n;
    return 1;
}

int read_control (const struct nn_msghdr *h, struct sp_message *m)
{
    size_t size;
    if (h->msg_control && h->msg_controllen == NN_MSG && !chunk_valid (*(void **) h->msg_control))
        return EFAULT;
    unsigned char *data = buffer (h, &size);
    struct nn_cmsghdr *c = NN_CMSG_FIRSTHDR (h);
    int found = 0;
    while (c) {
        size_t left = size - (size_t) ((unsigned char *) c - data);
        if (c->cmsg_len < sizeof *c || c->cmsg_len > left)
            break; /* it would never end, or ends outside */
        size_t available = c->cmsg_len - sizeof *c;
        if (c->cmsg_level == PROTO_SP && c->cmsg_type == SP_HDR && !found)
            found = read_header (c, available, m);
        if (c->cmsg_level == NN_WS && c->cmsg_type == NN_WS_MSG_TYPE && available > 0 && !m->kind) {
            m->kind = *NN_CMSG_DATA (c);
            if (m->kind != NN_WS_MSG_TYPE_TEXT && m->kind != NN_WS_MSG_TYPE_BINARY)
                return EINVAL; /* of other frames the receiver would make no message */
        }
        c = NN_CMSG_NXTHDR (h, c);
    }
    return 0;
}

static unsigned char *property (unsigned char *at, int level, int type, size_t len)
{
    struct nn_cmsghdr c = {len, level, type};
    memcpy (at, &c, sizeof c);
    return at + sizeof c;
}

int write_control (struct nn_msghdr *h, const struct sp_message *m)
{
    size_t header = NN_CMSG_SPACE (sizeof (size_t) + m->header_size);
    size_t kind = m->kind ? NN_CMSG_SPACE (1) : 0;
    unsigned char all[header + NN_CMSG_SPACE (1)];
    memset (all, 0, sizeof all);
    unsigned char *at = property (all, PROTO_SP, SP_HDR, header);
    memcpy (at, &m->header_size, sizeof m->header_size);
    memcpy (at + sizeof m->header_size, m->header, m->header_size);
    if (kind)
        *property (all + header, NN_WS, NN_WS_MSG_TYPE, kind) = (unsigned char) m->kind;
    if (h->msg_controllen == NN_MSG) {
        void *chunk = chunk_alloc (header + kind);
        if (!chunk)
            return ENOMEM;
        memcpy (chunk, all, header + kind);
        *(void **) h->msg_control = chunk;
        return 0;
    }
    size_t n = header + kind;
    if (h->msg_controllen < header)
        n = 0; /* the program sees no half of a header */
    else if (h->msg_controllen < n)
        n = h->msg_controllen;
    memcpy (h->msg_control, all, n);
    return 0;
}

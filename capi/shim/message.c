/* nn_send, nn_recv and their longer forms. A call finishes on this thread: Go
   tries, and never waits; waiting is done here, on a descriptor. */
#include "chunk.h"
#include "control.h"
#include "sock.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* The longest header: 255 hops, the sender and the request. */
enum { LONGEST_HEADER = 4 * 257 };

static int one_chunk (const struct nn_msghdr *h)
{
    return h->msg_iovlen == 1 && h->msg_iov[0].iov_len == NN_MSG;
}

/* Checks a vector and sums it up. Returns 0 or an errno value. */
static int measure (const struct nn_msghdr *h, size_t *size)
{
    *size = 0;
    for (int i = 0; i < h->msg_iovlen; i++) {
        const struct nn_iovec *v = &h->msg_iov[i];
        if (v->iov_len == NN_MSG || v->iov_len > SIZE_MAX - *size)
            return EINVAL;
        if (!v->iov_base && v->iov_len > 0)
            return EFAULT;
        *size += v->iov_len;
    }
    return 0;
}

static int check_header (const struct nn_msghdr *h)
{
    if (!h)
        return EINVAL;
    if (h->msg_iovlen < 0)
        return EMSGSIZE;
    return h->msg_iovlen > 0 && !h->msg_iov ? EFAULT : 0;
}

/* Finds the body of a message to be sent; *copy is to be freed. */
static int gather (const struct nn_msghdr *h, struct sp_message *m, void **copy)
{
    if (one_chunk (h)) {
        m->body = h->msg_iov[0].iov_base ? *(void **) h->msg_iov[0].iov_base : NULL;
        if (!chunk_valid (m->body))
            return EFAULT;
        m->size = chunk_size (m->body);
        return 0;
    }
    int rc = measure (h, &m->size);
    if (rc || h->msg_iovlen == 0)
        return rc;
    m->body = h->msg_iov[0].iov_base;
    if (h->msg_iovlen == 1)
        return 0;
    unsigned char *all = *copy = malloc (m->size + 1);
    if (!all)
        return ENOMEM;
    m->body = all;
    for (int i = 0; i < h->msg_iovlen; i++) {
        if (h->msg_iov[i].iov_len > 0)
            memcpy (all, h->msg_iov[i].iov_base, h->msg_iov[i].iov_len);
        all += h->msg_iov[i].iov_len;
    }
    return 0;
}

/* Repeats try until it does not say EAGAIN, waiting as the flags and the socket's
   timeout say. */
static int64_t repeat (struct sock *k, struct sp_message *m, int direction, int flags, int stop)
{
    int wait = !(flags & NN_DONTWAIT), first = 1;
    int64_t until = 0, rc;
    for (;; first = 0) {
        m->fd = -1;
        rc = direction == SND ? engine.sp_send (k->number, m, wait) : engine.sp_recv (k->number, m, wait);
        if (rc != -EAGAIN || !wait)
            return rc;
        if (first)
            until = deadline_in (k->option[direction == SND ? NN_SNDTIMEO : NN_RCVTIMEO]);
        rc = -wait_for (k, direction, until, m->fd, stop);
        if (rc) {
            engine.sp_leave (k->number, m);
            return rc;
        }
    }
}

int send_message (struct sock *k, const struct nn_msghdr *h, int flags, int stop)
{
    struct sp_message m = {0};
    void *copy = NULL;
    int rc = check_header (h);
    if (!rc)
        rc = gather (h, &m, &copy);
    if (!rc && h->msg_control)
        rc = read_control (h, &m);
    if (!rc && !can_send (k))
        rc = ENOTSUP;
    rc = rc ? -rc : (int) repeat (k, &m, SND, flags, stop);
    free (copy);
    if (rc < 0)
        return rc;
    /* What was given as chunks is the library's now. */
    if (one_chunk (h))
        chunk_free (m.body);
    if (h->msg_control && h->msg_controllen == NN_MSG)
        chunk_free (*(void **) h->msg_control);
    return (int) m.size;
}

/* Spreads a body over a vector, as far as it goes. */
static void scatter (const struct nn_msghdr *h, const unsigned char *body, size_t size)
{
    for (int i = 0; i < h->msg_iovlen && size > 0; i++) {
        size_t n = h->msg_iov[i].iov_len < size ? h->msg_iov[i].iov_len : size;
        if (n > 0)
            memcpy (h->msg_iov[i].iov_base, body, n);
        body += n;
        size -= n;
    }
}

int recv_message (struct sock *k, struct nn_msghdr *h, int flags, int stop)
{
    unsigned char header[LONGEST_HEADER];
    struct sp_message m = {0};
    int rc = check_header (h);
    if (!rc && one_chunk (h))
        rc = h->msg_iov[0].iov_base ? 0 : EFAULT;
    else if (!rc)
        rc = measure (h, &m.size);
    if (!rc && !can_recv (k))
        rc = ENOTSUP;
    if (rc)
        return -rc;
    m.header = header;
    m.header_size = h->msg_control ? sizeof header : 0;
    if (one_chunk (h) || h->msg_iovlen > 1)
        m.alloc = chunk_alloc;
    else if (h->msg_iovlen == 1)
        m.body = h->msg_iov[0].iov_base;
    int64_t size = repeat (k, &m, RCV, flags, stop);
    if (size < 0)
        return (int) size;
    if (one_chunk (h))
        *(void **) h->msg_iov[0].iov_base = m.body;
    else if (m.alloc) {
        scatter (h, m.body, (size_t) size);
        chunk_free (m.body);
    }
    rc = h->msg_control ? write_control (h, &m) : 0;
    return rc ? -rc : (int) size;
}

int nn_sendmsg (int s, const struct nn_msghdr *msghdr, int flags)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = send_message (k, msghdr, flags, -1);
    put (k);
    return result (rc);
}

int nn_recvmsg (int s, struct nn_msghdr *msghdr, int flags)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int rc = recv_message (k, msghdr, flags, -1);
    put (k);
    return result (rc);
}

int nn_send (int s, const void *buf, size_t len, int flags)
{
    struct nn_iovec iov = {(void *) buf, len};
    struct nn_msghdr h = {&iov, 1, NULL, 0};
    return nn_sendmsg (s, &h, flags);
}

int nn_recv (int s, void *buf, size_t len, int flags)
{
    struct nn_iovec iov = {buf, len};
    struct nn_msghdr h = {&iov, 1, NULL, 0};
    return nn_recvmsg (s, &h, flags);
}

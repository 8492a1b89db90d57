#include "chunk.h"
#include "sock.h"

#include <pthread.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* One direction of a device. stop is readable when the other one has ended. */
struct road {
    struct sock *from, *to;
    int stop;
    int error;
};

static int move (struct road *r)
{
    void *body = NULL, *control = NULL;
    struct nn_iovec iov = {&body, NN_MSG};
    struct nn_msghdr h = {&iov, 1, &control, NN_MSG};
    int rc = recv_message (r->from, &h, 0, r->stop);
    if (rc < 0)
        return -rc;
    rc = send_message (r->to, &h, 0, r->stop);
    if (rc >= 0)
        return 0;
    chunk_free (body);
    chunk_free (control);
    return -rc;
}

static void *run (void *arg)
{
    struct road *r = arg;
    while (!(r->error = move (r)))
        ;
    if (r->stop >= 0)
        eventfd_write (r->stop, 1);
    return NULL;
}

/* Both directions, the second one on a thread that no signal reaches. Whoever
   ends first ends the other. */
static int run_both (struct sock *a, struct sock *b)
{
    int stop = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC);
    if (stop < 0)
        return errno;
    struct road there = {a, b, stop, 0}, back = {b, a, stop, 0};
    pthread_t thread;
    sigset_t all, mask;
    sigfillset (&all);
    pthread_sigmask (SIG_SETMASK, &all, &mask);
    int rc = pthread_create (&thread, NULL, run, &back);
    pthread_sigmask (SIG_SETMASK, &mask, NULL);
    if (!rc) {
        run (&there);
        pthread_join (thread, NULL);
        rc = there.error == ECANCELED ? back.error : there.error;
    }
    close (stop);
    return rc;
}

/* What a socket receives goes back into it. */
static int run_loop (struct sock *k)
{
    struct road r = {k, k, -1, 0};
    if (k->domain != AF_SP_RAW)
        return EINVAL;
    run (&r);
    return r.error;
}

static int run_device (struct sock *a, struct sock *b)
{
    if (a->domain != AF_SP_RAW || b->domain != AF_SP_RAW || a->protocol / 16 != b->protocol / 16)
        return EINVAL;
    int there = can_recv (a) && can_send (b), back = can_recv (b) && can_send (a);
    int same = a->protocol == b->protocol && !(can_recv (a) && can_send (a));
    if (same || (!there && !back))
        return EINVAL;
    if (a != b && there && back)
        return run_both (a, b);
    struct road r = {there ? a : b, there ? b : a, -1, 0};
    run (&r);
    return r.error;
}

int nn_device (int s1, int s2)
{
    if (s1 < 0 && s2 < 0)
        return fail (EBADF);
    int alone = s1 < 0 || s2 < 0, rc;
    struct sock *a = hold (s1 < 0 ? s2 : s1);
    if (!a)
        return -1;
    struct sock *b = alone ? NULL : hold (s2);
    if (!alone && !b) {
        put (a);
        return fail (EBADF);
    }
    rc = alone ? run_loop (a) : run_device (a, b);
    if (b)
        put (b);
    put (a);
    return fail (rc);
}

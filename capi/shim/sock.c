#include "sock.h"

#include <nanomsg/pipeline.h>
#include <nanomsg/pubsub.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* Slots are made when their number is first given out, and never freed, so that
   a wrong number is found out without a lock. The number that was freed last is
   given out next, and 0 when all have been freed, as in nanomsg. */
static struct sock *slots[MOST_SOCKETS];
static int made;
static int given; /* numbers from here on have not been given out since all were free */
static int unused[MOST_SOCKETS];
static int nunused;
static int terminated;
static pthread_mutex_t table = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t left = PTHREAD_COND_INITIALIZER;

#define OPEN 0x80000000u

int fail (int error)
{
    errno = error;
    return -1;
}

int result (int rc)
{
    return rc < 0 ? fail (-rc) : rc;
}

struct sock *hold (int s)
{
    struct sock *k = NULL;
    if (s >= 0 && s < MOST_SOCKETS && !engine_lost ())
        k = __atomic_load_n (&slots[s], __ATOMIC_ACQUIRE);
    if (k) {
        if (__atomic_fetch_add (&k->users, 1, __ATOMIC_ACQUIRE) & OPEN)
            return k;
        put (k);
    }
    errno = EBADF;
    return NULL;
}

void put (struct sock *k)
{
    if (__atomic_sub_fetch (&k->users, 1, __ATOMIC_RELEASE) == 0) {
        pthread_mutex_lock (&table);
        pthread_cond_broadcast (&left);
        pthread_mutex_unlock (&table);
    }
}

int closing (const struct sock *k)
{
    return !(__atomic_load_n (&k->users, __ATOMIC_ACQUIRE) & OPEN);
}

int can_send (const struct sock *k)
{
    return k->protocol != NN_SUB && k->protocol != NN_PULL;
}

int can_recv (const struct sock *k)
{
    return k->protocol != NN_PUB && k->protocol != NN_PUSH;
}

/* A slot that nobody uses, with the lock; NULL if there is none. */
static struct sock *slot (void)
{
    if (nunused > 0)
        return slots[unused[--nunused]];
    if (given < made)
        return slots[given++];
    if (made == MOST_SOCKETS)
        return NULL;
    struct sock *k = calloc (1, sizeof *k);
    if (k) {
        k->number = made;
        __atomic_store_n (&slots[made++], k, __ATOMIC_RELEASE);
        given = made;
    }
    return k;
}

/* Takes a slot back, with the lock. */
static void free_slot (const struct sock *k)
{
    unused[nunused++] = k->number;
    if (nunused == given)
        nunused = given = 0;
}

static void close_fds (struct sock *k)
{
    for (int i = RCV; i <= SND; i++)
        if (k->fd[i] >= 0)
            close (k->fd[i]);
}

/* Makes the descriptors and the Go half's socket. */
static int begin (struct sock *k, int domain, int protocol)
{
    k->domain = domain;
    k->protocol = protocol;
    k->shown = 0;
    int want[2] = {can_recv (k), can_send (k)};
    k->fd[RCV] = k->fd[SND] = -1;
    for (int i = RCV; i <= SND; i++)
        if (want[i] && (k->fd[i] = eventfd (0, EFD_NONBLOCK | EFD_CLOEXEC)) < 0) {
            int error = errno;
            close_fds (k);
            return -error;
        }
    default_options (k);
    snprintf (k->name, sizeof k->name, "%d", k->number);
    const char *complain = getenv ("NN_PRINT_ERRORS");
    int rc = engine.sp_open (k->number, domain, protocol, k->fd[RCV], k->fd[SND], complain && *complain);
    if (rc < 0)
        close_fds (k);
    return rc;
}

int nn_socket (int domain, int protocol)
{
    if (__atomic_load_n (&terminated, __ATOMIC_ACQUIRE))
        return fail (ETERM);
    if (domain != AF_SP && domain != AF_SP_RAW)
        return fail (EAFNOSUPPORT);
    int rc = engine_load ();
    if (rc)
        return fail (rc);
    pthread_mutex_lock (&table);
    struct sock *k = terminated ? NULL : slot ();
    int ended = terminated;
    pthread_mutex_unlock (&table);
    if (!k)
        return fail (ended ? ETERM : EMFILE);
    rc = begin (k, domain, protocol);
    pthread_mutex_lock (&table);
    if (rc < 0)
        free_slot (k);
    else
        __atomic_fetch_or (&k->users, OPEN, __ATOMIC_RELEASE);
    pthread_mutex_unlock (&table);
    return rc < 0 ? fail (-rc) : k->number;
}

/* Ends a socket that is no longer open: everybody leaves, then it is closed. */
static void finish (struct sock *k)
{
    engine.sp_wake (k->number);
    pthread_mutex_lock (&table);
    while (__atomic_load_n (&k->users, __ATOMIC_ACQUIRE) > 0)
        pthread_cond_wait (&left, &table);
    pthread_mutex_unlock (&table);
    engine.sp_close (k->number);
    close_fds (k);
    pthread_mutex_lock (&table);
    free_slot (k);
    pthread_mutex_unlock (&table);
}

int nn_close (int s)
{
    struct sock *k = hold (s);
    if (!k)
        return -1;
    int first = (__atomic_fetch_and (&k->users, ~OPEN, __ATOMIC_ACQ_REL) & OPEN) != 0;
    put (k);
    if (!first)
        return fail (EBADF);
    finish (k);
    return 0;
}

void nn_term (void)
{
    if (engine_lost ())
        return; /* and the lock may be held by a thread that is not in this process */
    pthread_mutex_lock (&table);
    int used = made;
    if (used > 0)
        __atomic_store_n (&terminated, 1, __ATOMIC_RELEASE);
    pthread_mutex_unlock (&table);
    int error = errno;
    for (int s = 0; s < used; s++)
        nn_close (s);
    errno = error;
}

/* Undoes nn_term. nanomsg exports it, though no header names it. */
NN_EXPORT void nn_init (void);

void nn_init (void)
{
    __atomic_store_n (&terminated, 0, __ATOMIC_RELEASE);
}

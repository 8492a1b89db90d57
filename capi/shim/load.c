/* The Go half is loaded when the first socket is made. So a program may fork
   before, as daemons do, and one that never uses a socket has no Go runtime.
   What the runtime does to the process as it starts is undone here: signals,
   and the limit on descriptors. */
#define _GNU_SOURCE
#include "engine.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

struct engine engine;

static pthread_mutex_t loading = PTHREAD_MUTEX_INITIALIZER;
static int begun, loaded, lost;

static void forked (void)
{
    lost = begun;
    pthread_mutex_init (&loading, NULL);
}

int engine_lost (void)
{
    return lost;
}

#ifndef SP_ENGINE_FILE
#define SP_ENGINE_FILE "libnanomsg-engine.so"
#endif

/* The path of the Go half: beside this library. */
static int beside (char *path, size_t size)
{
    Dl_info self;
    if (!dladdr ((void *) &engine_load, &self) || !self.dli_fname)
        return ENOENT;
    const char *slash = strrchr (self.dli_fname, '/');
    int folder = slash ? (int) (slash - self.dli_fname) + 1 : 0;
    int n = snprintf (path, size, "%.*s%s", folder, self.dli_fname, SP_ENGINE_FILE);
    return n < 0 || (size_t) n >= size ? ENAMETOOLONG : 0;
}

static int find_functions (void *library)
{
#define X(result, name, args) \
    if (!(*(void **) &engine.name = dlsym (library, #name))) \
        return ENOSYS;
    SP_FUNCTIONS (X)
#undef X
    return 0;
}

static int open_library (void)
{
    char path[4096];
    int rc = beside (path, sizeof path);
    if (rc)
        return rc;
    void *library = dlopen (path, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        fprintf (stderr, "nanomsg: %s\n", dlerror ());
        return ENOENT;
    }
    rc = find_functions (library);
    if (!rc)
        engine.sp_ready (-1); /* returns when the runtime runs */
    return rc;
}

/* Threads of the runtime must not get the program's signals: they inherit that
   all are blocked. Its handlers are taken away again. */
static int open_quietly (void)
{
    static struct sigaction before[NSIG];
    struct rlimit files;
    int limited = !getrlimit (RLIMIT_NOFILE, &files);
    for (int sig = 1; sig < NSIG; sig++)
        sigaction (sig, NULL, &before[sig]);
    sigset_t all, mask;
    sigfillset (&all);
    pthread_sigmask (SIG_SETMASK, &all, &mask);
    int rc = open_library ();
    for (int sig = 1; sig < NSIG; sig++)
        if (sig != SIGKILL && sig != SIGSTOP)
            sigaction (sig, &before[sig], NULL);
    if (limited)
        setrlimit (RLIMIT_NOFILE, &files);
    pthread_sigmask (SIG_SETMASK, &mask, NULL);
    return rc;
}

int engine_load (void)
{
    int rc = 0;
    pthread_mutex_lock (&loading);
    if (lost)
        rc = ECHILD;
    else if (!loaded) {
        static int watched;
        if (!watched && !(rc = pthread_atfork (NULL, NULL, forked)))
            watched = 1;
        begun = !rc; /* from here on: another thread may fork while this one loads */
        loaded = begun && !(rc = open_quietly ());
        begun = loaded;
    }
    pthread_mutex_unlock (&loading);
    return rc;
}

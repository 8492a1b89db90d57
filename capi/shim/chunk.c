#include "chunk.h"
#include "sock.h"

#include <stdlib.h>
#include <string.h>

/* What lies before a message's bytes. As in nanomsg the last eight bytes are an
   offset and a mark, both big-endian. */
struct chunk {
    size_t size;
    size_t unused[2]; /* so that the bytes are aligned for anything */
    unsigned char offset[4];
    unsigned char mark[4];
};

static const unsigned char mark[4] = {0xde, 0xad, 0xca, 0xfe};

static struct chunk *chunk_of (const void *data)
{
    return (struct chunk *) data - 1;
}

void *chunk_alloc (size_t size)
{
    if (size > SIZE_MAX - sizeof (struct chunk))
        return NULL;
    struct chunk *c = malloc (sizeof *c + size);
    if (!c)
        return NULL;
    c->size = size;
    memset (c->offset, 0, sizeof c->offset);
    memcpy (c->mark, mark, sizeof mark);
    return c + 1;
}

int chunk_valid (const void *data)
{
    return data && !memcmp ((const unsigned char *) data - sizeof mark, mark, sizeof mark);
}

size_t chunk_size (const void *data)
{
    return chunk_of (data)->size;
}

void chunk_free (void *data)
{
    struct chunk *c = chunk_of (data);
    memset (c->mark, 0, sizeof c->mark); /* freeing it twice is an error */
    free (c);
}

void *nn_allocmsg (size_t size, int type)
{
    void *data = NULL;
    if (size > SIZE_MAX - sizeof (struct chunk))
        errno = ENOMEM;
    else if (type != 0)
        errno = EINVAL;
    else if (!(data = chunk_alloc (size)))
        errno = ENOMEM;
    return data;
}

void *nn_reallocmsg (void *msg, size_t size)
{
    if (!chunk_valid (msg)) {
        errno = EFAULT;
        return NULL;
    }
    struct chunk *c = chunk_of (msg);
    if (size <= c->size) {
        c->size = size;
        return msg;
    }
    void *grown = chunk_alloc (size);
    if (!grown) {
        errno = ENOMEM;
        return NULL;
    }
    memcpy (grown, msg, c->size);
    chunk_free (msg);
    return grown;
}

int nn_freemsg (void *msg)
{
    if (!chunk_valid (msg))
        return fail (EFAULT);
    chunk_free (msg);
    return 0;
}

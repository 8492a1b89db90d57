/* Messages in C memory, as nn_allocmsg gives them. */
#ifndef SP_CHUNK_H
#define SP_CHUNK_H

#include <stddef.h>

void *chunk_alloc (size_t size);
void chunk_free (void *data);
int chunk_valid (const void *data);
size_t chunk_size (const void *data);

#endif

/* Control data: the protocol's header and the type of a WebSocket message. */
#ifndef SP_CONTROL_H
#define SP_CONTROL_H

#include "engine.h"

#include <nanomsg/nn.h>

/* Finds in a message to be sent what its control data say. Returns 0 or an errno
   value. */
int read_control (const struct nn_msghdr *h, struct sp_message *m);

/* Writes what came with a message. Returns 0 or an errno value. */
int write_control (struct nn_msghdr *h, const struct sp_message *m);

#endif

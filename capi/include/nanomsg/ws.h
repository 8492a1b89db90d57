/* The transport ws://, WebSocket. */
#ifndef WS_H_INCLUDED
#define WS_H_INCLUDED

#include "nn.h"

#define NN_WS -4

/* The kind of the frames sent; as control data of a message, of its frame. */
#define NN_WS_MSG_TYPE 1

#define NN_WS_MSG_TYPE_TEXT 1
#define NN_WS_MSG_TYPE_BINARY 2

#endif

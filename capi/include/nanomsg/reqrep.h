/* Questions and answers. */
#ifndef REQREP_H_INCLUDED
#define REQREP_H_INCLUDED

#include "nn.h"

#define NN_PROTO_REQREP 3

#define NN_REQ (NN_PROTO_REQREP * 16 + 0)
#define NN_REP (NN_PROTO_REQREP * 16 + 1)

#define NN_REQ_RESEND_IVL 1

union nn_req_handle {
    int i;
    void *ptr;
};

#endif

#include <nanomsg/nn.h>
#include <string.h>

int nn_errno (void)
{
    return errno;
}

const char *nn_strerror (int errnum)
{
    switch (errnum) {
    case ETERM:
        return "Nanomsg library was terminated";
    case EFSM:
        return "Operation cannot be performed in this state";
    }
    return strerror (errnum);
}

/* The transport inproc://, within a process. */
#ifndef INPROC_H_INCLUDED
#define INPROC_H_INCLUDED

#define NN_INPROC -1

#endif

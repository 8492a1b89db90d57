/* The transport tcp://. */
#ifndef TCP_H_INCLUDED
#define TCP_H_INCLUDED

#define NN_TCP -3

#define NN_TCP_NODELAY 1

#endif

/* The transport ipc://, between processes of one machine. */
#ifndef IPC_H_INCLUDED
#define IPC_H_INCLUDED

#define NN_IPC -2

/* Windows only; elsewhere they are kept and do nothing. */
#define NN_IPC_SEC_ATTR 1
#define NN_IPC_OUTBUFSZ 2
#define NN_IPC_INBUFSZ 3

#endif

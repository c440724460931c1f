/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* UDP sockets without struct sockaddr. */
#ifndef MSNAV_SIP_SOCKET_H
#define MSNAV_SIP_SOCKET_H

#include "sipguard/guard.h"
#include <msnav/dialog.h>

/* Several datagrams, because asking whether there is one more costs as much
 * as reading it. */
#define MSNAV_SOCKET_BATCH 2

typedef struct msnav_batch {
  msnav_addr from[MSNAV_SOCKET_BATCH];
  size_t len[MSNAV_SOCKET_BATCH];
  /* one byte more than the guard takes: what is too long is seen to be */
  char data[MSNAV_SOCKET_BATCH][MSNAV_GUARD_MAX_IN + 1];
} msnav_batch;

/* The error of the system call that just failed, which is logged. */
msnav_error msnav_socket_error(const msnav_sip *sip, const char *what);

/* A bound socket; *bound is its address. */
msnav_error msnav_socket_open(const msnav_sip *sip, const msnav_addr *addr,
                              int *fd, msnav_addr *bound);
/* And its watch, when it has one. */
void msnav_socket_close(const msnav_loop *loop, int *fd, void **io);
bool msnav_socket_connect(int fd, const msnav_addr *addr);
/* The address at our end. */
bool msnav_socket_name(int fd, msnav_addr *addr);
/* How many came; fewer than MSNAV_SOCKET_BATCH: there are no more. */
int msnav_socket_receive(int fd, msnav_batch *batch);
/* to NULL: the socket is connected. */
bool msnav_socket_send(int fd, const msnav_addr *to, const char *data,
                       size_t len);
/* Throw away what is there. */
void msnav_socket_discard(int fd);

#endif

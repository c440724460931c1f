/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TCP connections put together: out of order, repeated, with holes. */
#ifndef DECODE_TCP_H
#define DECODE_TCP_H

#include "capture.h"

typedef struct tcp tcp;

/* One connection. */
typedef struct connection {
  msnav_addr end[2]; /* as first seen: the sender, the receiver */
  int client;        /* index of the end that opened it, -1: not seen */
  void *user;        /* of the consumer */
} connection;

/* Bytes that end[from] sent.  hole: as many are missing in front of them. */
typedef void (*tcp_data_fn)(connection *c, unsigned from, uint64_t time,
                            msnav_str bytes, uint32_t hole, void *arg);
/* The connection is over, or the capture. */
typedef void (*tcp_end_fn)(connection *c, void *arg);

tcp *tcp_new(tcp_data_fn data, tcp_end_fn end, void *arg);
void tcp_take(tcp *t, const packet *p);
/* Give out what waits behind holes, end all connections. */
void tcp_free(tcp *t);

#endif

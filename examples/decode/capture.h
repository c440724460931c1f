/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capture files as TCP segments and UDP datagrams. */
#ifndef DECODE_CAPTURE_H
#define DECODE_CAPTURE_H

#include "model.h"

typedef struct packet {
  uint64_t time;   /* microseconds since 1970 */
  uint64_t number; /* in the file, from 1 */
  msnav_addr from, to;
  bool tcp;
  bool syn, ack, fin, rst; /* of TCP */
  uint32_t sequence;       /* of TCP */
  const uint8_t *data;
  size_t len;
  size_t missing; /* bytes at its end that were not captured */
} packet;

typedef void (*packet_fn)(const packet *p, void *arg);

typedef enum capture_result {
  CAPTURE_READ,   /* read to its end, or to where it is damaged (noted) */
  CAPTURE_NONE,   /* no capture file: perhaps a text dump */
  CAPTURE_FAILED, /* cannot be opened; *why says so, freed by the caller */
} capture_result;

/* Hand every segment and datagram to fn, in the order of the file.  t gets
 * notes and counts; NULL on a second reading. */
capture_result
capture_read(const char *path, trail *t, packet_fn fn, void *arg, char **why);

/* One packet of a data link; used by capture_read(). */
typedef struct frame {
  const uint8_t *data;
  size_t len;     /* captured */
  size_t missing; /* not captured */
  uint64_t time, number;
  int link; /* of the capture file */
} frame;

typedef struct network network;
network *network_new(trail *t, packet_fn fn, void *arg);
void network_take(network *n, const frame *f);
void network_free(network *n);

#endif

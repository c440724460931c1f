/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Redundant audio (RFC 2198). */
#ifndef MSNAV_MEDIA_RED_H
#define MSNAV_MEDIA_RED_H

#include <msnav/base.h>

/* Most blocks that are read, the primary one included.  RTC writes two. */
#define MSNAV_RED_BLOCKS 5

typedef struct msnav_red_block {
  const uint8_t *data;
  uint16_t len;
  uint16_t offset; /* how much older than the packet, RTP clock; 0: primary */
  uint8_t payload_type;
} msnav_red_block;

typedef struct msnav_red {
  msnav_red_block
    blocks[MSNAV_RED_BLOCKS]; /* as written: the last is primary */
  size_t count;
} msnav_red;

/* Read a payload.  A header that names RED itself, type `red`, means the codec
 * of the primary block (protocol.md section 6).  MSNAV_ERR_PARSE when headers
 * or blocks reach beyond the payload, the primary block is empty or RED, or
 * there are too many. */
msnav_error msnav_red_parse(const uint8_t *payload, size_t len, uint8_t red,
                            msnav_red *out);

/* ---- sending */

#define MSNAV_RED_DISTANCE_MAX 3

/* Longest payload that is sent twice. */
#define MSNAV_RED_PAYLOAD_MAX 240

/* Bytes before the blocks. */
#define MSNAV_RED_HEADER 5

/* The last payloads that were sent. */
typedef struct msnav_red_history {
  uint32_t timestamp[MSNAV_RED_DISTANCE_MAX];
  uint16_t len[MSNAV_RED_DISTANCE_MAX]; /* 0: none */
  uint8_t payload_type[MSNAV_RED_DISTANCE_MAX];
  uint8_t newest;
  uint8_t data[MSNAV_RED_DISTANCE_MAX][MSNAV_RED_PAYLOAD_MAX];
} msnav_red_history;

void msnav_red_clear(msnav_red_history *h);
void msnav_red_remember(msnav_red_history *h, const msnav_red_block *sent,
                        uint32_t timestamp);

/* Write headers and the redundant block of a packet: the payload from
 * `distance` (1...3) packets ago.  The primary payload is to follow.  Returns
 * bytes written, 0 when there was none of the same codec, or one so old that
 * it cannot be said. */
size_t msnav_red_write(const msnav_red_history *h, unsigned distance,
                       uint8_t payload_type, uint32_t timestamp, uint8_t *out);

#endif

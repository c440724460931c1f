/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP packets (RFC 3550 section 5.1) and redundancy (RFC 2198) as bytes. */
#ifndef MSNAV_MEDIA_RTP_H
#define MSNAV_MEDIA_RTP_H

#include <msnav/base.h>

#define MSNAV_RTP_HEADER 12
#define MSNAV_RED_BLOCKS                                                       \
  5 /* most blocks of one packet, the primary included                         \
     */

typedef struct msnav_rtp {
  uint32_t timestamp, ssrc;
  uint16_t sequence;
  uint8_t payload_type;
  bool marker;
  const uint8_t *payload;
  size_t len; /* of the payload, without padding */
} msnav_rtp;

/* MSNAV_ERR_PARSE on anything that contradicts itself; *rtp is untouched
 * then. */
msnav_error msnav_rtp_read(const uint8_t *data, size_t len, msnav_rtp *rtp);

/* The 12 bytes of a header without contributing sources. */
void msnav_rtp_write(uint8_t *out, const msnav_rtp *rtp);

typedef struct msnav_red_block {
  uint32_t offset; /* timestamp units before the packet's; 0: the primary */
  uint8_t payload_type;
  const uint8_t *data;
  size_t len;
} msnav_red_block;

/* The blocks of a payload, redundant ones first, the primary last; how many,
 * or MSNAV_ERR_PARSE when the lengths lie. */
int msnav_red_read(const uint8_t *data, size_t len,
                   msnav_red_block blocks[MSNAV_RED_BLOCKS]);

static inline uint16_t msnav_be16(const uint8_t *p) {
  return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t msnav_be32(const uint8_t *p) {
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 |
         p[3];
}

static inline void msnav_put16(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static inline void msnav_put32(uint8_t *p, uint32_t v) {
  msnav_put16(p, v >> 16);
  msnav_put16(p + 2, v & 0xffff);
}

#endif

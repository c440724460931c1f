/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RTP header (RFC 3550 section 5.1): bounds first, then fields. */
#ifndef MSNAV_MEDIA_RTP_H
#define MSNAV_MEDIA_RTP_H

#include <msnav/base.h>

#define MSNAV_RTP_HEADER 12

typedef struct msnav_rtp {
  const uint8_t *payload; /* into the datagram */
  size_t len;             /* without padding */
  uint32_t timestamp;
  uint32_t ssrc;
  uint16_t sequence;
  uint8_t payload_type;
  bool marker;
} msnav_rtp;

/* Read a datagram.  MSNAV_ERR_PARSE when it is too short, not version 2, or
 * contributing sources, extension or padding reach beyond it; *out is
 * unchanged then.  An empty payload is allowed. */
msnav_error msnav_rtp_parse(const uint8_t *data, size_t len, msnav_rtp *out);

/* Whether a datagram is RTCP that came to the RTP port: its packet type lies
 * where RTP has marker and payload type, 64...95 of which are kept free for
 * that (RFC 5761 section 4). */
bool msnav_rtp_is_rtcp(const uint8_t *data, size_t len);

/* Write the 12 bytes of a header without extension; payload and len of rtp
 * are not used. */
void msnav_rtp_write(uint8_t out[MSNAV_RTP_HEADER], const msnav_rtp *rtp);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to an RTP packet, step by step. */
#ifndef MSNAV_MEDIA_PACKET_H
#define MSNAV_MEDIA_PACKET_H

#include "media/rtp.h"
#include "media/stream.h"

/* One packet on the long way. */
typedef struct msnav_packet {
  msnav_rtp rtp;
  msnav_red red;
  msnav_addr from;
  msnav_usec now;
  uint32_t clock_rate;
  uint32_t extended; /* sequence number */
  msnav_payload_kind kind;
  uint8_t slot; /* the decoder, of RED that of the primary block */
} msnav_packet;

/* Fill in kind and slot; look at the payload without changing anything but
 * the count of refusals. */
msnav_error msnav_packet_inspect(msnav_stream *s, msnav_packet *p);
msnav_payload_kind
msnav_packet_kind(const msnav_stream *s, unsigned type, uint8_t *slot);
bool msnav_packet_slot(const msnav_stream *s, unsigned type, uint8_t *slot);

/* Is it from whom we listen to, and where does it stand? */
msnav_error
msnav_packet_admit(msnav_stream *s, msnav_packet *p, msnav_trust trust);

/* Give it to whom it is for. */
msnav_error msnav_packet_deliver(msnav_stream *s, const msnav_packet *p);

#endif

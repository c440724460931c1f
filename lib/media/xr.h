/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extended reports (RFC 3611): the VoIP metrics block, number 7.  Blocks of
 * other types are passed over. */
#ifndef MSNAV_MEDIA_XR_H
#define MSNAV_MEDIA_XR_H

#include <msnav/base.h>

#define MSNAV_RTCP_XR 207

/* Header, SSRC of the reporter, and the block. */
#define MSNAV_XR_VOIP_LEN 44

/* "not available" in levels, echo loss, R and MOS */
#define MSNAV_XR_UNKNOWN 127

/* Section 4.7, in the units of the wire. */
typedef struct msnav_voip {
  uint16_t burst_ms;      /* mean length */
  uint16_t gap_ms;        /* likewise */
  uint16_t round_trip_ms; /* 0: not known */
  uint16_t end_system_ms; /* delay inside the reporter, both directions */
  uint16_t nominal_ms;    /* of the jitter buffer */
  uint16_t maximum_ms;    /* beyond which packets are discarded, now */
  uint16_t absolute_ms;   /* and ever */
  uint8_t loss;           /* packets of the network, 1/256 */
  uint8_t discard;        /* packets that came too early or late, 1/256 */
  uint8_t burst_density;  /* lost or discarded inside bursts, 1/256 */
  uint8_t gap_density;    /* likewise outside */
  int8_t signal;          /* dBm0 */
  int8_t noise;           /* dBm0 */
  uint8_t echo_loss;      /* dB */
  uint8_t gmin;
  uint8_t r;          /* 0...100 */
  uint8_t external_r; /* of another network, 0...100 */
  uint8_t mos_lq;     /* times 10 */
  uint8_t mos_cq;     /* likewise */
  uint8_t receiver;   /* RX config */
} msnav_voip;

/* Whether every block lies inside an XR packet of `len` bytes, and those of
 * type 7 have their one length. */
bool msnav_xr_is_inside(const uint8_t *packet, size_t len);

/* Read the metrics about an SSRC from a packet that is_inside; false when
 * there are none. */
bool msnav_xr_find_voip(const uint8_t *packet, size_t len, uint32_t ssrc,
                        msnav_voip *out);

/* Write a packet of MSNAV_XR_VOIP_LEN bytes from one SSRC about another. */
void msnav_xr_write_voip(const msnav_voip *v, uint32_t from, uint32_t about,
                         uint8_t out[MSNAV_XR_VOIP_LEN]);

#endif

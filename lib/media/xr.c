/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/xr.h"

#include "media/wire.h"

#define VERSION_2 0x80
#define PACKET_HEADER 8u /* with the reporter's SSRC */
#define BLOCK_HEADER 4u
#define VOIP 7
#define VOIP_WORDS 8 /* after the block's header */

static size_t block_length(const uint8_t *block) {
  return BLOCK_HEADER + 4 * (size_t)msnav_get16(block + 2);
}

bool msnav_xr_is_inside(const uint8_t *packet, size_t len) {
  if (len < PACKET_HEADER) {
    return false;
  }
  size_t at = PACKET_HEADER;
  while (at < len) {
    if (len - at < BLOCK_HEADER || len - at < block_length(packet + at)) {
      return false;
    }
    if (packet[at] == VOIP && msnav_get16(packet + at + 2) != VOIP_WORDS) {
      return false;
    }
    at += block_length(packet + at);
  }
  return true;
}

static void read_voip(const uint8_t *b, msnav_voip *out) {
  *out = (msnav_voip){
    .loss = b[8],
    .discard = b[9],
    .burst_density = b[10],
    .gap_density = b[11],
    .burst_ms = msnav_get16(b + 12),
    .gap_ms = msnav_get16(b + 14),
    .round_trip_ms = msnav_get16(b + 16),
    .end_system_ms = msnav_get16(b + 18),
    .signal = (int8_t)b[20],
    .noise = (int8_t)b[21],
    .echo_loss = b[22],
    .gmin = b[23],
    .r = b[24],
    .external_r = b[25],
    .mos_lq = b[26],
    .mos_cq = b[27],
    .receiver = b[28],
    .nominal_ms = msnav_get16(b + 30),
    .maximum_ms = msnav_get16(b + 32),
    .absolute_ms = msnav_get16(b + 34),
  };
}

bool msnav_xr_find_voip(const uint8_t *packet, size_t len, uint32_t ssrc,
                        msnav_voip *out) {
  for (size_t at = PACKET_HEADER; at < len; at += block_length(packet + at)) {
    const uint8_t *b = packet + at;
    if (b[0] == VOIP && msnav_get32(b + 4) == ssrc) {
      read_voip(b, out);
      return true;
    }
  }
  return false;
}

void msnav_xr_write_voip(const msnav_voip *v, uint32_t from, uint32_t about,
                         uint8_t out[MSNAV_XR_VOIP_LEN]) {
  uint8_t *b = out + PACKET_HEADER;
  out[0] = VERSION_2;
  out[1] = MSNAV_RTCP_XR;
  msnav_put16(out + 2, MSNAV_XR_VOIP_LEN / 4 - 1);
  msnav_put32(out + 4, from);
  b[0] = VOIP;
  b[1] = 0;
  msnav_put16(b + 2, VOIP_WORDS);
  msnav_put32(b + 4, about);
  b[8] = v->loss;
  b[9] = v->discard;
  b[10] = v->burst_density;
  b[11] = v->gap_density;
  msnav_put16(b + 12, v->burst_ms);
  msnav_put16(b + 14, v->gap_ms);
  msnav_put16(b + 16, v->round_trip_ms);
  msnav_put16(b + 18, v->end_system_ms);
  b[20] = (uint8_t)v->signal;
  b[21] = (uint8_t)v->noise;
  b[22] = v->echo_loss;
  b[23] = v->gmin;
  b[24] = v->r;
  b[25] = v->external_r;
  b[26] = v->mos_lq;
  b[27] = v->mos_cq;
  b[28] = v->receiver;
  b[29] = 0;
  msnav_put16(b + 30, v->nominal_ms);
  msnav_put16(b + 32, v->maximum_ms);
  msnav_put16(b + 34, v->absolute_ms);
}

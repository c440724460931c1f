/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What we tell the peer about what it sends: our statistics in the units of
 * RFC 3611 section 4.7. */
#include "media/stream.h"

/* dBm0 of 0 dBov (RFC 3389 section 3). */
#define OVERLOAD_DBM0 6

/* Section 4.7.6: enhanced concealment; a jitter buffer that adapts, and takes
 * longer to do so than can be said. */
#define RECEIVER (2u << 6 | 3u << 4 | 15u)

static uint8_t to_256th(uint64_t part, uint64_t whole) {
  uint32_t share = msnav_stream_share(part, whole, 256);
  return (uint8_t)(share < 255 ? share : 255);
}

static uint16_t to_ms(uint32_t us) {
  return (uint16_t)(us / 1000 < UINT16_MAX ? us / 1000 : UINT16_MAX);
}

static int8_t to_dbm0(uint32_t level) {
  return (int8_t)(level < MSNAV_XR_UNKNOWN ? OVERLOAD_DBM0 - (int)level
                                           : MSNAV_XR_UNKNOWN);
}

/* Of a MOS times 100. */
static uint8_t to_mos(uint32_t centi) {
  return (uint8_t)(centi > 0 ? (centi + 5) / 10 : MSNAV_XR_UNKNOWN);
}

void msnav_stream_voip(const msnav_stream *s, msnav_voip *v) {
  msnav_stream_stats t = {.size = sizeof(t)};
  (void)msnav_stream_get_stats(s, &t);
  uint16_t most = to_ms((uint32_t)s->u.playout.jitter.delay.max);
  bool heard = t.played_frames > 0;
  msnav_fates f;
  msnav_stream_fates(s, &f);
  const msnav_bursts *b = &f.bursts;
  *v = (msnav_voip){
    .loss = to_256th(f.unrecovered, f.expected),
    .discard = to_256th(f.discarded, f.expected),
    .burst_density = to_256th(b->crowded, b->span),
    .gap_density = to_256th(b->lost - b->crowded, f.between),
    .burst_ms = to_ms(t.burst_us),
    .gap_ms = to_ms(t.gap_us),
    .round_trip_ms = to_ms(t.round_trip_us),
    .end_system_ms = to_ms(t.end_system_us),
    .signal = to_dbm0(t.voice_level),
    .noise = to_dbm0(t.noise_level),
    .echo_loss = MSNAV_XR_UNKNOWN,
    .gmin = MSNAV_GMIN,
    .r = (uint8_t)(heard ? t.r_factor : MSNAV_XR_UNKNOWN),
    .external_r = MSNAV_XR_UNKNOWN,
    .mos_lq = to_mos(t.mos_listening_centi),
    .mos_cq = to_mos(t.mos_centi),
    .receiver = RECEIVER,
    .nominal_ms = to_ms(t.target_us),
    .maximum_ms = most,
    .absolute_ms = most,
  };
}

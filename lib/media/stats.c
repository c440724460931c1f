/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One struct with everything that was counted. */
#include "media/stream.h"
#include <string.h>

#define MOUTH_TO_EAR 40 /* ms besides buffer and network: framing, devices */

static uint32_t units_to_us(const msnav_receiver *r, uint32_t units) {
  return r->clock_q32 != 0 ? (uint32_t)(((uint64_t)units << 32) / r->clock_q32)
                           : 0;
}

static void receiving(const msnav_stream *s, msnav_stream_stats *o) {
  const msnav_receiver *r = &s->receiver;
  o->received_packets = r->received;
  o->received_bytes = s->received_bytes;
  o->received_rtcp = s->reports.received;
  o->lost_packets = msnav_receiver_lost(r);
  o->reordered_packets = s->reordered;
  o->duplicate_packets = s->refused.duplicate;
  o->jitter_us = units_to_us(r, r->jitter_q4 >> 4);
  o->refused_malformed = s->refused.malformed;
  o->refused_source = s->refused.source;
  o->refused_ssrc = s->refused.ssrc;
  o->refused_format = s->refused.format;
  o->refused_payload = s->refused.payload;
  o->refused_rtcp = s->refused.rtcp;
  o->refused_rate = s->refused.rate;
  o->late_packets = s->refused.late;
  o->last_received = s->last_received;
  o->remote_ssrc = r->known ? r->ssrc : 0;
  o->receive_payload_type = s->receive_type;
  int64_t expected = o->lost_packets + (int64_t)o->received_packets;
  if (expected > 0 && o->lost_packets > 0) {
    o->loss_permille = (uint32_t)(o->lost_packets * 1000 / expected);
  }
  if (r->losses > 0) {
    o->burst_permille =
      (uint32_t)((uint64_t)r->burst_losses * 1000 / r->losses);
  }
}

static void playing(const msnav_stream *s, msnav_stream_stats *o) {
  msnav_playout_stats p;
  msnav_playout_get_stats(&s->u.playout, &p);
  o->discarded_frames = p.discarded;
  o->played_frames = p.played;
  o->concealed_frames = p.concealed;
  o->recovered_frames = p.recovered;
  o->underruns = p.underruns;
  o->resyncs += p.resyncs;
  o->concealed_us = p.concealed_us;
  o->inserted_us = p.inserted_us;
  o->removed_us = p.removed_us;
  o->delay_us = p.delay_us;
  o->target_us = p.target_us;
}

static void judge(msnav_stream_stats *o) {
  int64_t expected = o->lost_packets + (int64_t)o->received_packets;
  int64_t missing =
    o->lost_packets - (int64_t)o->recovered_frames + (int64_t)o->late_packets;
  if (o->received_packets == 0) {
    return; /* nobody has heard anything yet */
  }
  double loss = expected > 0 && missing > 0
                  ? 100.0 * (double)missing / (double)expected
                  : 0;
  double delay = o->delay_us / 1e3 + o->round_trip_us / 2e3 + MOUTH_TO_EAR;
  double r = msnav_quality_r(delay, loss);
  o->r_factor = (uint32_t)(r + 0.5);
  o->mos_centi = (uint32_t)(100 * msnav_quality_mos(r) + 0.5);
}

msnav_error
msnav_stream_get_stats(const msnav_stream *s, msnav_stream_stats *stats) {
  if (s == NULL || stats == NULL || stats->size < sizeof(stats->size)) {
    return MSNAV_ERR_INVALID;
  }
  const stream_sender *out = &s->sender;
  const stream_reports *r = &s->reports;
  msnav_stream_stats o = {
    .size = stats->size,
    .sent_packets = out->packets,
    .sent_bytes = out->bytes,
    .sent_rtcp = out->rtcp_packets,
    .resyncs = s->resyncs,
    .ssrc_changes = s->ssrc_changes,
    .events_lost = s->events_lost,
    .round_trip_us = r->round_trip,
    .remote_loss_permille = (uint32_t)r->fraction * 1000 / 256,
    .remote_lost_packets = r->lost,
    .remote_jitter_us = units_to_us(&s->receiver, r->jitter),
    .sent_level = out->level,
    .received_level = s->received_level,
  };
  receiving(s, &o);
  if (s->kind == MSNAV_STREAM_AUDIO) {
    playing(s, &o);
    judge(&o);
  }
  size_t n = stats->size < sizeof(o) ? stats->size : sizeof(o);
  memcpy(stats, &o, n);
  return MSNAV_OK;
}

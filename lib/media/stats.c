/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that was counted, in one struct. */
#include "media/stream.h"

#include "media/quality.h"

#include <string.h>

/* The smallest struct that holds anything. */
#define STATS_LEAST (sizeof(size_t) + sizeof(uint64_t))

static uint32_t ratio(uint64_t part, uint64_t whole, uint32_t scale) {
  return whole > 0 ? (uint32_t)(part * scale / whole) : 0;
}

static void get_sent(const msnav_stream *s, msnav_stream_stats *t) {
  t->sent_packets = s->tx.packets;
  t->sent_bytes = s->tx.bytes;
  t->sent_rtcp = s->reports.sent;
  t->sent_redundant = s->tx.redundant;
  t->sent_level = s->tx.level;
}

static void get_received(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_sequence *q = &s->rx.sequence;
  uint64_t expected = s->before.expected;
  expected += q->unique > 0 ? msnav_sequence_expected(q) : 0;
  t->received_packets = s->before.packets + q->unique;
  t->received_bytes = s->rx.bytes;
  t->received_rtcp = s->reports.received;
  t->lost_packets = (int64_t)(expected - t->received_packets);
  t->reordered_packets = s->before.reordered + q->reordered;
  t->duplicate_packets = s->before.repeated + q->repeated;
  t->jitter_us = s->rx.arrival.jitter_q4 >> 4;
  uint64_t lost = t->lost_packets > 0 ? (uint64_t)t->lost_packets : 0;
  t->loss_permille = ratio(lost, expected, 1000);
  msnav_bursts b = msnav_bursts_sum(&s->rx.bursts);
  t->burst_permille = ratio(b.crowded, b.lost, 1000);
  t->remote_ssrc = s->rx.ssrc;
  t->receive_payload_type = s->rx.payload_type;
  t->last_received = s->rx.arrival.arrival > s->reports.last
                       ? s->rx.arrival.arrival
                       : s->reports.last;
}

static void get_refused(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_refused *r = &s->refused;
  t->refused_malformed = r->malformed;
  t->refused_source = r->source;
  t->refused_ssrc = r->ssrc;
  t->refused_sequence = r->sequence;
  t->refused_format = r->format;
  t->refused_payload = r->payload;
  t->refused_srtp = r->srtp;
  t->refused_rtcp = r->rtcp;
  t->refused_rate = r->rate;
}

static void get_reports(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_reports *r = &s->reports;
  t->round_trip_us = r->round_trip_us;
  t->remote_loss_permille = ratio(r->remote_fraction, 256, 1000);
  t->remote_lost_packets = r->remote_lost;
  t->remote_jitter_us = ratio(r->remote_jitter, s->tx.clock_rate, 1000000);
}

/* From mouth to ear: half the way there and back, the jitter buffer and a
 * packet's worth of sound. */
static void get_quality(const msnav_stream *s, const msnav_playout_stats *p,
                        msnav_stream_stats *t) {
  const msnav_audio_codec *codec = s->decoders[s->u.playout.decoder].codec;
  uint32_t packet_us = s->u.playout.jitter.play_us;
  msnav_quality q = {
    .codec = codec != NULL ? codec->name : NULL,
    .delay_us = t->round_trip_us / 2 + p->delay_us + packet_us,
    .loss_permyriad =
      ratio(p->concealed, (uint64_t)p->played + p->concealed, 10000),
  };
  double r = msnav_quality_r(&q);
  t->r_factor = (uint32_t)(r + 0.5);
  t->mos_centi = (uint32_t)(msnav_quality_mos(r) * 100 + 0.5);
}

static void get_playout(const msnav_stream *s, msnav_stream_stats *t) {
  msnav_playout_stats p;
  msnav_playout_get_stats(&s->u.playout, &p);
  t->late_packets = p.late - s->needless;
  t->discarded_frames = p.discarded;
  t->played_frames = p.played;
  t->concealed_frames = p.concealed;
  t->recovered_frames = (uint64_t)p.recovered + s->recovered;
  t->underruns = p.underruns;
  t->resyncs = (uint64_t)(p.resyncs - s->cuts) + s->jumps;
  t->concealed_us = p.concealed_us;
  t->inserted_us = p.inserted_us;
  t->removed_us = p.removed_us;
  t->delay_us = p.delay_us;
  t->target_us = p.target_us;
  t->received_level = s->level;
  if (p.played > 0) {
    get_quality(s, &p, t);
  }
}

msnav_error
msnav_stream_get_stats(const msnav_stream *s, msnav_stream_stats *stats) {
  if (s == NULL || stats == NULL || stats->size < STATS_LEAST) {
    return MSNAV_ERR_INVALID;
  }
  size_t size = stats->size;
  msnav_stream_stats t = {.size = size};
  get_sent(s, &t);
  get_received(s, &t);
  get_refused(s, &t);
  get_reports(s, &t);
  t.ssrc_changes = s->ssrc_changes;
  t.events_lost = s->events_lost;
  if (s->kind == MSNAV_STREAM_AUDIO) {
    get_playout(s, &t);
  }
  memcpy(stats, &t, size < sizeof(t) ? size : sizeof(t));
  return MSNAV_OK;
}

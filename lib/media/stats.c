/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that was counted, in one struct. */
#include "media/stream.h"

#include "base/sized.h"

#include "media/level.h"
#include "media/quality.h"

/* The smallest struct that holds anything. */
#define STATS_LEAST (sizeof(size_t) + sizeof(uint64_t))

/* A packet, as long as nothing is known. */
#define PACKET_US 20000

static uint32_t share(uint64_t part, uint64_t whole) {
  return msnav_stream_share(part, whole, 1000);
}

/* Of a share of the wire. */
static uint32_t of_256(uint8_t part) {
  return share(part, 256);
}

static void get_sent(const msnav_stream *s, msnav_stream_stats *t) {
  t->sent_packets = s->tx.packets;
  t->sent_bytes = s->tx.bytes;
  t->sent_rtcp = s->reports.sent;
  t->sent_redundant = s->tx.redundant;
  t->sent_level = s->tx.level;
  t->local_ssrc = s->tx.ssrc;
  t->collisions = s->own.changes;
  if (s->pause != NULL) {
    t->suppressed_frames = s->pause->suppressed - s->pause->descriptions;
    t->sent_noise = s->pause->descriptions;
  }
}

static uint32_t packet_us(const msnav_stream *s) {
  uint32_t us = s->kind == MSNAV_STREAM_AUDIO ? s->u.playout.jitter.play_us : 0;
  return us != 0 ? us : PACKET_US;
}

/* Mean length of pieces that so many packets are in. */
static uint32_t
mean_us(const msnav_stream *s, uint64_t packets, uint32_t pieces) {
  uint64_t us = pieces > 0 ? packets * packet_us(s) / pieces : 0;
  return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

static void
get_fates(const msnav_stream *s, const msnav_fates *f, msnav_stream_stats *t) {
  const msnav_bursts *b = &f->bursts;
  t->received_packets = f->received;
  t->lost_packets = f->lost;
  uint64_t lost = f->lost > 0 ? (uint64_t)f->lost : 0;
  t->loss_permille = share(lost, f->expected);
  t->unrecovered_permille = share(f->unrecovered, f->expected);
  t->discard_permille = share(f->discarded, f->expected);
  t->burst_permille = share(b->crowded, b->lost);
  t->burst_loss_permille = share(b->crowded, b->span);
  t->gap_loss_permille = share(b->lost - b->crowded, f->between);
  t->burst_us = mean_us(s, b->span, b->count);
  t->gap_us = mean_us(s, f->between, b->count + 1);
}

static void get_received(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_sequence *q = &s->rx.sequence;
  t->received_bytes = s->rx.bytes;
  t->received_rtcp = s->reports.received;
  t->reordered_packets = (uint64_t)s->before.reordered + q->reordered;
  t->duplicate_packets = (uint64_t)s->before.repeated + q->repeated;
  t->jitter_us = s->rx.arrival.jitter_q4 >> 4;
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
  t->refused_looped = s->own.looped;
}

static void get_reports(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_reports *r = &s->reports;
  t->round_trip_us = r->round_trip_us;
  t->remote_loss_permille = of_256(r->remote_fraction);
  t->remote_lost_packets = r->remote_lost;
  uint64_t jitter = (uint64_t)r->remote_jitter * 1000000 / s->tx.clock_rate;
  t->remote_jitter_us = jitter < UINT32_MAX ? (uint32_t)jitter : UINT32_MAX;
}

/* R and ten times MOS; section 4.7.5 has other values ignored. */
static uint32_t known_r(uint8_t r) {
  return r <= 100 ? r : 0;
}

static uint32_t known_mos(uint8_t mos) {
  return mos >= 10 && mos <= 50 ? mos * 10u : 0;
}

static void get_metrics(const msnav_stream *s, msnav_stream_stats *t) {
  const msnav_voip *v = &s->reports.remote;
  t->remote_metrics = s->reports.metrics;
  t->remote_r_factor = known_r(v->r);
  t->remote_mos_centi = known_mos(v->mos_cq);
  t->remote_mos_listening_centi = known_mos(v->mos_lq);
  t->remote_unrecovered_permille = of_256(v->loss);
  t->remote_discard_permille = of_256(v->discard);
  t->remote_burst_loss_permille = of_256(v->burst_density);
  t->remote_gap_loss_permille = of_256(v->gap_density);
  t->remote_burst_us = v->burst_ms * 1000u;
  t->remote_gap_us = v->gap_ms * 1000u;
  t->remote_round_trip_us = v->round_trip_ms * 1000u;
  t->remote_end_system_us = v->end_system_ms * 1000u;
  t->remote_buffer_us = v->nominal_ms * 1000u;
  t->remote_buffer_max_us = v->maximum_ms * 1000u;
  t->remote_buffer_limit_us = v->absolute_ms * 1000u;
}

/* Of what should have been heard, 1/10,000: what was made up, which is not
 * only for packets that never came, or what is missing, which is silence when
 * it goes on for longer than anything is made up.  Where the peer paused there
 * was nothing to hear. */
static uint32_t heard_loss(const msnav_fates *f, const msnav_playout_stats *p) {
  uint32_t concealed = p->concealed - p->excused;
  uint32_t made =
    msnav_stream_share(concealed, (uint64_t)p->played + concealed, 10000);
  uint32_t missing =
    msnav_stream_share(f->unrecovered + f->discarded, f->expected, 10000);
  return made > missing ? made : missing;
}

/* BurstR of G.107; random loss comes in runs of 1 / (1 - loss) packets. */
static double burst_ratio(const msnav_fates *f) {
  double lost = f->bursts.lost, expected = (double)f->expected;
  return f->bursts.runs > 0 && lost < expected
           ? lost / f->bursts.runs * (1 - lost / expected)
           : 1;
}

/* From mouth to ear: half the way there and back, the jitter buffer and a
 * packet's worth of sound. */
static void get_quality(const msnav_stream *s, const msnav_fates *f,
                        const msnav_playout_stats *p, msnav_stream_stats *t) {
  const msnav_audio_codec *codec = s->decoders[s->u.playout.decoder].codec;
  msnav_quality q = {
    .codec = codec != NULL ? codec->name : NULL,
    .delay_us = t->round_trip_us / 2 + p->delay_us + packet_us(s),
    .loss_permyriad = heard_loss(f, p),
    .burst_ratio = burst_ratio(f),
  };
  double r = msnav_quality_r(&q);
  t->r_factor = (uint32_t)(r + 0.5);
  t->mos_centi = (uint32_t)(msnav_quality_mos(r) * 100 + 0.5);
  q.delay_us = 0;
  t->mos_listening_centi =
    (uint32_t)(msnav_quality_mos(msnav_quality_r(&q)) * 100 + 0.5);
}

static uint32_t level_of(uint16_t average) {
  return average != 0 ? (average + 128u) >> 8 : MSNAV_LEVEL_SILENCE;
}

static void get_playout(const msnav_stream *s, const msnav_fates *f,
                        msnav_stream_stats *t) {
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
  t->voice_level = level_of(s->voice);
  t->noise_level = level_of(s->quiet);
  t->end_system_us = s->tx.frame_us + p.delay_us;
  if (p.played > 0) {
    get_quality(s, f, &p, t);
  }
}

msnav_error
msnav_stream_get_stats(const msnav_stream *s, msnav_stream_stats *stats) {
  if (s == NULL || !msnav_sized_ok(stats, STATS_LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_stream_stats t = {.size = sizeof(t)};
  get_sent(s, &t);
  msnav_fates fates;
  msnav_stream_fates(s, &fates);
  get_fates(s, &fates, &t);
  get_received(s, &t);
  get_refused(s, &t);
  get_reports(s, &t);
  get_metrics(s, &t);
  t.ssrc_changes = s->ssrc_changes;
  t.events_lost = s->events_lost;
  if (s->kind == MSNAV_STREAM_AUDIO) {
    get_playout(s, &fates, &t);
  }
  msnav_sized_give(stats, &t, sizeof(t));
  return MSNAV_OK;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What became of the packets that the peer sent. */
#include "media/stream.h"

/* Neither came nor was brought back, by redundant blocks or by the codec;
 * what came too late is missing for bursts, too. */
static uint64_t unrecovered(const msnav_fates *f, uint64_t late, uint64_t fec) {
  uint64_t lost = f->lost > 0 ? (uint64_t)f->lost : 0;
  uint64_t missing = f->bursts.lost > late ? f->bursts.lost - late : 0;
  missing = missing < lost ? missing : lost;
  return missing > fec ? missing - fec : 0;
}

void msnav_stream_fates(const msnav_stream *s, msnav_fates *f) {
  const msnav_sequence *q = &s->rx.sequence;
  const msnav_jitter *j = &s->u.playout.jitter;
  bool sound = s->kind == MSNAV_STREAM_AUDIO;
  uint64_t late = sound ? (uint64_t)j->late - s->needless : 0;
  f->expected = (uint64_t)s->before.expected +
                (q->unique > 0 ? msnav_sequence_expected(q) : 0);
  f->received = (uint64_t)s->before.packets + q->unique;
  f->lost = (int64_t)(f->expected - f->received);
  f->bursts = msnav_bursts_sum(&s->rx.bursts);
  f->between = f->expected > f->bursts.span ? f->expected - f->bursts.span : 0;
  f->unrecovered = unrecovered(f, late, sound ? s->u.playout.recovered : 0);
  f->discarded = late + (sound ? j->discarded : 0);
}

uint32_t msnav_stream_share(uint64_t part, uint64_t whole, uint32_t scale) {
  if (whole == 0) {
    return 0;
  }
  return part < whole ? (uint32_t)(part * scale / whole) : scale;
}

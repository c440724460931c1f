/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a packet is from, and where it belongs: the only place where trust is
 * given. */
#include "media/packet.h"

#include <string.h>

/* An SSRC is alive if it was heard so lately: another one has to wait. */
#define ALIVE_US 60000

/* ---- totals and cuts */

void msnav_stream_fold(msnav_stream *s) {
  msnav_sequence *q = &s->rx.sequence;
  if (q->unique == 0) {
    return;
  }
  s->before.packets += q->unique;
  s->before.expected += msnav_sequence_expected(q);
  s->before.repeated += q->repeated;
  s->before.reordered += q->reordered;
  memset(q, 0, sizeof(*q));
}

void msnav_stream_cut(msnav_stream *s) {
  msnav_dtmf_news news;
  msnav_dtmf_expire(&s->event, MSNAV_NEVER, &news);
  msnav_stream_tell_dtmf(s, &news);
  s->event.known = false;
  if (s->kind == MSNAV_STREAM_AUDIO) {
    msnav_playout_resync(&s->u.playout);
    s->resyncs++;
    s->cuts++;
  }
}

/* ---- whom it is from */

/* Listen to this SSRC; its count starts with this packet unless it goes on
 * with what was heard before. */
static void listen_to(msnav_stream *s, uint32_t ssrc) {
  msnav_receiver *r = &s->rx;
  bool first = r->sequence.unique == 0 && s->before.packets == 0;
  bool same = !first && r->ssrc == ssrc;
  if (!same) {
    r->fresh = true;
    s->reports.sr_mid = 0;
    s->reports.timer.members = 2;
  }
  if (!first && !same) {
    s->ssrc_changes++;
    msnav_stream_tell(s, MSNAV_STREAM_SSRC_CHANGED, ssrc, 0);
  }
  r->ssrc = ssrc;
  r->known = true;
  r->firm = false;
  r->left = false;
}

/* The source has passed its probation. */
static void believe(msnav_stream *s, const msnav_packet *p) {
  msnav_receiver *r = &s->rx;
  if (!r->known || r->ssrc != p->rtp.ssrc) {
    listen_to(s, p->rtp.ssrc);
  }
  r->firm = true;
  if (msnav_source_lock(&s->source, &p->from)) {
    msnav_stream_tell(s, MSNAV_STREAM_LOCKED, 0, 0);
  }
}

static bool is_alive(const msnav_stream *s, msnav_usec now) {
  return now - s->rx.arrival.arrival < ALIVE_US ||
         now - s->event.last < ALIVE_US;
}

/* Sound from where the peer said it would come from is heard at once, so that
 * nothing of it is lost, but on probation (RFC 3550 A.1) all the same: another
 * SSRC can take its place until a second packet has confirmed it. */
static bool
is_believed(msnav_stream *s, const msnav_packet *p, msnav_trust trust) {
  msnav_receiver *r = &s->rx;
  bool same = r->known && r->ssrc == p->rtp.ssrc;
  if (same && r->firm && trust == MSNAV_TRUST_FULL) {
    return true;
  }
  msnav_trial_packet t = {
    .from = p->from,
    .ssrc = p->rtp.ssrc,
    .sequence = p->rtp.sequence,
    .preferred = msnav_addr_equal(&p->from, &s->source.signalled),
  };
  bool replaces = r->known && r->firm && !r->left;
  if (replaces && is_alive(s, p->now)) {
    s->trial.run = 0;
    return false;
  }
  bool announced = trust == MSNAV_TRUST_FULL || t.preferred;
  unsigned needed =
    announced && !replaces ? MSNAV_TRIAL_PACKETS : MSNAV_TRIAL_PACKETS_STRICT;
  if (msnav_trial_take(&s->trial, &t, needed, p->now)) {
    believe(s, p);
    return true;
  }
  if (announced && !r->known) {
    listen_to(s, p->rtp.ssrc);
    return true;
  }
  return announced && same;
}

/* ---- where it belongs */

static void count_from_here(msnav_stream *s, const msnav_packet *p) {
  msnav_stream_fold(s);
  msnav_sequence_start(&s->rx.sequence, p->rtp.sequence);
  msnav_bursts_cut(&s->rx.bursts);
  msnav_interarrival_start(&s->rx.arrival, p->clock_rate, p->rtp.timestamp,
                           p->now);
  s->rx.clock_rate = p->clock_rate;
}

static void count_arrival(msnav_stream *s, const msnav_packet *p) {
  msnav_receiver *r = &s->rx;
  if (p->kind == MSNAV_PAYLOAD_EVENT) {
    return; /* its timestamp stands still */
  }
  if (p->clock_rate != r->clock_rate) {
    r->clock_rate = p->clock_rate;
    msnav_interarrival_start(&r->arrival, p->clock_rate, p->rtp.timestamp,
                             p->now);
    return;
  }
  msnav_interarrival_take(&r->arrival, p->rtp.timestamp, p->now);
}

static msnav_error place(msnav_stream *s, msnav_packet *p) {
  msnav_receiver *r = &s->rx;
  if (r->fresh) {
    r->fresh = false;
    count_from_here(s, p);
    p->extended = r->sequence.highest;
    if (s->before.packets > 0) {
      msnav_stream_cut(s);
    }
    return MSNAV_OK;
  }
  msnav_order order =
    msnav_sequence_look(&r->sequence, p->rtp.sequence, &p->extended);
  switch (order) {
  case MSNAV_ORDER_JUMP:
    msnav_sequence_take(&r->sequence, p->rtp.sequence, order, 0);
    s->refused.sequence++;
    return MSNAV_ERR_SOURCE;
  case MSNAV_ORDER_REPEATED:
    msnav_sequence_take(&r->sequence, p->rtp.sequence, order, p->extended);
    return MSNAV_ERR_DUPLICATE;
  case MSNAV_ORDER_RESTART:
    count_from_here(s, p);
    msnav_stream_cut(s);
    s->jumps++;
    msnav_stream_tell(s, MSNAV_STREAM_RESYNC, 0, 0);
    return MSNAV_OK;
  case MSNAV_ORDER_NEXT:
    msnav_bursts_note(&r->bursts, r->sequence.highest + 1,
                      p->extended - r->sequence.highest - 1);
    msnav_sequence_take(&r->sequence, p->rtp.sequence, order, p->extended);
    count_arrival(s, p);
    return MSNAV_OK;
  case MSNAV_ORDER_OLD:
    msnav_sequence_take(&r->sequence, p->rtp.sequence, order, p->extended);
    count_arrival(s, p);
    return MSNAV_OK;
  }
  return MSNAV_ERR_PARSE;
}

msnav_error
msnav_packet_admit(msnav_stream *s, msnav_packet *p, msnav_trust trust) {
  if (!is_believed(s, p, trust)) {
    s->refused.ssrc++;
    return MSNAV_ERR_SOURCE;
  }
  return place(s, p);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP in and out of a stream. */
#include "media/stream.h"

#include <string.h>

/* Twice what a peer may send at the shortest interval, with a reserve for
 * those that send SR, SDES and BYE one by one. */
#define TOKENS_MAX 16
#define TOKEN_US 250000

/* What can be a round trip. */
#define ROUND_TRIP_MAX_S 60

/* ---- in */

static bool is_within_rate(msnav_reports *r, msnav_usec now) {
  uint32_t time = (uint32_t)(now / TOKEN_US);
  uint32_t refill = r->received_any ? time - r->refilled : TOKENS_MAX;
  uint32_t tokens = r->tokens + (refill < TOKENS_MAX ? refill : TOKENS_MAX);
  r->received_any = true;
  r->refilled = time;
  r->tokens = (uint8_t)(tokens < TOKENS_MAX ? tokens : TOKENS_MAX);
  if (r->tokens == 0) {
    return false;
  }
  r->tokens--;
  return true;
}

/* Of a monotonic span, in 1/65536 s. */
static uint32_t to_ntp(msnav_usec us) {
  return (uint32_t)((us << 16) / 1000000);
}

/* RFC 3550 section 6.4.1: A - LSR - DLSR.  A is counted on from our last SR,
 * whose NTP time is known. */
static void
take_round_trip(msnav_reports *r, const msnav_report_block *b, msnav_usec now) {
  if (b->lsr == 0 || r->sent_mid == 0 || now < r->sent_at) {
    return;
  }
  uint32_t age = r->sent_mid - b->lsr; /* of the SR that is meant */
  int32_t trip = (int32_t)(to_ntp(now - r->sent_at) + age - b->dlsr);
  if (age > 300u << 16 || trip > ROUND_TRIP_MAX_S << 16) {
    return; /* no SR of ours */
  }
  trip = trip > 0 ? trip : 0;
  r->round_trip_us = (uint32_t)(((uint64_t)trip * 1000000) >> 16);
}

static void
take_report(msnav_stream *s, const msnav_rtcp_packet *p, msnav_usec now) {
  msnav_reports *r = &s->reports;
  if (p->type == MSNAV_RTCP_SR) {
    msnav_sender_info info;
    msnav_rtcp_sender_info(p, &info);
    r->sr_mid = (uint32_t)(info.ntp >> 16);
    r->sr_at = now;
  }
  msnav_report_block b;
  if (msnav_rtcp_find_block(p, s->tx.ssrc, &b)) {
    r->remote_fraction = b.fraction;
    r->remote_lost = b.lost;
    r->remote_jitter = b.jitter;
    take_round_trip(r, &b, now);
    msnav_stream_adapt(s);
  }
}

static void take_metrics(msnav_stream *s, const msnav_rtcp_packet *p) {
  msnav_reports *r = &s->reports;
  if (msnav_xr_find_voip(p->data, p->len, s->tx.ssrc, &r->remote)) {
    r->metrics++;
  }
}

static void
take_bye(msnav_stream *s, const msnav_rtcp_packet *p, msnav_usec now) {
  if (!s->rx.known || s->rx.left || !msnav_rtcp_bye_names(p, s->rx.ssrc)) {
    return;
  }
  s->rx.left = true;
  msnav_rtcp_timer_left(&s->reports.timer, now);
  msnav_stream_tell(s, MSNAV_STREAM_PEER_BYE, s->rx.ssrc, 0);
}

/* Whether the packet begins with the SSRC of who sent it; an SDES without
 * chunks and a BYE without sources are of nobody (sections 6.5 and 6.6). */
static bool has_sender(const msnav_rtcp_packet *p) {
  return p->type == MSNAV_RTCP_SR || p->type == MSNAV_RTCP_RR ||
         (p->type == MSNAV_RTCP_SDES && p->count > 0) ||
         p->type == MSNAV_RTCP_APP || p->type == MSNAV_RTCP_XR;
}

/* Whether the datagram speaks for this SSRC, or only says that it leaves. */
static bool
is_from(const uint8_t *data, size_t len, uint32_t ssrc, bool *leaves) {
  msnav_rtcp_packet p;
  bool speaks = false;
  *leaves = false;
  while (msnav_rtcp_next(&data, &len, &p)) {
    *leaves |= p.type == MSNAV_RTCP_BYE && msnav_rtcp_bye_names(&p, ssrc);
    speaks |= has_sender(&p) && msnav_rtcp_ssrc(&p) == ssrc;
  }
  return speaks;
}

/* Section 8.2; a BYE of ours that comes back is no reason to take another
 * SSRC. */
static bool is_loop(msnav_stream *s, const uint8_t *data, size_t len,
                    const msnav_addr *from, msnav_usec now) {
  bool leaves;
  if (is_from(data, len, s->tx.ssrc, &leaves) && !leaves) {
    return msnav_stream_is_loop(s, from, now);
  }
  s->own.looped += leaves;
  return leaves;
}

/* Whether the datagram speaks for the source that is heard; while none is,
 * for whoever is allowed to. */
static bool
is_from_peer(const msnav_stream *s, const uint8_t *data, size_t len) {
  msnav_rtcp_packet p;
  if (!s->rx.known) {
    return true;
  }
  while (msnav_rtcp_next(&data, &len, &p)) {
    bool foreign = p.type == MSNAV_RTCP_BYE
                     ? p.count > 0 && !msnav_rtcp_bye_names(&p, s->rx.ssrc)
                     : has_sender(&p) && msnav_rtcp_ssrc(&p) != s->rx.ssrc;
    if (foreign) {
      return false;
    }
  }
  return true;
}

/* Decrypt before the rate is looked at: what is not authentic must not use
 * up what the peer is allowed. */
static msnav_error check(msnav_stream *s, uint8_t *data, size_t *size,
                         const msnav_addr *from, msnav_usec now) {
  if (!msnav_source_check_rtcp(&s->source, from)) {
    s->refused.rtcp++;
    return MSNAV_ERR_SOURCE;
  }
  if (s->srtp != NULL &&
      (*size > MSNAV_STREAM_MTU ||
       msnav_srtp_unprotect_rtcp(s->srtp, data, size) != MSNAV_OK)) {
    s->refused.srtp++;
    return MSNAV_ERR_PARSE;
  }
  size_t len = *size;
  if (!is_within_rate(&s->reports, now)) {
    s->refused.rate++;
    return MSNAV_ERR_LIMIT;
  }
  if (len > MSNAV_STREAM_MTU || msnav_rtcp_check(data, len) != MSNAV_OK) {
    s->refused.rtcp++;
    return MSNAV_ERR_PARSE;
  }
  if (is_loop(s, data, len, from, now)) {
    return MSNAV_ERR_SOURCE;
  }
  if (!is_from_peer(s, data, len)) {
    s->refused.ssrc++;
    return MSNAV_ERR_SOURCE;
  }
  return MSNAV_OK;
}

msnav_error
msnav_stream_receive_rtcp(msnav_stream *s, uint8_t *data, size_t len,
                          const msnav_addr *from, msnav_usec now) {
  if (s == NULL || data == NULL || from == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = check(s, data, &len, from, now);
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_reports *r = &s->reports;
  r->received++;
  r->last = now;
  msnav_rtcp_timer_heard(&r->timer, len);
  bool leaves;
  if (s->rx.known && (is_from(data, len, s->rx.ssrc, &leaves) || leaves)) {
    msnav_source_lock_rtcp(&s->source, from);
  }
  msnav_rtcp_packet p;
  const uint8_t *at = data;
  while (msnav_rtcp_next(&at, &len, &p)) {
    if (p.type == MSNAV_RTCP_SR || p.type == MSNAV_RTCP_RR) {
      take_report(s, &p, now);
    } else if (p.type == MSNAV_RTCP_XR) {
      take_metrics(s, &p);
    } else if (p.type == MSNAV_RTCP_BYE) {
      take_bye(s, &p, now);
    }
  }
  return MSNAV_OK;
}

/* ---- out */

const msnav_addr *msnav_stream_remote_rtcp(const msnav_stream *s) {
  static const msnav_addr none = {0, 0};
  return s != NULL ? &s->source.rtcp : &none;
}

msnav_usec msnav_stream_rtcp_due(const msnav_stream *s) {
  if (s == NULL || s->source.rtcp.port == 0) {
    return MSNAV_NEVER;
  }
  return s->own.leaving ? 0 : s->reports.timer.next;
}

/* The RTP timestamp of this moment: it and the NTP timestamp name the same
 * instant. */
static uint32_t timestamp_at(const msnav_sender *t, msnav_usec now) {
  if (!t->started || now < t->last) {
    return t->timestamp;
  }
  uint32_t last = t->timestamp - t->step; /* of the frame sent at t->last */
  return last + (uint32_t)((now - t->last) * t->clock_rate / 1000000);
}

static void
write_block(msnav_stream *s, msnav_usec now, msnav_report_block *b) {
  msnav_receiver *r = &s->rx;
  msnav_reports *p = &s->reports;
  b->ssrc = r->ssrc;
  b->highest = r->sequence.highest;
  b->lost = msnav_sequence_cumulative(&r->sequence);
  b->fraction = msnav_sequence_fraction(&r->sequence);
  b->jitter =
    (uint32_t)((uint64_t)(r->arrival.jitter_q4 >> 4) * r->clock_rate / 1000000);
  b->lsr = p->sr_mid;
  b->dlsr = p->sr_mid != 0 ? to_ntp(now - p->sr_at) : 0;
}

/* Section 6.4: a sender is who sent since the last report but one. */
static bool is_sender(msnav_stream *s) {
  msnav_reports *r = &s->reports;
  uint32_t packets = (uint32_t)s->tx.packets;
  if (packets != r->packets_before) {
    r->packets_before = packets;
    r->silent = 0;
    return true;
  }
  r->silent = (uint8_t)(r->silent < 2 ? r->silent + 1 : 2);
  return r->silent < 2;
}

static size_t
write(msnav_stream *s, msnav_usec now, uint64_t ntp, bool bye, uint8_t *out) {
  msnav_reports *p = &s->reports;
  msnav_sequence *q = &s->rx.sequence;
  msnav_sender_info info = {
    .ntp = ntp,
    .timestamp = timestamp_at(&s->tx, now),
    .packets = (uint32_t)s->tx.packets - s->own.packets_before,
    .octets = (uint32_t)s->tx.bytes - s->own.bytes_before,
  };
  msnav_report_block block;
  msnav_voip voip;
  msnav_rtcp_report report = {
    .ssrc = s->tx.ssrc,
    .cname = p->cname,
    .cname_len = p->cname_len,
    .bye = bye,
  };
  if (is_sender(s)) {
    report.sender = &info;
    p->sent_mid = (uint32_t)(ntp >> 16);
    p->sent_at = now;
  }
  if (s->rx.known && q->unique + q->repeated != q->received_prior) {
    write_block(s, now, &block);
    report.block = &block;
    if (s->kind == MSNAV_STREAM_AUDIO && s->xr) {
      msnav_stream_voip(s, &voip);
      report.voip = &voip;
    }
  }
  size_t len = msnav_rtcp_write(&report, out);
  p->sent++;
  msnav_rtcp_timer_sent(&p->timer, len, now);
  return len;
}

static msnav_error seal(msnav_stream *s, uint8_t *out, size_t *len) {
  return s->srtp != NULL ? msnav_srtp_protect_rtcp(s->srtp, out, len)
                         : MSNAV_OK;
}

/* Section 6.3.5: who was silent for five intervals is no member any more. */
static void check_silence(msnav_stream *s, msnav_usec now) {
  msnav_usec heard = s->rx.arrival.arrival > s->reports.last
                       ? s->rx.arrival.arrival
                       : s->reports.last;
  msnav_rtcp_timer_check(&s->reports.timer, s->rx.left ? 0 : heard, now);
}

/* Our former SSRC leaves, with nothing to report any more: so few members say
 * BYE at once (section 6.3.7). */
static msnav_error write_leave(msnav_stream *s, uint8_t *out, size_t *len) {
  msnav_reports *p = &s->reports;
  const msnav_rtcp_report report = {
    .ssrc = s->own.former,
    .cname = p->cname,
    .cname_len = p->cname_len,
    .bye = true,
  };
  *len = msnav_rtcp_write(&report, out);
  p->sent++;
  s->own.leaving = false;
  msnav_error err = seal(s, out, len);
  if (s->srtp != NULL) {
    (void)msnav_srtp_forget(s->srtp, s->own.former);
  }
  return err;
}

msnav_error msnav_stream_write_rtcp(msnav_stream *s, msnav_usec now,
                                    uint64_t ntp, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (s->source.rtcp.port == 0) {
    return MSNAV_ERR_STATE;
  }
  if (s->own.leaving) {
    return write_leave(s, out, len);
  }
  check_silence(s, now);
  if (!msnav_rtcp_timer_expire(&s->reports.timer, now)) {
    return MSNAV_ERR_AGAIN;
  }
  *len = write(s, now, ntp, false, out);
  return seal(s, out, len);
}

msnav_error msnav_stream_write_bye(msnav_stream *s, msnav_usec now,
                                   uint64_t ntp, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  /* section 6.3.7: who never sent anything does not say BYE */
  if (s->source.rtcp.port == 0 ||
      (s->tx.packets == 0 && s->reports.sent == 0)) {
    return MSNAV_ERR_STATE;
  }
  *len = write(s, now, ntp, true, out);
  return seal(s, out, len);
}

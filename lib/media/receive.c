/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP that comes in.  Nearly every packet continues what the one before has
 * begun and takes the short way; everything else is looked at step by step,
 * and changes nothing before all steps are passed. */
#include "media/hot.h"
#include "media/packet.h"
#include "media/wire.h"

/* ---- the long way */

/* The next packet may be like this one, or like the one before that. */
static void expect_more(msnav_stream *s, const msnav_packet *p) {
  msnav_receiver *r = &s->rx;
  if (p->kind == MSNAV_PAYLOAD_SOUND || p->kind == MSNAV_PAYLOAD_VIDEO) {
    r->payload_type = p->rtp.payload_type;
    r->expect = 0x80000000u | (uint32_t)p->rtp.payload_type << 16;
    r->kind = (uint8_t)p->kind;
    r->slot = p->slot;
  }
  if (p->kind == MSNAV_PAYLOAD_RED) {
    r->payload_type = p->red.blocks[p->red.count - 1].payload_type;
  }
  r->expect = r->firm ? r->expect : MSNAV_EXPECT_NOTHING;
  r->from = p->from;
}

static msnav_error take(msnav_stream *s, msnav_packet *p, msnav_trust trust) {
  msnav_error err = msnav_packet_inspect(s, p);
  if (err != MSNAV_OK) {
    return err;
  }
  const msnav_audio_codec *codec = s->decoders[p->slot].codec;
  p->clock_rate = p->kind != MSNAV_PAYLOAD_EVENT && codec != NULL
                    ? codec->clock_rate
                    : s->rx.clock_rate;
  if (p->rtp.ssrc == s->tx.ssrc && msnav_stream_is_loop(s, &p->from, p->now)) {
    return MSNAV_ERR_SOURCE;
  }
  err = msnav_packet_admit(s, p, trust);
  if (err != MSNAV_OK) {
    return err;
  }
  s->rx.bytes += p->rtp.len;
  expect_more(s, p);
  err = msnav_packet_deliver(s, p);
  if (err != MSNAV_ERR_LATE) {
    msnav_bursts_forgive(&s->rx.bursts, p->extended);
  } else if (p->extended == s->rx.sequence.highest) {
    msnav_bursts_note(&s->rx.bursts, p->extended, 1);
  }
  return err;
}

/* Kept out of line, so that the short way needs no stack. */
static NOINLINE msnav_error receive_any(msnav_stream *s, uint8_t *data,
                                        size_t len, const msnav_addr *from,
                                        msnav_usec now) {
  if (data == NULL || from == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_packet p = {.from = *from, .now = now};
  uint8_t slot;
  msnav_trust trust = msnav_source_check(&s->source, from);
  if (trust == MSNAV_TRUST_NONE) {
    s->refused.source++;
    return MSNAV_ERR_SOURCE;
  }
  if (msnav_rtp_is_rtcp(data, len) &&
      msnav_packet_kind(s, data[1] & 0x7f, &slot) == MSNAV_PAYLOAD_UNKNOWN) {
    s->has_payload = false; /* the last one's datagram is gone */
    return msnav_stream_receive_rtcp(s, data, len, from, now);
  }
  if (!s->can_receive) {
    return MSNAV_ERR_STATE;
  }
  if (len > MSNAV_STREAM_MTU ||
      msnav_rtp_parse(data, len, &p.rtp) != MSNAV_OK) {
    s->refused.malformed++;
    return MSNAV_ERR_PARSE;
  }
  return take(s, &p, trust);
}

/* ---- the short way: the packet after the last one, nothing else */

static inline void count_next(msnav_receiver *r, uint32_t timestamp,
                              size_t payload, msnav_usec now) {
  msnav_sequence_advance(&r->sequence, 1);
  msnav_interarrival_take(&r->arrival, timestamp, now);
  r->bytes += payload;
}

static NOINLINE msnav_error next_sound(msnav_stream *s, const uint8_t *data,
                                       size_t len, msnav_usec now) {
  msnav_receiver *r = &s->rx;
  msnav_jitter_frame f = {
    .sequence = r->sequence.highest + 1,
    .timestamp = msnav_get32(data + 4),
    .data = data + MSNAV_RTP_HEADER,
    .len = (uint16_t)(len - MSNAV_RTP_HEADER),
    .decoder = r->slot,
    .marker = data[1] >> 7,
  };
  msnav_error err = msnav_playout_push(&s->u.playout, &f, now);
  if (err == MSNAV_ERR_PARSE || err == MSNAV_ERR_INVALID) {
    s->refused.payload++;
    return MSNAV_ERR_PARSE;
  }
  count_next(r, f.timestamp, len - MSNAV_RTP_HEADER, now);
  if (err == MSNAV_ERR_LATE) {
    msnav_bursts_note(&r->bursts, f.sequence, 1);
  }
  msnav_stream_tell_resyncs(s);
  return err == MSNAV_ERR_DUPLICATE ? MSNAV_OK : err;
}

/* Of the same payload type as the one before. */
static inline msnav_error
next_picture(msnav_stream *s, const uint8_t *data, size_t len, msnav_usec now) {
  msnav_receiver *r = &s->rx;
  uint32_t timestamp = msnav_get32(data + 4);
  msnav_payload *p = &s->u.payload;
  p->data = data + MSNAV_RTP_HEADER;
  p->len = len - MSNAV_RTP_HEADER;
  p->timestamp = timestamp;
  p->marker = (data[1] & 0x80) != 0;
  p->sequence = r->sequence.highest + 1;
  s->has_payload = true;
  count_next(r, timestamp, len - MSNAV_RTP_HEADER, now);
  return MSNAV_OK;
}

static inline uint32_t expected_header(const msnav_receiver *r) {
  return r->expect | ((r->sequence.highest + 1) & 0xffff);
}

/* NULL never is: the long way refuses it. */
static inline bool is_next(const msnav_receiver *r, const uint8_t *data,
                           size_t len, const msnav_addr *from) {
  return from != NULL && msnav_addr_equal(from, &r->from) && data != NULL &&
         len > MSNAV_RTP_HEADER && len <= MSNAV_STREAM_MTU &&
         (msnav_get32(data) & ~MSNAV_RTP_MARKER) == expected_header(r) &&
         msnav_get32(data + 8) == r->ssrc;
}

static INLINE msnav_error receive(msnav_stream *s, uint8_t *data, size_t len,
                                  const msnav_addr *from, msnav_usec now) {
  const msnav_receiver *r = &s->rx;
  if (is_next(r, data, len, from)) {
    return r->kind == MSNAV_PAYLOAD_VIDEO ? next_picture(s, data, len, now)
                                          : next_sound(s, data, len, now);
  }
  return receive_any(s, data, len, from, now);
}

/* Strangers do not cost a decryption; RTCP that came here is another's. */
static NOINLINE msnav_error receive_srtp(msnav_stream *s, uint8_t *data,
                                         size_t len, const msnav_addr *from,
                                         msnav_usec now) {
  if (data == NULL || from == NULL) {
    return MSNAV_ERR_INVALID;
  }
  uint8_t slot;
  bool rtcp =
    msnav_rtp_is_rtcp(data, len) &&
    msnav_packet_kind(s, data[1] & 0x7f, &slot) == MSNAV_PAYLOAD_UNKNOWN;
  if (rtcp || msnav_source_check(&s->source, from) == MSNAV_TRUST_NONE) {
    return receive_any(s, data, len, from, now);
  }
  if (len > MSNAV_STREAM_MTU) {
    s->refused.malformed++;
    return MSNAV_ERR_PARSE;
  }
  if (msnav_srtp_unprotect(s->srtp, data, &len) != MSNAV_OK) {
    s->refused.srtp++;
    return MSNAV_ERR_PARSE;
  }
  return receive(s, data, len, from, now);
}

msnav_error msnav_stream_receive(msnav_stream *s, uint8_t *data, size_t len,
                                 const msnav_addr *from, msnav_usec now) {
  if (s == NULL) {
    return MSNAV_ERR_INVALID;
  }
  return s->srtp != NULL ? receive_srtp(s, data, len, from, now)
                         : receive(s, data, len, from, now);
}

msnav_error
msnav_stream_payload(const msnav_stream *s, msnav_payload *payload) {
  if (s == NULL || payload == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (!s->has_payload) {
    return MSNAV_ERR_STATE;
  }
  *payload = s->u.payload;
  return MSNAV_OK;
}

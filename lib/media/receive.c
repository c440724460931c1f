/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From datagrams to the playout, and from there to sound. */
#include "media/stream.h"

#define RTCP_WINDOW 1000000 /* µs */
#define RTCP_PER_WINDOW 20
#define FAR_JUMP 10 /* seconds that a timestamp may skip */

static msnav_error refuse(uint32_t *counter, msnav_error err) {
  ++*counter;
  return err;
}

/* Index of the decoder for a payload type, -1 when there is none. */
static int decoder_of(msnav_stream *s, uint8_t type) {
  if (s->decoder_count > 0 &&
      s->decoders[s->last_decoder].payload_type == type) {
    return s->last_decoder;
  }
  for (int i = 0; i < s->decoder_count; i++) {
    if (s->decoders[i].payload_type == type) {
      return i;
    }
  }
  return -1;
}

/* What a packet holds, before anything is believed. */
typedef struct content {
  int decoder; /* of sound or video, -1: none */
  bool dtmf;
  int blocks; /* of redundancy, 0: plain */
  msnav_red_block red[MSNAV_RED_BLOCKS];
} content;

/* A redundant packet: the block header may say the type of red itself and
 * then means the primary's codec (doc/protocol.md section 6). */
static msnav_error
inspect_red(msnav_stream *s, const msnav_rtp *rtp, content *c) {
  c->blocks = msnav_red_read(rtp->payload, rtp->len, c->red);
  if (c->blocks < 1) {
    return refuse(&s->refused.malformed, MSNAV_ERR_PARSE);
  }
  const msnav_red_block *primary = &c->red[c->blocks - 1];
  c->decoder = decoder_of(s, primary->payload_type);
  if (c->decoder < 0 && primary->payload_type == s->red_in &&
      s->decoder_count > 0) {
    c->decoder = 0;
  }
  if (c->decoder < 0) {
    return refuse(&s->refused.format, MSNAV_ERR_UNSUPPORTED);
  }
  const msnav_audio_codec *codec = s->decoders[c->decoder].codec;
  for (int i = 0; i < c->blocks; i++) {
    const msnav_red_block *b = &c->red[i];
    if (b->len > 0 && codec->duration(b->data, b->len) <= 0) {
      return refuse(&s->refused.payload, MSNAV_ERR_PARSE);
    }
  }
  return MSNAV_OK;
}

static msnav_error inspect(msnav_stream *s, const msnav_rtp *rtp, content *c) {
  c->decoder = decoder_of(s, rtp->payload_type);
  c->dtmf = false;
  c->blocks = 0;
  if (c->decoder >= 0) {
    const msnav_audio_codec *codec = s->decoders[c->decoder].codec;
    if (codec != NULL && codec->duration(rtp->payload, rtp->len) <= 0) {
      return refuse(&s->refused.payload, MSNAV_ERR_PARSE);
    }
    return MSNAV_OK;
  }
  if (s->dtmf_in != 0 && rtp->payload_type == s->dtmf_in) {
    c->dtmf = true;
    return rtp->len == MSNAV_DTMF_PAYLOAD && rtp->payload[0] < MSNAV_DTMF_EVENTS
             ? MSNAV_OK
             : refuse(&s->refused.payload, MSNAV_ERR_PARSE);
  }
  if (s->red_in != 0 && rtp->payload_type == s->red_in) {
    return inspect_red(s, rtp, c);
  }
  return refuse(&s->refused.format, MSNAV_ERR_UNSUPPORTED);
}

static void
resync(msnav_stream *s, msnav_stream_event_kind kind, uint32_t value) {
  if (s->kind == MSNAV_STREAM_AUDIO) {
    msnav_playout_resync(&s->u.playout);
  }
  msnav_stream_push_event(s,
                          (msnav_stream_event){.kind = kind, .value = value});
}

/* Source, SSRC, sequence: whether the packet counts. */
static msnav_error
admit(msnav_stream *s, const msnav_rtp *rtp, const msnav_addr *from,
      msnav_usec now, uint32_t *extended) {
  bool locked = false;
  if (msnav_source_check(&s->source, from, rtp, &locked) != MSNAV_OK) {
    return refuse(&s->refused.source, MSNAV_ERR_SOURCE);
  }
  if (locked) {
    msnav_stream_push_event(s,
                            (msnav_stream_event){.kind = MSNAV_STREAM_LOCKED});
  }
  bool changed = false;
  if (!msnav_receiver_accepts(&s->receiver, rtp, now, &changed)) {
    return refuse(&s->refused.ssrc, MSNAV_ERR_SOURCE);
  }
  if (changed) {
    s->ssrc_changes++;
    resync(s, MSNAV_STREAM_SSRC_CHANGED, rtp->ssrc);
  }
  uint32_t before = s->receiver.last_timestamp;
  bool first = s->receiver.received == 0;
  switch (msnav_receiver_take(&s->receiver, rtp, now, extended)) {
  case MSNAV_SEQUENCE_REFUSED:
    return refuse(&s->refused.ssrc, MSNAV_ERR_SOURCE);
  case MSNAV_SEQUENCE_JUMP:
    s->resyncs++;
    resync(s, MSNAV_STREAM_RESYNC, 0);
    break;
  case MSNAV_SEQUENCE_OLD:
    s->reordered++;
    break;
  case MSNAV_SEQUENCE_NEXT: {
    int64_t skipped = (int32_t)(rtp->timestamp - before);
    int64_t most =
      (int64_t)(((uint64_t)s->receiver.clock_q32 * 1000000) >> 32) * FAR_JUMP;
    if (!first && !changed && (skipped > most || skipped < -most)) {
      s->resyncs++;
      resync(s, MSNAV_STREAM_RESYNC, 0);
    }
    break;
  }
  }
  return MSNAV_OK;
}

static msnav_error push(msnav_stream *s, const msnav_rtp *rtp, const content *c,
                        uint32_t extended, msnav_usec now) {
  msnav_jitter_frame f = {.sequence = extended,
                          .timestamp = rtp->timestamp,
                          .data = rtp->payload,
                          .len = (uint16_t)rtp->len,
                          .decoder = (uint8_t)c->decoder,
                          .marker = rtp->marker};
  msnav_error err = MSNAV_OK;
  if (c->blocks == 0) {
    err = msnav_playout_push(&s->u.playout, &f, now);
  }
  for (int i = c->blocks - 1; i >= 0; i--) { /* the primary first */
    const msnav_red_block *b = &c->red[i];
    if (b->len == 0) {
      continue;
    }
    f.timestamp = rtp->timestamp - b->offset;
    f.data = b->data;
    f.len = (uint16_t)b->len;
    f.redundant = i < c->blocks - 1;
    msnav_error pushed = msnav_playout_push(&s->u.playout, &f, now);
    if (!f.redundant) {
      err = pushed;
    }
  }
  if (err == MSNAV_ERR_DUPLICATE) {
    s->refused.duplicate++;
    s->receiver.received--; /* counted once */
  } else if (err == MSNAV_ERR_LATE) {
    s->refused.late++;
  }
  return err;
}

static void take_dtmf(msnav_stream *s, const msnav_rtp *rtp, uint32_t extended,
                      msnav_usec now) {
  msnav_stream_event events[3];
  int n = msnav_dtmf_receive(&s->dtmf_receiver, rtp->payload, rtp->len,
                             rtp->timestamp, now, events);
  for (int i = 0; i < n; i++) {
    msnav_stream_push_event(s, events[i]);
  }
  msnav_playout_note(&s->u.playout, extended);
}

static void
take_video(msnav_stream *s, const msnav_rtp *rtp, uint32_t extended) {
  s->has_payload = true;
  s->u.payload = (msnav_payload){.data = rtp->payload,
                                 .len = rtp->len,
                                 .timestamp = rtp->timestamp,
                                 .sequence = extended,
                                 .payload_type = rtp->payload_type,
                                 .marker = rtp->marker};
}

msnav_error msnav_stream_receive(msnav_stream *s, uint8_t *data, size_t len,
                                 const msnav_addr *from, msnav_usec now) {
  msnav_rtp rtp;
  content c;
  uint32_t extended = 0;
  if (s == NULL || data == NULL || from == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (len >= 2 && data[1] >= 192 && data[1] <= 223) { /* RFC 5761 */
    return msnav_stream_receive_rtcp(s, data, len, from, now);
  }
  s->has_payload = false;
  if (len > MSNAV_STREAM_MTU || msnav_rtp_read(data, len, &rtp) != MSNAV_OK) {
    return refuse(&s->refused.malformed, MSNAV_ERR_PARSE);
  }
  if (!s->can_receive) {
    return MSNAV_ERR_STATE;
  }
  msnav_error err = inspect(s, &rtp, &c);
  if (err == MSNAV_OK) {
    err = admit(s, &rtp, from, now, &extended);
  }
  if (err != MSNAV_OK) {
    return err;
  }
  s->last_received = now;
  s->received_bytes += (uint32_t)rtp.len;
  if (c.dtmf) {
    take_dtmf(s, &rtp, extended, now);
    return MSNAV_OK;
  }
  s->last_decoder = (uint8_t)c.decoder;
  s->receive_type = s->decoders[c.decoder].payload_type;
  if (s->kind == MSNAV_STREAM_VIDEO) {
    take_video(s, &rtp, extended);
    return MSNAV_OK;
  }
  return push(s, &rtp, &c, extended, now);
}

unsigned msnav_stream_play(msnav_stream *s, int16_t *pcm, size_t samples,
                           msnav_usec now) {
  if (s == NULL || pcm == NULL || s->kind != MSNAV_STREAM_AUDIO) {
    return 0;
  }
  msnav_stream_event event;
  if (msnav_dtmf_expire(&s->dtmf_receiver, now, &event)) {
    msnav_stream_push_event(s, event);
  }
  unsigned played = msnav_playout_pull(&s->u.playout, pcm, samples, now);
  s->received_level = msnav_quality_level(pcm, samples);
  return played;
}

/* ---- RTCP */

static bool over_rate(stream_reports *r, msnav_usec now) {
  if (now - r->window >= RTCP_WINDOW) {
    r->window = now;
    r->in_window = 0;
  }
  if (r->in_window >= RTCP_PER_WINDOW) {
    return true;
  }
  r->in_window++;
  return false;
}

static void
take_block(stream_reports *r, const msnav_rtcp_block *b, msnav_usec now) {
  r->fraction = b->fraction;
  r->lost = b->lost;
  r->jitter = b->jitter;
  if (b->last_sr != 0 && b->last_sr == r->our_sr) {
    msnav_usec away = (msnav_usec)b->since_sr * 1000000 / 65536;
    msnav_usec total = now - r->our_sr_at;
    r->round_trip = total > away ? (uint32_t)(total - away) : 1;
  }
}

msnav_error
msnav_stream_receive_rtcp(msnav_stream *s, uint8_t *data, size_t len,
                          const msnav_addr *from, msnav_usec now) {
  msnav_rtcp r;
  if (s == NULL || data == NULL || from == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (!msnav_source_allows_rtcp(&s->source, from)) {
    return refuse(&s->refused.rtcp, MSNAV_ERR_SOURCE);
  }
  if (over_rate(&s->reports, now)) {
    return refuse(&s->refused.rate, MSNAV_ERR_LIMIT);
  }
  if (len > MSNAV_STREAM_MTU ||
      msnav_rtcp_read(data, len, s->sender.ssrc, &r) != MSNAV_OK) {
    return refuse(&s->refused.rtcp, MSNAV_ERR_PARSE);
  }
  bool peers = !s->receiver.known || !r.has_ssrc || r.ssrc == s->receiver.ssrc;
  if (!peers) {
    return refuse(&s->refused.rtcp, MSNAV_ERR_SOURCE);
  }
  s->reports.received++;
  s->last_received = now;
  msnav_rtcp_timer_received(&s->rtcp_timer, len);
  if (r.has_sr) {
    s->reports.peer_sr = r.ntp_middle;
    s->reports.peer_sr_at = now;
  }
  if (r.has_block) {
    take_block(&s->reports, &r.block, now);
  }
  if (r.bye && s->receiver.known) {
    msnav_stream_push_event(s,
                            (msnav_stream_event){.kind = MSNAV_STREAM_PEER_BYE,
                                                 .value = r.ssrc});
  }
  return MSNAV_OK;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From sound and payloads to datagrams. */
#include "media/stream.h"
#include <string.h>

static bool may_send(const msnav_stream *s) {
  return s->can_send && s->remote_rtp.port != 0 && s->remote_rtp.ip != 0;
}

/* The header in front of a payload that stands in its place already. */
static void finish(msnav_stream *s, const msnav_rtp *rtp, uint8_t *out,
                   size_t payload, size_t *len) {
  stream_sender *o = &s->sender;
  msnav_rtp_write(out, rtp);
  o->sequence++;
  o->packets++;
  o->bytes += (uint32_t)payload;
  o->spoke = true;
  *len = MSNAV_RTP_HEADER + payload;
}

static bool send_dtmf(msnav_stream *s, uint8_t *out, size_t *len) {
  stream_sender *o = &s->sender;
  msnav_rtp rtp = {.ssrc = o->ssrc,
                   .sequence = o->sequence,
                   .payload_type = o->dtmf_type};
  if (!msnav_dtmf_next(&s->dtmf_sender, o->timestamp, o->dtmf_step,
                       out + MSNAV_RTP_HEADER, &rtp.timestamp, &rtp.marker)) {
    return false;
  }
  finish(s, &rtp, out, MSNAV_DTMF_PAYLOAD, len);
  return true;
}

static msnav_error
send_sound(msnav_stream *s, const int16_t *pcm, uint8_t *out, size_t *len) {
  stream_sender *o = &s->sender;
  int n = o->codec->encode(o->state, pcm, o->codec->frame_samples,
                           out + MSNAV_RTP_HEADER,
                           MSNAV_STREAM_MTU - MSNAV_RTP_HEADER);
  o->level = msnav_quality_level(pcm, (size_t)o->codec->frame_samples *
                                        o->codec->channels);
  if (n <= 0) { /* the codec is silent, or cannot */
    o->mark = true;
    return n == 0 ? MSNAV_ERR_AGAIN : (msnav_error)n;
  }
  msnav_rtp rtp = {.ssrc = o->ssrc,
                   .sequence = o->sequence,
                   .timestamp = o->timestamp,
                   .payload_type = o->type,
                   .marker = o->mark};
  o->mark = false;
  finish(s, &rtp, out, (size_t)n, len);
  return MSNAV_OK;
}

msnav_error msnav_stream_send(msnav_stream *s, const int16_t *pcm,
                              msnav_usec now, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  stream_sender *o = &s->sender;
  if (o->codec == NULL) {
    return MSNAV_ERR_STATE;
  }
  msnav_error err = MSNAV_ERR_AGAIN;
  if (!may_send(s)) {
    o->mark = true;
    err = MSNAV_ERR_STATE;
  } else if (msnav_dtmf_busy(&s->dtmf_sender)) {
    o->mark = true;
    err = send_dtmf(s, out, len) ? MSNAV_OK : MSNAV_ERR_AGAIN;
  } else if (pcm != NULL) {
    err = send_sound(s, pcm, out, len);
  } else {
    o->mark = true;
    o->level = 127;
  }
  o->timestamp += o->step;
  o->last = now;
  return err;
}

msnav_error
msnav_stream_send_payload(msnav_stream *s, const msnav_payload *payload,
                          msnav_usec now, uint8_t *out, size_t *len) {
  if (s == NULL || payload == NULL || out == NULL || len == NULL ||
      (payload->data == NULL && payload->len > 0)) {
    return MSNAV_ERR_INVALID;
  }
  if (s->kind != MSNAV_STREAM_VIDEO || !may_send(s)) {
    return MSNAV_ERR_STATE;
  }
  if (payload->len > MSNAV_STREAM_MTU - MSNAV_RTP_HEADER) {
    return MSNAV_ERR_TOO_LONG;
  }
  stream_sender *o = &s->sender;
  if (payload->len > 0) {
    memcpy(out + MSNAV_RTP_HEADER, payload->data, payload->len);
  }
  msnav_rtp rtp = {.ssrc = o->ssrc,
                   .sequence = o->sequence,
                   .timestamp = payload->timestamp,
                   .payload_type = o->type,
                   .marker = payload->marker};
  o->timestamp = payload->timestamp;
  o->last = now;
  finish(s, &rtp, out, payload->len, len);
  return MSNAV_OK;
}

msnav_error
msnav_stream_dtmf(msnav_stream *s, unsigned event, msnav_usec duration) {
  if (s == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (s->sender.dtmf_type == 0 || s->sender.codec == NULL) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  return msnav_dtmf_press(&s->dtmf_sender, event, duration);
}

msnav_usec msnav_stream_rtcp_due(const msnav_stream *s) {
  return s->remote_rtcp.port != 0 && s->remote_rtcp.ip != 0 ? s->rtcp_timer.next
                                                            : MSNAV_NEVER;
}

static void
report_block(msnav_stream *s, msnav_usec now, msnav_rtcp_writer *w) {
  const msnav_receiver *r = &s->receiver;
  if (!r->known) {
    return;
  }
  w->has_block = true;
  w->block =
    (msnav_rtcp_block){.ssrc = r->ssrc,
                       .fraction = msnav_receiver_fraction(&s->receiver),
                       .lost = (int32_t)msnav_receiver_lost(r),
                       .highest = r->cycles + r->max_seq,
                       .jitter = r->jitter_q4 >> 4};
  if (s->reports.peer_sr != 0) {
    msnav_usec since = now - s->reports.peer_sr_at;
    w->block.last_sr = s->reports.peer_sr;
    w->block.since_sr = (uint32_t)(since * 65536 / 1000000);
  }
}

static void write_report(msnav_stream *s, msnav_usec now, uint64_t ntp,
                         bool bye, uint8_t *out, size_t *len) {
  stream_sender *o = &s->sender;
  uint32_t rate = o->codec != NULL ? o->codec->clock_rate : 0;
  msnav_rtcp_writer w = {
    .ssrc = o->ssrc,
    .sender = o->spoke || o->spoke_before,
    .ntp = ntp,
    .timestamp = o->timestamp + (uint32_t)((now - o->last) * rate / 1000000),
    .packets = o->packets,
    .bytes = o->bytes,
    .cname = s->cname,
    .bye = bye,
  };
  report_block(s, now, &w);
  *len = msnav_rtcp_write(&w, out);
  if (w.sender) {
    s->reports.our_sr = (uint32_t)(ntp >> 16);
    s->reports.our_sr_at = now;
  }
  o->spoke_before = o->spoke;
  o->spoke = false;
  o->rtcp_packets++;
  msnav_rtcp_timer_sent(&s->rtcp_timer, *len, now);
}

msnav_error msnav_stream_write_rtcp(msnav_stream *s, msnav_usec now,
                                    uint64_t ntp, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (msnav_stream_rtcp_due(s) == MSNAV_NEVER) {
    return MSNAV_ERR_STATE;
  }
  if (!msnav_rtcp_timer_due(&s->rtcp_timer, now)) {
    return MSNAV_ERR_AGAIN;
  }
  write_report(s, now, ntp, false, out, len);
  return MSNAV_OK;
}

msnav_error msnav_stream_write_bye(msnav_stream *s, msnav_usec now,
                                   uint64_t ntp, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  bool silent = s->sender.packets == 0 && s->sender.rtcp_packets == 0;
  if (silent || msnav_stream_rtcp_due(s) == MSNAV_NEVER) {
    return MSNAV_ERR_STATE;
  }
  write_report(s, now, ntp, true, out, len);
  return MSNAV_OK;
}

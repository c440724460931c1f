/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP that goes out. */
#include "media/stream.h"

#include "media/level.h"
#include "media/rtp.h"

#include <string.h>

/* After so long without a call the caller's clock has stood still, or the
 * stream was held: the timestamp has to catch up (RFC 3550 section 5.1). */
#define PAUSE_US 1000000

size_t msnav_stream_send_samples(const msnav_stream *s) {
  return s != NULL && s->tx.codec != NULL ? s->tx.codec->frame_samples : 0;
}

uint32_t msnav_stream_send_rate(const msnav_stream *s) {
  return s != NULL && s->tx.codec != NULL ? s->tx.codec->sample_rate : 0;
}

const msnav_addr *msnav_stream_remote(const msnav_stream *s) {
  static const msnav_addr none = {0, 0};
  return s != NULL ? &s->source.rtp : &none;
}

msnav_error
msnav_stream_dtmf(msnav_stream *s, unsigned event, msnav_usec duration) {
  if (s == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (s->tx.event_type == 0 || s->tx.codec == NULL) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  if (!s->can_send || s->source.rtp.port == 0) {
    return MSNAV_ERR_STATE; /* later it would surprise */
  }
  return msnav_dtmf_queue(&s->digits, event, duration);
}

/* Time goes on by one frame, whether it is sent or not. */
static uint32_t next_timestamp(msnav_sender *t, msnav_usec now) {
  if (t->started && now > t->last && now - t->last > PAUSE_US) {
    uint64_t frames = (now - t->last) / t->frame_us;
    t->timestamp += (uint32_t)(frames - 1) * t->step;
    t->talking = false;
  }
  uint32_t timestamp = t->timestamp;
  t->timestamp += t->step;
  t->last = now;
  t->started = true;
  return timestamp;
}

static void write_header(msnav_sender *t, uint8_t *out, uint8_t type,
                         uint32_t timestamp, bool marker) {
  msnav_rtp rtp = {
    .timestamp = timestamp,
    .ssrc = t->ssrc,
    .sequence = t->sequence++,
    .payload_type = type,
    .marker = marker,
  };
  msnav_rtp_write(out, &rtp);
}

static void count_sent(msnav_sender *t, size_t payload) {
  t->packets++;
  t->bytes += payload;
}

static size_t most_payload(const msnav_stream *s) {
  return MSNAV_STREAM_MTU - MSNAV_RTP_HEADER -
         (s->srtp != NULL ? MSNAV_SRTP_TRAILER : 0);
}

static inline msnav_error seal(msnav_stream *s, uint8_t *out, size_t *len) {
  return s->srtp != NULL ? msnav_srtp_protect(s->srtp, out, len) : MSNAV_OK;
}

static size_t send_event(msnav_stream *s, uint32_t timestamp, uint8_t *out) {
  msnav_sender *t = &s->tx;
  msnav_dtmf_tick tick = {
    .timestamp = timestamp,
    .units = t->frame_us / (1000000 / MSNAV_DTMF_CLOCK),
    .clock_rate = t->clock_rate,
  };
  msnav_dtmf_packet p;
  msnav_dtmf_next(&s->digits, &tick, &p);
  write_header(t, out, t->event_type, p.timestamp, p.marker);
  memcpy(out + MSNAV_RTP_HEADER, p.payload, sizeof(p.payload));
  count_sent(t, sizeof(p.payload));
  t->talking = false;
  return MSNAV_RTP_HEADER + sizeof(p.payload);
}

/* Bytes of headers and redundant block before the payload, 0 when the packet
 * is sent plain. */
static size_t
add_redundancy(msnav_stream *s, uint32_t timestamp, uint8_t *out) {
  const msnav_sender *t = &s->tx;
  if (t->distance == 0) {
    return 0;
  }
  return msnav_red_write(s->history, t->distance, t->payload_type, timestamp,
                         out);
}

static void remember(msnav_stream *s, const uint8_t *payload, size_t len,
                     uint32_t timestamp) {
  msnav_red_block b = {.data = payload,
                       .len = (uint16_t)len,
                       .payload_type = s->tx.payload_type};
  msnav_red_remember(s->history, &b, timestamp);
}

/* The codec writes to where its bytes will be sent from. */
static msnav_error send_sound(msnav_stream *s, const int16_t *pcm,
                              uint32_t timestamp, uint8_t *out, size_t *len) {
  msnav_sender *t = &s->tx;
  size_t before = add_redundancy(s, timestamp, out + MSNAV_RTP_HEADER);
  uint8_t *payload = out + MSNAV_RTP_HEADER + before;
  int written = t->codec->encode(t->state, pcm, t->codec->frame_samples,
                                 payload, most_payload(s) - before);
  if (written <= 0) {
    t->talking = false;
    return written < 0 ? (msnav_error)written : MSNAV_ERR_AGAIN;
  }
  write_header(t, out, before > 0 ? t->red_type : t->payload_type, timestamp,
               !t->talking);
  t->talking = true;
  t->redundant += before > 0;
  if (t->distance > 0) {
    remember(s, payload, (size_t)written, timestamp);
  }
  count_sent(t, before + (size_t)written);
  *len = MSNAV_RTP_HEADER + before + (size_t)written;
  return MSNAV_OK;
}

static size_t send_noise(msnav_stream *s, uint32_t timestamp, uint8_t *out) {
  msnav_sender *t = &s->tx;
  write_header(t, out, t->noise_type, timestamp, false);
  memcpy(out + MSNAV_RTP_HEADER, s->pause->said, MSNAV_NOISE_PAYLOAD);
  count_sent(t, MSNAV_NOISE_PAYLOAD);
  return MSNAV_RTP_HEADER + MSNAV_NOISE_PAYLOAD;
}

static msnav_error
send_speech_or_noise(msnav_stream *s, const int16_t *pcm, uint32_t timestamp,
                     uint8_t *out, size_t *len) {
  msnav_sender *t = &s->tx;
  msnav_pause_verdict verdict =
    t->noise_type == 0
      ? MSNAV_PAUSE_SPEECH
      : msnav_pause_hear(s->pause, pcm, t->codec->frame_samples, t->frame_us);
  if (verdict == MSNAV_PAUSE_SPEECH) {
    return send_sound(s, pcm, timestamp, out, len);
  }
  t->talking = false;
  if (s->history != NULL) {
    msnav_red_clear(s->history); /* after a pause it would help nobody */
  }
  if (verdict == MSNAV_PAUSE_NOTHING) {
    return MSNAV_ERR_AGAIN;
  }
  *len = send_noise(s, timestamp, out);
  return MSNAV_OK;
}

msnav_error msnav_stream_send(msnav_stream *s, const int16_t *pcm,
                              msnav_usec now, uint8_t *out, size_t *len) {
  if (s == NULL || out == NULL || len == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (!s->can_send || s->tx.codec == NULL || s->source.rtp.port == 0) {
    return MSNAV_ERR_STATE;
  }
  uint32_t timestamp = next_timestamp(&s->tx, now);
  s->tx.level = pcm != NULL ? msnav_level(pcm, s->tx.codec->frame_samples)
                            : MSNAV_LEVEL_SILENCE;
  if (msnav_dtmf_is_due(&s->digits)) {
    *len = send_event(s, timestamp, out);
    return seal(s, out, len);
  }
  if (pcm == NULL) {
    s->tx.talking = false;
    return MSNAV_ERR_AGAIN;
  }
  msnav_error err = send_speech_or_noise(s, pcm, timestamp, out, len);
  return err == MSNAV_OK ? seal(s, out, len) : err;
}

msnav_error
msnav_stream_send_payload(msnav_stream *s, const msnav_payload *payload,
                          msnav_usec now, uint8_t *out, size_t *len) {
  if (s == NULL || payload == NULL || out == NULL || len == NULL ||
      payload->data == NULL || payload->len == 0) {
    return MSNAV_ERR_INVALID;
  }
  if (s->kind != MSNAV_STREAM_VIDEO || !s->can_send ||
      s->source.rtp.port == 0) {
    return MSNAV_ERR_STATE;
  }
  if (payload->len > most_payload(s)) {
    return MSNAV_ERR_TOO_LONG;
  }
  msnav_sender *t = &s->tx;
  t->timestamp = payload->timestamp;
  t->last = now;
  t->started = true;
  write_header(t, out, t->payload_type, payload->timestamp, payload->marker);
  memcpy(out + MSNAV_RTP_HEADER, payload->data, payload->len);
  count_sent(t, payload->len);
  *len = MSNAV_RTP_HEADER + payload->len;
  return seal(s, out, len);
}

/* In whole percents, rounded up: a little loss is not none. */
static void tell_codec(msnav_sender *t, unsigned fraction) {
  if (t->codec != NULL && t->codec->expect_loss != NULL) {
    t->codec->expect_loss(t->state, (fraction * 100 + 255) / 256);
  }
}

/* Redundancy costs a second payload: worth it when the peer misses about one
 * packet in fifty, too much when nearly nothing is lost.  More loss comes in
 * longer bursts, which a larger distance steps over. */
void msnav_stream_adapt(msnav_stream *s) {
  msnav_sender *t = &s->tx;
  unsigned lost = s->reports.remote_fraction; /* 1/256 */
  tell_codec(t, lost);
  if (t->red_type == 0 || s->history == NULL) {
    return;
  }
  unsigned distance = t->distance;
  if (lost >= 26) {
    distance = 2;
  } else if (lost >= 5) {
    distance = distance > 0 ? distance : 1;
  } else if (lost < 2) {
    distance = 0;
  }
  if (distance > 0 && t->distance == 0) {
    msnav_red_clear(s->history);
  }
  t->distance = (uint8_t)distance;
}

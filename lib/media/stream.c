/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Streams: made, changed, asked about. */
#include "media/stream.h"
#include <stdlib.h>
#include <string.h>

#define DEFAULT_BANDWIDTH 64000
#define VIDEO_CLOCK 90000
#define DTMF_CLOCK 8000

_Static_assert(sizeof(struct msnav_stream) <= 4096,
               "a stream outgrew its promise");

static bool type_ok(uint32_t pt) {
  return pt < 128 && (pt < 64 || pt > 95); /* those look like RTCP: RFC 5761 */
}

static bool config_ok(const msnav_stream_config *c) {
  if (c->size < sizeof(*c) || c->kind > MSNAV_STREAM_VIDEO ||
      c->policy > MSNAV_SOURCE_LATCH ||
      c->format_count > MSNAV_STREAM_FORMATS ||
      !type_ok(c->send_payload_type) || !type_ok(c->dtmf_payload_type) ||
      !type_ok(c->dtmf_receive_type) || !type_ok(c->red_payload_type) ||
      !type_ok(c->red_receive_type) || c->srtp_suite > 3) {
    return false;
  }
  bool audio = c->kind == MSNAV_STREAM_AUDIO;
  for (uint32_t i = 0; i < c->format_count; i++) {
    if (!type_ok(c->formats[i].payload_type) ||
        (audio && msnav_codec_check(c->formats[i].codec) != MSNAV_OK)) {
      return false;
    }
  }
  return !audio || c->send_codec == NULL ||
         msnav_codec_check(c->send_codec) == MSNAV_OK;
}

/* A codec's state, opened unless the codec has none. */
static msnav_error open_state(const msnav_audio_codec *codec, void **state) {
  *state = NULL;
  return codec->open != NULL ? codec->open(state) : MSNAV_OK;
}

static void close_state(const msnav_audio_codec *codec, void *state) {
  if (codec != NULL && codec->close != NULL && state != NULL) {
    codec->close(state);
  }
}

/* Codecs with their states, on their way into or out of a stream. */
typedef struct kit {
  msnav_decoder decoders[MSNAV_STREAM_FORMATS];
  uint8_t count;
  const msnav_audio_codec *send;
  void *send_state;
  bool own_state;
} kit;

static bool holds(const kit *k, const void *state) {
  for (int i = 0; i < k->count; i++) {
    if (k->decoders[i].state == state) {
      return true;
    }
  }
  return k->own_state && k->send_state == state;
}

/* Close what the kit has and the other has not. */
static void close_kit(const kit *k, const kit *except) {
  for (int i = 0; i < k->count; i++) {
    if (!holds(except, k->decoders[i].state)) {
      close_state(k->decoders[i].codec, k->decoders[i].state);
    }
  }
  if (k->own_state && !holds(except, k->send_state)) {
    close_state(k->send, k->send_state);
  }
}

static const msnav_decoder *find(const kit *k, const msnav_audio_codec *codec) {
  for (int i = 0; i < k->count; i++) {
    if (k->decoders[i].codec == codec) {
      return &k->decoders[i];
    }
  }
  return NULL;
}

/* States go on with their codec over a change (RFC 3264 section 8.3.2). */
static msnav_error
fill_kit(kit *k, const kit *old, const msnav_stream_config *config) {
  for (uint32_t i = 0; i < config->format_count; i++) {
    const msnav_stream_format *f = &config->formats[i];
    const msnav_decoder *before = find(old, f->codec);
    msnav_decoder *d = &k->decoders[k->count];
    *d = (msnav_decoder){f->codec, NULL, (uint8_t)f->payload_type};
    if (before != NULL && find(k, f->codec) == NULL) {
      d->state = before->state;
    } else if (f->codec != NULL) {
      msnav_error err = open_state(f->codec, &d->state);
      if (err != MSNAV_OK) {
        return err;
      }
    }
    k->count++;
  }
  if (config->send_codec == NULL || config->kind == MSNAV_STREAM_VIDEO) {
    return MSNAV_OK;
  }
  const msnav_decoder *same = find(k, config->send_codec);
  k->send = config->send_codec;
  if (same != NULL) {
    k->send_state = same->state;
    return MSNAV_OK;
  }
  if (old->own_state && old->send == k->send) {
    k->send_state = old->send_state;
    k->own_state = true;
    return MSNAV_OK;
  }
  msnav_error err = open_state(k->send, &k->send_state);
  k->own_state = err == MSNAV_OK && k->send_state != NULL;
  return err;
}

static kit kit_of(const msnav_stream *s) {
  kit k = {.count = s->decoder_count,
           .send = s->sender.codec,
           .send_state = s->sender.state,
           .own_state = s->sender.own_state};
  memcpy(k.decoders, s->decoders, sizeof(k.decoders));
  return k;
}

static uint32_t clock_of(const msnav_stream_config *c) {
  if (c->kind == MSNAV_STREAM_VIDEO) {
    return c->clock_rate != 0 ? c->clock_rate : VIDEO_CLOCK;
  }
  return c->send_codec != NULL ? c->send_codec->clock_rate
         : c->format_count > 0 ? c->formats[0].codec->clock_rate
                               : 8000;
}

/* Everything of a configuration that may change in mid-call. */
static void apply(msnav_stream *s, const msnav_stream_config *c, const kit *k) {
  stream_sender *out = &s->sender;
  memcpy(s->decoders, k->decoders, sizeof(s->decoders));
  s->decoder_count = k->count;
  s->last_decoder = 0;
  out->codec = k->send;
  out->state = k->send_state;
  out->own_state = k->own_state;
  out->type = (uint8_t)c->send_payload_type;
  out->dtmf_type = (uint8_t)c->dtmf_payload_type;
  out->mark = true;
  if (k->send != NULL) {
    uint64_t samples = k->send->frame_samples;
    out->step =
      (uint32_t)(samples * k->send->clock_rate / k->send->sample_rate);
    out->dtmf_step = (uint32_t)(samples * DTMF_CLOCK / k->send->sample_rate);
  }
  s->dtmf_in = (uint8_t)c->dtmf_receive_type;
  s->red_in = (uint8_t)c->red_receive_type;
  s->can_send = c->can_send != 0;
  s->can_receive = c->can_receive != 0;
  s->remote_rtcp = c->remote_rtcp;
  if (s->remote_rtcp.port == 0 && c->remote_rtp.port != 0) {
    s->remote_rtcp =
      (msnav_addr){c->remote_rtp.ip, (uint16_t)(c->remote_rtp.port + 1)};
  }
  bool moved = c->remote_rtp.ip != s->remote_rtp.ip ||
               c->remote_rtp.port != s->remote_rtp.port ||
               c->policy != s->source.policy;
  s->remote_rtp = c->remote_rtp;
  if (moved) {
    msnav_source_init(&s->source, c);
  }
  msnav_receiver_set_clock(&s->receiver, clock_of(c));
}

msnav_error msnav_stream_new(const msnav_stream_config *config, msnav_usec now,
                             msnav_stream **stream) {
  if (config == NULL || stream == NULL || !config_ok(config)) {
    return MSNAV_ERR_INVALID;
  }
  if (config->srtp_suite != MSNAV_SRTP_NONE) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  msnav_stream *s = calloc(1, sizeof(*s));
  if (s == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  kit none = {0};
  kit k = {0};
  msnav_error err = fill_kit(&k, &none, config);
  if (err != MSNAV_OK) {
    close_kit(&k, &none);
    free(s);
    return err;
  }
  uint32_t random = config->random;
  s->kind = (uint8_t)config->kind;
  s->source.policy = MSNAV_SOURCE_LATCH + 1; /* none yet: differs from all */
  apply(s, config, &k);
  s->sender.ssrc = config->ssrc;
  s->sender.sequence = (uint16_t)(msnav_random(&random) & 0x7fff);
  s->sender.timestamp = msnav_random(&random);
  s->sender.last = now;
  s->sender.level = s->received_level = 127;
  if (config->cname != NULL) {
    size_t n = strlen(config->cname);
    memcpy(s->cname, config->cname,
           n < sizeof(s->cname) ? n : sizeof(s->cname) - 1);
  }
  msnav_rtcp_timer_init(&s->rtcp_timer, msnav_random(&random),
                        config->rtcp_bandwidth != 0 ? config->rtcp_bandwidth
                                                    : DEFAULT_BANDWIDTH,
                        now);
  if (s->kind == MSNAV_STREAM_AUDIO) {
    msnav_playout_init(&s->u.playout, s->decoders, config->min_delay,
                       config->max_delay);
  }
  *stream = s;
  return MSNAV_OK;
}

void msnav_stream_free(msnav_stream *s) {
  if (s == NULL) {
    return;
  }
  kit none = {0};
  kit k = kit_of(s);
  close_kit(&k, &none);
  free(s);
}

msnav_error
msnav_stream_update(msnav_stream *s, const msnav_stream_config *config,
                    msnav_usec now) {
  (void)now;
  if (s == NULL || config == NULL || !config_ok(config) ||
      config->kind != s->kind) {
    return MSNAV_ERR_INVALID;
  }
  if (config->srtp_suite != MSNAV_SRTP_NONE) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  kit old = kit_of(s);
  kit k = {0};
  msnav_error err = fill_kit(&k, &old, config);
  if (err != MSNAV_OK) {
    close_kit(&k, &old);
    return err;
  }
  bool same_formats = k.count == old.count;
  for (int i = 0; i < k.count && same_formats; i++) {
    same_formats = k.decoders[i].codec == old.decoders[i].codec &&
                   k.decoders[i].payload_type == old.decoders[i].payload_type;
  }
  if (s->kind == MSNAV_STREAM_AUDIO && !same_formats) {
    msnav_playout_resync(&s->u.playout); /* what waits names old decoders */
  }
  apply(s, config, &k);
  close_kit(&old, &k);
  return MSNAV_OK;
}

size_t msnav_stream_send_samples(const msnav_stream *s) {
  return s->sender.codec != NULL ? s->sender.codec->frame_samples : 0;
}

uint32_t msnav_stream_send_rate(const msnav_stream *s) {
  return s->sender.codec != NULL ? s->sender.codec->sample_rate : 0;
}

uint32_t msnav_stream_play_rate(const msnav_stream *s) {
  return s->kind == MSNAV_STREAM_AUDIO ? msnav_playout_rate(&s->u.playout)
                                       : 8000;
}

const msnav_addr *msnav_stream_remote(const msnav_stream *s) {
  bool latched =
    s->source.policy == MSNAV_SOURCE_LATCH && s->source.locked.port != 0;
  return latched ? &s->source.locked : &s->remote_rtp;
}

const msnav_addr *msnav_stream_remote_rtcp(const msnav_stream *s) {
  return &s->remote_rtcp;
}

msnav_error
msnav_stream_payload(const msnav_stream *s, msnav_payload *payload) {
  if (s == NULL || payload == NULL || s->kind != MSNAV_STREAM_VIDEO ||
      !s->has_payload) {
    return MSNAV_ERR_STATE;
  }
  *payload = s->u.payload;
  return MSNAV_OK;
}

void msnav_stream_push_event(msnav_stream *s, msnav_stream_event event) {
  if (s->event_count == MSNAV_STREAM_EVENTS) {
    s->events_lost++;
    return;
  }
  s->events[(s->event_head + s->event_count++) % MSNAV_STREAM_EVENTS] = event;
}

msnav_error
msnav_stream_next_event(msnav_stream *s, msnav_stream_event *event) {
  if (s == NULL || event == NULL || s->event_count == 0) {
    return MSNAV_ERR_END;
  }
  *event = s->events[s->event_head];
  s->event_head = (uint8_t)((s->event_head + 1) % MSNAV_STREAM_EVENTS);
  s->event_count--;
  return MSNAV_OK;
}

size_t msnav_stream_footprint(void) {
  return sizeof(struct msnav_stream);
}

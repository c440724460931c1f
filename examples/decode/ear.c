/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ear.h"

#include "../wav.h"

#include <msnav/media.h>
#include <string.h>

#define TICK 20000             /* us that are played at once */
#define LONGEST_GAP 5000000    /* of silence that is played out, us */
#define DELAY UINT64_C(200000) /* of the jitter buffer: nobody waits here */
#define MOST_SAMPLES 960

struct ear {
  msnav_stream *stream;
  uint32_t suite;
  uint64_t clock; /* played up to here */
  uint64_t last;
  wav *wav;
  uint32_t wav_rate;
  ear_key_fn key;
  void *key_arg;
};

static bool is(const char *a, const char *b) {
  return g_ascii_strcasecmp(a, b) == 0;
}

static void add_formats(msnav_stream_config *config, const medium *m) {
  for (unsigned i = 0; i < m->count; i++) {
    const format *f = &m->formats[i];
    const msnav_audio_codec *codec = msnav_codec_find(str_of(f->name), f->rate);
    if (is(f->name, "telephone-event")) {
      config->dtmf_receive_type = f->payload_type;
    } else if (is(f->name, "red")) {
      config->red_receive_type = f->payload_type;
    } else if ((codec != NULL || is(f->name, "CN")) &&
               config->format_count < MSNAV_STREAM_FORMATS) {
      config->formats[config->format_count++] =
        (msnav_stream_format){codec, f->payload_type};
    }
  }
}

/* What the speaker sends with: the key of its own under the tag that both
 * name, of which the answer has one only (RFC 4568 section 5.1.2). */
static void
add_key(msnav_stream_config *config, const medium *m, const medium *speaker) {
  for (unsigned i = 0; i < speaker->key_count; i++) {
    for (unsigned k = 0; k < m->key_count; k++) {
      const crypto *own = &speaker->keys[i], *other = &m->keys[k];
      if (own->tag == other->tag && own->suite == other->suite) {
        config->srtp_suite = own->suite;
        memcpy(config->srtp_receive_key, own->key, sizeof(own->key));
        memcpy(config->srtp_send_key, other->key, sizeof(other->key));
        return;
      }
    }
  }
}

ear *ear_new(const medium *m, const medium *speaker, const msnav_addr *from,
             uint64_t time) {
  msnav_stream_config config = {.size = sizeof(config),
                                .kind = MSNAV_STREAM_AUDIO,
                                .policy = MSNAV_SOURCE_SAME_HOST,
                                .remote_rtp = *from,
                                .can_receive = 1,
                                .ssrc = 1,
                                .cname = "decode",
                                .min_delay = DELAY,
                                .max_delay = 2 * DELAY};
  add_formats(&config, m);
  add_key(&config, m, speaker);
  ear *e = g_new0(ear, 1);
  e->clock = e->last = time;
  e->suite = config.srtp_suite;
  if (config.format_count == 0 ||
      msnav_stream_new(&config, time, &e->stream) != MSNAV_OK) {
    g_free(e);
    return NULL;
  }
  return e;
}

bool ear_record(ear *e, const char *path, uint32_t rate, const char **why) {
  e->wav = wav_create(path, rate, why);
  e->wav_rate = rate;
  return e->wav != NULL;
}

void ear_on_key(ear *e, ear_key_fn fn, void *arg) {
  e->key = fn;
  e->key_arg = arg;
}

/* The file has one rate; a codec with another comes in between. */
static void
write_sound(ear *e, const int16_t *pcm, size_t samples, uint32_t rate) {
  if (e->wav == NULL) {
    return;
  }
  if (rate == e->wav_rate) {
    wav_write(e->wav, pcm, samples);
    return;
  }
  int16_t other[MOST_SAMPLES];
  size_t n = (size_t)e->wav_rate * TICK / 1000000;
  for (size_t i = 0; i < n && i < MOST_SAMPLES; i++) {
    double at = (double)i * (double)samples / (double)n;
    size_t k = (size_t)at;
    size_t next = k + 1 < samples ? k + 1 : k;
    double part = at - (double)k;
    other[i] = (int16_t)((1 - part) * pcm[k] + part * pcm[next]);
  }
  wav_write(e->wav, other, n < MOST_SAMPLES ? n : MOST_SAMPLES);
}

static void take_events(ear *e) {
  static const char keys[] = "0123456789*#ABCDF";
  msnav_stream_event event;
  while (msnav_stream_next_event(e->stream, &event) == MSNAV_OK) {
    if (event.kind == MSNAV_STREAM_DTMF_END && event.value < 17 &&
        e->key != NULL) {
      e->key(keys[event.value], e->last, event.duration, e->key_arg);
    }
  }
}

static void play_until(ear *e, uint64_t time) {
  int16_t pcm[MOST_SAMPLES];
  while (e->clock + TICK <= time) {
    uint32_t rate = msnav_stream_play_rate(e->stream);
    size_t samples = (size_t)rate * TICK / 1000000;
    e->clock += TICK;
    if (samples > 0 && samples <= MOST_SAMPLES) {
      msnav_stream_play(e->stream, pcm, samples, e->clock);
      write_sound(e, pcm, samples, rate);
    }
  }
  take_events(e);
}

void ear_take(ear *e, const uint8_t *data, size_t len, const msnav_addr *from,
              uint64_t time, bool rtcp) {
  uint8_t copy[MSNAV_STREAM_MTU];
  if (len > sizeof(copy) || len == 0) {
    return;
  }
  memcpy(copy, data, len);
  if (time < e->clock) {
    time = e->clock; /* a capture's clock may step back */
  }
  if (time - e->clock > LONGEST_GAP) {
    play_until(e, e->clock + LONGEST_GAP / 2);
    e->clock = time;
  }
  play_until(e, time);
  e->last = time;
  if (rtcp) {
    (void)msnav_stream_receive_rtcp(e->stream, copy, len, from, time);
  } else {
    (void)msnav_stream_receive(e->stream, copy, len, from, time);
  }
  take_events(e);
}

bool ear_finish(ear *e, flow *f) {
  play_until(e, e->last + 2 * DELAY);
  f->suite = e->suite;
  msnav_stream_stats s = {.size = sizeof(s)};
  if (msnav_stream_get_stats(e->stream, &s) == MSNAV_OK) {
    f->decoded = s.played_frames > 0;
    f->lost = s.lost_packets > 0 ? (uint64_t)s.lost_packets : 0;
    f->recovered = s.recovered_frames;
    f->concealed = s.concealed_frames;
    f->late = s.late_packets;
    f->duplicates = s.duplicate_packets;
    f->refused = s.refused_malformed + s.refused_format + s.refused_payload +
                 s.refused_ssrc + s.refused_source + s.refused_sequence +
                 s.refused_srtp;
    f->sealed = s.refused_srtp;
    f->loss = s.loss_permille / 10.0;
    f->jitter_ms = s.jitter_us / 1000.0;
    f->mos = s.played_frames > 0 ? s.mos_centi / 100.0 : 0;
  }
  bool ok = wav_close(e->wav);
  msnav_stream_free(e->stream);
  g_free(e);
  return ok;
}

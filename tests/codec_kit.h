/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every codec of a library, and vectors that other implementations made of it
 * (tests/data/codec/vectors.py).  With CONFORMANCE_AVCODEC it is those of the
 * second library. */
#ifndef MSNAV_CODEC_KIT_H
#define MSNAV_CODEC_KIT_H

#include "test.h"

#ifdef CONFORMANCE_AVCODEC
#include <msnav/avcodec.h>
#else
#include <msnav/codec.h>
#endif

#define PCM_MAX 4000
#define PAYLOAD_MAX 2000

/* ---- the codecs */

/* The samples of a payload as the codec's RFC has them, 0: impossible, -1:
 * not so easily said. */
typedef int samples_fn(const uint8_t *in, size_t len);

#ifdef CONFORMANCE_AVCODEC
/* RFC 3551 section 4.5.3 */
static inline int samples_of_g723(const uint8_t *in, size_t len) {
  int samples = 0;
  while (len > 0) {
    size_t frame = (in[0] & 3) == 0   ? 24
                   : (in[0] & 3) == 1 ? 20
                   : (in[0] & 3) == 2 ? 4
                                      : 1;
    if (frame > len) {
      return 0;
    }
    in += frame;
    len -= frame;
    samples += 240;
  }
  return samples <= 960 ? samples : 0;
}

#else
/* RFC 3551 section 4.5.14, a byte a sample; at most 200 ms */
static inline int samples_of_g711(const uint8_t *in, size_t len) {
  (void)in;
  return len <= 1600 ? (int)len : 0;
}

/* RFC 3551 section 4.5.11 */
static inline int samples_of_l16(const uint8_t *in, size_t len) {
  (void)in;
  return len % 2 == 0 && len <= 3200 ? (int)len / 2 : 0;
}

/* RFC 3551 section 4.5.1: a header of four bytes, whose third is an index
 * into a table of 89 */
static inline int samples_of_dvi4(const uint8_t *in, size_t len) {
  return len > 4 && len <= 1604 && in[2] < 89 ? 2 * ((int)len - 4) : 0;
}

/* RFC 3551 section 4.5.8: frames of 33 bytes that begin 1101 */
static inline int samples_of_gsm(const uint8_t *in, size_t len) {
  for (size_t i = 0; i < len; i += 33) {
    if (in[i] >> 4 != 13 || len % 33 != 0) {
      return 0;
    }
  }
  return len <= 6 * 33 ? (int)len / 33 * 160 : 0;
}

/* RFC 6716 */
static inline int samples_of_opus(const uint8_t *in, size_t len) {
  (void)in;
  return len == 0 ? 0 : -1;
}
#endif

typedef struct row {
  const char *name;
  uint32_t rate; /* RTP clock; 0: any */
  const char *vectors;
  const char *speech;
  samples_fn *samples;
  bool encodes_exactly; /* there is one right code for a sound */
  double decodes;       /* least signal to noise in dB; 0: exactly */
  double alike;         /* of what was encoded and decoded */
} row;

static const row rows[] = {
#ifdef CONFORMANCE_AVCODEC
  {"G723", 8000, "g723", "speech-8000.s16", samples_of_g723, false, 0, .8},
#else
  {"PCMU", 8000, "pcmu", "speech-8000.s16", samples_of_g711, true, 0, .999},
  {"PCMA", 8000, "pcma", "speech-8000.s16", samples_of_g711, true, 0, .999},
  {"DVI4", 8000, "dvi4-8000", "speech-8000.s16", samples_of_dvi4, true, 0, .99},
  {"DVI4", 16000, "dvi4-16000", "speech-16000.s16", samples_of_dvi4, true, 0,
   .99},
  {"L16", 8000, "l16", "speech-8000.s16", samples_of_l16, true, 0, 1},
  {"GSM", 8000, "gsm", "speech-8000.s16", samples_of_gsm, true, 0, .9},
  {"opus", 48000, "opus", "speech-16000.s16", samples_of_opus, false, 30, .8},
#endif
};

static inline const msnav_audio_codec *each(size_t index) {
#ifdef CONFORMANCE_AVCODEC
  return msnav_avcodec_audio(index);
#else
  return msnav_codec_builtin(index);
#endif
}

/* NULL: not in this build */
static inline const msnav_audio_codec *codec_of(const row *r) {
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = each(i)) != NULL; i++) {
    if (strcmp(codec->name, r->name) == 0 && codec->clock_rate == r->rate) {
      return codec;
    }
  }
  return NULL;
}

static inline void *open_state(const msnav_audio_codec *codec) {
  void *state = NULL;
  if (codec->open != NULL) {
    assert_int_equal(codec->open(&state), MSNAV_OK);
  }
  return state;
}

static inline void close_state(const msnav_audio_codec *codec, void *state) {
  if (codec->close != NULL) {
    codec->close(state);
  }
}

/* Runs a test for each codec, and says for which one it fails. */
static inline void
for_each(void (*check)(const row *r, const msnav_audio_codec *codec)) {
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_audio_codec *codec = codec_of(&rows[i]);
    if (codec != NULL) {
      print_message("# %s/%u\n", codec->name, (unsigned)codec->clock_rate);
      check(&rows[i], codec);
    }
  }
}

/* ---- vectors */

typedef struct vectors {
  int16_t *said, *heard;
  size_t said_count, heard_count;
  uint8_t *packets;
  size_t packets_len;
} vectors;

static inline int16_t *load_samples(const char *name, size_t *count) {
  size_t len;
  char *bytes = load_data(name, &len);
  int16_t *pcm = malloc(len);
  for (size_t i = 0; i < len / 2; i++) {
    pcm[i] = (int16_t)((uint8_t)bytes[2 * i] | (uint8_t)bytes[2 * i + 1] << 8);
  }
  free(bytes);
  *count = len / 2;
  return pcm;
}

static inline vectors load(const row *r) {
  vectors v;
  char name[64];
  snprintf(name, sizeof(name), "codec/%s", r->speech);
  v.said = load_samples(name, &v.said_count);
  snprintf(name, sizeof(name), "codec/%s.s16", r->vectors);
  v.heard = load_samples(name, &v.heard_count);
  snprintf(name, sizeof(name), "codec/%s.rtp", r->vectors);
  v.packets = (uint8_t *)load_data(name, &v.packets_len);
  return v;
}

static inline void unload(vectors *v) {
  free(v->said);
  free(v->heard);
  free(v->packets);
}

/* The next packet in a block of its own size; NULL, of length 0, at the end. */
static inline uint8_t *next_packet(const vectors *v, size_t *at, size_t *len) {
  *len = 0;
  if (*at >= v->packets_len) {
    return NULL;
  }
  *len = (size_t)v->packets[*at] << 8 | v->packets[*at + 1];
  uint8_t *packet = (uint8_t *)exact_copy(v->packets + *at + 2, *len);
  *at += 2 + *len;
  return packet;
}

/* Everything the packets hold; how much that is. */
static inline size_t decode_all(const msnav_audio_codec *codec, void *s,
                                const vectors *v, int16_t *out) {
  size_t at = 0, len, done = 0;
  uint8_t *packet;
  while ((packet = next_packet(v, &at, &len)) != NULL) {
    int samples = codec->duration(packet, len);
    assert_true(samples > 0);
    int16_t *pcm = malloc((size_t)samples * sizeof(*pcm));
    assert_int_equal(codec->decode(s, packet, len, pcm, (size_t)samples),
                     samples);
    assert_true(done + (size_t)samples <= v->heard_count);
    memcpy(out + done, pcm, (size_t)samples * sizeof(*pcm));
    done += (size_t)samples;
    free(pcm);
    free(packet);
  }
  return done;
}

#endif

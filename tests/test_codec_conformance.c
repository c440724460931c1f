/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every codec keeps, whoever brings it: the rules of msnav/codec.h, and
 * vectors that other implementations made (tests/data/codec/vectors.py).
 * With CONFORMANCE_AVCODEC it is those of the second library. */
#include "test.h"

#include "support/oom.h"
#include "support/sound.h"

#ifdef CONFORMANCE_AVCODEC
#include <msnav/avcodec.h>
#else
#include <msnav/codec.h>
#endif

#define PCM_MAX 4000
#define PAYLOAD_MAX 2000
#define GUARD 0x5a

/* ---- the codecs */

/* The samples of a payload as the codec's RFC has them, 0: impossible, -1:
 * not so easily said. */
typedef int samples_fn(const uint8_t *in, size_t len);

#ifdef CONFORMANCE_AVCODEC
/* RFC 3551 section 4.5.3 */
static int samples_of_g723(const uint8_t *in, size_t len) {
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
static int samples_of_g711(const uint8_t *in, size_t len) {
  (void)in;
  return len <= 1600 ? (int)len : 0;
}

/* RFC 3551 section 4.5.11 */
static int samples_of_l16(const uint8_t *in, size_t len) {
  (void)in;
  return len % 2 == 0 && len <= 3200 ? (int)len / 2 : 0;
}

/* RFC 3551 section 4.5.1: a header of four bytes, whose third is an index
 * into a table of 89 */
static int samples_of_dvi4(const uint8_t *in, size_t len) {
  return len > 4 && len <= 1604 && in[2] < 89 ? 2 * ((int)len - 4) : 0;
}

/* RFC 3551 section 4.5.8: frames of 33 bytes that begin 1101 */
static int samples_of_gsm(const uint8_t *in, size_t len) {
  for (size_t i = 0; i < len; i += 33) {
    if (in[i] >> 4 != 13 || len % 33 != 0) {
      return 0;
    }
  }
  return len <= 6 * 33 ? (int)len / 33 * 160 : 0;
}

/* RFC 6716 */
static int samples_of_opus(const uint8_t *in, size_t len) {
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

static const msnav_audio_codec *each(size_t index) {
#ifdef CONFORMANCE_AVCODEC
  return msnav_avcodec_audio(index);
#else
  return msnav_codec_builtin(index);
#endif
}

/* NULL: not in this build */
static const msnav_audio_codec *codec_of(const row *r) {
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = each(i)) != NULL; i++) {
    if (strcmp(codec->name, r->name) == 0 && codec->clock_rate == r->rate) {
      return codec;
    }
  }
  return NULL;
}

static void *open_state(const msnav_audio_codec *codec) {
  void *state = NULL;
  if (codec->open != NULL) {
    assert_int_equal(codec->open(&state), MSNAV_OK);
  }
  return state;
}

static void close_state(const msnav_audio_codec *codec, void *state) {
  if (codec->close != NULL) {
    codec->close(state);
  }
}

/* Runs a test for each codec, and says for which one it fails. */
static void
for_each(void (*check)(const row *r, const msnav_audio_codec *codec)) {
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_audio_codec *codec = codec_of(&rows[i]);
    if (codec != NULL) {
      print_message("# %s/%u\n", codec->name, (unsigned)codec->clock_rate);
      check(&rows[i], codec);
    }
  }
}

static void every_codec_is_looked_at(void **state) {
  (void)state;
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = each(i)) != NULL; i++) {
    bool found = false;
    for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
      found |= codec_of(&rows[k]) == codec;
    }
    if (!found) {
      fail_msg("no vectors for %s", codec->name);
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

static int16_t *load_samples(const char *name, size_t *count) {
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

static vectors load(const row *r) {
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

static void unload(vectors *v) {
  free(v->said);
  free(v->heard);
  free(v->packets);
}

/* The next packet in a block of its own size; NULL at the end. */
static uint8_t *next_packet(const vectors *v, size_t *at, size_t *len) {
  if (*at >= v->packets_len) {
    return NULL;
  }
  *len = (size_t)v->packets[*at] << 8 | v->packets[*at + 1];
  uint8_t *packet = (uint8_t *)exact_copy(v->packets + *at + 2, *len);
  *at += 2 + *len;
  return packet;
}

/* Everything the packets hold; how much that is. */
static size_t decode_all(const msnav_audio_codec *codec, void *s,
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

static double decibels(const int16_t *want, const int16_t *got, size_t n) {
  double signal = 0, noise = 1e-9;
  for (size_t i = 0; i < n; i++) {
    double wrong = want[i] - got[i];
    signal += (double)want[i] * want[i];
    noise += wrong * wrong;
  }
  return 10 * log10(signal / noise);
}

static void check_decoder(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  int16_t *got = calloc(v.heard_count, sizeof(*got));
  void *s = open_state(codec);
  assert_int_equal(decode_all(codec, s, &v, got), v.heard_count);
  if (r->decodes == 0) {
    assert_memory_equal(got, v.heard, v.heard_count * sizeof(*got));
  } else {
    assert_true(decibels(v.heard, got, v.heard_count) >= r->decodes);
  }
  close_state(codec, s);
  free(got);
  unload(&v);
}

static void decodes_what_others_wrote(void **state) {
  (void)state;
  for_each(check_decoder);
}

/* The frames of the packets one after another: how they are packed is the
 * sender's affair. */
static void check_encoder(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  uint8_t *want = malloc(v.packets_len), *got = malloc(PAYLOAD_MAX);
  size_t at = 0, len, total = 0, done = 0;
  uint8_t *packet;
  while ((packet = next_packet(&v, &at, &len)) != NULL) {
    memcpy(want + total, packet, len);
    total += len;
    free(packet);
  }
  void *s = open_state(codec);
  size_t n = codec->frame_samples;
  for (size_t i = 0; r->encodes_exactly && i < v.said_count; i += n) {
    int bytes = codec->encode(s, v.said + i, n, got, PAYLOAD_MAX);
    assert_true(bytes > 0 && done + (size_t)bytes <= total);
    assert_memory_equal(got, want + done, (size_t)bytes);
    assert_int_equal(codec->duration(got, (size_t)bytes), n);
    done += (size_t)bytes;
  }
  assert_true(!r->encodes_exactly || done == total);
  close_state(codec, s);
  free(want);
  free(got);
  unload(&v);
}

static void encodes_as_others_do(void **state) {
  (void)state;
  for_each(check_encoder);
}

/* Both directions with one state, as a stream has it, a frame each in turn. */
static void check_round(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  int16_t *back = calloc(v.said_count, sizeof(*back));
  size_t n = codec->frame_samples, bits = 0;
  void *s = open_state(codec);
  for (size_t i = 0; i < v.said_count; i += n) {
    uint8_t payload[PAYLOAD_MAX];
    int len = codec->encode(s, v.said + i, n, payload, sizeof(payload));
    assert_true(len >= 0);
    bits += 8 * (size_t)len;
    if (len > 0) {
      assert_int_equal(codec->duration(payload, (size_t)len), n);
      assert_int_equal(codec->decode(s, payload, (size_t)len, back + i, n), n);
    }
  }
  double best = -1;
  size_t span = v.said_count / 2; /* up to 20 ms late */
  for (size_t lag = 0; lag <= codec->sample_rate / 50; lag++) {
    double alike = sound_alike(v.said + span / 2, back + span / 2 + lag, span);
    best = alike > best ? alike : best;
  }
  double rate = (double)bits * codec->sample_rate / (double)v.said_count;
  if (best < r->alike || rate > 1.5 * codec->bitrate ||
      rate < 0.5 * codec->bitrate) {
    fail_msg("%.4f alike at %.0f bit/s", best, rate);
  }
  close_state(codec, s);
  free(back);
  unload(&v);
}

static void sounds_like_what_was_said(void **state) {
  (void)state;
  for_each(check_round);
}

/* What one state encodes and decodes is not another one's affair. */
static void check_independence(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  size_t n = codec->frame_samples;
  void *one = open_state(codec), *two = open_state(codec);
  void *mixed = open_state(codec);
  for (size_t i = 0; i + n < v.said_count; i += n) {
    uint8_t a[PAYLOAD_MAX], b[PAYLOAD_MAX], other[PAYLOAD_MAX];
    int16_t pcm[PCM_MAX];
    int a_len = codec->encode(one, v.said + i, n, a, sizeof(a));
    int other_len = codec->encode(two, v.heard + i, n, other, sizeof(other));
    if (other_len > 0) {
      assert_int_equal(codec->decode(mixed, other, (size_t)other_len, pcm,
                                     PCM_MAX),
                       n);
    }
    int b_len = codec->encode(mixed, v.said + i, n, b, sizeof(b));
    assert_int_equal(b_len, a_len);
    assert_memory_equal(a, b, (size_t)a_len);
  }
  close_state(codec, one);
  close_state(codec, two);
  close_state(codec, mixed);
  unload(&v);
}

static void calls_and_directions_are_independent(void **state) {
  (void)state;
  for_each(check_independence);
}

/* ---- limits */

/* Decode in exact-size blocks.  The payload is refused in every place, or
 * gives what duration() says; MSNAV_ERR_PARSE when its bits make no sense. */
static int take(const msnav_audio_codec *codec, void *s, const uint8_t *bytes,
                size_t len) {
  uint8_t *in = (uint8_t *)exact_copy(bytes, len);
  int samples = codec->duration(in, len);
  size_t cap = samples > 0 ? (size_t)samples : 1;
  assert_true(samples > 0 || samples == MSNAV_ERR_PARSE);
  assert_true(samples <= PCM_MAX);
  int16_t *pcm = malloc(cap * sizeof(*pcm));
  int got = codec->decode(s, in, len, pcm, cap);
  if (got != samples && !(samples > 0 && got == MSNAV_ERR_PARSE)) {
    fail_msg("%zu bytes: %d of %d samples", len, got, samples);
  }
  free(pcm);
  free(in);
  return samples;
}

static void check_sizes(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  void *s = open_state(codec);
  size_t at = 0, len;
  for (int i = 0; i < 3; i++) { /* a few packets, cut and extended */
    uint8_t *packet = next_packet(&v, &at, &len), bytes[PAYLOAD_MAX] = {0};
    memcpy(bytes, packet, len);
    free(packet);
    for (size_t part = 0; part < sizeof(bytes); part++) {
      int want = r->samples(bytes, part), got = take(codec, s, bytes, part);
      if (want >= 0 && got != (want > 0 ? want : MSNAV_ERR_PARSE)) {
        fail_msg("%zu bytes: %d instead of %d", part, got, want);
      }
    }
  }
  close_state(codec, s);
  unload(&v);
}

static void impossible_sizes_are_refused(void **state) {
  (void)state;
  for_each(check_sizes);
}

static void check_garbage(const row *r, const msnav_audio_codec *codec) {
  void *s = open_state(codec);
  uint32_t seed = 1;
  size_t taken = 0;
  for (int i = 0; i < 20000; i++) {
    uint8_t bytes[200];
    seed = seed * 1664525u + 1013904223u;
    size_t len = (seed >> 8) % sizeof(bytes);
    for (size_t k = 0; k < len; k++) {
      seed = seed * 1664525u + 1013904223u;
      bytes[k] = (uint8_t)(seed >> 24);
    }
    int want = r->samples(bytes, len), got = take(codec, s, bytes, len);
    assert_true(want < 0 || got == (want > 0 ? want : MSNAV_ERR_PARSE));
    taken += got > 0;
  }
  assert_true(taken > 0);
  /* after a reset nothing of that is left */
  if (codec->reset != NULL) {
    vectors v = load(r);
    int16_t *want = calloc(v.heard_count, sizeof(*want));
    int16_t *got = calloc(v.heard_count, sizeof(*got));
    void *fresh = open_state(codec);
    codec->reset(s);
    decode_all(codec, s, &v, got);
    decode_all(codec, fresh, &v, want);
    assert_memory_equal(got, want, v.heard_count * sizeof(*got));
    close_state(codec, fresh);
    free(want);
    free(got);
    unload(&v);
  }
  close_state(codec, s);
}

static void garbage_is_taken_or_refused_whole(void **state) {
  (void)state;
  for_each(check_garbage);
}

static bool is_untouched(const void *bytes, size_t len) {
  for (size_t i = 0; i < len; i++) {
    if (((const uint8_t *)bytes)[i] != GUARD) {
      return false;
    }
  }
  return true;
}

static void check_room(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  size_t n = codec->frame_samples, at = 0, len;
  void *s = open_state(codec), *encoder = open_state(codec);
  uint8_t *packet = next_packet(&v, &at, &len);
  size_t samples = (size_t)codec->duration(packet, len);
  int16_t pcm[PCM_MAX];
  for (size_t cap = 0; cap < samples; cap++) {
    memset(pcm, GUARD, sizeof(pcm));
    assert_int_equal(codec->decode(s, packet, len, pcm, cap),
                     MSNAV_ERR_NOSPACE);
    assert_true(is_untouched(pcm + cap, sizeof(pcm) - cap * sizeof(*pcm)));
  }
  memset(pcm, GUARD, sizeof(pcm));
  assert_int_equal(codec->decode(s, packet, len, pcm, PCM_MAX), samples);
  assert_true(
    is_untouched(pcm + samples, sizeof(pcm) - samples * sizeof(*pcm)));
  /* what is too little for one packet may do for another one's bits */
  for (size_t cap = 0; cap < 400; cap++) {
    uint8_t out[PAYLOAD_MAX];
    memset(out, GUARD, sizeof(out));
    int bytes = codec->encode(encoder, v.said + n, n, out, cap);
    assert_true(bytes == MSNAV_ERR_NOSPACE || (bytes > 0 && cap > 0));
    assert_true(bytes < 0 || (size_t)bytes <= cap);
    assert_true(is_untouched(out + cap, sizeof(out) - cap));
    assert_true(!r->encodes_exactly || bytes < 0 || cap >= len);
  }
  close_state(codec, s);
  close_state(codec, encoder);
  free(packet);
  unload(&v);
}

static void no_more_is_written_than_there_is_room(void **state) {
  (void)state;
  for_each(check_room);
}

/* ---- losses */

static void check_losses(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  size_t n = codec->frame_samples, at = 0, len, known = 0;
  int16_t pcm[PCM_MAX];
  uint8_t *packet;
  void *s = open_state(codec);
  for (int i = 0; (packet = next_packet(&v, &at, &len)) != NULL; i++) {
    if (codec->recover != NULL && i % 4 == 3) {
      memset(pcm, GUARD, sizeof(pcm));
      int got = codec->recover(s, packet, len, pcm, n);
      assert_true(got == 0 || got == (int)n);
      assert_true(is_untouched(pcm + n, sizeof(pcm) - n * sizeof(*pcm)));
      for (size_t part = 0; part < len; part++) {
        uint8_t *cut = (uint8_t *)exact_copy(packet, part);
        assert_true(codec->recover(s, cut, part, pcm, n) <= (int)n);
        free(cut);
      }
    }
    if (codec->conceal != NULL && i % 4 == 2) {
      memset(pcm, GUARD, sizeof(pcm));
      assert_int_equal(codec->conceal(s, pcm, n), n);
      assert_true(is_untouched(pcm + n, sizeof(pcm) - n * sizeof(*pcm)));
      assert_true(codec->conceal(s, pcm, 0) < 0);
      assert_true(codec->conceal(s, pcm, n + 1) < 0);
      known++;
    }
    assert_true(codec->decode(s, packet, len, pcm, PCM_MAX) > 0);
    free(packet);
  }
  assert_true(codec->conceal == NULL || known > 0);
  for (unsigned percent = 0; codec->expect_loss != NULL && percent < 300;
       percent += 50) {
    codec->expect_loss(s, percent);
    assert_true(codec->encode(s, v.said, n, (uint8_t *)pcm, sizeof(pcm)) >= 0);
  }
  close_state(codec, s);
  unload(&v);
}

/* What is made up of speech does not go on for ever. */
static void check_fading(const row *r, const msnav_audio_codec *codec) {
  vectors v = load(r);
  size_t n = codec->frame_samples, at = 0, len;
  int16_t pcm[PCM_MAX];
  uint8_t *packet;
  void *s = open_state(codec);
  for (int i = 0; i < 5 && (packet = next_packet(&v, &at, &len)); i++) {
    assert_true(codec->decode(s, packet, len, pcm, PCM_MAX) > 0);
    free(packet);
  }
  double level = sound_rms(pcm, n);
  for (size_t i = 0; codec->conceal != NULL && i < 100; i++) {
    assert_int_equal(codec->conceal(s, pcm, n), n);
    assert_true(sound_rms(pcm, n) < 1.5 * level);
  }
  assert_true(level > 300);
  assert_true(codec->conceal == NULL || sound_rms(pcm, n) < 0.1 * level);
  close_state(codec, s);
  unload(&v);
}

static void losses_fade(void **state) {
  (void)state;
  for_each(check_fading);
}

static void losses_are_made_up_within_limits(void **state) {
  (void)state;
  for_each(check_losses);
}

static void check_memory(const row *r, const msnav_audio_codec *codec) {
  (void)r;
  for (unsigned nth = 1; codec->open != NULL; nth++) {
    void *s = NULL;
    oom_fail(nth);
    msnav_error err = codec->open(&s);
    if (!oom_failed()) {
      assert_int_equal(err, MSNAV_OK);
      codec->close(s);
      assert_true(nth > 1);
      return;
    }
    assert_int_equal(err, MSNAV_ERR_NOMEM);
    assert_null(s);
  }
}

static void lack_of_memory_is_said(void **state) {
  (void)state;
  for_each(check_memory);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_codec_is_looked_at),
    cmocka_unit_test(decodes_what_others_wrote),
    cmocka_unit_test(encodes_as_others_do),
    cmocka_unit_test(sounds_like_what_was_said),
    cmocka_unit_test(calls_and_directions_are_independent),
    cmocka_unit_test(impossible_sizes_are_refused),
    cmocka_unit_test(garbage_is_taken_or_refused_whole),
    cmocka_unit_test(no_more_is_written_than_there_is_room),
    cmocka_unit_test(losses_are_made_up_within_limits),
    cmocka_unit_test(losses_fade),
    cmocka_unit_test(lack_of_memory_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

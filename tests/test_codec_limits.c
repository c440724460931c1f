/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no codec does, whoever brings it and whatever it is given: payloads of
 * impossible sizes, garbage, little room, losses, no memory. */
#include "codec_kit.h"

#include "support/oom.h"
#include "support/sound.h"

#define GUARD 0x5a

/* ---- what is given */

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
    cmocka_unit_test(impossible_sizes_are_refused),
    cmocka_unit_test(garbage_is_taken_or_refused_whole),
    cmocka_unit_test(no_more_is_written_than_there_is_room),
    cmocka_unit_test(losses_are_made_up_within_limits),
    cmocka_unit_test(losses_fade),
    cmocka_unit_test(lack_of_memory_is_said),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The level meter against the definition, in floating point. */
#include "test.h"

#include "media/level.h"
#include "support/sound.h"

#define N 960

static double true_level(const int16_t *pcm, size_t n) {
  double rms = sound_rms(pcm, n);
  return rms > 0 ? -20 * log10(rms / 32768) : 127;
}

static void silence_is_127(void **state) {
  (void)state;
  int16_t pcm[N] = {0};
  assert_int_equal(msnav_level(pcm, N), 127);
  assert_int_equal(msnav_level(pcm, 0), 127);
}

static void full_scale_is_0(void **state) {
  (void)state;
  int16_t pcm[N];
  for (int i = 0; i < N; i++) {
    pcm[i] = i % 2 == 0 ? INT16_MIN : INT16_MAX;
  }
  assert_int_equal(msnav_level(pcm, N), 0);
  for (int i = 0; i < N; i++) {
    pcm[i] = INT16_MIN;
  }
  assert_int_equal(msnav_level(pcm, N), 0); /* no overflow */
}

static void level_is_within_a_decibel(void **state) {
  (void)state;
  static const size_t lengths[] = {1, 31, 32, 33, 80, 160, 320, 882, 960};
  uint32_t seed = 1;
  for (size_t k = 0; k < ARRAY_LEN(lengths); k++) {
    for (double amplitude = 32767; amplitude > 20; amplitude *= 0.9) {
      int16_t pcm[N];
      sound_noise(pcm, lengths[k], (int)amplitude, &seed);
      double want = true_level(pcm, lengths[k]);
      if (want < 70) {
        double got = msnav_level(pcm, lengths[k]);
        assert_true(fabs(got - want) < 1.0);
      }
    }
  }
}

static void sine_is_3_below_its_peak(void **state) {
  (void)state;
  int16_t pcm[N];
  sound_sine(pcm, N, 1000, 8000, 32767, 0);
  assert_int_equal(msnav_level(pcm, N), 3);
  sound_sine(pcm, N, 1000, 8000, 3276.7, 0);
  assert_int_equal(msnav_level(pcm, N), 23);
  sound_sine(pcm, N, 1000, 8000, 32.767, 0);
  assert_int_equal(msnav_level(pcm, N), 63);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(silence_is_127),
    cmocka_unit_test(full_scale_is_0),
    cmocka_unit_test(level_is_within_a_decibel),
    cmocka_unit_test(sine_is_3_below_its_peak),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

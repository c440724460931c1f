/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comfort noise: descriptions against RFC 3389 and known noise, and whether
 * what is made of them sounds alike. */
#include "test.h"

#include "media/noise.h"
#include "support/sound.h"

#define N 16000
#define FRAME 160

/* Noise through 1 / (1 + a1 z^-1 + a2 z^-2). */
static void colour(int16_t *pcm, size_t n, double rms, const double a[2]) {
  double past[2] = {0, 0}, sum = 0;
  double *out = malloc(n * sizeof(*out));
  uint32_t seed = 7;
  for (size_t i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    double sample = (double)(seed >> 8) / 0x800000 - 1;
    sample -= a[0] * past[0] + a[1] * past[1];
    past[1] = past[0];
    past[0] = sample;
    out[i] = sample;
    sum += sample * sample / (double)n;
  }
  for (size_t i = 0; i < n; i++) {
    pcm[i] = (int16_t)lrint(out[i] * rms / sqrt(sum));
  }
  free(out);
}

static void
describe(const int16_t *pcm, size_t n, uint8_t payload[MSNAV_NOISE_PAYLOAD]) {
  msnav_background b = {.known = false};
  for (size_t i = 0; i + FRAME <= n; i += FRAME) {
    msnav_background_hear(&b, pcm + i, FRAME);
  }
  msnav_background_describe(&b, payload);
}

/* section 3.2 */
static double coefficient(uint8_t index) {
  return 258.0 * (index - 127) / 32768;
}

/* Correlation of neighbours, k apart. */
static double alike(const int16_t *pcm, size_t n, size_t k) {
  double both = 0, all = 0;
  for (size_t i = k; i < n; i++) {
    both += (double)pcm[i] * pcm[i - k];
    all += (double)pcm[i] * pcm[i];
  }
  return both / all;
}

static const double colours[][2] = {
  {0, 0},      /* white */
  {-0.9, 0},   /* a fan */
  {0.7, 0},    /* hiss */
  {-1.2, 0.8}, /* hum at 1,060 Hz */
  {0.3, 0.5},
};

static void level_is_that_of_the_noise(void **state) {
  (void)state;
  int16_t pcm[N];
  for (size_t c = 0; c < ARRAY_LEN(colours); c++) {
    for (unsigned level = 30; level <= 70; level += 10) {
      uint8_t payload[MSNAV_NOISE_PAYLOAD];
      colour(pcm, N, 32768 * pow(10, -(double)level / 20), colours[c]);
      describe(pcm, N, payload);
      assert_in_range(payload[0], level - 1, level + 1);
    }
  }
}

/* A filter of the second order is known from its description: k2 = a2, k1 =
 * a1 / (1 + a2), and further ones are 0. */
static void coefficients_are_those_of_the_filter(void **state) {
  (void)state;
  int16_t pcm[N];
  for (size_t c = 0; c < ARRAY_LEN(colours); c++) {
    const double *a = colours[c];
    uint8_t payload[MSNAV_NOISE_PAYLOAD];
    colour(pcm, N, 500, a);
    describe(pcm, N, payload);
    assert_true(fabs(coefficient(payload[1]) - a[0] / (1 + a[1])) < 0.1);
    assert_true(fabs(coefficient(payload[2]) - a[1]) < 0.15);
    for (size_t i = 3; i < MSNAV_NOISE_PAYLOAD; i++) {
      assert_true(fabs(coefficient(payload[i])) < 0.15);
    }
  }
}

static void nothing_is_described_as_silence(void **state) {
  (void)state;
  int16_t pcm[FRAME] = {0};
  uint8_t payload[MSNAV_NOISE_PAYLOAD];
  describe(pcm, FRAME, payload);
  assert_int_equal(payload[0], 127);
  for (size_t i = 1; i < MSNAV_NOISE_PAYLOAD; i++) {
    assert_int_equal(payload[i], 127); /* 0 */
  }
}

static void full_scale_stays_in_seven_bits(void **state) {
  (void)state;
  int16_t pcm[FRAME];
  uint8_t payload[MSNAV_NOISE_PAYLOAD];
  for (size_t i = 0; i < FRAME; i++) {
    pcm[i] = i % 2 == 0 ? INT16_MIN : INT16_MAX;
  }
  describe(pcm, FRAME, payload);
  assert_int_equal(payload[0], 0);
  assert_in_range(payload[1], 250, 254); /* 255 is reserved */
}

static void what_is_made_sounds_like_what_was_described(void **state) {
  (void)state;
  int16_t pcm[N], made[N];
  for (size_t c = 0; c < ARRAY_LEN(colours); c++) {
    uint8_t payload[MSNAV_NOISE_PAYLOAD];
    colour(pcm, N, 300, colours[c]);
    describe(pcm, N, payload);
    msnav_noise n;
    msnav_noise_init(&n);
    msnav_noise_follow(&n, payload, sizeof(payload));
    msnav_noise_make(&n, made, N);
    assert_true(fabs(20 * log10(sound_rms(made, N) / 300)) < 1.5);
    for (size_t k = 1; k <= 4; k++) {
      assert_true(fabs(alike(made, N, k) - alike(pcm, N, k)) < 0.1);
    }
  }
}

/* An older sender describes the level alone; a newer one may say more than
 * is used (section 3). */
static void descriptions_of_any_length_are_followed(void **state) {
  (void)state;
  uint8_t payload[40];
  memset(payload, 127, sizeof(payload));
  for (size_t len = 1; len <= sizeof(payload); len++) {
    uint8_t *copy = (uint8_t *)exact_copy(payload, len);
    copy[0] = 0x80 | 45; /* the first bit has no meaning */
    int16_t made[N];
    msnav_noise n;
    msnav_noise_init(&n);
    msnav_noise_follow(&n, copy, len);
    msnav_noise_make(&n, made, N);
    assert_true(fabs(20 * log10(sound_rms(made, N) / 32768) + 45) < 0.5);
    free(copy);
  }
}

static void another_level_is_reached_without_a_step(void **state) {
  (void)state;
  int16_t made[800];
  msnav_noise n;
  msnav_noise_init(&n);
  msnav_noise_follow(&n, (const uint8_t *)"\x46", 1); /* -70 */
  msnav_noise_make(&n, made, 800);
  msnav_noise_follow(&n, (const uint8_t *)"\x1e", 1); /* -30 */
  msnav_noise_make(&n, made, 800);
  assert_true(sound_rms(made, 8) < 32768 * pow(10, -1.5) / 4);
  assert_true(fabs(20 * log10(sound_rms(made + 400, 400) / 32768) + 30) < 1);
}

/* Nobody checks what a peer says; the filter must stay a filter. */
static void hostile_descriptions_do_no_harm(void **state) {
  (void)state;
  uint32_t seed = 1;
  msnav_noise n;
  msnav_noise_init(&n);
  for (int i = 0; i < 20000; i++) {
    uint8_t payload[MSNAV_NOISE_PAYLOAD];
    for (size_t k = 0; k < sizeof(payload); k++) {
      seed = seed * 1664525u + 1013904223u;
      uint8_t byte = (uint8_t)(seed >> 24);
      payload[k] = byte < 100 ? 0 : byte < 200 ? 254 : byte;
    }
    msnav_noise_follow(&n, payload, sizeof(payload));
    int16_t made[40];
    msnav_noise_make(&n, made, 40);
  }
  /* and it is itself again at once */
  int16_t made[N];
  msnav_noise_follow(&n, (const uint8_t *)"\x32", 1);
  msnav_noise_make(&n, made, N);
  assert_true(fabs(20 * log10(sound_rms(made + 800, N - 800) / 32768) + 50) <
              1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(level_is_that_of_the_noise),
    cmocka_unit_test(coefficients_are_those_of_the_filter),
    cmocka_unit_test(nothing_is_described_as_silence),
    cmocka_unit_test(full_scale_stays_in_seven_bits),
    cmocka_unit_test(what_is_made_sounds_like_what_was_described),
    cmocka_unit_test(descriptions_of_any_length_are_followed),
    cmocka_unit_test(another_level_is_reached_without_a_step),
    cmocka_unit_test(hostile_descriptions_do_no_harm),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

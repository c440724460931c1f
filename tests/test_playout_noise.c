/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Silence and comfort noise: a pause is no loss, noise has its level and fades
 * away. */
#include "playout_kit.h"

static void a_pause_is_silence_not_loss(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160 * 100], pcm[160];
  sound_voice(sound, 160 * 100, 130, 8000, 0);
  unsigned paused = 0;
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    if (i >= 30 && i < 60) {
      b->timestamp += 160; /* nothing is sent: the sequence stays */
    } else {
      assert_int_equal(push(b, L8, sound + 160 * i, 320, 160), MSNAV_OK);
    }
    unsigned played = pull(b, pcm, 160);
    paused |= i > 34 && i < 60 ? played : 0;
  }
  assert_int_equal(paused, MSNAV_PLAYED_NOISE);
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.late + stats.discarded, 0);
  assert_in_range(stats.played, 69, 70);
  free(b);
}

/* With 120 ms of delay what comes after a pause of 60 ms is here before it
 * begins. */
static void a_pause_that_is_known_is_faded_into(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160], out[160 * 60];
  unsigned played = 0;
  msnav_playout_init(&b->p, b->decoders, 120 * MS, 0);
  for (int i = 0; i < 60; i++, b->now += 20 * MS) {
    if (i >= 30 && i < 33) {
      b->timestamp += 160;
    } else {
      sound_sine(sound, 160, 210, 8000, 8000, (size_t)i * 160);
      assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    }
    unsigned bits = pull(b, out + 160 * i, 160);
    played |= i > 12 ? bits : 0;
  }
  assert_int_equal(played, MSNAV_PLAYED_FRAME | MSNAV_PLAYED_NOISE);
  assert_int_equal(stats_of(b).concealed_us, 0);
  assert_true(sound_step(out + 160 * 12, 160 * 48) <
              1.2 * 8000 * TWO_PI * 210 / 8000);
  free(b);
}

static void comfort_noise_is_played_at_its_level(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160], pcm[160];
  sound_voice(sound, 160, 130, 8000, 0);
  for (int i = 0; i < 10; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  const uint8_t noise[3] = {50, 100, 90}; /* -50 dBov and a spectrum */
  assert_int_equal(push(b, NOISE, noise, 3, 160), MSNAV_OK);
  double sum = 0;
  int16_t last = sound[159];
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    unsigned played = pull(b, pcm, 160);
    assert_true(i < 5 || abs(pcm[0] - last) < 700); /* no click */
    last = pcm[159];
    if (i >= 10) {
      assert_int_equal(played, MSNAV_PLAYED_NOISE);
      sum += sound_rms(pcm, 160) / 90;
    }
  }
  assert_true(fabs(20 * log10(sum / 32768) + 50) < 2);
  assert_int_equal(stats_of(b).concealed_us, 0);
  assert_int_equal(stats_of(b).underruns, 0);
  /* it ends with the next frame */
  b->timestamp += 160 * 99;
  for (int i = 0; i < 10; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  assert_memory_equal(pcm, sound, sizeof(pcm));
  free(b);
}

/* It appears as the sound before it disappears: in 60 ms. */
static void comfort_noise_fades_in(void **state) {
  (void)state;
  bed *b = bed_new();
  static const int16_t silence[160];
  int16_t pcm[160], out[160 * 8];
  for (int i = 0; i < 10; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, silence, 320, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  const uint8_t noise[1] = {30}; /* -30 dBov: 1,036 */
  assert_int_equal(push(b, NOISE, noise, 1, 160), MSNAV_OK);
  size_t begin = 0;
  for (int i = 0; i < 8; i++, b->now += 20 * MS) {
    (void)pull(b, out + 160 * i, 160);
  }
  while (begin < 320 && out[begin] == 0) {
    begin++;
  }
  assert_in_range(sound_rms(out + begin, 80), 1, 200);
  assert_in_range(sound_rms(out + begin + 200, 80), 300, 700);
  assert_in_range(sound_rms(out + begin + 600, 240), 900, 1200);
  free(b);
}

static void comfort_noise_fades_away_beneath_what_follows(void **state) {
  (void)state;
  bed *b = bed_new();
  static const int16_t silence[160];
  int16_t pcm[160];
  for (int i = 0; i < 10; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, silence, 320, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  const uint8_t noise[1] = {30}; /* -30 dBov: 1,036 */
  assert_int_equal(push(b, NOISE, noise, 1, 160), MSNAV_OK);
  for (int i = 0; i < 50; i++, b->now += 20 * MS) {
    (void)pull(b, pcm, 160);
  }
  b->timestamp += 160 * 49;
  unsigned played = 0;
  while ((played & MSNAV_PLAYED_FRAME) == 0) {
    assert_int_equal(push(b, L8, silence, 320, 160), MSNAV_OK);
    played = pull(b, pcm, 160);
    b->now += 20 * MS;
  }
  assert_int_equal(played, MSNAV_PLAYED_FRAME); /* it begins with this pull */
  assert_in_range(sound_rms(pcm, 10), 500, 1200);
  assert_in_range(sound_rms(pcm + 20, 20), 50, 500);
  for (int i = 40; i < 160; i++) { /* 5 ms later it is gone */
    assert_int_equal(pcm[i], 0);
  }
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_pause_is_silence_not_loss),
    cmocka_unit_test(a_pause_that_is_known_is_faded_into),
    cmocka_unit_test(comfort_noise_fades_in),
    cmocka_unit_test(comfort_noise_is_played_at_its_level),
    cmocka_unit_test(comfort_noise_fades_away_beneath_what_follows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

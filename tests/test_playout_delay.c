/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The delay of what is played, on changing networks and with drifting clocks:
 * brought back by scaling time or by joins, judged by what is heard. */
#include "playout_kit.h"
#include "support/traces.h"

/* ---- time-scaling */

/* Voice through a made-up network; every sample of it is heard. */
static void after_a_stall_the_delay_comes_back_unheard(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 5; seed++) {
    bed *b = bed_new();
    trace t = trace_make(TRACE_STALL, seed, 900);
    int16_t *sound = calloc(160 * 900, sizeof(*sound));
    int16_t *out = calloc(160 * 1000, sizeof(*out));
    sound_voice(sound, 160 * 900, 140, 8000, 0);
    size_t next = 0, n = 0;
    msnav_playout_stats stats;
    uint32_t most = 0;
    int64_t back = 0;
    int64_t now = t.packets[0].arrival;
    for (; next < t.count; now += 20 * MS, n += 160) {
      for (; next < t.count && t.packets[next].arrival <= now; next++) {
        b->now = 1000000 + (msnav_usec)t.packets[next].arrival;
        b->sequence = t.packets[next].index;
        b->timestamp = t.packets[next].index * 160;
        uint8_t payload[160];
        const int16_t *frame = sound + 160 * t.packets[next].index;
        (void)b->decoders[PCMU].codec->encode(NULL, frame, 160, payload, 160);
        assert_int_equal(push(b, PCMU, payload, 160, 0), MSNAV_OK);
      }
      b->now = 1000000 + (msnav_usec)now;
      (void)pull(b, out + n, 160);
      stats = stats_of(b);
      most = stats.delay_us > most ? stats.delay_us : most;
      back = stats.delay_us > 50 * MS || b->p.jitter.dry ? now : back;
    }
    assert_true(most > 150 * MS);
    assert_true(back < 300 * 20 * MS + 200 * MS + 3000 * MS);
    assert_int_equal(stats.late + stats.discarded, 0);
    assert_in_range(stats.removed_us, 120 * MS, 260 * MS);
    assert_in_range(stats.played, 897, 900);
    int natural = sound_step(sound, 160 * 900);
    assert_true(sound_step(out + 320, n - 320) <= natural + natural / 3);
    free(t.packets);
    free(sound);
    free(out);
    free(b);
  }
}

/* How often time is scaled while the delay is far above its target and while
 * it is near, of a hundred frames; and the excess in the end. */
typedef struct share {
  double far, near;
  msnav_usec excess;
} share;

/* Voice, and noise of so much of its power. */
static int16_t *noisy_voice(size_t samples, double noise) {
  int16_t *sound = calloc(samples, sizeof(*sound));
  uint32_t seed = 1;
  sound_voice(sound, samples, 140, 8000, 0);
  int peak = (int)(sqrt(3 * noise) * sound_rms(sound, samples));
  for (size_t i = 0; i < samples; i++) {
    int16_t hiss;
    sound_noise(&hiss, 1, peak, &seed);
    sound[i] = (int16_t)(sound[i] / 2 + hiss / 2);
  }
  return sound;
}

/* The player stood still for so many frames. */
static share after_a_standstill(int still, double noise) {
  bed *b = bed_new();
  enum { FRAMES = 150 };
  int16_t *sound = noisy_voice(160 * FRAMES, noise), pcm[160];
  double frames[2] = {0}, scaled[2] = {0};
  msnav_usec excess = 0;
  for (int i = 0; i < FRAMES; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, sound + 160 * i, 320, 160), MSNAV_OK);
    if (i >= 30 && i < 30 + still) {
      continue;
    }
    msnav_playout_stats before = stats_of(b);
    unsigned played = pull(b, pcm, 160);
    msnav_playout_stats now = stats_of(b);
    excess = now.delay_us > now.target_us ? now.delay_us - now.target_us : 0;
    bool far = excess > 80 * MS, near = excess > 30 * MS && excess < 60 * MS;
    if (i > 31 + still && (far || near)) {
      frames[far] += now.played - before.played;
      scaled[far] += (played & MSNAV_PLAYED_STRETCHED) != 0;
    }
  }
  free(sound);
  free(b);
  return (share){100 * scaled[1] / frames[1], 100 * scaled[0] / frames[0],
                 excess};
}

/* Every other frame instead of every fourth, and in sound that is not quite
 * periodic, too, which is left as it is when the delay is near. */
static void the_farther_off_the_sooner_the_delay_comes_back(void **state) {
  (void)state;
  share voice = after_a_standstill(10, 0), noisy = after_a_standstill(10, 0.5);
  share less = after_a_standstill(2, 0.5);
  assert_true(voice.far > 40 && noisy.far > 40);
  assert_true(voice.near > 15 && voice.near < 30);
  assert_true(voice.excess < 25 * MS);
  assert_true(noisy.excess < 60 * MS + 20 * MS); /* and a pull */
  assert_true(less.near == 0 && less.excess > 30 * MS);
}

/* Sound is made longer until the new least delay is there, wherever in their
 * pulls the frames begin, and then no more. */
static void a_greater_least_delay_is_reached_by_scaling(void **state) {
  (void)state;
  static const size_t firsts[] = {160, 20, 80, 140};
  static const double pitches[] = {90, 130, 220};
  for (size_t k = 0; k < ARRAY_LEN(firsts) * ARRAY_LEN(pitches); k++) {
    bed *b = bed_new();
    int16_t sound[160], pcm[160];
    double pitch = pitches[k / ARRAY_LEN(firsts)];
    unsigned made_up = 0;
    msnav_playout_stats soon = {0};
    for (int i = 0; i < 300; i++, b->now += 20 * MS) {
      sound_voice(sound, 160, pitch, 8000, (size_t)i * 160);
      assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
      if (i == 20) {
        (void)pull(b, pcm, firsts[k % ARRAY_LEN(firsts)]);
      }
      unsigned played = pull(b, pcm, 160);
      made_up |= i > 20 ? played & ~(unsigned)MSNAV_PLAYED_STRETCHED : 0;
      if (i == 50) {
        msnav_playout_set_min_delay(&b->p, 100 * MS);
      }
      soon = i <= 150 ? stats_of(b) : soon;
    }
    msnav_playout_stats stats = stats_of(b);
    assert_int_equal(made_up, MSNAV_PLAYED_FRAME);
    /* in 2 s, and not a period of the lowest voice more */
    assert_in_range(soon.delay_us, 100 * MS, 112500);
    assert_in_range(stats.delay_us, 100 * MS, 112500);
    assert_true(stats.inserted_us < 112500);
    free(b);
  }
}

/* 80 ms more from one packet to the next: one gap, and no stutter while the
 * buffer learns that it will stay like this. */
static void a_longer_route_is_followed_without_stutter(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed < 6; seed++) {
    bed *b = bed_new();
    trace t = trace_make(TRACE_STEP, seed, 6000);
    uint8_t payload[160] = {0};
    int16_t pcm[160];
    size_t next = 0;
    for (int64_t now = t.packets[0].arrival; next < t.count; now += 20 * MS) {
      for (; next < t.count && t.packets[next].arrival <= now; next++) {
        b->now = 1000000 + (msnav_usec)t.packets[next].arrival;
        b->sequence = t.packets[next].index;
        b->timestamp = t.packets[next].index * 160;
        payload[0] = (uint8_t)next;
        assert_int_equal(push(b, PCMU, payload, 160, 0), MSNAV_OK);
      }
      b->now = 1000000 + (msnav_usec)now;
      (void)pull(b, pcm, 160);
    }
    msnav_playout_stats stats = stats_of(b);
    assert_in_range(stats.underruns, 1, 8);
    assert_true(stats.concealed_us < 240 * MS + t.lost * 20 * MS);
    assert_int_equal(stats.late + stats.discarded, 0);
    free(t.packets);
    free(b);
  }
}

/* The peer's clock is fast or slow: an hour, and nothing is concealed. */
static void drifting_clocks_are_followed_by_scaling(void **state) {
  (void)state;
  static const double skews[] = {300e-6, -300e-6};
  for (size_t k = 0; k < ARRAY_LEN(skews); k++) {
    bed *b = bed_new();
    int16_t sound[1600], pcm[160];
    uint64_t seed = 1;
    sound_voice(sound, 1600, 100, 8000, 0);
    double period = 20000 * (1 - skews[k]);
    uint32_t sent = 0, low = UINT32_MAX, high = 0;
    msnav_playout_stats stats, early = {0};
    for (int tick = 0; tick < 180000; tick++) {
      msnav_usec now = 1000000 + (msnav_usec)tick * 20000;
      while (1000000 + sent * period + 3000 <= (double)now) {
        b->now = (msnav_usec)(1000000 + sent * period + 3000 * chance(&seed));
        assert_int_equal(push(b, L8, sound + 160 * (sent % 10), 320, 160),
                         MSNAV_OK);
        sent++;
      }
      b->now = now;
      (void)pull(b, pcm, 160);
      stats = stats_of(b);
      if (tick == 3000) {
        early = stats;
      }
      if (tick > 3000) {
        low = stats.delay_us < low ? stats.delay_us : low;
        high = stats.delay_us > high ? stats.delay_us : high;
      }
    }
    assert_true(high < 40 * MS);
    assert_true(stats.concealed_us - early.concealed_us <= 100 * MS);
    assert_int_equal(stats.late + stats.discarded, 0);
    /* 300 ppm of an hour are 1,080 ms */
    int64_t net = (int64_t)(stats.removed_us - early.removed_us) -
                  (int64_t)(stats.inserted_us - early.inserted_us);
    assert_true(llabs(net - (skews[k] > 0 ? 1 : -1) * 1062 * MS) < 60 * MS);
    free(b);
  }
}

/* ---- joins */

static void a_sudden_flood_is_discarded_through_joins(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t *sound = calloc(160 * 120, sizeof(*sound));
  int16_t *out = calloc(160 * 120, sizeof(*out));
  sound_voice(sound, 160 * 120, 120, 8000, 0);
  size_t n = 0;
  for (int i = 0; i < 120; i++) {
    (void)push(b, L8, sound + 160 * i, 320, 160);
    if (i < 40 || i >= 80) { /* 40 frames come at once */
      (void)pull(b, out + n, 160);
      n += 160;
      b->now += 20 * MS;
    }
  }
  msnav_playout_stats stats = stats_of(b);
  assert_true(stats.discarded > 20);
  int natural = sound_step(sound, 160 * 120);
  assert_true(sound_step(out + 320, n - 320) <= natural + natural / 3);
  free(sound);
  free(out);
  free(b);
}

/* What lies on either side of the join has nothing in common. */
static void joins_over_discarded_frames_have_no_step(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160], pcm[160], before = 8000;
  int step = 0;
  for (int i = 0; i < 120; i++) {
    for (int k = 0; k < 160; k++) {
      sound[k] = i < 45 ? 8000 : -8000;
    }
    (void)push(b, L8, sound, 320, 160);
    if (i < 40 || i >= 80) { /* 40 frames come at once */
      unsigned played = pull(b, pcm, 160);
      if ((played & MSNAV_PLAYED_FRAME) != 0) {
        int most = sound_step(pcm, 160), seam = abs(pcm[0] - before);
        most = i > 1 && seam > most ? seam : most;
        step = i > 1 && most > step ? most : step;
        before = pcm[159];
      }
      b->now += 20 * MS;
    }
  }
  msnav_playout_stats stats = stats_of(b);
  assert_true(stats.discarded > 20);
  assert_int_equal(pcm[0], -8000);
  assert_true(step <= 16000 / 25); /* over 5 ms, and a little stretched */
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(after_a_stall_the_delay_comes_back_unheard),
    cmocka_unit_test(the_farther_off_the_sooner_the_delay_comes_back),
    cmocka_unit_test(a_greater_least_delay_is_reached_by_scaling),
    cmocka_unit_test(a_longer_route_is_followed_without_stutter),
    cmocka_unit_test(drifting_clocks_are_followed_by_scaling),
    cmocka_unit_test(a_sudden_flood_is_discarded_through_joins),
    cmocka_unit_test(joins_over_discarded_frames_have_no_step),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

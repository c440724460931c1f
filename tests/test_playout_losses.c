/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses in what is played: filled without clicks, faded out when they last,
 * counted as they were. */
#include "playout_kit.h"
#include "support/traces.h"

typedef struct verdict {
  size_t samples;
  int step;        /* greatest */
  double alike;    /* to what was sent, where aligned; mean over 20 ms */
  unsigned played; /* all bits */
  msnav_playout_stats stats;
} verdict;

/* 20 s of voice at 8 kHz with every packet lost with `percent`, at random or
 * in bursts. */
static verdict through_losses(int percent, int burst, uint64_t seed) {
  bed *b = bed_new();
  verdict h = {0};
  enum { FRAMES = 1000 };
  int16_t *sound = calloc(160 * FRAMES, sizeof(*sound));
  int16_t *out = calloc(160 * FRAMES, sizeof(*out));
  sound_voice(sound, 160 * FRAMES, 120, 8000, 0);
  int lost = 0;
  for (int i = 0; i < FRAMES; i++, b->now += 20 * MS) {
    lost = lost > 0 ? lost - 1 : 0;
    if (lost == 0 && chance(&seed) * 100 * burst < percent) {
      lost = burst;
    }
    if (lost > 0) {
      lose(b, 160);
    } else {
      (void)push(b, L8, sound + 160 * i, 320, 160);
    }
    h.played |= pull(b, out + 160 * i, 160);
    if (i > 0) {
      h.alike +=
        sound_alike(out + 160 * i, sound + 160 * (i - 1), 160) / FRAMES;
    }
  }
  h.step = sound_step(out + 320, 160 * FRAMES - 320);
  h.samples = 160 * FRAMES;
  h.stats = stats_of(b);
  free(sound);
  free(out);
  free(b);
  return h;
}

static void losses_are_filled_without_clicks(void **state) {
  (void)state;
  int16_t sound[8000];
  sound_voice(sound, 8000, 120, 8000, 0);
  int natural = sound_step(sound, 8000);
  static const struct {
    int percent, burst;
  } rows[] = {{5, 1}, {5, 2}, {10, 1}, {20, 3}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    for (uint64_t seed = 1; seed < 6; seed++) {
      verdict h = through_losses(rows[i].percent, rows[i].burst, seed);
      assert_true(h.step <= natural + natural / 3);
      assert_true(h.played & MSNAV_PLAYED_CONCEALED);
      double seconds = (double)h.stats.concealed_us / 1e6;
      assert_true(seconds > 0.2 * rows[i].percent / 3);
      assert_true(seconds < 0.2 * rows[i].percent * 2);
    }
  }
}

/* The worst that can come after a loss: the sound goes on upside down. */
static void joins_what_does_not_fit_without_clicks(void **state) {
  (void)state;
  static const int held_back[] = {0, 60 * MS};
  for (size_t k = 0; k < ARRAY_LEN(held_back); k++) {
    bed *b = bed_new();
    msnav_playout_init(&b->p, b->decoders, (msnav_usec)held_back[k], 0);
    int16_t *out = calloc(160 * 200, sizeof(*out));
    int sign = 1;
    for (int i = 0; i < 200; i++, b->now += 20 * MS) {
      int16_t sound[160];
      sound_sine(sound, 160, 110, 8000, sign * 10000, (size_t)i * 160);
      if (i > 20 && i % 9 == 0) {
        lose(b, 160);
        sign = -sign;
      } else {
        assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
      }
      (void)pull(b, out + 160 * i, 160);
    }
    size_t begin = 0;
    while (out[begin] == 0) {
      begin++;
    }
    /* 20,000 spread over 5 ms, on top of the sound's own 864 */
    assert_true(sound_step(out + begin, 160 * 200 - begin) < 864 + 20000 / 20);
    free(out);
    free(b);
  }
}

static void five_percent_of_loss_leave_the_voice_as_it_was(void **state) {
  (void)state;
  double sum = 0;
  for (uint64_t seed = 1; seed < 6; seed++) {
    sum += through_losses(5, 1, seed).alike / 5;
  }
  assert_true(sum > 0.97);
}

static void fades_to_silence_when_the_peer_stops(void **state) {
  (void)state;
  static const size_t pieces[] = {160, 80, 133};
  for (size_t k = 0; k < ARRAY_LEN(pieces); k++) {
    bed *b = bed_new();
    int16_t sound[160 * 20], pcm[160];
    sound_voice(sound, 160 * 20, 130, 8000, 0);
    for (int i = 0; i < 20; i++, b->now += 20 * MS) {
      assert_int_equal(push(b, L8, sound + 160 * i, 320, 160), MSNAV_OK);
      (void)pull(b, pcm, 160);
    }
    size_t until = 0, n = 0;
    unsigned played = 0;
    for (; n < 8000; n += pieces[k]) {
      played = pull(b, pcm, pieces[k]);
      b->now += pieces[k] * 125;
      for (size_t i = 0; i < pieces[k]; i++) {
        until = pcm[i] != 0 ? n + i : until;
      }
    }
    /* one frame was in reserve, then 60 ms */
    assert_in_range(until, 8 * 40, 8 * 81);
    assert_int_equal(played, MSNAV_PLAYED_NOISE);
    msnav_playout_stats stats = stats_of(b);
    assert_int_equal(stats.concealed_us / MS, 60);
    assert_int_equal(stats.underruns, 1);
    free(b);
  }
}

/* 20 ms a frame, then 60 ms: three losses of each. */
static void made_up_frames_are_counted_as_they_were(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  uint8_t frame[480] = {0};
  uint32_t before = 0;
  msnav_playout_init(&b->p, b->decoders, 100 * MS, 0);
  for (int i = 0; i < 180; i++, b->now += 20 * MS) {
    uint32_t samples = i < 90 ? 160 : 480;
    if (i % 30 == 15) {
      lose(b, samples);
    } else if (i < 90 || i % 3 == 0) {
      assert_int_equal(push(b, PCMU, frame, samples, samples), MSNAV_OK);
    }
    (void)pull(b, pcm, 160);
    msnav_playout_stats stats = stats_of(b);
    assert_true(stats.concealed >= before);
    before = stats.concealed;
    if (i == 89) {
      assert_int_equal(stats.concealed, 3);
    }
  }
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.concealed, 6);
  assert_int_equal(stats.concealed_us, (3 * 20 + 3 * 60) * MS);
  free(b);
}

static void the_codecs_own_concealment_is_used(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  uint8_t plain[2] = {5, 0}, helping[2] = {5, 1};
  /* hold several frames back, so that the frame after a loss is known */
  msnav_playout_init(&b->p, b->decoders, 60 * MS, 0);
  int concealed = 0, recovered = 0;
  for (int i = 0; i < 60; i++, b->now += 20 * MS) {
    if (i == 20 || i == 40) {
      lose(b, 160);
    } else {
      assert_int_equal(push(b, MINDED, i > 30 ? helping : plain, 2, 160),
                       MSNAV_OK);
    }
    unsigned played = pull(b, pcm, 160);
    concealed += pcm[80] == 111;
    recovered += pcm[80] == 222;
    assert_true(pcm[80] != 111 || played & MSNAV_PLAYED_CONCEALED);
  }
  assert_int_equal(concealed, 1);
  assert_int_equal(recovered, 1);
  assert_int_equal(b->mind.concealed, 1);
  assert_int_equal(b->mind.recovered, 1);
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.recovered, 1);
  assert_int_equal(stats.concealed_us, 20 * MS);
  /* it is not asked for ever */
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    (void)pull(b, pcm, 160);
  }
  assert_in_range(b->mind.concealed, 10, 14); /* 200 ms */
  assert_int_equal(pcm[0], 0);
  /* but at the next loss again */
  b->timestamp += 97 * 160;
  concealed = b->mind.concealed;
  for (int i = 0; i < 40; i++, b->now += 20 * MS) {
    if (i == 20) {
      lose(b, 160);
    } else {
      assert_int_equal(push(b, MINDED, plain, 2, 160), MSNAV_OK);
    }
    (void)pull(b, pcm, 160);
  }
  assert_int_equal(b->mind.concealed, concealed + 1);
  free(b);
}

/* Two bytes that the former codec would take for its own. */
static void another_codecs_packet_recovers_nothing(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  const uint8_t helping[2] = {5, 1};
  msnav_playout_init(&b->p, b->decoders, 60 * MS, 0);
  for (int i = 0; i < 30; i++, b->now += 20 * MS) {
    if (i == 20) {
      lose(b, 160);
    } else if (i < 20) {
      assert_int_equal(push(b, MINDED, helping, 2, 160), MSNAV_OK);
    } else {
      assert_int_equal(push(b, L8, helping, 2, 160), MSNAV_OK);
    }
    (void)pull(b, pcm, 160);
  }
  assert_int_equal(b->mind.recovered, 0);
  free(b);
}

static void a_payload_that_does_not_decode_is_concealed(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  uint8_t good[2] = {5, 0}, bad[2] = {0xee, 0};
  unsigned played = 0;
  for (int i = 0; i < 40; i++, b->now += 20 * MS) {
    bool is_bad = i == 20 || i == 21;
    assert_int_equal(push(b, MINDED, is_bad ? bad : good, 2, 160), MSNAV_OK);
    played |= pull(b, pcm, 160);
  }
  assert_int_equal(stats_of(b).concealed_us, 40 * MS);
  assert_true(played & MSNAV_PLAYED_CONCEALED);
  assert_int_equal(pcm[0], 1005);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(losses_are_filled_without_clicks),
    cmocka_unit_test(joins_what_does_not_fit_without_clicks),
    cmocka_unit_test(five_percent_of_loss_leave_the_voice_as_it_was),
    cmocka_unit_test(fades_to_silence_when_the_peer_stops),
    cmocka_unit_test(made_up_frames_are_counted_as_they_were),
    cmocka_unit_test(the_codecs_own_concealment_is_used),
    cmocka_unit_test(another_codecs_packet_recovers_nothing),
    cmocka_unit_test(a_payload_that_does_not_decode_is_concealed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

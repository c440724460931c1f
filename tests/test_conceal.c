/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Made-up sound and scaled time, as one hears it: no clicks, the pitch
 * stays, it fades out in time. */
#include "test.h"

#include "media/conceal.h"
#include "media/timescale.h"
#include "support/sound.h"

#define RATE 8000
#define PAST 192 /* samples that are known, as in past.c */

/* A second of concealment after `past`; the raw continuation is fed back as
 * playout does it. */
static void continue_sound(const int16_t *past, size_t known, uint32_t rate,
                           int16_t *out, size_t samples, size_t piece) {
  int16_t *line = calloc(known + samples, sizeof(*line));
  memcpy(line, past, known * sizeof(*line));
  msnav_conceal c;
  memset(&c, 0, sizeof(c));
  msnav_conceal_begin(&c, line + known, known, rate);
  for (size_t done = 0; done < samples; done += piece) {
    size_t n = samples - done < piece ? samples - done : piece;
    msnav_conceal_run(&c, line + known + done, line + known + done, out + done,
                      n);
  }
  free(line);
}

/* ---- concealment */

static void goes_on_with_the_same_pitch(void **state) {
  (void)state;
  static const double pitches[] = {75, 90, 120, 160, 200, 250, 330, 395};
  for (size_t i = 0; i < ARRAY_LEN(pitches); i++) {
    int16_t sound[PAST + 80] = {0}, out[80];
    sound_sine(sound, PAST + 80, pitches[i], RATE, 10000, 13);
    continue_sound(sound, PAST, RATE, out, 80, 80);
    /* 10 ms later it is still where the sound would have been */
    assert_true(sound_alike(out, sound + PAST, 80) > 0.97);
  }
}

static void resembles_the_voice_that_was_lost(void **state) {
  (void)state;
  static const double pitches[] = {85, 110, 150, 210, 300};
  for (size_t i = 0; i < ARRAY_LEN(pitches); i++) {
    double sum = 0;
    for (size_t from = 0; from < 20; from++) {
      int16_t sound[PAST + 160] = {0}, out[160];
      sound_voice(sound, PAST + 160, pitches[i], RATE, from * 777);
      continue_sound(sound, PAST, RATE, out, 160, 160);
      sum += sound_alike(out, sound + PAST, 160) / 20;
    }
    assert_true(sum > 0.8);
  }
}

static void begins_without_a_click(void **state) {
  (void)state;
  for (size_t from = 0; from < 400; from += 7) {
    int16_t sound[PAST + 160] = {0}, out[161];
    sound_voice(sound, PAST + 160, 130, RATE, from);
    int natural = sound_step(sound, PAST + 160);
    out[0] = sound[PAST - 1];
    continue_sound(sound, PAST, RATE, out + 1, 160, 160);
    assert_true(sound_step(out, 161) <= natural + natural / 4);
  }
}

/* A sound whose period is too long to be found does not fit its past. */
static void hides_the_seam_where_nothing_repeats(void **state) {
  (void)state;
  for (size_t from = 0; from < 400; from += 7) {
    int16_t sound[PAST] = {0}, out[161];
    sound_sine(sound, PAST, 23, RATE, 12000, from);
    int natural = sound_step(sound, PAST);
    out[0] = sound[PAST - 1];
    continue_sound(sound, PAST, RATE, out + 1, 160, 160);
    assert_true(abs(out[1] - out[0]) <= 3 * natural + 10);
    /* what was hidden is spread over 2 ms */
    assert_true(sound_step(out, 100) < 12000 * 2 / 14);
  }
}

static void fades_out_within_60_ms(void **state) {
  (void)state;
  int16_t sound[PAST] = {0}, out[RATE / 10];
  sound_voice(sound, PAST, 110, RATE, 0);
  continue_sound(sound, PAST, RATE, out, ARRAY_LEN(out), 160);
  double before = sound_rms(sound, PAST), last = before * 1.2;
  for (size_t ms = 0; ms < 60; ms += 10) {
    double now = sound_rms(out + ms * 8, 80);
    assert_true(now > 0 && now < last * 1.15);
    last = now;
  }
  assert_true(sound_rms(out, 80) > before * 0.7); /* at full volume at first */
  assert_true(last < before / 6);
  for (size_t i = 60 * 8; i < ARRAY_LEN(out); i++) {
    assert_int_equal(out[i], 0);
  }
}

static void is_the_same_in_pieces_of_any_size(void **state) {
  (void)state;
  int16_t sound[PAST] = {0}, whole[640], pieces[640];
  sound_voice(sound, PAST, 140, RATE, 99);
  continue_sound(sound, PAST, RATE, whole, 640, 640);
  static const size_t sizes[] = {1, 7, 80, 160, 333};
  for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
    continue_sound(sound, PAST, RATE, pieces, 640, sizes[i]);
    assert_memory_equal(whole, pieces, sizeof(whole));
  }
}

static void says_when_it_is_silent(void **state) {
  (void)state;
  int16_t sound[PAST + 500] = {0}, out[500];
  sound_voice(sound, PAST, 110, RATE, 0);
  msnav_conceal c;
  msnav_conceal_begin(&c, sound + PAST, PAST, RATE);
  msnav_conceal_run(&c, sound + PAST, sound + PAST, out, 479);
  assert_int_equal(msnav_conceal_left(&c), 1);
  msnav_conceal_run(&c, sound + PAST + 479, sound + PAST + 479, out, 1);
  assert_int_equal(msnav_conceal_left(&c), 0);
}

static void crossfades_into_the_first_good_frame(void **state) {
  (void)state;
  for (size_t from = 0; from < 300; from += 11) {
    int16_t sound[PAST + 480] = {0}, line[PAST + 480] = {0}, out[160];
    sound_voice(sound, PAST + 480, 170, RATE, from);
    memcpy(line, sound, PAST * sizeof(*line));
    msnav_conceal c;
    msnav_conceal_begin(&c, line + PAST, PAST, RATE);
    msnav_conceal_run(&c, line + PAST, line + PAST, out, 160);
    int16_t good[161];
    good[0] = out[159];
    memcpy(good + 1, sound + PAST + 160, 160 * sizeof(*good));
    msnav_conceal_end(&c, line + PAST + 160, good + 1, 160, 0);
    assert_false(c.active);
    int natural = sound_step(sound, PAST + 480);
    assert_true(sound_step(good, 161) <= natural + natural / 3);
    /* after 5 ms it is the good frame and nothing else */
    assert_memory_equal(good + 1 + 40, sound + PAST + 200, 120 * sizeof(*good));
  }
}

static void the_first_good_frame_fades_in_after_silence(void **state) {
  (void)state;
  int16_t sound[PAST + 800] = {0}, out[640], good[160];
  sound_voice(sound, PAST, 110, RATE, 0);
  msnav_conceal c;
  msnav_conceal_begin(&c, sound + PAST, PAST, RATE);
  msnav_conceal_run(&c, sound + PAST, sound + PAST, out, 640);
  for (int i = 0; i < 160; i++) {
    good[i] = 8000;
  }
  msnav_conceal_end(&c, sound + PAST + 640, good, 160, 0);
  assert_true(abs(good[0]) < 400);
  assert_true(sound_step(good, 160) < 400);
  assert_int_equal(good[159], 8000);
}

static void frames_shorter_than_the_crossfade_are_no_problem(void **state) {
  (void)state;
  int16_t sound[PAST] = {0}, good[3] = {100, 100, 100};
  sound_voice(sound, PAST, 110, RATE, 0);
  msnav_conceal c;
  msnav_conceal_begin(&c, sound + PAST, PAST, RATE);
  msnav_conceal_end(&c, sound + PAST, good, 3, 0);
  msnav_conceal_begin(&c, sound + PAST, PAST, RATE);
  msnav_conceal_end(&c, sound + PAST, good, 0, 0);
  assert_false(c.active);
}

static void works_at_other_rates_and_with_little_past(void **state) {
  (void)state;
  static const struct {
    uint32_t rate;
    size_t known;
  } rows[] = {{8000, 192},  {8000, 64},   {11025, 320}, {16000, 320},
              {32000, 480}, {44100, 480}, {48000, 480}, {48000, 960}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint32_t rate = rows[i].rate;
    size_t ten = rate / 100, hundred = rate / 10;
    int16_t *sound = malloc((rows[i].known + ten) * sizeof(*sound));
    int16_t *out = malloc(hundred * sizeof(*out));
    sound_sine(sound, rows[i].known + ten, 390, rate, 9000, 5);
    /* exactly so much, that the sanitizer sees a sample too many */
    int16_t *past = (int16_t *)exact_copy(sound, rows[i].known * 2);
    continue_sound(past, rows[i].known, rate, out, hundred, ten);
    assert_true(sound_alike(out, sound + rows[i].known, ten) > 0.9);
    assert_int_equal(out[rate * 61 / 1000], 0);
    free(sound);
    free(past);
    free(out);
  }
}

static void survives_extreme_sound(void **state) {
  (void)state;
  int16_t sound[PAST] = {0}, out[480];
  for (int kind = 0; kind < 4; kind++) {
    for (int i = 0; i < PAST; i++) {
      sound[i] = kind == 0   ? 0
                 : kind == 1 ? INT16_MIN
                 : kind == 2 ? (i % 2 ? INT16_MAX : INT16_MIN)
                             : (i < PAST / 2 ? INT16_MAX : INT16_MIN);
    }
    continue_sound(sound, PAST, RATE, out, 480, 160);
    assert_true(kind != 0 || sound_rms(out, 480) == 0);
  }
}

/* ---- time-scaling */

static void finds_the_lag_of_a_periodic_sound(void **state) {
  (void)state;
  for (size_t period = 20; period < 100; period += 3) {
    int16_t sound[400];
    for (size_t i = 0; i < 400; i++) {
      sound[i] = (int16_t)(i % period < 3 ? 9000 : 50 * (i % period));
    }
    msnav_lag ahead = msnav_lag_find(sound, 120, 20, period + 10, false);
    assert_int_equal(ahead.samples % period, 0);
    assert_true(ahead.likeness > 0.999f);
    msnav_lag back = msnav_lag_find(sound + 280, 120, 20, period + 10, true);
    assert_int_equal(back.samples % period, 0);
  }
}

static void shortens_voice_by_whole_periods_without_a_click(void **state) {
  (void)state;
  static const double pitches[] = {90, 120, 160, 220, 310};
  for (size_t i = 0; i < ARRAY_LEN(pitches); i++) {
    int scaled = 0;
    for (size_t from = 0; from < 60; from++) {
      int16_t sound[480], frame[160];
      sound_voice(sound, 480, pitches[i], RATE, from * 531);
      int natural = sound_step(sound, 480);
      memcpy(frame, sound, sizeof(frame));
      size_t n = msnav_timescale_shorten(frame, 160, RATE, 100, 0.85f);
      if (n == 160) {
        assert_memory_equal(frame, sound, sizeof(frame));
        continue;
      }
      scaled++;
      /* it goes on where the frame before ended and the next one begins */
      assert_true(abs(frame[0] - sound[0]) < natural / 2);
      assert_true(abs(frame[n - 1] - sound[159]) < natural / 8);
      assert_true(sound_step(frame, n) <= natural + natural / 8);
      double periods = (double)(160 - n) * pitches[i] / RATE;
      assert_true(fabs(periods - round(periods)) < 0.22);
    }
    assert_true(scaled > 50);
  }
}

static void lengthens_voice_by_whole_periods_without_a_click(void **state) {
  (void)state;
  static const double pitches[] = {90, 120, 160, 220, 310};
  for (size_t i = 0; i < ARRAY_LEN(pitches); i++) {
    int scaled = 0;
    for (size_t from = 0; from < 60; from++) {
      int16_t sound[480], frame[320];
      sound_voice(sound, 480, pitches[i], RATE, from * 531);
      int natural = sound_step(sound, 480);
      memcpy(frame, sound, sizeof(frame));
      size_t n = msnav_timescale_lengthen(frame, 160, RATE, 100, 0.85f);
      if (n == 160) {
        continue;
      }
      scaled++;
      assert_true(n > 160 && n <= 260);
      assert_int_equal(frame[0], sound[0]);
      assert_int_equal(frame[n - 1], sound[159]);
      assert_true(sound_step(frame, n) <= natural + natural / 8);
      double periods = (double)(n - 160) * pitches[i] / RATE;
      assert_true(fabs(periods - round(periods)) < 0.22);
    }
    assert_true(scaled > 50);
  }
}

/* A tone that is made shorter or longer all the time keeps its frequency. */
static void keeps_the_pitch(void **state) {
  (void)state;
  for (int longer = 0; longer < 2; longer++) {
    int16_t *out = malloc(64000 * sizeof(*out));
    size_t n = 0;
    for (size_t k = 0; k < 200; k++) {
      sound_sine(out + n, 160, 310, RATE, 8000, k * 160);
      n += longer ? msnav_timescale_lengthen(out + n, 160, RATE, 100, 0.85f)
                  : msnav_timescale_shorten(out + n, 160, RATE, 100, 0.85f);
    }
    assert_true(longer ? n > 36000 : n < 28000);
    size_t crossings = 0;
    for (size_t i = 1; i < n; i++) {
      crossings += out[i - 1] < 0 && out[i] >= 0;
    }
    assert_true(fabs((double)crossings * RATE / (double)n - 310) < 3);
    assert_true(sound_step(out, n) <= 8000 * TWO_PI * 310 / RATE * 1.15);
    assert_true(fabs(sound_rms(out, n) - 8000 / sqrt(2)) < 300);
    free(out);
  }
}

static void leaves_noise_alone_unless_it_must(void **state) {
  (void)state;
  uint32_t seed = 7;
  int kept = 0, forced = 0;
  for (int i = 0; i < 50; i++) {
    int16_t noise[320], copy[320];
    sound_noise(noise, 160, 8000, &seed);
    memcpy(copy, noise, sizeof(copy));
    kept += msnav_timescale_shorten(noise, 160, RATE, 100, 0.85f) == 160;
    forced += msnav_timescale_shorten(copy, 160, RATE, 100, -1) < 160;
  }
  assert_true(kept >= 49);
  assert_int_equal(forced, 50);
}

static void silence_is_scaled_as_asked(void **state) {
  (void)state;
  int16_t quiet[320];
  uint32_t seed = 3;
  sound_noise(quiet, 320, 20, &seed);
  assert_int_equal(msnav_timescale_shorten(quiet, 160, RATE, 64, 0.99f), 96);
  assert_int_equal(msnav_timescale_lengthen(quiet, 160, RATE, 64, 0.99f), 224);
  assert_true(msnav_is_quiet(quiet, 160));
  quiet[5] = 4000;
  assert_false(msnav_is_quiet(quiet, 160));
}

static void never_takes_or_puts_more_than_asked(void **state) {
  (void)state;
  for (size_t most = 0; most < 200; most += 3) {
    for (size_t samples = 1; samples < 500; samples += 37) {
      int16_t *frame = calloc(samples + most, sizeof(*frame));
      sound_sine(frame, samples, 300, RATE, 5000, 0);
      size_t n = msnav_timescale_shorten(frame, samples, RATE, most, 0.5f);
      assert_true(n > 0 && n <= samples && samples - n <= most);
      sound_sine(frame, samples, 300, RATE, 5000, 0);
      n = msnav_timescale_lengthen(frame, samples, RATE, most, 0.5f);
      assert_true(n >= samples && n - samples <= most);
      free(frame);
    }
  }
}

static void a_crossfade_goes_from_one_to_the_other(void **state) {
  (void)state;
  int16_t from[99], to[99];
  for (int i = 0; i < 99; i++) {
    from[i] = INT16_MIN;
    to[i] = INT16_MAX;
  }
  msnav_crossfade(from, to, 99);
  for (int i = 0; i < 99; i++) {
    int want = -32768 + 65535 * (i + 1) / 100;
    assert_in_range(from[i] - want + 200, 0, 400);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(goes_on_with_the_same_pitch),
    cmocka_unit_test(resembles_the_voice_that_was_lost),
    cmocka_unit_test(begins_without_a_click),
    cmocka_unit_test(hides_the_seam_where_nothing_repeats),
    cmocka_unit_test(fades_out_within_60_ms),
    cmocka_unit_test(is_the_same_in_pieces_of_any_size),
    cmocka_unit_test(says_when_it_is_silent),
    cmocka_unit_test(crossfades_into_the_first_good_frame),
    cmocka_unit_test(the_first_good_frame_fades_in_after_silence),
    cmocka_unit_test(frames_shorter_than_the_crossfade_are_no_problem),
    cmocka_unit_test(works_at_other_rates_and_with_little_past),
    cmocka_unit_test(survives_extreme_sound),
    cmocka_unit_test(finds_the_lag_of_a_periodic_sound),
    cmocka_unit_test(shortens_voice_by_whole_periods_without_a_click),
    cmocka_unit_test(lengthens_voice_by_whole_periods_without_a_click),
    cmocka_unit_test(keeps_the_pitch),
    cmocka_unit_test(leaves_noise_alone_unless_it_must),
    cmocka_unit_test(silence_is_scaled_as_asked),
    cmocka_unit_test(never_takes_or_puts_more_than_asked),
    cmocka_unit_test(a_crossfade_goes_from_one_to_the_other),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

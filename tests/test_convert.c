/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound between rates: a sine comes out as the same sine, everywhere, while
 * codecs of other rates take over. */
#include "call/convert.h"
#include "config.h"
#include "support/oom.h"
#include "support/sound.h"
#include "test.h"

#define LATE 0.0035 /* s, in each direction */
#define LOUD 8000.0
#define TICK 0.020

static double ideal(double hertz, double seconds) {
  return seconds < 0 ? 0 : LOUD * sin(TWO_PI * hertz * seconds);
}

/* Whole samples of a tick, the rest in one of the next. */
static size_t portion(unsigned tick, double rate, double length) {
  double at = tick * length * rate + 1e-6;
  double next = (tick + 1) * length * rate + 1e-6;
  return (size_t)next - (size_t)at;
}

typedef struct worst {
  double off;        /* from the ideal, as a part of its amplitude */
  double last, step; /* the last one, and from one sample to the next */
  double power_in, power_out;
} worst;

static void judge(worst *w, double hertz, double at, int16_t sample) {
  double want = ideal(hertz, at), before = w->last;
  w->last = (sample - want) / LOUD;
  if (at > 0.012) { /* the sine begins with a corner, which filters round */
    double off = fabs(w->last), step = fabs(w->last - before);
    w->off = off > w->off ? off : w->off;
    w->step = step > w->step ? step : w->step;
    w->power_in += want * want;
    w->power_out += (double)sample * sample;
  }
}

/* Decoded sound of the rates in turn, each for five ticks. */
static worst
play_through(uint32_t app, const uint32_t *rates, size_t count, double hertz) {
  msnav_downlink *d = msnav_downlink_new(app, true);
  assert_non_null(d);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(msnav_rates_add(&d->rates, rates[i]), MSNAV_OK);
  }
  worst w = {0};
  size_t heard = 0;
  for (unsigned tick = 0; tick < 60; tick++) {
    uint32_t rate = rates[tick / 5 % count];
    int16_t in[960], out[970];
    size_t n = rate / 50;
    sound_sine(in, n, hertz, rate, LOUD, tick * n);
    msnav_downlink_put(d, rate, in, n);
    size_t want = portion(tick, app, TICK);
    msnav_downlink_take(d, out, want);
    for (size_t i = 0; i < want; i++, heard++) {
      judge(&w, hertz, (double)heard / app - LATE, out[i]);
    }
  }
  msnav_downlink_free(d);
  return w;
}

/* Captured sound to codecs of the rates in turn, each for five frames. */
static worst say_through(uint32_t app, const uint32_t *rates, size_t count,
                         double hertz, double tick_length, double frame) {
  msnav_uplink *u = msnav_uplink_new(app, true, 120000);
  assert_non_null(u);
  for (size_t i = 0; i < count; i++) {
    assert_int_equal(msnav_rates_add(&u->rates, rates[i]), MSNAV_OK);
  }
  worst w = {0};
  size_t said = 0;
  unsigned frames = 0;
  for (unsigned tick = 0; tick < 1.2 / tick_length; tick++) {
    int16_t in[970], out[5760];
    size_t n = portion(tick, app, tick_length);
    sound_sine(in, n, hertz, app, LOUD, said);
    said += n;
    msnav_uplink_put(u, in, n);
    for (;;) {
      uint32_t rate = rates[frames / 5 % count];
      size_t samples = (size_t)(rate * frame + 0.5);
      bool heard = false;
      if (!msnav_uplink_take(u, rate, out, samples, &heard)) {
        break;
      }
      assert_true(heard);
      for (size_t i = 0; i < samples; i++) {
        judge(&w, hertz, frames * frame + (double)i / rate - LATE, out[i]);
      }
      frames++;
    }
  }
  assert_in_range(frames, 1.2 / frame - 2, 1.2 / frame + 1);
  msnav_uplink_free(u);
  return w;
}

static double decibels(worst w) {
  return 10 * log10(w.power_out / w.power_in);
}

static const uint32_t app_rates[] = {8000,  11025, 16000, 22050,
                                     32000, 44100, 48000};
static const uint32_t codec_rates[] = {8000, 16000, 48000};

static bool can_resample(void) {
  return msnav_resample_supported(8000, 16000);
}

/* Exact to 2 % where every tick has whole samples of both; else delays are
 * rounded to a sample of either. */
static double rounding(uint32_t app, double hertz) {
  bool whole = app % 8000 == 0;
  return 0.02 + (whole ? 0 : TWO_PI * hertz * (1.0 / app + 1.0 / 8000));
}

static void sine_stays_a_sine_at_every_rate(void **state) {
  (void)state;
  for (size_t a = 0; a < ARRAY_LEN(app_rates) && can_resample(); a++) {
    for (size_t c = 0; c < ARRAY_LEN(codec_rates); c++) {
      static const double hertz[] = {100, 440, 1000, 3000};
      for (size_t h = 0; h < ARRAY_LEN(hertz); h++) {
        worst down = play_through(app_rates[a], &codec_rates[c], 1, hertz[h]);
        worst up =
          say_through(app_rates[a], &codec_rates[c], 1, hertz[h], TICK, TICK);
        double limit = rounding(app_rates[a], hertz[h]);
        assert_true(down.off < limit && up.off < limit);
        assert_true(fabs(decibels(down)) < 0.3 && fabs(decibels(up)) < 0.3);
      }
    }
  }
}

/* A click or a gap at a take-over is a deviation from the one sine that goes
 * through all of them. */
static void codecs_take_over_without_click_or_gap(void **state) {
  (void)state;
  for (size_t a = 0; a < ARRAY_LEN(app_rates) && can_resample(); a++) {
    double limit = rounding(app_rates[a], 440);
    worst down = play_through(app_rates[a], codec_rates, 3, 440);
    assert_true(down.off < limit);
    worst up = say_through(app_rates[a], codec_rates, 3, 440, TICK, TICK);
    assert_true(fabs(decibels(down)) < 0.3 && fabs(decibels(up)) < 0.3);
  }
}

/* Where delays are rounded the sine that goes on is a part of a sample off:
 * one fades into the other. */
static void codecs_take_over_without_a_step(void **state) {
  (void)state;
  for (size_t a = 0; a < ARRAY_LEN(app_rates) && can_resample(); a++) {
    double sample = TWO_PI * 440 / app_rates[a];
    worst down = play_through(app_rates[a], codec_rates, 3, 440);
    assert_true(app_rates[a] < 16000 || down.step < sample / 5);
  }
}

static void frames_need_not_be_as_long_as_ticks(void **state) {
  (void)state;
  static const double frames[] = {0.010, 0.030, 0.040, 0.060, 0.120};
  for (size_t i = 0; i < ARRAY_LEN(frames) && can_resample(); i++) {
    for (double tick = 0.010; tick < 0.021; tick += 0.010) {
      worst w = say_through(16000, codec_rates, 3, 440, tick, frames[i]);
      assert_true(w.off < rounding(16000, 440));
      w = say_through(44100, codec_rates, 3, 440, tick, frames[i]);
      assert_true(w.off < rounding(44100, 440));
    }
  }
}

static void equal_rates_pass_every_sample_at_once(void **state) {
  (void)state;
  uint32_t seed = 1;
  int16_t in[160], out[160];
  msnav_downlink *d = msnav_downlink_new(8000, false);
  msnav_uplink *u = msnav_uplink_new(8000, false, 30000);
  assert_int_equal(msnav_rates_add(&d->rates, 8000), MSNAV_OK);
  assert_int_equal(msnav_rates_add(&u->rates, 8000), MSNAV_OK);
  for (int i = 0; i < 10; i++) {
    bool heard;
    sound_noise(in, 160, 30000, &seed);
    msnav_downlink_put(d, 8000, in, 160);
    msnav_downlink_take(d, out, 160);
    assert_memory_equal(in, out, sizeof(in));
    msnav_uplink_put(u, in, 160);
    assert_true(msnav_uplink_take(u, 8000, out, 160, &heard));
    assert_memory_equal(in, out, sizeof(in));
    assert_false(msnav_uplink_take(u, 8000, out, 160, &heard));
  }
  msnav_downlink_free(d);
  msnav_uplink_free(u);
}

/* 30 ms frames from 20 ms ticks. */
static void frame_counts_as_heard_when_a_part_of_it_was(void **state) {
  (void)state;
  static const struct {
    bool spoken, frames, heard; /* a frame comes out; any of it was heard */
  } rows[] = {
    {true, false, false},  {false, true, true},  {false, true, false},
    {true, false, false},  {false, true, true},  {true, true, true},
    {false, false, false}, {false, true, false},
  };
  int16_t pcm[160] = {5}, out[240];
  msnav_uplink *u = msnav_uplink_new(8000, false, 30000);
  assert_int_equal(msnav_rates_add(&u->rates, 8000), MSNAV_OK);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    bool heard = false;
    msnav_uplink_put(u, rows[i].spoken ? pcm : NULL, 160);
    assert_int_equal(msnav_uplink_take(u, 8000, out, 240, &heard),
                     rows[i].frames);
    assert_int_equal(heard, rows[i].heard);
  }
  msnav_uplink_free(u);
}

/* Nobody takes: what waits stays as it is, what comes is dropped. */
static void a_full_uplink_keeps_what_came_first(void **state) {
  (void)state;
  int16_t in[160], out[480];
  msnav_uplink *u = msnav_uplink_new(8000, false, 60000);
  assert_int_equal(msnav_rates_add(&u->rates, 8000), MSNAV_OK);
  for (int16_t i = 0; i < 20; i++) {
    for (int16_t k = 0; k < 160; k++) {
      in[k] = (int16_t)(i * 160 + k);
    }
    msnav_uplink_put(u, in, 160);
  }
  bool heard = false;
  assert_true(msnav_uplink_take(u, 8000, out, 480, &heard)); /* the longest */
  for (int16_t k = 0; k < 480; k++) {
    assert_int_equal(out[k], k);
  }
  assert_false(msnav_uplink_take(u, 8000, out, 480, &heard));
  msnav_uplink_put(u, in, 160);
  assert_true(msnav_uplink_take(u, 8000, out, 320, &heard));
  assert_int_equal(out[0], 480);
  assert_int_equal(out[159], 639);
  msnav_uplink_free(u);
}

static void unknown_rates_and_too_many_are_refused(void **state) {
  (void)state;
  msnav_downlink *d = msnav_downlink_new(8000, true);
  int16_t pcm[160] = {1000}, out[160];
  msnav_downlink_put(d, 8000, pcm, 160); /* was not added */
  msnav_downlink_take(d, out, 160);
  for (size_t i = 0; i < 160; i++) {
    assert_int_equal(out[i], 0);
  }
  msnav_error other = can_resample() ? MSNAV_OK : MSNAV_ERR_UNSUPPORTED;
  assert_int_equal(msnav_rates_add(&d->rates, 8000), MSNAV_OK);
  assert_int_equal(msnav_rates_add(&d->rates, 8000), MSNAV_OK);
  assert_int_equal(msnav_rates_add(&d->rates, 7999), MSNAV_ERR_UNSUPPORTED);
  assert_int_equal(msnav_rates_add(&d->rates, 48001), MSNAV_ERR_UNSUPPORTED);
  for (uint32_t i = 1; i < MSNAV_CONVERT_RATES; i++) {
    assert_int_equal(msnav_rates_add(&d->rates, 8000 + 4000 * i), other);
  }
  if (can_resample()) {
    assert_int_equal(msnav_rates_add(&d->rates, 44100), MSNAV_ERR_LIMIT);
  }
  assert_true(msnav_rates_has(&d->rates, 8000));
  assert_false(msnav_rates_has(&d->rates, 44100));
  msnav_downlink_free(d);
  msnav_downlink_free(NULL);
  msnav_uplink_free(NULL);
}

static void no_memory_is_told(void **state) {
  (void)state;
  oom_fail(1);
  assert_null(msnav_downlink_new(48000, true));
  assert_true(oom_failed());
  oom_fail(1);
  assert_null(msnav_uplink_new(48000, true, 120000));
  assert_true(oom_failed());
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sine_stays_a_sine_at_every_rate),
    cmocka_unit_test(codecs_take_over_without_click_or_gap),
    cmocka_unit_test(codecs_take_over_without_a_step),
    cmocka_unit_test(frames_need_not_be_as_long_as_ticks),
    cmocka_unit_test(equal_rates_pass_every_sample_at_once),
    cmocka_unit_test(frame_counts_as_heard_when_a_part_of_it_was),
    cmocka_unit_test(a_full_uplink_keeps_what_came_first),
    cmocka_unit_test(unknown_rates_and_too_many_are_refused),
    cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A loudspeaker and a microphone in a made-up room. */
#include "call/echo.h"
#include "support/oom.h"
#include "support/sound.h"
#include "test.h"

#include <stdio.h>
#include <unistd.h>

typedef struct room {
  uint32_t rate;
  size_t frame, device, taps; /* samples; device: delay of both devices */
  double *response;
  int16_t *played; /* everything so far */
  size_t count;
} room;

static room *room_new(uint32_t rate, double device_ms) {
  room *r = calloc(1, sizeof(*r));
  r->rate = rate;
  r->frame = rate / 50;
  r->device = (size_t)(device_ms * rate / 1000);
  r->taps = rate / 20; /* 50 ms of reflections, falling by 60 dB */
  r->response = calloc(r->taps, sizeof(double));
  r->played = calloc((size_t)rate * 12, sizeof(int16_t));
  uint32_t seed = 7;
  double energy = 0;
  for (size_t i = 0; i < r->taps; i++) {
    int16_t random;
    sound_noise(&random, 1, 10000, &seed);
    r->response[i] =
      random / 10000.0 * pow(10, -3.0 * (double)i / (double)r->taps);
    energy += r->response[i] * r->response[i];
  }
  for (size_t i = 0; i < r->taps; i++) { /* the echo is 6 dB down */
    r->response[i] *= 0.5 / sqrt(energy);
  }
  return r;
}

static void room_free(room *r) {
  free(r->response);
  free(r->played);
  free(r);
}

/* What the microphone hears in a frame of what was played before it. */
static void reflect(const room *r, int16_t *mic) {
  for (size_t i = 0; i < r->frame; i++) {
    double sum = 0;
    /* the newest played frame sounds while this one is captured */
    size_t at = r->count - r->frame + i;
    for (size_t k = 0; r->count > 0 && k < r->taps; k++) {
      size_t back = k + r->device;
      if (at >= back) {
        sum += r->response[k] * r->played[at - back];
      }
    }
    mic[i] = (int16_t)lrint(fmax(-32768, fmin(32767, sum)));
  }
}

/* Speech-like: a vowel whose pitch changes, with pauses, and hiss. */
static void far_speech(const room *r, unsigned tick, int16_t *pcm) {
  static const double pitches[] = {110, 140, 95, 180, 125};
  uint32_t seed = tick + 99;
  double pitch = pitches[tick / 12 % 5];
  sound_voice(pcm, r->frame, pitch, r->rate, tick * r->frame);
  for (size_t i = 0; i < r->frame; i++) {
    int16_t hiss;
    sound_noise(&hiss, 1, tick % 12 < 3 ? 3000 : 400, &seed);
    pcm[i] = (int16_t)(pcm[i] * (tick % 25 < 21 ? 0.8 : 0.0) + hiss);
  }
}

static void play(room *r, msnav_echo *e, const int16_t *pcm) {
  memcpy(r->played + r->count, pcm, r->frame * sizeof(int16_t));
  r->count += r->frame;
  msnav_echo_played(e, pcm);
}

/* Echo return loss enhancement in dB from 3 s to 6 s, nobody speaking here. */
static double erle(uint32_t rate, double device_ms, bool noise) {
  room *r = room_new(rate, device_ms);
  msnav_echo *e = msnav_echo_new(rate, r->frame, 200000);
  assert_non_null(e);
  double before = 0, after = 0;
  uint32_t seed = 3;
  for (unsigned tick = 0; tick < 300; tick++) {
    int16_t mic[960], far[960];
    reflect(r, mic);
    double echo = sound_rms(mic, r->frame);
    msnav_echo_cancel(e, mic);
    double rest = sound_rms(mic, r->frame);
    if (tick >= 150) {
      before += echo * echo;
      after += rest * rest;
    }
    if (noise) {
      sound_noise(far, r->frame, 8000, &seed);
    } else {
      far_speech(r, tick, far);
    }
    play(r, e, far);
  }
  msnav_echo_free(e);
  room_free(r);
  return 10 * log10(before / (after > 1 ? after : 1));
}

static void echo_is_gone_after_three_seconds(void **state) {
  (void)state;
  static const uint32_t rates[] = {8000, 16000, 44100, 48000};
  for (size_t i = 0; i < ARRAY_LEN(rates) && msnav_echo_supported(); i++) {
    for (int noise = 0; noise < 2; noise++) {
      double speech = erle(rates[i], 40, noise != 0);
      print_message("# ERLE at %u Hz, %s: %.1f dB\n", rates[i],
                    noise ? "noise" : "speech", speech);
      /* noise: 33 to 37 dB without the suppression of the rest */
      assert_true(speech >= (noise ? 37.5 : 20));
    }
  }
}

/* What is captured while the other side is silent comes through. */
static void speech_here_is_kept(void **state) {
  (void)state;
  if (!msnav_echo_supported()) {
    skip();
  }
  room *r = room_new(16000, 40);
  msnav_echo *e = msnav_echo_new(16000, r->frame, 200000);
  static int16_t said[16000 * 2], kept[16000 * 2];
  size_t n = 0;
  for (unsigned tick = 0; tick < 300; tick++) {
    int16_t mic[320], far[320] = {0};
    reflect(r, mic);
    if (tick >= 200) { /* 50 ms after the other one fell silent */
      sound_voice(mic, 320, 150, 16000, tick * 320);
      memcpy(said + n, mic, sizeof(mic));
    }
    msnav_echo_cancel(e, mic);
    if (tick >= 200) {
      memcpy(kept + n, mic, sizeof(mic));
      n += 320;
    }
    if (tick < 197) {
      far_speech(r, tick, far);
    }
    play(r, e, far);
  }
  double best = 0;
  for (size_t late = 0; late < 640; late++) {
    double alike = sound_alike(said + 3200, kept + 3200 + late, 25000);
    best = alike > best ? alike : best;
  }
  double loss =
    20 * log10(sound_rms(kept + 3840, 25000) / sound_rms(said + 3200, 25000));
  print_message("# near speech: alike %.3f, %.2f dB\n", best, loss);
  assert_true(best > 0.95);
  assert_true(fabs(loss) < 2);
  msnav_echo_free(e);
  room_free(r);
}

/* With headphones there is no echo, and nothing to take out while both
 * speak. */
static void without_an_echo_both_may_speak(void **state) {
  (void)state;
  static const uint32_t rates[] = {8000, 16000, 48000};
  for (size_t k = 0; k < ARRAY_LEN(rates) && msnav_echo_supported(); k++) {
    room *r = room_new(rates[k], 40);
    msnav_echo *e = msnav_echo_new(rates[k], r->frame, 200000);
    size_t all = 300 * r->frame, n = 0;
    int16_t *said = calloc(all, sizeof(*said)), *kept = calloc(all, 2);
    for (unsigned tick = 0; tick < 300; tick++, n += r->frame) {
      int16_t far[960];
      sound_voice(said + n, r->frame, 150, rates[k], n);
      memcpy(kept + n, said + n, r->frame * sizeof(*kept));
      msnav_echo_cancel(e, kept + n);
      far_speech(r, tick, far);
      play(r, e, far);
    }
    double best = 0;
    for (size_t late = 0; late < rates[k] / 25; late++) {
      double alike =
        sound_alike(said + all / 3, kept + all / 3 + late, all / 2);
      best = alike > best ? alike : best;
    }
    print_message("# near speech at %u Hz: alike %.3f\n", rates[k], best);
    assert_true(best > 0.95);
    free(said);
    free(kept);
    msnav_echo_free(e);
    room_free(r);
  }
}

/* The loudest sound that a peer can send, and that a microphone can hear of
 * it, makes the canceller say nothing on the standard error output. */
static void loudest_sound_does_not_upset_it(void **state) {
  (void)state;
  if (!msnav_echo_supported()) {
    skip();
  }
  fflush(stderr);
  int kept = dup(2);
  FILE *said = tmpfile();
  dup2(fileno(said), 2);
  room *r = room_new(8000, 40);
  msnav_echo *e = msnav_echo_new(8000, 160, 200000);
  for (unsigned tick = 0; tick < 300; tick++) {
    int16_t mic[160], far[160];
    size_t half = (size_t)1 << tick / 100; /* squares of 4, 2 and 1 kHz */
    for (size_t i = 0; i < 160; i++) {
      far[i] = i / half % 2 != 0 ? 32767 : -32768;
    }
    reflect(r, mic);
    msnav_echo_cancel(e, tick % 100 < 50 ? mic : memcpy(mic, far, sizeof(mic)));
    play(r, e, far);
  }
  msnav_echo_free(e);
  room_free(r);
  fflush(stderr);
  dup2(kept, 2);
  close(kept);
  assert_int_equal(lseek(fileno(said), 0, SEEK_END), 0);
  fclose(said);
}

static void no_memory_is_told(void **state) {
  (void)state;
  for (unsigned n = 1; n <= 2 && msnav_echo_supported(); n++) {
    oom_fail(n);
    assert_null(msnav_echo_new(8000, 160, 200000));
    assert_true(oom_failed());
  }
  msnav_echo_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(echo_is_gone_after_three_seconds),
    cmocka_unit_test(speech_here_is_kept),
    cmocka_unit_test(without_an_echo_both_may_speak),
    cmocka_unit_test(loudest_sound_does_not_upset_it),
    cmocka_unit_test(no_memory_is_told),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

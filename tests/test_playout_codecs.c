/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Other codecs in mid-call: another rate, another number of channels, and a
 * decoder that begins afresh. */
#include "playout_kit.h"

static void a_decoder_that_takes_over_begins_afresh(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160] = {0}, pcm[160];
  const uint8_t payload[2] = {5, 0};
  for (int i = 0; i < 60; i++, b->now += 20 * MS) {
    if (i / 10 % 2 == 0) {
      assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    } else {
      assert_int_equal(push(b, MINDED, payload, 2, 160), MSNAV_OK);
    }
    (void)pull(b, pcm, 160);
  }
  assert_int_equal(b->mind.resets, 3);
  free(b);
}

static void another_codec_of_the_same_rate_makes_no_gap(void **state) {
  (void)state;
  bed *b = bed_new();
  const msnav_audio_codec *pcmu = b->decoders[PCMU].codec;
  int16_t sound[160 * 100], pcm[160];
  sound_voice(sound, 160 * 100, 130, 8000, 0);
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    uint8_t payload[320];
    if (i / 10 % 2 == 0) {
      assert_int_equal(push(b, L8, sound + 160 * i, 320, 160), MSNAV_OK);
    } else {
      assert_int_equal(pcmu->encode(NULL, sound + 160 * i, 160, payload,
                                    sizeof(payload)),
                       160);
      assert_int_equal(push(b, PCMU, payload, 160, 160), MSNAV_OK);
    }
    unsigned played = pull(b, pcm, 160);
    if (i > 0) {
      assert_int_equal(played & ~(unsigned)MSNAV_PLAYED_STRETCHED,
                       MSNAV_PLAYED_FRAME);
    }
    if (i > 0 && (i - 1) / 10 % 2 == 0) { /* and changes no sample */
      assert_memory_equal(pcm, sound + 160 * (i - 1), sizeof(pcm));
    }
  }
  free(b);
}

static void another_rate_is_played_at_that_rate(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[960];
  static const struct {
    int decoder;
    uint32_t rate, clock;
  } parts[] = {{L8, 8000, 8000},
               {L16K, 16000, 16000},
               {L8, 8000, 8000},
               {MIXED, 16000, 8000},
               {L16K, 16000, 16000}};
  for (int i = 0; i < 250; i++, b->now += 20 * MS) {
    size_t k = (size_t)i / 50;
    int16_t sound[320];
    sound_sine(sound, parts[k].rate / 50, 400, parts[k].rate, 8000,
               (size_t)i * parts[k].rate / 50);
    assert_int_equal(push(b, parts[k].decoder, sound, parts[k].rate / 25,
                          parts[k].clock / 50),
                     MSNAV_OK);
    uint32_t rate = msnav_playout_rate(&b->p);
    unsigned played = pull(b, pcm, rate / 50);
    if (i % 50 > 2) {
      assert_int_equal(rate, parts[k].rate);
      double tone = sound_tone(pcm, rate / 50, 400, rate);
      assert_true(fabs(tone - 8000) < 400);
    }
    assert_true(i == 0 || played & MSNAV_PLAYED_FRAME);
    assert_int_equal(played & MSNAV_PLAYED_CONCEALED, 0);
  }
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.resyncs + stats.underruns, 0);
  free(b);
}

/* A codec that looks ahead: its sound comes 6.5 ms late, as that of Opus
 * does. */
#define AHEAD 52
static int16_t ahead_past[AHEAD];

static msnav_error ahead_open(void **state) {
  *state = ahead_past;
  return MSNAV_OK;
}

static void ahead_reset(void *state) {
  memset(state, 0, sizeof(ahead_past));
}

static int ahead_decode(void *state, const uint8_t *in, size_t len,
                        int16_t *pcm, size_t cap) {
  int16_t all[AHEAD + 160];
  assert_true(len == 320 && cap >= 160);
  memcpy(all, state, sizeof(ahead_past));
  memcpy(all + AHEAD, in, len);
  memcpy(pcm, all, len);
  memcpy(state, all + 160, sizeof(ahead_past));
  return 160;
}

static const msnav_audio_codec ahead8 = {
  .size = sizeof(msnav_audio_codec),
  .name = "AHEAD",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .frame_samples = 160,
  .channels = 1,
  .open = ahead_open,
  .close = ahead_reset,
  .encode = linear_encode,
  .decode = ahead_decode,
  .duration = linear_duration,
  .reset = ahead_reset,
};

/* There and back: where the sound jumps by 6.5 ms it is joined. */
static void codecs_that_look_ahead_come_and_go_without_a_click(void **state) {
  (void)state;
  enum { FROM = 160 * 5, UNTIL = 160 * 60 };
  bed *b = bed_new();
  b->decoders[MIXED] = (msnav_decoder){&ahead8, ahead_past};
  int16_t sound[160], out[UNTIL];
  for (int i = 0; i < 60; i++, b->now += 20 * MS) {
    sound_sine(sound, 160, 400, 8000, 8000, (size_t)i * 160);
    assert_int_equal(push(b, i / 10 % 2 == 0 ? L8 : MIXED, sound, 320, 160),
                     MSNAV_OK);
    (void)pull(b, out + 160 * i, 160);
  }
  double natural = 8000 * TWO_PI * 400 / 8000;
  assert_true(sound_step(out + FROM, UNTIL - FROM) < 1.3 * natural);
  free(b);
}

/* Two periods of a sine late, so that nothing else of it is heard. */
static void a_codec_that_looks_ahead_begins_without_a_hole(void **state) {
  (void)state;
  enum { PERIOD = AHEAD / 2, FROM = 160 * 5, UNTIL = 160 * 40 };
  bed *b = bed_new();
  b->decoders[MIXED] = (msnav_decoder){&ahead8, ahead_past};
  int16_t sound[160], out[UNTIL];
  for (int i = 0; i < 40; i++, b->now += 20 * MS) {
    sound_sine(sound, 160, 8000.0 / PERIOD, 8000, 8000, (size_t)i * 160);
    assert_int_equal(push(b, i < 20 ? L8 : MIXED, sound, 320, 160), MSNAV_OK);
    (void)pull(b, out + 160 * i, 160);
  }
  for (size_t at = FROM; at + PERIOD <= UNTIL; at++) {
    assert_true(sound_rms(out + at, PERIOD) * sqrt(2) > 0.9 * 8000);
  }
  assert_true(sound_step(out + FROM, UNTIL - FROM) <
              1.1 * 8000 * TWO_PI / PERIOD);
  free(b);
}

/* Frames end within pulls; what is left of a pull is not the next frame. */
static void one_pull_has_one_rate(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t narrow[160], wide[320], pcm[240];
  for (int i = 0; i < 160; i++) {
    narrow[i] = 1000;
    wide[2 * i] = wide[2 * i + 1] = 2000;
  }
  unsigned pulls[2] = {0, 0};
  msnav_usec next = b->now;
  for (int i = 0; i < 200; i++, b->now += 15 * MS) {
    while (next <= b->now) {
      bool before = next - 1000000 < 1500 * MS;
      assert_int_equal(before ? push(b, L8, narrow, 320, 160)
                              : push(b, L16K, wide, 640, 320),
                       MSNAV_OK);
      next += 20 * MS;
    }
    uint32_t rate = msnav_playout_rate(&b->p);
    size_t n = rate * 15 / 1000;
    (void)pull(b, pcm, n);
    for (size_t k = 0; k < n; k++) {
      assert_true(rate == 16000 || pcm[k] <= 1000);
    }
    pulls[rate == 16000]++;
  }
  assert_in_range(pulls[0], 95, 105);
  assert_int_equal(pcm[0], 2000);
  free(b);
}

/* The first frame's decoder is the one a playout begins with. */
static void first_decoder_may_have_another_rate(void **state) {
  (void)state;
  bed *b = bed_new();
  b->decoders[0].codec = &linear16;
  int16_t sound[320], pcm[320];
  for (int i = 0; i < 20; i++, b->now += 20 * MS) {
    sound_sine(sound, 320, 400, 16000, 8000, (size_t)i * 320);
    assert_int_equal(push(b, 0, sound, 640, 320), MSNAV_OK);
    assert_int_equal(msnav_playout_rate(&b->p), 16000);
    (void)pull(b, pcm, 320);
  }
  assert_true(fabs(sound_tone(pcm, 320, 400, 16000) - 8000) < 400);
  free(b);
}

static void two_channels_become_one(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t both[320], pcm[160];
  for (int i = 0; i < 160; i++) {
    both[2 * i] = 3000;
    both[2 * i + 1] = -1000;
  }
  for (int i = 0; i < 5; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, STEREO, both, 640, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  assert_int_equal(pcm[0], 1000);
  assert_int_equal(pcm[159], 1000);
  free(b);
}

static void a_resync_resets_the_decoder_and_goes_on(void **state) {
  (void)state;
  bed *b = bed_new();
  uint8_t payload[2] = {5, 0};
  int16_t pcm[160];
  int resets = 0, silent = 0;
  for (int i = 0; i < 60; i++, b->now += 20 * MS) {
    if (i == 30) {
      resets = b->mind.resets;
      msnav_playout_resync(&b->p);
      assert_int_equal(b->mind.resets, resets + 1);
      b->sequence = 5;
      b->timestamp = 1234567;
    }
    assert_int_equal(push(b, MINDED, payload, 2, 160), MSNAV_OK);
    unsigned played = pull(b, pcm, 160);
    silent += i > 1 && (played & MSNAV_PLAYED_FRAME) == 0;
  }
  assert_true(silent <= 2);
  assert_int_equal(pcm[100], 1005);
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.resyncs, 1);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_decoder_that_takes_over_begins_afresh),
    cmocka_unit_test(another_codec_of_the_same_rate_makes_no_gap),
    cmocka_unit_test(another_rate_is_played_at_that_rate),
    cmocka_unit_test(codecs_that_look_ahead_come_and_go_without_a_click),
    cmocka_unit_test(a_codec_that_looks_ahead_begins_without_a_hole),
    cmocka_unit_test(one_pull_has_one_rate),
    cmocka_unit_test(first_decoder_may_have_another_rate),
    cmocka_unit_test(two_channels_become_one),
    cmocka_unit_test(a_resync_resets_the_decoder_and_goes_on),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

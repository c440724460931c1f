/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Silence suppression: what is sent while somebody speaks, and while nobody
 * does, by a detector, by a sender, and between two streams. */
#include "test.h"

#include "media/pause.h"
#include "support/streams.h"

#define FRAME_US 20000u
#define SECOND 50 /* frames */

/* A voice over a background: two seconds of speech, two of none, and so on. */
typedef struct scene {
  double voice, noise; /* dBov */
  uint32_t seed;
} scene;

static double rms_of(double dbov) {
  return 32768 * pow(10, dbov / 20);
}

static bool speaks(size_t frame) {
  return frame / (2 * SECOND) % 2 == 0;
}

static void hear_scene(scene *s, size_t frame, int16_t *pcm) {
  int16_t noise[FRAME];
  memset(pcm, 0, FRAME * sizeof(*pcm));
  if (speaks(frame)) {
    sound_voice(pcm, FRAME, 140, RATE, frame * FRAME);
  }
  double scale = rms_of(s->voice) / 3000; /* about the vowel's own */
  sound_noise(noise, FRAME, (int)(1.732 * rms_of(s->noise)), &s->seed);
  for (size_t i = 0; i < FRAME; i++) {
    pcm[i] = (int16_t)lrint(pcm[i] * scale + noise[i]);
  }
}

/* ---- the detector */

static void speech_is_found_and_so_are_pauses(void **state) {
  (void)state;
  static const scene scenes[] = {
    {-20, -80, 1}, {-25, -70, 2}, {-25, -60, 3}, {-30, -50, 4}, {-28, -45, 5},
  };
  for (size_t k = 0; k < ARRAY_LEN(scenes); k++) {
    scene s = scenes[k];
    msnav_activity a = {.known = false};
    unsigned missed = 0, idle = 0, pauses = 0;
    for (size_t i = 0; i < 40 * SECOND; i++) {
      int16_t pcm[FRAME];
      hear_scene(&s, i, pcm);
      bool heard = msnav_activity_hear(&a, pcm, FRAME, FRAME_US);
      missed += speaks(i) && !heard;
      pauses += !speaks(i) && i > 8 * SECOND;
      idle += !speaks(i) && i > 8 * SECOND && !heard;
    }
    assert_int_equal(missed, 0);
    /* of two seconds 0.24 are sent all the same */
    assert_true(idle >= pauses * 85 / 100);
  }
}

static void a_moment_after_speech_is_sent(void **state) {
  (void)state;
  scene s = {-20, -60, 1};
  msnav_activity a = {.known = false};
  for (size_t i = 0; i < 4 * SECOND; i++) {
    int16_t pcm[FRAME];
    hear_scene(&s, i, pcm);
    bool heard = msnav_activity_hear(&a, pcm, FRAME, FRAME_US);
    if (i >= 2 * SECOND) { /* 240 ms */
      assert_int_equal(heard, i < 2 * SECOND + 12);
      assert_true(msnav_activity_is_background(&a));
    }
  }
}

static void what_is_loud_is_sent_however_long_it_lasts(void **state) {
  (void)state;
  msnav_activity a = {.known = false};
  for (size_t i = 0; i < 600 * SECOND; i++) {
    int16_t pcm[FRAME];
    sound_sine(pcm, FRAME, 440, RATE, 0.05 * 32768, i * FRAME);
    assert_true(msnav_activity_hear(&a, pcm, FRAME, FRAME_US));
  }
}

/* A fan is switched on: it is speech at first, background after some time,
 * and after it was switched off it is forgotten at once. */
static void the_background_is_followed(void **state) {
  (void)state;
  msnav_activity a = {.known = false};
  uint32_t seed = 1;
  bool heard = false;
  for (size_t i = 0; i < 60 * SECOND; i++) {
    int16_t pcm[FRAME];
    bool fan = i >= 10 * SECOND && i < 50 * SECOND;
    sound_noise(pcm, FRAME, (int)(1.732 * rms_of(fan ? -45 : -65)), &seed);
    heard = msnav_activity_hear(&a, pcm, FRAME, FRAME_US);
    assert_true(heard || i < 10 * SECOND || i > 15 * SECOND);
    assert_true(!heard || i < SECOND || (i >= 10 * SECOND && i < 40 * SECOND));
  }
  int16_t soft[FRAME];
  sound_noise(soft, FRAME, (int)(1.732 * rms_of(-52)), &seed);
  assert_true(msnav_activity_hear(&a, soft, FRAME, FRAME_US));
}

static void an_s_is_speech(void **state) {
  (void)state;
  msnav_activity a = {.known = false};
  int16_t pcm[FRAME], hiss[FRAME];
  uint32_t seed = 1;
  for (size_t i = 0; i < 2 * SECOND; i++) {
    sound_sine(pcm, FRAME, 120, RATE, 300, i * FRAME); /* hum */
    (void)msnav_activity_hear(&a, pcm, FRAME, FRAME_US);
  }
  assert_false(msnav_activity_hear(&a, pcm, FRAME, FRAME_US));
  sound_noise(hiss, FRAME, 120, &seed); /* 10 dB below the hum */
  for (size_t i = 0; i < FRAME; i++) {
    pcm[i] = (int16_t)(pcm[i] + hiss[i]);
  }
  assert_true(msnav_activity_hear(&a, pcm, FRAME, FRAME_US));
}

/* ---- the sender's policy */

static msnav_pause_verdict
hear_noise(msnav_pause *p, double dbov, uint32_t *seed) {
  int16_t pcm[FRAME];
  sound_noise(pcm, FRAME, (int)(1.732 * rms_of(dbov)), seed);
  return msnav_pause_hear(p, pcm, FRAME, FRAME_US);
}

static void a_pause_is_described_once_a_second(void **state) {
  (void)state;
  msnav_pause p = {.suppressed = 0};
  uint32_t seed = 1;
  unsigned told = 0, first = 0;
  for (unsigned i = 0; i < 10 * SECOND; i++) {
    msnav_pause_verdict v = hear_noise(&p, -50, &seed);
    assert_true(v != MSNAV_PAUSE_SPEECH);
    first = told == 0 && v == MSNAV_PAUSE_DESCRIBE ? i : first;
    told += v == MSNAV_PAUSE_DESCRIBE;
    assert_true(v != MSNAV_PAUSE_DESCRIBE || i < 5 ||
                abs((int)p.said[0] - 50) <= 1);
  }
  assert_int_equal(first, 0);
  assert_in_range(told, 10, 13);
  assert_int_equal(p.descriptions, told);
  assert_int_equal(p.suppressed, 10 * SECOND);
}

static void a_change_is_told_soon_but_not_often(void **state) {
  (void)state;
  msnav_pause p = {.suppressed = 0};
  uint32_t seed = 1;
  for (unsigned i = 0; i < 5 * SECOND; i++) {
    (void)hear_noise(&p, -55, &seed);
  }
  unsigned told = 0, last = 0;
  for (unsigned i = 0; i < SECOND; i++) { /* falls by 10 dB */
    if (hear_noise(&p, -65, &seed) == MSNAV_PAUSE_DESCRIBE) {
      assert_true(told == 0 || i - last >= 5); /* 100 ms */
      last = i;
      told++;
    }
  }
  assert_in_range(told, 2, 10);
  assert_in_range(p.said[0], 63, 67);
}

/* ---- two streams */

static void speak_with_pauses(int16_t *pcm, size_t n, double pitch, double rate,
                              size_t from) {
  scene s = {-22, -55, (uint32_t)from + 1};
  (void)n;
  (void)pitch;
  (void)rate;
  hear_scene(&s, from / FRAME, pcm);
}

static void allow_noise(msnav_stream_config *c) {
  c->formats[c->format_count++] = (msnav_stream_format){NULL, 13};
  c->cn_payload_type = 13;
  c->silence_suppression = 1;
}

static void pauses_cost_little_and_sound_the_same(void **state) {
  (void)state;
  line l;
  msnav_stream_config a = alice_config(), b = bob_config();
  allow_noise(&a);
  allow_noise(&b);
  line_up_as(&l, &a, &b);
  l.voice = speak_with_pauses;
  line_run(&l, 20000);
  msnav_stream_stats at = stats_of(l.a.s), bt = stats_of(l.b.s);
  assert_int_equal(at.sent_packets + at.suppressed_frames, 20 * SECOND);
  assert_in_range(at.suppressed_frames, 7 * SECOND, 10 * SECOND);
  assert_in_range(at.sent_noise, 9, 25);
  assert_int_equal(bt.lost_packets, 0);
  assert_int_equal(bt.concealed_frames, 0);
  assert_int_equal(bt.resyncs + bt.underruns, 0);
  assert_int_equal(bt.late_packets + bt.discarded_frames, 0);
  assert_true((l.b.played & MSNAV_PLAYED_NOISE) != 0);
  /* what is heard in each of the later pauses is as loud as it was */
  for (size_t second = 6; second < 20; second += 4) {
    const int16_t *heard = l.b.heard + (second + 1) * RATE;
    double level = 20 * log10(sound_rms(heard, RATE / 2) / 32768);
    assert_true(fabs(level + 55) < 2.5);
  }
  /* and speech is what it was, its first moments included */
  for (size_t second = 4; second < 16; second += 4) {
    const int16_t *said = l.a.said + second * RATE;
    double best = 0;
    for (size_t late = 0; late < RATE / 5; late++) {
      double alike = sound_alike(said, l.b.heard + second * RATE + late, RATE);
      best = alike > best ? alike : best;
    }
    assert_true(best > 0.98);
  }
  line_down(&l);
}

static void speech_begins_with_a_marker(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  allow_noise(&c);
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  bool paused = false;
  unsigned begins = 0;
  uint32_t first = 0;
  for (size_t i = 0; i < 8 * SECOND; i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    int16_t pcm[FRAME];
    speak_with_pauses(pcm, FRAME, 0, RATE, i * FRAME);
    msnav_error err = msnav_stream_send(s, pcm, i * 20 * MS, out, &len);
    if (err == MSNAV_ERR_AGAIN) {
      continue;
    }
    assert_int_equal(err, MSNAV_OK);
    bool noise = (out[1] & 0x7f) == 13;
    bool marker = (out[1] & 0x80) != 0;
    uint32_t timestamp = (uint32_t)out[4] << 24 | (uint32_t)out[5] << 16 |
                         (uint32_t)out[6] << 8 | out[7];
    first = i == 0 ? timestamp : first;
    assert_int_equal(timestamp - first, i * FRAME); /* time goes on */
    assert_int_equal(marker, !noise && (i == 0 || paused));
    assert_int_equal(len, noise ? 12 + MSNAV_NOISE_PAYLOAD : 12 + FRAME);
    begins += marker;
    paused = noise;
  }
  assert_int_equal(begins, 2);
  msnav_stream_free(s);
}

static bool one_in_eight(unsigned index) {
  return index % 8 == 5;
}

/* Words of before a pause are nothing to repeat after it. */
static void redundancy_does_not_reach_over_pauses(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  allow_noise(&a);
  allow_noise(&b);
  a.red_payload_type = b.red_receive_type = 97;
  line l;
  line_up_as(&l, &a, &b);
  l.voice = speak_with_pauses;
  l.lose = one_in_eight;
  unsigned plain = 0, redundant = 0;
  for (unsigned i = 0, sent = 0; i < 30 * SECOND; i++, sent = l.a.sent) {
    line_tick(&l);
    if (l.a.sent == sent || i < 15 * SECOND) {
      continue;
    }
    const uint8_t *h = l.a.last + 12;
    bool red = (l.a.last[1] & 0x7f) == 97;
    assert_true(!red || (h[1] << 8 | h[2]) >> 2 <= 3 * (int)FRAME);
    redundant += red;
    plain += (l.a.last[1] & 0x7f) == 0;
  }
  assert_true(redundant > 5 * SECOND && plain > 0 && plain < 10);
  line_down(&l);
}

static void without_a_payload_type_everything_is_sent(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  c.silence_suppression = 1;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  int16_t pcm[FRAME] = {0};
  for (size_t i = 0; i < 2 * SECOND; i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    assert_int_equal(msnav_stream_send(s, pcm, i * 20 * MS, out, &len),
                     MSNAV_OK);
  }
  assert_int_equal(stats_of(s).suppressed_frames, 0);
  msnav_stream_free(s);
}

/* After a re-INVITE the peer may not know comfort noise any more. */
static void suppression_ends_and_comes_back_in_mid_call(void **state) {
  (void)state;
  msnav_stream_config plain = alice_config(), c = alice_config();
  allow_noise(&c);
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&plain, 0, &s), MSNAV_OK);
  int16_t pcm[FRAME] = {0};
  unsigned sent[3] = {0};
  for (size_t i = 0; i < 6 * SECOND; i++) {
    if (i % (2 * SECOND) == 0) {
      const msnav_stream_config *now = i / (2 * SECOND) == 1 ? &c : &plain;
      assert_int_equal(msnav_stream_update(s, now, i * 20 * MS), MSNAV_OK);
    }
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    sent[i / (2 * SECOND)] +=
      msnav_stream_send(s, pcm, i * 20 * MS, out, &len) == MSNAV_OK;
  }
  assert_int_equal(sent[0], 2 * SECOND);
  assert_in_range(sent[1], 2, 4);
  assert_int_equal(sent[2], 2 * SECOND);
  assert_true(stats_of(s).suppressed_frames > 0);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(speech_is_found_and_so_are_pauses),
    cmocka_unit_test(a_moment_after_speech_is_sent),
    cmocka_unit_test(what_is_loud_is_sent_however_long_it_lasts),
    cmocka_unit_test(the_background_is_followed),
    cmocka_unit_test(an_s_is_speech),
    cmocka_unit_test(a_pause_is_described_once_a_second),
    cmocka_unit_test(a_change_is_told_soon_but_not_often),
    cmocka_unit_test(pauses_cost_little_and_sound_the_same),
    cmocka_unit_test(speech_begins_with_a_marker),
    cmocka_unit_test(redundancy_does_not_reach_over_pauses),
    cmocka_unit_test(without_a_payload_type_everything_is_sent),
    cmocka_unit_test(suppression_ends_and_comes_back_in_mid_call),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From packets to sound over a good network: every codec shape and pull size,
 * and what there is room for. */
#include "playout_kit.h"

/* ---- a good network */

static void is_silent_until_the_first_frame(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  memset(pcm, 1, sizeof(pcm));
  assert_int_equal(pull(b, pcm, 160), MSNAV_PLAYED_NOISE);
  assert_true(sound_rms(pcm, 160) == 0);
  assert_int_equal(msnav_playout_rate(&b->p), 8000);
  free(b);
}

/* Frames of any duration pulled in pieces of any size come out as the same
 * samples, but for time-scaling that would take its place early. */
static void hands_out_every_sample_for_any_sizes(void **state) {
  (void)state;
  static const struct {
    int decoder;
    uint32_t rate, clock;
    int frame_ms;
  } codecs[] = {
    {L8, 8000, 8000, 10},     {L8, 8000, 8000, 20},
    {L8, 8000, 8000, 30},     {L8, 8000, 8000, 40},
    {L8, 8000, 8000, 60},     {L16K, 16000, 16000, 20},
    {L16K, 16000, 16000, 40}, {MIXED, 16000, 8000, 20},
  };
  static const int pulls_us[] = {20000, 10000, 5000, 1250, 17500, 15625};
  for (size_t c = 0; c < ARRAY_LEN(codecs); c++) {
    for (size_t k = 0; k < ARRAY_LEN(pulls_us); k++) {
      bed *b = bed_new();
      uint32_t rate = codecs[c].rate;
      size_t frame = rate / 1000 * (size_t)codecs[c].frame_ms;
      size_t piece = (size_t)((uint64_t)rate * (uint64_t)pulls_us[k] / 1000000);
      size_t total = rate * 2, heard = 0, sent = 0;
      int16_t *sound = calloc(total + 6000, sizeof(*sound));
      int16_t *out = calloc(total + 6000, sizeof(*out));
      sound_voice(sound, total + 6000, 130, rate, 0);
      msnav_usec start = b->now;
      while (heard < total) {
        b->now = start + (msnav_usec)heard * 1000000 / rate;
        while ((msnav_usec)sent * 1000000 / rate + start <= b->now) {
          assert_int_equal(push(b, codecs[c].decoder, sound + sent, 2 * frame,
                                codecs[c].clock / 1000 *
                                  (uint32_t)codecs[c].frame_ms),
                           MSNAV_OK);
          sent += frame;
        }
        assert_int_equal(msnav_playout_rate(&b->p), rate);
        (void)pull(b, out + heard, piece);
        heard += piece;
      }
      msnav_playout_stats stats = stats_of(b);
      assert_int_equal(stats.concealed_us, 0);
      assert_int_equal(stats.late + stats.discarded + stats.underruns, 0);
      /* where does it begin?  then all of it follows, but for scaling */
      size_t begin = 0;
      while (out[begin] == 0) {
        begin++;
      }
      assert_true(begin <= rate / 1000 * (20 + (size_t)codecs[c].frame_ms));
      int natural = sound_step(sound, total);
      assert_true(sound_step(out + begin, total - begin) <=
                  natural + natural / 8);
      if (stats.removed_us + stats.inserted_us == 0) {
        size_t skip = begin > 0 ? 1 : 0; /* the voice begins with a zero */
        assert_memory_equal(out + begin, sound + skip,
                            (total - begin) * sizeof(*out));
      } else {
        assert_true(stats.removed_us <=
                    (uint64_t)(25 + codecs[c].frame_ms) * MS);
      }
      free(sound);
      free(out);
      free(b);
    }
  }
}

static void counts_what_it_does(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t sound[160], pcm[160];
  sound_voice(sound, 160, 130, 8000, 0);
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    if (i == 50) {
      b->sequence--;
      b->timestamp -= 160;
      assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_ERR_DUPLICATE);
    }
    unsigned played = pull(b, pcm, 160);
    assert_int_equal(played & MSNAV_PLAYED_CONCEALED, 0);
    assert_true(i == 0 || played & MSNAV_PLAYED_FRAME);
  }
  msnav_playout_stats stats = stats_of(b);
  assert_int_equal(stats.duplicate, 1);
  assert_in_range(stats.played, 99, 100);
  assert_in_range(stats.delay_us, 0, 25 * MS);
  assert_in_range(stats.target_us, 1, 25 * MS);
  free(b);
}

static void refuses_what_the_codec_refuses(void **state) {
  (void)state;
  bed *b = bed_new();
  uint8_t bytes[1600] = {0};
  assert_int_equal(push(b, L8, bytes, 3, 160), MSNAV_ERR_PARSE);
  assert_int_equal(push(b, MINDED, bytes, 3, 160), MSNAV_ERR_PARSE);
  assert_int_equal(push(b, NOISE, bytes, 0, 160), MSNAV_ERR_PARSE);
  assert_int_equal(push(b, PCMU, bytes, 961, 961), MSNAV_ERR_INVALID);
  assert_int_equal(push(b, L8, bytes, 1502, 751), MSNAV_ERR_INVALID);
  /* there is no room to keep the rest of so many samples */
  assert_int_equal(push(b, C48, bytes, 71, 1136), MSNAV_ERR_INVALID);
  assert_false(b->p.jitter.started);
  free(b);
}

/* ---- limits */

static void long_packets_find_room(void **state) {
  (void)state;
  static const struct {
    int decoder;
    uint32_t rate;
    size_t samples, piece;
  } rows[] = {{PCMU, 8000, 960, 160},   /* 120 ms */
              {PCMU, 8000, 480, 80},    /* 60 ms */
              {PCMU, 8000, 720, 13},    /* 90 ms */
              {C48, 48000, 960, 960},   /* 20 ms */
              {C48, 48000, 960, 480},   /* 20 ms, pulled by 10 */
              {C48, 48000, 1120, 960},  /* the most that is taken */
              {L16K, 16000, 640, 320}}; /* 40 ms */
  for (size_t k = 0; k < ARRAY_LEN(rows); k++) {
    bed *b = bed_new();
    size_t heard = 0, sent = 0;
    msnav_usec start = b->now;
    int16_t *pcm = calloc(rows[k].piece, sizeof(*pcm));
    uint8_t *payload = calloc(rows[k].samples, 2);
    while (heard < rows[k].rate * 3) {
      b->now = start + (msnav_usec)heard * 1000000 / rows[k].rate;
      while (start + (msnav_usec)sent * 1000000 / rows[k].rate <= b->now) {
        size_t len = rows[k].decoder == PCMU  ? rows[k].samples
                     : rows[k].decoder == C48 ? rows[k].samples / 16
                                              : rows[k].samples * 2;
        assert_int_equal(push(b, rows[k].decoder, payload, len,
                              (uint32_t)rows[k].samples),
                         MSNAV_OK);
        sent += rows[k].samples;
      }
      (void)pull(b, pcm, rows[k].piece);
      heard += rows[k].piece;
    }
    msnav_playout_stats stats = stats_of(b);
    assert_int_equal(stats.discarded, 0);
    assert_int_equal(stats.concealed_us, 0);
    free(pcm);
    free(payload);
    free(b);
  }
}

/* A least delay for which there is no room, from the begin or later: as much
 * as there is room for is waited, and everything is heard. */
static void a_delay_without_room_is_not_waited_for(void **state) {
  (void)state;
  static const struct {
    int decoder;
    size_t len;
    uint32_t ticks;
    msnav_usec first, later, reached;
  } rows[] = {
    {PCMU, 160, 160, 250 * MS, 250 * MS, 220 * MS},
    {PCMU, 160, 160, 0, 250 * MS, 220 * MS},
    {L8, 320, 160, 200 * MS, 200 * MS, 100 * MS},
    {L8, 320, 160, 0, 200 * MS, 100 * MS},
    {L16K, 640, 320, 100 * MS, 100 * MS, 40 * MS},
    {L16K, 640, 320, 0, 100 * MS, 40 * MS},
  };
  for (size_t k = 0; k < 2 * ARRAY_LEN(rows); k++) {
    bed *b = bed_new();
    size_t row = k / 2;
    bool lossy = k % 2 != 0;
    int heard = 0;
    msnav_playout_init(&b->p, b->decoders, rows[row].first, 0);
    for (int i = 0; i < 500; i++, b->now += 20 * MS) {
      int16_t silence[320] = {0}, pcm[320];
      if (rows[row].decoder == PCMU) {
        memset(silence, 0xff, sizeof(silence));
      }
      if (i == 50) {
        msnav_playout_set_min_delay(&b->p, rows[row].later);
      }
      if (lossy && i % 25 == 24) {
        lose(b, rows[row].ticks);
      } else {
        assert_int_equal(push(b, rows[row].decoder, silence, rows[row].len,
                              rows[row].ticks),
                         MSNAV_OK);
      }
      unsigned played = pull(b, pcm, msnav_playout_rate(&b->p) / 50);
      heard += i >= 100 && (played & MSNAV_PLAYED_FRAME) != 0;
    }
    msnav_playout_stats stats = stats_of(b);
    assert_true(heard >= (lossy ? 384 : 400));
    assert_true(stats.discarded <= 1); /* which showed how much room there is */
    assert_true(stats.delay_us >= rows[row].reached);
    free(b);
  }
}

/* ... nor when a codec of larger frames takes over. */
static void larger_frames_have_less_delay(void **state) {
  (void)state;
  bed *b = bed_new();
  int heard = 0;
  msnav_playout_init(&b->p, b->decoders, 200 * MS, 0);
  for (int i = 0; i < 200; i++, b->now += 20 * MS) {
    int16_t silence[320] = {0}, pcm[320];
    assert_int_equal(i < 50 ? push(b, PCMU, silence, 160, 160)
                            : push(b, L16K, silence, 640, 320),
                     MSNAV_OK);
    unsigned played = pull(b, pcm, msnav_playout_rate(&b->p) / 50);
    heard += i >= 100 && (played & MSNAV_PLAYED_FRAME) != 0;
  }
  assert_int_equal(heard, 100);
  free(b);
}

static void the_state_fits_its_share_of_4_kib(void **state) {
  (void)state;
  assert_true(sizeof(msnav_playout) <= 3144);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_silent_until_the_first_frame),
    cmocka_unit_test(hands_out_every_sample_for_any_sizes),
    cmocka_unit_test(counts_what_it_does),
    cmocka_unit_test(refuses_what_the_codec_refuses),
    cmocka_unit_test(long_packets_find_room),
    cmocka_unit_test(a_delay_without_room_is_not_waited_for),
    cmocka_unit_test(larger_frames_have_less_delay),
    cmocka_unit_test(the_state_fits_its_share_of_4_kib),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

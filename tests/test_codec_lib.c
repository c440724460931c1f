/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codecs that other libraries bring: GSM and Opus.  What they make of
 * sound is their own; here is what a stream relies on. */
#include "support/oom.h"
#include "support/streams.h"

#include "config.h"

#define WIDE_FRAME_MAX 320

#if HAVE_GSM
#include <gsm.h>

#define GSM_FRAME 33

static size_t gsm_frames(uint8_t *out, size_t count) {
  gsm coder = gsm_create();
  for (size_t i = 0; i < count; i++) {
    gsm_signal pcm[160];
    sound_voice(pcm, 160, 130, RATE, i * 160);
    gsm_encode(coder, pcm, out + i * GSM_FRAME);
  }
  gsm_destroy(coder);
  return count * GSM_FRAME;
}

static void gsm_packets_are_whole_frames(void **state) {
  (void)state;
  const msnav_audio_codec *codec = codec_of("GSM");
  uint8_t bytes[8 * GSM_FRAME];
  gsm_frames(bytes, 8);
  for (size_t len = 0; len <= sizeof(bytes); len++) {
    bool whole = len > 0 && len % GSM_FRAME == 0 && len <= 6 * GSM_FRAME;
    uint8_t *copy = (uint8_t *)exact_copy(bytes, len);
    int want = whole ? (int)(len / GSM_FRAME * 160) : MSNAV_ERR_PARSE;
    assert_int_equal(codec->duration(copy, len), want);
    free(copy);
  }
  bytes[GSM_FRAME] ^= 0x10; /* RFC 3551 section 4.5.8.1: each begins 1101 */
  assert_int_equal(codec->duration(bytes, GSM_FRAME), 160);
  assert_int_equal(codec->duration(bytes, 2 * GSM_FRAME), MSNAV_ERR_PARSE);
}

/* protocol: RTC 1.2 sends two frames in a packet */
static void two_gsm_frames_are_forty_milliseconds(void **state) {
  (void)state;
  const msnav_audio_codec *codec = codec_of("GSM");
  uint8_t bytes[10 * GSM_FRAME];
  int16_t want[1600], got[320];
  gsm_frames(bytes, 10);
  gsm reference = gsm_create();
  for (size_t i = 0; i < 10; i++) {
    assert_int_equal(gsm_decode(reference, bytes + i * GSM_FRAME,
                                want + i * 160),
                     0);
  }
  gsm_destroy(reference);
  void *s;
  assert_int_equal(codec->open(&s), MSNAV_OK);
  for (size_t i = 0; i < 5; i++) {
    assert_int_equal(codec->decode(s, bytes + i * 2 * GSM_FRAME, 2 * GSM_FRAME,
                                   got, 319),
                     MSNAV_ERR_NOSPACE);
    assert_int_equal(codec->decode(s, bytes + i * 2 * GSM_FRAME, 2 * GSM_FRAME,
                                   got, 320),
                     320);
    assert_memory_equal(got, want + i * 320, sizeof(got));
  }
  codec->close(s);
}
#endif

#if HAVE_OPUS
#define WIDE 16000u
#define WIDE_FRAME 320u

/* Speech of this many frames, each packet with its length; 0: not sent. */
typedef struct packets {
  uint8_t data[100][400];
  int len[100];
  int16_t said[100 * WIDE_FRAME];
} packets;

static void speak(packets *p, size_t count, unsigned loss, bool silent) {
  const msnav_audio_codec *codec = codec_of("opus");
  void *s;
  assert_int_equal(codec->open(&s), MSNAV_OK);
  codec->expect_loss(s, loss);
  for (size_t i = 0; i < count; i++) {
    int16_t *pcm = p->said + i * WIDE_FRAME;
    if (silent) {
      memset(pcm, 0, WIDE_FRAME * sizeof(*pcm));
    } else {
      sound_voice(pcm, WIDE_FRAME, 130, WIDE, i * WIDE_FRAME);
    }
    p->len[i] = codec->encode(s, pcm, WIDE_FRAME, p->data[i], 400);
    assert_true(p->len[i] >= 0 && p->len[i] < 400);
  }
  codec->close(s);
}

static void opus_tells_how_long_a_packet_is(void **state) {
  (void)state;
  const msnav_audio_codec *codec = codec_of("opus");
  /* RFC 6716 table 2 and section 3.2: the first byte says mode, frame size
   * and how many frames there are */
  static const struct {
    uint8_t bytes[6];
    size_t len;
    int samples; /* of 16 kHz */
  } rows[] = {
    {{0x08}, 1, 320},                /* SILK 20 ms, one frame, nothing in it */
    {{0x00, 1, 2}, 3, 160},          /* SILK 10 ms */
    {{0x10, 1, 2}, 3, 640},          /* SILK 40 ms */
    {{0x18, 1, 2}, 3, 960},          /* SILK 60 ms */
    {{0xe0, 1, 2}, 3, 40},           /* CELT 2.5 ms */
    {{0x09, 1, 2}, 3, 640},          /* two frames of equal length */
    {{0x09, 1}, 2, MSNAV_ERR_PARSE}, /* which is impossible here */
    {{0x1b, 2, 1, 2}, 4, 1920},      /* 120 ms, the longest */
    {{0x1b, 3, 1, 2, 3}, 5, MSNAV_ERR_PARSE}, /* 180 ms */
    {{0x0b, 0}, 2, MSNAV_ERR_PARSE},          /* no frames at all */
    {{0x0b}, 1, MSNAV_ERR_PARSE},             /* their number is missing */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t *copy = (uint8_t *)exact_copy(rows[i].bytes, rows[i].len);
    if (codec->duration(copy, rows[i].len) != rows[i].samples) {
      fail_msg("row %zu: %d", i, codec->duration(copy, rows[i].len));
    }
    free(copy);
  }
  assert_int_equal(codec->duration(rows[0].bytes, 0), MSNAV_ERR_PARSE);
}

static void opus_sounds_like_what_was_said(void **state) {
  (void)state;
  static packets p;
  static int16_t heard[100 * WIDE_FRAME];
  const msnav_audio_codec *codec = codec_of("opus");
  speak(&p, 100, 0, false);
  void *s;
  assert_int_equal(codec->open(&s), MSNAV_OK);
  for (size_t i = 0; i < 100; i++) {
    assert_int_equal(codec->decode(s, p.data[i], (size_t)p.len[i],
                                   heard + i * WIDE_FRAME, WIDE_FRAME),
                     WIDE_FRAME);
  }
  codec->close(s);
  double best = 0;
  for (size_t lag = 0; lag < 400; lag++) { /* the codec looks ahead */
    double alike = sound_alike(p.said + 6400, heard + 6400 + lag, 16000);
    best = alike > best ? alike : best;
  }
  assert_true(best > 0.9);
}

static void opus_sends_nothing_in_silence(void **state) {
  (void)state;
  static packets p;
  speak(&p, 100, 0, true);
  size_t unsent = 0;
  for (size_t i = 50; i < 100; i++) {
    unsent += p.len[i] == 0;
  }
  assert_true(unsent > 40); /* now and then one is, RFC 7587 section 3.1.3 */
}

/* How alike a frame is to what was said up to 20 ms before its place. */
static double alike_at(const packets *p, size_t i, const int16_t *pcm) {
  double best = 0;
  for (size_t lag = 0; lag < WIDE_FRAME; lag++) {
    double alike = sound_alike(p->said + i * WIDE_FRAME - lag, pcm, WIDE_FRAME);
    best = alike > best ? alike : best;
  }
  return best;
}

/* A lost packet out of the one after it.  The encoder decides which ones are
 * worth repeating, and repeats none before it heard of losses. */
static void opus_recovers_what_was_lost(void **state) {
  (void)state;
  static packets p;
  const msnav_audio_codec *codec = codec_of("opus");
  for (unsigned loss = 0; loss <= 25; loss += 25) {
    void *s;
    size_t recovered = 0;
    double alike = 0;
    speak(&p, 100, loss, false);
    assert_int_equal(codec->open(&s), MSNAV_OK);
    for (size_t i = 0; i + 1 < 100; i++) {
      int16_t pcm[WIDE_FRAME];
      if (i % 5 != 4) {
        assert_int_equal(codec->decode(s, p.data[i], (size_t)p.len[i], pcm,
                                       WIDE_FRAME),
                         WIDE_FRAME);
        continue;
      }
      int got =
        codec->recover(s, p.data[i + 1], (size_t)p.len[i + 1], pcm, WIDE_FRAME);
      if (got == 0) {
        assert_int_equal(codec->conceal(s, pcm, WIDE_FRAME), WIDE_FRAME);
        continue;
      }
      assert_int_equal(got, WIDE_FRAME);
      recovered++;
      alike += alike_at(&p, i, pcm);
    }
    codec->close(s);
    if (loss == 0 ? recovered > 0
                  : recovered < 4 || alike / (double)recovered < 0.8) {
      fail_msg("%zu of 19 at %u %%, %.2f alike", recovered, loss,
               alike / (double)recovered);
    }
  }
}

/* RFC 6716 section 4.2.3: after a bit of voice activity for each 20 ms of a
 * SILK frame comes the one that says whether it repeats anything.  CELT has
 * neither. */
static void opus_recovers_only_what_is_repeated(void **state) {
  (void)state;
  const msnav_audio_codec *codec = codec_of("opus");
  static const struct {
    uint8_t bytes[4];
    size_t len;
    bool repeats;
  } rows[] = {
    {{0x48, 0x80, 1, 2}, 4, false}, /* SILK of 20 ms, voice */
    {{0x48, 0xc0, 1, 2}, 4, true},
    {{0x50, 0xc0, 1, 2}, 4, false}, /* 40 ms, voice in both */
    {{0x50, 0xe0, 1, 2}, 4, true},
    {{0x58, 0xe0, 1, 2}, 4, false}, /* 60 ms, voice in all three */
    {{0x58, 0xf0, 1, 2}, 4, true},
    {{0xb8, 0xff, 1, 2}, 4, false}, /* CELT */
    {{0x48}, 1, false},             /* nothing in it */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    void *s;
    int16_t pcm[WIDE_FRAME];
    uint8_t *copy = (uint8_t *)exact_copy(rows[i].bytes, rows[i].len);
    assert_int_equal(codec->open(&s), MSNAV_OK);
    int got = codec->recover(s, copy, rows[i].len, pcm, WIDE_FRAME);
    if ((got != 0) != rows[i].repeats) {
      fail_msg("row %zu: %d", i, got);
    }
    codec->close(s);
    free(copy);
  }
}

static void garbage_is_refused_whole(void **state) {
  (void)state;
  const msnav_audio_codec *codec = codec_of("opus");
  void *s;
  uint32_t seed = 1;
  assert_int_equal(codec->open(&s), MSNAV_OK);
  for (int i = 0; i < 20000; i++) {
    uint8_t bytes[64];
    int16_t pcm[1920];
    seed = seed * 1664525u + 1013904223u;
    size_t len = (seed >> 8) % sizeof(bytes);
    for (size_t k = 0; k < len; k++) {
      seed = seed * 1664525u + 1013904223u;
      bytes[k] = (uint8_t)(seed >> 24);
    }
    uint8_t *copy = (uint8_t *)exact_copy(bytes, len);
    int samples = codec->duration(copy, len);
    int got = codec->decode(s, copy, len, pcm, ARRAY_LEN(pcm));
    assert_true(samples > 0 ? got == samples || got == MSNAV_ERR_PARSE
                            : got < 0);
    (void)codec->recover(s, copy, len, pcm, WIDE_FRAME);
    free(copy);
  }
  codec->reset(s);
  codec->close(s);
}
#endif

/* ---- both */

static void lack_of_memory_is_said(void **state) {
  (void)state;
  static const char *const names[] = {"GSM", "opus"};
  for (size_t i = 0; i < ARRAY_LEN(names); i++) {
    const msnav_audio_codec *codec =
      msnav_codec_find(msnav_str_of(names[i]), 0);
    void *s = NULL;
    if (codec == NULL) {
      continue;
    }
    oom_fail(1);
    assert_int_equal(codec->open(&s), MSNAV_ERR_NOMEM);
    assert_true(oom_failed());
    assert_null(s);
  }
}

static void whole_streams_are_heard(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint32_t type;
  } rows[] = {{"GSM", 3}, {"opus", 98}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_audio_codec *codec =
      msnav_codec_find(msnav_str_of(rows[i].name), 0);
    if (codec == NULL) {
      continue;
    }
    msnav_stream_config c = alice_config(), d = bob_config();
    c.send_codec = d.formats[0].codec = codec;
    c.send_payload_type = d.formats[0].payload_type = rows[i].type;
    msnav_stream *from, *to;
    assert_int_equal(msnav_stream_new(&c, LINE_START, &from), MSNAV_OK);
    assert_int_equal(msnav_stream_new(&d, LINE_START, &to), MSNAV_OK);
    static int16_t said[100 * WIDE_FRAME_MAX], heard[100 * WIDE_FRAME_MAX];
    size_t n = codec->frame_samples;
    for (size_t k = 0; k < 100; k++) {
      uint8_t out[MSNAV_STREAM_MTU];
      size_t len;
      msnav_usec now = LINE_START + k * 20 * MS;
      sound_voice(said + k * n, n, 130, codec->sample_rate, k * n);
      assert_int_equal(msnav_stream_send(from, said + k * n, now, out, &len),
                       MSNAV_OK);
      assert_int_equal(out[1] & 0x7f, rows[i].type);
      assert_int_equal(msnav_stream_receive(to, out, len, &alice_rtp, now),
                       MSNAV_OK);
      (void)msnav_stream_play(to, heard + k * n, n, now);
    }
    assert_int_equal(msnav_stream_play_rate(to), codec->sample_rate);
    double best = 0;
    for (size_t lag = 0; lag < 6 * n; lag++) {
      double alike = sound_alike(said + 20 * n, heard + 20 * n + lag, 40 * n);
      best = alike > best ? alike : best;
    }
    if (best < 0.85) {
      fail_msg("%s: %.2f alike", rows[i].name, best);
    }
    msnav_stream_free(from);
    msnav_stream_free(to);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
#if HAVE_GSM
    cmocka_unit_test(gsm_packets_are_whole_frames),
    cmocka_unit_test(two_gsm_frames_are_forty_milliseconds),
#endif
#if HAVE_OPUS
    cmocka_unit_test(opus_tells_how_long_a_packet_is),
    cmocka_unit_test(opus_sounds_like_what_was_said),
    cmocka_unit_test(opus_sends_nothing_in_silence),
    cmocka_unit_test(opus_recovers_what_was_lost),
    cmocka_unit_test(opus_recovers_only_what_is_repeated),
    cmocka_unit_test(garbage_is_refused_whole),
#endif
    cmocka_unit_test(lack_of_memory_is_said),
    cmocka_unit_test(whole_streams_are_heard),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

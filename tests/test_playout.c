/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From packets to sound: every codec shape, pull size and network, judged by
 * what is heard. */
#include "test.h"

#include "media/playout.h"
#include "support/sound.h"
#include "support/traces.h"

#define MS 1000

/* ---- codecs: linear samples, so that what is heard can be compared */

static int linear_encode(void *state, const int16_t *pcm, size_t samples,
                         uint8_t *out, size_t cap) {
  (void)state;
  assert_true(2 * samples <= cap);
  memcpy(out, pcm, 2 * samples);
  return (int)(2 * samples);
}

static int linear_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len % 2 == 0 ? (int)(len / 2) : MSNAV_ERR_PARSE;
}

static int linear_decode(void *state, const uint8_t *in, size_t len,
                         int16_t *pcm, size_t cap) {
  (void)state;
  if (len / 2 > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  memcpy(pcm, in, len);
  return (int)(len / 2);
}

static int stereo_duration(const uint8_t *in, size_t len) {
  return linear_duration(in, len / 2);
}

static int stereo_decode(void *state, const uint8_t *in, size_t len,
                         int16_t *pcm, size_t cap) {
  return linear_decode(state, in, len, pcm, 2 * cap) / 2;
}

#define LINEAR(clock, rate)                                                    \
  {                                                                            \
    .size = sizeof(msnav_audio_codec), .name = "LINEAR",                       \
    .clock_rate = (clock), .sample_rate = (rate),                              \
    .frame_samples = (rate) / 50, .channels = 1, .encode = linear_encode,      \
    .decode = linear_decode, .duration = linear_duration,                      \
  }

static const msnav_audio_codec linear8 = LINEAR(8000, 8000);
static const msnav_audio_codec linear16 = LINEAR(16000, 16000);
static const msnav_audio_codec clock8_rate16 = LINEAR(8000, 16000);

/* a codec of its own mind: two bytes of seed make `rate / 50` samples; it
 * conceals with 111 and recovers with 222 */
typedef struct minded {
  int concealed, recovered, resets;
} minded;

static int minded_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len == 2 ? 160 : MSNAV_ERR_PARSE;
}

static int minded_decode(void *state, const uint8_t *in, size_t len,
                         int16_t *pcm, size_t cap) {
  (void)state;
  if (cap < 160 || len != 2 || in[0] == 0xee) {
    return MSNAV_ERR_PARSE;
  }
  for (int i = 0; i < 160; i++) {
    pcm[i] = (int16_t)(1000 + in[0]);
  }
  return 160;
}

static int minded_conceal(void *state, int16_t *pcm, size_t samples) {
  ((minded *)state)->concealed++;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = 111;
  }
  return (int)samples;
}

static int minded_recover(void *state, const uint8_t *next, size_t len,
                          int16_t *pcm, size_t samples) {
  if (len != 2 || next[1] == 0) {
    return 0;
  }
  ((minded *)state)->recovered++;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = 222;
  }
  return (int)samples;
}

static void minded_reset(void *state) {
  ((minded *)state)->resets++;
}

static const msnav_audio_codec minded_codec = {
  .size = sizeof(msnav_audio_codec),
  .name = "MINDED",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .frame_samples = 160,
  .channels = 1,
  .encode = linear_encode,
  .decode = minded_decode,
  .duration = minded_duration,
  .conceal = minded_conceal,
  .recover = minded_recover,
  .reset = minded_reset,
};

/* 48 kHz in few bytes: each one is 16 samples */
static int coarse_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len <= 360 ? (int)(16 * len) : MSNAV_ERR_PARSE;
}

static int coarse_decode(void *state, const uint8_t *in, size_t len,
                         int16_t *pcm, size_t cap) {
  (void)state;
  if (16 * len > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < 16 * len; i++) {
    pcm[i] = (int16_t)((in[i / 16] - 128) * 100);
  }
  return (int)(16 * len);
}

static const msnav_audio_codec coarse48 = {
  .size = sizeof(msnav_audio_codec),
  .name = "COARSE",
  .clock_rate = 48000,
  .sample_rate = 48000,
  .frame_samples = 960,
  .channels = 1,
  .encode = linear_encode,
  .decode = coarse_decode,
  .duration = coarse_duration,
};

static const msnav_audio_codec stereo8 = {
  .size = sizeof(msnav_audio_codec),
  .name = "STEREO",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .frame_samples = 160,
  .channels = 2,
  .encode = linear_encode,
  .decode = stereo_decode,
  .duration = stereo_duration,
};

enum { L8, L16K, C48, PCMU, MINDED, STEREO, NOISE, MIXED };

typedef struct bed {
  msnav_playout p;
  msnav_decoder decoders[8];
  minded mind;
  msnav_noise noise;
  uint32_t sequence, timestamp; /* of the next frame */
  msnav_usec now;
} bed;

static bed *bed_new(void) {
  bed *b = calloc(1, sizeof(*b));
  b->decoders[L8].codec = &linear8;
  b->decoders[L16K].codec = &linear16;
  b->decoders[C48].codec = &coarse48;
  b->decoders[PCMU].codec = msnav_codec_find((msnav_str)STR("PCMU"), 8000);
  b->decoders[MINDED].codec = &minded_codec;
  b->decoders[MINDED].state = &b->mind;
  b->decoders[STEREO].codec = &stereo8;
  b->decoders[NOISE].state = &b->noise;
  msnav_noise_init(&b->noise);
  b->decoders[MIXED].codec = &clock8_rate16;
  b->sequence = 65530;
  b->timestamp = 0xffffff00u;
  b->now = 1000000;
  msnav_playout_init(&b->p, b->decoders, 0, 0);
  return b;
}

static msnav_error
push(bed *b, int decoder, const void *data, size_t len, uint32_t ticks) {
  uint8_t *copy = (uint8_t *)exact_copy(data, len);
  msnav_jitter_frame f = {.sequence = b->sequence++,
                          .timestamp = b->timestamp,
                          .data = copy,
                          .len = (uint16_t)len,
                          .decoder = (uint8_t)decoder};
  b->timestamp += ticks;
  msnav_error err = msnav_playout_push(&b->p, &f, b->now);
  free(copy);
  return err;
}

/* leave out a packet */
static void lose(bed *b, uint32_t ticks) {
  b->sequence++;
  b->timestamp += ticks;
}

static unsigned pull(bed *b, int16_t *pcm, size_t samples) {
  /* exactly so large, that the sanitizer sees a sample too many */
  int16_t *block = malloc(samples * sizeof(*block));
  unsigned played = msnav_playout_pull(&b->p, block, samples, b->now);
  memcpy(pcm, block, samples * sizeof(*pcm));
  free(block);
  return played;
}

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
      msnav_playout_stats stats;
      msnav_playout_get_stats(&b->p, &stats);
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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
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

/* ---- losses */

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
  msnav_playout_get_stats(&b->p, &h.stats);
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
    msnav_playout_stats stats;
    msnav_playout_get_stats(&b->p, &stats);
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
    msnav_playout_stats stats;
    msnav_playout_get_stats(&b->p, &stats);
    assert_true(stats.concealed >= before);
    before = stats.concealed;
    if (i == 89) {
      assert_int_equal(stats.concealed, 3);
    }
  }
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_int_equal(stats.recovered, 1);
  assert_int_equal(stats.concealed_us, 20 * MS);
  /* it is not asked for ever */
  for (int i = 0; i < 100; i++, b->now += 20 * MS) {
    (void)pull(b, pcm, 160);
  }
  assert_true(b->mind.concealed < 15);
  assert_int_equal(pcm[0], 0);
  free(b);
}

static void a_payload_that_does_not_decode_is_concealed(void **state) {
  (void)state;
  bed *b = bed_new();
  int16_t pcm[160];
  uint8_t good[2] = {5, 0}, bad[2] = {0xee, 0};
  unsigned played = 0;
  for (int i = 0; i < 40; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, MINDED, i == 20 ? bad : good, 2, 160), MSNAV_OK);
    played |= pull(b, pcm, 160);
  }
  assert_true(played & MSNAV_PLAYED_CONCEALED);
  assert_int_equal(pcm[0], 1005);
  free(b);
}

/* ---- silence and noise */

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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_int_equal(stats.late + stats.discarded, 0);
  assert_in_range(stats.played, 69, 70);
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
  /* it ends with the next frame */
  b->timestamp += 160 * 99;
  for (int i = 0; i < 10; i++, b->now += 20 * MS) {
    assert_int_equal(push(b, L8, sound, 320, 160), MSNAV_OK);
    (void)pull(b, pcm, 160);
  }
  assert_memory_equal(pcm, sound, sizeof(pcm));
  free(b);
}

/* ---- time-scaling */

/* Voice through a made-up network; every sample of it is heard. */
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
      msnav_playout_get_stats(&b->p, &stats);
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
    msnav_playout_stats stats;
    msnav_playout_get_stats(&b->p, &stats);
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
      msnav_playout_get_stats(&b->p, &stats);
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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_true(stats.discarded > 20);
  int natural = sound_step(sound, 160 * 120);
  assert_true(sound_step(out + 320, n - 320) <= natural + natural / 3);
  free(sound);
  free(out);
  free(b);
}

/* ---- other codecs in mid-call */

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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_true(stats.discarded > 20);
  assert_int_equal(pcm[0], -8000);
  assert_true(step <= 16000 / 25); /* over 5 ms, and a little stretched */
  free(b);
}

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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_int_equal(stats.resyncs + stats.underruns, 0);
  free(b);
}

/* The first frame's decoder is the one a playout begins with. */
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
  msnav_playout_stats stats;
  msnav_playout_get_stats(&b->p, &stats);
  assert_int_equal(stats.resyncs, 1);
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
    msnav_playout_stats stats;
    msnav_playout_get_stats(&b->p, &stats);
    assert_int_equal(stats.discarded, 0);
    assert_int_equal(stats.concealed_us, 0);
    free(pcm);
    free(payload);
    free(b);
  }
}

static void the_state_fits_its_share_of_4_kib(void **state) {
  (void)state;
  assert_true(sizeof(msnav_playout) <= 3136);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(is_silent_until_the_first_frame),
    cmocka_unit_test(hands_out_every_sample_for_any_sizes),
    cmocka_unit_test(counts_what_it_does),
    cmocka_unit_test(refuses_what_the_codec_refuses),
    cmocka_unit_test(losses_are_filled_without_clicks),
    cmocka_unit_test(joins_what_does_not_fit_without_clicks),
    cmocka_unit_test(five_percent_of_loss_leave_the_voice_as_it_was),
    cmocka_unit_test(fades_to_silence_when_the_peer_stops),
    cmocka_unit_test(made_up_frames_are_counted_as_they_were),
    cmocka_unit_test(the_codecs_own_concealment_is_used),
    cmocka_unit_test(a_payload_that_does_not_decode_is_concealed),
    cmocka_unit_test(a_pause_is_silence_not_loss),
    cmocka_unit_test(comfort_noise_is_played_at_its_level),
    cmocka_unit_test(comfort_noise_fades_away_beneath_what_follows),
    cmocka_unit_test(after_a_stall_the_delay_comes_back_unheard),
    cmocka_unit_test(a_longer_route_is_followed_without_stutter),
    cmocka_unit_test(drifting_clocks_are_followed_by_scaling),
    cmocka_unit_test(a_sudden_flood_is_discarded_through_joins),
    cmocka_unit_test(joins_over_discarded_frames_have_no_step),
    cmocka_unit_test(a_decoder_that_takes_over_begins_afresh),
    cmocka_unit_test(another_codec_of_the_same_rate_makes_no_gap),
    cmocka_unit_test(another_rate_is_played_at_that_rate),
    cmocka_unit_test(one_pull_has_one_rate),
    cmocka_unit_test(first_decoder_may_have_another_rate),
    cmocka_unit_test(two_channels_become_one),
    cmocka_unit_test(a_resync_resets_the_decoder_and_goes_on),
    cmocka_unit_test(long_packets_find_room),
    cmocka_unit_test(the_state_fits_its_share_of_4_kib),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

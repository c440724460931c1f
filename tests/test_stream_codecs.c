/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codec changes in mid-call: the packets say so, nothing else does.  What
 * is heard goes on, at the new rate, and it is the same stream. */
#include "support/reports.h"

#define TONE 400.0
#define LOUD 8000.0
#define PER_CODEC 50 /* frames of 20 ms */
#define WIDEST 960   /* samples of 20 ms at 48 kHz */

/* ---- linear samples at 48 kHz, in mu-law of every sixth: few bytes */

#define COARSE 6

static int coarse_encode(void *state, const int16_t *pcm, size_t samples,
                         uint8_t *out, size_t cap) {
  int16_t few[WIDEST / COARSE];
  (void)state;
  for (size_t i = 0; i < samples / COARSE; i++) {
    few[i] = pcm[i * COARSE];
  }
  return codec_of("PCMU")->encode(NULL, few, samples / COARSE, out, cap);
}

static int coarse_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len == WIDEST / COARSE ? WIDEST : MSNAV_ERR_PARSE;
}

static int coarse_decode(void *state, const uint8_t *in, size_t len,
                         int16_t *pcm, size_t cap) {
  int16_t few[WIDEST / COARSE + 1];
  (void)state;
  if (coarse_duration(in, len) < 0 || cap < WIDEST) {
    return MSNAV_ERR_PARSE;
  }
  int n = codec_of("PCMU")->decode(NULL, in, len, few, WIDEST / COARSE);
  few[n] = few[n - 1];
  for (int i = 0; i < n * COARSE; i++) {
    int k = i / COARSE, part = i % COARSE;
    pcm[i] = (int16_t)((few[k] * (COARSE - part) + few[k + 1] * part) / COARSE);
  }
  return n * COARSE;
}

static const msnav_audio_codec coarse48 = {
  .size = sizeof(msnav_audio_codec),
  .name = "COARSE",
  .clock_rate = 48000,
  .sample_rate = 48000,
  .bitrate = 64000,
  .frame_samples = WIDEST,
  .payload_type = 99,
  .channels = 1,
  .encode = coarse_encode,
  .decode = coarse_decode,
  .duration = coarse_duration,
};

/* ---- a talk of several codecs */

typedef struct talk {
  msnav_stream_config a, b;
  msnav_stream *from, *to;
  const msnav_audio_codec *codecs[MSNAV_STREAM_FORMATS];
  size_t codec_count;
  msnav_usec now;
  uint64_t frame;     /* of 20 ms, so far */
  uint16_t sequence;  /* of the last packet */
  uint32_t timestamp; /* of the next packet */
  bool started;
  const msnav_audio_codec *next; /* to change to between two packets */
  unsigned played;               /* MSNAV_PLAYED_ bits since it began to play */
  double least, most;            /* of the volume in 5 ms heard, 1: as said */
  int16_t before;                /* the last sample heard */
  int step;                      /* most between samples, at 8 kHz */
} talk;

static void add_codec(talk *t, const msnav_audio_codec *codec) {
  if (codec != NULL) {
    t->codecs[t->codec_count++] = codec;
  }
}

static const msnav_audio_codec *find(const char *name, uint32_t rate) {
  return msnav_codec_find(msnav_str_of(name), rate);
}

static void talk_begin(talk *t) {
  memset(t, 0, sizeof(*t));
  add_codec(t, find("PCMU", 8000));
  add_codec(t, find("DVI4", 16000));
  add_codec(t, &coarse48);
  add_codec(t, find("PCMA", 8000));
  add_codec(t, find("GSM", 8000));
  add_codec(t, find("opus", 48000));
  t->b = bob_config();
  t->a = alice_config();
  for (size_t i = 0; i < t->codec_count; i++) {
    t->b.formats[i] =
      (msnav_stream_format){t->codecs[i], t->codecs[i]->payload_type};
  }
  t->b.format_count = (uint32_t)t->codec_count;
  t->now = LINE_START;
  assert_int_equal(msnav_stream_new(&t->a, t->now, &t->from), MSNAV_OK);
  assert_int_equal(msnav_stream_new(&t->b, t->now, &t->to), MSNAV_OK);
  t->least = 1e9;
}

static void talk_end(talk *t) {
  msnav_stream_free(t->from);
  msnav_stream_free(t->to);
}

static void use(talk *t, const msnav_audio_codec *codec) {
  t->a.send_codec = codec;
  t->a.send_payload_type = codec->payload_type;
  assert_int_equal(msnav_stream_update(t->from, &t->a, t->now), MSNAV_OK);
  assert_int_equal(msnav_stream_send_rate(t->from), codec->sample_rate);
}

/* Next 20 ms of the tone as a packet: same source, next number, and a
 * timestamp that goes on in the clock of its codec. */
static size_t say(talk *t, uint8_t *out) {
  const msnav_audio_codec *codec = t->a.send_codec;
  int16_t pcm[WIDEST];
  size_t len, n = codec->frame_samples;
  sound_sine(pcm, n, TONE, codec->sample_rate, LOUD, (size_t)t->frame * n);
  t->frame++;
  assert_int_equal(msnav_stream_send(t->from, pcm, t->now, out, &len),
                   MSNAV_OK);
  uint16_t sequence = (uint16_t)(out[2] << 8 | out[3]);
  uint32_t timestamp = (uint32_t)out[4] << 24 | (uint32_t)out[5] << 16 |
                       (uint32_t)out[6] << 8 | out[7];
  static const uint8_t ssrc[4] = {0, 0x0a, 0x11, 0xce};
  assert_int_equal(out[1] & 0x7f, codec->payload_type);
  assert_memory_equal(out + 8, ssrc, 4);
  if (t->started) {
    assert_int_equal(sequence, (t->sequence + 1) & 0xffff);
    assert_int_equal(timestamp, t->timestamp);
  }
  t->started = true;
  t->sequence = sequence;
  t->timestamp = timestamp + codec->clock_rate / 50;
  return len;
}

static void arrive(talk *t, uint8_t *out, size_t len) {
  uint8_t *data = (uint8_t *)exact_copy(out, len);
  msnav_error err = msnav_stream_receive(t->to, data, len, &alice_rtp, t->now);
  assert_true(err == MSNAV_OK || err == MSNAV_ERR_LATE);
  free(data);
}

/* Hear 20 ms by pulls of 10. */
static void hear(talk *t) {
  for (int half = 0; half < 2; half++) {
    int16_t pcm[WIDEST / 2];
    size_t n = msnav_stream_play_rate(t->to) / 100;
    t->played |= msnav_stream_play(t->to, pcm, n, t->now);
    for (size_t at = 0; at < n; at += n / 2) { /* two whole periods */
      double volume = sound_rms(pcm + at, n / 2) / (LOUD / sqrt(2));
      t->least = volume < t->least ? volume : t->least;
      t->most = volume > t->most ? volume : t->most;
    }
    int step = sound_step(pcm, n), seam = abs(pcm[0] - t->before);
    t->step = step > t->step ? step : t->step;
    t->step = seam > t->step ? seam : t->step;
    t->before = pcm[n - 1];
    t->now += 10 * MS;
  }
}

static void run(talk *t, unsigned frames) {
  for (unsigned i = 0; i < frames; i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    arrive(t, out, say(t, out));
    hear(t);
  }
}

static void settle(talk *t) {
  run(t, PER_CODEC);
  t->played = 0;
  t->least = 1e9;
  t->most = 0;
  t->step = 0;
}

/* GSM needs some milliseconds until it has got a tone's volume. */
static void nothing_was_missing(talk *t, const msnav_stream_stats *before,
                                const char *where) {
  msnav_stream_stats s = stats_of(t->to);
  s.concealed_frames -= before->concealed_frames;
  s.late_packets -= before->late_packets;
  if (s.lost_packets != 0 || s.concealed_frames != 0 || s.resyncs != 0 ||
      s.late_packets != 0 || s.ssrc_changes != 0 ||
      (t->played & (MSNAV_PLAYED_CONCEALED | MSNAV_PLAYED_NOISE)) != 0 ||
      t->least < 0.4 || t->most > 2 || t->step > 6000) {
    fail_msg("%s: lost %u, late %u, concealed %u, resyncs %u, played %u, "
             "volume %.2f to %.2f, step %d",
             where, (unsigned)s.lost_packets, (unsigned)s.late_packets,
             (unsigned)s.concealed_frames, (unsigned)s.resyncs, t->played,
             t->least, t->most, t->step);
  }
}

/* From every codec to every other one. */
static void every_change_is_heard_through(void **state) {
  (void)state;
  talk t;
  talk_begin(&t);
  size_t count = t.codec_count;
  talk_end(&t);
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < count; k++) {
      char where[64];
      talk_begin(&t);
      use(&t, t.codecs[i]);
      settle(&t);
      msnav_stream_stats before = stats_of(t.to);
      use(&t, t.codecs[k]);
      run(&t, PER_CODEC);
      snprintf(where, sizeof(where), "%s to %s", t.codecs[i]->name,
               t.codecs[k]->name);
      nothing_was_missing(&t, &before, where);
      assert_int_equal(msnav_stream_play_rate(t.to), t.codecs[k]->sample_rate);
      assert_int_equal(stats_of(t.to).receive_payload_type,
                       t.codecs[k]->payload_type);
      talk_end(&t);
    }
  }
}

/* The network turns pairs of packets round, at the change, too: a packet of
 * the old codec comes after the first one of the new, and is played before. */
static void run_swapped(talk *t, unsigned frames) {
  for (unsigned i = 0; i < frames; i += 2) {
    uint8_t first[MSNAV_STREAM_MTU], second[MSNAV_STREAM_MTU];
    size_t first_len = say(t, first);
    hear(t);
    if (t->next != NULL) {
      use(t, t->next);
      t->next = NULL;
    }
    size_t second_len = say(t, second);
    arrive(t, second, second_len);
    arrive(t, first, first_len);
    hear(t);
  }
}

static void packets_change_places_at_the_change(void **state) {
  (void)state;
  talk t;
  talk_begin(&t);
  size_t count = t.codec_count;
  talk_end(&t);
  for (size_t i = 0; i < count; i++) {
    for (size_t k = 0; k < count; k++) {
      char where[64];
      talk_begin(&t);
      use(&t, t.codecs[i]);
      run(&t, PER_CODEC);
      run_swapped(&t, 3 * PER_CODEC); /* learns to wait for them */
      msnav_stream_stats before = stats_of(t.to);
      t.played = 0;
      t.step = 0;
      t.least = t.most = 1;
      t.next = t.codecs[k];
      run_swapped(&t, PER_CODEC);
      snprintf(where, sizeof(where), "%s to %s", t.codecs[i]->name,
               t.codecs[k]->name);
      nothing_was_missing(&t, &before, where);
      talk_end(&t);
    }
  }
}

/* A redundant block of the codec before, which nobody should send, has a
 * timestamp of another clock: it is left alone, and moves nothing. */
static size_t wrap(uint8_t *out, size_t len) {
  uint8_t red[MSNAV_STREAM_MTU];
  size_t before = 12 + 5 + 160;
  memcpy(red, out, 12);
  red[1] = 97;
  red[12] = 0x80 | 0; /* PCMU */
  red[13] = 160 >> 6;
  red[14] = (160 & 0x3f) << 2;
  red[15] = 160;
  red[16] = out[1] & 0x7f;
  memset(red + 17, 0xff, 160);
  memcpy(red + before, out + 12, len - 12);
  len += before - 12;
  memcpy(out, red, len);
  return len;
}

static void redundancy_of_another_clock_moves_nothing(void **state) {
  (void)state;
  talk t;
  talk_begin(&t);
  t.b.red_receive_type = 97;
  assert_int_equal(msnav_stream_update(t.to, &t.b, t.now), MSNAV_OK);
  settle(&t);
  uint8_t out[MSNAV_STREAM_MTU];
  (void)say(&t, out); /* is lost */
  hear(&t);
  use(&t, find("DVI4", 16000));
  for (int i = 0; i < 20; i++) {
    size_t len = wrap(out, say(&t, out));
    arrive(&t, out, len);
    hear(&t);
  }
  run(&t, PER_CODEC);
  msnav_stream_stats before = stats_of(t.to);
  assert_in_range(before.lost_packets, 1, 1);
  assert_in_range(before.concealed_frames, 0, 2);
  t.played = 0;
  t.least = t.most = 1;
  run(&t, PER_CODEC);
  msnav_stream_stats after = stats_of(t.to);
  assert_int_equal(after.concealed_frames, before.concealed_frames);
  assert_true(t.least > 0.9 && t.most < 1.1);
  talk_end(&t);
}

/* ---- what the encoder is told about loss */

static unsigned told, tellings; /* percent, how often */

static void note_loss(void *state, unsigned percent) {
  (void)state;
  told = percent;
  tellings++;
}

static bool one_in_twenty(unsigned index) {
  return index % 20 == 7;
}

static void encoders_know_what_the_peer_loses(void **state) {
  (void)state;
  msnav_audio_codec first = *codec_of("PCMU"), second = first;
  first.expect_loss = second.expect_loss = note_loss;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.send_codec = &first;
  line l;
  told = tellings = 0;
  line_up_as(&l, &a, &b);
  line_run(&l, 9000);
  assert_in_range(tellings, 1, 4); /* one with each report */
  assert_int_equal(told, 0);
  l.lose = one_in_twenty;
  line_run(&l, 20000);
  assert_in_range(told, 4, 6);
  a.send_codec = &second; /* opened in mid-call, it is told at once */
  told = 0;
  assert_int_equal(msnav_stream_update(l.a.s, &a, l.now), MSNAV_OK);
  assert_in_range(told, 4, 6);
  l.lose = NULL;
  line_run(&l, 20000);
  assert_int_equal(told, 0);
  line_down(&l);
}

/* A little loss is not none. */
static void percents_are_rounded_up(void **state) {
  (void)state;
  static const struct {
    uint8_t fraction; /* 1/256 */
    unsigned percent;
  } rows[] = {{3, 2}, {2, 1}, {1, 1}, {0, 0}, {128, 50}, {255, 100}};
  msnav_audio_codec noted = *codec_of("PCMU");
  noted.expect_loss = note_loss;
  msnav_stream_config a = alice_config();
  a.send_codec = &noted;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&a, LINE_START, &s), MSNAV_OK);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len = make_rr(out, 0, 0);
    out[12] = rows[i].fraction;
    assert_int_equal(hand_rtcp(s, out, len, &bob_rtcp, LINE_START), MSNAV_OK);
    assert_int_equal(told, rows[i].percent);
  }
  msnav_stream_free(s);
}

static size_t least_room, most_room; /* bytes to write to */

static int note_room(void *state, const int16_t *pcm, size_t samples,
                     uint8_t *out, size_t room) {
  least_room = room < least_room ? room : least_room;
  most_room = room > most_room ? room : most_room;
  return codec_of("PCMU")->encode(state, pcm, samples, out, room);
}

/* What stands before it, of the packet before, is not theirs. */
static void encoders_get_the_room_that_redundancy_leaves(void **state) {
  (void)state;
  msnav_audio_codec noted = *codec_of("PCMU");
  noted.encode = note_room;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.send_codec = &noted;
  a.red_payload_type = b.red_receive_type = 97;
  line l;
  line_up_as(&l, &a, &b);
  least_room = SIZE_MAX;
  most_room = 0;
  l.lose = one_in_twenty;
  line_run(&l, 20000);
  assert_true(stats_of(l.a.s).sent_redundant > 0);
  assert_int_equal(most_room, MSNAV_STREAM_MTU - 12);
  assert_int_equal(least_room, most_room - (4 + 160 + 1));
  line_down(&l);
}

/* Two streams of Opus between which that is lost; what Bob says about it is
 * heard by Alice. */
typedef struct opus_line {
  msnav_stream *a, *b;
  msnav_usec now;
  unsigned sent;
} opus_line;

static void opus_run(opus_line *l, bool (*lose)(unsigned), unsigned ms) {
  for (unsigned t = 0; t < ms; t += TICK_MS, l->now += TICK_MS * MS) {
    int16_t pcm[320];
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    sound_voice(pcm, 320, 130, 16000, (size_t)l->sent * 320);
    for (size_t i = 0; i < 320 && l->sent % 25 < 10; i++) {
      pcm[i] /= 100; /* pauses: what never changes is no speech to it */
    }
    assert_int_equal(msnav_stream_send(l->a, pcm, l->now, out, &len), MSNAV_OK);
    if (!lose(l->sent++)) {
      (void)msnav_stream_receive(l->b, out, len, &alice_rtp, l->now);
    }
    (void)msnav_stream_play(l->b, pcm, 320, l->now);
    if (msnav_stream_rtcp_due(l->b) <= l->now &&
        msnav_stream_write_rtcp(l->b, l->now, 1, out, &len) == MSNAV_OK) {
      (void)msnav_stream_receive_rtcp(l->a, out, len, &bob_rtcp, l->now);
    }
  }
}

static void opus_protects_itself_when_the_peer_loses(void **state) {
  (void)state;
  const msnav_audio_codec *opus = msnav_codec_find(msnav_str_of("opus"), 0);
  if (opus == NULL) {
    skip();
  }
  msnav_stream_config a = alice_config(), b = bob_config();
  a.send_codec = b.formats[0].codec = opus;
  a.send_payload_type = b.formats[0].payload_type = 98;
  opus_line l = {.now = LINE_START};
  assert_int_equal(msnav_stream_new(&a, l.now, &l.a), MSNAV_OK);
  assert_int_equal(msnav_stream_new(&b, l.now, &l.b), MSNAV_OK);
  opus_run(&l, one_in_twenty, 40000);
  msnav_stream_stats s = stats_of(l.b);
  assert_int_equal(s.lost_packets, 100);
  assert_true(s.recovered_frames > 20);
  /* what came back is not lost to who listens */
  uint64_t missing = (100 - s.recovered_frames) * 1000 / 1998;
  assert_in_range(s.unrecovered_permille, missing - 1, missing + 1);
  msnav_stream_free(l.a);
  msnav_stream_free(l.b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(every_change_is_heard_through),
    cmocka_unit_test(packets_change_places_at_the_change),
    cmocka_unit_test(redundancy_of_another_clock_moves_nothing),
    cmocka_unit_test(encoders_know_what_the_peer_loses),
    cmocka_unit_test(percents_are_rounded_up),
    cmocka_unit_test(encoders_get_the_room_that_redundancy_leaves),
    cmocka_unit_test(opus_protects_itself_when_the_peer_loses),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

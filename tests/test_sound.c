/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sound through whole calls, measured. */
#include "call/context.h"
#include "support/oom.h"
#include "support/pair.h"
#include "support/sound.h"
#include "test.h"

#define AMPLITUDE 9000.0

static int setup(void **state) {
  *state = calloc(1, sizeof(pair));
  return 0;
}

static int teardown(void **state) {
  free(*state);
  return 0;
}

static msnav_config config_at(uint32_t ip, uint32_t rate, const char *codecs) {
  msnav_config c = pair_config(ip);
  c.encryption = MSNAV_ENCRYPT_NEVER; /* streams are changed without keys */
  c.sound_rate = rate;
  c.codecs = codecs;
  return c;
}

/* Alice at one rate, Bob at another. */
static void init_rates(pair *p, uint32_t a, uint32_t b, const char *codecs) {
  msnav_config alice = config_at(0x7f000001, a, codecs);
  msnav_config bob = config_at(0x7f000002, b, codecs);
  pair_init(p, &alice, &bob);
}

static bool say_sine(person *me, int16_t *pcm, size_t n) {
  sound_sine(pcm, n, me->tone, me->rate, AMPLITUDE, me->said);
  return true;
}

static bool say_voice(person *me, int16_t *pcm, size_t n) {
  sound_voice(pcm, n, me->tone, me->rate, me->said);
  return true;
}

static double decibels(double a, double b) {
  return 20 * log10(a / b);
}

/* The last part of what was heard. */
static const int16_t *newest(const person *who, size_t n) {
  assert_true(who->heard_count >= n);
  return who->heard + who->heard_count - n;
}

/* -dBov of a sine, against a square wave of full scale. */
static double dbov(double amplitude) {
  return -decibels(amplitude / sqrt(2), 32768);
}

static bool has_tone(const person *who, double hertz, double amplitude) {
  size_t n = who->rate / 5;
  double got = sound_tone(newest(who, n), n, hertz, who->rate);
  return fabs(decibels(got, amplitude)) < 0.5 &&
         pair_tone(who, hertz, who->heard_count - n, n) > 0.99;
}

/* A busy machine makes ticks late, which the jitter buffer answers by
 * stretching: what was heard then says nothing about levels. */
#define TRIES 8

static void check_tone(const person *who, double hertz, double amplitude) {
  for (int i = 0; i < TRIES && !has_tone(who, hertz, amplitude); i++) {
    pair_run(who->pair, 200);
  }
  assert_true(has_tone(who, hertz, amplitude));
}

static const struct {
  uint32_t alice, bob;
  const char *codecs;
} rates[] = {
  {8000, 8000, "PCMU"},        {8000, 48000, "PCMA"}, {16000, 44100, "PCMU"},
  {44100, 8000, "DVI4/16000"}, {48000, 16000, NULL},  {11025, 22050, "PCMU"},
  {44100, 44100, NULL},
};

static bool can_have(uint32_t a, uint32_t b) {
  return msnav_has_feature("speexdsp") || (a == 8000 && b == 8000);
}

static void sine_comes_through_at_its_level(void **state) {
  pair *p = *state;
  for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
    if (!can_have(rates[i].alice, rates[i].bob)) {
      continue;
    }
    init_rates(p, rates[i].alice, rates[i].bob, rates[i].codecs);
    person *alice = &p->people[ALICE], *bob = &p->people[BOB];
    alice->say = bob->say = say_sine;
    pair_connect(p);
    pair_run(p, 900);
    check_tone(bob, alice->tone, AMPLITUDE);
    check_tone(alice, bob->tone, AMPLITUDE);
    assert_true(fabs(alice->level_sent - dbov(AMPLITUDE)) <= 0.6);
    assert_true(fabs(alice->level_received - dbov(AMPLITUDE)) <= 0.6);
    assert_true(fabs(bob->level_received - dbov(AMPLITUDE)) <= 0.6);
    pair_free(p);
  }
}

/* The best likeness of what was heard last to any moment of what was said. */
static double likeness(const person *who, const person *speaker) {
  size_t n = who->rate / 5, span = who->rate;
  int16_t *said = malloc(2 * (span + n) * sizeof(*said));
  const int16_t *heard = newest(who, n);
  size_t now = (size_t)((double)speaker->said / speaker->rate * who->rate);
  size_t from = now > span + n ? now - span - n : 0;
  sound_voice(said, span + n, speaker->tone, who->rate, from);
  double best = 0;
  for (size_t at = 0; at < span; at++) {
    double alike = sound_alike(said + at, heard, n);
    best = alike > best ? alike : best;
  }
  free(said);
  return best;
}

static void voice_comes_through_alike(void **state) {
  pair *p = *state;
  for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
    if (!can_have(rates[i].alice, rates[i].bob)) {
      continue;
    }
    init_rates(p, rates[i].alice, rates[i].bob, rates[i].codecs);
    person *alice = &p->people[ALICE], *bob = &p->people[BOB];
    alice->say = bob->say = say_voice;
    alice->tone = 220;
    bob->tone = 110;
    pair_connect(p);
    pair_run(p, 1200);
    double there = 0, back = 0;
    for (int k = 0; k < TRIES && !(there > 0.95 && back > 0.95); k++) {
      pair_run(p, k == 0 ? 200 : 1500); /* comparing takes its time, too */
      there = there > 0.95 ? there : likeness(bob, alice);
      back = back > 0.95 ? back : likeness(alice, bob);
    }
    print_message("# %u and %u Hz: alike %.3f and %.3f\n", rates[i].alice,
                  rates[i].bob, there, back);
    assert_true(there > 0.95 && back > 0.95);
    pair_free(p);
  }
}

static void gains_multiply_and_saturate(void **state) {
  pair *p = *state;
  init_rates(p, 8000, 8000, "PCMU");
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  alice->say = bob->say = say_sine;
  pair_connect(p);
  msnav_call_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_call_get_info(alice->call, &info), MSNAV_OK);
  assert_int_equal(info.gain_sent, 1000);
  assert_int_equal(info.gain_received, 1000);
  assert_int_equal(msnav_call_set_gain(NULL, 1000, 1000), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_set_gain(alice->call, 16001, 0),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_set_gain(alice->call, 0, 16001),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_call_set_gain(alice->call, 2000, 500), MSNAV_OK);
  pair_run(p, 900);
  assert_int_equal(msnav_call_get_info(alice->call, &info), MSNAV_OK);
  assert_int_equal(info.gain_sent, 2000);
  assert_int_equal(info.gain_received, 500);
  check_tone(bob, alice->tone, 2 * AMPLITUDE);
  check_tone(alice, bob->tone, AMPLITUDE / 2);
  assert_true(fabs(alice->level_sent - dbov(2 * AMPLITUDE)) <= 0.6);
  assert_true(fabs(alice->level_received - dbov(AMPLITUDE / 2)) <= 0.6);

  assert_int_equal(msnav_call_set_gain(alice->call, 16000, 0), MSNAV_OK);
  pair_run(p, 500);
  const int16_t *heard = newest(bob, 800);
  int most = 0;
  for (size_t i = 0; i < 800; i++) {
    most = abs(heard[i]) > most ? abs(heard[i]) : most;
  }
  assert_int_equal(most, 32124); /* the loudest of G.711 mu-law */
  heard = newest(alice, 800);
  for (size_t i = 0; i < 800; i++) {
    assert_int_equal(heard[i], 0);
  }
  assert_int_equal(alice->level_received, 127);
  pair_free(p);
}

static void mute_sends_no_rtp_but_rtcp(void **state) {
  pair *p = *state;
  init_rates(p, 8000, 8000, "PCMU");
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  pair_connect(p);
  pair_run(p, 200);
  msnav_call_mute(alice->call, true);
  msnav_stream_stats before = {.size = sizeof(before)};
  assert_int_equal(msnav_call_get_stats(alice->call, &before), MSNAV_OK);
  msnav_stream_stats after = before, theirs = before;
  for (int i = 0; i < 80 && after.sent_rtcp <= before.sent_rtcp; i++) {
    pair_run(p, 100); /* reports are up to 7.5 s apart */
    assert_int_equal(msnav_call_get_stats(alice->call, &after), MSNAV_OK);
  }
  pair_run(p, 100);
  assert_int_equal(msnav_call_get_stats(bob->call, &theirs), MSNAV_OK);
  assert_int_equal(after.sent_packets, before.sent_packets);
  assert_true(after.sent_rtcp > before.sent_rtcp);
  assert_int_equal(theirs.received_rtcp, after.sent_rtcp);
  assert_int_equal(theirs.lost_packets, 0);
  assert_int_equal(alice->level_sent, 127);
  assert_int_equal(bob->level_received, 127);
  pair_free(p);
}

static void hold_is_silence(void **state) {
  pair *p = *state;
  init_rates(p, 8000, 8000, "PCMU");
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  pair_connect(p);
  pair_run(p, 300);
  assert_int_equal(msnav_call_hold(alice->call, true), MSNAV_OK);
  pair_run(p, 500);
  msnav_stream_stats before = {.size = sizeof(before)};
  assert_int_equal(msnav_call_get_stats(bob->call, &before), MSNAV_OK);
  pair_run(p, 300);
  msnav_stream_stats after = {.size = sizeof(after)};
  assert_int_equal(msnav_call_get_stats(bob->call, &after), MSNAV_OK);
  assert_int_equal(after.sent_packets, before.sent_packets);
  assert_int_equal(after.received_packets, before.received_packets);
  for (int who = 0; who < 2; who++) {
    const int16_t *heard = newest(&p->people[who], 1600);
    for (size_t i = 0; i < 1600; i++) {
      assert_int_equal(heard[i], 0);
    }
  }
  assert_int_equal(msnav_call_hold(alice->call, false), MSNAV_OK);
  pair_run(p, 900);
  check_tone(bob, alice->tone, AMPLITUDE);
  check_tone(alice, bob->tone, AMPLITUDE);
  pair_free(p);
}

static void callbacks_have_the_length_that_was_asked_for(void **state) {
  pair *p = *state;
  static const struct {
    uint32_t rate, frame, least, most;
    const char *codecs;
  } rows[] = {
    {8000, 0, 160, 160, "PCMU"},  {8000, 80, 80, 80, "PCMU"},
    {16000, 160, 160, 160, NULL}, {44100, 441, 441, 441, NULL},
    {48000, 960, 960, 960, NULL}, {11025, 0, 220, 221, NULL},
    {11025, 110, 110, 111, NULL},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    if (!can_have(rows[i].rate, 8000)) {
      continue;
    }
    msnav_config a = config_at(0x7f000001, rows[i].rate, rows[i].codecs);
    a.sound_frame = rows[i].frame;
    pair_init(p, &a, NULL);
    person *alice = &p->people[ALICE];
    pair_connect(p);
    size_t sizes[2] = {9999, 0}, at = alice->said;
    for (int k = 0; k < 400; k++) {
      assert_int_equal(msnav_epoll_step(p->epoll, 0), MSNAV_OK);
      size_t n = alice->said - at;
      at = alice->said;
      if (n == 0) {
        pair_run(p, 1);
        n = alice->said - at;
        at = alice->said;
      }
      if (n > 0 && n <= rows[i].most + 20) { /* not two at once */
        sizes[0] = n < sizes[0] ? n : sizes[0];
        sizes[1] = n > sizes[1] ? n : sizes[1];
      }
    }
    assert_int_equal(sizes[0], rows[i].least);
    assert_int_equal(sizes[1], rows[i].most);
    pair_free(p);
  }
}

static void ignore(void *self, msnav_call *call, msnav_str peer,
                   const char *payload, size_t len) {
  (void)self, (void)call, (void)peer, (void)payload, (void)len;
}

static void wrong_settings_are_refused(void **state) {
  (void)state;
  msnav_epoll *epoll;
  assert_int_equal(msnav_epoll_new(&epoll), MSNAV_OK);
  bool speex = msnav_has_feature("speexdsp");
  msnav_error other = speex ? MSNAV_OK : MSNAV_ERR_UNSUPPORTED;
  const struct {
    uint32_t rate, frame;
    msnav_usec tail;
    const char *codecs;
    msnav_error want;
  } rows[] = {
    {8000, 160, 0, "PCMU", MSNAV_OK},
    {8000, 80, 0, "PCMU", MSNAV_OK},
    {8000, 120, 0, "PCMU", MSNAV_ERR_INVALID},
    {0, 160, 0, "PCMU", MSNAV_ERR_INVALID},
    {7999, 0, 0, "PCMU", MSNAV_ERR_INVALID},
    {48001, 0, 0, "PCMU", MSNAV_ERR_INVALID},
    {48000, 0, 0, "PCMU", other},
    {16000, 0, 0, "PCMU", other},
    {16000, 0, 0, "DVI4/16000", MSNAV_OK},
    {16000, 0, 0, "DVI4/8000", other},
    {16000, 0, 0, NULL, MSNAV_OK},
    {8000, 0, 200000, "PCMU", other},
    {8000, 0, 19999, "PCMU", MSNAV_ERR_INVALID},
    {8000, 0, 1000001, "PCMU", MSNAV_ERR_INVALID},
    {11025, 0, 200000, "PCMU", MSNAV_ERR_INVALID},
    {0, 0, 200000, "PCMU", MSNAV_ERR_INVALID},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_config c = config_at(0x7f000001, rows[i].rate, rows[i].codecs);
    c.sound_frame = rows[i].frame;
    c.echo_tail = rows[i].tail;
    msnav_context *ctx = NULL;
    msnav_events events = {.size = sizeof(events), .send = ignore};
    assert_int_equal(msnav_context_new(msnav_epoll_loop(epoll), &c, &events,
                                       NULL, &ctx),
                     rows[i].want);
    msnav_context_free(ctx);
  }
  msnav_epoll_free(epoll);
}

/* The worst of 10 ms windows against the amplitude, and the steepest step
 * against a sine's, in a stretch of what was heard. */
static bool is_seamless(const person *who, double hertz, size_t from) {
  size_t n = who->heard_count - from, window = who->rate / 100;
  int step = sound_step(who->heard + from, n);
  double steepest = AMPLITUDE * TWO_PI * hertz / who->rate;
  double least = AMPLITUDE;
  for (size_t i = 0; i + window <= n; i += window / 2) {
    double rms = sound_rms(who->heard + from + i, window) * sqrt(2);
    least = rms < least ? rms : least;
  }
  print_message("# step %.2f of a sine's, least %.2f\n", step / steepest,
                least / AMPLITUDE);
  return step < 1.5 * steepest && least > 0.7 * AMPLITUDE;
}

/* Let somebody send PCMU, or linear sound at 16 kHz, from now on: what a
 * re-INVITE does. */
static void send_with(person *who, bool wide) {
  static msnav_audio_codec linear;
  linear = *msnav_codec_find(msnav_str_of("L16"), 8000);
  linear.clock_rate = linear.sample_rate = 16000;
  linear.frame_samples = 320;
  const msnav_audio_codec *pcmu = msnav_codec_find(msnav_str_of("PCMU"), 8000);
  call_stream *st = &who->call->streams[AUDIO_STREAM];
  msnav_stream_config c = {
    .size = sizeof(c),
    .kind = MSNAV_STREAM_AUDIO,
    .policy = MSNAV_SOURCE_LATCH,
    .remote_rtp = *msnav_stream_remote(st->stream),
    .remote_rtcp = *msnav_stream_remote_rtcp(st->stream),
    .send_codec = wide ? &linear : pcmu,
    .send_payload_type = wide ? 96 : 0,
    .formats = {{pcmu, 0}, {&linear, 96}},
    .format_count = 2,
    .can_send = 1,
    .can_receive = 1,
  };
  assert_int_equal(msnav_call_sound_prepare(who->call, &c), MSNAV_OK);
  assert_int_equal(msnav_stream_update(st->stream, &c,
                                       msnav_call_now(who->ctx)),
                   MSNAV_OK);
}

static bool changes_unheard(pair *p, uint32_t rate) {
  init_rates(p, rate, rate, "PCMU,DVI4/16000");
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  alice->say = bob->say = say_sine;
  alice->tone = bob->tone = 300;
  pair_connect(p);
  pair_run(p, 1000);
  size_t from_alice = alice->heard_count, from_bob = bob->heard_count;
  send_with(bob, false); /* who has to know what may come */
  for (int k = 0; k < 6; k++) {
    send_with(k < 3 ? alice : bob, k % 2 == 0);
    pair_run(p, 200);
  }
  pair_run(p, 100);
  bool seamless =
    is_seamless(bob, 300, from_bob) && is_seamless(alice, 300, from_alice);
  check_tone(alice, 300, AMPLITUDE);
  pair_free(p);
  return seamless;
}

static void codec_of_another_rate_takes_over_in_mid_call(void **state) {
  static const uint32_t app[] = {8000, 16000, 44100, 48000};
  for (size_t i = 0; i < ARRAY_LEN(app) && can_have(8000, 16000); i++) {
    bool seamless = false;
    for (int k = 0; k < 3 && !seamless; k++) { /* see TRIES */
      seamless = changes_unheard(*state, app[i]);
    }
    assert_true(seamless);
  }
}

static void nothing_is_allocated_while_talking(void **state) {
  pair *p = *state;
  for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
    if (!can_have(rates[i].alice, rates[i].bob)) {
      continue;
    }
    init_rates(p, rates[i].alice, rates[i].bob, rates[i].codecs);
    pair_connect(p);
    unsigned long before = oom_allocations();
    pair_run(p, 400);
    assert_int_equal(oom_allocations(), before);
    pair_free(p);
  }
}

/* Wherever memory runs out, the call ends by itself and for a reason, or
 * talks. */
static void call_without_memory_for_its_sound_ends(void **state) {
  pair *p = *state;
  unsigned ended = 0;
  for (unsigned n = 1; n < 400; n += 7) {
    init_rates(p, 48000, 48000, NULL);
    pair_start(p, MSNAV_AUDIO);
    oom_fail(n);
    bool over = pair_until(p, pair_both_ended, 60);
    bool failed = oom_failed();
    assert_true(over || !failed || pair_until(p, pair_both_talk, 100) ||
                pair_until(p, pair_both_ended, 9000));
    ended += p->people[ALICE].ended > 0;
    pair_free(p);
    if (!failed) {
      break;
    }
  }
  print_message("# %u calls ended\n", ended);
}

/* Bob's microphone hears his loudspeaker 40 ms later, at half the loudness. */
static bool say_echo(person *me, int16_t *pcm, size_t n) {
  size_t back = me->rate / 25;
  for (size_t i = 0; i < n; i++) {
    size_t at = me->heard_count + i;
    pcm[i] = (int16_t)(at >= back + n ? me->heard[at - back - n] / 2 : 0);
  }
  return true;
}

static double echo_heard(pair *p, msnav_usec tail) {
  msnav_config a = config_at(0x7f000001, 16000, NULL);
  msnav_config b = config_at(0x7f000002, 16000, NULL);
  b.echo_tail = tail;
  pair_init(p, &a, &b);
  person *alice = &p->people[ALICE], *bob = &p->people[BOB];
  alice->say = say_voice;
  alice->tone = 160;
  bob->say = say_echo;
  pair_connect(p);
  pair_run(p, 4500);
  double rms = sound_rms(newest(alice, 16000), 16000);
  pair_free(p);
  return rms;
}

static void echo_is_cancelled_where_it_is_made(void **state) {
  pair *p = *state;
  if (!msnav_has_feature("speexdsp")) {
    skip();
  }
  double without = echo_heard(p, 0), with = echo_heard(p, 200000);
  double gain = decibels(without, with > 1 ? with : 1);
  print_message("# echo lower by %.1f dB\n", gain);
  assert_true(without > 500);
  assert_true(gain >= 20);
}

static uint64_t sent_by(const person *who) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_call_get_stats(who->call, &stats), MSNAV_OK);
  return stats.sent_packets;
}

/* Ten ticks of the microphone before anything else happens: what was said
 * before is not sent any more, even if it waits for a whole frame. */
static void assert_nothing_is_sent(person *who) {
  uint64_t before = sent_by(who);
  for (int i = 0; i < 10; i++) {
    msnav_call_capture(who->call, msnav_call_now(who->ctx));
  }
  assert_int_equal(sent_by(who), before);
}

static void nothing_is_sent_from_the_moment_it_is_asked_for(void **state) {
  pair *p = *state;
  static const uint32_t at[] = {8000,
                                48000}; /* without a queue, and with one */
  for (size_t i = 0; i < ARRAY_LEN(at); i++) {
    if (!can_have(at[i], 8000)) {
      continue;
    }
    init_rates(p, at[i], 8000, "PCMU");
    person *alice = &p->people[ALICE];
    pair_connect(p);
    pair_run(p, 300);
    assert_true(sent_by(alice) > 0);
    msnav_call_mute(alice->call, true);
    assert_nothing_is_sent(alice);
    msnav_call_mute(alice->call, false);
    pair_run(p, 300);
    assert_int_equal(msnav_call_hold(alice->call, true), MSNAV_OK);
    assert_nothing_is_sent(alice); /* the peer has not agreed yet */
    pair_free(p);
  }
}

int main(void) {
#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
  const struct CMUnitTest tests[] = {
    CASE(sine_comes_through_at_its_level),
    CASE(voice_comes_through_alike),
    CASE(gains_multiply_and_saturate),
    CASE(mute_sends_no_rtp_but_rtcp),
    CASE(hold_is_silence),
    CASE(nothing_is_sent_from_the_moment_it_is_asked_for),
    CASE(callbacks_have_the_length_that_was_asked_for),
    CASE(wrong_settings_are_refused),
    CASE(codec_of_another_rate_takes_over_in_mid_call),
    CASE(nothing_is_allocated_while_talking),
    CASE(call_without_memory_for_its_sound_ends),
    CASE(echo_is_cancelled_where_it_is_made),
  };
  return cmocka_run_group_tests(tests, pair_warm_up, NULL);
}

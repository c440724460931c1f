/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two streams back to back over a link that may lose, delay and reorder, in
 * virtual time: what was said is heard. */
#include "test.h"

#include <math.h>
#include <msnav/media.h>

#define RATE 8000
#define FRAME 160
#define TICK ((msnav_usec)20000)
#define START ((msnav_usec)1000000000)

static const msnav_addr here = {0x0a000001, 4000};
static const msnav_addr there = {0x0a000002, 5000};
static const msnav_addr stranger = {0x0a000009, 5000};

static msnav_stream_config config_of(const char *codec) {
  const msnav_audio_codec *c = msnav_codec_find(msnav_str_of(codec), 0);
  assert_non_null(c);
  return (msnav_stream_config){.size = sizeof(msnav_stream_config),
                               .policy = MSNAV_SOURCE_LATCH,
                               .remote_rtp = there,
                               .formats = {{c, c->payload_type}},
                               .format_count = 1,
                               .send_codec = c,
                               .send_payload_type = c->payload_type,
                               .dtmf_payload_type = 101,
                               .dtmf_receive_type = 101,
                               .can_send = 1,
                               .can_receive = 1,
                               .ssrc = 0x11111111,
                               .random = 1,
                               .cname = "alice@example.com"};
}

static msnav_stream *make(const msnav_stream_config *config) {
  msnav_stream *s = NULL;
  assert_int_equal(msnav_stream_new(config, START, &s), MSNAV_OK);
  return s;
}

/* Alice and Bob, each the other's remote. */
typedef struct link {
  msnav_stream *a, *b;
  msnav_usec now;
  double phase;
  int16_t heard[RATE * 40];
  size_t heard_count;
  unsigned played; /* bits seen */
} link;

static void link_up(link *l) {
  msnav_stream_config a = config_of("PCMU");
  msnav_stream_config b = config_of("PCMU");
  b.remote_rtp = here;
  b.ssrc = 0x22222222;
  b.random = 2;
  memset(l, 0, sizeof(*l));
  l->a = make(&a);
  l->b = make(&b);
  l->now = START;
}

static void link_down(link *l) {
  msnav_stream_free(l->a);
  msnav_stream_free(l->b);
}

static void tone(link *l, int16_t pcm[FRAME]) {
  for (int i = 0; i < FRAME; i++) {
    pcm[i] = (int16_t)(8000 * sin(l->phase));
    l->phase += 2 * M_PI * 440 / RATE;
  }
}

/* One tick: Alice says a tone, Bob hears, unless the packet is lost. */
static msnav_error tick(link *l, bool lose) {
  int16_t pcm[FRAME];
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = 0;
  tone(l, pcm);
  msnav_error err = msnav_stream_send(l->a, pcm, l->now, out, &len);
  if (err == MSNAV_OK && !lose) {
    err = msnav_stream_receive(l->b, out, len, &here, l->now + 3000);
  }
  l->now += TICK;
  l->played |=
    msnav_stream_play(l->b, l->heard + l->heard_count, FRAME, l->now);
  l->heard_count += FRAME;
  return err;
}

static double power_at(const int16_t *x, size_t n, double hz) {
  double a = 0;
  double b = 0;
  double e = 0;
  for (size_t i = 0; i < n; i++) {
    a += x[i] * cos(2 * M_PI * hz * (double)i / RATE);
    b += x[i] * sin(2 * M_PI * hz * (double)i / RATE);
    e += (double)x[i] * x[i];
  }
  return e > 0 ? 2 * (a * a + b * b) / ((double)n * e) : 0;
}

static msnav_stream_stats stats_of(const msnav_stream *s) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  assert_int_equal(msnav_stream_get_stats(s, &stats), MSNAV_OK);
  return stats;
}

static void what_is_said_is_heard(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 200; i++) {
    assert_int_equal(tick(&l, false), MSNAV_OK);
  }
  assert_true(power_at(l.heard + 100 * FRAME, 50 * FRAME, 440) > 0.98);
  msnav_stream_stats a = stats_of(l.a);
  msnav_stream_stats b = stats_of(l.b);
  assert_int_equal(a.sent_packets, 200);
  assert_int_equal(a.sent_bytes, 200 * 160);
  assert_int_equal(b.received_packets, 200);
  assert_int_equal(b.lost_packets, 0);
  assert_int_equal(b.jitter_us, 0);
  assert_int_equal(b.remote_ssrc, 0x11111111);
  assert_int_equal(b.receive_payload_type, 0);
  assert_in_range(b.sent_level, 127, 127);
  assert_in_range(a.sent_level, 14, 16); /* 8000/sqrt 2: -15.3 dBov */
  assert_in_range(b.received_level, 14, 16);
  assert_true(b.r_factor > 85 && b.mos_centi > 400);
  link_down(&l);
}

static void losses_are_counted_and_concealed(void **state) {
  (void)state;
  link l;
  link_up(&l);
  int lost = 0;
  for (int i = 0; i < 1000; i++) {
    bool lose = i % 20 == 19 || i % 100 == 50;
    lost += lose;
    tick(&l, lose);
  }
  tick(&l, false);
  msnav_stream_stats b = stats_of(l.b);
  assert_int_equal(b.lost_packets, lost);
  assert_int_equal(b.loss_permille, lost * 1000 / 1001);
  assert_int_not_equal(l.played & MSNAV_PLAYED_CONCEALED, 0);
  assert_true(b.concealed_us > 0);
  assert_true(power_at(l.heard + 600 * FRAME, 100 * FRAME, 440) > 0.9);
  assert_true(b.r_factor < 85);
  link_down(&l);
}

static void bursts_are_told_from_single_losses(void **state) {
  (void)state;
  for (int burst = 0; burst <= 1; burst++) {
    link l;
    link_up(&l);
    for (int i = 0; i < 500; i++) {
      tick(&l, burst ? i % 100 >= 96 : i % 25 == 24);
    }
    tick(&l, false);
    assert_int_equal(stats_of(l.b).burst_permille, burst ? 1000 : 0);
    link_down(&l);
  }
}

/* RFC 3550 A.8: packets that come alternately 10 ms late and in time have
 * |D| = 10 ms all the time. */
static void jitter_is_that_of_the_rfc(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 400; i++) {
    int16_t pcm[FRAME] = {0};
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    assert_int_equal(msnav_stream_send(l.a, pcm, l.now, out, &len), MSNAV_OK);
    msnav_usec late = i % 2 != 0 ? 10000 : 0;
    msnav_stream_receive(l.b, out, len, &here, l.now + late);
    l.now += TICK;
    msnav_stream_play(l.b, pcm, FRAME, l.now);
  }
  assert_in_range(stats_of(l.b).jitter_us, 9500, 10000);
  link_down(&l);
}

static size_t one_packet(msnav_stream *s, uint8_t *out) {
  static const int16_t pcm[FRAME];
  size_t len = 0;
  assert_int_equal(msnav_stream_send(s, pcm, START, out, &len), MSNAV_OK);
  return len;
}

static void strangers_are_not_heard(void **state) {
  (void)state;
  link l;
  link_up(&l);
  uint8_t out[MSNAV_STREAM_MTU];
  for (int i = 0; i < 20; i++) {
    size_t len = one_packet(l.a, out);
    assert_int_equal(msnav_stream_receive(l.b, out, len, &stranger,
                                          START + (msnav_usec)i),
                     MSNAV_ERR_SOURCE);
  }
  assert_int_equal(stats_of(l.b).refused_source, 20);
  assert_int_equal(stats_of(l.b).received_packets, 0);
  assert_int_equal(msnav_stream_remote(l.b)->port, here.port);
  link_down(&l);
}

/* media.h: the policies */
static void latch_needs_probation_and_happens_once(void **state) {
  (void)state;
  link l;
  link_up(&l);
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_addr nat = {here.ip, 4777}; /* another port of the same host */
  msnav_addr nat2 = {here.ip, 4888};
  for (int i = 0; i < 3; i++) {
    size_t len = one_packet(l.a, out);
    assert_int_equal(msnav_stream_receive(l.b, out, len, &nat, START),
                     MSNAV_ERR_SOURCE);
    assert_int_equal(msnav_stream_remote(l.b)->port, here.port);
  }
  size_t len = one_packet(l.a, out);
  assert_int_equal(msnav_stream_receive(l.b, out, len, &nat, START), MSNAV_OK);
  assert_int_equal(msnav_stream_remote(l.b)->port, nat.port);
  msnav_stream_event e;
  assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_OK);
  assert_int_equal(e.kind, MSNAV_STREAM_LOCKED);
  for (int i = 0; i < 20; i++) {
    len = one_packet(l.a, out);
    assert_int_equal(msnav_stream_receive(l.b, out, len, &nat2, START),
                     MSNAV_ERR_SOURCE);
  }
  assert_int_equal(msnav_stream_remote(l.b)->port, nat.port);
  link_down(&l);
}

static void stricter_policies_hold(void **state) {
  (void)state;
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_addr other_port = {there.ip, 5002};
  msnav_stream_config sending = config_of("PCMU");
  msnav_stream *from = make(&sending);
  static const struct {
    uint32_t policy;
    msnav_error other;
  } rows[] = {{MSNAV_SOURCE_SIGNALLED, MSNAV_ERR_SOURCE},
              {MSNAV_SOURCE_SAME_HOST, MSNAV_OK}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream_config c = config_of("PCMU");
    c.policy = rows[i].policy;
    msnav_stream *s = make(&c);
    size_t len = one_packet(from, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &other_port, START),
                     rows[i].other);
    len = one_packet(from, out);
    assert_int_equal(msnav_stream_receive(s, out, len, &there, START),
                     MSNAV_OK);
    assert_int_equal(msnav_stream_receive(s, out, len, &stranger, START),
                     MSNAV_ERR_SOURCE);
    assert_int_equal(msnav_stream_remote(s)->port, there.port);
    msnav_stream_free(s);
  }
  msnav_stream_free(from);
}

/* A second SSRC is refused while the first speaks, and taken over when it
 * has fallen silent. */
static void ssrc_cannot_be_hijacked(void **state) {
  (void)state;
  link l;
  link_up(&l);
  msnav_stream_config c = config_of("PCMU");
  c.ssrc = 0x33333333;
  c.random = 9;
  msnav_stream *intruder = make(&c);
  uint8_t out[MSNAV_STREAM_MTU];
  for (int i = 0; i < 50; i++) {
    assert_int_equal(tick(&l, false), MSNAV_OK);
    size_t len = one_packet(intruder, out);
    assert_int_equal(msnav_stream_receive(l.b, out, len, &here, l.now - 10000),
                     MSNAV_ERR_SOURCE);
  }
  assert_int_equal(stats_of(l.b).remote_ssrc, 0x11111111);
  assert_int_equal(stats_of(l.b).refused_ssrc, 50);
  l.now += 1000000; /* the first one is gone */
  msnav_error err = MSNAV_ERR_SOURCE;
  int packets = 0;
  while (err != MSNAV_OK && packets < 10) {
    size_t len = one_packet(intruder, out);
    err = msnav_stream_receive(l.b, out, len, &here, l.now += TICK);
    packets++;
  }
  assert_in_range(packets, 1, 4);
  assert_int_equal(stats_of(l.b).remote_ssrc, 0x33333333);
  assert_int_equal(stats_of(l.b).ssrc_changes, 1);
  msnav_stream_free(intruder);
  link_down(&l);
}

static void malformed_packets_change_nothing(void **state) {
  (void)state;
  link l;
  link_up(&l);
  tick(&l, false);
  static const struct {
    msnav_str bytes;
    msnav_error err;
  } rows[] = {
    {STR(""), MSNAV_ERR_PARSE},
    {STR("\x80\x00\x00\x01\0\0\0\0\x11\x11\x11"), MSNAV_ERR_PARSE},
    {STR("\x40\x00\x00\x01\0\0\0\0\x11\x11\x11\x11x"), MSNAV_ERR_PARSE},
    /* 15 contributing sources that are not there */
    {STR("\x8f\x00\x00\x01\0\0\0\0\x11\x11\x11\x11xxxx"), MSNAV_ERR_PARSE},
    /* an extension of 65535 words */
    {STR("\x90\x00\x00\x01\0\0\0\0\x11\x11\x11\x11\0\0\xff\xff"),
     MSNAV_ERR_PARSE},
    /* padding of 200 and of 0 bytes */
    {STR("\xa0\x00\x00\x01\0\0\0\0\x11\x11\x11\x11\xc8"), MSNAV_ERR_PARSE},
    {STR("\xa0\x00\x00\x01\0\0\0\0\x11\x11\x11\x11\x00"), MSNAV_ERR_PARSE},
    /* payload type 18 was not negotiated */
    {STR("\x80\x12\x00\x01\0\0\0\0\x11\x11\x11\x11x"), MSNAV_ERR_UNSUPPORTED},
    /* an empty PCMU payload */
    {STR("\x80\x00\x00\x01\0\0\0\0\x11\x11\x11\x11"), MSNAV_ERR_PARSE},
    /* telephone-event of three bytes, of event 99 */
    {STR("\x80\x65\x00\x01\0\0\0\0\x11\x11\x11\x11\1\2\3"), MSNAV_ERR_PARSE},
    {STR("\x80\x65\x00\x01\0\0\0\0\x11\x11\x11\x11\x63\0\0\1"),
     MSNAV_ERR_PARSE},
  };
  msnav_stream_stats before = stats_of(l.b);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t *block =
      (uint8_t *)exact_copy(rows[i].bytes.ptr, rows[i].bytes.len);
    assert_int_equal(msnav_stream_receive(l.b, block, rows[i].bytes.len, &here,
                                          l.now),
                     rows[i].err);
    free(block);
  }
  msnav_stream_stats after = stats_of(l.b);
  assert_int_equal(after.received_packets, before.received_packets);
  assert_int_equal(after.lost_packets, before.lost_packets);
  assert_int_equal(after.refused_malformed, 7);
  assert_int_equal(after.refused_format, 1);
  assert_int_equal(after.refused_payload, 3);
  assert_int_equal(tick(&l, false), MSNAV_OK);
  link_down(&l);
}

static void duplicates_and_reordering_are_seen(void **state) {
  (void)state;
  link l;
  link_up(&l);
  uint8_t one[MSNAV_STREAM_MTU];
  uint8_t two[MSNAV_STREAM_MTU];
  for (int i = 0; i < 10; i++) {
    tick(&l, false);
  }
  size_t n1 = one_packet(l.a, one);
  size_t n2 = one_packet(l.a, two);
  assert_int_equal(msnav_stream_receive(l.b, two, n2, &here, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_receive(l.b, one, n1, &here, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_receive(l.b, one, n1, &here, l.now),
                   MSNAV_ERR_DUPLICATE);
  msnav_stream_stats s = stats_of(l.b);
  assert_int_equal(s.duplicate_packets, 1);
  assert_int_equal(s.received_packets, 12);
  assert_int_equal(s.lost_packets, 0);
  assert_true(s.reordered_packets >= 1);
  link_down(&l);
}

/* The peer's sequence jumps; RFC 3550 A.1 believes the second packet. */
static void jump_of_the_sequence_resynchronises(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 20; i++) {
    tick(&l, false);
  }
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_error last = MSNAV_OK;
  for (int i = 0; i < 3; i++) {
    size_t len = one_packet(l.a, out);
    out[2] ^= 0x40; /* 16,384 away */
    last = msnav_stream_receive(l.b, out, len, &here, l.now += TICK);
    assert_int_equal(last, i == 0 ? MSNAV_ERR_SOURCE : MSNAV_OK);
  }
  assert_int_equal(stats_of(l.b).resyncs >= 1, 1);
  msnav_stream_event e = {0};
  while (e.kind != MSNAV_STREAM_RESYNC) {
    assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_OK);
  }
  link_down(&l);
}

static void sequence_wraps_without_a_loss(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 70000; i++) {
    l.heard_count = 0;
    assert_int_equal(tick(&l, false), MSNAV_OK);
  }
  assert_int_equal(stats_of(l.b).lost_packets, 0);
  assert_int_equal(stats_of(l.b).received_packets, 70000);
  assert_int_equal(stats_of(l.b).resyncs, 0);
  link_down(&l);
}

static void mute_sends_nothing_and_marks_the_next_spurt(void **state) {
  (void)state;
  link l;
  link_up(&l);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len = 0;
  int16_t pcm[FRAME] = {1000};
  assert_int_equal(msnav_stream_send(l.a, pcm, START, out, &len), MSNAV_OK);
  assert_int_equal(out[1], 0x80); /* the first packet begins a spurt */
  uint32_t before = (uint32_t)out[6] << 8 | out[7];
  assert_int_equal(msnav_stream_send(l.a, pcm, START, out, &len), MSNAV_OK);
  assert_int_equal(out[1], 0x00);
  for (int i = 0; i < 3; i++) {
    assert_int_equal(msnav_stream_send(l.a, NULL, START, out, &len),
                     MSNAV_ERR_AGAIN);
  }
  assert_int_equal(msnav_stream_send(l.a, pcm, START, out, &len), MSNAV_OK);
  assert_int_equal(out[1], 0x80);
  uint32_t after = (uint32_t)out[6] << 8 | out[7];
  assert_int_equal((uint16_t)(after - before), 5 * FRAME);
  link_down(&l);
}

static void held_streams_neither_send_nor_hear(void **state) {
  (void)state;
  msnav_stream_config c = config_of("PCMU");
  msnav_stream *from = make(&c);
  c.can_send = c.can_receive = 0;
  msnav_stream *s = make(&c);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  int16_t pcm[FRAME] = {0};
  assert_int_equal(msnav_stream_send(s, pcm, START, out, &len),
                   MSNAV_ERR_STATE);
  len = one_packet(from, out);
  assert_int_equal(msnav_stream_receive(s, out, len, &there, START),
                   MSNAV_ERR_STATE);
  assert_true(msnav_stream_rtcp_due(s) != MSNAV_NEVER); /* RTCP goes on */
  c.remote_rtp = (msnav_addr){0, 0};
  assert_int_equal(msnav_stream_update(s, &c, START), MSNAV_OK);
  assert_int_equal(msnav_stream_rtcp_due(s), MSNAV_NEVER);
  msnav_stream_free(s);
  msnav_stream_free(from);
}

/* protocol.md section 6: one SSRC for the whole call */
static void change_of_codec_keeps_ssrc_and_sequence(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 50; i++) {
    tick(&l, false);
  }
  const msnav_audio_codec *alaw = msnav_codec_find(msnav_str_of("PCMA"), 8000);
  msnav_stream_config a = config_of("PCMA");
  msnav_stream_config b = config_of("PCMU");
  b.remote_rtp = here;
  b.formats[1] = (msnav_stream_format){alaw, 8};
  b.format_count = 2;
  assert_int_equal(msnav_stream_update(l.b, &b, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_update(l.a, &a, l.now), MSNAV_OK);
  for (int i = 0; i < 150; i++) {
    assert_int_equal(tick(&l, false), MSNAV_OK);
  }
  msnav_stream_stats s = stats_of(l.b);
  assert_int_equal(s.receive_payload_type, 8);
  assert_int_equal(s.lost_packets, 0);
  assert_int_equal(s.remote_ssrc, 0x11111111);
  assert_true(power_at(l.heard + (size_t)150 * FRAME, 40 * FRAME, 440) > 0.98);
  link_down(&l);
}

static void keys_travel_as_telephone_events(void **state) {
  (void)state;
  link l;
  link_up(&l);
  msnav_stream_event e;
  for (int i = 0; i < 10; i++) {
    tick(&l, false);
  }
  while (msnav_stream_next_event(l.b, &e) == MSNAV_OK) {
  }
  assert_int_equal(msnav_stream_dtmf(l.a, 17, 100000), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_dtmf(l.a, 5, 39999), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_dtmf(l.a, 5, 100000), MSNAV_OK);
  assert_int_equal(msnav_stream_dtmf(l.a, 11, 100000), MSNAV_OK);
  for (int i = 0; i < 40; i++) {
    tick(&l, false);
  }
  static const struct {
    uint32_t kind, value;
  } want[] = {{MSNAV_STREAM_DTMF_BEGIN, 5},
              {MSNAV_STREAM_DTMF_END, 5},
              {MSNAV_STREAM_DTMF_BEGIN, 11},
              {MSNAV_STREAM_DTMF_END, 11}};
  for (size_t i = 0; i < ARRAY_LEN(want); i++) {
    assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_OK);
    assert_int_equal(e.kind, want[i].kind);
    assert_int_equal(e.value, want[i].value);
    if (e.kind == MSNAV_STREAM_DTMF_END) {
      assert_int_equal(e.duration, 100000);
    }
  }
  assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_ERR_END);
  link_down(&l);
}

/* RFC 3550 6.4: what each side reports reaches the other, round trip too */
static void reports_tell_loss_and_round_trip(void **state) {
  (void)state;
  link l;
  link_up(&l);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  msnav_addr rtcp_here = {here.ip, (uint16_t)(here.port + 1)};
  msnav_addr rtcp_there = {there.ip, (uint16_t)(there.port + 1)};
  uint64_t ntp = (uint64_t)3900000000u << 32;
  for (int i = 0; i < 1500; i++) {
    tick(&l, i % 10 == 9);
    uint64_t t = ntp + (((l.now - START) << 32) / 1000000);
    if (msnav_stream_rtcp_due(l.a) <= l.now &&
        msnav_stream_write_rtcp(l.a, l.now, t, out, &len) == MSNAV_OK) {
      assert_int_equal(msnav_stream_receive_rtcp(l.b, out, len, &rtcp_here,
                                                 l.now + 25000),
                       MSNAV_OK);
    }
    if (msnav_stream_rtcp_due(l.b) <= l.now &&
        msnav_stream_write_rtcp(l.b, l.now, t, out, &len) == MSNAV_OK) {
      assert_int_equal(msnav_stream_receive_rtcp(l.a, out, len, &rtcp_there,
                                                 l.now + 25000),
                       MSNAV_OK);
    }
  }
  msnav_stream_stats a = stats_of(l.a);
  assert_in_range(a.remote_loss_permille, 80, 120);
  assert_in_range(a.remote_lost_packets, 100, 150);
  assert_in_range(a.round_trip_us, 48000, 52000);
  assert_in_range(a.sent_rtcp, 4, 12); /* 30 s, one in about five */
  link_down(&l);
}

static void rtcp_of_strangers_and_floods_are_refused(void **state) {
  (void)state;
  link l;
  link_up(&l);
  for (int i = 0; i < 10; i++) {
    tick(&l, false);
  }
  uint8_t bye[8] = {0x81, 203, 0, 1, 0x11, 0x11, 0x11, 0x11};
  uint8_t other[8] = {0x81, 203, 0, 1, 0x99, 0x99, 0x99, 0x99};
  msnav_stream_event e;
  while (msnav_stream_next_event(l.b, &e) == MSNAV_OK) {
  }
  assert_int_equal(msnav_stream_receive_rtcp(l.b, bye, sizeof(bye), &stranger,
                                             l.now),
                   MSNAV_ERR_SOURCE);
  assert_int_equal(msnav_stream_receive_rtcp(l.b, other, sizeof(other), &here,
                                             l.now),
                   MSNAV_ERR_SOURCE);
  assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_ERR_END);
  assert_int_equal(msnav_stream_receive_rtcp(l.b, bye, sizeof(bye), &here,
                                             l.now),
                   MSNAV_OK);
  assert_int_equal(msnav_stream_next_event(l.b, &e), MSNAV_OK);
  assert_int_equal(e.kind, MSNAV_STREAM_PEER_BYE);
  msnav_error err = MSNAV_OK;
  for (int i = 0; i < 100 && err != MSNAV_ERR_LIMIT; i++) {
    err = msnav_stream_receive_rtcp(l.b, bye, sizeof(bye), &here, l.now);
  }
  assert_int_equal(err, MSNAV_ERR_LIMIT);
  assert_true(stats_of(l.b).refused_rate >= 1);
  link_down(&l);
}

static void video_payloads_pass_through(void **state) {
  (void)state;
  msnav_stream_config c = {.size = sizeof(c),
                           .kind = MSNAV_STREAM_VIDEO,
                           .policy = MSNAV_SOURCE_LATCH,
                           .remote_rtp = there,
                           .formats = {{NULL, 34}},
                           .format_count = 1,
                           .send_payload_type = 34,
                           .can_send = 1,
                           .can_receive = 1,
                           .ssrc = 7,
                           .clock_rate = 90000};
  msnav_stream *s = make(&c);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  static uint8_t picture[1500];
  msnav_payload p = {picture, 1000, 90000, 0, 0, true};
  msnav_payload got;
  assert_int_equal(msnav_stream_payload(s, &got), MSNAV_ERR_STATE);
  assert_int_equal(msnav_stream_send_payload(s, &p, START, out, &len),
                   MSNAV_OK);
  assert_int_equal(len, 1012);
  assert_int_equal(out[1], 0x80 | 34);
  assert_int_equal(msnav_stream_receive(s, out, len, &there, START), MSNAV_OK);
  assert_int_equal(msnav_stream_payload(s, &got), MSNAV_OK);
  assert_int_equal(got.len, 1000);
  assert_int_equal(got.timestamp, 90000);
  assert_true(got.marker);
  p.len = 1489;
  assert_int_equal(msnav_stream_send_payload(s, &p, START, out, &len),
                   MSNAV_ERR_TOO_LONG);
  int16_t pcm[FRAME];
  assert_int_equal(msnav_stream_send(s, pcm, START, out, &len),
                   MSNAV_ERR_STATE);
  msnav_stream_free(s);
}

static int opened;
static int fail_at;

static msnav_error counting_open(void **state) {
  if (++opened == fail_at) {
    opened--;
    fail_at = 0;
    return MSNAV_ERR_NOMEM;
  }
  *state = malloc(1);
  return MSNAV_OK;
}

static void counting_close(void *state) {
  opened--;
  free(state);
}

static void codec_that_cannot_open_leaves_all_as_it_was(void **state) {
  (void)state;
  msnav_audio_codec odd = *msnav_codec_find(msnav_str_of("PCMU"), 8000);
  odd.name = "ODD";
  odd.open = counting_open;
  odd.close = counting_close;
  msnav_audio_codec even = odd;
  even.name = "EVEN";
  msnav_stream_config c = config_of("PCMU");
  c.formats[0] = (msnav_stream_format){&odd, 98};
  c.send_codec = &even;
  msnav_stream *s = NULL;
  for (fail_at = 1; fail_at <= 2;) {
    int was = fail_at;
    assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_NOMEM);
    assert_int_equal(opened, 0);
    fail_at = was + 1;
  }
  fail_at = 0;
  s = make(&c);
  assert_int_equal(opened, 2);
  msnav_stream_config changed = c;
  msnav_audio_codec third = odd;
  changed.formats[1] = (msnav_stream_format){&third, 99};
  changed.format_count = 2;
  fail_at = 3;
  assert_int_equal(msnav_stream_update(s, &changed, START), MSNAV_ERR_NOMEM);
  assert_int_equal(opened, 2);
  assert_int_equal(msnav_stream_update(s, &changed, START), MSNAV_OK);
  assert_int_equal(opened, 3);
  assert_int_equal(msnav_stream_update(s, &c, START), MSNAV_OK);
  assert_int_equal(opened, 2);
  msnav_stream_free(s);
  assert_int_equal(opened, 0);
}

static void wrong_configurations_are_refused(void **state) {
  (void)state;
  msnav_stream *s = NULL;
  msnav_stream_config c = config_of("PCMU");
  assert_int_equal(msnav_stream_new(NULL, START, &s), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_new(&c, START, NULL), MSNAV_ERR_INVALID);
  c.size = 8;
  assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_INVALID);
  c = config_of("PCMU");
  c.formats[0].payload_type = 128;
  assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_INVALID);
  c = config_of("PCMU");
  c.formats[0].codec = NULL;
  assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_INVALID);
  c = config_of("PCMU");
  c.format_count = 9;
  assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_INVALID);
  c = config_of("PCMU");
  c.srtp_suite = MSNAV_SRTP_AES_128_GCM;
  assert_int_equal(msnav_stream_new(&c, START, &s), MSNAV_ERR_UNSUPPORTED);
  assert_null(s);
  msnav_stream_free(NULL);
}

static void state_fits_in_four_kilobytes(void **state) {
  (void)state;
  assert_in_range(msnav_stream_footprint(), 1, 4096);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_said_is_heard),
    cmocka_unit_test(losses_are_counted_and_concealed),
    cmocka_unit_test(bursts_are_told_from_single_losses),
    cmocka_unit_test(jitter_is_that_of_the_rfc),
    cmocka_unit_test(strangers_are_not_heard),
    cmocka_unit_test(latch_needs_probation_and_happens_once),
    cmocka_unit_test(stricter_policies_hold),
    cmocka_unit_test(ssrc_cannot_be_hijacked),
    cmocka_unit_test(malformed_packets_change_nothing),
    cmocka_unit_test(duplicates_and_reordering_are_seen),
    cmocka_unit_test(jump_of_the_sequence_resynchronises),
    cmocka_unit_test(sequence_wraps_without_a_loss),
    cmocka_unit_test(mute_sends_nothing_and_marks_the_next_spurt),
    cmocka_unit_test(held_streams_neither_send_nor_hear),
    cmocka_unit_test(change_of_codec_keeps_ssrc_and_sequence),
    cmocka_unit_test(keys_travel_as_telephone_events),
    cmocka_unit_test(reports_tell_loss_and_round_trip),
    cmocka_unit_test(rtcp_of_strangers_and_floods_are_refused),
    cmocka_unit_test(video_payloads_pass_through),
    cmocka_unit_test(codec_that_cannot_open_leaves_all_as_it_was),
    cmocka_unit_test(wrong_configurations_are_refused),
    cmocka_unit_test(state_fits_in_four_kilobytes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a stream hears and where it sends: addresses, SSRCs and jumps, and
 * every refusal by its cause. */
#include "support/streams.h"

static const msnav_addr bob_other_port = {0x0a000002, 6000};
static const msnav_addr bob_other_host = {0xc0a80005, 5000};
static const msnav_addr mallory = {0x0a0000ff, 5000};

static msnav_stream *stream_of(uint32_t policy) {
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  c.policy = policy;
  c.remote_host = bob_other_host.ip;
  c.red_receive_type = 97;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

/* Packets in sequence every 20 ms from one source. */
typedef struct talker {
  const msnav_addr *from;
  made m;
  msnav_usec now;
} talker;

static talker
talker_of(const msnav_addr *from, uint32_t ssrc, uint16_t sequence) {
  return (talker){.from = from,
                  .m = {.ssrc = ssrc,
                        .sequence = sequence,
                        .timestamp = sequence * 160u},
                  .now = LINE_START};
}

static msnav_error say(msnav_stream *s, talker *t) {
  msnav_error err = hand_in(s, &t->m, t->from, t->now);
  t->m.sequence++;
  t->m.timestamp += 160;
  t->now += 20 * MS;
  return err;
}

static void say_ok(msnav_stream *s, talker *t, unsigned packets) {
  for (unsigned i = 0; i < packets; i++) {
    assert_int_equal(say(s, t), MSNAV_OK);
  }
}

/* ---- addresses */

static void strangers_are_never_heard(void **state) {
  (void)state;
  for (uint32_t policy = 0; policy <= MSNAV_SOURCE_LATCH; policy++) {
    msnav_stream *s = stream_of(policy);
    talker m = talker_of(&mallory, 1, 0), b = talker_of(&bob_rtp, 2, 0);
    for (int i = 0; i < 20; i++) {
      assert_int_equal(say(s, &m), MSNAV_ERR_SOURCE);
    }
    say_ok(s, &b, 5);
    assert_int_equal(say(s, &m), MSNAV_ERR_SOURCE);
    msnav_stream_stats t = stats_of(s);
    assert_int_equal(t.refused_source, 21);
    assert_int_equal(t.received_packets, 5);
    assert_int_equal(t.remote_ssrc, 2);
    assert_int_equal(msnav_stream_remote(s)->ip, bob_rtp.ip);
    msnav_stream_free(s);
  }
}

static void latch_follows_a_mapped_port(void **state) {
  (void)state;
  static const msnav_addr *const places[] = {&bob_other_port, &bob_other_host};
  for (size_t i = 0; i < ARRAY_LEN(places); i++) {
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    talker t = talker_of(places[i], 2, 65534);
    for (int k = 0; k < 3; k++) {
      assert_int_equal(say(s, &t), MSNAV_ERR_SOURCE);
      assert_int_equal(msnav_stream_remote(s)->port, bob_rtp.port);
    }
    assert_no_event(s);
    say_ok(s, &t, 10);
    take_event(s, MSNAV_STREAM_LOCKED);
    assert_no_event(s);
    assert_int_equal(msnav_stream_remote(s)->ip, places[i]->ip);
    assert_int_equal(msnav_stream_remote(s)->port, places[i]->port);
    /* once: now even the signalled address is refused */
    talker b = talker_of(&bob_rtp, 2, 100);
    b.now = t.now;
    for (int k = 0; k < 10; k++) {
      assert_int_equal(say(s, &b), MSNAV_ERR_SOURCE);
    }
    assert_int_equal(stats_of(s).refused_ssrc, 3);
    assert_int_equal(stats_of(s).refused_source, 10);
    assert_int_equal(stats_of(s).lost_packets, 0);
    msnav_stream_free(s);
  }
}

static void signalled_source_is_heard_at_once(void **state) {
  (void)state;
  for (uint32_t policy = 0; policy <= MSNAV_SOURCE_LATCH; policy++) {
    msnav_stream *s = stream_of(policy);
    talker b = talker_of(&bob_rtp, 2, 7);
    say_ok(s, &b, 1);
    assert_no_event(s);
    say_ok(s, &b, 1);
    if (policy == MSNAV_SOURCE_LATCH) {
      take_event(s, MSNAV_STREAM_LOCKED);
    }
    say_ok(s, &b, 10);
    assert_no_event(s);
    assert_int_equal(stats_of(s).received_packets, 12);
    assert_int_equal(stats_of(s).lost_packets, 0);
    msnav_stream_free(s);
  }
}

static void signalled_source_wins_over_another_port(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker o = talker_of(&bob_other_port, 1, 0), b = talker_of(&bob_rtp, 2, 0);
  assert_int_equal(say(s, &o), MSNAV_ERR_SOURCE);
  assert_int_equal(say(s, &o), MSNAV_ERR_SOURCE);
  say_ok(s, &b, 1);
  for (int i = 0; i < 10; i++) { /* both go on at the same pace */
    assert_int_equal(say(s, &o), MSNAV_ERR_SOURCE);
    say_ok(s, &b, 1);
  }
  assert_int_equal(msnav_stream_remote(s)->port, bob_rtp.port);
  assert_int_equal(stats_of(s).remote_ssrc, 2);
  msnav_stream_free(s);
}

static void same_host_is_heard_but_not_sent_to(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_SAME_HOST);
  talker t = talker_of(&bob_other_port, 2, 0);
  say_ok(s, &t, 5);
  t.from = &bob_other_host; /* the same source may move within the hosts */
  say_ok(s, &t, 5);
  t.from = &bob_rtp;
  say_ok(s, &t, 5);
  assert_int_equal(msnav_stream_remote(s)->port, bob_rtp.port);
  assert_int_equal(msnav_stream_remote(s)->ip, bob_rtp.ip);
  assert_int_equal(stats_of(s).received_packets, 15);
  assert_no_event(s);
  msnav_stream_free(s);
}

static void signalled_policy_hears_one_port_only(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_SIGNALLED);
  talker t = talker_of(&bob_other_port, 2, 0);
  for (int i = 0; i < 10; i++) {
    assert_int_equal(say(s, &t), MSNAV_ERR_SOURCE);
  }
  t.from = &bob_rtp;
  say_ok(s, &t, 5);
  msnav_stream_free(s);
}

static void new_remote_starts_a_new_probation(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker t = talker_of(&bob_other_port, 2, 0);
  for (int i = 0; i < 8; i++) {
    (void)say(s, &t);
  }
  take_event(s, MSNAV_STREAM_LOCKED);
  /* the same configuration again: the lock stays */
  msnav_stream_config c = alice_config();
  c.remote_host = bob_other_host.ip;
  assert_int_equal(msnav_stream_update(s, &c, t.now), MSNAV_OK);
  say_ok(s, &t, 2);
  assert_int_equal(msnav_stream_remote(s)->port, bob_other_port.port);
  /* another one: it is given up, the source goes on counting */
  const msnav_addr moved = {0x0a000003, 7000};
  c.remote_rtp = moved;
  assert_int_equal(msnav_stream_update(s, &c, t.now), MSNAV_OK);
  assert_int_equal(msnav_stream_remote(s)->port, moved.port);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, moved.port + 1);
  assert_int_equal(say(s, &t), MSNAV_ERR_SOURCE);
  t.m.sequence--; /* that one was refused, the peer has moved */
  t.m.timestamp -= 160;
  t.from = &moved;
  say_ok(s, &t, 3);
  take_event(s, MSNAV_STREAM_LOCKED);
  assert_no_event(s); /* no change of SSRC, no jump */
  msnav_stream_stats stats = stats_of(s);
  assert_int_equal(stats.lost_packets, 0);
  assert_int_equal(stats.resyncs, 0);
  assert_int_equal(stats.received_packets, 5 + 2 + 3);
  msnav_stream_free(s);
}

/* ---- SSRC */

static void living_ssrc_cannot_be_replaced(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0), x = talker_of(&bob_rtp, 666, 500);
  say_ok(s, &b, 10);
  for (int i = 0; i < 200; i++) { /* ten for one, in sequence */
    for (int k = 0; k < 10; k++) {
      x.now = b.now;
      assert_int_equal(say(s, &x), MSNAV_ERR_SOURCE);
    }
    say_ok(s, &b, 1);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.refused_ssrc, 2000);
  assert_int_equal(t.ssrc_changes, 0);
  assert_int_equal(t.received_packets, 210);
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.remote_ssrc, 2);
  msnav_stream_free(s);
}

static void held_key_keeps_an_ssrc_alive(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0), x = talker_of(&bob_rtp, 666, 500);
  say_ok(s, &b, 10);
  uint32_t begin = b.m.timestamp;
  for (uint8_t i = 1; i < 100; i++) { /* two seconds without sound */
    const uint8_t event[4] = {5, 10, (uint8_t)(i * 160 >> 8),
                              (uint8_t)(i * 160)};
    b.m.type = 101;
    b.m.timestamp = begin;
    b.m.payload = (const char *)event;
    b.m.len = sizeof(event);
    say_ok(s, &b, 1);
    x.now = b.now;
    assert_int_equal(say(s, &x), MSNAV_ERR_SOURCE);
  }
  assert_int_equal(stats_of(s).ssrc_changes, 0);
  msnav_stream_free(s);
}

static void silent_ssrc_is_replaced_after_probation(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0), n = talker_of(&bob_rtp, 3, 40000);
  say_ok(s, &b, 10);
  take_event(s, MSNAV_STREAM_LOCKED);
  n.now = b.now;
  unsigned refused = 0;
  while (say(s, &n) != MSNAV_OK) {
    assert_true(++refused < 10);
  }
  assert_true(refused >= 3); /* four in sequence at least */
  assert_int_equal(take_event(s, MSNAV_STREAM_SSRC_CHANGED).value, 3);
  assert_no_event(s);
  say_ok(s, &n, 10);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.ssrc_changes, 1);
  assert_int_equal(t.refused_ssrc, refused);
  assert_int_equal(t.lost_packets, 0); /* nobody's numbers are mixed up */
  assert_int_equal(t.received_packets, 21);
  assert_int_equal(t.resyncs, 0);
  /* the old one is the stranger now */
  b.now = n.now;
  assert_int_equal(say(s, &b), MSNAV_ERR_SOURCE);
  msnav_stream_free(s);
}

static void gap_in_a_probation_starts_it_over(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0), n = talker_of(&bob_rtp, 3, 1000);
  say_ok(s, &b, 10);
  n.now = b.now + 1000 * MS;
  for (int i = 0; i < 50; i++) {
    assert_int_equal(say(s, &n), MSNAV_ERR_SOURCE);
    n.m.sequence = (uint16_t)(n.m.sequence + (i % 3 == 2));
  }
  assert_int_equal(stats_of(s).ssrc_changes, 0);
  msnav_stream_free(s);
}

static void stray_first_packet_does_not_block_the_call(void **state) {
  (void)state;
  /* RFC 3550 A.1: one packet proves nothing */
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker old = talker_of(&bob_rtp, 99, 12345), b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &old, 1);
  b.now = old.now;
  assert_int_equal(say(s, &b), MSNAV_ERR_SOURCE);
  say_ok(s, &b, 10);
  assert_int_equal(stats_of(s).remote_ssrc, 2);
  assert_int_equal(stats_of(s).lost_packets, 0);
  assert_int_equal(take_event(s, MSNAV_STREAM_SSRC_CHANGED).value, 2);
  msnav_stream_free(s);
}

/* ---- jumps */

static void restarted_peer_is_followed(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 100);
  take_event(s, MSNAV_STREAM_LOCKED);
  b.m.sequence = 30000;
  b.m.timestamp = 0x70000000;
  assert_int_equal(say(s, &b), MSNAV_ERR_SOURCE);
  say_ok(s, &b, 1);
  take_event(s, MSNAV_STREAM_RESYNC);
  say_ok(s, &b, 98);
  assert_no_event(s);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.resyncs, 1);
  assert_int_equal(t.refused_sequence, 1);
  assert_int_equal(t.received_packets, 199);
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.ssrc_changes, 0);
  msnav_stream_free(s);
}

/* Its timestamps have nothing to do with those before. */
static void key_of_a_restarted_peer_is_heard_at_once(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  static const char event[4] = {5, (char)0x8a, 1, 0x40};
  for (int i = 0; i < 2; i++) {
    b.m.payload = NULL;
    b.m.type = 0;
    b.m.timestamp = i == 0 ? 0x70000000 : 0x60000000;
    (void)say(s, &b);
    say_ok(s, &b, 5);
    b.m.payload = event;
    b.m.len = sizeof(event);
    b.m.type = 101;
    say_ok(s, &b, 1);
    take_event(s, i == 0 ? MSNAV_STREAM_LOCKED : MSNAV_STREAM_RESYNC);
    take_event(s, MSNAV_STREAM_DTMF_BEGIN);
    take_event(s, MSNAV_STREAM_DTMF_END);
    b.m.sequence = 30000;
  }
  msnav_stream_free(s);
}

static void single_far_packets_change_nothing(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 10);
  for (unsigned i = 0; i < 50; i++) {
    made far = b.m;
    far.sequence = (uint16_t)(far.sequence + 4000 + i * 1000);
    assert_int_equal(hand_in(s, &far, &bob_rtp, b.now), MSNAV_ERR_SOURCE);
    say_ok(s, &b, 1);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.refused_sequence, 50);
  assert_int_equal(t.resyncs, 0);
  assert_int_equal(t.received_packets, 60);
  msnav_stream_free(s);
}

static void jumping_timestamp_is_told(void **state) {
  (void)state;
  static const int seconds[] = {-3600, -60, 5, 60, 600, 3600};
  for (size_t k = 0; k < ARRAY_LEN(seconds); k++) {
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    talker b = talker_of(&bob_rtp, 2, 0);
    int16_t pcm[FRAME];
    for (int i = 0; i < 100; i++) {
      if (i == 50) { /* the sequence goes on */
        b.m.timestamp += (uint32_t)(8000 * seconds[k]);
      }
      (void)say(s, &b);
      msnav_stream_play(s, pcm, FRAME, b.now);
    }
    take_event(s, MSNAV_STREAM_LOCKED);
    take_event(s, MSNAV_STREAM_RESYNC);
    assert_no_event(s);
    assert_int_equal(stats_of(s).resyncs, 1);
    assert_int_equal(stats_of(s).lost_packets, 0);
    msnav_stream_free(s);
  }
}

static void timestamp_that_stood_still_is_told(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  int16_t pcm[FRAME];
  for (int i = 0; i < 100; i++) {
    if (i == 50) {
      b.now += 15000 * MS; /* a pause that the peer's clock does not know */
    }
    say_ok(s, &b, 1);
    msnav_stream_play(s, pcm, FRAME, b.now);
  }
  take_event(s, MSNAV_STREAM_LOCKED);
  take_event(s, MSNAV_STREAM_RESYNC);
  assert_no_event(s);
  assert_int_equal(stats_of(s).resyncs, 1);
  msnav_stream_free(s);
}

static void duplicates_and_late_ones_are_told_apart(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 100);
  say_ok(s, &b, 10);
  made again = b.m, late = b.m;
  again.sequence--;
  again.timestamp -= 160;
  assert_int_equal(hand_in(s, &again, &bob_rtp, b.now), MSNAV_ERR_DUPLICATE);
  b.m.sequence++; /* one is overtaken ... */
  b.m.timestamp += 160;
  say_ok(s, &b, 3);
  assert_int_equal(stats_of(s).lost_packets, 1);
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_OK);
  msnav_stream_stats t = stats_of(s); /* ... and comes */
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.reordered_packets, 1);
  assert_int_equal(t.duplicate_packets, 1);
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_ERR_DUPLICATE);
  int16_t pcm[FRAME];
  for (int i = 0; i < 30; i++) {
    msnav_stream_play(s, pcm, FRAME, b.now + (unsigned)i * 20 * MS);
  }
  b.m.sequence++;
  b.m.timestamp += 160;
  b.now += 600 * MS;
  say_ok(s, &b, 1);
  msnav_stream_play(s, pcm, FRAME, b.now);
  msnav_stream_play(s, pcm, FRAME, b.now + 20 * MS);
  late = b.m;
  late.sequence = (uint16_t)(late.sequence - 2);
  late.timestamp -= 320;
  assert_int_equal(hand_in(s, &late, &bob_rtp, b.now), MSNAV_ERR_LATE);
  t = stats_of(s);
  assert_int_equal(t.late_packets, 1);
  assert_int_equal(t.lost_packets, 0);
  msnav_stream_free(s);
}

/* ---- refusals: the whole packet or nothing, one counter each */

#define HEAD "\0\0\0\0\0\0\0\0\0\x02"

static const struct refused_row {
  const char *what;
  msnav_str in;
  msnav_error err;
  size_t counter;
} refused_rows[] = {
#define COUNTER(name) offsetof(msnav_stream_stats, name)
  {"nothing", STR(""), MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"truncated", STR("\x80\x00\0\0\0\0\0\0\0\0\0"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"version 1", STR("\x40\x00" HEAD "a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"sources beyond the end", STR("\x85\x00" HEAD "a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"extension beyond the end",
   STR("\x90\x00" HEAD "\0\0\0\x09"
       "abcd"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"padding beyond the start", STR("\xa0\x00" HEAD "abc\x0a"), MSNAV_ERR_PARSE,
   COUNTER(refused_malformed)},
  {"an unknown type", STR("\x80\x08" HEAD "a"), MSNAV_ERR_UNSUPPORTED,
   COUNTER(refused_format)},
  {"no payload", STR("\x80\x00" HEAD), MSNAV_ERR_PARSE,
   COUNTER(refused_payload)},
  {"nothing but padding", STR("\xa0\x00" HEAD "\0\2"), MSNAV_ERR_PARSE,
   COUNTER(refused_payload)},
  {"an event of three bytes", STR("\x80\x65" HEAD "\x05\x0a\x00"),
   MSNAV_ERR_PARSE, COUNTER(refused_payload)},
  {"an event of fax machines", STR("\x80\x65" HEAD "\x24\x0a\x00\xa0"),
   MSNAV_ERR_PARSE, COUNTER(refused_payload)},
  {"red without a primary block", STR("\x80\x61" HEAD "\x80\0\0\0"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"red whose block lies", STR("\x80\x61" HEAD "\x80\x02\x80\x50\0ab"),
   MSNAV_ERR_PARSE, COUNTER(refused_malformed)},
  {"red of an unknown codec",
   STR("\x80\x61" HEAD "\x08"
       "abcd"),
   MSNAV_ERR_UNSUPPORTED, COUNTER(refused_format)},
  {"an event inside red", STR("\x80\x61" HEAD "\x65\x05\x0a\x00\xa0"),
   MSNAV_ERR_UNSUPPORTED, COUNTER(refused_format)},
};

static void refusals_change_nothing_but_their_counter(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(refused_rows); i++) {
    const struct refused_row *row = &refused_rows[i];
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    talker b = talker_of(&bob_rtp, 2, 0);
    say_ok(s, &b, 5);
    take_event(s, MSNAV_STREAM_LOCKED);
    msnav_stream_stats before = stats_of(s), after;
    uint8_t *in = (uint8_t *)exact_copy(row->in.ptr, row->in.len);
    msnav_error err = msnav_stream_receive(s, in, row->in.len, &bob_rtp, b.now);
    free(in);
    after = stats_of(s);
    uint64_t *counter = (uint64_t *)(void *)((char *)&after + row->counter);
    if (err != row->err || *counter != 1) {
      fail_msg("%s: %d, counted %u", row->what, err, (unsigned)*counter);
    }
    *counter = 0;
    assert_memory_equal(&after, &before, sizeof(after));
    assert_no_event(s);
    say_ok(s, &b, 5);
    msnav_stream_free(s);
  }
}

static int odd_duration(const uint8_t *in, size_t len) {
  (void)in;
  return len == FRAME ? (int)FRAME : len == 1 ? 100000 : MSNAV_ERR_PARSE;
}

static void codec_decides_what_a_payload_can_be(void **state) {
  (void)state;
  msnav_audio_codec odd = *codec_of("PCMU");
  odd.duration = odd_duration;
  msnav_stream_config c = alice_config();
  c.formats[0].codec = &odd;
  c.red_receive_type = 97;
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  talker b = talker_of(&bob_rtp, 2, 0);
  say_ok(s, &b, 5);
  made bad = b.m;
  static const char *const payloads[] = {"12", "1",
                                         "\x00"
                                         "12",
                                         "\x00"
                                         "1"};
  static const size_t lens[] = {2, 1, 3, 2};
  unsigned refused = 0;
  for (size_t i = 0; i < ARRAY_LEN(payloads); i++) {
    bad.type = i < 2 ? 0 : 97; /* the same through red */
    bad.payload = payloads[i];
    bad.len = lens[i];
    for (uint16_t ahead = 0; ahead < 2; ahead++) { /* the short, the long way */
      bad.sequence = (uint16_t)(b.m.sequence + ahead);
      assert_int_equal(hand_in(s, &bad, &bob_rtp, b.now), MSNAV_ERR_PARSE);
      assert_int_equal(stats_of(s).refused_payload, ++refused);
      assert_int_equal(stats_of(s).received_packets, 5);
      assert_int_equal(stats_of(s).lost_packets, 0);
    }
  }
  say_ok(s, &b, 5);
  assert_int_equal(stats_of(s).lost_packets, 0);
  msnav_stream_free(s);
}

static void datagrams_over_the_mtu_are_refused(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  static uint8_t big[MSNAV_STREAM_MTU + 1] = {0x80};
  assert_int_equal(msnav_stream_receive(s, big, sizeof(big), &bob_rtp, 0),
                   MSNAV_ERR_PARSE);
  assert_int_equal(stats_of(s).refused_malformed, 1);
  msnav_stream_free(s);
}

/* A header of nothing but its SSRC is that of no packet, from whomever it
 * comes and whatever is expected. */
static void headers_of_zeros_are_refused(void **state) {
  (void)state;
  static const msnav_addr nobody = {0, 0};
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t data[172] = {0};
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), &nobody, 0),
                   MSNAV_ERR_SOURCE);
  talker b = talker_of(&bob_rtp, 2, 0);
  data[11] = 2;
  say_ok(s, &b, 5);
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), b.from, b.now),
                   MSNAV_ERR_PARSE);
  msnav_stream_config held = alice_config();
  held.can_receive = 0;
  assert_int_equal(msnav_stream_update(s, &held, b.now), MSNAV_OK);
  assert_int_equal(msnav_stream_receive(s, data, sizeof(data), b.from, b.now),
                   MSNAV_ERR_STATE);
  assert_int_equal(stats_of(s).received_packets, 5);
  msnav_stream_free(s);
}

/* Contributing sources, extension and padding around a payload are fine, and
 * may come and go. */
static void headers_may_vary_within_a_stream(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  talker b = talker_of(&bob_rtp, 2, 0);
  for (int i = 0; i < 40; i++) {
    uint8_t out[MSNAV_STREAM_MTU], in[MSNAV_STREAM_MTU];
    size_t len = make(&b.m, out), at = 12;
    memcpy(in, out, 12);
    if (i % 4 == 1) {
      in[0] |= 1;
      memset(in + at, 7, 4);
      at += 4;
    }
    if (i % 4 == 2) {
      in[0] |= 0x10;
      memcpy(in + at, "\xbe\xde\0\1abcd", 8);
      at += 8;
    }
    memcpy(in + at, out + 12, len - 12);
    at += len - 12;
    if (i % 4 == 3) {
      in[0] |= 0x20;
      memcpy(in + at, "\0\0\0\4", 4);
      at += 4;
    }
    assert_int_equal(msnav_stream_receive(s, in, at, &bob_rtp, b.now),
                     MSNAV_OK);
    b.m.sequence++;
    b.m.timestamp += 160;
    b.now += 20 * MS;
  }
  assert_int_equal(stats_of(s).received_packets, 40);
  assert_int_equal(stats_of(s).received_bytes, 40 * 160);
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(strangers_are_never_heard),
    cmocka_unit_test(latch_follows_a_mapped_port),
    cmocka_unit_test(signalled_source_is_heard_at_once),
    cmocka_unit_test(signalled_source_wins_over_another_port),
    cmocka_unit_test(same_host_is_heard_but_not_sent_to),
    cmocka_unit_test(signalled_policy_hears_one_port_only),
    cmocka_unit_test(new_remote_starts_a_new_probation),
    cmocka_unit_test(living_ssrc_cannot_be_replaced),
    cmocka_unit_test(held_key_keeps_an_ssrc_alive),
    cmocka_unit_test(silent_ssrc_is_replaced_after_probation),
    cmocka_unit_test(gap_in_a_probation_starts_it_over),
    cmocka_unit_test(stray_first_packet_does_not_block_the_call),
    cmocka_unit_test(restarted_peer_is_followed),
    cmocka_unit_test(key_of_a_restarted_peer_is_heard_at_once),
    cmocka_unit_test(single_far_packets_change_nothing),
    cmocka_unit_test(jumping_timestamp_is_told),
    cmocka_unit_test(timestamp_that_stood_still_is_told),
    cmocka_unit_test(duplicates_and_late_ones_are_told_apart),
    cmocka_unit_test(refusals_change_nothing_but_their_counter),
    cmocka_unit_test(codec_decides_what_a_payload_can_be),
    cmocka_unit_test(datagrams_over_the_mtu_are_refused),
    cmocka_unit_test(headers_of_zeros_are_refused),
    cmocka_unit_test(headers_may_vary_within_a_stream),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

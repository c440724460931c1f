/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whom a stream hears and where it sends: addresses and SSRCs. */
#include "source_kit.h"

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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

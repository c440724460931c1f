/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own SSRC in what comes in (RFC 3550 section 8.2): loops and
 * collisions. */
#include "support/reports.h"

#define OWN 0xa11ce
#define OWN_SSRC "\x00\x0a\x11\xce"
#define OWN_RR "\x80\xc9\x00\x01" OWN_SSRC
#define OWN_BYE "\x81\xcb\x00\x01" OWN_SSRC

/* Of Alice's host: where her own packets come from. */
static const msnav_addr bob_elsewhere = {0x0a000002, 6000};

static msnav_error hand_own(msnav_stream *s, uint32_t ssrc, uint16_t sequence,
                            const msnav_addr *from, msnav_usec now) {
  made m = {.ssrc = ssrc, .sequence = sequence, .timestamp = sequence * 160u};
  return hand_in(s, &m, from, now);
}

static void send_some(msnav_stream *s, unsigned frames, msnav_usec now) {
  uint8_t out[MSNAV_STREAM_MTU];
  int16_t pcm[FRAME] = {0};
  size_t len;
  for (unsigned i = 0; i < frames; i++) {
    assert_int_equal(msnav_stream_send(s, pcm, now + i * 20 * MS, out, &len),
                     MSNAV_OK);
    assert_int_equal(get32(out + 8), stats_of(s).local_ssrc);
  }
}

static void peer_with_our_ssrc_makes_us_take_another(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  assert_int_equal(stats_of(s).local_ssrc, OWN);
  send_some(s, 30, LINE_START);
  msnav_usec now = LINE_START + 600 * MS;
  for (uint16_t i = 0; i < 5; i++) {
    assert_int_equal(hand_own(s, OWN, i, &bob_rtp, now + i * 20 * MS),
                     MSNAV_OK);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.collisions, 1);
  assert_int_equal(t.refused_looped, 0);
  assert_int_equal(t.received_packets, 5); /* the SSRC is the peer's now */
  assert_int_equal(t.remote_ssrc, OWN);
  assert_int_not_equal(t.local_ssrc, OWN);
  assert_int_equal(take_event(s, MSNAV_STREAM_COLLISION).value, t.local_ssrc);

  /* a BYE for the former one, at once and compound */
  assert_true(msnav_stream_rtcp_due(s) <= now);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(msnav_stream_write_rtcp(s, now, 1, out, &len), MSNAV_OK);
  static const uint8_t want[] = OWN_RR "\x81\xca\x00\x06" OWN_SSRC "\x01\x11"
                                       "alice@example.com\0" OWN_BYE;
  assert_int_equal(len, sizeof(want) - 1);
  assert_memory_equal(out, want, len);
  assert_true(msnav_stream_rtcp_due(s) > now); /* once */

  /* sender reports count what the new one has sent (section 6.4.1) */
  send_some(s, 7, now);
  report_of(s, 2, out, &now);
  assert_int_equal(out[1], 200);
  assert_int_equal(get32(out + 4), t.local_ssrc);
  assert_int_equal(get32(out + 20), 7);
  assert_int_equal(get32(out + 24), 7 * 160);
  assert_int_equal(stats_of(s).sent_packets, 37); /* statistics go on */
  msnav_stream_free(s);
}

static void what_comes_back_is_dropped(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  send_some(s, 1, LINE_START);
  /* a mirror: whatever we send comes back from the peer's address */
  unsigned taken = 0;
  for (unsigned i = 0; i < 200 * 50; i++) {
    uint32_t ssrc = stats_of(s).local_ssrc;
    taken += hand_own(s, ssrc, (uint16_t)i, &bob_rtp,
                      LINE_START + i * 20 * MS) == MSNAV_OK;
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.collisions, 1);
  assert_int_equal(taken, 1); /* the one that might have been the peer's */
  assert_int_equal(t.refused_looped, 200 * 50 - 1);
  /* when it has stopped for ten intervals it may be a peer again */
  msnav_usec now = LINE_START + 200000 * MS;
  assert_int_equal(hand_own(s, t.local_ssrc, 1, &bob_rtp, now + 49000 * MS),
                   MSNAV_ERR_SOURCE);
  (void)hand_own(s, t.local_ssrc, 1, &bob_rtp, now + 100000 * MS);
  assert_int_equal(stats_of(s).collisions, 2);
  msnav_stream_free(s);
}

static void others_cannot_make_us_change(void **state) {
  (void)state;
  static const uint32_t policies[] = {MSNAV_SOURCE_SIGNALLED,
                                      MSNAV_SOURCE_SAME_HOST,
                                      MSNAV_SOURCE_LATCH};
  for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
    msnav_stream *s = stream_of(policies[i]);
    send_some(s, 1, LINE_START);
    /* another port, which may be ours when both are on one host */
    bool heard = policies[i] != MSNAV_SOURCE_SIGNALLED;
    for (uint16_t n = 0; n < 10; n++) {
      assert_int_equal(hand_own(s, OWN, n, &bob_elsewhere, LINE_START),
                       MSNAV_ERR_SOURCE);
      assert_int_equal(hand_own(s, OWN, n, &alice_rtp, LINE_START),
                       MSNAV_ERR_SOURCE);
    }
    assert_int_equal(hand_rtcp(s, OWN_RR, 8, &bob_elsewhere, LINE_START),
                     MSNAV_ERR_SOURCE);
    msnav_stream_stats t = stats_of(s);
    assert_int_equal(t.collisions, 0);
    assert_int_equal(t.local_ssrc, OWN);
    assert_int_equal(t.refused_looped, heard ? 11 : 0);
    assert_int_equal(t.refused_source, heard ? 10 : 20);
    assert_int_equal(t.received_packets, 0);
    assert_no_event(s);
    /* and the peer is heard as ever */
    assert_int_equal(hand_own(s, 0xb0b, 1, &bob_rtp, LINE_START), MSNAV_OK);
    msnav_stream_free(s);
  }
}

static void peers_of_a_call_keep_what_they_hear(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  send_some(s, 1, LINE_START);
  hear_bob(s, LINE_START);
  /* our own in the middle of Bob's: we change, and hear Bob */
  assert_int_equal(hand_own(s, OWN, 900, &bob_rtp, LINE_START + 100 * MS),
                   MSNAV_ERR_SOURCE);
  assert_int_equal(hand_own(s, 0xb0b, 5, &bob_rtp, LINE_START + 110 * MS),
                   MSNAV_OK);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.collisions, 1);
  assert_int_not_equal(t.local_ssrc, 0xb0b);
  assert_int_equal(t.remote_ssrc, 0xb0b);
  assert_int_equal(t.lost_packets, 0);
  msnav_stream_free(s);
}

static void reports_collide_too(void **state) {
  (void)state;
  static const struct {
    msnav_str in;
    bool collides;
  } rows[] = {
    {STR(OWN_RR), true},
    {STR("\x80\xc8\x00\x06" OWN_SSRC "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
         "\0\0\0\0"),
     true},
    {STR("\x81\xca\x00\x02" OWN_SSRC "\0\0\0\0"), true},
    {STR("\x80\xcc\x00\x02" OWN_SSRC "name"), true},
    {STR("\x80\xcf\x00\x01" OWN_SSRC), true},
    {STR("\x80\xc9\x00\x01\x00\x00\x0b\x0b" OWN_RR), true},
    /* our own BYE that comes back: no one is left who could collide */
    {STR(OWN_BYE), false},
    {STR(OWN_RR OWN_BYE), false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    send_some(s, 1, LINE_START);
    msnav_error err =
      hand_rtcp(s, rows[i].in.ptr, rows[i].in.len, &bob_rtcp, LINE_START);
    msnav_stream_stats t = stats_of(s);
    assert_int_equal(err, rows[i].collides ? MSNAV_OK : MSNAV_ERR_SOURCE);
    assert_int_equal(t.collisions, rows[i].collides);
    assert_int_equal(t.refused_looped, !rows[i].collides);
    assert_int_equal(t.received_rtcp, rows[i].collides);
    /* the next one is a loop, and keeps no call alive */
    uint8_t again[8] = OWN_RR;
    for (unsigned k = 0; k < 4; k++) {
      again[4 + k] = (uint8_t)(t.local_ssrc >> (24 - 8 * k));
    }
    if (rows[i].collides) {
      assert_int_equal(hand_rtcp(s, again, 8, &bob_rtcp, LINE_START + 100),
                       MSNAV_ERR_SOURCE);
      t = stats_of(s);
      assert_int_equal(t.refused_looped, 1);
      assert_int_equal(t.last_received, LINE_START);
    }
    msnav_stream_free(s);
  }
}

/* Section 6.3.7. */
static void nobody_leaves_who_never_came(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  assert_int_equal(hand_own(s, OWN, 1, &bob_rtp, LINE_START), MSNAV_OK);
  assert_int_equal(stats_of(s).collisions, 1);
  assert_true(msnav_stream_rtcp_due(s) > LINE_START);
  assert_int_equal(msnav_stream_write_rtcp(s, LINE_START, 1, out, &len),
                   MSNAV_ERR_AGAIN);
  msnav_stream_free(s);
}

static void two_that_drew_the_same_part(void **state) {
  (void)state;
  static const uint32_t suites[] = {MSNAV_SRTP_NONE, MSNAV_SRTP_AES_128_GCM,
                                    MSNAV_SRTP_AES_CM_SHA1_80};
  for (size_t i = 0; i < ARRAY_LEN(suites); i++) {
    if (suites[i] != MSNAV_SRTP_NONE && !msnav_has_feature("srtp")) {
      continue;
    }
    msnav_stream_config a = alice_config(), b = bob_config();
    b.ssrc = a.ssrc;
    a.srtp_suite = b.srtp_suite = suites[i];
    memset(a.srtp_send_key, 1, 30);
    memset(b.srtp_receive_key, 1, 30);
    memset(b.srtp_send_key, 2, 30);
    memset(a.srtp_receive_key, 2, 30);
    line l;
    line_up_as(&l, &a, &b);
    line_run(&l, 15000);
    msnav_stream_stats at_a = stats_of(l.a.s), at_b = stats_of(l.b.s);
    assert_int_equal(at_a.collisions, 1);
    assert_int_equal(at_b.collisions, 1);
    assert_int_not_equal(at_a.local_ssrc, at_b.local_ssrc);
    assert_int_equal(at_a.remote_ssrc, at_b.local_ssrc);
    assert_int_equal(at_b.remote_ssrc, at_a.local_ssrc);
    assert_int_equal(at_a.refused_srtp + at_b.refused_srtp, 0);
    /* the BYE let the new one in at once: one packet for its probation */
    assert_int_equal(at_a.ssrc_changes, 1);
    assert_in_range(at_b.received_packets, at_a.sent_packets - 8,
                    at_a.sent_packets);
    assert_true(line_alike(&l.a, &l.b, 5000, 15000) > 0.9);
    assert_true(line_alike(&l.b, &l.a, 5000, 15000) > 0.9);
    /* reports found their way to the new names */
    assert_in_range(at_a.round_trip_us, 59000, 62000);
    line_down(&l);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(peer_with_our_ssrc_makes_us_take_another),
    cmocka_unit_test(what_comes_back_is_dropped),
    cmocka_unit_test(others_cannot_make_us_change),
    cmocka_unit_test(peers_of_a_call_keep_what_they_hear),
    cmocka_unit_test(reports_collide_too),
    cmocka_unit_test(nobody_leaves_who_never_came),
    cmocka_unit_test(two_that_drew_the_same_part),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reports between streams: what they say, when they come, and from whom they
 * are taken. */
#include "support/reports.h"

static const msnav_addr bob_other_port = {0x0a000002, 7001};
static const msnav_addr mallory = {0x0a0000ff, 5001};

/* ---- what they say */

static void silent_stream_sends_receiver_reports(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_usec now;
  size_t len = report_of(s, 1, out, &now);
  assert_in_range(now, LINE_START + 1000 * MS, LINE_START + 3100 * MS);
  /* RR without a block, SDES with our CNAME of 17 bytes */
  static const uint8_t want[] = "\x80\xc9\x00\x01\x00\x0a\x11\xce"
                                "\x81\xca\x00\x06\x00\x0a\x11\xce\x01\x11"
                                "alice@example.com\0";
  assert_int_equal(len, sizeof(want) - 1);
  assert_memory_equal(out, want, len);
  msnav_stream_free(s);
}

static void sender_report_says_what_was_sent_and_when(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t rtp[MSNAV_STREAM_MTU], out[MSNAV_STREAM_MTU];
  int16_t pcm[FRAME] = {0};
  size_t len;
  for (unsigned i = 0; i < 30; i++) {
    assert_int_equal(msnav_stream_send(s, pcm, LINE_START + i * 20 * MS, rtp,
                                       &len),
                     MSNAV_OK);
  }
  msnav_usec now, last = LINE_START + 29 * 20 * MS;
  report_of(s, 0x0123456789abcdef, out, &now);
  assert_int_equal(get32(out), 0x80c80006);
  assert_int_equal(get32(out + 4), 0xa11ce);
  assert_int_equal(get32(out + 8), 0x01234567);
  assert_int_equal(get32(out + 12), 0x89abcdef);
  /* the RTP clock at the moment of the report, not of the last packet */
  uint32_t ticks = (uint32_t)((now - last) * 8 / 1000);
  assert_int_equal(get32(out + 16), get32(rtp + 4) + ticks);
  assert_int_equal(get32(out + 20), 30);
  assert_int_equal(get32(out + 24), 30 * 160); /* payload only */
  /* a sender it stays until two reports have passed without RTP */
  report_of(s, 2, out, &now);
  assert_int_equal(out[1], 200);
  report_of(s, 3, out, &now);
  assert_int_equal(out[1], 201);
  assert_int_equal(stats_of(s).sent_rtcp, 3);
  msnav_stream_free(s);
}

static bool every_fourth(unsigned index) {
  return index % 4 == 3 && index < 400;
}

static void reports_carry_loss_and_jitter_back(void **state) {
  (void)state;
  line l;
  line_up(&l);
  l.lose = every_fourth;
  l.jitter_ms = 20;
  line_run(&l, 8000);
  msnav_stream_stats a = stats_of(l.a.s), b = stats_of(l.b.s);
  assert_true(a.received_rtcp >= 1 && b.received_rtcp >= 1);
  assert_in_range(a.remote_loss_permille, 200, 300);
  assert_in_range(a.remote_lost_packets, 50, 100);
  assert_in_range(b.remote_loss_permille, 0, 20);
  assert_in_range(a.remote_jitter_us, 4000, 10000);
  l.lose = NULL;
  line_run(&l, 16000);
  /* the fraction is of the last interval, the count of all */
  a = stats_of(l.a.s);
  assert_in_range(a.remote_loss_permille, 0, 20);
  assert_int_equal(a.remote_lost_packets, stats_of(l.b.s).lost_packets);
  line_down(&l);
}

static void round_trip_is_measured(void **state) {
  (void)state;
  static const unsigned delays[] = {1, 30, 400};
  for (size_t i = 0; i < ARRAY_LEN(delays); i++) {
    line l;
    line_up(&l);
    l.delay_ms = delays[i];
    line_run(&l, 20000);
    uint32_t a = stats_of(l.a.s).round_trip_us;
    uint32_t b = stats_of(l.b.s).round_trip_us;
    /* RTCP is sent at ticks of 20 ms, and received on time */
    assert_in_range(a, delays[i] * 2000 - 100, delays[i] * 2000 + 100);
    assert_in_range(b, delays[i] * 2000 - 100, delays[i] * 2000 + 100);
    line_down(&l);
  }
}

static void absurd_jitter_is_the_most_there_is(void **state) {
  (void)state;
  static const struct {
    uint32_t ticks, us;
  } rows[] = {
    {0, 0},
    {16, 2000},
    {34359738, 4294967250},   /* the most that can be said in microseconds */
    {34359739, UINT32_MAX},   /* and more */
    {UINT32_MAX, UINT32_MAX}, /* more than six days */
  };
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len = make_rr(out, 0, 0);
    put32(out + 20, rows[i].ticks);
    assert_int_equal(hand_rtcp(s, out, len, &bob_rtcp, LINE_START), MSNAV_OK);
    assert_int_equal(stats_of(s).remote_jitter_us, rows[i].us);
  }
  msnav_stream_free(s);
}

static void jitter_is_reported_in_ticks_of_the_codec(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  uint8_t out[MSNAV_STREAM_MTU];
  c.send_codec = msnav_codec_find(msnav_str_of("DVI4"), 16000);
  c.send_payload_type = 6;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  size_t len = make_rr(out, 0, 0);
  put32(out + 20, 80);
  assert_int_equal(hand_rtcp(s, out, len, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_int_equal(stats_of(s).remote_jitter_us, 5000);
  msnav_stream_free(s);
}

static void absurd_round_trips_are_ignored(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t out[MSNAV_STREAM_MTU];
  int16_t pcm[FRAME] = {0};
  size_t len;
  msnav_usec now;
  len = make_rr(out, 0x12345678, 0); /* before we sent any SR */
  assert_int_equal(hand_rtcp(s, out, len, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_int_equal(stats_of(s).round_trip_us, 0);
  assert_int_equal(msnav_stream_send(s, pcm, LINE_START, out, &len), MSNAV_OK);
  report_of(s, 0x1111222233334444, out, &now); /* middle: 0x22223333 */
  static const struct {
    uint32_t lsr, dlsr;
    unsigned after_ms;
    uint32_t want; /* ms */
  } rows[] = {
    {0x22223333, 0x8000, 600, 100},   /* half a second of them there */
    {0x22223333, 0x7fffffff, 700, 0}, /* longer there than away */
    {0x22223333, 0x10000000, 800, 0}, {0, 0, 900, 0},
    {0x99999999, 0, 1000, 0},         /* no SR of ours */
    {0x22223334, 0, 1100, 0},         /* from the future */
    {0x2221b333, 0x8000, 1200, 1200}, /* the one half a second before */
    {0x22223333, 0, 61000, 1200},     /* more than a minute */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    len = make_rr(out, rows[i].lsr, rows[i].dlsr);
    assert_int_equal(hand_rtcp(s, out, len, &bob_rtcp,
                               now + rows[i].after_ms * MS),
                     MSNAV_OK);
    uint32_t ms = (stats_of(s).round_trip_us + 500) / 1000;
    if (ms != rows[i].want) {
      fail_msg("row %zu: %u", i, ms);
    }
  }
  msnav_stream_free(s);
}

/* The last SR of the peer and the time since then, in 1/65536 s. */
static void block_answers_the_peers_sender_report(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  static const uint8_t sr[] = "\x80\xc8\x00\x06\x00\x00\x0b\x0b"
                              "\x11\x11\x22\x22\x33\x33\x44\x44"
                              "\0\0\0\0\0\0\0\0\0\0\0\0";
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_usec now;
  assert_int_equal(hand_rtcp(s, sr, sizeof(sr) - 1, &bob_rtcp,
                             LINE_START + 250 * MS),
                   MSNAV_OK);
  report_of(s, 1, out, &now);
  assert_int_equal(get32(out), 0x81c90007);
  assert_int_equal(get32(out + 8), 0xb0b);
  assert_int_equal(get32(out + 12), 0); /* nothing lost */
  assert_int_equal(get32(out + 16), 4); /* highest sequence number */
  assert_int_equal(get32(out + 24), 0x22223333);
  msnav_usec since = now - (LINE_START + 250 * MS);
  assert_int_equal(get32(out + 28), since * 65536 / 1000000);
  /* who was not heard since is not reported on (section 6.4) */
  report_of(s, 1, out, &now);
  assert_int_equal(get32(out), 0x80c90001);
  msnav_stream_free(s);
}

/* ---- when they come */

static void reports_keep_coming_while_held_and_muted(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.can_send = a.can_receive = 0;
  line l;
  line_up_as(&l, &a, &b);
  l.b.mute = true;
  line_run(&l, 50000);
  /* every five seconds or so: section 6.2 */
  assert_in_range(l.a.reported, 7, 17);
  assert_in_range(l.b.reported, 7, 17);
  line_down(&l);
}

static void bye_comes_with_a_report(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  uint8_t out[MSNAV_STREAM_MTU];
  int16_t pcm[FRAME] = {0};
  size_t len;
  /* section 6.3.7: not when nothing was ever sent */
  assert_int_equal(msnav_stream_write_bye(s, LINE_START, 1, out, &len),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_stream_send(s, pcm, LINE_START, out, &len), MSNAV_OK);
  assert_int_equal(msnav_stream_write_bye(s, LINE_START + 1, 1, out, &len),
                   MSNAV_OK);
  assert_int_equal(out[1], 200);
  assert_int_equal(out[28 + 1], 202);
  assert_memory_equal(out + len - 8, "\x81\xcb\x00\x01\x00\x0a\x11\xce", 8);
  msnav_stream_free(s);
}

static void names_are_cut_to_what_fits(void **state) {
  (void)state;
  char name[200];
  memset(name, 'x', sizeof(name) - 1);
  name[sizeof(name) - 1] = '\0';
  msnav_stream_config c = alice_config();
  c.cname = name;
  msnav_stream *s;
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_usec now;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  memset(name, 'y', 5); /* it was copied */
  report_of(s, 1, out, &now);
  assert_int_equal(out[8 + 9], 63);
  assert_int_equal(out[8 + 10], 'x');
  msnav_stream_free(s);
  c.cname = NULL;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  report_of(s, 1, out, &now);
  assert_true(out[8 + 9] > 0); /* CNAME is mandatory */
  msnav_stream_free(s);
}

/* ---- from whom they are taken */

#define RR "\x80\xc9\x00\x01\x00\x00\x0b\x0b"
#define BYE "\x81\xcb\x00\x01\x00\x00\x0b\x0b"
#define SDES "\x81\xca\x00\x02\x00\x00\x0b\x0b\0\0\0\0"

static void strangers_reports_are_refused(void **state) {
  (void)state;
  static const struct {
    uint32_t policy;
    const msnav_addr *from;
    msnav_error err;
  } rows[] = {
    {MSNAV_SOURCE_SIGNALLED, &bob_rtcp, MSNAV_OK},
    {MSNAV_SOURCE_SIGNALLED, &bob_rtp, MSNAV_OK}, /* one port for both */
    {MSNAV_SOURCE_SIGNALLED, &bob_other_port, MSNAV_ERR_SOURCE},
    {MSNAV_SOURCE_SIGNALLED, &mallory, MSNAV_ERR_SOURCE},
    {MSNAV_SOURCE_SAME_HOST, &bob_other_port, MSNAV_OK},
    {MSNAV_SOURCE_SAME_HOST, &mallory, MSNAV_ERR_SOURCE},
    {MSNAV_SOURCE_LATCH, &bob_rtcp, MSNAV_OK},
    {MSNAV_SOURCE_LATCH, &bob_other_port, MSNAV_OK},
    {MSNAV_SOURCE_LATCH, &mallory, MSNAV_ERR_SOURCE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream *s = stream_of(rows[i].policy);
    assert_int_equal(hand_rtcp(s, RR, 8, rows[i].from, LINE_START),
                     rows[i].err);
    msnav_stream_stats t = stats_of(s);
    bool ok = rows[i].err == MSNAV_OK;
    assert_int_equal(t.received_rtcp, ok);
    assert_int_equal(t.refused_rtcp, !ok);
    assert_int_equal(t.last_received, ok ? LINE_START : 0);
    msnav_stream_free(s);
  }
}

static void reports_of_another_ssrc_are_refused(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  static const struct {
    msnav_str in;
    msnav_error err;
  } rows[] = {
    {STR(RR), MSNAV_OK},
    {STR("\x80\xc9\x00\x01\x00\x00\x0b\x0c"), MSNAV_ERR_SOURCE},
    {STR("\x81\xcb\x00\x01\x00\x00\x0b\x0c"), MSNAV_ERR_SOURCE},
    {STR(RR "\x81\xca\x00\x02\x00\x00\x0b\x0c\0\0\0\0"), MSNAV_ERR_SOURCE},
    {STR(SDES), MSNAV_OK},
    {STR("\x80\xce\x00\x02\x00\x00\x0b\x0c\0\0\0\0"), MSNAV_OK}, /* skipped */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    assert_int_equal(hand_rtcp(s, rows[i].in.ptr, rows[i].in.len, &bob_rtcp,
                               LINE_START),
                     rows[i].err);
  }
  assert_int_equal(stats_of(s).refused_ssrc, 3);
  msnav_stream_free(s);
}

static void malformed_reports_are_counted(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  assert_int_equal(hand_rtcp(s, RR "\x80", 9, &bob_rtcp, LINE_START),
                   MSNAV_ERR_PARSE);
  assert_int_equal(hand_rtcp(s, "\x81\xc9\x00\x01\x00\x00\x0b\x0b", 8,
                             &bob_rtcp, LINE_START),
                   MSNAV_ERR_PARSE);
  static uint8_t big[MSNAV_STREAM_MTU + 4] = {0x80, 0xc9, 0x01, 0x77};
  assert_int_equal(hand_rtcp(s, big, sizeof(big), &bob_rtcp, LINE_START),
                   MSNAV_ERR_PARSE);
  assert_int_equal(stats_of(s).refused_rtcp, 3);
  assert_int_equal(stats_of(s).last_received, 0);
  msnav_stream_free(s);
}

static void floods_are_cut_to_a_rate(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  unsigned taken = 0;
  for (unsigned i = 0; i < 10000; i++) { /* ten seconds, one a millisecond */
    msnav_error err = hand_rtcp(s, RR, 8, &bob_rtcp, LINE_START + i * MS);
    assert_true(err == MSNAV_OK || err == MSNAV_ERR_LIMIT);
    taken += err == MSNAV_OK;
  }
  assert_in_range(taken, 40, 60);
  assert_int_equal(stats_of(s).refused_rate, 10000 - taken);
  /* floods from elsewhere do not use it up */
  for (unsigned i = 0; i < 100; i++) {
    (void)hand_rtcp(s, RR, 8, &mallory, LINE_START + 11000 * MS);
  }
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_rtcp, LINE_START + 11000 * MS),
                   MSNAV_OK);
  /* nor does a long silence save up more than the reserve */
  taken = 0;
  for (unsigned i = 0; i < 100; i++) {
    taken +=
      hand_rtcp(s, RR, 8, &bob_rtcp, LINE_START + 3600000ull * MS) == MSNAV_OK;
  }
  assert_in_range(taken, 8, 16);
  msnav_stream_free(s);
}

static void bye_counts_from_the_source_that_is_heard(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  /* nobody is heard yet: there is nobody who could leave */
  assert_int_equal(hand_rtcp(s, BYE, 8, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_no_event(s);
  hear_bob(s, LINE_START);
  assert_int_equal(hand_rtcp(s, BYE, 8, &mallory, LINE_START),
                   MSNAV_ERR_SOURCE);
  assert_int_equal(hand_rtcp(s, "\x81\xcb\x00\x01\x00\x00\x0b\x0c", 8,
                             &bob_rtcp, LINE_START),
                   MSNAV_ERR_SOURCE);
  assert_no_event(s);
  assert_int_equal(hand_rtcp(s, RR BYE, 16, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_int_equal(take_event(s, MSNAV_STREAM_PEER_BYE).value, 0xb0b);
  assert_int_equal(hand_rtcp(s, BYE, 8, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_no_event(s); /* once */
  msnav_stream_free(s);
}

static void ssrc_that_said_bye_is_replaced_at_once(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  msnav_usec now = LINE_START + 100 * MS;
  assert_int_equal(hand_rtcp(s, BYE, 8, &bob_rtcp, now), MSNAV_OK);
  take_event(s, MSNAV_STREAM_PEER_BYE);
  for (uint16_t i = 0; i < 5; i++) {
    made m = {.ssrc = 0xcafe, .sequence = i, .timestamp = i * 160u};
    /* two packets in sequence are enough (RFC 3550 A.1) */
    assert_int_equal(hand_in(s, &m, &bob_rtp, now + i * 20 * MS),
                     i < 1 ? MSNAV_ERR_SOURCE : MSNAV_OK);
  }
  assert_int_equal(take_event(s, MSNAV_STREAM_SSRC_CHANGED).value, 0xcafe);
  msnav_stream_free(s);
}

static void rtcp_on_the_rtp_port_is_taken(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  uint8_t rr[] = RR BYE;
  assert_int_equal(msnav_stream_receive(s, rr, 16, &bob_rtp, LINE_START),
                   MSNAV_OK);
  take_event(s, MSNAV_STREAM_PEER_BYE);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.received_rtcp, 1);
  assert_int_equal(t.received_packets, 5);
  assert_int_equal(t.refused_malformed + t.refused_format, 0);
  /* where the peer listens for RTCP is as it was */
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_rtcp.port);
  msnav_stream_free(s);
}

static void rtcp_goes_to_where_it_comes_from(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_rtp.port + 1);
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_other_port, LINE_START), MSNAV_OK);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_rtp.port + 1);
  hear_bob(s, LINE_START);
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_other_port, LINE_START), MSNAV_OK);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_other_port.port);
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_rtcp, LINE_START),
                   MSNAV_ERR_SOURCE); /* once */
  msnav_stream_free(s);
}

static void signalled_rtcp_port_is_honoured(void **state) {
  (void)state;
  msnav_stream_config c = alice_config();
  c.policy = MSNAV_SOURCE_SIGNALLED;
  c.remote_rtcp = bob_other_port; /* a=rtcp:7001 (RFC 3605) */
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, 7001);
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_other_port, 0), MSNAV_OK);
  assert_int_equal(hand_rtcp(s, RR, 8, &bob_rtcp, 0), MSNAV_ERR_SOURCE);
  msnav_stream_free(s);
}

/* ---- what real peers send (protocol.md section 6) */

/* Whoever writes the peer's host on a datagram need not know its SSRC. */
static void rtcp_goes_to_nobody_who_does_not_say_who_it_is(void **state) {
  (void)state;
  static const msnav_str rows[] = {
    STR("\x80\xcd\x00\x02\x00\x00\x0d\x0d\x00\x0a\x11\xce"), /* RFC 4585 */
    STR("\x80\xc0\x00\x00"),
  };
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    (void)hand_rtcp(s, rows[i].ptr, rows[i].len, &bob_other_port, LINE_START);
    assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_rtcp.port);
  }
  assert_int_equal(hand_rtcp(s, RR, sizeof(RR) - 1, &bob_other_port,
                             LINE_START),
                   MSNAV_OK);
  assert_int_equal(msnav_stream_remote_rtcp(s)->port, bob_other_port.port);
  msnav_stream_free(s);
}

static void lone_and_extended_packets_are_taken(void **state) {
  (void)state;
  static const msnav_str rows[] = {
    STR(RR),
    STR(SDES),
    STR("\x80\xc8\x00\x06\x00\x00\x0b\x0b\1\1\1\1\2\2\2\2\0\0\0\0\0\0\0\0"
        "\0\0\0\0"),
    /* a bandwidth estimate behind the reports: type 1, length 12 */
    STR("\x80\xc9\x00\x04\x00\x00\x0b\x0b\x00\x01\x00\x0c\x00\x00\x00\x00"
        "\x00\x00\x4e\x20"),
    /* SDES text that ends with NUL */
    STR("\x81\xca\x00\x04\x00\x00\x0b\x0b\x01\x07user@x\0\0\0\0"),
    STR("\x80\xcc\x00\x02\x00\x00\x0b\x0bname"),
    /* "valid but useless", RFC 3550 sections 6.5 and 6.6 */
    STR(RR "\x80\xca\x00\x00"),
    STR(RR "\x80\xcb\x00\x00"),
  };
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    assert_int_equal(hand_rtcp(s, rows[i].ptr, rows[i].len, &bob_rtcp,
                               LINE_START),
                     MSNAV_OK);
    assert_int_equal(stats_of(s).received_rtcp, i + 1);
  }
  msnav_stream_free(s);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(silent_stream_sends_receiver_reports),
    cmocka_unit_test(sender_report_says_what_was_sent_and_when),
    cmocka_unit_test(reports_carry_loss_and_jitter_back),
    cmocka_unit_test(round_trip_is_measured),
    cmocka_unit_test(absurd_jitter_is_the_most_there_is),
    cmocka_unit_test(jitter_is_reported_in_ticks_of_the_codec),
    cmocka_unit_test(absurd_round_trips_are_ignored),
    cmocka_unit_test(block_answers_the_peers_sender_report),
    cmocka_unit_test(reports_keep_coming_while_held_and_muted),
    cmocka_unit_test(bye_comes_with_a_report),
    cmocka_unit_test(names_are_cut_to_what_fits),
    cmocka_unit_test(strangers_reports_are_refused),
    cmocka_unit_test(reports_of_another_ssrc_are_refused),
    cmocka_unit_test(malformed_reports_are_counted),
    cmocka_unit_test(floods_are_cut_to_a_rate),
    cmocka_unit_test(bye_counts_from_the_source_that_is_heard),
    cmocka_unit_test(ssrc_that_said_bye_is_replaced_at_once),
    cmocka_unit_test(rtcp_on_the_rtp_port_is_taken),
    cmocka_unit_test(rtcp_goes_to_where_it_comes_from),
    cmocka_unit_test(signalled_rtcp_port_is_honoured),
    cmocka_unit_test(rtcp_goes_to_nobody_who_does_not_say_who_it_is),
    cmocka_unit_test(lone_and_extended_packets_are_taken),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

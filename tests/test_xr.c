/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extended reports with VoIP metrics, against RFC 3611 sections 2 to 4.7. */
#include "support/reports.h"

#include "media/rtcp.h"

/* From 0xb0b about 0xa11ce, each value another one. */
#define FROM_BOB "\x00\x00\x0b\x0b"
#define HEADER "\x80\xcf\x00\x0a" FROM_BOB
#define BLOCK                                                                  \
  "\x07\x00\x00\x08\x00\x0a\x11\xce"                                           \
  "\x10\x08\x80\x04"                 /* densities */                           \
  "\x00\xf0\x02\x08\x00\x96\x00\x5a" /* durations, delays */                   \
  "\xec\xba\x37\x10"                 /* -20, -70 dBm0, 55 dB, Gmin */          \
  "\x50\x7f\x29\x27"                 /* R, external R, MOS */                  \
  "\xbf\x00\x00\x3c\x00\xfa\x01\x2c" /* receiver, jitter buffer */
#define VOIP HEADER BLOCK

static const msnav_voip voip = {
  .loss = 16,
  .discard = 8,
  .burst_density = 128,
  .gap_density = 4,
  .burst_ms = 240,
  .gap_ms = 520,
  .round_trip_ms = 150,
  .end_system_ms = 90,
  .signal = -20,
  .noise = -70,
  .echo_loss = 55,
  .gmin = 16,
  .r = 80,
  .external_r = 127,
  .mos_lq = 41,
  .mos_cq = 39,
  .receiver = 0xbf,
  .nominal_ms = 60,
  .maximum_ms = 250,
  .absolute_ms = 300,
};

/* ---- the wire */

static void metrics_are_written_as_laid_out(void **state) {
  (void)state;
  uint8_t out[MSNAV_XR_VOIP_LEN];
  memset(out, 0xee, sizeof(out));
  msnav_xr_write_voip(&voip, 0xb0b, 0xa11ce, out);
  assert_int_equal(sizeof(VOIP) - 1, sizeof(out));
  assert_memory_equal(out, VOIP, sizeof(out));
}

static void metrics_are_read_as_laid_out(void **state) {
  (void)state;
  static const msnav_str rows[] = {
    STR(VOIP),
    /* behind blocks that are not known, one of them empty */
    STR("\x80\xcf\x00\x0e" FROM_BOB "\x04\x00\x00\x02\0\0\0\0\0\0\0\0"
        "\x63\x00\x00\x00" BLOCK),
    /* behind one about somebody else */
    STR("\x80\xcf\x00\x13" FROM_BOB "\x07\x00\x00\x08\x00\x00\xca\xfe"
        "\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1\1" BLOCK),
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t *in = (uint8_t *)exact_copy(rows[i].ptr, rows[i].len);
    msnav_voip got;
    assert_int_equal(msnav_rtcp_check(in, rows[i].len), MSNAV_OK);
    assert_true(msnav_xr_find_voip(in, rows[i].len, 0xa11ce, &got));
    uint8_t again[MSNAV_XR_VOIP_LEN];
    msnav_xr_write_voip(&got, 0xb0b, 0xa11ce, again);
    assert_memory_equal(again, VOIP, sizeof(again));
    assert_int_equal(got.signal, -20);
    assert_int_equal(got.maximum_ms, 250);
    assert_false(msnav_xr_find_voip(in, rows[i].len, 0xb0b, &got));
    free(in);
  }
}

static void lengths_that_lie_are_refused(void **state) {
  (void)state;
  static const struct {
    const char *what;
    msnav_str in;
    msnav_error err;
  } rows[] = {
    {"no block", STR("\x80\xcf\x00\x01" FROM_BOB), MSNAV_OK},
    {"no SSRC", STR("\x80\xcf\x00\x00"), MSNAV_ERR_PARSE},
    {"unknown block", STR("\x80\xcf\x00\x02" FROM_BOB "\x63\0\0\0"), MSNAV_OK},
    {"block beyond the packet", STR("\x80\xcf\x00\x02" FROM_BOB "\x63\0\0\1"),
     MSNAV_ERR_PARSE},
    {"longest block", STR("\x80\xcf\x00\x02" FROM_BOB "\x63\0\xff\xff"),
     MSNAV_ERR_PARSE},
    {"block in the next packet",
     STR("\x80\xcf\x00\x02" FROM_BOB "\x63\0\0\2\x80\xc9\x00\x01" FROM_BOB),
     MSNAV_ERR_PARSE},
    {"metrics of no words", STR("\x80\xcf\x00\x02" FROM_BOB "\x07\0\0\0"),
     MSNAV_ERR_PARSE},
    {"metrics of seven words",
     STR("\x80\xcf\x00\x09" FROM_BOB "\x07\0\0\7"
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     MSNAV_ERR_PARSE},
    {"metrics of nine words",
     STR("\x80\xcf\x00\x0b" FROM_BOB "\x07\0\0\x9"
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
         "\0\0\0\0\0\0\0\0"),
     MSNAV_ERR_PARSE},
    {"padding takes the block's end",
     STR("\xa0\xcf\x00\x0a" FROM_BOB "\x07\0\0\x8"
         "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\4"),
     MSNAV_ERR_PARSE},
    {"padding behind the block",
     STR("\xa0\xcf\x00\x0b" FROM_BOB BLOCK "\0\0\0\4"), MSNAV_OK},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t *in = (uint8_t *)exact_copy(rows[i].in.ptr, rows[i].in.len);
    msnav_error err = msnav_rtcp_check(in, rows[i].in.len);
    if (err != rows[i].err) {
      fail_msg("%s: %d", rows[i].what, err);
    }
    free(in);
  }
}

static void every_cut_is_refused(void **state) {
  (void)state;
  for (size_t len = 1; len < sizeof(VOIP) - 1; len++) {
    uint8_t *in = (uint8_t *)exact_copy(VOIP, len);
    assert_int_equal(msnav_rtcp_check(in, len), MSNAV_ERR_PARSE);
    /* also with a header that knows of it, unless no block is begun */
    if (len >= 4 && len % 4 == 0 && len != 8) {
      in[3] = (uint8_t)(len / 4 - 1);
      assert_int_equal(msnav_rtcp_check(in, len), MSNAV_ERR_PARSE);
    }
    free(in);
  }
}

/* ---- when they are sent */

static msnav_stream *stream_with(bool xr) {
  msnav_stream_config c = alice_config();
  msnav_stream *s;
  c.xr = xr;
  c.red_receive_type = 97;
  assert_int_equal(msnav_stream_new(&c, LINE_START, &s), MSNAV_OK);
  return s;
}

/* The XR packet of a datagram, NULL when there is none. */
static const uint8_t *xr_in(const uint8_t *data, size_t len) {
  msnav_rtcp_packet p;
  assert_int_equal(msnav_rtcp_check(data, len), MSNAV_OK);
  while (msnav_rtcp_next(&data, &len, &p)) {
    if (p.type == 207) {
      assert_int_equal(p.len, 44);
      return p.data;
    }
  }
  return NULL;
}

static void metrics_are_for_those_who_ask(void **state) {
  (void)state;
  for (int asked = 0; asked < 2; asked++) {
    msnav_stream *s = stream_with(asked != 0);
    uint8_t out[MSNAV_STREAM_MTU];
    msnav_usec now;
    size_t len = report_of(s, 1, out, &now);
    assert_null(xr_in(out, len)); /* nobody is heard */
    hear_bob(s, now);
    len = report_of(s, 2, out, &now);
    const uint8_t *xr = xr_in(out, len);
    assert_int_equal(xr != NULL, asked);
    if (xr != NULL) {
      /* behind report and name */
      assert_ptr_equal(xr, out + len - 44);
      assert_int_equal(get32(xr + 4), 0xa11ce);
      assert_int_equal(get32(xr + 12), 0xb0b);
    }
    len = report_of(s, 3, out, &now);
    assert_null(xr_in(out, len)); /* nobody was heard since */
    msnav_stream_free(s);
  }
}

static void peers_may_start_and_stop_asking(void **state) {
  (void)state;
  static const bool asked[] = {false, true, false};
  msnav_stream *s = stream_with(false);
  hear_bob(s, LINE_START);
  for (uint16_t i = 0; i < ARRAY_LEN(asked); i++) {
    msnav_stream_config c = alice_config();
    c.xr = asked[i];
    assert_int_equal(msnav_stream_update(s, &c, LINE_START), MSNAV_OK);
    made m = {.ssrc = 0xb0b, .sequence = (uint16_t)(5 + i)};
    assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START + 100 * MS), MSNAV_OK);
    uint8_t out[MSNAV_STREAM_MTU];
    msnav_usec now;
    size_t len = report_of(s, 1, out, &now);
    assert_int_equal(xr_in(out, len) != NULL, asked[i]);
  }
  msnav_stream_free(s);
}

static void bye_comes_behind_metrics(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  uint8_t out[MSNAV_STREAM_MTU];
  int16_t pcm[FRAME] = {0};
  size_t len;
  hear_bob(s, LINE_START);
  assert_int_equal(msnav_stream_send(s, pcm, LINE_START, out, &len), MSNAV_OK);
  assert_int_equal(msnav_stream_write_bye(s, LINE_START + 100 * MS, 1, out,
                                          &len),
                   MSNAV_OK);
  assert_ptr_equal(xr_in(out, len), out + len - 52);
  assert_int_equal(out[len - 7], 203);
  msnav_stream_free(s);
}

/* ---- what they say */

/* The packets of a drawing of RFC 3611 section 4.7.2: '1' comes, others do
 * not. */
static void hand_in_drawn(msnav_stream *s, const char *packets) {
  int16_t pcm[FRAME];
  for (uint16_t i = 0; packets[i] != '\0'; i++) {
    made m = {.ssrc = 0xb0b, .sequence = i, .timestamp = i * 160u};
    if (packets[i] == '1') {
      assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START + i * 20 * MS),
                       MSNAV_OK);
    }
    (void)msnav_stream_play(s, pcm, FRAME, LINE_START + i * 20 * MS);
  }
}

static void losses_are_told_as_the_rfc_counts_them(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  /* its own example: a burst of 12 packets with four lost, gaps of 23 and 29
   * packets with one lost in each */
  hand_in_drawn(s, "11110111111111111111111"
                   "011101011110"
                   "11111111111111111111111011111");
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.lost_packets, 6);
  assert_int_equal(t.unrecovered_permille, 93); /* 6 / 64 */
  assert_int_equal(t.burst_permille, 666);      /* 4 / 6 */
  assert_int_equal(t.burst_loss_permille, 333); /* 4 / 12 */
  assert_int_equal(t.gap_loss_permille, 38);    /* 2 / 52 */
  assert_int_equal(t.burst_us, 240000);
  assert_int_equal(t.gap_us, 520000); /* (23 + 29) / 2 packets */
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_usec now;
  size_t len = report_of(s, 1, out, &now);
  const uint8_t *xr = xr_in(out, len);
  assert_non_null(xr);
  assert_int_equal(xr[16], 24); /* of 256 */
  assert_int_equal(xr[17], 0);  /* nothing came too late */
  assert_int_equal(xr[18], 85);
  assert_int_equal(xr[19], 9);
  assert_int_equal(get16(xr + 20), 240); /* ms */
  assert_int_equal(get16(xr + 22), 520);
  assert_int_equal(xr[31], 16);          /* Gmin */
  assert_int_equal(get16(xr + 40), 250); /* the buffer's bound by default */
  assert_int_equal(get16(xr + 42), 250);
  msnav_stream_free(s);
}

static void what_is_not_known_is_said_so(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  uint8_t out[MSNAV_STREAM_MTU];
  msnav_usec now;
  hear_bob(s, LINE_START);
  size_t len = report_of(s, 1, out, &now);
  const uint8_t *xr = xr_in(out, len);
  assert_non_null(xr);
  /* nothing was played: R, MOS and levels are not known */
  static const uint8_t unknown[] = {28, 29, 30, 32, 33, 34, 35};
  for (size_t i = 0; i < ARRAY_LEN(unknown); i++) {
    assert_int_equal(xr[unknown[i]], 127);
  }
  msnav_stream_free(s);
}

/* A square wave of -20 dBov: RFC 3611 section 4.7.4 has levels in dBm0, and
 * 0 dBov are 6 dBm0 (RFC 3389 section 3). */
static void levels_and_delays_have_the_units_of_the_rfc(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  const msnav_audio_codec *pcmu = codec_of("PCMU");
  int16_t loud[FRAME], pcm[FRAME];
  uint8_t payload[FRAME], out[MSNAV_STREAM_MTU];
  for (unsigned i = 0; i < FRAME; i++) {
    loud[i] = i / 8 % 2 == 0 ? 3277 : -3277;
  }
  assert_int_equal(pcmu->encode(NULL, loud, FRAME, payload, FRAME), FRAME);
  made m = {.ssrc = 0xb0b, .payload = (const char *)payload, .len = FRAME};
  msnav_usec now = LINE_START;
  for (unsigned i = 0; i < 100; i++, now += 20 * MS) {
    assert_int_equal(hand_in(s, &m, &bob_rtp, now), MSNAV_OK);
    m.sequence++;
    m.timestamp += FRAME;
    (void)msnav_stream_play(s, pcm, FRAME, now + 15 * MS);
  }
  msnav_stream_stats t = stats_of(s);
  assert_true(t.target_us / 1000 != t.delay_us / 1000);
  size_t len = report_of(s, 1, out, &now);
  const uint8_t *xr = xr_in(out, len);
  assert_non_null(xr);
  assert_int_equal((int8_t)xr[28], -14);
  assert_int_equal((int8_t)xr[29], 127); /* nobody was silent */
  assert_int_equal(get16(xr + 26), t.end_system_us / 1000);
  assert_int_equal(get16(xr + 38), t.target_us / 1000);
  assert_int_equal(get16(xr + 40), 250);
  assert_int_equal(get16(xr + 42), 250);
  msnav_stream_free(s);
}

static void lost_sources_go_on_counting(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  hand_in_drawn(s, "1111100111111");
  assert_int_equal(stats_of(s).burst_us, 40000);
  assert_int_equal(hand_rtcp(s, "\x81\xcb\x00\x01" FROM_BOB, 8, &bob_rtcp,
                             LINE_START + 300 * MS),
                   MSNAV_OK);
  for (uint16_t i = 0; i < 8; i++) {
    made m = {.ssrc = 0xcafe, .sequence = i, .timestamp = i * 160u};
    (void)hand_in(s, &m, &bob_rtp, LINE_START + (300 + i * 20u) * MS);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.ssrc_changes, 1);
  assert_int_equal(t.burst_us, 40000);
  assert_int_equal(t.burst_loss_permille, 1000);
  assert_int_equal(t.unrecovered_permille, 100); /* 2 / (13 + 7) */
  msnav_stream_free(s);
}

static void overtaken_packets_are_no_losses(void **state) {
  (void)state;
  static const uint16_t order[] = {0, 1, 2, 5, 4, 3, 6, 8, 7, 9};
  msnav_stream *s = stream_with(true);
  for (size_t i = 0; i < ARRAY_LEN(order); i++) {
    made m = {.ssrc = 0xb0b,
              .sequence = order[i],
              .timestamp = order[i] * 160u};
    assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START + i * 20 * MS),
                     MSNAV_OK);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.burst_permille + t.burst_us + t.gap_loss_permille, 0);
  assert_int_equal(t.gap_us, 200000); /* one gap of all ten */
  msnav_stream_free(s);
}

static void what_comes_too_late_is_discarded(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  int16_t pcm[FRAME];
  for (uint16_t i = 0; i < 100; i++) {
    msnav_usec now = LINE_START + i * 20 * MS;
    made m = {.ssrc = 0xb0b, .sequence = i, .timestamp = i * 160u};
    if (i != 60 && i != 62) {
      assert_int_equal(hand_in(s, &m, &bob_rtp, now), MSNAV_OK);
    }
    (void)msnav_stream_play(s, pcm, FRAME, now);
  }
  /* both come when the packets behind them were played */
  for (uint16_t i = 60; i <= 62; i = (uint16_t)(i + 2)) {
    made m = {.ssrc = 0xb0b, .sequence = i, .timestamp = i * 160u};
    assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START + 2000 * MS),
                     MSNAV_ERR_LATE);
  }
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.lost_packets, 0);
  assert_int_equal(t.loss_permille, 0);
  assert_int_equal(t.discard_permille, 20);     /* 2 / 100 */
  assert_int_equal(t.burst_loss_permille, 666); /* 2 / 3 */
  assert_int_equal(t.burst_us, 60000);
  msnav_stream_free(s);
}

static void what_redundancy_brings_back_is_not_lost(void **state) {
  (void)state;
  msnav_stream *s = stream_with(true);
  char red[5 + 2 * FRAME];
  memset(red, 0x55, sizeof(red));
  /* PCMU of 160 ticks ago and 160 bytes, then PCMU */
  memcpy(red, "\x80\x02\x80\xa0\x00", 5);
  for (uint16_t i = 0; i < 50; i++) {
    made m = {.ssrc = 0xb0b,
              .sequence = i,
              .timestamp = i * 160u,
              .type = 97,
              .payload = red,
              .len = sizeof(red)};
    /* every fifth, and once two in a row */
    if (i % 5 != 4 && i != 18) {
      assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START + i * 20 * MS),
                       MSNAV_OK);
    }
  }
  made last = {.ssrc = 0xb0b, .sequence = 50, .timestamp = 50 * 160u};
  assert_int_equal(hand_in(s, &last, &bob_rtp, LINE_START + 1000 * MS),
                   MSNAV_OK);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.lost_packets, 11);
  assert_int_equal(t.loss_permille, 215); /* 11 / 51 */
  /* 18, whose copy was in 19, and 49, whose successor had none */
  assert_int_equal(t.unrecovered_permille, 39); /* 2 / 51 */
  assert_int_equal(t.burst_permille, 0);
  assert_int_equal(t.gap_loss_permille, 39);
  msnav_stream_free(s);
}

/* ---- what the peer says */

static void peers_numbers_are_in_the_statistics(void **state) {
  (void)state;
  msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
  hear_bob(s, LINE_START);
  msnav_stream_stats t = stats_of(s);
  assert_int_equal(t.remote_metrics, 0);
  assert_int_equal(t.remote_r_factor + t.remote_mos_centi, 0);
  assert_int_equal(hand_rtcp(s, VOIP, 44, &bob_rtcp, LINE_START), MSNAV_OK);
  t = stats_of(s);
  assert_int_equal(t.remote_metrics, 1);
  assert_int_equal(t.remote_r_factor, 80);
  assert_int_equal(t.remote_mos_centi, 390);
  assert_int_equal(t.remote_mos_listening_centi, 410);
  assert_int_equal(t.remote_unrecovered_permille, 62); /* 16 / 256 */
  assert_int_equal(t.remote_discard_permille, 31);
  assert_int_equal(t.remote_burst_loss_permille, 500);
  assert_int_equal(t.remote_gap_loss_permille, 15);
  assert_int_equal(t.remote_burst_us, 240000);
  assert_int_equal(t.remote_gap_us, 520000);
  assert_int_equal(t.remote_round_trip_us, 150000);
  assert_int_equal(t.remote_end_system_us, 90000);
  assert_int_equal(t.remote_buffer_us, 60000);
  assert_int_equal(t.remote_buffer_max_us, 250000);
  assert_int_equal(t.remote_buffer_limit_us, 300000);
  /* one about somebody else changes nothing */
  uint8_t other[44];
  memcpy(other, VOIP, 44);
  other[15] = 0xcf;
  other[28] = 1;
  assert_int_equal(hand_rtcp(s, other, 44, &bob_rtcp, LINE_START), MSNAV_OK);
  assert_int_equal(stats_of(s).remote_metrics, 1);
  /* nor does one by somebody else */
  memcpy(other, VOIP, 44);
  other[7] = 0x0c;
  assert_int_equal(hand_rtcp(s, other, 44, &bob_rtcp, LINE_START),
                   MSNAV_ERR_SOURCE);
  assert_int_equal(stats_of(s).remote_metrics, 1);
  msnav_stream_free(s);
}

/* Sections 4.7.5: R is 0...100, MOS 10...50, everything else is to be
 * ignored. */
static void numbers_that_cannot_be_are_unknown(void **state) {
  (void)state;
  static const struct {
    uint8_t r, mos;
    uint32_t want_r, want_mos;
  } rows[] = {
    {100, 50, 100, 500}, {101, 51, 0, 0},  {0, 10, 0, 100},
    {127, 127, 0, 0},    {255, 255, 0, 0}, {93, 9, 93, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_stream *s = stream_of(MSNAV_SOURCE_LATCH);
    uint8_t in[44];
    memcpy(in, VOIP, 44);
    in[32] = rows[i].r;
    in[34] = in[35] = rows[i].mos;
    assert_int_equal(hand_rtcp(s, in, 44, &bob_rtcp, LINE_START), MSNAV_OK);
    msnav_stream_stats t = stats_of(s);
    assert_int_equal(t.remote_r_factor, rows[i].want_r);
    assert_int_equal(t.remote_mos_centi, rows[i].want_mos);
    assert_int_equal(t.remote_mos_listening_centi, rows[i].want_mos);
    msnav_stream_free(s);
  }
}

static bool pairs(unsigned index) {
  return index % 50 < 2 && index > 10;
}

static void both_sides_know_how_the_other_hears(void **state) {
  (void)state;
  msnav_stream_config a = alice_config(), b = bob_config();
  a.xr = b.xr = 1;
  line l;
  line_up_as(&l, &a, &b);
  l.lose = pairs;
  line_run(&l, 30000);
  msnav_stream_stats at_a = stats_of(l.a.s), at_b = stats_of(l.b.s);
  /* Alice knows of Bob's ear, ... */
  assert_in_range(at_a.remote_metrics, 3, 12);
  assert_in_range(at_a.remote_unrecovered_permille, 30, 42);
  assert_in_range(at_a.remote_burst_loss_permille, 990, 1000);
  assert_int_equal(at_a.remote_burst_us, 40000);
  assert_in_range(at_a.remote_gap_us, 900000, 1100000); /* 48 of 20 ms */
  assert_in_range(at_a.remote_round_trip_us, 59000, 62000);
  /* G.107: 93.2 - 95 * 4 / (4 / BurstR + 25.1), BurstR being 2 * 0.96, is
   * 79.2; 1...3 are for delay */
  assert_in_range(at_a.remote_r_factor, 76, 79);
  assert_in_range(at_b.r_factor, at_a.remote_r_factor - 1,
                  at_a.remote_r_factor + 1);
  assert_in_range(at_a.remote_mos_centi, 300, 440);
  assert_true(at_a.remote_mos_listening_centi >= at_a.remote_mos_centi);
  assert_in_range(at_a.remote_end_system_us, 20000, 120000);
  assert_int_equal(at_a.remote_buffer_max_us, 250000);
  /* ... and Bob that Alice misses nothing: G.107's R without impairments is
   * 93.2, less a point or two for the delay */
  assert_int_equal(at_b.remote_unrecovered_permille, 0);
  assert_int_equal(at_b.remote_burst_us, 0);
  assert_in_range(at_b.remote_r_factor, 88, 93);
  assert_in_range(at_b.remote_mos_centi, 420, 450);
  /* a voice was heard, and that is what is told */
  assert_in_range(at_b.voice_level, 1, 47);
  line_down(&l);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(metrics_are_written_as_laid_out),
    cmocka_unit_test(metrics_are_read_as_laid_out),
    cmocka_unit_test(lengths_that_lie_are_refused),
    cmocka_unit_test(every_cut_is_refused),
    cmocka_unit_test(metrics_are_for_those_who_ask),
    cmocka_unit_test(peers_may_start_and_stop_asking),
    cmocka_unit_test(bye_comes_behind_metrics),
    cmocka_unit_test(losses_are_told_as_the_rfc_counts_them),
    cmocka_unit_test(what_is_not_known_is_said_so),
    cmocka_unit_test(levels_and_delays_have_the_units_of_the_rfc),
    cmocka_unit_test(lost_sources_go_on_counting),
    cmocka_unit_test(overtaken_packets_are_no_losses),
    cmocka_unit_test(what_comes_too_late_is_discarded),
    cmocka_unit_test(what_redundancy_brings_back_is_not_lost),
    cmocka_unit_test(peers_numbers_are_in_the_statistics),
    cmocka_unit_test(numbers_that_cannot_be_are_unknown),
    cmocka_unit_test(both_sides_know_how_the_other_hears),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

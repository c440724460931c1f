/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP and redundancy as bytes, against RFC 3550 section 6 and RFC 2198. */
#include "test.h"

#include "media/rtcp.h"
#include "media/rtp.h"

#define US 0x0a0b0c0du

/* An SR with one block about us, written by hand from RFC 3550 6.4.1. */
static const uint8_t sr[52] = {
  0x81, 200,  0,    12,   0x11, 0x22, 0x33, 0x44, /* sender */
  0xe8, 0x01, 0x02, 0x03, 0x80, 0x00, 0x00, 0x00, /* NTP */
  0,    0,    0x10, 0,    0,    0,    0,    100,  /* RTP time, packets */
  0,    0,    0x3e, 0x80,                         /* octets */
  0x0a, 0x0b, 0x0c, 0x0d, 0x40, 0xff, 0xff, 0xfe, /* us, 1/4, -2 lost */
  0,    1,    0,    5,    0,    0,    0,    80,   /* highest, jitter */
  0x12, 0x34, 0x56, 0x78, 0,    1,    0x80, 0};   /* LSR, DLSR */

static msnav_error
read_copy(const uint8_t *bytes, size_t len, msnav_rtcp *out) {
  uint8_t *copy = (uint8_t *)exact_copy(bytes, len);
  msnav_error err = msnav_rtcp_read(copy, len, US, out);
  free(copy);
  return err;
}

static void sender_report_is_read(void **state) {
  (void)state;
  msnav_rtcp r;
  assert_int_equal(read_copy(sr, sizeof(sr), &r), MSNAV_OK);
  assert_true(r.has_sr && r.has_block && !r.bye);
  assert_int_equal(r.ssrc, 0x11223344);
  assert_int_equal(r.ntp_middle, 0x02038000);
  assert_int_equal(r.block.fraction, 64);
  assert_int_equal(r.block.lost, -2);
  assert_int_equal(r.block.highest, 65541);
  assert_int_equal(r.block.jitter, 80);
  assert_int_equal(r.block.last_sr, 0x12345678);
  assert_int_equal(r.block.since_sr, 0x18000);
}

/* protocol.md section 6: packets alone, a NUL inside SDES texts, a profile
 * extension behind a report, types nobody knows */
static void dialects_of_rtc_are_read(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[40];
    size_t len;
    bool bye;
  } rows[] = {
    {{0x81, 203, 0, 1, 1, 2, 3, 4}, 8, true},  /* BYE alone */
    {{0x80, 201, 0, 1, 1, 2, 3, 4}, 8, false}, /* RR alone */
    {{0x81, 202, 0, 3, 1, 2, 3, 4, 1, 3, 'a', 'b', 0, 0, 0, 0}, 16, false},
    {{0x80, 201, 0, 4, 1, 2, 3, 4, 0, 1, 0, 12, 9, 9, 9, 9, 9, 9, 9, 9},
     20,
     false}, /* extension: type 1, length 12 */
    {{0x80, 204, 0, 2, 1, 2, 3, 4, 'A', 'P', 'P', '!'}, 12, false},
    {{0x80, 223, 0, 0}, 4, false},
    {{0x81, 203, 0, 3, 1, 2, 3, 4, 4, 'b', 'y', 'e', '!', 0, 0, 0}, 16, true},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_rtcp r;
    assert_int_equal(read_copy(rows[i].bytes, rows[i].len, &r), MSNAV_OK);
    assert_int_equal(r.bye, rows[i].bye);
    assert_int_equal(r.packets, 1);
  }
}

static void lying_lengths_are_refused(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[24];
    size_t len;
  } rows[] = {
    {{0}, 0},
    {{0x80, 201, 0}, 3},
    {{0x80, 201, 0, 2, 1, 2, 3, 4}, 8}, /* longer than the datagram */
    {{0x40, 201, 0, 1, 1, 2, 3, 4}, 8}, /* version 1 */
    {{0x80, 191, 0, 1, 1, 2, 3, 4}, 8}, /* no RTCP type */
    {{0x81, 201, 0, 1, 1, 2, 3, 4}, 8}, /* a block that is not there */
    {{0x80, 200, 0, 1, 1, 2, 3, 4}, 8}, /* an SR without its info */
    {{0x80, 200, 0, 0}, 4},             /* without its SSRC */
    {{0x82, 203, 0, 1, 1, 2, 3, 4}, 8}, /* two sources, one there */
    {{0x81, 202, 0, 2, 1, 2, 3, 4, 1, 9, 'a', 0}, 12},   /* item too long */
    {{0x81, 202, 0, 2, 1, 2, 3, 4, 1, 2, 'a', 'b'}, 12}, /* no end */
    {{0xa0, 201, 0, 1, 1, 2, 3, 200}, 8},                /* padding */
    {{0xa0, 201, 0, 1, 1, 2, 3, 0}, 8},
    {{0xa0, 201, 0, 2, 1, 2, 3, 4, 0, 0, 0, 4, 0x80, 201, 0, 1, 1, 2, 3, 4},
     20}, /* padding before the last packet */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_rtcp r = {.packets = 77};
    assert_int_equal(read_copy(rows[i].bytes, rows[i].len, &r),
                     MSNAV_ERR_PARSE);
    assert_int_equal(r.packets, 77); /* untouched */
  }
  for (size_t n = 1; n < sizeof(sr); n++) {
    msnav_rtcp r;
    assert_int_equal(read_copy(sr, n, &r), MSNAV_ERR_PARSE);
  }
}

static void what_is_written_is_what_the_rfc_shows(void **state) {
  (void)state;
  msnav_rtcp_writer w = {.ssrc = 0x11223344,
                         .sender = true,
                         .ntp = 0xe801020380000000u,
                         .timestamp = 0x1000,
                         .packets = 100,
                         .bytes = 16000,
                         .has_block = true,
                         .block = {.ssrc = US,
                                   .fraction = 64,
                                   .lost = -2,
                                   .highest = 65541,
                                   .jitter = 80,
                                   .last_sr = 0x12345678,
                                   .since_sr = 0x18000},
                         .cname = "a@b",
                         .bye = true};
  static const uint8_t rest[] = {0x81, 202, 0, 4,   0x11, 0x22, 0x33,
                                 0x44, 1,   3, 'a', '@',  'b',  0,
                                 0,    0,   0, 0,   0,    0};
  uint8_t out[256];
  size_t len = msnav_rtcp_write(&w, out);
  assert_memory_equal(out, sr, sizeof(sr));
  /* SDES: header, SSRC, CNAME item, end, padding to 32 bits; then BYE */
  assert_int_equal(out[sizeof(sr) + 1], 202);
  assert_memory_equal(out + sizeof(sr) + 4, rest + 4, 9);
  assert_int_equal(out[len - 8], 0x81);
  assert_int_equal(out[len - 7], 203);
  assert_int_equal(len % 4, 0);
  msnav_rtcp r;
  assert_int_equal(read_copy(out, len, &r), MSNAV_OK);
  assert_int_equal(r.packets, 3);
  assert_true(r.bye);
}

/* RFC 3550 6.3.1: 0.5 to 1.5 times 5 s over e - 3/2, half of it at first */
static void intervals_are_random_within_the_rule(void **state) {
  (void)state;
  double least = 1e9;
  double most = 0;
  double sum = 0;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 12345, 64000, 1000);
  assert_in_range(t.next - 1000, 1026000, 3079000);
  for (int i = 0; i < 10000; i++) {
    msnav_rtcp_timer_sent(&t, 100, 1000);
    double s = (double)(t.next - 1000) / 1e6;
    least = s < least ? s : least;
    most = s > most ? s : most;
    sum += s;
  }
  assert_true(least >= 2.05 && least < 2.10);
  assert_true(most <= 6.16 && most > 6.10);
  assert_true(sum / 10000 > 4.05 && sum / 10000 < 4.16);
}

static void early_report_is_put_off_not_sent(void **state) {
  (void)state;
  int put_off = 0;
  for (uint32_t seed = 1; seed <= 200; seed++) {
    msnav_rtcp_timer t;
    msnav_rtcp_timer_init(&t, seed * 2654435761u, 64000, 0);
    msnav_usec first = t.next;
    assert_false(msnav_rtcp_timer_due(&t, first - 1));
    if (!msnav_rtcp_timer_due(&t, first)) {
      put_off++;
      assert_true(t.next > first);
    }
  }
  assert_in_range(put_off, 60, 140); /* reconsideration: about half */
}

static void redundant_packets_are_taken_apart(void **state) {
  (void)state;
  static const uint8_t packet[] = {0x80 | 97, 0x02, 0x80, 0x03, /* 160, 3 B */
                                   0,         'o',  'l',  'd',
                                   'n',       'e',  'w',  '!'};
  msnav_red_block b[MSNAV_RED_BLOCKS];
  assert_int_equal(msnav_red_read(packet, sizeof(packet), b), 2);
  assert_int_equal(b[0].payload_type, 97); /* means the primary's codec */
  assert_int_equal(b[0].offset, 160);
  assert_memory_equal(b[0].data, "old", 3);
  assert_int_equal(b[1].payload_type, 0);
  assert_int_equal(b[1].offset, 0);
  assert_int_equal(b[1].len, 4);
  assert_memory_equal(b[1].data, "new!", 4);
}

static void redundancy_that_lies_is_refused(void **state) {
  (void)state;
  static const struct {
    uint8_t bytes[28];
    size_t len;
  } rows[] = {
    {{0}, 0},
    {{0x80}, 1},
    {{0x80, 0, 0}, 3},
    {{0x80, 0, 0, 1}, 4},          /* no primary header */
    {{0x80, 0, 0, 5, 0, 1, 2}, 7}, /* 5 bytes announced, 2 there */
    {{0x80, 3, 0xff, 0xff, 0}, 5}, /* 1,023 announced */
    {{0x80, 0,    0, 0, 0x80, 0,    0, 0, 0x80, 0, 0,
      0,    0x80, 0, 0, 0,    0x80, 0, 0, 0,    0},
     21}, /* more blocks than anybody sends */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_red_block b[MSNAV_RED_BLOCKS];
    uint8_t *copy = (uint8_t *)exact_copy(rows[i].bytes, rows[i].len);
    assert_int_equal(msnav_red_read(copy, rows[i].len, b), MSNAV_ERR_PARSE);
    free(copy);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sender_report_is_read),
    cmocka_unit_test(dialects_of_rtc_are_read),
    cmocka_unit_test(lying_lengths_are_refused),
    cmocka_unit_test(what_is_written_is_what_the_rfc_shows),
    cmocka_unit_test(intervals_are_random_within_the_rule),
    cmocka_unit_test(early_report_is_put_off_not_sent),
    cmocka_unit_test(redundant_packets_are_taken_apart),
    cmocka_unit_test(redundancy_that_lies_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

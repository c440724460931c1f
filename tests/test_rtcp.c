/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP datagrams laid out by hand from RFC 3550 sections 6.4 to 6.7, and the
 * intervals of section 6.3. */
#include "test.h"

#include "media/rtcp.h"
#include "media/rtp.h"

/* ---- golden packets */

#define SSRC "\x11\x22\x33\x44"
#define PEER "\xaa\xbb\xcc\xdd"
#define NTP "\x83\xaa\x7e\x80\x40\x00\x00\x00" /* 1970-01-01, 0.25 s */
#define SENDER NTP "\x00\x00\x27\x10\x00\x00\x00\x64\x00\x00\x3e\x80"
#define BLOCK                                                                  \
  PEER "\x40\xff\xff\xfe\x00\x01\x00\x0a\x00\x00\x00\x50\x7e\x80\x40\x00"      \
       "\x00\x01\x80\x00"

#define SR0 "\x80\xc8\x00\x06" SSRC SENDER
#define SR1 "\x81\xc8\x00\x0c" SSRC SENDER BLOCK
#define RR0 "\x80\xc9\x00\x01" SSRC
#define RR1 "\x81\xc9\x00\x07" SSRC BLOCK
#define SDES                                                                   \
  "\x81\xca\x00\x03" SSRC "\x01\x05"                                           \
  "a@b.c"                                                                      \
  "\0"
#define BYE "\x81\xcb\x00\x01" SSRC
#define APP "\x80\xcc\x00\x03" SSRC "nameDATA"

static const msnav_sender_info sender = {.ntp = 0x83aa7e8040000000,
                                         .timestamp = 10000,
                                         .packets = 100,
                                         .octets = 16000};
static const msnav_report_block block = {.ssrc = 0xaabbccdd,
                                         .fraction = 64,
                                         .lost = -2,
                                         .highest = 0x1000a,
                                         .jitter = 80,
                                         .lsr = 0x7e804000,
                                         .dlsr = 0x18000};

/* ---- writing */

static void assert_written(const msnav_rtcp_report *r, msnav_str want) {
  uint8_t out[256];
  size_t len = msnav_rtcp_write(r, out);
  assert_int_equal(len, want.len);
  assert_memory_equal(out, want.ptr, len);
  assert_int_equal(msnav_rtcp_check(out, len), MSNAV_OK);
}

static void reports_are_written_as_laid_out(void **state) {
  (void)state;
  msnav_rtcp_report r = {.ssrc = 0x11223344, .cname = "a@b.c", .cname_len = 5};
  assert_written(&r, (msnav_str)STR(RR0 SDES));
  r.block = &block;
  assert_written(&r, (msnav_str)STR(RR1 SDES));
  r.sender = &sender;
  assert_written(&r, (msnav_str)STR(SR1 SDES));
  r.bye = true;
  assert_written(&r, (msnav_str)STR(SR1 SDES BYE));
  r.block = NULL;
  r.bye = false;
  assert_written(&r, (msnav_str)STR(SR0 SDES));
}

static void cname_is_padded_to_words_and_ends_with_nul(void **state) {
  (void)state;
  static const char name[MSNAV_CNAME_MAX] = "x";
  for (unsigned n = 0; n <= MSNAV_CNAME_MAX; n++) {
    msnav_rtcp_report r = {.cname = name, .cname_len = (uint8_t)n};
    uint8_t out[256];
    memset(out, 0xee, sizeof(out));
    size_t len = msnav_rtcp_write(&r, out);
    assert_int_equal(len % 4, 0);
    assert_in_range(len, 8 + 8 + 2 + n + 1, 8 + 8 + 2 + n + 4);
    assert_int_equal(out[8 + 3], (len - 8) / 4 - 1);
    assert_int_equal(out[8 + 9], n);
    for (size_t i = 8 + 10 + n; i < len; i++) {
      assert_int_equal(out[i], 0);
    }
    assert_int_equal(msnav_rtcp_check(out, len), MSNAV_OK);
  }
}

/* ---- reading */

static void reports_are_read_as_laid_out(void **state) {
  (void)state;
  static const msnav_str in = STR(SR1 SDES BYE);
  const uint8_t *at = (const uint8_t *)in.ptr;
  size_t len = in.len;
  msnav_rtcp_packet p;
  assert_true(msnav_rtcp_next(&at, &len, &p));
  assert_int_equal(p.type, MSNAV_RTCP_SR);
  assert_int_equal(p.count, 1);
  assert_int_equal(msnav_rtcp_ssrc(&p), 0x11223344);
  msnav_sender_info info;
  msnav_rtcp_sender_info(&p, &info);
  assert_int_equal(info.ntp, sender.ntp);
  assert_int_equal(info.timestamp, sender.timestamp);
  assert_int_equal(info.packets, sender.packets);
  assert_int_equal(info.octets, sender.octets);
  msnav_report_block b;
  assert_false(msnav_rtcp_find_block(&p, 0x11223344, &b));
  assert_true(msnav_rtcp_find_block(&p, 0xaabbccdd, &b));
  assert_int_equal(b.fraction, 64);
  assert_int_equal(b.lost, -2);
  assert_int_equal(b.highest, 0x1000a);
  assert_int_equal(b.jitter, 80);
  assert_int_equal(b.lsr, 0x7e804000);
  assert_int_equal(b.dlsr, 0x18000);
  assert_true(msnav_rtcp_next(&at, &len, &p));
  assert_int_equal(p.type, MSNAV_RTCP_SDES);
  assert_true(msnav_rtcp_next(&at, &len, &p));
  assert_int_equal(p.type, MSNAV_RTCP_BYE);
  assert_true(msnav_rtcp_bye_names(&p, 0x11223344));
  assert_false(msnav_rtcp_bye_names(&p, 0x11223345));
  assert_false(msnav_rtcp_next(&at, &len, &p));
  assert_int_equal(len, 0);
}

#define BLOCKS8 BLOCK BLOCK BLOCK BLOCK BLOCK BLOCK BLOCK BLOCK

static const struct check_row {
  const char *what;
  msnav_str in;
  msnav_error err;
} check_rows[] = {
  {"nothing", STR(""), MSNAV_ERR_PARSE},
  {"half a header", STR("\x80\xc9\x00"), MSNAV_ERR_PARSE},
  {"a header that lies", STR("\x80\xc9\x00\x01"), MSNAV_ERR_PARSE},
  {"RR", STR(RR0), MSNAV_OK},
  {"RR with a report", STR(RR1), MSNAV_OK},
  {"SR", STR(SR0), MSNAV_OK},
  {"SR with a report", STR(SR1), MSNAV_OK},
  {"compound", STR(SR1 SDES BYE), MSNAV_OK},
  {"31 reports",
   STR("\x9f\xc9\x00\xbb" SSRC BLOCKS8 BLOCKS8 BLOCKS8 BLOCK BLOCK BLOCK BLOCK
         BLOCK BLOCK BLOCK),
   MSNAV_OK},
  {"31 promised, 30 there",
   STR("\x9f\xc9\x00\xb5" SSRC BLOCKS8 BLOCKS8 BLOCKS8 BLOCK BLOCK BLOCK BLOCK
         BLOCK BLOCK),
   MSNAV_ERR_PARSE},
  /* protocol.md section 6: each may come alone */
  {"SDES alone", STR(SDES), MSNAV_OK},
  {"BYE alone", STR(BYE), MSNAV_OK},
  {"BYE before RR", STR(BYE RR0), MSNAV_OK},
  /* and a bandwidth estimate after the reports */
  {"RR with a profile extension",
   STR("\x80\xc9\x00\x04" SSRC "\x00\x01\x00\x0c\x00\x00\x00\x01"
       "\x00\x00\xff\xff"),
   MSNAV_OK},
  {"SR with report and profile extension",
   STR("\x81\xc8\x00\x0f" SSRC SENDER BLOCK "\x00\x01\x00\x0c\x00\x00\x00\x01"
       "\x00\x00\xff\xff"),
   MSNAV_OK},
  {"SR too short for its sender",
   STR("\x80\xc8\x00\x05" SSRC "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
   MSNAV_ERR_PARSE},
  {"SR too short for its report", STR("\x81\xc8\x00\x06" SSRC SENDER),
   MSNAV_ERR_PARSE},
  {"RR without SSRC", STR("\x80\xc9\x00\x00"), MSNAV_ERR_PARSE},
  {"length beyond the datagram", STR("\x80\xc9\x00\x02" SSRC), MSNAV_ERR_PARSE},
  {"greatest length", STR("\x80\xc9\xff\xff" SSRC), MSNAV_ERR_PARSE},
  {"second length beyond the datagram", STR(RR0 "\x81\xcb\x00\x02" SSRC),
   MSNAV_ERR_PARSE},
  {"a stray byte at the end", STR(RR0 "\x80"), MSNAV_ERR_PARSE},
  {"version 1", STR("\x40\xc9\x00\x01" SSRC), MSNAV_ERR_PARSE},
  {"version 3 second", STR(RR0 "\xc1\xcb\x00\x01" SSRC), MSNAV_ERR_PARSE},
  /* SDES, section 6.5 */
  {"no chunk", STR("\x80\xca\x00\x00"), MSNAV_OK},
  {"an empty chunk", STR("\x81\xca\x00\x02" SSRC "\0\0\0\0"), MSNAV_OK},
  {"a chunk without its end", STR("\x81\xca\x00\x01" SSRC), MSNAV_OK},
  {"text that ends with NUL",
   STR("\x81\xca\x00\x03" SSRC "\x01\x06"
       "a@b.c\0"),
   MSNAV_OK},
  {"NUL not counted, another item",
   STR("\x81\xca\x00\x04" SSRC "\x01\x04"
       "a@b."
       "\0\x02\x02"
       "al\0"),
   MSNAV_OK},
  {"item beyond the packet",
   STR("\x81\xca\x00\x03" SSRC "\x01\x07"
       "a@b.cd"),
   MSNAV_ERR_PARSE},
  {"item without its length",
   STR("\x81\xca\x00\x03" SSRC "\x01\x05"
       "a@b.c"
       "\x02"),
   MSNAV_ERR_PARSE},
  {"two chunks",
   STR("\x82\xca\x00\x05" SSRC "\x01\x05"
       "a@b.c\0" PEER "\x01\x01"
       "x\0"),
   MSNAV_OK},
  {"two promised, one there",
   STR("\x82\xca\x00\x03" SSRC "\x01\x05"
       "a@b.c\0"),
   MSNAV_ERR_PARSE},
  /* BYE, section 6.6 */
  {"nobody leaves", STR("\x80\xcb\x00\x00"), MSNAV_OK},
  {"two leave", STR("\x82\xcb\x00\x02" SSRC PEER), MSNAV_OK},
  {"two promised", STR("\x82\xcb\x00\x01" SSRC), MSNAV_ERR_PARSE},
  {"with a reason",
   STR("\x81\xcb\x00\x03" SSRC "\x06"
       "hangup\0"),
   MSNAV_OK},
  {"reason beyond the packet",
   STR("\x81\xcb\x00\x03" SSRC "\x08"
       "hangup!"),
   MSNAV_ERR_PARSE},
  /* what is not known is skipped */
  {"APP", STR(RR0 APP), MSNAV_OK},
  {"APP too short", STR("\x80\xcc\x00\x01" SSRC), MSNAV_ERR_PARSE},
  {"XR", STR(RR0 "\x80\xcf\x00\x02" SSRC "\x08\0\0\0"), MSNAV_OK},
  {"feedback", STR(RR0 "\x81\xce\x00\x02" SSRC PEER), MSNAV_OK},
  {"type 192", STR("\x80\xc0\x00\x00"), MSNAV_OK},
  {"type 223", STR("\x80\xdf\x00\x00"), MSNAV_OK},
  {"type 191", STR("\x80\xbf\x00\x00"), MSNAV_ERR_PARSE},
  {"type 224", STR("\x80\xe0\x00\x00"), MSNAV_ERR_PARSE},
  {"RTP", STR("\x80\x00\x00\x00\0\0\0\0\0\0\0\0"), MSNAV_ERR_PARSE},
  /* padding, section 6.4.1: on the last packet only */
  {"padded", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\4"), MSNAV_OK},
  {"padded compound", STR(RR0 "\xa1\xcb\x00\x03" SSRC "\0\0\0\0\0\0\0\x8"),
   MSNAV_OK},
  {"padding of no bytes", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\0"),
   MSNAV_ERR_PARSE},
  {"padding of no words", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\3"),
   MSNAV_ERR_PARSE},
  {"padding into the report", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\x8"),
   MSNAV_ERR_PARSE},
  {"padding beyond the packet", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\xfc"),
   MSNAV_ERR_PARSE},
  {"padding in the middle", STR("\xa0\xc9\x00\x02" SSRC "\0\0\0\4" BYE),
   MSNAV_ERR_PARSE},
};

static void datagrams_are_checked_as_a_whole(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(check_rows); i++) {
    const struct check_row *row = &check_rows[i];
    uint8_t *in = (uint8_t *)exact_copy(row->in.ptr, row->in.len);
    msnav_error err = msnav_rtcp_check(in, row->in.len);
    if (err != row->err) {
      fail_msg("%s: %d", row->what, err);
    }
    free(in);
  }
}

static void every_truncation_is_refused(void **state) {
  (void)state;
  static const msnav_str whole = STR(SR1 SDES BYE);
  for (size_t n = 0; n < whole.len; n++) {
    uint8_t *in = (uint8_t *)exact_copy(whole.ptr, n);
    /* SR1 and SR1 SDES are whole datagrams */
    bool ends = n == sizeof(SR1) - 1 || n == sizeof(SR1 SDES) - 1;
    assert_int_equal(msnav_rtcp_check(in, n),
                     ends ? MSNAV_OK : MSNAV_ERR_PARSE);
    free(in);
  }
}

static void ssrc_of_a_packet_without_one_is_zero(void **state) {
  (void)state;
  static const msnav_str in = STR("\x80\xca\x00\x00");
  const uint8_t *at = (const uint8_t *)in.ptr;
  size_t len = in.len;
  msnav_rtcp_packet p;
  assert_true(msnav_rtcp_next(&at, &len, &p));
  assert_int_equal(msnav_rtcp_ssrc(&p), 0);
}

/* ---- timing */

#define SECOND 1000000ull

/* Mean and extremes of an interval in seconds over 10,000 draws. */
typedef struct draws {
  double mean, least, most;
} draws;

static draws
draw(uint32_t bandwidth, unsigned members, bool initial, uint32_t average) {
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, bandwidth, 12345, 0);
  t.members = (uint8_t)members;
  t.initial = initial;
  t.average_q4 = average << 4;
  draws d = {.least = 1e9};
  for (int i = 0; i < 10000; i++) {
    double s = (double)msnav_rtcp_interval(&t) / 1e6;
    d.mean += s / 10000;
    d.least = s < d.least ? s : d.least;
    d.most = s > d.most ? s : d.most;
  }
  return d;
}

static void intervals_are_spread_as_the_rfc_says(void **state) {
  (void)state;
  static const struct {
    uint32_t bandwidth;
    unsigned members;
    bool initial;
    uint32_t average;
    double seconds; /* Td of section 6.3.1 */
  } rows[] = {
    {64000, 2, false, 120, 5},  /* Tmin rules */
    {64000, 1, true, 120, 2.5}, /* half of it at first */
    {64000, 2, true, 120, 2.5},
    {4000, 2, false, 500, 40}, /* 2 * 500 / (4000 / 8 * 0.05) */
    {4000, 1, false, 500, 20},
    {4000, 2, true, 500, 40},
    {1, 2, false, 128, 256}, /* a byte a second at least */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    draws d = draw(rows[i].bandwidth, rows[i].members, rows[i].initial,
                   rows[i].average);
    /* uniform over 0.5...1.5 Td, divided by e - 3/2 */
    double td = rows[i].seconds / 1.21828;
    assert_true(d.mean > 0.99 * td && d.mean < 1.01 * td);
    assert_true(d.least >= 0.4999 * td && d.least < 0.505 * td);
    assert_true(d.most <= 1.5001 * td && d.most > 1.495 * td);
  }
}

static void draws_are_flat(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 99, 0);
  t.initial = false;
  unsigned bins[10] = {0};
  double td = 5e6 / 1.21828;
  for (int i = 0; i < 10000; i++) {
    double x = ((double)msnav_rtcp_interval(&t) / td - 0.5) * 10;
    bins[x < 0 ? 0 : x >= 10 ? 9 : (int)x]++;
  }
  double chi = 0;
  for (int i = 0; i < 10; i++) {
    chi += (bins[i] - 1000.0) * (bins[i] - 1000.0) / 1000;
  }
  assert_true(chi < 27.9); /* p = 0.001 for 9 degrees of freedom */
}

static void other_seeds_draw_other_intervals(void **state) {
  (void)state;
  msnav_rtcp_timer a, b;
  msnav_rtcp_timer_init(&a, 64000, 1, 0);
  msnav_rtcp_timer_init(&b, 64000, 2, 0);
  assert_int_not_equal(a.next, b.next);
  msnav_rtcp_timer_init(&b, 64000, 1, 0);
  assert_int_equal(a.next, b.next);
}

/* Reconsideration makes the time between reports Td on average, which the
 * division by e - 3/2 had made too short on purpose. */
static void reports_come_every_five_seconds_on_average(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_usec now = 0;
  unsigned sent = 0;
  msnav_rtcp_timer_init(&t, 64000, 4711, now);
  t.members = 2;
  while (sent < 10000) {
    now = t.next;
    if (msnav_rtcp_timer_expire(&t, now)) {
      msnav_rtcp_timer_sent(&t, 100, now);
      sent++;
    }
  }
  double mean = (double)now / 1e6 / sent;
  assert_true(mean > 4.9 && mean < 5.1);
}

static void timer_does_not_expire_early(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 1, 100 * SECOND);
  assert_in_range(t.next, 101 * SECOND, 104 * SECOND);
  msnav_usec next = t.next;
  assert_false(msnav_rtcp_timer_expire(&t, next - 1));
  assert_int_equal(t.next, next);
  for (int i = 0; i < 50; i++) { /* put off, but never for ever */
    next = t.next;
    if (msnav_rtcp_timer_expire(&t, next)) {
      break;
    }
    assert_true(t.next > next);
  }
  assert_in_range(t.next, 101 * SECOND, 104 * SECOND);
}

static void late_timer_sends_at_once(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 1, 0);
  assert_true(msnav_rtcp_timer_expire(&t, 100 * SECOND));
  msnav_rtcp_timer_sent(&t, 100, 100 * SECOND);
  assert_in_range(t.next, 102 * SECOND, 107 * SECOND);
}

static void average_size_forgets_by_sixteenths(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 1, 0);
  double want = 128; /* 100 and 28 of IP and UDP */
  for (int i = 0; i < 100; i++) {
    size_t len = i % 2 == 0 ? 60 : 200;
    if (i % 3 == 0) {
      msnav_rtcp_timer_heard(&t, len);
    } else {
      msnav_rtcp_timer_sent(&t, len, 0);
    }
    want = want * 15 / 16 + (double)(len + 28) / 16; /* section 6.3.3 */
    assert_true(t.average_q4 / 16.0 > want - 1.1 &&
                t.average_q4 / 16.0 < want + 1.1);
  }
}

static void leaving_peer_halves_the_wait(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 1, 0);
  msnav_rtcp_timer_heard(&t, 100);
  assert_int_equal(t.members, 2);
  t.last = 10 * SECOND;
  t.next = 18 * SECOND;
  msnav_rtcp_timer_left(&t, 14 * SECOND);
  /* section 6.3.4: tn = tc + members/pmembers * (tn - tc), tp likewise */
  assert_int_equal(t.members, 1);
  assert_int_equal(t.next, 16 * SECOND);
  assert_int_equal(t.last, 12 * SECOND);
  msnav_rtcp_timer_left(&t, 14 * SECOND);
  assert_int_equal(t.next, 16 * SECOND);
}

/* Section 6.3.5: five intervals without a word, of which the least is five
 * seconds. */
static void silent_peer_is_no_member_any_more(void **state) {
  (void)state;
  msnav_rtcp_timer t;
  msnav_rtcp_timer_init(&t, 64000, 1, 0);
  msnav_rtcp_timer_check(&t, 0, 1000000);
  assert_int_equal(t.members, 1); /* never heard */
  msnav_rtcp_timer_heard(&t, 100);
  assert_int_equal(t.members, 2);
  msnav_rtcp_timer_sent(&t, 100, 1000000);
  msnav_rtcp_timer_check(&t, 2000000, 27000000);
  assert_int_equal(t.members, 2);
  msnav_rtcp_timer_check(&t, 2000000, 27000001);
  assert_int_equal(t.members, 1);
  msnav_rtcp_timer_check(&t, 27000001, 27000002); /* RTP is a word, too */
  assert_int_equal(t.members, 2);
  /* 1,600 bit/s: 10 bytes a second for two that send 128 bytes each */
  msnav_rtcp_timer_init(&t, 1600, 1, 0);
  msnav_rtcp_timer_heard(&t, 100);
  msnav_rtcp_timer_check(&t, 1, 5 * 25600000ull + 1);
  assert_int_equal(t.members, 2);
  msnav_rtcp_timer_check(&t, 1, 5 * 25600000ull + 2);
  assert_int_equal(t.members, 1);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reports_are_written_as_laid_out),
    cmocka_unit_test(cname_is_padded_to_words_and_ends_with_nul),
    cmocka_unit_test(reports_are_read_as_laid_out),
    cmocka_unit_test(datagrams_are_checked_as_a_whole),
    cmocka_unit_test(every_truncation_is_refused),
    cmocka_unit_test(ssrc_of_a_packet_without_one_is_zero),
    cmocka_unit_test(intervals_are_spread_as_the_rfc_says),
    cmocka_unit_test(draws_are_flat),
    cmocka_unit_test(other_seeds_draw_other_intervals),
    cmocka_unit_test(reports_come_every_five_seconds_on_average),
    cmocka_unit_test(timer_does_not_expire_early),
    cmocka_unit_test(late_timer_sends_at_once),
    cmocka_unit_test(average_size_forgets_by_sixteenths),
    cmocka_unit_test(leaving_peer_halves_the_wait),
    cmocka_unit_test(silent_peer_is_no_member_any_more),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

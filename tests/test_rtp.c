/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RTP header, sequence numbers and jitter against RFC 3550 sections 5.1,
 * A.1, A.3 and A.8. */
#include "test.h"

#include "media/bursts.h"
#include "media/rtp.h"
#include "media/sequence.h"

/* ---- the header */

/* V=2, PT 0, sequence 0x0102, timestamp 0x03040506, SSRC 0x0708090a */
#define HEAD "\x80\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
/* the same with other first bytes */
#define HEAD_OF(first, second)                                                 \
  first second "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"

static const struct header_row {
  const char *what;
  msnav_str in;
  msnav_error err;
  size_t at, len; /* of the payload */
} header_rows[] = {
  {"the least", STR(HEAD), MSNAV_OK, 12, 0},
  {"a payload", STR(HEAD "abc"), MSNAV_OK, 12, 3},
  {"nothing", STR(""), MSNAV_ERR_PARSE, 0, 0},
  {"one byte short", STR("\x80\0\1\2\3\4\5\6\7\x8\x9"), MSNAV_ERR_PARSE, 0, 0},
  {"version 0", STR(HEAD_OF("\x00", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"version 1", STR(HEAD_OF("\x40", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"version 3", STR(HEAD_OF("\xc0", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"one contributing source", STR(HEAD_OF("\x81", "\x00") "ssrcP"), MSNAV_OK,
   16, 1},
  {"its last byte missing", STR(HEAD_OF("\x81", "\x00") "ssr"), MSNAV_ERR_PARSE,
   0, 0},
  {"fifteen, two there", STR(HEAD_OF("\x8f", "\x00") "ssrcssrc"),
   MSNAV_ERR_PARSE, 0, 0},
  {"an empty extension", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\0P"), MSNAV_OK,
   16, 1},
  {"an extension of a word", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\1extnPQ"),
   MSNAV_OK, 20, 2},
  {"its header cut off", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0"),
   MSNAV_ERR_PARSE, 0, 0},
  {"its word cut off", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\1ext"),
   MSNAV_ERR_PARSE, 0, 0},
  {"an extension of 256 KiB", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\xff\xff"),
   MSNAV_ERR_PARSE, 0, 0},
  {"a source and an extension",
   STR(HEAD_OF("\x91", "\x00") "ssrc\xbe\xde\0\1extnP"), MSNAV_OK, 24, 1},
  {"padding of three", STR(HEAD_OF("\xa0", "\x00") "PP\0\0\3"), MSNAV_OK, 12,
   2},
  {"nothing but padding", STR(HEAD_OF("\xa0", "\x00") "\0\0\3"), MSNAV_OK, 12,
   0},
  {"padding of none", STR(HEAD_OF("\xa0", "\x00") "PP\0"), MSNAV_ERR_PARSE, 0,
   0},
  {"padding into the header", STR(HEAD_OF("\xa0", "\x00") "\0\0\4"),
   MSNAV_ERR_PARSE, 0, 0},
  {"padding without a byte for it", STR(HEAD_OF("\xa0", "\x00")),
   MSNAV_ERR_PARSE, 0, 0},
  {"padding into the extension",
   STR(HEAD_OF("\xb0", "\x00") "\xbe\xde\0\1ext\1"), MSNAV_ERR_PARSE, 0, 0},
};

static void headers_are_bounded(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(header_rows); i++) {
    const struct header_row *row = &header_rows[i];
    uint8_t *in = (uint8_t *)exact_copy(row->in.ptr, row->in.len);
    msnav_rtp rtp = {.len = 77};
    msnav_error err = msnav_rtp_parse(in, row->in.len, &rtp);
    if (err != row->err) {
      fail_msg("%s: %d", row->what, err);
    }
    if (err != MSNAV_OK) {
      assert_int_equal(rtp.len, 77);
      assert_null(rtp.payload);
    } else {
      assert_ptr_equal(rtp.payload, in + row->at);
      assert_int_equal(rtp.len, row->len);
      assert_int_equal(rtp.sequence, 0x0102);
      assert_int_equal(rtp.timestamp, 0x03040506);
      assert_int_equal(rtp.ssrc, 0x0708090a);
    }
    free(in);
  }
}

static void marker_and_type_share_a_byte(void **state) {
  (void)state;
  static const struct {
    uint8_t byte, type;
    bool marker;
  } rows[] = {{0x00, 0, false},  {0x80, 0, true},    {0x65, 101, false},
              {0xe5, 101, true}, {0x7f, 127, false}, {0xff, 127, true}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t in[12] = {0x80, rows[i].byte};
    msnav_rtp rtp;
    assert_int_equal(msnav_rtp_parse(in, sizeof(in), &rtp), MSNAV_OK);
    assert_int_equal(rtp.payload_type, rows[i].type);
    assert_int_equal(rtp.marker, rows[i].marker);
    uint8_t out[MSNAV_RTP_HEADER];
    msnav_rtp_write(out, &rtp);
    assert_memory_equal(out, in, sizeof(in));
  }
}

static void header_is_written_in_network_order(void **state) {
  (void)state;
  const msnav_rtp rtp = {.sequence = 0x0102,
                         .timestamp = 0x03040506,
                         .ssrc = 0x0708090a};
  uint8_t out[MSNAV_RTP_HEADER];
  msnav_rtp_write(out, &rtp);
  assert_memory_equal(out, HEAD, sizeof(out));
}

static void rtcp_is_told_from_rtp(void **state) {
  (void)state;
  for (unsigned byte = 0; byte < 256; byte++) {
    uint8_t in[8] = {0x80, (uint8_t)byte};
    /* RFC 5761 section 4: 192...223 */
    assert_int_equal(msnav_rtp_is_rtcp(in, sizeof(in)),
                     byte >= 192 && byte <= 223);
  }
  uint8_t old[8] = {0x40, 200};
  assert_false(msnav_rtp_is_rtcp(old, sizeof(old)));
  uint8_t cut[3] = {0x80, 200, 0};
  assert_false(msnav_rtp_is_rtcp(cut, sizeof(cut)));
}

/* ---- sequence numbers */

static msnav_order
take(msnav_sequence *q, unsigned number, uint32_t *extended) {
  uint32_t x = 0;
  msnav_order order = msnav_sequence_look(q, (uint16_t)number, &x);
  msnav_sequence_take(q, (uint16_t)number, order, x);
  if (extended != NULL) {
    *extended = x;
  }
  return order;
}

static void numbers_have_an_order(void **state) {
  (void)state;
  static const struct {
    unsigned number;
    msnav_order order;
    uint32_t extended;
  } rows[] = {
    {101, MSNAV_ORDER_NEXT, 101},
    {104, MSNAV_ORDER_NEXT, 104}, /* two are missing */
    {103, MSNAV_ORDER_OLD, 103},
    {103, MSNAV_ORDER_REPEATED, 103},
    {104, MSNAV_ORDER_REPEATED, 104},
    {100, MSNAV_ORDER_REPEATED, 100},
    {102, MSNAV_ORDER_OLD, 102},
    {3103, MSNAV_ORDER_NEXT, 3103}, /* MAX_DROPOUT - 1 */
    {6103, MSNAV_ORDER_JUMP, 0},    /* MAX_DROPOUT */
    {3104, MSNAV_ORDER_NEXT, 3104},
    {3005, MSNAV_ORDER_OLD, 3005}, /* MAX_MISORDER - 1 */
    {3004, MSNAV_ORDER_JUMP, 0},   /* MAX_MISORDER */
    {3005, MSNAV_ORDER_OLD, 3005}, /* goes on with the jump, but is old */
    {3003, MSNAV_ORDER_JUMP, 0},
    {3004, MSNAV_ORDER_RESTART, 3004},
    {3005, MSNAV_ORDER_NEXT, 3005},
  };
  msnav_sequence q;
  msnav_sequence_start(&q, 100);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint32_t x = 0;
    msnav_order order = take(&q, rows[i].number, &x);
    if (order != rows[i].order ||
        (order != MSNAV_ORDER_JUMP && x != rows[i].extended)) {
      fail_msg("row %zu: %d %u", i, (int)order, x);
    }
  }
}

static void numbers_wrap(void **state) {
  (void)state;
  msnav_sequence q;
  uint32_t x = 0;
  msnav_sequence_start(&q, 65533);
  for (unsigned n = 65534; n < 3 * 65536; n++) {
    if (n % 100 != 99) {
      assert_int_equal(take(&q, n & 0xffff, &x), MSNAV_ORDER_NEXT);
      assert_int_equal(x, n);
    }
  }
  /* from before the wrap */
  assert_int_equal(take(&q, 65527, &x), MSNAV_ORDER_OLD);
  assert_int_equal(x, 2 * 65536 + 65527);
  assert_int_equal(msnav_sequence_expected(&q), 3 * 65536 - 65533);
}

static void jump_needs_a_second_packet(void **state) {
  (void)state;
  msnav_sequence q;
  uint32_t x = 0;
  msnav_sequence_start(&q, 10);
  assert_int_equal(take(&q, 40000, NULL), MSNAV_ORDER_JUMP);
  assert_int_equal(take(&q, 50000, NULL), MSNAV_ORDER_JUMP);
  assert_int_equal(take(&q, 40001, NULL), MSNAV_ORDER_JUMP);
  assert_int_equal(q.unique, 1);
  assert_int_equal(q.highest, 10);
  assert_int_equal(take(&q, 40002, &x), MSNAV_ORDER_RESTART);
  assert_int_equal(x, 40002);
  assert_int_equal(q.base, 40002);
  assert_int_equal(q.unique, 1);
  assert_int_equal(msnav_sequence_lost(&q), 0);
  /* 65535 is followed by 0 */
  msnav_sequence_start(&q, 30000);
  assert_int_equal(take(&q, 65535, NULL), MSNAV_ORDER_JUMP);
  assert_int_equal(take(&q, 0, NULL), MSNAV_ORDER_RESTART);
}

/* The other way to the same end: RFC 3550 A.1, less its probation, with the
 * fields that it names. */
typedef struct rfc_source {
  uint16_t max_seq;
  uint32_t cycles, base_seq, bad_seq, received;
} rfc_source;

static void rfc_init(rfc_source *s, uint16_t seq) {
  *s = (rfc_source){.max_seq = seq, .base_seq = seq, .bad_seq = 65537};
}

static bool rfc_update(rfc_source *s, uint16_t seq) {
  unsigned udelta = (uint16_t)(seq - s->max_seq);
  if (udelta < 3000) {
    s->cycles += seq < s->max_seq ? 65536 : 0;
    s->max_seq = seq;
  } else if (udelta <= 65536 - 100) {
    if (seq != s->bad_seq) {
      s->bad_seq = (seq + 1u) & 65535;
      return false;
    }
    rfc_init(s, seq);
  }
  s->received++;
  return true;
}

static void counts_agree_with_the_rfc(void **state) {
  (void)state;
  uint32_t seed = 20031;
  for (int run = 0; run < 50; run++) {
    seed = seed * 1664525u + 1013904223u;
    uint16_t number = (uint16_t)(seed >> 16);
    msnav_sequence q;
    rfc_source s;
    msnav_sequence_start(&q, number);
    rfc_init(&s, number);
    s.received = 1;
    for (int i = 0; i < 4000; i++) {
      seed = seed * 1664525u + 1013904223u;
      unsigned dice = seed >> 24;
      uint16_t sent = ++number;
      if (dice < 20) {
        sent = (uint16_t)(number - dice); /* late, or again */
      } else if (dice < 23) {
        number = (uint16_t)(seed >> 8); /* the peer starts over */
      } else if (dice < 50) {
        continue; /* lost */
      }
      msnav_order order = take(&q, sent, NULL);
      assert_int_equal(rfc_update(&s, sent), order != MSNAV_ORDER_JUMP);
      assert_int_equal(q.highest, s.cycles + s.max_seq);
      assert_int_equal(q.unique + q.repeated, s.received);
      int64_t lost =
        (int64_t)s.cycles + s.max_seq - s.base_seq + 1 - s.received;
      assert_int_equal(msnav_sequence_cumulative(&q), lost);
    }
  }
}

static void duplicates_do_not_hide_losses(void **state) {
  (void)state;
  msnav_sequence q;
  msnav_sequence_start(&q, 0);
  take(&q, 1, NULL);
  take(&q, 1, NULL);
  take(&q, 3, NULL); /* 2 is lost */
  assert_int_equal(msnav_sequence_lost(&q), 1);
  assert_int_equal(msnav_sequence_cumulative(&q), 0); /* as A.3 says */
  take(&q, 2, NULL);
  assert_int_equal(msnav_sequence_lost(&q), 0);
  assert_int_equal(q.reordered, 1);
  assert_int_equal(q.repeated, 1);
}

static void fraction_is_since_the_last_report(void **state) {
  (void)state;
  msnav_sequence q;
  msnav_sequence_start(&q, 0);
  assert_int_equal(msnav_sequence_fraction(&q), 0);
  for (unsigned n = 1; n <= 100; n++) {
    if (n % 4 != 0) {
      take(&q, n, NULL);
    }
  }
  take(&q, 100, NULL);
  /* 24 of 100: A.3 takes lost * 256 / expected, rounded down */
  assert_int_equal(msnav_sequence_fraction(&q), 24 * 256 / 100);
  assert_int_equal(msnav_sequence_fraction(&q), 0); /* nothing since */
  take(&q, 100, NULL);
  assert_int_equal(msnav_sequence_fraction(&q), 0); /* only a duplicate */
  for (unsigned n = 101; n <= 110; n++) { /* A.3: they make up for losses */
    if (n > 102) {
      take(&q, n, NULL);
    }
  }
  take(&q, 110, NULL);
  assert_int_equal(msnav_sequence_fraction(&q), 25); /* one of ten */
  take(&q, 3000, NULL);
  assert_int_equal(msnav_sequence_fraction(&q), 255); /* all but one */
}

static void cumulative_loss_has_24_bits(void **state) {
  (void)state;
  msnav_sequence q;
  msnav_sequence_start(&q, 0);
  for (unsigned n = 2999; q.highest < 9000000; n += 2999) {
    take(&q, n & 0xffff, NULL);
  }
  assert_int_equal(msnav_sequence_cumulative(&q), 0x7fffff);
  msnav_sequence_start(&q, 0);
  q.repeated = 9000000;
  assert_int_equal(msnav_sequence_cumulative(&q), -0x800000);
}

static void window_knows_what_came(void **state) {
  (void)state;
  msnav_sequence q;
  msnav_sequence_start(&q, 1);
  for (unsigned n = 2; n <= 80; n++) {
    if (n != 70) {
      take(&q, n, NULL);
    }
  }
  assert_true(msnav_sequence_complete(&q, 80, 1));
  assert_true(msnav_sequence_complete(&q, 80, 9));
  assert_false(msnav_sequence_complete(&q, 80, 10)); /* 70 is missing */
  assert_true(msnav_sequence_complete(&q, 70, 40));
  assert_false(msnav_sequence_complete(&q, 71, 1));
  assert_true(msnav_sequence_complete(&q, 69, 3));
  assert_false(msnav_sequence_complete(&q, 69, 60)); /* who knows */
  assert_false(msnav_sequence_complete(&q, 10, 1));
  assert_false(msnav_sequence_complete(&q, 81, 1)); /* not here yet */
}

/* ---- bursts */

/* RFC 3611 section 4.7.2 draws sequences like these: '1' is a good packet,
 * anything else was lost or discarded. */
static msnav_bursts bursts_of(const char *packets) {
  msnav_bursts b = {0};
  msnav_bursts_cut(&b);
  for (uint32_t i = 0; packets[i] != '\0'; i++) {
    msnav_bursts_note(&b, i, packets[i] != '1');
  }
  return msnav_bursts_sum(&b);
}

#define GOOD15 "111111111111111"
#define GOOD16 GOOD15 "1"

static void bursts_are_as_the_rfc_draws_them(void **state) {
  (void)state;
  static const struct {
    const char *packets;
    uint32_t lost, crowded, span, count, runs;
  } rows[] = {
    {"1111", 0, 0, 0, 0, 0},
    /* the example of the RFC: one burst of twelve packets with four losses,
     * one loss in the gaps of 23 and 29 packets */
    {"11110111111111111111111"
     "X111X1011110"
     "11111111111111111111111X"
     "11111",
     6, 4, 12, 1, 6},
    {"1101", 1, 0, 0, 0, 1},
    {"110011", 2, 2, 2, 1, 1},
    {"1"
     "0" GOOD15 "0"
     "1",
     2, 2, 17, 1, 2}, /* Gmin - 1 in between */
    {"1"
     "0" GOOD16 "0"
     "1",
     2, 0, 0, 0, 2}, /* Gmin: each is alone */
    /* two bursts with a lonely loss between them */
    {"00" GOOD16 "0" GOOD16 "0"
     "1"
     "0" GOOD15 "0",
     6, 5, 21, 2, 5},
    /* a single loss begins a burst, whose end comes much later */
    {"0" GOOD15 "0" GOOD15 "0" GOOD15 "0" GOOD16, 4, 4, 49, 1, 4},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_bursts b = bursts_of(rows[i].packets);
    if (b.lost != rows[i].lost || b.crowded != rows[i].crowded ||
        b.span != rows[i].span || b.count != rows[i].count ||
        b.runs != rows[i].runs) {
      fail_msg("row %zu: %u, %u, %u, %u, %u", i, b.lost, b.crowded, b.span,
               b.count, b.runs);
    }
  }
}

static void long_losses_are_one_burst(void **state) {
  (void)state;
  static const uint32_t lengths[] = {2, 31, 32, 33, 64, 2999};
  for (size_t i = 0; i < ARRAY_LEN(lengths); i++) {
    msnav_bursts b = {0};
    msnav_bursts_cut(&b);
    msnav_bursts_note(&b, 95, 1); /* four good ones follow */
    msnav_bursts_note(&b, 100, lengths[i]);
    b = msnav_bursts_sum(&b);
    assert_int_equal(b.lost, lengths[i] + 1);
    assert_int_equal(b.crowded, lengths[i] + 1);
    assert_int_equal(b.span, lengths[i] + 5);
    assert_int_equal(b.count, 1);
    assert_int_equal(b.runs, 2);
  }
}

static void what_comes_after_all_is_no_burst(void **state) {
  (void)state;
  msnav_bursts b = {0};
  msnav_bursts_cut(&b);
  msnav_bursts_note(&b, 10, 3); /* overtaken by number 13 */
  msnav_bursts_forgive(&b, 12);
  msnav_bursts_forgive(&b, 10);
  assert_int_equal(msnav_bursts_sum(&b).lost, 1);
  assert_int_equal(msnav_bursts_sum(&b).count, 0); /* 11 is alone */
  msnav_bursts_forgive(&b, 11);
  msnav_bursts_forgive(&b, 11); /* a copy */
  msnav_bursts_forgive(&b, 9);
  msnav_bursts_forgive(&b, 13);
  assert_int_equal(msnav_bursts_sum(&b).lost, 0);
  /* what is 32 packets older than the newest loss is settled */
  msnav_bursts_note(&b, 20, 1);
  msnav_bursts_note(&b, 51, 1);
  msnav_bursts_forgive(&b, 20);
  assert_int_equal(msnav_bursts_sum(&b).lost, 1);
  msnav_bursts_note(&b, 83, 1);
  msnav_bursts_forgive(&b, 51);
  assert_int_equal(msnav_bursts_sum(&b).lost, 2);
}

static void bursts_end_where_numbers_start_over(void **state) {
  (void)state;
  msnav_bursts b = {0};
  msnav_bursts_cut(&b);
  msnav_bursts_note(&b, 50, 1);
  msnav_bursts_cut(&b);
  msnav_bursts_note(&b, 55, 1); /* five later, but of another count */
  b = msnav_bursts_sum(&b);
  assert_int_equal(b.lost, 2);
  assert_int_equal(b.crowded, 0);
  /* numbers that are extended beyond 16 bits, and lie around 2^32 */
  b = (msnav_bursts){0};
  msnav_bursts_cut(&b);
  msnav_bursts_note(&b, UINT32_MAX - 3, 2);
  msnav_bursts_note(&b, 2, 1);
  b = msnav_bursts_sum(&b);
  assert_int_equal(b.crowded, 3);
  assert_int_equal(b.span, 7);
}

/* ---- jitter */

/* A.8 as it is printed, in RTP units of 8,000 Hz. */
static uint32_t rfc_jitter(const uint32_t *arrival_ms, size_t n) {
  uint32_t jitter = 0;
  int transit = 0;
  for (size_t i = 0; i < n; i++) {
    int now = (int)(arrival_ms[i] * 8 - i * 160), d = now - transit;
    transit = now;
    if (i > 0) {
      d = d < 0 ? -d : d;
      jitter += (uint32_t)d - ((jitter + 8) >> 4);
    }
  }
  return jitter >> 4;
}

static void jitter_is_that_of_the_rfc(void **state) {
  (void)state;
  uint32_t seed = 7;
  for (uint32_t spread = 1; spread <= 200; spread += 33) {
    uint32_t at[2000];
    msnav_interarrival a = {0};
    for (size_t i = 0; i < ARRAY_LEN(at); i++) {
      seed = seed * 1664525u + 1013904223u;
      at[i] = (uint32_t)i * 20 + (seed >> 16) % spread;
      msnav_usec now = 5000000000 + at[i] * 1000ull;
      uint32_t timestamp = 0xfffff000u + (uint32_t)i * 160;
      if (i == 0) {
        msnav_interarrival_start(&a, 8000, timestamp, now);
      } else {
        msnav_interarrival_take(&a, timestamp, now);
      }
    }
    uint32_t units = (a.jitter_q4 >> 4) * 8 / 1000;
    uint32_t rfc = rfc_jitter(at, ARRAY_LEN(at));
    assert_in_range(units + 1, rfc, rfc + 2);
  }
}

static void jitter_survives_absurd_clocks(void **state) {
  (void)state;
  msnav_interarrival a = {0};
  msnav_interarrival_start(&a, 90000, 0, 0);
  static const uint32_t stamps[] = {0x7fffffff, 0x80000000, 0xffffffff, 0, 1};
  for (size_t i = 0; i < ARRAY_LEN(stamps); i++) {
    msnav_interarrival_take(&a, stamps[i], i % 2 == 0 ? UINT64_MAX : 0);
    assert_in_range(a.jitter_q4, 0, 16 * 10000000u);
  }
  for (int i = 0; i < 400; i++) { /* and forgets */
    msnav_interarrival_take(&a, a.timestamp + 90, a.arrival + 1000);
  }
  assert_in_range(a.jitter_q4 >> 4, 0, 1);
}

static void other_clocks_are_measured_in_time(void **state) {
  (void)state;
  static const uint32_t rates[] = {8000, 11025, 16000, 44100, 48000, 90000};
  for (size_t k = 0; k < ARRAY_LEN(rates); k++) {
    msnav_interarrival a = {0};
    msnav_interarrival_start(&a, rates[k], 0, 0);
    for (uint32_t i = 1; i < 500; i++) { /* 4 ms late every other packet */
      msnav_interarrival_take(&a, i * rates[k] / 50,
                              i * 20000 + (i % 2 == 0 ? 4000 : 0));
    }
    assert_in_range(a.jitter_q4 >> 4, 3900, 4100);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_are_bounded),
    cmocka_unit_test(marker_and_type_share_a_byte),
    cmocka_unit_test(header_is_written_in_network_order),
    cmocka_unit_test(rtcp_is_told_from_rtp),
    cmocka_unit_test(numbers_have_an_order),
    cmocka_unit_test(numbers_wrap),
    cmocka_unit_test(jump_needs_a_second_packet),
    cmocka_unit_test(counts_agree_with_the_rfc),
    cmocka_unit_test(duplicates_do_not_hide_losses),
    cmocka_unit_test(fraction_is_since_the_last_report),
    cmocka_unit_test(cumulative_loss_has_24_bits),
    cmocka_unit_test(window_knows_what_came),
    cmocka_unit_test(bursts_are_as_the_rfc_draws_them),
    cmocka_unit_test(long_losses_are_one_burst),
    cmocka_unit_test(what_comes_after_all_is_no_burst),
    cmocka_unit_test(bursts_end_where_numbers_start_over),
    cmocka_unit_test(jitter_is_that_of_the_rfc),
    cmocka_unit_test(jitter_survives_absurd_clocks),
    cmocka_unit_test(other_clocks_are_measured_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

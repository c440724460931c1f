/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sequence numbers and jitter against RFC 3550 A.1, A.3 and A.8. */
#include "test.h"

#include "media/sequence.h"

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
    cmocka_unit_test(numbers_have_an_order),
    cmocka_unit_test(numbers_wrap),
    cmocka_unit_test(jump_needs_a_second_packet),
    cmocka_unit_test(counts_agree_with_the_rfc),
    cmocka_unit_test(duplicates_do_not_hide_losses),
    cmocka_unit_test(fraction_is_since_the_last_report),
    cmocka_unit_test(cumulative_loss_has_24_bits),
    cmocka_unit_test(window_knows_what_came),
    cmocka_unit_test(jitter_is_that_of_the_rfc),
    cmocka_unit_test(jitter_survives_absurd_clocks),
    cmocka_unit_test(other_clocks_are_measured_in_time),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

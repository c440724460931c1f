/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bursts of losses against RFC 3611 section 4.7.2. */
#include "test.h"

#include "media/bursts.h"

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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(bursts_are_as_the_rfc_draws_them),
    cmocka_unit_test(long_losses_are_one_burst),
    cmocka_unit_test(what_comes_after_all_is_no_burst),
    cmocka_unit_test(bursts_end_where_numbers_start_over),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

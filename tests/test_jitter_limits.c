/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Limits of the jitter buffer: which frames it takes, how many it holds, and
 * which it discards. */
#include "jitter_kit.h"

static void refuses_impossible_frames(void **state) {
  (void)state;
  bed *b = bed_new();
  uint8_t payload[1501] = {0};
  static const struct {
    uint32_t duration;
    uint16_t len;
  } rows[] = {{160, 0}, {160, 1501}, {0, 160}, {961, 160}, {UINT32_MAX, 160}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_jitter_frame f = {.data = payload,
                            .duration = rows[i].duration,
                            .len = rows[i].len};
    assert_int_equal(msnav_jitter_push(&b->j, &f, at(0)), MSNAV_ERR_INVALID);
    assert_false(b->j.started);
  }
  msnav_jitter_frame longest = {.data = payload, .duration = 960, .len = 1500};
  assert_int_equal(msnav_jitter_push(&b->j, &longest, at(0)), MSNAV_OK);
  free(b);
}

static void holds_280_ms_of_g711_and_48_small_frames(void **state) {
  (void)state;
  bed *b = bed_new();
  msnav_jitter_set_limit(&b->j, 14 * (160 + 12));
  for (int i = 0; i < 14; i++) {
    assert_int_equal(push(b, i, at(0)), MSNAV_OK);
  }
  assert_int_equal(b->j.discarded, 0);
  for (int i = 0; i < 14; i++) {
    assert_int_equal(pop(b, at(i + 1)), i);
  }
  free(b);
  b = bed_new();
  for (int i = 0; i < 48; i++) {
    assert_int_equal(push_sized(b, i, at(0), 33, TICK), MSNAV_OK);
  }
  assert_int_equal(b->j.discarded, 0);
  for (int i = 0; i < 48; i++) {
    assert_int_equal(pop(b, at(i + 1)), i);
  }
  free(b);
}

static void discards_the_oldest_when_full(void **state) {
  (void)state;
  static const size_t sizes[] = {1, 33, 160, 320, 1500};
  for (size_t k = 0; k < ARRAY_LEN(sizes); k++) {
    bed *b = bed_new();
    settle(b, 5);
    for (int i = 5; i < 200; i++) {
      assert_int_equal(push_sized(b, i, at(6), sizes[k], TICK), MSNAV_OK);
      assert_true(b->j.pool.count <= 64);
    }
    assert_int_equal(b->j.discarded + b->j.pool.count, 200 - 4);
    int oldest = 200 - b->j.pool.count;
    msnav_jitter_out out;
    assert_int_equal(msnav_jitter_pop(&b->j, at(7), &out), MSNAV_JITTER_FRAME);
    assert_int_equal(out.data[0], oldest);
    assert_int_equal(out.skipped_us, (oldest - 4) * FRAME);
    for (int i = oldest + 1; i < 200; i++) {
      assert_int_equal(pop(b, at(8 + i)), i);
    }
    free(b);
  }
}

static void a_smaller_limit_discards_the_oldest(void **state) {
  (void)state;
  bed *b = bed_new();
  for (int i = 0; i < 10; i++) {
    assert_int_equal(push(b, i, at(0)), MSNAV_OK);
  }
  msnav_jitter_set_limit(&b->j, 5 * 172);
  assert_int_equal(b->j.pool.count, 5);
  assert_int_equal(b->j.discarded, 5);
  for (int i = 5; i < 10; i++) {
    assert_int_equal(pop(b, at(i)), i);
  }
  free(b);
}

/* A frame that is like all before, but has no room any more. */
static void refuses_what_a_smaller_limit_has_no_room_for(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 5);
  assert_int_equal(pop(b, at(5)), 4);
  msnav_jitter_set_limit(&b->j, 172 - 4);
  assert_int_equal(push(b, 5, at(5)), MSNAV_ERR_INVALID);
  assert_int_equal(b->j.pool.count, 0);
  assert_int_equal(b->j.discarded, 0);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(refuses_impossible_frames),
    cmocka_unit_test(holds_280_ms_of_g711_and_48_small_frames),
    cmocka_unit_test(discards_the_oldest_when_full),
    cmocka_unit_test(a_smaller_limit_discards_the_oldest),
    cmocka_unit_test(refuses_what_a_smaller_limit_has_no_room_for),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The jitter buffer: frames come out in order, each once, on a virtual
 * clock. */
#include "jitter_kit.h"

static void plays_nothing_before_the_first_frame(void **state) {
  (void)state;
  bed *b = bed_new();
  for (int i = 0; i < 10; i++) {
    assert_int_equal(pop(b, at(i)), WAIT);
  }
  assert_int_equal(b->j.underruns, 0);
  assert_int_equal(msnav_jitter_next_decoder(&b->j), -1);
  free(b);
}

static void holds_the_first_frame_back_then_plays_in_order(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 100);
  assert_int_equal(b->j.pool.count, 1);
  assert_int_equal(b->j.late + b->j.duplicate + b->j.discarded, 0);
  free(b);
}

static void hands_out_what_was_pushed(void **state) {
  (void)state;
  bed *b = bed_new();
  const uint8_t payload[] = {9, 8, 7, 6, 5};
  msnav_jitter_frame f = {.sequence = 7,
                          .timestamp = 1,
                          .duration = 240,
                          .data = payload,
                          .len = sizeof(payload),
                          .decoder = 5};
  assert_int_equal(msnav_jitter_push(&b->j, &f, at(0)), MSNAV_OK);
  assert_int_equal(msnav_jitter_next_decoder(&b->j), 5);
  msnav_jitter_out out;
  assert_int_equal(msnav_jitter_pop(&b->j, at(3), &out), MSNAV_JITTER_FRAME);
  assert_int_equal(out.len, sizeof(payload));
  assert_memory_equal(out.data, payload, sizeof(payload));
  assert_int_equal(out.decoder, 5);
  assert_int_equal(out.duration_us, 30 * MS);
  assert_int_equal(out.skipped_us, 0);
  free(b);
}

static void puts_reordered_frames_in_order(void **state) {
  (void)state;
  /* every order of four frames that arrive before the first is due */
  for (int code = 0; code < 256; code++) {
    int order[4], used = 0;
    for (int i = 0; i < 4; i++) {
      order[i] = code >> (2 * i) & 3;
      used |= 1 << order[i];
    }
    if (used != 15) {
      continue;
    }
    bed *b = bed_new();
    for (int i = 0; i < 4; i++) {
      assert_int_equal(push(b, order[i], at(0) + (msnav_usec)i), MSNAV_OK);
    }
    for (int i = 0; i < 4; i++) {
      assert_int_equal(pop(b, at(5 + i)), i);
    }
    assert_int_equal(pop(b, at(9)), EMPTY);
    free(b);
  }
}

static void refuses_duplicates_before_and_after_playing(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(push(b, 9, at(9)), MSNAV_ERR_DUPLICATE); /* waiting */
  assert_int_equal(push(b, 3, at(9)), MSNAV_ERR_DUPLICATE); /* played */
  assert_int_equal(b->j.duplicate, 2);
  assert_int_equal(pop(b, at(10)), 9);
  assert_int_equal(push(b, 9 + 63, at(11)), MSNAV_OK); /* many are lost */
  assert_int_equal(push(b, 9, at(11)), MSNAV_ERR_DUPLICATE);
  free(b);
}

static void refuses_what_comes_after_it_was_filled(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(push(b, 11, at(11)), MSNAV_OK); /* 10 is missing */
  assert_int_equal(pop(b, at(10)), 9);
  assert_int_equal(pop(b, at(11)), LOST);
  assert_int_equal(push(b, 10, at(11) + 1), MSNAV_ERR_LATE);
  assert_int_equal(b->j.late, 1);
  assert_int_equal(pop(b, at(12)), 11);
  free(b);
}

static void plays_a_straggler_that_is_still_in_time(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(push(b, 11, at(10) + 100), MSNAV_OK);
  assert_int_equal(pop(b, at(10) + 200), 9);
  assert_int_equal(push(b, 10, at(11) - 100), MSNAV_OK);
  assert_int_equal(pop(b, at(11)), 10);
  assert_int_equal(pop(b, at(12)), 11);
  free(b);
}

/* Random arrivals, sizes and pops against a plain list. */
static void behaves_like_a_sorted_list(void **state) {
  (void)state;
  uint64_t seed = 1;
  for (int round = 0; round < 200; round++) {
    bed *b = bed_new();
    bool waiting[240] = {false};
    int first = 0, playing = -1;
    assert_int_equal(push_sized(b, 0, at(0), 20, TICK), MSNAV_OK);
    waiting[0] = true;
    for (int step = 0; step < 300; step++) {
      int number = first + (int)(chance_next(&seed) % 12);
      if (chance_next(&seed) % 3 != 0 && number < 240) {
        size_t len = (size_t)(1 + chance_next(&seed) % 60);
        msnav_error err = push_sized(b, number, at(first), len, TICK);
        assert_int_equal(err, waiting[number] ? MSNAV_ERR_DUPLICATE : MSNAV_OK);
        waiting[number] = true;
        continue;
      }
      int got = pop(b, at(first + 20));
      if (got >= 0) {
        assert_true(waiting[got]);
        assert_true(got > playing);
        for (int i = playing + 1; i < got; i++) {
          assert_false(waiting[i]); /* only what is missing is skipped */
        }
        playing = got;
        first = got + 1;
      }
    }
    assert_int_equal(b->j.discarded, 0);
    free(b);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(plays_nothing_before_the_first_frame),
    cmocka_unit_test(holds_the_first_frame_back_then_plays_in_order),
    cmocka_unit_test(hands_out_what_was_pushed),
    cmocka_unit_test(puts_reordered_frames_in_order),
    cmocka_unit_test(refuses_duplicates_before_and_after_playing),
    cmocka_unit_test(refuses_what_comes_after_it_was_filled),
    cmocka_unit_test(plays_a_straggler_that_is_still_in_time),
    cmocka_unit_test(behaves_like_a_sorted_list),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

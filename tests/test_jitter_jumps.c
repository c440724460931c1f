/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Numbers that wrap and clocks that jump: the jitter buffer goes on. */
#include "jitter_kit.h"

/* ---- wraps */

static void sequence_and_timestamp_wrap(void **state) {
  (void)state;
  static const uint32_t starts[] = {0, 0xffff, 0xfffffff0u, 0x7ffffff8u};
  for (size_t k = 0; k < ARRAY_LEN(starts); k++) {
    bed *b = bed_new();
    b->sequence = starts[k];
    b->timestamp = starts[k] - 5 * TICK;
    for (int i = 0; i < 100; i++) {
      if (i != 50) {
        assert_int_equal(push(b, i, at(i)), MSNAV_OK);
      }
      int want = i == 0 ? WAIT : i == 51 ? LOST : i - 1;
      assert_int_equal(pop(b, at(i)), want);
    }
    free(b);
  }
}

static void the_clock_wraps(void **state) {
  (void)state;
  bed *b = bed_new();
  msnav_usec start = ((msnav_usec)1 << 32) - 500 * MS;
  for (int i = 0; i < 100; i++) {
    assert_int_equal(push(b, i, start + at(i)), MSNAV_OK);
    assert_int_equal(pop(b, start + at(i)), i == 0 ? WAIT : i - 1);
  }
  free(b);
}

/* ---- jumps */

static void count_of_jumps_never_falls(void **state) {
  (void)state;
  msnav_delay d;
  msnav_delay_init(&d, 0, 250000);
  msnav_delay_begin(&d, 0, 0);
  for (uint32_t i = 1; i <= 70000; i++) { /* 20 s to and fro */
    msnav_delay_observe(&d, i * 20000, i % 2 * 20000000);
    assert_int_equal(d.jumps, i < UINT16_MAX ? i : UINT16_MAX);
  }
}

static void timestamps_that_jump_ahead_go_on(void **state) {
  (void)state;
  static const uint32_t jumps[] = {80000, 8000000, 0x7fffffff, 0xf0000000u};
  for (size_t k = 0; k < ARRAY_LEN(jumps); k++) {
    bed *b = bed_new();
    settle(b, 50);
    b->timestamp += jumps[k];
    int played = 0;
    for (int i = 50; i < 100; i++) {
      (void)push(b, i, at(i));
      played += pop(b, at(i)) >= 0;
    }
    assert_in_range(played, 44, 50);
    assert_true(b->j.resyncs + b->j.delay.jumps >= 1);
    free(b);
  }
}

static void timestamps_that_jump_back_go_on(void **state) {
  (void)state;
  static const uint32_t jumps[] = {80000, 8000000, 0x7ffffff0};
  for (size_t k = 0; k < ARRAY_LEN(jumps); k++) {
    bed *b = bed_new();
    settle(b, 50);
    b->timestamp -= jumps[k];
    int played = 0;
    for (int i = 50; i < 100; i++) {
      (void)push(b, i, at(i));
      played += pop(b, at(i)) >= 0;
    }
    assert_in_range(played, 44, 50);
    assert_int_equal(b->j.resyncs, 1);
    free(b);
  }
}

/* The good frames between them look like any other. */
static void single_old_timestamps_are_no_new_time_line(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 50);
  for (int i = 50; i < 60; i++) {
    b->timestamp -= 8000000;
    assert_int_equal(push(b, i, at(i)), MSNAV_ERR_LATE);
    b->timestamp += 8000000;
    b->sequence++;
    assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    assert_int_equal(pop(b, at(i)), i - 1);
  }
  assert_int_equal(b->j.resyncs, 0);
  assert_int_equal(b->j.late, 10);
  free(b);
}

static void old_redundancy_is_no_new_time_line(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 50);
  for (uint32_t i = 0; i < 10; i++) {
    msnav_jitter_frame f = {.sequence = b->sequence + 50,
                            .timestamp = b->timestamp + i * TICK - 16383,
                            .duration = TICK,
                            .data = (const uint8_t *)"redundant",
                            .len = 9,
                            .redundant = true};
    assert_int_equal(msnav_jitter_push(&b->j, &f, at(50)), MSNAV_ERR_LATE);
  }
  assert_int_equal(b->j.resyncs, 0);
  assert_int_equal(pop(b, at(50)), 49);
  free(b);
}

static void a_timestamp_that_stood_still_in_a_pause_goes_on(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 50);
  /* 3 s of nothing, but the next timestamp follows the last */
  msnav_usec pause = 3000 * MS;
  assert_int_equal(pop(b, at(50)), 49);
  assert_int_equal(pop(b, at(51)), EMPTY);
  int played = 0;
  for (int i = 50; i < 100; i++) {
    assert_int_equal(push(b, i, pause + at(i)), MSNAV_OK);
    played += pop(b, pause + at(i)) >= 0;
  }
  assert_in_range(played, 48, 50);
  /* and the delay is not taken for 3 s */
  assert_true(b->j.held < 60 * MS);
  free(b);
}

/* ---- another time line */

static void resync_forgets_frames_but_not_the_network(void **state) {
  (void)state;
  bed *b = bed_new();
  trace t = trace_make(TRACE_DSL, 3, 1500);
  (void)drive(&b->j, &t, NULL, NULL);
  int32_t target = b->j.delay.target;
  assert_true(target > 60 * MS);
  msnav_jitter_resync(&b->j);
  assert_int_equal(b->j.pool.count, 0);
  assert_int_equal(b->j.delay.target, target);
  /* any numbers may follow; the learnt delay is kept before the first */
  b->timestamp = 77;
  b->sequence = 1;
  int first = -1;
  for (int i = 0; i < 20 && first < 0; i++) {
    assert_int_equal(push(b, i, at(5000 + i)), MSNAV_OK);
    first = pop(b, at(5000 + i)) >= 0 ? i : -1;
  }
  assert_in_range(first, target / FRAME, target / FRAME + 1);
  free(t.packets);
  free(b);
}

static void the_time_line_survives_another_rtp_clock(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 50);
  /* 16 kHz from frame 50 on, with timestamps that have nothing to do with
   * those before */
  msnav_jitter_set_clock(&b->j, 16000);
  b->timestamp = 900000;
  for (int i = 50; i < 150; i++) {
    assert_int_equal(push_sized(b, i, at(i), 164, 2 * TICK), MSNAV_OK);
    assert_int_equal(pop(b, at(i)), i - 1);
    assert_in_range(b->j.held, 15 * MS, 25 * MS);
  }
  assert_int_equal(b->j.resyncs + b->j.delay.jumps, 0);
  free(b);
}

/* ... also when its first packet overtakes the last one of the other clock:
 * frames of 10 ms. */
static void a_packet_of_the_former_clock_finds_its_place(void **state) {
  (void)state;
  bed *b = bed_new();
  for (int i = 0; i < 20; i++) {
    assert_int_equal(push_sized(b, i, at(0) + (msnav_usec)i * 10 * MS, 80, 80),
                     MSNAV_OK);
  }
  for (int i = 0; i < 19; i++) {
    assert_int_equal(pop(b, at(1) + (msnav_usec)i * 10 * MS), i);
  }
  msnav_jitter_set_clock(&b->j, 16000);
  assert_int_equal(push_sized(b, 21, at(10) + 10 * MS, 80, 160), MSNAV_OK);
  msnav_jitter_set_clock(&b->j, 8000);
  assert_int_equal(push_sized(b, 20, at(10) + 11 * MS, 80, 80), MSNAV_OK);
  for (int i = 19; i < 22; i++) {
    assert_int_equal(pop(b, at(1) + (msnav_usec)i * 10 * MS), i);
  }
  assert_int_equal(b->j.late, 0);
  free(b);
}

/* Its timestamp says nothing on another clock, and the packet that carries it
 * is yet to come. */
static void redundancy_of_the_former_clock_is_left_out(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 50);
  msnav_jitter_set_clock(&b->j, 16000);
  msnav_jitter_frame f = {.sequence = b->sequence + 50,
                          .timestamp = b->timestamp + 49 * TICK,
                          .duration = TICK,
                          .data = (const uint8_t *)"redundant",
                          .len = 9,
                          .redundant = true};
  assert_int_equal(msnav_jitter_push(&b->j, &f, at(50)), MSNAV_ERR_LATE);
  assert_int_equal(push_sized(b, 50, at(50), 160, 2 * TICK), MSNAV_OK);
  assert_int_equal(pop(b, at(50)), 49);
  assert_int_equal(pop(b, at(51)), 50);
  free(b);
}

static void odd_clocks_do_not_drift(void **state) {
  (void)state;
  bed *b = bed_new();
  msnav_jitter_set_clock(&b->j, 44100);
  for (int i = 0; i < 100000; i++) { /* 33 minutes */
    assert_int_equal(push_sized(b, i, at(i), 10, 882), MSNAV_OK);
    assert_int_equal(pop(b, at(i)), i == 0 ? WAIT : (i - 1) & 0xff);
  }
  assert_in_range(b->j.held, 19 * MS, 21 * MS);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(sequence_and_timestamp_wrap),
    cmocka_unit_test(the_clock_wraps),
    cmocka_unit_test(count_of_jumps_never_falls),
    cmocka_unit_test(timestamps_that_jump_ahead_go_on),
    cmocka_unit_test(timestamps_that_jump_back_go_on),
    cmocka_unit_test(single_old_timestamps_are_no_new_time_line),
    cmocka_unit_test(old_redundancy_is_no_new_time_line),
    cmocka_unit_test(a_timestamp_that_stood_still_in_a_pause_goes_on),
    cmocka_unit_test(resync_forgets_frames_but_not_the_network),
    cmocka_unit_test(the_time_line_survives_another_rtp_clock),
    cmocka_unit_test(a_packet_of_the_former_clock_finds_its_place),
    cmocka_unit_test(redundancy_of_the_former_clock_is_left_out),
    cmocka_unit_test(odd_clocks_do_not_drift),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Losses and silence in the jitter buffer: what is missing is told apart from
 * what was never sent, and nothing is filled twice. */
#include "jitter_kit.h"

/* ---- loss */

static void says_how_much_is_lost_and_what_follows(void **state) {
  (void)state;
  bed *b = bed_new();
  msnav_jitter_init(&b->j, 60 * MS, 250 * MS);
  for (int i = 0; i < 24; i++) {
    if (i != 20 && i != 21) {
      assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    }
    if (i < 23) {
      assert_int_equal(pop(b, at(i)), i < 3 ? WAIT : i - 3);
    }
  }
  /* two frames are missing; only the second one's successor is known */
  msnav_jitter_out out;
  assert_int_equal(msnav_jitter_pop(&b->j, at(23), &out), MSNAV_JITTER_LOST);
  assert_int_equal(out.duration_us, FRAME);
  assert_null(out.data);
  assert_int_equal(msnav_jitter_pop(&b->j, at(24), &out), MSNAV_JITTER_LOST);
  assert_int_equal(out.duration_us, FRAME);
  assert_non_null(out.data);
  assert_int_equal(out.data[0], 22);
  assert_int_equal(out.len, 160);
  assert_int_equal(out.decoder, 3);
  assert_int_equal(pop(b, at(25)), 22);
  free(b);
}

static void nothing_late_is_thrown_away_while_it_can_be_played(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  for (int i = 11; i < 16; i++) {
    assert_int_equal(pop(b, at(i)), EMPTY);
  }
  assert_int_equal(b->j.underruns, 1);
  for (int i = 10; i < 16; i++) {
    assert_int_equal(push(b, i, at(16) - 1), MSNAV_OK);
  }
  for (int i = 10; i < 16; i++) {
    assert_int_equal(pop(b, at(i + 6)), i);
  }
  assert_int_equal(b->j.late, 0);
  free(b);
}

static void a_loss_found_after_a_gap_is_not_filled_twice(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  assert_int_equal(pop(b, at(11)), EMPTY); /* 10 is lost, 11 not here yet */
  assert_int_equal(push(b, 11, at(11) + 1), MSNAV_OK);
  assert_int_equal(pop(b, at(12)), 11);
  free(b);
}

/* ... also while the delay is below its target. */
static void a_loss_is_not_used_to_gain_delay(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  b->j.delay.target = b->j.delay.enough = 60 * MS;
  assert_int_equal(pop(b, at(11)), EMPTY);
  assert_int_equal(push(b, 11, at(11) + 1), MSNAV_OK);
  assert_int_equal(pop(b, at(12)), 11);
  free(b);
}

/* ... but the least delay is kept: there redundancy is waited for. */
static void a_loss_is_filled_below_the_least_delay(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  msnav_delay_set_min(&b->j.delay, 60 * MS);
  assert_int_equal(pop(b, at(11)), EMPTY);
  assert_int_equal(push(b, 11, at(11) + 1), MSNAV_OK);
  assert_int_equal(pop(b, at(12)), LOST);
  assert_int_equal(pop(b, at(13)), 11);
  assert_in_range(b->j.held, 39 * MS, 61 * MS);
  free(b);
}

static void joins_over_a_loss_when_there_is_delay_to_spare(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  /* the clock of the player stood still for 100 ms: five frames wait */
  for (int i = 10; i < 16; i++) {
    if (i != 11) {
      assert_int_equal(push(b, i, at(i)), MSNAV_OK);
    }
  }
  assert_int_equal(pop(b, at(15)), 9);
  assert_int_equal(pop(b, at(16)), 10);
  msnav_jitter_out out;
  assert_int_equal(msnav_jitter_pop(&b->j, at(17), &out), MSNAV_JITTER_FRAME);
  assert_int_equal(out.data[0], 12);
  assert_int_equal(out.skipped_us, FRAME);
  free(b);
}

static void recovered_frames_fill_losses(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(push(b, 11, at(11)), MSNAV_OK);
  uint8_t payload[160];
  memset(payload, 10, sizeof(payload));
  msnav_jitter_frame f = {.sequence = b->sequence + 11, /* what carried it */
                          .timestamp = b->timestamp + 10 * TICK,
                          .duration = TICK,
                          .data = payload,
                          .len = sizeof(payload),
                          .redundant = true};
  assert_int_equal(msnav_jitter_push(&b->j, &f, at(11)), MSNAV_OK);
  assert_int_equal(msnav_jitter_push(&b->j, &f, at(11)), MSNAV_ERR_DUPLICATE);
  for (int i = 9; i < 12; i++) {
    assert_int_equal(pop(b, at(i + 2)), i);
  }
  assert_int_equal(pop(b, at(14)), EMPTY);
  /* a repetition of what was played */
  assert_int_equal(msnav_jitter_push(&b->j, &f, at(14)), MSNAV_ERR_LATE);
  assert_int_equal(push(b, 12, at(14)), MSNAV_OK);
  assert_int_equal(pop(b, at(15)), 12);
  free(b);
}

/* ---- silence */

static void a_pause_without_a_missing_packet_is_silence(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  assert_int_equal(pop(b, at(11)), EMPTY);
  /* the next talk spurt begins 1 s later; its sequence number follows */
  b->sequence -= 50;
  msnav_usec spurt = at(60);
  assert_int_equal(push(b, 60, spurt), MSNAV_OK);
  assert_int_equal(push(b, 61, spurt + FRAME), MSNAV_OK);
  assert_int_equal(pop(b, spurt + 1), WAIT);
  int played = 0;
  for (int i = 1; i < 60 && played == 0; i++) {
    int got = pop(b, spurt + (msnav_usec)(i * MS));
    assert_true(got == WAIT || got == 60);
    played = got == 60 ? i : 0;
  }
  /* neither cut off nor longer than the first one was held back */
  assert_true(played >= 5 && played <= 20);
  free(b);
}

static void packets_without_sound_are_silence(void **state) {
  (void)state;
  bed *b = bed_new();
  settle(b, 10);
  assert_int_equal(pop(b, at(10)), 9);
  for (uint32_t i = 10; i < 15; i++) {
    msnav_jitter_note(&b->j, b->sequence + i);
  }
  assert_int_equal(pop(b, at(14)), EMPTY);
  assert_int_equal(push(b, 15, at(15)), MSNAV_OK);
  assert_int_equal(pop(b, at(15)), WAIT);
  assert_int_equal(push(b, 16, at(16)), MSNAV_OK);
  assert_int_equal(pop(b, at(16)), 15);
  /* one of them missing is a loss again */
  assert_int_equal(pop(b, at(17)), 16);
  msnav_jitter_note(&b->j, b->sequence + 17);
  assert_int_equal(pop(b, at(18)), EMPTY);
  assert_int_equal(push(b, 19, at(19)), MSNAV_OK);
  assert_int_equal(pop(b, at(19)), LOST);
  free(b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(says_how_much_is_lost_and_what_follows),
    cmocka_unit_test(nothing_late_is_thrown_away_while_it_can_be_played),
    cmocka_unit_test(a_loss_found_after_a_gap_is_not_filled_twice),
    cmocka_unit_test(a_loss_is_not_used_to_gain_delay),
    cmocka_unit_test(a_loss_is_filled_below_the_least_delay),
    cmocka_unit_test(joins_over_a_loss_when_there_is_delay_to_spare),
    cmocka_unit_test(recovered_frames_fill_losses),
    cmocka_unit_test(a_pause_without_a_missing_packet_is_silence),
    cmocka_unit_test(packets_without_sound_are_silence),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

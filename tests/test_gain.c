/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "call/gain.h"
#include "test.h"

#include <math.h>

/* x times permille, halves away from zero, within 16 bits. */
static int16_t want(int x, uint32_t permille) {
  double y = round((double)x * permille / 1000);
  return (int16_t)(y > 32767 ? 32767 : y < -32768 ? -32768 : y);
}

static void gain_is_exact_and_saturates(void **state) {
  (void)state;
  static const uint32_t gains[] = {0,    1,    333,  500,   999,  1000,
                                   1001, 1995, 3981, 15999, 16000};
  for (size_t g = 0; g < ARRAY_LEN(gains); g++) {
    for (int x = -32768; x <= 32767; x++) {
      int16_t pcm = (int16_t)x;
      msnav_gain_apply(&pcm, 1, gains[g], gains[g]);
      assert_int_equal(pcm, want(x, gains[g]));
    }
  }
}

static void change_is_a_straight_line(void **state) {
  (void)state;
  int16_t pcm[160];
  for (size_t i = 0; i < 160; i++) {
    pcm[i] = 10000;
  }
  msnav_gain_apply(pcm, 160, 1000, 2000);
  for (size_t i = 0; i < 160; i++) {
    double line = 10000 * (1 + (double)(i + 1) / 160);
    assert_true(fabs(pcm[i] - line) <= 10); /* the gain is in permille */
  }
  assert_int_equal(pcm[159], 20000);
  for (size_t i = 0; i < 160; i++) {
    pcm[i] = -10000;
  }
  msnav_gain_apply(pcm, 160, 16000, 0);
  assert_int_equal(pcm[0], -32768);
  assert_int_equal(pcm[159], 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(gain_is_exact_and_saturates),
    cmocka_unit_test(change_is_a_straight_line),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

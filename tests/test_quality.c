/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The E-model at points that ITU-T G.107 and G.113 print. */
#include "test.h"

#include "media/quality.h"

#include <math.h>

static double r_of(const char *codec, unsigned ms, double loss_percent) {
  const msnav_quality q = {.codec = codec,
                           .delay_us = ms * 1000,
                           .loss_permyriad = (uint32_t)(loss_percent * 100)};
  return msnav_quality_r(&q);
}

static bool near(double a, double b, double by) {
  return fabs(a - b) <= by;
}

static void nothing_wrong_is_the_default_rating(void **state) {
  (void)state;
  /* G.107 table 3: all defaults give 93.2, and that a MOS of 4.41 */
  assert_true(near(r_of("PCMU", 0, 0), 93.2, 0.05));
  assert_true(near(msnav_quality_mos(93.2), 4.41, 0.005));
}

static void mos_follows_annex_b(void **state) {
  (void)state;
  /* G.107 table B.1: R 90, 80, 70, 60, 50 are MOS 4.34, 4.03, 3.60, 3.10,
   * 2.58 */
  static const double rows[][2] = {
    {90, 4.34}, {80, 4.03}, {70, 3.60}, {60, 3.10}, {50, 2.58}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    assert_true(near(msnav_quality_mos(rows[i][0]), rows[i][1], 0.007));
  }
  assert_true(near(msnav_quality_mos(0), 1, 0));
  assert_true(near(msnav_quality_mos(-5), 1, 0));
  assert_true(near(msnav_quality_mos(100), 4.5, 0));
  assert_true(msnav_quality_mos(3) >= 1); /* the formula dips below */
}

static void loss_weighs_by_the_codecs_robustness(void **state) {
  (void)state;
  /* Ie-eff = Ie + (95 - Ie) * Ppl / (Ppl + Bpl): at Ppl = Bpl half of it */
  assert_true(near(r_of("PCMU", 0, 25.1), 93.2 - 47.5, 0.1));
  assert_true(near(r_of("pcma", 0, 25.1), 93.2 - 47.5, 0.1));
  assert_true(near(r_of("G723", 0, 0), 93.2 - 15, 0.1));
  assert_true(near(r_of("G723", 0, 16.1), 93.2 - 15 - 40, 0.1));
  assert_true(near(r_of("GSM", 0, 0), 93.2 - 20, 0.1));
  /* nothing is known of others */
  assert_true(near(r_of("opus", 0, 5), r_of("PCMU", 0, 5), 0));
  assert_true(near(r_of(NULL, 0, 5), r_of("PCMU", 0, 5), 0));
}

/* G.107 equation 7-29, Ie-eff = Ie + (95 - Ie) Ppl / (Ppl / BurstR + Bpl),
 * with values of G.113 appendix I, by hand. */
static void losses_in_a_row_weigh_more(void **state) {
  (void)state;
  static const struct {
    const char *codec;
    uint32_t permyriad;
    double ratio, ie;
  } rows[] = {
    {"PCMU", 200, 0, 7.011},   /* 190 / (2 + 25.1): nothing is known */
    {"PCMU", 200, 0.9, 7.011}, /* more regular than random */
    {"PCMU", 200, 1, 7.011},   /* random */
    {"PCMU", 200, 2, 7.280},   /* 190 / (1 + 25.1) */
    {"PCMU", 1000, 4, 34.420}, /* 950 / (2.5 + 25.1) */
    {"PCMU", 0, 8, 0},         /* no loss, no burst */
    {"G723", 400, 2, 32.680},  /* 15 + 320 / (2 + 16.1) */
    {"GSM", 500, 4, 53.333},   /* 20 + 375 / (1.25 + 10) */
    {"DVI4", 300, 1.5, 29.0},  /* 7 + 264 / (2 + 10) */
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_quality q = {.codec = rows[i].codec,
                             .loss_permyriad = rows[i].permyriad,
                             .burst_ratio = rows[i].ratio};
    assert_true(near(msnav_quality_r(&q), 93.2 - rows[i].ie, 0.001));
  }
}

static void delay_weighs_from_177_ms_on(void **state) {
  (void)state;
  /* Cole and Rosenbluth: 0.024 d + 0.11 (d - 177.3) above 177.3 ms */
  assert_true(near(r_of("PCMU", 100, 0), 93.2 - 2.4, 0.05));
  assert_true(near(r_of("PCMU", 177, 0), 93.2 - 4.25, 0.05));
  assert_true(near(r_of("PCMU", 300, 0), 93.2 - 7.2 - 13.5, 0.05));
}

static void rating_has_a_floor(void **state) {
  (void)state;
  assert_true(near(r_of("GSM", 4000, 100), 0, 0));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(nothing_wrong_is_the_default_rating),
    cmocka_unit_test(mos_follows_annex_b),
    cmocka_unit_test(loss_weighs_by_the_codecs_robustness),
    cmocka_unit_test(losses_in_a_row_weigh_more),
    cmocka_unit_test(delay_weighs_from_177_ms_on),
    cmocka_unit_test(rating_has_a_floor),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is learnt about the network, from arrivals alone. */
#include "media/delay.h"
#include "test.h"

#define MS 1000
#define FRAME (20 * MS)

/* Frames every 20 ms, of which each `nth` is so much later than the others. */
static void feed(msnav_delay *d, uint32_t *now, int count, uint32_t transit,
                 int nth, uint32_t late) {
  for (int i = 0; i < count; i++, *now += FRAME) {
    msnav_delay_observe(d, *now, transit + (i % nth == 0 ? late : 0));
  }
}

static void the_floor_is_the_least_of_two_seconds(void **state) {
  (void)state;
  msnav_delay d;
  uint32_t now = 5000000, before = 7000, after = before + 20 * MS;
  msnav_delay_init(&d, 0, 250 * MS);
  msnav_delay_begin(&d, now, before);
  feed(&d, &now, 200, before, 1, 0);
  feed(&d, &now, 60, after, 1, 0); /* a little longer, 1.2 s */
  assert_int_equal(d.floor, before);
  feed(&d, &now, 50, after, 1, 0);
  assert_int_equal(d.floor, after);
  feed(&d, &now, 1, before, 1, 0); /* shorter again */
  assert_int_equal(d.floor, before);
  now += 3000 * MS; /* nobody has spoken: who knows what has become of it? */
  feed(&d, &now, 1, after, 1, 0);
  assert_int_equal(d.floor, after);
}

static void enough_is_where_nine_of_ten_are_there(void **state) {
  (void)state;
  static const struct {
    int nth;
    uint32_t least, most;
  } rows[] = {{5, 60 * MS, 65 * MS}, {8, 60 * MS, 65 * MS}, {20, 0, 4 * MS}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_delay d;
    uint32_t now = 5000000;
    msnav_delay_init(&d, 0, 250 * MS);
    msnav_delay_begin(&d, now, 0);
    feed(&d, &now, 4000, 0, rows[i].nth, 60 * MS);
    assert_in_range(d.enough, rows[i].least, rows[i].most);
  }
}

/* A new least delay holds from now on, in both directions. */
static void another_least_delay_counts_at_once(void **state) {
  (void)state;
  msnav_delay d;
  msnav_delay_init(&d, 0, 250 * MS);
  assert_in_range(d.target, 0, 25 * MS);
  msnav_delay_set_min(&d, 80 * MS);
  assert_int_equal(d.target, 80 * MS);
  msnav_delay_set_min(&d, 300 * MS); /* the greatest is kept */
  assert_int_equal(d.target, 250 * MS);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_floor_is_the_least_of_two_seconds),
    cmocka_unit_test(enough_is_where_nine_of_ten_are_there),
    cmocka_unit_test(another_least_delay_counts_at_once),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The clock and timers, and both with watches. */
#include "support/loop_probe.h"

static void the_clock_runs_and_never_goes_back(void **state) {
  fixture *f = *state;
  msnav_usec start = now(f);
  msnav_usec last = start;
  turn(f, 3 * MS);
  for (int i = 0; i < 1000; i++) {
    msnav_usec t = now(f);
    assert_true(t >= last);
    last = t;
  }
  assert_true(last >= start + 3 * MS);
}

static void a_timer_runs_once_and_not_early(void **state) {
  fixture *f = *state;
  probe p = {0};
  make_timer(f, &p);
  arm(&p, now(f) + 7 * MS + 123);
  turn_until(f, &p.calls, 1); /* on_timer checks the time */
  turn(f, 10 * MS);
  assert_int_equal(p.calls, 1);
  drop_timer(&p);
}

static void a_new_timer_is_disarmed(void **state) {
  fixture *f = *state;
  probe p = {0};
  make_timer(f, &p);
  turn(f, 3 * MS);
  assert_int_equal(p.calls, 0);
  drop_timer(&p);
}

static void a_time_in_the_past_is_now(void **state) {
  fixture *f = *state;
  probe p = {0};
  make_timer(f, &p);
  msnav_usec start = now(f);
  arm(&p, 0);
  turn_until(f, &p.calls, 1);
  arm(&p, start);
  turn_until(f, &p.calls, 2);
  assert_true(p.last - start < 1000 * MS);
  drop_timer(&p);
}

static void a_timer_is_disarmed_and_put_off(void **state) {
  fixture *f = *state;
  probe gone = {0};
  probe later = {0};
  probe sooner = {0};
  make_timer(f, &gone);
  make_timer(f, &later);
  make_timer(f, &sooner);
  msnav_usec start = now(f);
  arm(&gone, start + 3 * MS);
  arm(&later, start + 3 * MS);
  arm(&sooner, start + 3600000 * MS);
  arm(&gone, MSNAV_NEVER);
  arm(&gone, MSNAV_NEVER);
  arm(&later, start + 12 * MS);
  arm(&sooner, start + 4 * MS);
  turn_until(f, &later.calls, 1);
  turn_until(f, &sooner.calls, 1);
  assert_int_equal(gone.calls, 0);
  if (f->kind->ordered) { /* else both may have been due at once */
    assert_true(sooner.last <= later.last);
  }
  drop_timer(&gone);
  drop_timer(&later);
  drop_timer(&sooner);
}

/* All are due when the loop comes to them. */
static void timers_run_in_the_order_of_their_deadlines(void **state) {
  fixture *f = *state;
  static const unsigned due[] = {5, 1, 4, 1, 3, 0, 2, 5};
  static const unsigned place[] = {7, 2, 6, 3, 5, 1, 4, 8};
  probe p[ARRAY_LEN(due)];
  unsigned sequence = 0;
  memset(p, 0, sizeof(p));
  if (!f->kind->ordered) {
    return;
  }
  msnav_usec start = now(f);
  for (size_t i = 0; i < ARRAY_LEN(p); i++) {
    p[i].sequence = &sequence;
    make_timer(f, &p[i]);
    arm(&p[i], start + due[i] * 100);
  }
  usleep(2 * MS);
  turn_until(f, &sequence, ARRAY_LEN(p));
  for (size_t i = 0; i < ARRAY_LEN(p); i++) {
    assert_int_equal(p[i].place, place[i]);
    drop_timer(&p[i]);
  }
}

static void rearm_from_last(probe *p) {
  if (p->calls < 10) {
    arm(p, p->at + 2 * MS);
  }
}

static void a_timer_is_armed_again_inside_its_callback(void **state) {
  fixture *f = *state;
  probe p = {.act = rearm_from_last};
  make_timer(f, &p);
  msnav_usec start = now(f);
  arm(&p, start + 2 * MS);
  turn_until(f, &p.calls, 10);
  assert_true(p.last >= start + 20 * MS);
  drop_timer(&p);
}

static void rearm_for_now(probe *p) {
  arm(p, 0);
}

/* One that is always due, and a descriptor that is always ready, leave the
 * others their turn. */
static void nobody_starves(void **state) {
  fixture *f = *state;
  probe eager = {.act = rearm_for_now};
  probe patient = {0};
  probe ready = {0};
  open_pair(f, &ready, MSNAV_IO_READ);
  poke(&ready);
  make_timer(f, &eager);
  make_timer(f, &patient);
  arm(&eager, 0);
  arm(&patient, now(f) + 2 * MS);
  turn_until(f, &patient.calls, 1);
  unsigned before = ready.calls;
  for (int i = 0; i < 20; i++) {
    f->kind->step(&f->bench, 0);
  }
  assert_true(ready.calls > before);
  assert_true(eager.calls > 0);
  drop_timer(&eager);
  drop_timer(&patient);
  close_pair(&ready);
}

static void a_timer_destroys_itself(void **state) {
  fixture *f = *state;
  probe p = {.act = drop_timer};
  make_timer(f, &p);
  arm(&p, now(f));
  turn_until(f, &p.calls, 1);
  turn(f, 2 * MS);
}

static void drop_other(probe *p) {
  drop_timer(p->other);
}

static void disarm_other(probe *p) {
  arm(p->other, MSNAV_NEVER);
}

static void put_off_other(probe *p) {
  arm(p->other, now(p->f) + 3600000 * MS);
}

/* Both are due at once; the first to run stops the other. */
static void a_timer_stops_another_that_is_due_too(void **state) {
  fixture *f = *state;
  static void (*const ways[])(probe *) = {drop_other, disarm_other,
                                          put_off_other};
  for (size_t i = 0; i < ARRAY_LEN(ways); i++) {
    probe a = {.act = ways[i]};
    probe b = {.act = ways[i], .other = &a};
    a.other = &b;
    make_timer(f, &a);
    make_timer(f, &b);
    msnav_usec t = now(f);
    arm(&a, t);
    arm(&b, t);
    turn(f, 3 * MS);
    assert_int_equal(a.calls + b.calls, 1);
    drop_timer(&a);
    drop_timer(&b);
  }
}

static void a_far_deadline_does_not_wrap(void **state) {
  fixture *f = *state;
  static const msnav_usec far[] = {UINT64_MAX - 1, UINT64_MAX / 2 + 1,
                                   UINT64_MAX / 2, UINT64_MAX / 4};
  for (size_t i = 0; i < ARRAY_LEN(far); i++) {
    probe p = {0};
    make_timer(f, &p);
    arm(&p, far[i]);
    turn(f, 2 * MS);
    assert_int_equal(p.calls, 0);
    drop_timer(&p);
  }
}

static void stop_everything(probe *p) {
  drop_timer(p);
  drop_timer(p->other);
  unwatch(p);
  unwatch(p->other);
}

/* A call is freed inside a callback: its watches and timers go at once. */
static void everything_is_removed_inside_a_callback(void **state) {
  fixture *f = *state;
  probe a = {.act = stop_everything};
  probe b = {.act = stop_everything, .other = &a};
  a.other = &b;
  open_pair(f, &a, MSNAV_IO_READ);
  open_pair(f, &b, MSNAV_IO_READ);
  make_timer(f, &a);
  make_timer(f, &b);
  arm(&a, 0);
  arm(&b, 0);
  poke(&a);
  poke(&b);
  turn(f, 3 * MS);
  assert_int_equal(a.calls + b.calls, 1);
  close_pair(&a);
  close_pair(&b);
}

/* 10,000 over 20 ms in random order; every third is disarmed again. */
static void ten_thousand_timers_each_run_once(void **state) {
  fixture *f = *state;
  enum { COUNT = 10000 };
  probe *p = calloc(COUNT, sizeof(*p));
  uint32_t random = 1;
  unsigned ran = 0;
  msnav_usec start = now(f);
  for (size_t i = 0; i < COUNT; i++) {
    random = random * 1664525u + 1013904223u;
    p[i].sequence = &ran;
    make_timer(f, &p[i]);
    arm(&p[i], start + 500 * MS);
    arm(&p[i], start + 10 * MS + (random >> 8) % (20 * MS));
  }
  for (size_t i = 0; i < COUNT; i += 3) {
    arm(&p[i], MSNAV_NEVER);
  }
  turn_until(f, &ran, COUNT - (COUNT + 2) / 3);
  turn(f, 2 * MS);
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(p[i].calls, i % 3 == 0 ? 0 : 1);
    drop_timer(&p[i]);
  }
  free(p);
}

static const struct CMUnitTest tests[] = {
  CASE(the_clock_runs_and_never_goes_back),
  CASE(a_timer_runs_once_and_not_early),
  CASE(a_new_timer_is_disarmed),
  CASE(a_time_in_the_past_is_now),
  CASE(a_timer_is_disarmed_and_put_off),
  CASE(timers_run_in_the_order_of_their_deadlines),
  CASE(a_timer_is_armed_again_inside_its_callback),
  CASE(nobody_starves),
  CASE(a_timer_destroys_itself),
  CASE(a_timer_stops_another_that_is_due_too),
  CASE(a_far_deadline_does_not_wrap),
  CASE(everything_is_removed_inside_a_callback),
  CASE(ten_thousand_timers_each_run_once),
};

const loop_list loop_timers = {tests, ARRAY_LEN(tests)};

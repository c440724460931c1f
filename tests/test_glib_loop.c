/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A GLib main context as the caller's loop. */
#include "support/loop_suite.h"
#include <msnav/glib.h>

static void refuses_what_breaks_the_contract(void **state) {
  (void)state;
  assert_int_equal(msnav_glib_loop(NULL, NULL), MSNAV_ERR_INVALID);
}

static void quit(void *arg) {
  g_main_loop_quit(arg);
}

static void the_default_context_serves_when_none_is_given(void **state) {
  (void)state;
  msnav_loop l;
  assert_int_equal(msnav_glib_loop(&l, NULL), MSNAV_OK);
  assert_int_equal(msnav_loop_check(&l), MSNAV_OK);
  GMainLoop *loop = g_main_loop_new(NULL, FALSE);
  void *timer = l.timer_add(l.data, quit, loop);
  l.timer_set(l.data, timer, l.now(l.data) + 2000);
  g_main_loop_run(loop);
  l.timer_del(l.data, timer);
  g_main_loop_unref(loop);
}

/* Deadlines of the application and of the library mean the same clock. */
static void its_clock_is_that_of_glib(void **state) {
  (void)state;
  msnav_loop l;
  assert_int_equal(msnav_glib_loop(&l, NULL), MSNAV_OK);
  gint64 before = g_get_monotonic_time();
  msnav_usec t = l.now(l.data);
  assert_in_range(t, before, g_get_monotonic_time());
}

static void leaves_no_source_behind(void **state) {
  (void)state;
  GMainContext *context = g_main_context_new();
  msnav_loop l;
  assert_int_equal(msnav_glib_loop(&l, context), MSNAV_OK);
  void *timer = l.timer_add(l.data, quit, NULL);
  l.timer_set(l.data, timer, 0);
  assert_true(g_main_context_pending(context));
  l.timer_del(l.data, timer);
  assert_false(g_main_context_pending(context));
  g_main_context_unref(context);
}

static void count(void *arg) {
  ++*(unsigned *)arg;
}

/* A deadline that has passed or lies far away does not keep GLib busy. */
static void nothing_is_pending_unless_a_timer_is_due(void **state) {
  (void)state;
  static const msnav_usec far[] = {MSNAV_NEVER, UINT64_MAX - 1,
                                   UINT64_MAX / 2 + 1, UINT64_MAX / 2};
  GMainContext *context = g_main_context_new();
  msnav_loop l;
  unsigned calls = 0;
  assert_int_equal(msnav_glib_loop(&l, context), MSNAV_OK);
  void *timer = l.timer_add(l.data, count, &calls);
  for (size_t i = 0; i < ARRAY_LEN(far); i++) {
    l.timer_set(l.data, timer, far[i]);
    assert_false(g_main_context_pending(context));
  }
  l.timer_set(l.data, timer, 0);
  assert_true(g_main_context_pending(context));
  g_main_context_iteration(context, TRUE);
  assert_int_equal(calls, 1);
  assert_false(g_main_context_pending(context));
  l.timer_del(l.data, timer);
  g_main_context_unref(context);
}

int main(void) {
  struct CMUnitTest tests[LOOP_SUITE_MAX + 8] = {
    cmocka_unit_test(refuses_what_breaks_the_contract),
    cmocka_unit_test(the_default_context_serves_when_none_is_given),
    cmocka_unit_test(its_clock_is_that_of_glib),
    cmocka_unit_test(leaves_no_source_behind),
    cmocka_unit_test(nothing_is_pending_unless_a_timer_is_due),
  };
  size_t used = 5;
  used += loop_suite_append(tests + used, &loop_kind_glib);
  return loop_suite_run(tests, used);
}

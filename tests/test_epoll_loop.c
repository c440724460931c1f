/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The loop for programs that have none. */
#include "support/loop_suite.h"
#include "support/oom.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <unistd.h>

static msnav_epoll *make(void) {
  msnav_epoll *e = NULL;
  assert_int_equal(msnav_epoll_new(&e), MSNAV_OK);
  return e;
}

static msnav_usec now(msnav_epoll *e) {
  const msnav_loop *l = msnav_epoll_loop(e);
  return l->now(l->data);
}

static void refuses_what_breaks_the_contract(void **state) {
  (void)state;
  assert_int_equal(msnav_epoll_new(NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_epoll_run(NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_epoll_step(NULL, 0), MSNAV_ERR_INVALID);
  assert_null(msnav_epoll_loop(NULL));
  assert_int_equal(msnav_epoll_wakeups(NULL), 0);
  msnav_epoll_stop(NULL);
  msnav_epoll_free(NULL);
}

static void ignore_io(int fd, unsigned events, void *arg) {
  (void)fd, (void)events, (void)arg;
}

static void count(void *arg) {
  ++*(unsigned *)arg;
}

/* The first free number is the loop's own descriptor. */
static void its_descriptor_is_not_inherited(void **state) {
  (void)state;
  int next = dup(0);
  close(next);
  msnav_epoll *e = make();
  int flags = fcntl(next, F_GETFD);
  assert_int_not_equal(flags, -1);
  assert_int_equal(flags & FD_CLOEXEC, FD_CLOEXEC);
  msnav_epoll_free(e);
  assert_int_equal(fcntl(next, F_GETFD), -1); /* and is closed */
}

static void out_of_memory_is_an_error(void **state) {
  (void)state;
  msnav_epoll *e = NULL;
  oom_fail(1);
  assert_int_equal(msnav_epoll_new(&e), MSNAV_ERR_NOMEM);
  assert_true(oom_failed());
  assert_null(e);
  e = make();
  const msnav_loop *l = msnav_epoll_loop(e);
  int fd = eventfd(0, EFD_CLOEXEC);
  oom_fail(1);
  assert_null(l->io_add(l->data, fd, MSNAV_IO_READ, ignore_io, NULL));
  assert_true(oom_failed());
  for (unsigned i = 1; i <= 2; i++) { /* the timer's room, the timer */
    oom_fail(i);
    assert_null(l->timer_add(l->data, count, NULL));
    assert_true(oom_failed());
  }
  close(fd);
  msnav_epoll_free(e);
}

static void a_descriptor_that_cannot_be_watched_is_refused(void **state) {
  (void)state;
  msnav_epoll *e = make();
  const msnav_loop *l = msnav_epoll_loop(e);
  int fd = eventfd(0, EFD_CLOEXEC);
  void *io = l->io_add(l->data, fd, MSNAV_IO_READ, ignore_io, NULL);
  assert_non_null(io);
  assert_null(l->io_add(l->data, fd, MSNAV_IO_READ, ignore_io, NULL));
  assert_null(l->io_add(l->data, -1, MSNAV_IO_READ, ignore_io, NULL));
  l->io_del(l->data, io);
  close(fd);
  msnav_epoll_free(e);
}

static void it_drops_what_was_left(void **state) {
  (void)state;
  msnav_epoll *e = make();
  const msnav_loop *l = msnav_epoll_loop(e);
  int fd = eventfd(0, EFD_CLOEXEC);
  unsigned calls = 0;
  assert_non_null(l->io_add(l->data, fd, MSNAV_IO_READ, ignore_io, NULL));
  void *timer = l->timer_add(l->data, count, &calls);
  l->timer_set(l->data, timer, 0);
  assert_non_null(l->timer_add(l->data, count, &calls));
  msnav_epoll_free(e); /* the sanitizer looks for leaks */
  close(fd);
  assert_int_equal(calls, 0);
}

static void a_step_waits_until_its_time_and_wakes_up_once(void **state) {
  (void)state;
  msnav_epoll *e = make();
  msnav_usec start = now(e);
  assert_int_equal(msnav_epoll_step(e, start + 20000), MSNAV_OK);
  assert_true(now(e) >= start + 20000);
  assert_int_equal(msnav_epoll_wakeups(e), 1);
  assert_int_equal(msnav_epoll_step(e, 0), MSNAV_OK); /* polls */
  assert_int_equal(msnav_epoll_wakeups(e), 2);
  msnav_epoll_free(e);
}

typedef struct stopper {
  msnav_epoll *e;
  unsigned calls;
  bool frees;
} stopper;

static void stop(void *arg) {
  stopper *s = arg;
  s->calls++;
  if (s->frees) {
    msnav_epoll_free(s->e);
  } else {
    msnav_epoll_stop(s->e);
  }
}

static void stop_io(int fd, unsigned events, void *arg) {
  (void)fd, (void)events;
  stop(arg);
}

static void run_ends_after_the_callback_that_stops_it(void **state) {
  (void)state;
  stopper s = {.e = make()};
  const msnav_loop *l = msnav_epoll_loop(s.e);
  void *timers[3];
  void *ios[3];
  int fds[3];
  for (size_t i = 0; i < 3; i++) {
    timers[i] = l->timer_add(l->data, stop, &s);
    l->timer_set(l->data, timers[i], 0);
    fds[i] = eventfd(1, EFD_CLOEXEC);
    ios[i] = l->io_add(l->data, fds[i], MSNAV_IO_READ, stop_io, &s);
  }
  for (unsigned i = 1; i <= 4; i++) { /* what was left comes next time */
    assert_int_equal(msnav_epoll_run(s.e), MSNAV_OK);
    assert_int_equal(s.calls, i);
  }
  for (size_t i = 0; i < 3; i++) {
    l->timer_del(l->data, timers[i]);
    l->io_del(l->data, ios[i]);
    close(fds[i]);
  }
  msnav_epoll_free(s.e);
}

static void a_stop_before_does_not_end_the_next_run(void **state) {
  (void)state;
  stopper s = {.e = make()};
  const msnav_loop *l = msnav_epoll_loop(s.e);
  void *timer = l->timer_add(l->data, stop, &s);
  msnav_epoll_stop(s.e);
  l->timer_set(l->data, timer, now(s.e) + 2000);
  assert_int_equal(msnav_epoll_run(s.e), MSNAV_OK);
  assert_int_equal(s.calls, 1);
  msnav_epoll_free(s.e);
}

/* loop.h: it is for a run. */
static void a_stop_outside_keeps_nothing_from_a_step(void **state) {
  (void)state;
  unsigned calls = 0;
  msnav_epoll *e = make();
  const msnav_loop *l = msnav_epoll_loop(e);
  void *timer = l->timer_add(l->data, count, &calls);
  msnav_epoll_stop(e);
  l->timer_set(l->data, timer, 0);
  assert_int_equal(msnav_epoll_step(e, 0), MSNAV_OK);
  assert_int_equal(calls, 1);
  l->timer_del(l->data, timer);
  msnav_epoll_free(e);
}

static void it_can_be_freed_inside_a_callback(void **state) {
  (void)state;
  for (int run = 0; run < 2; run++) {
    stopper s = {.e = make(), .frees = true};
    const msnav_loop *l = msnav_epoll_loop(s.e);
    for (size_t i = 0; i < 3; i++) {
      void *timer = l->timer_add(l->data, stop, &s);
      l->timer_set(l->data, timer, 0);
    }
    assert_int_equal(run != 0 ? msnav_epoll_run(s.e)
                              : msnav_epoll_step(s.e, MSNAV_NEVER),
                     MSNAV_OK);
    assert_int_equal(s.calls, 1);
  }
}

static void step_again(void *arg) {
  stopper *s = arg;
  if (s->calls++ == 0) {
    assert_int_equal(msnav_epoll_step(s->e, now(s->e) + 50000), MSNAV_OK);
  }
}

/* A program that waits for something inside a callback. */
static void a_step_inside_a_callback_runs_the_others(void **state) {
  (void)state;
  stopper s = {.e = make()};
  const msnav_loop *l = msnav_epoll_loop(s.e);
  void *first = l->timer_add(l->data, step_again, &s);
  void *second = l->timer_add(l->data, step_again, &s);
  l->timer_set(l->data, first, 0);
  l->timer_set(l->data, second, 0);
  assert_int_equal(msnav_epoll_step(s.e, MSNAV_NEVER), MSNAV_OK);
  assert_int_equal(s.calls, 2);
  l->timer_del(l->data, first);
  l->timer_del(l->data, second);
  msnav_epoll_free(s.e);
}

static void on_signal(int number) {
  (void)number;
}

/* The wait is longer than epoll_wait(2) can be told: 2^32 milliseconds. */
static void a_signal_ends_a_long_step(void **state) {
  (void)state;
  struct sigaction action = {.sa_handler = on_signal};
  struct sigaction before;
  sigemptyset(&action.sa_mask);
  assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
  msnav_epoll *e = make();
  msnav_usec start = now(e);
  ualarm(20000, 0);
  assert_int_equal(msnav_epoll_step(e, start + (1000ull << 32)), MSNAV_OK);
  assert_in_range(now(e) - start, 15000, 5000000);
  msnav_epoll_free(e);
  sigaction(SIGALRM, &before, NULL);
}

int main(void) {
  struct CMUnitTest tests[LOOP_SUITE_MAX + 16] = {
    cmocka_unit_test(refuses_what_breaks_the_contract),
    cmocka_unit_test(its_descriptor_is_not_inherited),
    cmocka_unit_test(out_of_memory_is_an_error),
    cmocka_unit_test(a_descriptor_that_cannot_be_watched_is_refused),
    cmocka_unit_test(it_drops_what_was_left),
    cmocka_unit_test(a_step_waits_until_its_time_and_wakes_up_once),
    cmocka_unit_test(run_ends_after_the_callback_that_stops_it),
    cmocka_unit_test(a_stop_before_does_not_end_the_next_run),
    cmocka_unit_test(a_stop_outside_keeps_nothing_from_a_step),
    cmocka_unit_test(it_can_be_freed_inside_a_callback),
    cmocka_unit_test(a_step_inside_a_callback_runs_the_others),
    cmocka_unit_test(a_signal_ends_a_long_step),
  };
  size_t used = 12;
  used += loop_suite_append(tests + used, &loop_kind_epoll);
  return loop_suite_run(tests, used);
}

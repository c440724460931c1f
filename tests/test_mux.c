/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many watches and timers behind one descriptor and one timer of the host:
 * what the host sees of them, on a loop in virtual time. */
#include "mux_kit.h"
#include "support/loop_suite.h"
#include "support/oom.h"
#include <fcntl.h>

#define MANY 1000

static void one_watch_and_one_timer_whatever_is_inside(void **state) {
  bench *b = *state;
  enum { COUNT = 100 };
  int fds[COUNT];
  void *ios[COUNT];
  void *timers[COUNT];
  assert_int_equal(b->f->watches, 0);
  assert_int_equal(b->f->timers, 1);
  assert_int_equal(b->f->armed, 0);
  for (size_t i = 0; i < COUNT; i++) {
    fds[i] = make_ready(false);
    ios[i] = b->l->io_add(b->l->data, fds[i], MSNAV_IO_READ, on_io, b);
    timers[i] = b->l->timer_add(b->l->data, on_timer, b);
    b->l->timer_set(b->l->data, timers[i], b->f->now + 1000 + i);
    assert_int_equal(b->f->watches, 1);
    assert_int_equal(b->f->timers, 1);
    assert_int_equal(b->f->armed, 1);
  }
  assert_int_equal(b->f->io_adds, 1);
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(b->f->watches, 1);
    assert_int_equal(b->f->armed, 1);
    b->l->io_del(b->l->data, ios[i]);
    b->l->timer_del(b->l->data, timers[i]);
    close(fds[i]);
  }
  assert_int_equal(b->f->watches, 0);
  assert_int_equal(b->f->armed, 0);
  assert_int_equal(b->f->wakeups, 0);
}

static void the_host_is_told_of_earlier_deadlines_only(void **state) {
  bench *b = *state;
  void *t = b->l->timer_add(b->l->data, on_timer, b);
  void *u = b->l->timer_add(b->l->data, on_timer, b);
  msnav_usec start = b->f->now;
  b->l->timer_set(b->l->data, t, start + 1000);
  b->l->timer_set(b->l->data, u, start + 2000); /* later */
  b->l->timer_set(b->l->data, t, start + 1000); /* the same */
  b->l->timer_set(b->l->data, t, start + 1500); /* put off */
  assert_int_equal(b->f->timer_sets, 1);
  assert_int_equal(fake_loop_deadline(b->f), start + 1000);
  b->l->timer_set(b->l->data, u, start + 500); /* earlier */
  assert_int_equal(b->f->timer_sets, 2);
  assert_int_equal(fake_loop_deadline(b->f), start + 500);
  fake_loop_advance(b->f, 499);
  assert_int_equal(b->calls, 0);
  fake_loop_advance(b->f, 1);
  assert_int_equal(b->calls, 1);
  assert_int_equal(fake_loop_deadline(b->f), start + 1500);
  fake_loop_advance(b->f, 1000);
  assert_int_equal(b->calls, 2);
  assert_int_equal(b->f->armed, 0);
}

/* A deadline that is put off at every packet costs the host nothing, and one
 * wake-up in all; the wake-up shows in no hook. */
static void a_deadline_put_off_is_found_out_when_it_comes(void **state) {
  bench *b = *state;
  void *t = b->l->timer_add(b->l->data, on_timer, b);
  for (unsigned i = 0; i < 1000; i++) {
    b->l->timer_set(b->l->data, t, b->f->now + 30000000 + i);
  }
  assert_int_equal(b->f->timer_sets, 1);
  fake_loop_advance(b->f, 30000998);
  assert_int_equal(b->f->wakeups, 1);
  assert_int_equal(b->enters, 0);
  assert_int_equal(b->calls, 0);
  fake_loop_advance(b->f, 1);
  assert_int_equal(b->calls, 1);
  assert_int_equal(b->enters, 1);
}

static void no_wake_up_is_left_when_the_last_timer_goes(void **state) {
  bench *b = *state;
  void *t = b->l->timer_add(b->l->data, on_timer, b);
  b->l->timer_set(b->l->data, t, b->f->now + 1000);
  b->l->timer_set(b->l->data, t, b->f->now + 2000); /* the host has 1000 */
  b->l->timer_set(b->l->data, t, MSNAV_NEVER);
  assert_int_equal(b->f->armed, 0);
  b->l->timer_set(b->l->data, t, MSNAV_NEVER);
  assert_int_equal(b->f->timer_sets, 2);
  b->l->timer_set(b->l->data, t, b->f->now + 1000);
  b->l->timer_del(b->l->data, t);
  assert_int_equal(b->f->armed, 0);
  fake_loop_advance(b->f, 10000000);
  assert_int_equal(b->f->wakeups, 0);
}

typedef struct ticker {
  bench *b;
  void *timers[3];
} ticker;

static void on_tick(void *arg) {
  ticker *t = arg;
  const msnav_loop *l = t->b->l;
  for (size_t i = 0; i < 3; i++) { /* forth and back, as a call does */
    l->timer_set(l->data, t->timers[i], t->b->f->now + 5000);
    l->timer_set(l->data, t->timers[i], MSNAV_NEVER);
    l->timer_set(l->data, t->timers[i], t->b->f->now + 20000 + i);
  }
}

static void the_host_is_told_once_per_dispatch(void **state) {
  bench *b = *state;
  ticker t = {.b = b};
  for (size_t i = 0; i < 3; i++) {
    t.timers[i] = b->l->timer_add(b->l->data, on_tick, &t);
  }
  b->l->timer_set(b->l->data, t.timers[0], b->f->now + 20000);
  unsigned before = b->f->timer_sets;
  fake_loop_advance(b->f, 20000 * 50);
  assert_int_equal(b->f->timer_sets - before, 50);
  assert_int_equal(b->f->wakeups, 50);
}

typedef struct turn {
  bench *b;
  unsigned count;
} turn;

static void on_turn(int fd, unsigned events, void *arg) {
  turn *t = arg;
  t->count++;
  on_io(fd, events, t->b);
}

/* 1000 descriptors that stay ready: each wake-up runs a part of them, and
 * after a few all had their turn. */
static void a_wake_up_is_bounded_and_nobody_starves(void **state) {
  bench *b = *state;
  static int fds[MANY];
  static void *ios[MANY];
  static turn turns[MANY];
  unsigned most = 0;
  loop_suite_allow_descriptors(MANY + 100);
  for (size_t i = 0; i < MANY; i++) {
    fds[i] = make_ready(true);
    turns[i] = (turn){b, 0};
    ios[i] =
      b->l->io_add(b->l->data, fds[i], MSNAV_IO_READ, on_turn, &turns[i]);
    assert_non_null(ios[i]);
  }
  for (int i = 0; i < 8; i++) {
    unsigned before = b->calls;
    assert_int_equal(fake_loop_step(b->f), 1);
    most = b->calls - before > most ? b->calls - before : most;
  }
  assert_in_range(most, 64, 256);
  for (size_t i = 0; i < MANY; i++) {
    assert_in_range(turns[i].count, 1, 3);
    b->l->io_del(b->l->data, ios[i]);
    close(fds[i]);
  }
}

typedef struct swap {
  bench *b;
  void *io;
  int fd;
} swap;

static void on_swap(int fd, unsigned events, void *arg) {
  swap *s = arg;
  const msnav_loop *l = s->b->l;
  (void)events;
  s->b->calls++;
  l->io_del(l->data, s->io);
  s->io = NULL;
  if (s->b->calls == 1) {
    s->io = l->io_add(l->data, fd, MSNAV_IO_READ, on_swap, s);
  }
}

/* A watch that is replaced in its own callback leaves the host's alone. */
static void the_host_watch_stays_until_the_dispatch_ends(void **state) {
  bench *b = *state;
  swap s = {.b = b, .fd = make_ready(true)};
  s.io = b->l->io_add(b->l->data, s.fd, MSNAV_IO_READ, on_swap, &s);
  fake_loop_step(b->f);
  assert_int_equal(b->f->io_adds, 1);
  assert_int_equal(b->f->watches, 1);
  fake_loop_step(b->f);
  assert_int_equal(b->f->watches, 0);
  assert_int_equal(b->calls, 2);
  close(s.fd);
}

static void its_descriptor_is_not_inherited(void **state) {
  bench *b = *state;
  int fd = make_ready(false);
  void *io = b->l->io_add(b->l->data, fd, MSNAV_IO_READ, on_io, b);
  int flags = fcntl(fake_loop_fd(b->f), F_GETFD);
  assert_int_not_equal(flags, -1);
  assert_int_equal(flags & FD_CLOEXEC, FD_CLOEXEC);
  b->l->io_del(b->l->data, io);
  close(fd);
}

/* ---- hooks */

static void hooks_stand_around_a_dispatch(void **state) {
  bench *b = *state;
  void *timers[3];
  for (size_t i = 0; i < 3; i++) {
    timers[i] = b->l->timer_add(b->l->data, on_timer, b);
    b->l->timer_set(b->l->data, timers[i], b->f->now + 10);
  }
  fake_loop_advance(b->f, 10);
  assert_int_equal(b->calls, 3); /* each saw a depth of 1 */
  assert_int_equal(b->enters, 1);
  assert_int_equal(b->leaves, 1);
  assert_int_equal(b->depth, 0);
}

/* ---- failures */

static void refuses_what_breaks_the_contract(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  msnav_mux *mux = NULL;
  msnav_loop broken = *fake_loop_vtable(f);
  broken.timer_set = NULL;
  assert_int_equal(msnav_mux_new(NULL, &mux), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_mux_new(&broken, &mux), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_mux_new(fake_loop_vtable(f), NULL), MSNAV_ERR_INVALID);
  assert_null(mux);
  fake_loop_free(f);
}

/* The struct of a newer caller is longer; it may go after the call. */
static void the_host_loop_is_copied(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  struct {
    msnav_loop loop;
    void *future;
  } *newer = malloc(sizeof(*newer));
  msnav_mux *mux = NULL;
  newer->loop = *fake_loop_vtable(f);
  newer->loop.size = sizeof(*newer);
  assert_int_equal(msnav_mux_new(&newer->loop, &mux), MSNAV_OK);
  free(newer);
  const msnav_loop *l = msnav_mux_loop(mux);
  assert_int_equal(l->size, sizeof(*l));
  assert_int_equal(msnav_loop_check(l), MSNAV_OK);
  assert_int_equal(l->now(l->data), f->now);
  msnav_mux_free(mux);
  fake_loop_free(f);
}

static void a_host_that_refuses_a_timer_is_out_of_memory(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  msnav_mux *mux = NULL;
  f->fail_timer_add = 1;
  assert_int_equal(msnav_mux_new(fake_loop_vtable(f), &mux), MSNAV_ERR_NOMEM);
  assert_null(mux);
  fake_loop_free(f);
}

static void a_host_that_refuses_a_watch_is_told_to_the_caller(void **state) {
  bench *b = *state;
  int fd = make_ready(true);
  b->f->fail_io_add = 2;
  for (int i = 0; i < 2; i++) {
    assert_null(b->l->io_add(b->l->data, fd, MSNAV_IO_READ, on_io, b));
  }
  void *io = b->l->io_add(b->l->data, fd, MSNAV_IO_READ, on_io, b);
  assert_non_null(io); /* as if nothing had been */
  fake_loop_step(b->f);
  assert_int_equal(b->calls, 1);
  b->l->io_del(b->l->data, io);
  close(fd);
}

static void out_of_memory_is_an_error_and_nothing_leaks(void **state) {
  (void)state;
  fake_loop *f = fake_loop_new();
  msnav_mux *mux = NULL;
  unsigned failures = 0;
  for (unsigned n = 1;; n++) {
    oom_fail(n);
    msnav_error err = msnav_mux_new(fake_loop_vtable(f), &mux);
    if (!oom_failed()) {
      assert_int_equal(err, MSNAV_OK);
      break;
    }
    assert_int_equal(err, MSNAV_ERR_NOMEM);
    assert_null(mux);
    failures++;
  }
  assert_int_equal(failures, 2); /* the mux, and the host's timer */
  const msnav_loop *l = msnav_mux_loop(mux);
  int fd = make_ready(false);
  for (unsigned n = 1; n <= 2; n++) { /* ours, the host's */
    oom_fail(n);
    assert_null(l->io_add(l->data, fd, MSNAV_IO_READ, on_io, NULL));
    assert_true(oom_failed());
    oom_fail(n);
    assert_null(l->timer_add(l->data, on_timer, NULL));
    assert_true(oom_failed());
  }
  assert_int_equal(f->watches, 0);
  msnav_mux_free(mux);
  close(fd);
  fake_loop_free(f);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(one_watch_and_one_timer_whatever_is_inside),
    CASE(the_host_is_told_of_earlier_deadlines_only),
    CASE(a_deadline_put_off_is_found_out_when_it_comes),
    CASE(no_wake_up_is_left_when_the_last_timer_goes),
    CASE(the_host_is_told_once_per_dispatch),
    CASE(a_wake_up_is_bounded_and_nobody_starves),
    CASE(the_host_watch_stays_until_the_dispatch_ends),
    CASE(its_descriptor_is_not_inherited),
    CASE(hooks_stand_around_a_dispatch),
    CASE(a_host_that_refuses_a_watch_is_told_to_the_caller),
    cmocka_unit_test(refuses_what_breaks_the_contract),
    cmocka_unit_test(the_host_loop_is_copied),
    cmocka_unit_test(a_host_that_refuses_a_timer_is_out_of_memory),
    cmocka_unit_test(out_of_memory_is_an_error_and_nothing_leaks),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

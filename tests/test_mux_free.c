/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The mux is freed: inside whatever it calls, and with all that is left. */
#include "mux_kit.h"

static void check_freed(bench *b, unsigned calls) {
  assert_int_equal(b->calls, calls);
  assert_null(b->mux);
  assert_int_equal(b->f->watches, 0);
  assert_int_equal(b->f->timers, 0);
  assert_int_equal(b->enters, 1);
  assert_int_equal(b->leaves, 1);
}

/* Three are ready or due; the mux is freed by the first, or by a hook. */
static void free_it(bench *b, bool by_timer, unsigned calls) {
  int fds[3];
  for (size_t i = 0; i < 3; i++) {
    fds[i] = make_ready(!by_timer);
    assert_non_null(b->l->io_add(b->l->data, fds[i], MSNAV_IO_READ, on_io, b));
    void *timer = b->l->timer_add(b->l->data, on_timer, b);
    b->l->timer_set(b->l->data, timer, b->f->now + (by_timer ? 0 : 1000));
  }
  fake_loop_advance(b->f, 100);
  check_freed(b, calls);
  for (size_t i = 0; i < 3; i++) {
    close(fds[i]);
  }
}

static void it_is_freed_inside_a_watch(void **state) {
  bench *b = *state;
  b->free_in_call = true;
  free_it(b, false, 1);
}

static void it_is_freed_inside_a_timer(void **state) {
  bench *b = *state;
  b->free_in_call = true;
  free_it(b, true, 1);
}

static void it_is_freed_inside_the_enter_hook(void **state) {
  bench *b = *state;
  b->free_in_enter = true;
  free_it(b, false, 0);
}

static void it_is_freed_inside_the_leave_hook(void **state) {
  bench *b = *state;
  b->free_in_leave = true;
  free_it(b, true, 3);
}

typedef struct doomed {
  bench *b;
  void *timer, *io;
  int fd;
} doomed;

static void on_doom(void *arg) {
  doomed *d = arg;
  const msnav_loop *l = d->b->l;
  d->b->calls++;
  free_mux(d->b);
  /* those on the way out still tidy up after themselves */
  l->timer_set(l->data, d->timer, d->b->f->now + 10);
  l->io_mod(l->data, d->io, MSNAV_IO_WRITE);
  l->io_del(l->data, d->io);
  l->timer_del(l->data, d->timer);
  assert_null(l->io_add(l->data, d->fd, MSNAV_IO_READ, on_io, d->b));
  assert_int_equal(d->b->f->watches, 0);
  assert_int_equal(d->b->f->timers, 0);
}

static void its_loop_lives_until_the_dispatch_unwinds(void **state) {
  bench *b = *state;
  doomed d = {.b = b, .fd = make_ready(false)};
  d.timer = b->l->timer_add(b->l->data, on_doom, &d);
  d.io = b->l->io_add(b->l->data, d.fd, MSNAV_IO_READ, on_io, b);
  b->l->timer_set(b->l->data, d.timer, b->f->now);
  fake_loop_advance(b->f, 100);
  check_freed(b, 1);
  close(d.fd);
}

static void on_nested(void *arg) {
  bench *b = arg;
  b->calls++;
  if (b->calls == 1) {
    fake_loop_advance(b->f, 10); /* a dialogue box: the timer runs */
    assert_int_equal(b->calls, 2);
    free_mux(b);
    fake_loop_advance(b->f, 1000);
  }
}

static void on_nested_io(int fd, unsigned events, void *arg) {
  uint64_t value;
  (void)events;
  assert_int_equal(read(fd, &value, sizeof(value)), sizeof(value));
  on_nested(arg);
}

/* The host turns its loop inside a callback, and the mux goes there. */
static void a_host_that_recurses_breaks_nothing(void **state) {
  bench *b = *state;
  int fd = make_ready(true);
  void *timer = b->l->timer_add(b->l->data, on_nested, b);
  assert_non_null(b->l->io_add(b->l->data, fd, MSNAV_IO_READ, on_nested_io, b));
  b->l->timer_set(b->l->data, timer, b->f->now);
  fake_loop_advance(b->f, 1);
  assert_int_equal(b->calls, 2);
  assert_int_equal(b->f->timers, 0);
  assert_int_equal(b->f->watches, 0);
  close(fd);
}

static void what_is_left_is_dropped(void **state) {
  bench *b = *state;
  int fd = make_ready(true);
  assert_non_null(b->l->io_add(b->l->data, fd, MSNAV_IO_READ, on_io, b));
  void *timer = b->l->timer_add(b->l->data, on_timer, b);
  assert_non_null(b->l->timer_add(b->l->data, on_timer, b));
  b->l->timer_set(b->l->data, timer, 0);
  free_mux(b);
  fake_loop_advance(b->f, 1000);
  assert_int_equal(b->calls, 0);
  close(fd);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    CASE(it_is_freed_inside_a_watch),
    CASE(it_is_freed_inside_a_timer),
    CASE(it_is_freed_inside_the_enter_hook),
    CASE(it_is_freed_inside_the_leave_hook),
    CASE(its_loop_lives_until_the_dispatch_unwinds),
    CASE(a_host_that_recurses_breaks_nothing),
    CASE(what_is_left_is_dropped),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Watches of descriptors. */
#include "support/loop_probe.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>

static void reads_are_level_triggered(void **state) {
  fixture *f = *state;
  probe p = {.act = read_one};
  open_pair(f, &p, MSNAV_IO_READ);
  poke(&p);
  poke(&p);
  poke(&p);
  turn_until(f, &p.calls, 3); /* a byte each time */
  turn(f, 5 * MS);
  assert_int_equal(p.calls, 3);
  assert_int_equal(p.events, MSNAV_IO_READ);
  close_pair(&p);
}

static void a_full_socket_is_not_writable(void **state) {
  fixture *f = *state;
  static const char block[4096];
  probe p = {.act = unwatch};
  open_pair(f, &p, 0);
  while (write(p.fd, block, sizeof(block)) > 0) {
  }
  mod(&p, MSNAV_IO_WRITE);
  turn(f, 5 * MS);
  assert_int_equal(p.calls, 0);
  static char sink[1 << 20];
  while (read(p.peer, sink, sizeof(sink)) > 0) {
  }
  turn_until(f, &p.calls, 1);
  assert_int_equal(p.events, MSNAV_IO_WRITE);
  close_pair(&p);
}

static void both_directions_come_in_one_call(void **state) {
  fixture *f = *state;
  probe p = {.act = unwatch};
  open_pair(f, &p, MSNAV_IO_READ | MSNAV_IO_WRITE);
  poke(&p);
  turn_until(f, &p.calls, 1);
  assert_int_equal(p.events, MSNAV_IO_READ | MSNAV_IO_WRITE);
  close_pair(&p);
}

static void a_hang_up_is_readable(void **state) {
  fixture *f = *state;
  probe p = {.act = unwatch};
  open_pair(f, &p, MSNAV_IO_READ);
  hang_up(&p);
  turn_until(f, &p.calls, 1);
  assert_int_equal(p.events, MSNAV_IO_READ);
  close_pair(&p);
}

/* POLLERR: nobody reads the other end of the pipe. */
static void an_error_is_readable_for_a_writer(void **state) {
  fixture *f = *state;
  probe p = {.f = f, .act = unwatch};
  int fds[2];
  assert_int_equal(pipe2(fds, O_CLOEXEC | O_NONBLOCK), 0);
  p.fd = fds[1];
  p.peer = -1;
  close(fds[0]);
  p.io = f->l->io_add(f->l->data, p.fd, MSNAV_IO_WRITE, on_io, &p);
  assert_non_null(p.io);
  turn_until(f, &p.calls, 1);
  assert_true((p.events & MSNAV_IO_READ) != 0);
  close_pair(&p);
}

static void a_changed_watch_hears_what_it_asks_for_now(void **state) {
  fixture *f = *state;
  probe p = {0};
  open_pair(f, &p, MSNAV_IO_READ);
  poke(&p);
  turn_until(f, &p.calls, 1);
  mod(&p, MSNAV_IO_WRITE);
  turn_until(f, &p.calls, 2);
  assert_int_equal(p.events, MSNAV_IO_WRITE);
  mod(&p, MSNAV_IO_READ);
  mod(&p, MSNAV_IO_READ); /* twice is nothing new */
  turn_until(f, &p.calls, 3);
  assert_int_equal(p.events, MSNAV_IO_READ);
  close_pair(&p);
}

static void a_paused_watch_hears_nothing_even_when_hung_up(void **state) {
  fixture *f = *state;
  probe p = {.act = unwatch};
  open_pair(f, &p, MSNAV_IO_READ);
  mod(&p, 0);
  poke(&p);
  hang_up(&p);
  turn(f, 5 * MS);
  assert_int_equal(p.calls, 0);
  mod(&p, MSNAV_IO_READ); /* what lies there is found */
  turn_until(f, &p.calls, 1);
  close_pair(&p);
}

static void a_watch_can_be_added_paused(void **state) {
  fixture *f = *state;
  probe p = {.act = read_one};
  open_pair(f, &p, 0);
  poke(&p);
  turn(f, 3 * MS);
  assert_int_equal(p.calls, 0);
  mod(&p, MSNAV_IO_READ);
  turn_until(f, &p.calls, 1);
  close_pair(&p);
}

static void a_watch_removes_itself(void **state) {
  fixture *f = *state;
  probe p = {.act = unwatch};
  open_pair(f, &p, MSNAV_IO_READ);
  poke(&p);
  turn_until(f, &p.calls, 1);
  turn(f, 3 * MS);
  assert_int_equal(p.calls, 1);
  close_pair(&p);
}

static void unwatch_other(probe *p) {
  unwatch(p->other);
  unwatch(p);
}

/* Two are ready at once, with a byte or with a hang-up; whichever comes first
 * silences the other. */
static void first_silences_the_other(fixture *f, void (*how)(probe *)) {
  for (int hung_up = 0; hung_up < 2; hung_up++) {
    probe a = {.act = how};
    probe b = {.act = how, .other = &a};
    a.other = &b;
    open_pair(f, &a, MSNAV_IO_READ);
    open_pair(f, &b, MSNAV_IO_READ);
    (hung_up ? hang_up : poke)(&a);
    (hung_up ? hang_up : poke)(&b);
    turn(f, 5 * MS);
    assert_int_equal(a.calls + b.calls, 1);
    close_pair(&a);
    close_pair(&b);
  }
}

static void a_watch_removes_another_that_is_ready_too(void **state) {
  first_silences_the_other(*state, unwatch_other);
}

static void pause_other(probe *p) {
  mod(p->other, 0);
  mod(p, 0);
}

static void a_watch_pauses_another_that_is_ready_too(void **state) {
  first_silences_the_other(*state, pause_other);
}

static void want_write_of_other(probe *p) {
  if (p->calls == 1 && p->other->calls == 0) {
    mod(p->other, MSNAV_IO_WRITE);
  }
  mod(p, 0);
}

/* The other was found readable, but does not ask for that any more. */
static void a_watch_changes_another_that_is_ready_too(void **state) {
  fixture *f = *state;
  probe a = {.act = want_write_of_other};
  probe b = {.act = want_write_of_other, .other = &a};
  a.other = &b;
  open_pair(f, &a, MSNAV_IO_READ);
  open_pair(f, &b, MSNAV_IO_READ);
  poke(&a);
  poke(&b);
  turn(f, 5 * MS);
  assert_int_equal(a.calls, 1);
  assert_int_equal(b.calls, 1);
  assert_int_equal(a.events + b.events, MSNAV_IO_READ + MSNAV_IO_WRITE);
  close_pair(&a);
  close_pair(&b);
}

static void want_read_of_other(probe *p) {
  mod(p->other, MSNAV_IO_READ);
  mod(p, 0);
}

/* The other was found writable, and asks for what is not there. */
static void a_watch_turns_another_that_is_ready_too(void **state) {
  fixture *f = *state;
  probe a = {.act = want_read_of_other};
  probe b = {.act = want_read_of_other, .other = &a};
  a.other = &b;
  open_pair(f, &a, MSNAV_IO_WRITE);
  open_pair(f, &b, MSNAV_IO_WRITE);
  turn(f, 5 * MS);
  assert_int_equal(a.calls + b.calls, 1);
  close_pair(&a);
  close_pair(&b);
}

/* Removes the other and its descriptor, and watches a new one that gets the
 * same number. */
static void replace_other(probe *p) {
  probe *o = p->other;
  read_one(p);
  if (o->calls > 0 || p->calls > 1) {
    return;
  }
  int old = o->fd;
  unwatch(o);
  close(o->fd);
  o->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (o->fd != old) {
    assert_int_equal(dup3(o->fd, old, O_CLOEXEC), old);
    close(o->fd);
    o->fd = old;
  }
  o->io = p->f->l->io_add(p->f->l->data, o->fd, MSNAV_IO_READ, on_io, o);
  assert_non_null(o->io);
}

static void a_new_watch_is_not_taken_for_the_old_one(void **state) {
  fixture *f = *state;
  probe a = {.act = replace_other};
  probe b = {.act = replace_other, .other = &a};
  a.other = &b;
  open_pair(f, &a, MSNAV_IO_READ);
  open_pair(f, &b, MSNAV_IO_READ);
  poke(&a);
  poke(&b);
  turn(f, 5 * MS);
  assert_int_equal(a.calls + b.calls, 1);
  close_pair(&a);
  close_pair(&b);
}

static void watch_other(probe *p) {
  read_one(p);
  if (p->other->io == NULL) {
    open_pair(p->f, p->other, MSNAV_IO_READ);
    poke(p->other);
  }
}

static void a_watch_is_added_inside_a_callback(void **state) {
  fixture *f = *state;
  probe b = {.act = read_one};
  probe a = {.act = watch_other, .other = &b};
  open_pair(f, &a, MSNAV_IO_READ);
  poke(&a);
  turn_until(f, &b.calls, 1);
  close_pair(&a);
  close_pair(&b);
}

static void read_counter(probe *p) {
  uint64_t value;
  assert_int_equal(read(p->fd, &value, sizeof(value)), sizeof(value));
  ++*p->sequence;
}

static void a_thousand_watches_are_each_called_once(void **state) {
  fixture *f = *state;
  enum { COUNT = 1000 };
  static probe p[COUNT];
  unsigned called = 0;
  loop_suite_allow_descriptors(COUNT + 100);
  for (size_t i = 0; i < COUNT; i++) {
    p[i] = (probe){.f = f, .act = read_counter, .sequence = &called};
    p[i].fd = eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    p[i].peer = -1;
    assert_true(p[i].fd >= 0);
    p[i].io = f->l->io_add(f->l->data, p[i].fd, MSNAV_IO_READ, on_io, &p[i]);
    assert_non_null(p[i].io);
  }
  turn_until(f, &called, COUNT);
  turn(f, 3 * MS);
  for (size_t i = 0; i < COUNT; i++) {
    assert_int_equal(p[i].calls, 1);
    close_pair(&p[i]);
  }
}

static const struct CMUnitTest tests[] = {
  CASE(reads_are_level_triggered),
  CASE(a_full_socket_is_not_writable),
  CASE(both_directions_come_in_one_call),
  CASE(a_hang_up_is_readable),
  CASE(an_error_is_readable_for_a_writer),
  CASE(a_changed_watch_hears_what_it_asks_for_now),
  CASE(a_paused_watch_hears_nothing_even_when_hung_up),
  CASE(a_watch_can_be_added_paused),
  CASE(a_watch_removes_itself),
  CASE(a_watch_removes_another_that_is_ready_too),
  CASE(a_watch_pauses_another_that_is_ready_too),
  CASE(a_watch_changes_another_that_is_ready_too),
  CASE(a_watch_turns_another_that_is_ready_too),
  CASE(a_new_watch_is_not_taken_for_the_old_one),
  CASE(a_watch_is_added_inside_a_callback),
  CASE(a_thousand_watches_are_each_called_once),
};

const loop_list loop_watches = {tests, ARRAY_LEN(tests)};

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/loop_suite.h"
#include <errno.h>
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define MS 1000u

/* ---- a fixture: the loop, and helpers that every test needs */

typedef struct fixture {
  loop_bench bench;
  const loop_kind *kind;
  const msnav_loop *l;
} fixture;

static msnav_usec now(const fixture *f) {
  return f->l->now(f->l->data);
}

/* Turn the loop for a while, or until a counter reaches a value. */
static void turn(fixture *f, msnav_usec span) {
  msnav_usec until = now(f) + span;
  do {
    f->kind->step(&f->bench, until);
  } while (now(f) < until);
}

static void turn_until(fixture *f, const unsigned *counter, unsigned value) {
  msnav_usec limit = now(f) + 5000 * MS;
  while (*counter < value && now(f) < limit) {
    f->kind->step(&f->bench, limit);
  }
  assert_int_equal(*counter, value);
}

static int setup(void **state) {
  fixture *f = calloc(1, sizeof(*f));
  f->kind = *state;
  f->kind->open(&f->bench);
  f->l = f->bench.loop;
  assert_int_equal(msnav_loop_check(f->l), MSNAV_OK);
  *state = f;
  return 0;
}

static int teardown(void **state) {
  fixture *f = *state;
  f->kind->close(&f->bench);
  free(f);
  return 0;
}

/* A watch that counts, and does something to itself or another. */
typedef struct probe probe;
struct probe {
  fixture *f;
  void *io, *timer;
  int fd, peer; /* a socket pair */
  unsigned calls;
  unsigned events;    /* of the last call */
  msnav_usec last;    /* when that was */
  msnav_usec at;      /* what a timer was set to */
  unsigned *sequence; /* counts over many timers */
  unsigned place;     /* in it */
  probe *other;
  void (*act)(probe *p);
};

static void on_io(int fd, unsigned events, void *arg) {
  probe *p = arg;
  assert_int_equal(fd, p->fd);
  assert_non_null(p->io); /* not called after its removal */
  p->calls++;
  p->events = events;
  if (p->act != NULL) {
    p->act(p);
  }
}

static void on_timer(void *arg) {
  probe *p = arg;
  assert_non_null(p->timer);
  p->calls++;
  p->last = now(p->f);
  assert_true(p->last >= p->at); /* never early */
  if (p->sequence != NULL) {
    p->place = ++*p->sequence;
  }
  if (p->act != NULL) {
    p->act(p);
  }
}

static void open_pair(fixture *f, probe *p, unsigned events) {
  int fds[2];
  p->f = f;
  assert_int_equal(
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  p->fd = fds[0];
  p->peer = fds[1];
  p->io = f->l->io_add(f->l->data, p->fd, events, on_io, p);
  assert_non_null(p->io);
}

static void unwatch(probe *p) {
  if (p->io != NULL) {
    p->f->l->io_del(p->f->l->data, p->io);
    p->io = NULL;
  }
}

static void close_pair(probe *p) {
  unwatch(p);
  close(p->fd);
  if (p->peer >= 0) {
    close(p->peer);
  }
}

static void mod(probe *p, unsigned events) {
  p->f->l->io_mod(p->f->l->data, p->io, events);
}

static void poke(probe *p) {
  assert_int_equal(write(p->peer, "x", 1), 1);
}

static void hang_up(probe *p) {
  close(p->peer);
  p->peer = -1;
}

static void read_one(probe *p) {
  char c;
  assert_int_equal(read(p->fd, &c, 1), 1);
}

static void make_timer(fixture *f, probe *p) {
  p->f = f;
  p->timer = f->l->timer_add(f->l->data, on_timer, p);
  assert_non_null(p->timer);
}

static void arm(probe *p, msnav_usec at) {
  p->at = at;
  p->f->l->timer_set(p->f->l->data, p->timer, at);
}

static void drop_timer(probe *p) {
  if (p->timer != NULL) {
    p->f->l->timer_del(p->f->l->data, p->timer);
    p->timer = NULL;
  }
}

/* ---- the clock */

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

/* ---- watches */

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

void loop_suite_allow_descriptors(unsigned count) {
  struct rlimit limit;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur < count) {
    limit.rlim_cur = count < limit.rlim_max ? count : limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
  }
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

/* ---- timers */

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
  assert_int_equal(gone.calls, 0);
  assert_int_equal(sooner.calls, 1);
  assert_true(sooner.last <= later.last);
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

/* ---- the list */

#define CASE(name)                                                             \
  { #name, name, setup, teardown, NULL }

static const struct CMUnitTest list[] = {
  CASE(the_clock_runs_and_never_goes_back),
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

size_t loop_suite_append(struct CMUnitTest *tests, const loop_kind *kind) {
  static char names[3][LOOP_SUITE_MAX][96];
  static loop_kind kinds[3];
  static size_t used;
  _Static_assert(ARRAY_LEN(list) <= LOOP_SUITE_MAX, "the list has grown");
  assert_true(used < ARRAY_LEN(kinds));
  kinds[used] = *kind;
  for (size_t i = 0; i < ARRAY_LEN(list); i++) {
    snprintf(names[used][i], sizeof(names[used][i]), "%s: %s", kind->name,
             list[i].name);
    tests[i] = list[i];
    tests[i].name = names[used][i];
    tests[i].initial_state = &kinds[used];
  }
  used++;
  return ARRAY_LEN(list);
}

int loop_suite_run(const struct CMUnitTest *tests, size_t count) {
  return _cmocka_run_group_tests("loop", tests, count, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the lists of loop_suite.c are made with: a loop that is turned, and
 * watches and timers that count. */
#ifndef MSNAV_TEST_LOOP_PROBE_H
#define MSNAV_TEST_LOOP_PROBE_H

#include "support/loop_suite.h"
#include <sys/socket.h>
#include <unistd.h>

#define MS 1000u

/* One file's share of the list. */
typedef struct loop_list {
  const struct CMUnitTest *tests;
  size_t count;
} loop_list;

extern const loop_list loop_watches, loop_timers;

#define CASE(name)                                                             \
  { #name, name, setup, teardown, NULL }

/* ---- a fixture: the loop, and helpers that every test needs */

typedef struct fixture {
  loop_bench bench;
  const loop_kind *kind;
  const msnav_loop *l;
} fixture;

static inline msnav_usec now(const fixture *f) {
  return f->l->now(f->l->data);
}

/* Turn the loop for a while, or until a counter reaches a value. */
static inline void turn(fixture *f, msnav_usec span) {
  msnav_usec until = now(f) + span;
  do {
    f->kind->step(&f->bench, until);
  } while (now(f) < until);
}

static inline void
turn_until(fixture *f, const unsigned *counter, unsigned value) {
  msnav_usec limit = now(f) + 5000 * MS;
  while (*counter < value && now(f) < limit) {
    f->kind->step(&f->bench, limit);
  }
  assert_int_equal(*counter, value);
}

static inline int setup(void **state) {
  fixture *f = calloc(1, sizeof(*f));
  f->kind = *state;
  f->kind->open(&f->bench);
  f->l = f->bench.loop;
  assert_int_equal(msnav_loop_check(f->l), MSNAV_OK);
  *state = f;
  return 0;
}

static inline int teardown(void **state) {
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

static inline void on_io(int fd, unsigned events, void *arg) {
  probe *p = arg;
  assert_int_equal(fd, p->fd);
  assert_non_null(p->io); /* not called after its removal */
  p->calls++;
  p->events = events;
  if (p->act != NULL) {
    p->act(p);
  }
}

static inline void on_timer(void *arg) {
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

static inline void open_pair(fixture *f, probe *p, unsigned events) {
  int fds[2];
  p->f = f;
  assert_int_equal(
    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, fds), 0);
  p->fd = fds[0];
  p->peer = fds[1];
  p->io = f->l->io_add(f->l->data, p->fd, events, on_io, p);
  assert_non_null(p->io);
}

static inline void unwatch(probe *p) {
  if (p->io != NULL) {
    p->f->l->io_del(p->f->l->data, p->io);
    p->io = NULL;
  }
}

static inline void close_pair(probe *p) {
  unwatch(p);
  close(p->fd);
  if (p->peer >= 0) {
    close(p->peer);
  }
}

static inline void mod(probe *p, unsigned events) {
  p->f->l->io_mod(p->f->l->data, p->io, events);
}

static inline void poke(probe *p) {
  assert_int_equal(write(p->peer, "x", 1), 1);
}

static inline void hang_up(probe *p) {
  close(p->peer);
  p->peer = -1;
}

static inline void read_one(probe *p) {
  char c;
  assert_int_equal(read(p->fd, &c, 1), 1);
}

static inline void make_timer(fixture *f, probe *p) {
  p->f = f;
  p->timer = f->l->timer_add(f->l->data, on_timer, p);
  assert_non_null(p->timer);
}

static inline void arm(probe *p, msnav_usec at) {
  p->at = at;
  p->f->l->timer_set(p->f->l->data, p->timer, at);
}

static inline void drop_timer(probe *p) {
  if (p->timer != NULL) {
    p->f->l->timer_del(p->f->l->data, p->timer);
    p->timer = NULL;
  }
}

#endif

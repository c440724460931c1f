/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/fake_loop.h"
#include "test.h"
#include <poll.h>

#define MAX_POLLS 64 /* in one instant */
/* in one instant: one that re-arms itself for ever */
#define MAX_TIMERS 10000

struct fake_item {
  fake_item *next;
  bool dead;    /* released when no callback runs */
  int fd;       /* -1: a timer */
  short polled; /* what the running poll said, 0: it did not look */
  unsigned events;
  msnav_usec at;
  uint64_t order;
  msnav_io_fn io;
  msnav_timer_fn timer;
  void *arg;
};

static msnav_usec now(void *data) {
  const fake_loop *f = data;
  return f->now;
}

static fake_item *make(fake_loop *f, int fd, void *arg) {
  fake_item *i = calloc(1, sizeof(*i));
  if (i == NULL) { /* support/oom.h */
    return NULL;
  }
  i->fd = fd;
  i->at = MSNAV_NEVER;
  i->arg = arg;
  i->next = f->items;
  f->items = i;
  return i;
}

static bool refuse(unsigned *times) {
  if (*times == 0) {
    return false;
  }
  --*times;
  return true;
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  fake_loop *f = data;
  f->io_adds++;
  if (refuse(&f->fail_io_add)) {
    return NULL;
  }
  assert_true(fd >= 0);
  fake_item *i = make(f, fd, arg);
  if (i == NULL) {
    return NULL;
  }
  i->events = events;
  i->io = fn;
  f->watches++;
  return i;
}

static void io_mod(void *data, void *io, unsigned events) {
  fake_loop *f = data;
  fake_item *i = io;
  assert_false(i->dead);
  f->io_mods++;
  i->events = events;
}

static void reap(fake_loop *f) {
  for (fake_item **p = &f->items; f->depth == 0 && *p != NULL;) {
    fake_item *i = *p;
    if (i->dead) {
      *p = i->next;
      free(i);
    } else {
      p = &i->next;
    }
  }
}

static void del(fake_loop *f, fake_item *i) {
  assert_false(i->dead);
  i->dead = true;
  reap(f);
}

static void io_del(void *data, void *io) {
  fake_loop *f = data;
  f->io_dels++;
  f->watches--;
  del(f, io);
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  fake_loop *f = data;
  f->timer_adds++;
  if (refuse(&f->fail_timer_add)) {
    return NULL;
  }
  fake_item *i = make(f, -1, arg);
  if (i == NULL) {
    return NULL;
  }
  i->timer = fn;
  f->timers++;
  return i;
}

static void set(fake_loop *f, fake_item *i, msnav_usec at) {
  f->armed -= i->at != MSNAV_NEVER;
  f->armed += at != MSNAV_NEVER;
  i->at = at;
  i->order = f->order++;
}

static void timer_set(void *data, void *timer, msnav_usec at) {
  fake_loop *f = data;
  fake_item *i = timer;
  assert_false(i->dead);
  f->timer_sets++;
  set(f, i, at);
}

static void timer_del(void *data, void *timer) {
  fake_loop *f = data;
  f->timer_dels++;
  f->timers--;
  set(f, timer, MSNAV_NEVER);
  del(f, timer);
}

fake_loop *fake_loop_new(void) {
  fake_loop *f = calloc(1, sizeof(*f));
  assert_non_null(f);
  f->now = FAKE_LOOP_START;
  f->loop = (msnav_loop){.size = sizeof(f->loop),
                         .data = f,
                         .now = now,
                         .io_add = io_add,
                         .io_mod = io_mod,
                         .io_del = io_del,
                         .timer_add = timer_add,
                         .timer_set = timer_set,
                         .timer_del = timer_del};
  return f;
}

void fake_loop_free(fake_loop *f) {
  assert_int_equal(f->depth, 0);
  assert_int_equal(f->watches, 0);
  assert_int_equal(f->timers, 0);
  free(f);
}

const msnav_loop *fake_loop_vtable(fake_loop *f) {
  return &f->loop;
}

int fake_loop_fd(const fake_loop *f) {
  const fake_item *i = f->items;
  while (i != NULL && (i->dead || i->fd < 0)) {
    i = i->next;
  }
  return i != NULL ? i->fd : -1;
}

static fake_item *earliest(const fake_loop *f) {
  fake_item *first = NULL;
  for (fake_item *i = f->items; i != NULL; i = i->next) {
    bool earlier = first == NULL || i->at < first->at ||
                   (i->at == first->at && i->order < first->order);
    if (!i->dead && i->at != MSNAV_NEVER && earlier) {
      first = i;
    }
  }
  return first;
}

msnav_usec fake_loop_deadline(const fake_loop *f) {
  const fake_item *first = earliest(f);
  return first != NULL ? first->at : MSNAV_NEVER;
}

/* Each descriptor by its own poll(2): no table, no limit. */
static bool look(fake_loop *f) {
  bool any = false;
  for (fake_item *i = f->items; i != NULL; i = i->next) {
    struct pollfd p = {.fd = i->fd};
    p.events = (short)(((i->events & MSNAV_IO_READ) != 0 ? POLLIN : 0) |
                       ((i->events & MSNAV_IO_WRITE) != 0 ? POLLOUT : 0));
    i->polled = 0;
    if (i->fd >= 0 && !i->dead && i->events != 0 && poll(&p, 1, 0) > 0) {
      assert_int_equal(p.revents & POLLNVAL, 0); /* closed while watched */
      i->polled = p.revents;
      any = true;
    }
  }
  return any;
}

unsigned fake_loop_step(fake_loop *f) {
  unsigned ran = 0;
  if (!look(f)) {
    return 0;
  }
  f->wakeups++;
  f->depth++;
  for (fake_item *i = f->items; i != NULL; i = i->next) {
    unsigned said =
      ((i->polled & (POLLIN | POLLHUP | POLLERR)) != 0 ? 1u : 0u) |
      ((i->polled & POLLOUT) != 0 ? 2u : 0u);
    unsigned fatal = (i->polled & (POLLHUP | POLLERR)) != 0 ? 1u : 0u;
    unsigned events = said & (i->events | fatal);
    i->polled = 0;
    if (!i->dead && i->events != 0 && events != 0) {
      i->io(i->fd, events, i->arg);
      ran++;
    }
  }
  f->depth--;
  reap(f);
  return ran;
}

static void settle(fake_loop *f) {
  for (int i = 0; i < MAX_POLLS && fake_loop_step(f) > 0; i++) {
  }
}

void fake_loop_advance(fake_loop *f, msnav_usec span) {
  msnav_usec end = f->now + span;
  unsigned here = 0;
  settle(f);
  for (fake_item *i; (i = earliest(f)) != NULL && i->at <= end;) {
    here = i->at > f->now ? 0 : here + 1;
    assert_in_range(here, 0, MAX_TIMERS);
    f->now = i->at > f->now ? i->at : f->now;
    set(f, i, MSNAV_NEVER);
    f->wakeups++;
    f->depth++;
    i->timer(i->arg);
    f->depth--;
    reap(f);
    settle(f);
  }
  f->now = end;
}

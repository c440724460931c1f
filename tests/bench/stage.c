/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stage.h"
#include "bench.h"

#include <stdlib.h>

typedef struct watch {
  stage *stage;
  msnav_io_fn fn;
  void *arg, *io;
} watch;

typedef struct bell {
  struct bell *next;
  stage *stage;
  void *timer;
  msnav_usec at;
} bell;

msnav_usec stage_real_now(stage *s) {
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  return l->now(l->data);
}

static msnav_usec stage_now(void *data) {
  stage *s = data;
  return s->still ? s->at : stage_real_now(s) - s->behind;
}

static void arm(bell *a) {
  stage *s = a->stage;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bool never = a->at == MSNAV_NEVER || (s->still && a->at > s->at);
  l->timer_set(l->data, a->timer, never ? MSNAV_NEVER : a->at + s->behind);
}

void stage_stop(stage *s) {
  s->at = stage_now(s);
  s->still = true;
  for (bell *a = s->bells; a != NULL; a = a->next) {
    arm(a);
  }
}

void stage_go(stage *s) {
  s->still = false;
  s->behind = stage_real_now(s) - s->at;
  for (bell *a = s->bells; a != NULL; a = a->next) {
    arm(a);
  }
}

static void on_ready(int fd, unsigned events, void *arg) {
  watch *w = arg;
  w->stage->events++;
  w->fn(fd, events, w->arg);
}

static void *
stage_io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  watch *w = malloc(sizeof(*w));
  bench_require(w != NULL, "memory");
  *w = (watch){.stage = s, .fn = fn, .arg = arg};
  w->io = l->io_add(l->data, fd, events, on_ready, w);
  return w;
}

static void stage_io_mod(void *data, void *io, unsigned events) {
  const msnav_loop *l = msnav_epoll_loop(((stage *)data)->epoll);
  l->io_mod(l->data, ((watch *)io)->io, events);
}

static void stage_io_del(void *data, void *io) {
  const msnav_loop *l = msnav_epoll_loop(((stage *)data)->epoll);
  l->io_del(l->data, ((watch *)io)->io);
  free(io);
}

/* One per context: the library multiplexes its own. */
static void *stage_timer_add(void *data, msnav_timer_fn fn, void *arg) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bell *a = calloc(1, sizeof(*a));
  bench_require(a != NULL, "memory");
  *a = (bell){.next = s->bells,
              .stage = s,
              .timer = l->timer_add(l->data, fn, arg),
              .at = MSNAV_NEVER};
  s->bells = a;
  return a;
}

static void stage_timer_set(void *data, void *timer, msnav_usec at) {
  bell *a = timer;
  (void)data;
  a->at = at;
  arm(a);
}

static void stage_timer_del(void *data, void *timer) {
  stage *s = data;
  const msnav_loop *l = msnav_epoll_loop(s->epoll);
  bell **at = &s->bells;
  while (*at != timer) {
    at = &(*at)->next;
  }
  bell *a = *at;
  *at = a->next;
  l->timer_del(l->data, a->timer);
  free(a);
}

void stage_open(stage *s) {
  *s = (stage){.still = false};
  bench_require(msnav_epoll_new(&s->epoll) == MSNAV_OK, "make a loop");
  s->loop = (msnav_loop){sizeof(s->loop), s,
                         stage_now,       stage_io_add,
                         stage_io_mod,    stage_io_del,
                         stage_timer_add, stage_timer_set,
                         stage_timer_del};
}

void stage_close(stage *s) {
  msnav_epoll_free(s->epoll);
}

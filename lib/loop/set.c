/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/set.h"
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

struct msnav_watch {
  msnav_watch *next, **link; /* among the live ones, then the removed ones */
  int fd;
  unsigned events;
  bool dead;
  msnav_io_fn fn;
  void *arg;
};

msnav_usec msnav_set_clock(void) {
  struct timespec ts;
  clock_gettime(CLOCK_MONOTONIC, &ts);
  return (msnav_usec)ts.tv_sec * 1000000 + (msnav_usec)ts.tv_nsec / 1000;
}

msnav_error msnav_set_init(msnav_set *s) {
  *s = (msnav_set){.epfd = epoll_create1(EPOLL_CLOEXEC)};
  return s->epfd >= 0 ? MSNAV_OK : MSNAV_ERR_SYSTEM;
}

static void free_all(msnav_watch **list) {
  while (*list != NULL) {
    msnav_watch *w = *list;
    *list = w->next;
    free(w);
  }
}

void msnav_set_close(msnav_set *s) {
  free_all(&s->all);
  free_all(&s->removed);
  msnav_heap_free(&s->heap);
  if (s->epfd >= 0) {
    close(s->epfd);
  }
  s->epfd = -1;
}

static uint32_t to_epoll(unsigned events) {
  return ((events & MSNAV_IO_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
         ((events & MSNAV_IO_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

/* A paused watch leaves the set: hang-ups are reported unasked else. */
static int control(const msnav_set *s, msnav_watch *w, unsigned events) {
  struct epoll_event e = {.events = to_epoll(events), .data.ptr = w};
  int op = events == 0      ? EPOLL_CTL_DEL
           : w->events == 0 ? EPOLL_CTL_ADD
                            : EPOLL_CTL_MOD;
  if (events == w->events) {
    return 0;
  }
  w->events = events;
  return epoll_ctl(s->epfd, op, w->fd, &e);
}

void *msnav_set_io_add(msnav_set *s, int fd, unsigned events, msnav_io_fn fn,
                       void *arg) {
  msnav_watch *w = calloc(1, sizeof(*w));
  if (w == NULL) {
    return NULL;
  }
  w->fd = fd;
  w->fn = fn;
  w->arg = arg;
  if (control(s, w, events) != 0) {
    free(w);
    return NULL;
  }
  w->next = s->all;
  w->link = &s->all;
  if (w->next != NULL) {
    w->next->link = &w->next;
  }
  s->all = w;
  s->watches++;
  return w;
}

void msnav_set_io_mod(msnav_set *s, void *io, unsigned events) {
  (void)control(s, io, events);
}

void msnav_set_io_del(msnav_set *s, void *io) {
  msnav_watch *w = io;
  (void)control(s, w, 0);
  *w->link = w->next;
  if (w->next != NULL) {
    w->next->link = w->link;
  }
  s->watches--;
  if (s->depth == 0) {
    free(w);
    return;
  }
  w->dead = true; /* the running batch may still hold it */
  w->next = s->removed;
  s->removed = w;
}

static void leave(msnav_set *s) {
  if (--s->depth == 0) {
    free_all(&s->removed);
  }
}

int msnav_set_poll(msnav_set *s, int timeout) {
  struct epoll_event ready[MSNAV_SET_BATCH];
  int n = epoll_wait(s->epfd, ready, MSNAV_SET_BATCH, timeout);
  if (n < 0) {
    return errno == EINTR ? 0 : MSNAV_ERR_SYSTEM;
  }
  s->depth++;
  for (int i = 0; i < n; i++) {
    msnav_watch *w = ready[i].data.ptr;
    uint32_t e = ready[i].events;
    unsigned events =
      ((e & ~(uint32_t)EPOLLOUT) != 0 ? (unsigned)MSNAV_IO_READ : 0) |
      ((e & EPOLLOUT) != 0 ? (unsigned)MSNAV_IO_WRITE : 0);
    if (!w->dead && w->events != 0) {
      w->fn(w->fd, events, w->arg);
    }
  }
  leave(s);
  return n;
}

void msnav_set_timer_set(msnav_set *s, void *timer, msnav_usec at) {
  /* Not before those that are running, so that they are not overtaken. */
  msnav_heap_set(&s->heap, timer, at < s->now ? s->now : at);
}

msnav_usec msnav_set_deadline(const msnav_set *s) {
  const msnav_timer *t = msnav_heap_first(&s->heap);
  return t != NULL ? t->at : MSNAV_NEVER;
}

void msnav_set_run_timers(msnav_set *s, msnav_usec now) {
  uint64_t armed_before = s->heap.order;
  s->depth++;
  s->now = now;
  for (msnav_timer *t; (t = msnav_heap_first(&s->heap)) != NULL &&
                       t->at <= now && t->order < armed_before;) {
    msnav_heap_set(&s->heap, t, MSNAV_NEVER);
    t->fn(t->arg);
  }
  s->now = 0;
  leave(s);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "loop/set.h"
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

struct msnav_watch {
  msnav_watch *next, **link; /* among the live ones, then the removed ones */
  int fd;
  unsigned events; /* 0: paused, or removed */
  msnav_io_fn fn;
  void *arg;
};

msnav_usec msnav_set_clock(void *set) {
  struct timespec ts;
  (void)set;
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

/* ---- watches */

static uint32_t to_epoll(unsigned events) {
  return ((events & MSNAV_IO_READ) != 0 ? (uint32_t)EPOLLIN : 0) |
         ((events & MSNAV_IO_WRITE) != 0 ? (uint32_t)EPOLLOUT : 0);
}

/* A paused watch leaves the set: hang-ups are reported unasked else. */
static bool control(const msnav_set *s, msnav_watch *w, unsigned events) {
  struct epoll_event e = {.events = to_epoll(events), .data.ptr = w};
  int op = events == 0      ? EPOLL_CTL_DEL
           : w->events == 0 ? EPOLL_CTL_ADD
                            : EPOLL_CTL_MOD;
  if (events == w->events) {
    return true;
  }
  if (epoll_ctl(s->epfd, op, w->fd, &e) != 0 && op == EPOLL_CTL_ADD) {
    return false; /* it stays paused */
  }
  w->events = events;
  return true;
}

void *msnav_set_io_add(void *set, int fd, unsigned events, msnav_io_fn fn,
                       void *arg) {
  msnav_set *s = set;
  msnav_watch *w = malloc(sizeof(*w));
  if (w == NULL) {
    return NULL;
  }
  *w = (msnav_watch){.fd = fd, .fn = fn, .arg = arg};
  if (!control(s, w, events)) {
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

void msnav_set_io_mod(void *set, void *io, unsigned events) {
  (void)control(set, io, events);
}

void msnav_set_io_del(void *set, void *io) {
  msnav_set *s = set;
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
  w->next = s->removed; /* the running batch may still hold it */
  s->removed = w;
}

/* ---- timers */

void *msnav_set_timer_add(void *set, msnav_timer_fn fn, void *arg) {
  msnav_set *s = set;
  return msnav_heap_make(&s->heap, fn, arg);
}

void msnav_set_timer_set(void *set, void *timer, msnav_usec at) {
  msnav_set *s = set;
  /* Not before those that are running, so that they are not overtaken. */
  msnav_heap_set(&s->heap, timer, at < s->now ? s->now : at);
}

void msnav_set_timer_del(void *set, void *timer) {
  msnav_set *s = set;
  msnav_heap_drop(&s->heap, timer);
}

msnav_usec msnav_set_deadline(const msnav_set *s) {
  const msnav_slot *first = msnav_heap_first(&s->heap);
  return first != NULL ? first->at : MSNAV_NEVER;
}

/* ---- dispatch */

msnav_error
msnav_set_wait(const msnav_set *s, int timeout, msnav_set_ready *ready) {
  int n = epoll_wait(s->epfd, ready->events, MSNAV_SET_BATCH, timeout);
  ready->count = n > 0 ? n : 0;
  return n >= 0 || errno == EINTR ? MSNAV_OK : MSNAV_ERR_SYSTEM;
}

void msnav_set_enter(msnav_set *s) {
  s->depth++;
}

void msnav_set_leave(msnav_set *s) {
  if (--s->depth == 0) {
    s->halted = false;
    free_all(&s->removed);
  }
}

/* What the watch wants to hear of what epoll said: a callback before it in
 * the batch may have changed its mind.  Hang-ups and errors are for all. */
static unsigned wanted(const msnav_watch *w, uint32_t said) {
  if (w->events == 0) {
    return 0;
  }
  unsigned events = 0;
  if ((said & (uint32_t)(EPOLLHUP | EPOLLERR)) != 0) {
    events = MSNAV_IO_READ;
  } else if ((said & (uint32_t)EPOLLIN) != 0) {
    events = w->events & MSNAV_IO_READ;
  }
  return (said & (uint32_t)EPOLLOUT) != 0
           ? events | (w->events & MSNAV_IO_WRITE)
           : events;
}

void msnav_set_dispatch(msnav_set *s, const msnav_set_ready *ready) {
  for (int i = 0; i < ready->count && !s->halted; i++) {
    const msnav_watch *w = ready->events[i].data.ptr;
    unsigned events = wanted(w, ready->events[i].events);
    if (events != 0) {
      w->fn(w->fd, events, w->arg);
    }
  }
}

void msnav_set_run_timers(msnav_set *s, msnav_usec now) {
  uint64_t armed_before = s->heap.order;
  msnav_usec outer = s->now;
  s->now = now;
  while (!s->halted) {
    const msnav_slot *first = msnav_heap_first(&s->heap);
    if (first == NULL || first->at > now || first->order >= armed_before) {
      break;
    }
    msnav_timer *t = first->timer;
    msnav_heap_set(&s->heap, t, MSNAV_NEVER);
    t->fn(t->arg);
  }
  s->now = outer;
}

void msnav_set_halt(msnav_set *s) {
  s->halted = s->depth > 0;
}

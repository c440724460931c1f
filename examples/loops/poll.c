/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A loop on poll(2), as many programs have one of their own. */
#include "adapter.h"
#include "clock.h"

#include <poll.h>
#include <stdlib.h>

const char adapter_name[] = "poll";

typedef struct watch {
  struct watch *next;
  int fd;
  unsigned events;
  msnav_io_fn fn; /* NULL: removed, freed at the end of the turn */
  void *arg;
} watch;

typedef struct timer {
  struct timer *next;
  msnav_usec at;
  unsigned turn;     /* in which it was armed */
  msnav_timer_fn fn; /* likewise */
  void *arg;
} timer;

static watch *watches;
static timer *timers;
static struct pollfd *fds; /* of the watches */
static watch **asked;
static size_t watch_count, room;
static unsigned turn;

static bool make_room(size_t count) {
  if (count <= room) {
    return true;
  }
  struct pollfd *more = realloc(fds, 2 * count * sizeof(*fds));
  if (more == NULL) {
    return false;
  }
  fds = more;
  /* NOLINTNEXTLINE(bugprone-sizeof-expression): pointers are meant */
  watch **also = realloc(asked, 2 * count * sizeof(*asked));
  if (also == NULL) {
    return false;
  }
  asked = also;
  room = 2 * count;
  return true;
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  watch *w = malloc(sizeof(*w));
  (void)data;
  if (w == NULL || !make_room(watch_count + 1)) {
    free(w);
    return NULL;
  }
  *w = (watch){watches, fd, events, fn, arg};
  watches = w;
  watch_count++; /* removed ones included */
  return w;
}

static void io_mod(void *data, void *io, unsigned events) {
  (void)data;
  ((watch *)io)->events = events;
}

static void io_del(void *data, void *io) {
  (void)data;
  ((watch *)io)->fn = NULL;
}

static void *timer_add(void *data, msnav_timer_fn fn, void *arg) {
  timer *t = malloc(sizeof(*t));
  (void)data;
  if (t != NULL) {
    *t = (timer){timers, MSNAV_NEVER, turn, fn, arg};
    timers = t;
  }
  return t;
}

static void timer_set(void *data, void *handle, msnav_usec at) {
  timer *t = handle;
  (void)data;
  t->at = at;
  t->turn = turn;
}

static void timer_del(void *data, void *handle) {
  (void)data;
  ((timer *)handle)->fn = NULL;
}

static int wait_ms(void) {
  msnav_usec next = MSNAV_NEVER, now = monotonic(NULL);
  for (const timer *t = timers; t != NULL; t = t->next) {
    next = t->fn != NULL && t->at < next ? t->at : next;
  }
  if (next == MSNAV_NEVER) {
    return -1;
  }
  msnav_usec ms = next <= now ? 0 : (next - now) / 1000 + 1;
  return ms < 1000000 ? (int)ms : 1000000;
}

static nfds_t ask(void) {
  nfds_t n = 0;
  for (watch *w = watches; w != NULL; w = w->next) {
    if (w->fn != NULL && w->events != 0) {
      int wanted = (w->events & MSNAV_IO_READ ? POLLIN : 0) |
                   (w->events & MSNAV_IO_WRITE ? POLLOUT : 0);
      asked[n] = w;
      fds[n++] = (struct pollfd){.fd = w->fd, .events = (short)wanted};
    }
  }
  return n;
}

/* Unless a callback before it removed, paused or changed it. */
static void tell(const watch *w, short ready) {
  unsigned events = (ready & POLLIN ? MSNAV_IO_READ : 0u) |
                    (ready & POLLOUT ? MSNAV_IO_WRITE : 0u);
  events &= w->events;
  if ((ready & (POLLHUP | POLLERR)) && w->events != 0) {
    events |= MSNAV_IO_READ;
  }
  if (w->fn != NULL && events != 0) {
    w->fn(w->fd, events, w->arg);
  }
}

/* A timer that is armed meanwhile has to wait for the next turn. */
static void run_timers(void) {
  msnav_usec now = monotonic(NULL);
  turn++;
  for (timer *t = timers; t != NULL; t = t->next) {
    if (t->fn != NULL && t->at <= now && t->at != MSNAV_NEVER &&
        t->turn != turn) {
      t->at = MSNAV_NEVER;
      t->fn(t->arg);
    }
  }
}

static void sweep(void) {
  for (watch **w = &watches; *w != NULL;) {
    watch *gone = *w;
    if (gone->fn != NULL) {
      w = &gone->next;
      continue;
    }
    *w = gone->next;
    watch_count--;
    free(gone);
  }
  for (timer **t = &timers; *t != NULL;) {
    timer *gone = *t;
    if (gone->fn != NULL) {
      t = &gone->next;
      continue;
    }
    *t = gone->next;
    free(gone);
  }
}

void adapter_turn(void) {
  nfds_t n = ask();
  if (poll(fds, n, wait_ms()) > 0) {
    for (nfds_t i = 0; i < n; i++) {
      tell(asked[i], fds[i].revents);
    }
  }
  run_timers();
  sweep();
}

bool adapter_open(msnav_loop *loop) {
  *loop = (msnav_loop){.size = sizeof(*loop),
                       .now = monotonic,
                       .io_add = io_add,
                       .io_mod = io_mod,
                       .io_del = io_del,
                       .timer_add = timer_add,
                       .timer_set = timer_set,
                       .timer_del = timer_del};
  return true;
}

void adapter_close(void) {
  sweep();
  free(fds);
  free(asked);
  fds = NULL;
  asked = NULL;
  room = 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated descriptors, sets, events and clocks; simnet_net.c has the
 * network, simnet_libc.c the functions of the C library that lead here. */
#include "support/simnet_inner.h"
#include <errno.h>
#include <glib.h> /* its memory: that of the tests may be made to fail */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_FD 100000                 /* far above what the system gives */
#define EPOCH INT64_C(1100000000000000) /* µs: November 2004 */

simnet_state sim;

void simnet_require(bool good, const char *what) {
  if (!good) {
    fprintf(stderr, "simnet: %s\n", what);
    abort();
  }
}

/* ---- chance: splitmix64 */

uint64_t simnet_next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

double simnet_next_chance(uint64_t *state) {
  return (double)(simnet_next_random(state) >> 11) / 9007199254740992.0;
}

uint64_t simnet_random(void) {
  return simnet_next_random(&sim.seed);
}

double simnet_chance(void) {
  return simnet_next_chance(&sim.seed);
}

/* ---- events */

static bool is_before(const happening *a, const happening *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

void simnet_push(happening e) {
  e.order = sim.order++;
  if (sim.event_count == sim.event_room) {
    sim.event_room = 2 * sim.event_room + 64;
    sim.events = g_realloc(sim.events, sim.event_room * sizeof(happening));
  }
  size_t i = sim.event_count++;
  while (i > 0 && is_before(&e, &sim.events[(i - 1) / 2])) {
    sim.events[i] = sim.events[(i - 1) / 2];
    i = (i - 1) / 2;
  }
  sim.events[i] = e;
}

static happening pop(void) {
  happening first = sim.events[0];
  happening last = sim.events[--sim.event_count];
  size_t i = 0;
  for (;;) {
    size_t child = 2 * i + 1;
    if (child >= sim.event_count) {
      break;
    }
    if (child + 1 < sim.event_count &&
        is_before(&sim.events[child + 1], &sim.events[child])) {
      child++;
    }
    if (!is_before(&sim.events[child], &last)) {
      break;
    }
    sim.events[i] = sim.events[child];
    i = child;
  }
  sim.events[i] = last;
  return first;
}

void simnet_at(msnav_usec when, void (*fn)(void *arg), void *arg) {
  simnet_push((happening){.at = when, .fn = fn, .arg = arg});
}

/* ---- descriptors */

bool simnet_owns(int fd) {
  return fd >= FIRST_FD && fd < FIRST_FD + MAX_FDS;
}

descriptor *simnet_of(int fd, fd_kind kind) {
  if (!simnet_owns(fd) || sim.fds[fd - FIRST_FD].kind != kind) {
    errno = EBADF;
    return NULL;
  }
  return &sim.fds[fd - FIRST_FD];
}

static int open_fd(fd_kind kind) {
  for (int i = 0; i < MAX_FDS; i++) {
    descriptor *d = &sim.fds[i];
    if (d->kind == FREE) {
      *d = (descriptor){.kind = kind};
      d->last = &d->first;
      sim.open++;
      sim.top = i + 1 > sim.top ? i + 1 : sim.top;
      return FIRST_FD + i;
    }
  }
  errno = EMFILE;
  return -1;
}

int simnet_sock_new(void) {
  return open_fd(SOCK);
}

int simnet_set_new(void) {
  return open_fd(SET);
}

static void leave_set(descriptor *set, int fd) {
  for (size_t i = 0; i < set->count; i++) {
    if (set->members[i].fd == fd) {
      set->members[i] = set->members[--set->count];
      return;
    }
  }
}

void simnet_drop_first(descriptor *d) {
  simnet_datagram *m = d->first;
  d->first = m->next;
  d->queued--;
  if (d->first == NULL) {
    d->last = &d->first;
  }
  g_free(m);
}

int simnet_close(int fd) {
  descriptor *d = simnet_owns(fd) ? &sim.fds[fd - FIRST_FD] : NULL;
  if (d == NULL || d->kind == FREE) {
    errno = EBADF;
    return -1;
  }
  while (d->first != NULL) {
    simnet_drop_first(d);
  }
  g_free(d->members);
  *d = (descriptor){.kind = FREE};
  sim.open--;
  for (int i = 0; i < sim.top; i++) {
    if (sim.fds[i].kind == SET) {
      leave_set(&sim.fds[i], fd);
    }
  }
  return 0;
}

unsigned simnet_open(void) {
  return sim.open;
}

/* ---- sets */

unsigned simnet_ready(int fd) {
  if (!simnet_owns(fd)) {
    return 0;
  }
  const descriptor *d = &sim.fds[fd - FIRST_FD];
  if (d->kind == SOCK) {
    return (d->first != NULL ? (unsigned)EPOLLIN : 0) | (unsigned)EPOLLOUT |
           (d->error != 0 ? (unsigned)(EPOLLERR | EPOLLIN) : 0);
  }
  for (size_t i = 0; d->kind == SET && i < d->count; i++) {
    const member *m = &d->members[i];
    if ((simnet_ready(m->fd) & (m->events | (unsigned)EPOLLERR)) != 0) {
      return EPOLLIN;
    }
  }
  return 0;
}

static member *find_member(descriptor *set, int fd) {
  for (size_t i = 0; i < set->count; i++) {
    if (set->members[i].fd == fd) {
      return &set->members[i];
    }
  }
  return NULL;
}

static void join_set(descriptor *set, int fd, const struct epoll_event *event) {
  if (set->count == set->room) {
    set->room = 2 * set->room + 8;
    set->members = g_realloc(set->members, set->room * sizeof(member));
  }
  set->members[set->count++] = (member){fd, event->events, event->data};
}

int simnet_set_ctl(int fd, int op, int other, const struct epoll_event *event) {
  descriptor *set = simnet_of(fd, SET);
  if (set == NULL || !simnet_owns(other) ||
      sim.fds[other - FIRST_FD].kind == FREE) {
    errno = EBADF;
    return -1;
  }
  member *m = find_member(set, other);
  if ((m != NULL) == (op == EPOLL_CTL_ADD)) {
    errno = m != NULL ? EEXIST : ENOENT;
    return -1;
  }
  if (op == EPOLL_CTL_ADD) {
    join_set(set, other, event);
  } else if (op == EPOLL_CTL_MOD) {
    m->events = event->events;
    m->data = event->data;
  } else {
    leave_set(set, other);
  }
  return 0;
}

/* Everybody gets a turn when there is more than fits. */
static int collect(descriptor *set, struct epoll_event *events, int max) {
  int n = 0;
  size_t start = set->turn;
  for (size_t i = 0; i < set->count && n < max; i++) {
    const member *m = &set->members[(start + i) % set->count];
    unsigned ready = simnet_ready(m->fd) & (m->events | (unsigned)EPOLLERR);
    if (ready != 0) {
      events[n++] = (struct epoll_event){.events = ready, .data = m->data};
      set->turn = start + i + 1;
    }
  }
  return n;
}

/* Let the time go on, at most to an end; false: a call is due. */
static bool pass(msnav_usec end) {
  if (sim.event_count == 0 || sim.events[0].at > end) {
    simnet_require(end != MSNAV_NEVER,
                   "everybody waits and nothing can happen");
    sim.now = end > sim.now ? end : sim.now;
    return true;
  }
  if (sim.events[0].at > sim.now) {
    sim.now = sim.events[0].at;
  }
  if (sim.events[0].fn != NULL) {
    return false;
  }
  (void)simnet_arrive(pop().datagram);
  return true;
}

static void settle(void) {
  while (sim.event_count > 0 && sim.events[0].at <= sim.now &&
         sim.events[0].fn == NULL) {
    (void)simnet_arrive(pop().datagram);
  }
}

/* Time goes on for somebody who asks again and again. */
static void tick(int timeout) {
  if (timeout != 0 && ++sim.spins > 1000) {
    sim.now += 1000;
  }
}

int simnet_set_wait(int fd, struct epoll_event *events, int max, int timeout) {
  descriptor *set = simnet_of(fd, SET);
  if (set == NULL) {
    return -1;
  }
  settle();
  msnav_usec end =
    timeout < 0 ? MSNAV_NEVER : sim.now + (msnav_usec)(unsigned)timeout * 1000;
  for (;;) {
    int n = collect(set, events, max);
    if (n > 0 || sim.now >= end) {
      tick(timeout);
      return n;
    }
    sim.spins = 0;
    if (!pass(end)) {
      return 0;
    }
    settle();
  }
}

void simnet_serve(void) {
  settle();
  while (sim.event_count > 0 && sim.events[0].at <= sim.now &&
         sim.events[0].fn != NULL) {
    happening e = pop();
    e.fn(e.arg);
  }
}

/* ---- time */

msnav_usec simnet_now(void) {
  return sim.now;
}

int64_t simnet_wall(void) {
  return EPOCH + (int64_t)sim.now + sim.stepped;
}

void simnet_step_wall(int64_t usec) {
  sim.stepped += usec;
}

/* ---- faults */

const char *simnet_call_name(simnet_call call) {
  static const char *const names[] = {"socket",       "bind",      "connect",
                                      "getsockname",  "send",      "sendmsg",
                                      "recv",         "recvmsg",   "recvmmsg",
                                      "epoll_create", "epoll_ctl", "epoll_wait",
                                      "poll",         "sockopt",   "fcntl",
                                      "getrandom"};
  return names[call];
}

unsigned long simnet_calls(simnet_call call) {
  return sim.calls[call];
}

void simnet_fail(simnet_call call, unsigned long nth, int error, bool always) {
  sim.fault.call = call;
  sim.fault.nth = nth;
  sim.fault.error = error;
  sim.fault.always = always;
  sim.fault.failed = 0;
}

unsigned long simnet_failed(void) {
  return sim.fault.failed;
}

bool simnet_fails(simnet_call call) {
  sim.calls[call]++;
  if (sim.fault.nth == 0 || sim.fault.call != call) {
    return false;
  }
  if (sim.fault.nth > 1) {
    sim.fault.nth--;
    return false;
  }
  if (!sim.fault.always) {
    sim.fault.nth = 0;
  }
  sim.fault.failed++;
  errno = sim.fault.error;
  return true;
}

/* ---- life */

bool simnet_active(void) {
  return sim.active;
}

void simnet_begin(uint64_t seed) {
  simnet_require(!sim.active, "begun twice");
  memset(&sim, 0, sizeof(sim));
  sim.active = true;
  sim.seed = seed;
  sim.net_seed = seed ^ UINT64_C(0x5bd1e995);
  sim.now = 1000000000; /* any time but 0 */
  sim.trace = UINT64_C(0xcbf29ce484222325);
}

unsigned simnet_end(void) {
  unsigned left = sim.open;
  for (int i = 0; i < sim.top; i++) {
    if (sim.fds[i].kind != FREE) {
      (void)simnet_close(FIRST_FD + i);
    }
  }
  for (size_t i = 0; i < sim.event_count; i++) {
    g_free(sim.events[i].datagram);
  }
  g_free(sim.events);
  sim.events = NULL;
  sim.event_count = 0;
  sim.active = false;
  return left;
}

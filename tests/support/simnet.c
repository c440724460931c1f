/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated descriptors, events and network; simnet_libc.c has the
 * functions of the C library that lead here. */
#include "support/simnet.h"
#include <errno.h>
#include <glib.h> /* its memory: that of the tests may be made to fail */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#define FIRST_FD 100000 /* far above what the system gives */
#define MAX_FDS 8192
#define MAX_HOSTS 16
#define MAX_PATHS 32
#define MAX_MAPPINGS 256
#define MAX_QUEUED 256 /* datagrams in a socket, about 200 KB of RTP */
#define EPOCH INT64_C(1100000000000000) /* µs: November 2004 */
#define FIRST_PORT 32768u
#define PORTS 28000u

/* ---- state */

typedef enum fd_kind { FREE, SOCK, SET } fd_kind;

typedef struct member {
  int fd;
  uint32_t events;
  epoll_data_t data;
} member;

typedef struct descriptor {
  fd_kind kind;
  /* sockets */
  msnav_addr local, remote; /* port 0: none */
  int error;
  simnet_datagram *first, **last;
  unsigned queued;
  /* sets */
  member *members;
  size_t count, room, turn;
} descriptor;

typedef struct happening {
  msnav_usec at;
  uint64_t order;
  simnet_datagram *datagram; /* or */
  void (*fn)(void *arg);
  void *arg;
} happening;

typedef struct mapping {
  uint32_t inside_ip, outside_ip;
  uint16_t inside, outside;
} mapping;

typedef struct route {
  uint32_t from, to;
  simnet_path path;
  bool burst;
} route;

static struct {
  bool active;
  unsigned spins;          /* waits that ended at once, in a row */
  uint64_t seed, net_seed; /* of the program, of the network */
  msnav_usec now;
  int64_t stepped;
  descriptor fds[MAX_FDS];
  int top; /* all above are free */
  unsigned open;
  unsigned next_port;
  uint32_t hosts[MAX_HOSTS];
  unsigned host_count;
  route routes[MAX_PATHS];
  unsigned route_count;
  mapping maps[MAX_MAPPINGS];
  unsigned map_count;
  struct {
    uint32_t inside, outside;
    unsigned shift;
  } nats[MAX_HOSTS];
  unsigned nat_count;
  happening *events; /* a heap */
  size_t event_count, event_room;
  uint64_t order;
  void (*tap)(void *arg, const simnet_record *record);
  void *tap_arg;
  uint64_t trace;
  uint64_t counts[SIMNET_FULL + 1];
  unsigned long calls[SIMNET_CALLS];
  struct {
    simnet_call call;
    unsigned long nth;
    int error;
    bool always;
    unsigned long failed;
  } fault;
} sim;

static void require(bool good, const char *what) {
  if (!good) {
    fprintf(stderr, "simnet: %s\n", what);
    abort();
  }
}

/* ---- chance: splitmix64 */

static uint64_t next_random(uint64_t *state) {
  uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
  z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
  z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
  return z ^ z >> 31;
}

static double next_chance(uint64_t *state) {
  return (double)(next_random(state) >> 11) / 9007199254740992.0;
}

uint64_t simnet_random(void) {
  return next_random(&sim.seed);
}

double simnet_chance(void) {
  return next_chance(&sim.seed);
}

static bool happens(double p) {
  return p > 0 && next_chance(&sim.net_seed) < p;
}

/* ---- events */

static bool is_before(const happening *a, const happening *b) {
  return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void push(happening e) {
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
  push((happening){.at = when, .fn = fn, .arg = arg});
}

/* ---- trace */

static void hash(const void *data, size_t len) {
  const uint8_t *p = data;
  for (size_t i = 0; i < len; i++) {
    sim.trace = (sim.trace ^ p[i]) * UINT64_C(0x100000001b3);
  }
}

static bool is_loopback(uint32_t ip) {
  return ip >> 24 == 127;
}

static void observe(const simnet_datagram *d, simnet_fate fate) {
  if (is_loopback(d->to.ip)) {
    return;
  }
  simnet_record r = {sim.now, d->from, d->to, d->data, d->len, fate};
  uint32_t n[] = {(uint32_t)r.time, (uint32_t)(r.time >> 32),
                  r.from.ip,        r.from.port,
                  r.to.ip,          r.to.port,
                  (uint32_t)r.len,  (uint32_t)fate};
  hash(n, sizeof(n));
  hash(d->data, d->len);
  sim.counts[fate]++;
  if (sim.tap != NULL) {
    sim.tap(sim.tap_arg, &r);
  }
}

void simnet_tap(void (*fn)(void *arg, const simnet_record *record), void *arg) {
  sim.tap = fn;
  sim.tap_arg = arg;
}

uint64_t simnet_trace(void) {
  return sim.trace;
}

uint64_t simnet_count(simnet_fate fate) {
  return sim.counts[fate];
}

/* ---- descriptors */

bool simnet_owns(int fd) {
  return fd >= FIRST_FD && fd < FIRST_FD + MAX_FDS;
}

static descriptor *of(int fd, fd_kind kind) {
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

static void drop_first(descriptor *d) {
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
    drop_first(d);
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

/* ---- sockets */

static bool is_ours(uint32_t ip) {
  if (ip == 0 || is_loopback(ip)) {
    return true;
  }
  for (unsigned i = 0; i < sim.host_count; i++) {
    if (sim.hosts[i] == ip) {
      return true;
    }
  }
  return false;
}

/* The socket that a datagram to an address is for. */
static descriptor *listener(const msnav_addr *to) {
  for (int i = 0; i < sim.top; i++) {
    descriptor *d = &sim.fds[i];
    if (d->kind == SOCK && d->local.port == to->port &&
        (d->local.ip == to->ip || d->local.ip == 0)) {
      return d;
    }
  }
  return NULL;
}

static bool is_free(const msnav_addr *addr) {
  for (int i = 0; i < sim.top; i++) {
    const descriptor *d = &sim.fds[i];
    if (d->kind == SOCK && d->local.port == addr->port &&
        (d->local.ip == addr->ip || d->local.ip == 0 || addr->ip == 0)) {
      return false;
    }
  }
  return true;
}

int simnet_sock_bind(int fd, const msnav_addr *addr) {
  descriptor *d = of(fd, SOCK);
  if (d == NULL) {
    return -1;
  }
  if (d->local.port != 0) {
    errno = EINVAL;
    return -1;
  }
  if (!is_ours(addr->ip)) {
    errno = EADDRNOTAVAIL;
    return -1;
  }
  msnav_addr local = *addr;
  for (unsigned i = 0; addr->port == 0 && i < PORTS; i++) {
    local.port = (uint16_t)(FIRST_PORT + sim.next_port++ % PORTS);
    if (is_free(&local)) {
      break;
    }
  }
  if (!is_free(&local)) {
    errno = EADDRINUSE;
    return -1;
  }
  d->local = local;
  return 0;
}

/* As the kernel does before a first datagram. */
static int bind_now(int fd, descriptor *d, const msnav_addr *to) {
  if (d->local.port == 0) {
    msnav_addr any = {is_loopback(to->ip) ? 0x7f000001 : sim.hosts[0], 0};
    return simnet_sock_bind(fd, &any);
  }
  return 0;
}

int simnet_sock_connect(int fd, const msnav_addr *addr) {
  descriptor *d = of(fd, SOCK);
  if (d == NULL || bind_now(fd, d, addr) != 0) {
    return -1;
  }
  d->remote = *addr;
  return 0;
}

msnav_addr simnet_sock_name(int fd) {
  const descriptor *d = of(fd, SOCK);
  return d != NULL ? d->local : (msnav_addr){0, 0};
}

int simnet_sock_error(int fd) {
  descriptor *d = of(fd, SOCK);
  int error = d != NULL ? d->error : EBADF;
  if (d != NULL) {
    d->error = 0;
  }
  return error;
}

const simnet_datagram *simnet_sock_first(int fd) {
  const descriptor *d = of(fd, SOCK);
  return d != NULL ? d->first : NULL;
}

void simnet_sock_drop(int fd) {
  descriptor *d = of(fd, SOCK);
  if (d != NULL && d->first != NULL) {
    drop_first(d);
  }
}

/* ---- address translation */

static void translate_source(msnav_addr *from) {
  for (unsigned i = 0; i < sim.map_count; i++) {
    const mapping *m = &sim.maps[i];
    if (m->inside_ip == from->ip && m->inside == from->port) {
      *from = (msnav_addr){m->outside_ip, m->outside};
      return;
    }
  }
  for (unsigned i = 0; i < sim.nat_count; i++) {
    if (sim.nats[i].inside == from->ip) {
      mapping m = {from->ip, sim.nats[i].outside, from->port,
                   (uint16_t)(from->port + sim.nats[i].shift)};
      require(sim.map_count < MAX_MAPPINGS, "too many mappings");
      sim.maps[sim.map_count++] = m;
      *from = (msnav_addr){m.outside_ip, m.outside};
      return;
    }
  }
}

/* Before the first rebinding a port is open without having sent, as one that
 * was mapped by UPnP. */
static void translate_target(msnav_addr *to) {
  for (unsigned i = 0; i < sim.map_count; i++) {
    const mapping *m = &sim.maps[i];
    if (m->outside_ip == to->ip && m->outside == to->port) {
      *to = (msnav_addr){m->inside_ip, m->inside};
      return;
    }
  }
  for (unsigned i = 0; i < sim.nat_count; i++) {
    if (sim.nats[i].outside == to->ip && sim.nats[i].shift == 0) {
      to->ip = sim.nats[i].inside;
      return;
    }
  }
}

void simnet_nat(uint32_t inside, uint32_t outside) {
  require(sim.nat_count < MAX_HOSTS, "too many hosts");
  sim.nats[sim.nat_count].inside = inside;
  sim.nats[sim.nat_count].outside = outside;
  sim.nats[sim.nat_count++].shift = 0;
}

void simnet_nat_rebind(uint32_t inside) {
  unsigned kept = 0;
  for (unsigned i = 0; i < sim.map_count; i++) {
    if (sim.maps[i].inside_ip != inside) {
      sim.maps[kept++] = sim.maps[i];
    }
  }
  sim.map_count = kept;
  for (unsigned i = 0; i < sim.nat_count; i++) {
    sim.nats[i].shift += sim.nats[i].inside == inside ? 101 : 0;
  }
}

/* ---- the way */

void simnet_host(uint32_t ip) {
  require(sim.host_count < MAX_HOSTS, "too many hosts");
  sim.hosts[sim.host_count++] = ip;
}

void simnet_set_path(uint32_t from, uint32_t to, const simnet_path *path) {
  for (unsigned i = 0; i < sim.route_count; i++) {
    if (sim.routes[i].from == from && sim.routes[i].to == to) {
      sim.routes[i].path = *path;
      return;
    }
  }
  require(sim.route_count < MAX_PATHS, "too many paths");
  sim.routes[sim.route_count++] = (route){from, to, *path, false};
}

static route *route_of(uint32_t from, uint32_t to) {
  static route plain;
  for (unsigned i = 0; i < sim.route_count; i++) {
    route *r = &sim.routes[i];
    if ((r->from == from || r->from == 0) && (r->to == to || r->to == 0)) {
      return r;
    }
  }
  plain = (route){.path = {.delay = 1000}};
  return &plain;
}

static bool is_lost(route *r) {
  const simnet_path *p = &r->path;
  if (happens(r->burst ? p->burst_leave : p->burst_enter)) {
    r->burst = !r->burst;
  }
  bool lost = happens(p->loss);
  return (r->burst && happens(p->burst_loss)) || lost;
}

static simnet_datagram *copy_of(const msnav_addr *from, const msnav_addr *to,
                                const void *data, size_t len) {
  simnet_datagram *d = g_malloc(sizeof(*d) + len);
  *d = (simnet_datagram){NULL, *from, *to, len};
  if (len > 0) {
    memcpy(d->data, data, len);
  }
  return d;
}

/* False: nobody is there.  d is not ours any more. */
static bool arrive(simnet_datagram *d) {
  msnav_addr to = d->to;
  translate_target(&to);
  descriptor *s = listener(&to);
  bool wanted =
    s != NULL && (s->remote.port == 0 || (s->remote.port == d->from.port &&
                                          s->remote.ip == d->from.ip));
  if (!wanted || s->queued >= MAX_QUEUED) {
    observe(d, wanted ? SIMNET_FULL : SIMNET_NOBODY);
    g_free(d);
    return wanted;
  }
  observe(d, SIMNET_DELIVERED);
  d->next = NULL;
  *s->last = d;
  s->last = &d->next;
  s->queued++;
  return true;
}

static void travel(route *r, const msnav_addr *from, const msnav_addr *to,
                   const void *data, size_t len) {
  const simnet_path *p = &r->path;
  simnet_datagram *d = copy_of(from, to, data, len);
  if (is_lost(r)) {
    observe(d, SIMNET_LOST);
    g_free(d);
    return;
  }
  for (int bits = 1; len > 0 && bits <= 3 && happens(p->corrupt); bits++) {
    uint64_t at = next_random(&sim.net_seed) % (8 * len);
    d->data[at / 8] ^= (uint8_t)(1u << at % 8);
  }
  msnav_usec delay = p->delay;
  if (p->jitter > 0) {
    delay += next_random(&sim.net_seed) % p->jitter;
  }
  if (happens(p->reorder)) {
    delay += p->reorder_delay;
  }
  push((happening){.at = sim.now + delay, .datagram = d});
}

long simnet_sock_send(int fd, const msnav_addr *to, const void *data,
                      size_t len) {
  descriptor *s = of(fd, SOCK);
  if (s == NULL) {
    return -1;
  }
  if (s->error != 0) {
    errno = s->error;
    s->error = 0;
    return -1;
  }
  if (to == NULL) {
    to = &s->remote;
  }
  if (to->port == 0 || len > 65507) {
    errno = to->port == 0 ? EDESTADDRREQ : EMSGSIZE;
    return -1;
  }
  if (bind_now(fd, s, to) != 0) {
    return -1;
  }
  msnav_addr from = s->local;
  if (from.ip == 0) {
    from.ip = is_loopback(to->ip) ? 0x7f000001 : sim.hosts[0];
  }
  if (is_loopback(to->ip)) {
    bool there = arrive(copy_of(&from, to, data, len));
    if (!there && s->remote.port != 0) {
      s->error = ECONNREFUSED;
    }
    return (long)len;
  }
  translate_source(&from);
  route *r = route_of(from.ip, to->ip);
  travel(r, &from, to, data, len);
  if (happens(r->path.duplicate)) {
    travel(r, &from, to, data, len);
  }
  return (long)len;
}

void simnet_inject(const msnav_addr *from, const msnav_addr *to,
                   const void *data, size_t len) {
  push((happening){.at = sim.now, .datagram = copy_of(from, to, data, len)});
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
  descriptor *set = of(fd, SET);
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
    require(end != MSNAV_NEVER, "everybody waits and nothing can happen");
    sim.now = end > sim.now ? end : sim.now;
    return true;
  }
  if (sim.events[0].at > sim.now) {
    sim.now = sim.events[0].at;
  }
  if (sim.events[0].fn != NULL) {
    return false;
  }
  (void)arrive(pop().datagram);
  return true;
}

static void settle(void) {
  while (sim.event_count > 0 && sim.events[0].at <= sim.now &&
         sim.events[0].fn == NULL) {
    (void)arrive(pop().datagram);
  }
}

/* Time goes on for somebody who asks again and again. */
static void tick(int timeout) {
  if (timeout != 0 && ++sim.spins > 1000) {
    sim.now += 1000;
  }
}

int simnet_set_wait(int fd, struct epoll_event *events, int max, int timeout) {
  descriptor *set = of(fd, SET);
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
                                      "poll"};
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
  require(!sim.active, "begun twice");
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
  sim.active = false;
  return left;
}

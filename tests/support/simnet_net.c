/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated network: sockets, address translation, and what happens to
 * datagrams on their way. */
#include "support/simnet_inner.h"
#include <errno.h>
#include <glib.h>
#include <string.h>

#define MAX_QUEUED 256 /* datagrams in a socket, about 200 KB of RTP */
#define FIRST_PORT 32768u
#define PORTS 28000u

static bool happens(double p) {
  return p > 0 && simnet_next_chance(&sim.net_seed) < p;
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
  descriptor *d = simnet_of(fd, SOCK);
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
  descriptor *d = simnet_of(fd, SOCK);
  if (d == NULL || bind_now(fd, d, addr) != 0) {
    return -1;
  }
  d->remote = *addr;
  return 0;
}

msnav_addr simnet_sock_name(int fd) {
  const descriptor *d = simnet_of(fd, SOCK);
  return d != NULL ? d->local : (msnav_addr){0, 0};
}

int simnet_sock_error(int fd) {
  descriptor *d = simnet_of(fd, SOCK);
  int error = d != NULL ? d->error : EBADF;
  if (d != NULL) {
    d->error = 0;
  }
  return error;
}

const simnet_datagram *simnet_sock_first(int fd) {
  const descriptor *d = simnet_of(fd, SOCK);
  return d != NULL ? d->first : NULL;
}

void simnet_sock_drop(int fd) {
  descriptor *d = simnet_of(fd, SOCK);
  if (d != NULL && d->first != NULL) {
    simnet_drop_first(d);
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
      simnet_require(sim.map_count < MAX_MAPPINGS, "too many mappings");
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
  simnet_require(sim.nat_count < MAX_HOSTS, "too many hosts");
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
  simnet_require(sim.host_count < MAX_HOSTS, "too many hosts");
  sim.hosts[sim.host_count++] = ip;
}

void simnet_set_path(uint32_t from, uint32_t to, const simnet_path *path) {
  for (unsigned i = 0; i < sim.route_count; i++) {
    if (sim.routes[i].from == from && sim.routes[i].to == to) {
      sim.routes[i].path = *path;
      return;
    }
  }
  simnet_require(sim.route_count < MAX_PATHS, "too many paths");
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
bool simnet_arrive(simnet_datagram *d) {
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
    uint64_t at = simnet_next_random(&sim.net_seed) % (8 * len);
    d->data[at / 8] ^= (uint8_t)(1u << at % 8);
  }
  msnav_usec delay = p->delay;
  if (p->jitter > 0) {
    delay += simnet_next_random(&sim.net_seed) % p->jitter;
  }
  if (happens(p->reorder)) {
    delay += p->reorder_delay;
  }
  simnet_push((happening){.at = sim.now + delay, .datagram = d});
}

long simnet_sock_send(int fd, const msnav_addr *to, const void *data,
                      size_t len) {
  descriptor *s = simnet_of(fd, SOCK);
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
    bool there = simnet_arrive(copy_of(&from, to, data, len));
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
  simnet_push(
    (happening){.at = sim.now, .datagram = copy_of(from, to, data, len)});
}

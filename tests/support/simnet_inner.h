/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the simulated network share. */
#ifndef TESTS_SIMNET_INNER_H
#define TESTS_SIMNET_INNER_H

#include "support/simnet.h"
#include <sys/epoll.h>

#define MAX_FDS 8192
#define MAX_HOSTS 16
#define MAX_PATHS 32
#define MAX_MAPPINGS 256

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

typedef struct simnet_state {
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
} simnet_state;

extern simnet_state sim;

/* Ends the program. */
void simnet_require(bool good, const char *what);
uint64_t simnet_next_random(uint64_t *state);
double simnet_next_chance(uint64_t *state);
void simnet_push(happening e);
/* The descriptor of that kind; NULL and errno when there is none. */
descriptor *simnet_of(int fd, fd_kind kind);
void simnet_drop_first(descriptor *d);
/* False: nobody is there.  d is not the caller's any more. */
bool simnet_arrive(simnet_datagram *d);

#endif

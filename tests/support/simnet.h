/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A network and a clock that exist only in this process.
 *
 * A program that is linked with it brings its own socket(), epoll_wait(),
 * clock_gettime() and so on, for the library and for Sofia alike.  Between
 * simnet_begin() and simnet_end() UDP sockets, epoll sets and all clocks are
 * simulated; otherwise they are the system's.  When a program would sleep,
 * the time jumps to the next thing that happens.  Everything that is random
 * comes from the seed: the same seed gives the same trace. */
#ifndef TESTS_SIMNET_H
#define TESTS_SIMNET_H

#include <msnav/base.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ---- life */

void simnet_begin(uint64_t seed);
/* Forgets everything; how many descriptors were left open. */
unsigned simnet_end(void);

msnav_usec simnet_now(void);
/* Step the wall clock only. */
void simnet_step_wall(int64_t usec);
uint64_t simnet_random(void);
/* 0 <= x < 1 */
double simnet_chance(void);

/* Simulated descriptors that are open. */
unsigned simnet_open(void);

/* ---- the network */

/* What happens to datagrams from one host to another. */
typedef struct simnet_path {
  double loss; /* of each datagram */
  /* Gilbert and Elliott: chance to go into and to leave a burst, and to be
   * lost in one */
  double burst_enter, burst_leave, burst_loss;
  msnav_usec delay, jitter; /* jitter: equally distributed, may reorder */
  double reorder;           /* chance to be held back by reorder_delay */
  msnav_usec reorder_delay;
  double duplicate, corrupt;
} simnet_path;

/* A host of the network.  127.0.0.0/8 exists always and loses nothing. */
void simnet_host(uint32_t ip);
/* From now on; 0 stands for every host. */
void simnet_set_path(uint32_t from, uint32_t to, const simnet_path *path);
/* A host that is seen by others as another address, ports unchanged; what is
 * sent to that address reaches the host. */
void simnet_nat(uint32_t inside, uint32_t outside);
/* The ports outside become others; the old ones lead nowhere. */
void simnet_nat_rebind(uint32_t inside);
/* As if it had come from an address. */
void simnet_inject(const msnav_addr *from, const msnav_addr *to,
                   const void *data, size_t len);

/* ---- what else happens */

/* Have simnet_serve() call something at a time. */
void simnet_at(msnav_usec when, void (*fn)(void *arg), void *arg);
/* Call what is due; to be called after each step of the loop, which ends
 * early for it. */
void simnet_serve(void);

/* ---- observation */

typedef enum simnet_fate {
  SIMNET_DELIVERED,
  SIMNET_LOST,
  SIMNET_NOBODY, /* no socket there */
  SIMNET_FULL    /* the receiver's buffer is */
} simnet_fate;

typedef struct simnet_record {
  msnav_usec time;
  msnav_addr from, to;
  const uint8_t *data;
  size_t len;
  simnet_fate fate;
} simnet_record;

/* Sees each datagram between hosts, when its fate is known. */
void simnet_tap(void (*fn)(void *arg, const simnet_record *record), void *arg);
/* A number for everything that the tap could have seen. */
uint64_t simnet_trace(void);
uint64_t simnet_count(simnet_fate fate);

/* ---- faults */

typedef enum simnet_call {
  SIMNET_SOCKET,
  SIMNET_BIND,
  SIMNET_CONNECT,
  SIMNET_GETSOCKNAME,
  SIMNET_SEND, /* and sendto() */
  SIMNET_SENDMSG,
  SIMNET_RECV, /* and recvfrom() */
  SIMNET_RECVMSG,
  SIMNET_RECVMMSG,
  SIMNET_EPOLL_CREATE,
  SIMNET_EPOLL_CTL,
  SIMNET_EPOLL_WAIT,
  SIMNET_POLL,
  SIMNET_SOCKOPT, /* getsockopt() and setsockopt() */
  SIMNET_FCNTL,   /* and ioctl() */
  SIMNET_GETRANDOM,
  SIMNET_CALLS
} simnet_call;

const char *simnet_call_name(simnet_call call);
/* Calls since simnet_begin(). */
unsigned long simnet_calls(simnet_call call);
/* Let the nth call from now fail (1: the next), and with always set all that
 * follow too; nth 0: none. */
void simnet_fail(simnet_call call, unsigned long nth, int error, bool always);
/* How many failed. */
unsigned long simnet_failed(void);

/* ---- between the files of simnet */

bool simnet_active(void);
/* Whether the call fails now; sets errno. */
bool simnet_fails(simnet_call call);
bool simnet_owns(int fd);
int simnet_sock_new(void);
int simnet_set_new(void);
int simnet_close(int fd);
int simnet_sock_bind(int fd, const msnav_addr *addr);
int simnet_sock_connect(int fd, const msnav_addr *addr);
msnav_addr simnet_sock_name(int fd);
/* 0, or an error number that is forgotten then. */
int simnet_sock_error(int fd);
/* to NULL: where it is connected.  Bytes or -1 and errno. */
long simnet_sock_send(int fd, const msnav_addr *to, const void *data,
                      size_t len);
/* The first datagram, which is taken away unless peek; NULL: none. */
typedef struct simnet_datagram {
  struct simnet_datagram *next;
  msnav_addr from, to;
  size_t len;
  uint8_t data[];
} simnet_datagram;
const simnet_datagram *simnet_sock_first(int fd);
void simnet_sock_drop(int fd);
struct epoll_event;
int simnet_set_ctl(int set, int op, int fd, const struct epoll_event *event);
int simnet_set_wait(int set, struct epoll_event *events, int max, int timeout);
unsigned simnet_ready(int fd); /* EPOLLIN, EPOLLOUT, EPOLLERR */
int64_t simnet_wall(void);     /* microseconds since 1970 */

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole calls through the façade, see people.h, beside the same six SIP
 * messages between two bare agents, see bare.h.
 *
 * Beside both stands the floor: what the design asks of the kernel and of
 * Sofia for such a call, without a line of the library.  Each end has an agent
 * of its own that goes with the call, sockets for SIP, RTP and RTCP, and a
 * private pair that every message crosses on its way to or from the agent. */
#include "bare.h"
#include "bench.h"
#include "people.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define BAR 0.3
#define SOCKETS 6   /* three an end */
#define MESSAGES 12 /* six, in at one end and out at the other */
#define MESSAGE 500 /* bytes */

static double rate(double start) {
  return PEOPLE_CALLS * 1e9 / (bench_cpu() - start);
}

/* New agents each time, so that what calls leave behind counts: transactions
 * that wait for repetitions. */
static double bare_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  bare_open();
  for (int i = 0; i < PEOPLE_CALLS; i++) {
    bare_call();
  }
  bare_close();
  return rate(start);
}

/* ---- the floor */

static struct {
  int set;     /* epoll */
  int pair[2]; /* connected to each other */
} ground;

static struct sockaddr_in loopback(void) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int open_socket(struct sockaddr_in *at) {
  socklen_t len = sizeof(*at);
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  *at = loopback();
  bench_require(fd >= 0 && bind(fd, (struct sockaddr *)at, len) == 0 &&
                  getsockname(fd, (struct sockaddr *)at, &len) == 0,
                "open a socket");
  return fd;
}

static void ground_open(void) {
  struct sockaddr_in at[2];
  ground.set = epoll_create1(EPOLL_CLOEXEC);
  for (int i = 0; i < 2; i++) {
    ground.pair[i] = open_socket(&at[i]);
  }
  for (int i = 0; i < 2; i++) {
    bench_require(connect(ground.pair[i], (struct sockaddr *)&at[1 - i],
                          sizeof(at[0])) == 0,
                  "connect the pair");
  }
}

static void ground_close(void) {
  (void)close(ground.pair[0]);
  (void)close(ground.pair[1]);
  (void)close(ground.set);
}

static void use_sockets(void) {
  int fds[SOCKETS];
  struct sockaddr_in at;
  for (int i = 0; i < SOCKETS; i++) {
    struct epoll_event readable = {.events = EPOLLIN};
    fds[i] = open_socket(&at);
    bench_require(epoll_ctl(ground.set, EPOLL_CTL_ADD, fds[i], &readable) == 0,
                  "watch a socket");
  }
  for (int i = 0; i < SOCKETS; i++) {
    (void)epoll_ctl(ground.set, EPOLL_CTL_DEL, fds[i], NULL);
    (void)close(fds[i]);
  }
}

static void cross_pair(void) {
  char message[MESSAGE] = {0};
  for (int i = 0; i < MESSAGES; i++) {
    bench_require(send(ground.pair[0], message, MESSAGE, 0) == MESSAGE &&
                    recv(ground.pair[1], message, MESSAGE, 0) == MESSAGE,
                  "cross the pair");
  }
}

static double floor_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < PEOPLE_CALLS; i++) {
    bare_open();
    bare_call();
    bare_close();
    use_sockets();
    cross_pair();
  }
  return rate(start);
}

int main(void) {
  const bench_side ours = {"msnav", people_turn, NULL};
  const bench_side bare = {"nta", bare_turn, NULL};
  const bench_side least = {"floor", floor_turn, NULL};
  bench_pin();
  bare_init();
  ground_open();
  people_open(-1);
  double ratio =
    bench_compare("call_rate", "calls/CPU-s", BENCH_TURNS, ours, bare);
  bench_at_least("call_rate", ratio, BAR);
  ratio = bench_compare("call_floor", "calls/CPU-s", BENCH_TURNS, least, bare);
  bench_at_least("call_floor", ratio, BAR);
  people_close();
  ground_close();
  return bench_end();
}

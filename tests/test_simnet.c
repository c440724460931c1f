/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The simulated network does what its header says. */
#include "test.h"

#include "support/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int teardown(void **state) {
  (void)state;
  if (simnet_active()) {
    (void)simnet_end();
  }
  return 0;
}

static int socket_at(uint32_t ip, uint16_t port) {
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(port),
                           .sin_addr.s_addr = htonl(ip)};
  assert_int_equal(bind(fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
  return fd;
}

static void send_to(int fd, uint32_t ip, uint16_t port, const char *text) {
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(port),
                           .sin_addr.s_addr = htonl(ip)};
  assert_int_equal(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&sa,
                          sizeof(sa)),
                   strlen(text));
}

/* What a socket got, and from whom; "" when nothing came in time. */
static const char *receive(int fd, int ms, msnav_addr *from) {
  static char text[100];
  struct epoll_event e = {.events = EPOLLIN};
  struct sockaddr_in sa = {0};
  socklen_t len = sizeof(sa);
  int set = epoll_create1(0);
  assert_int_equal(epoll_ctl(set, EPOLL_CTL_ADD, fd, &e), 0);
  (void)epoll_wait(set, &e, 1, ms);
  close(set);
  ssize_t n =
    recvfrom(fd, text, sizeof(text) - 1, 0, (struct sockaddr *)&sa, &len);
  text[n > 0 ? n : 0] = '\0';
  if (from != NULL) {
    *from = (msnav_addr){ntohl(sa.sin_addr.s_addr), ntohs(sa.sin_port)};
  }
  return text;
}

static void datagrams_arrive_after_the_delay_of_their_way(void **state) {
  (void)state;
  simnet_begin(1);
  simnet_host(1 << 24);
  simnet_host(2 << 24);
  simnet_set_path(1 << 24, 2 << 24, &(simnet_path){.delay = 70000});
  int a = socket_at(1 << 24, 5);
  int b = socket_at(2 << 24, 6);
  msnav_usec before = simnet_now();
  send_to(a, 2 << 24, 6, "hello");
  assert_string_equal(receive(b, 69, NULL), "");
  msnav_addr from;
  assert_string_equal(receive(b, 10, &from), "hello");
  assert_int_equal(simnet_now() - before, 70000);
  assert_int_equal(from.ip, 1 << 24);
  assert_int_equal(from.port, 5);
  assert_int_equal(simnet_end(), 2);
}

static void nothing_takes_real_time(void **state) {
  (void)state;
  struct timespec before, after, virtual;
  clock_gettime(CLOCK_MONOTONIC, &before);
  simnet_begin(1);
  simnet_host(1 << 24);
  int a = socket_at(1 << 24, 5);
  msnav_usec start = simnet_now();
  receive(a, 3600000, NULL);
  assert_int_equal(simnet_now() - start, UINT64_C(3600000000));
  clock_gettime(CLOCK_MONOTONIC, &virtual);
  assert_int_equal(virtual.tv_sec, simnet_now() / 1000000);
  simnet_end();
  clock_gettime(CLOCK_MONOTONIC, &after);
  assert_true(after.tv_sec - before.tv_sec < 60);
}

/* Of 100,000 datagrams, within a standard deviation times five. */
static void losses_are_as_frequent_as_asked(void **state) {
  (void)state;
  static const struct {
    simnet_path path;
    double lost;
  } rows[] = {
    {{.loss = 0}, 0},
    {{.loss = 0.1}, 0.1},
    {{.loss = 0.3}, 0.3},
    {{.loss = 1}, 1},
    /* a third of the time in bursts in which 60 % is lost */
    {{.burst_enter = 0.1, .burst_leave = 0.2, .burst_loss = 0.6}, 0.2},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    simnet_begin(i);
    simnet_host(1 << 24);
    simnet_set_path(0, 0, &rows[i].path);
    int a = socket_at(1 << 24, 5);
    for (int k = 0; k < 100000; k++) {
      send_to(a, 2 << 24, 6, "x");
    }
    double lost = (double)simnet_count(SIMNET_LOST) / 100000;
    assert_true(lost > rows[i].lost - 0.012 && lost < rows[i].lost + 0.012);
    simnet_end();
  }
}

static void losses_come_in_bursts(void **state) {
  (void)state;
  simnet_begin(3);
  simnet_host(1 << 24);
  simnet_set_path(0, 0,
                  &(simnet_path){.burst_enter = 0.02,
                                 .burst_leave = 0.2,
                                 .burst_loss = 1});
  int a = socket_at(1 << 24, 5);
  uint64_t runs = 0;
  uint64_t before = 0;
  bool lost_before = false;
  for (int k = 0; k < 50000; k++) {
    send_to(a, 2 << 24, 6, "x");
    bool lost = simnet_count(SIMNET_LOST) > before;
    runs += lost && !lost_before;
    lost_before = lost;
    before = simnet_count(SIMNET_LOST);
  }
  double mean = (double)before / (double)runs;
  assert_true(mean > 4.5 && mean < 5.5); /* 1 / burst_leave */
  simnet_end();
}

static void datagrams_are_doubled_damaged_and_overtaken(void **state) {
  (void)state;
  simnet_begin(4);
  simnet_host(1 << 24);
  simnet_host(2 << 24);
  int a = socket_at(1 << 24, 5);
  int b = socket_at(2 << 24, 6);
  simnet_set_path(0, 0, &(simnet_path){.duplicate = 1});
  send_to(a, 2 << 24, 6, "twice");
  assert_string_equal(receive(b, 10, NULL), "twice");
  assert_string_equal(receive(b, 10, NULL), "twice");
  assert_string_equal(receive(b, 10, NULL), "");
  simnet_set_path(0, 0, &(simnet_path){.corrupt = 1});
  send_to(a, 2 << 24, 6, "damage");
  const char *damaged = receive(b, 10, NULL);
  assert_string_not_equal(damaged, "damage");
  assert_int_equal(strlen(damaged), 6);
  simnet_set_path(0, 0, &(simnet_path){.reorder = 1, .reorder_delay = 5000});
  send_to(a, 2 << 24, 6, "first");
  simnet_set_path(0, 0, &(simnet_path){.reorder = 0});
  send_to(a, 2 << 24, 6, "second");
  assert_string_equal(receive(b, 10, NULL), "second");
  assert_string_equal(receive(b, 10, NULL), "first");
  simnet_end();
}

static void translator_changes_ports_when_it_forgets(void **state) {
  (void)state;
  simnet_begin(5);
  simnet_host(1 << 24);
  simnet_host(2 << 24);
  simnet_nat(1 << 24, 9 << 24);
  int a = socket_at(1 << 24, 5);
  int b = socket_at(2 << 24, 6);
  msnav_addr from;
  send_to(a, 2 << 24, 6, "out");
  assert_string_equal(receive(b, 10, &from), "out");
  assert_int_equal(from.ip, 9 << 24);
  assert_int_equal(from.port, 5);
  send_to(b, 9 << 24, 5, "in");
  assert_string_equal(receive(a, 10, NULL), "in");
  simnet_nat_rebind(1 << 24);
  send_to(b, 9 << 24, 5, "in");
  assert_string_equal(receive(a, 10, NULL), "");
  send_to(a, 2 << 24, 6, "out");
  assert_string_equal(receive(b, 10, &from), "out");
  assert_int_not_equal(from.port, 5);
  send_to(b, 9 << 24, from.port, "in");
  assert_string_equal(receive(a, 10, NULL), "in");
  simnet_end();
}

static void sockets_refuse_what_the_kernel_refuses(void **state) {
  (void)state;
  simnet_begin(6);
  simnet_host(1 << 24);
  int a = socket_at(1 << 24, 5);
  int b = socket(AF_INET, SOCK_DGRAM, 0);
  struct sockaddr_in sa = {.sin_family = AF_INET,
                           .sin_port = htons(5),
                           .sin_addr.s_addr = htonl(1 << 24)};
  assert_int_equal(bind(b, (struct sockaddr *)&sa, sizeof(sa)), -1);
  assert_int_equal(errno, EADDRINUSE);
  sa.sin_addr.s_addr = htonl(77 << 24);
  assert_int_equal(bind(b, (struct sockaddr *)&sa, sizeof(sa)), -1);
  assert_int_equal(errno, EADDRNOTAVAIL);
  char byte;
  assert_int_equal(recv(a, &byte, 1, 0), -1);
  assert_int_equal(errno, EAGAIN);
  close(a);
  assert_int_equal(recv(a, &byte, 1, 0), -1);
  assert_int_equal(errno, EBADF);
  simnet_end();
}

static void calls_fail_when_they_are_told_to(void **state) {
  (void)state;
  simnet_begin(7);
  simnet_fail(SIMNET_SOCKET, 2, ENFILE, false);
  assert_true(socket(AF_INET, SOCK_DGRAM, 0) >= 0);
  assert_int_equal(socket(AF_INET, SOCK_DGRAM, 0), -1);
  assert_int_equal(errno, ENFILE);
  assert_true(socket(AF_INET, SOCK_DGRAM, 0) >= 0);
  assert_int_equal(simnet_failed(), 1);
  assert_int_equal(simnet_calls(SIMNET_SOCKET), 3);
  simnet_fail(SIMNET_SOCKET, 1, EMFILE, true);
  assert_int_equal(socket(AF_INET, SOCK_DGRAM, 0), -1);
  assert_int_equal(socket(AF_INET, SOCK_DGRAM, 0), -1);
  assert_int_equal(simnet_end(), 2);
}

/* One whole call; the number of everything that crossed the network. */
static uint64_t trace_of(uint64_t seed) {
  world w = {0};
  simnet_begin(seed);
  assert_int_equal(world_open(&w, NULL, NULL), MSNAV_OK);
  simnet_set_path(0, 0,
                  &(simnet_path){.loss = 0.1,
                                 .delay = 20000,
                                 .jitter = 30000,
                                 .duplicate = 0.02,
                                 .corrupt = 0.01});
  assert_int_equal(world_call(&w), MSNAV_OK);
  assert_true(world_talk(&w, 30 * WORLD_SECOND));
  (void)world_run(&w, simnet_now() + 10 * WORLD_SECOND, NULL, 0);
  assert_true(w.bob.heard > 300);
  assert_int_equal(msnav_call_hangup(w.alice.call), MSNAV_OK);
  assert_true(world_end(&w, 10 * WORLD_SECOND));
  world_close(&w);
  uint64_t trace = simnet_trace();
  assert_int_equal(simnet_end(), 0);
  return trace;
}

static void same_seed_gives_the_same_trace(void **state) {
  (void)state;
  for (uint64_t seed = 1; seed <= 10; seed++) {
    uint64_t trace = trace_of(seed);
    assert_true(trace == trace_of(seed));
    assert_true(trace != trace_of(seed + 1000));
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(datagrams_arrive_after_the_delay_of_their_way,
                              teardown),
    cmocka_unit_test_teardown(nothing_takes_real_time, teardown),
    cmocka_unit_test_teardown(losses_are_as_frequent_as_asked, teardown),
    cmocka_unit_test_teardown(losses_come_in_bursts, teardown),
    cmocka_unit_test_teardown(datagrams_are_doubled_damaged_and_overtaken,
                              teardown),
    cmocka_unit_test_teardown(translator_changes_ports_when_it_forgets,
                              teardown),
    cmocka_unit_test_teardown(sockets_refuse_what_the_kernel_refuses, teardown),
    cmocka_unit_test_teardown(calls_fail_when_they_are_told_to, teardown),
    cmocka_unit_test_teardown(same_seed_gives_the_same_trace, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

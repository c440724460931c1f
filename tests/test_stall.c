/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's loop is held up: what came meanwhile is heard all the same. */
#include "support/world.h"
#include "test.h"

#define MS UINT64_C(1000) /* us */

/* ---- a host whose loop runs timers first: after a stall each descriptor is
 * seen to be ready one turn later than it was */

typedef struct watch {
  msnav_io_fn fn;
  void *arg;
  bool held;
} watch;

static struct {
  msnav_loop loop;
  const msnav_loop *under;
  watch watches[8];
  size_t count;
} slow;

static void on_ready(int fd, unsigned events, void *arg) {
  watch *w = arg;
  bool held = w->held;
  w->held = false;
  if (!held) {
    w->fn(fd, events, w->arg);
  }
}

static void *
io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  assert_true(slow.count < ARRAY_LEN(slow.watches));
  watch *w = &slow.watches[slow.count++];
  *w = (watch){fn, arg, false};
  return slow.under->io_add(data, fd, events, on_ready, w);
}

static const msnav_loop *timers_first(const msnav_loop *loop) {
  slow.loop = *loop;
  slow.loop.io_add = io_add;
  slow.under = loop;
  slow.count = 0;
  return &slow.loop;
}

static void hold_descriptors(void) {
  for (size_t i = 0; i < slow.count; i++) {
    slow.watches[i].held = true;
  }
}

/* ---- a call */

/* Alice speaks to Bob, far away, without a gap. */
static void talk(world *w) {
  const simnet_path far = {.delay = 300 * MS};
  simnet_begin(1);
  assert_int_equal(world_open(w, NULL, NULL), MSNAV_OK);
  simnet_set_path(WORLD_ALICE_IP, WORLD_BOB_IP, &far);
  assert_int_equal(world_call(w), MSNAV_OK);
  assert_true(world_talk(w, 30 * WORLD_SECOND));
  (void)world_run(w, simnet_now() + 5 * WORLD_SECOND, NULL, 0);
}

static msnav_stream_stats stats_of(const world_person *who) {
  msnav_stream_stats s = {.size = sizeof(s)};
  assert_int_equal(msnav_call_get_stats(who->call, &s), MSNAV_OK);
  return s;
}

/* Time passes, datagrams arrive, and nobody looks. */
static void stall(msnav_usec span) {
  msnav_epoll *other = NULL;
  assert_int_equal(msnav_epoll_new(&other), MSNAV_OK);
  for (msnav_usec end = simnet_now() + span; simnet_now() < end;) {
    assert_int_equal(msnav_epoll_step(other, end), MSNAV_OK);
  }
  msnav_epoll_free(other);
}

static void hear_through_stalls(bool timers) {
  static const msnav_usec spans[] = {15 * MS, 30 * MS, 50 * MS, 100 * MS,
                                     190 * MS};
  for (size_t i = 0; i < ARRAY_LEN(spans); i++) {
    world w = {.wrap = timers ? timers_first : NULL};
    talk(&w);
    msnav_stream_stats before = stats_of(&w.bob);
    unsigned long played = w.bob.played;
    stall(spans[i]);
    hold_descriptors();
    (void)world_run(&w, simnet_now() + 50 * MS, NULL, 0);
    msnav_stream_stats after = stats_of(&w.bob);
    assert_true(w.bob.played - played >= spans[i] / (20 * MS));
    assert_int_equal(after.concealed_us, before.concealed_us);
    assert_int_equal(after.late_packets, before.late_packets);
    assert_int_equal(after.underruns, before.underruns);
    world_close(&w);
    (void)simnet_end();
  }
}

static void nothing_is_concealed_that_was_there(void **state) {
  (void)state;
  slow.count = 0;
  hear_through_stalls(false);
}

static void nor_where_timers_run_before_descriptors(void **state) {
  (void)state;
  hear_through_stalls(true);
}

static void ticks_in_time_read_no_socket(void **state) {
  (void)state;
  world w = {0};
  talk(&w);
  w.alice.dumb = w.bob.dumb = true;
  (void)world_run(&w, simnet_now() + WORLD_SECOND, NULL, 0);
  unsigned long reads = simnet_calls(SIMNET_RECVMMSG);
  uint64_t came = simnet_count(SIMNET_DELIVERED);
  unsigned long played = w.bob.played;
  (void)world_run(&w, simnet_now() + 20 * WORLD_SECOND, NULL, 0);
  assert_true(w.bob.played - played >= 990);
  assert_true(simnet_calls(SIMNET_RECVMMSG) - reads <=
              simnet_count(SIMNET_DELIVERED) - came);
  assert_true(simnet_calls(SIMNET_RECVMMSG) - reads < 40); /* RTCP */
  world_close(&w);
  (void)simnet_end();
}

static int teardown(void **state) {
  (void)state;
  (void)simnet_end();
  return 0;
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test_teardown(nothing_is_concealed_that_was_there, teardown),
    cmocka_unit_test_teardown(nor_where_timers_run_before_descriptors,
                              teardown),
    cmocka_unit_test_teardown(ticks_in_time_read_no_socket, teardown),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

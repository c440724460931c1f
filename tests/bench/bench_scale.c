/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The CPU time of one more whole call while many others talk.
 *
 * The others are between alice and carol, who is another process: with both
 * ends in this one they would need more descriptors than it may have.  Their
 * agents sleep, as those of every long call do, and what remains is three
 * descriptors an end.  They send RTCP.  That is the price of talking, not of
 * one more call, and would hide what is looked for: so time stands still, and
 * carol too, while calls between alice and bob are measured. */
#include "bench.h"
#include "people.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define BAR 1.3
#define FEW 100
#define MANY 5000
#define TURNS 15
#define AWAKE 6           /* descriptors of alice's end of a call */
#define ASLEEP 3          /* likewise, of a long one */
#define OTHERS 600        /* of everything else */
#define SLEEP_AFTER 10000 /* ms, until agents sleep for sure */

static pid_t carol;
static msnav_call *up[MANY];
static unsigned up_count;

static void be_two(int *far) {
  int ends[2];
  bench_require(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) ==
                  0,
                "make a socket pair");
  carol = fork();
  bench_require(carol >= 0, "fork");
  if (carol == 0) {
    close(ends[0]);
    people_be_carol(ends[1]);
    _exit(0);
  }
  close(ends[1]);
  *far = ends[0];
}

static unsigned descriptors_allowed(void) {
  struct rlimit r;
  getrlimit(RLIMIT_NOFILE, &r);
  r.rlim_cur = r.rlim_max;
  setrlimit(RLIMIT_NOFILE, &r);
  getrlimit(RLIMIT_NOFILE, &r);
  return (unsigned)r.rlim_cur;
}

static void live(unsigned ms) {
  msnav_usec end = stage_real_now(&world) + (msnav_usec)ms * 1000;
  while (stage_real_now(&world) < end) {
    bench_require(msnav_epoll_step(world.epoll, end) == MSNAV_OK, "a step");
  }
}

/* As many at a time as there are descriptors for; then they fall asleep. */
static void bring_up(unsigned count, unsigned allowed) {
  while (up_count < count) {
    unsigned room = (allowed - OTHERS - up_count * ASLEEP) / AWAKE;
    for (unsigned i = 0; i < room && up_count < count; i++) {
      people_place_call(PEOPLE_FAR);
      up[up_count++] = alice.call;
    }
    live(SLEEP_AFTER);
  }
}

static void bring_down(unsigned count) {
  while (up_count > count) {
    people_end_call(up[--up_count]);
  }
}

/* CPU time of one more call, in microseconds. */
static double one_more(const char *who) {
  double us[TURNS];
  msnav_context_counters seen = {.size = sizeof(seen)};
  bench_require(msnav_context_get_counters(alice.ctx, &seen) == MSNAV_OK &&
                  seen.live == up_count,
                "all that were brought up are up");
  people_turn(NULL); /* warm up */
  for (int i = 0; i < TURNS; i++) {
    live(60);
    kill(carol, SIGSTOP);
    stage_stop(&world);
    us[i] = 1e6 / people_turn(NULL);
    stage_go(&world);
    kill(carol, SIGCONT);
  }
  double median = bench_median(us, TURNS);
  bench_result("call_scale", who, median, "us/call");
  return median;
}

int main(void) {
  int far;
  unsigned allowed = descriptors_allowed();
  if (allowed < OTHERS + MANY * ASLEEP + FEW * AWAKE) {
    printf("# %u descriptors are too few\n", allowed);
    return 77;
  }
  be_two(&far);
  bench_pin();
  people_open(far, 1);
  bring_up(FEW, allowed);
  double before = one_more("100-up");
  bring_up(MANY, allowed);
  double many = one_more("5000-up");
  bring_down(FEW);
  double after = one_more("100-up-again");
  bench_at_most("call_scale", 2 * many / (before + after), BAR);
  bring_down(0);
  people_close();
  close(far);
  waitpid(carol, NULL, 0);
  return bench_end();
}

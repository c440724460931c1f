/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What dialogs cost their host, and what it runs out of. */
#include "paper_kit.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>

static void an_idle_call_wakes_nobody(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  run_for(600 * MS); /* the last repetition would have come by now */
  uint64_t before = msnav_epoll_wakeups(loop);
  run_for(3000 * MS);
  assert_int_equal(msnav_epoll_wakeups(loop) - before, 1); /* our own limit */
  close_pair(&a, &b);
}

/* 8 s after its last datagram a call gives its agent back and has no timer
 * left; it goes on when either side wants something. */
static void a_long_call_does_without_an_agent(void **state) {
  (void)state;
  for (uint32_t profile = 0; profile < 2; profile++) {
    side a = {0};
    side b = {0};
    talk(&a, &b, profile);
    int talking = count_fds();
    run_for(8200 * MS);
    assert_int_equal(count_fds(), talking - 2); /* their agents' */
    uint64_t wakeups = msnav_epoll_wakeups(loop);
    run_for(1000 * MS);
    assert_int_equal(msnav_epoll_wakeups(loop) - wakeups, 1);
    a.auto_answer = true;
    b.auto_answer = true;
    side *first = profile == 0 ? &a : &b;
    side *second = profile == 0 ? &b : &a;
    invite(first);
    wait_for(first, "reanswer ");
    wait_for(second, "reoffer ");
    run_for(500 * MS);
    clear(&a, &b);
    invite(second);
    wait_for(second, "reanswer ");
    run_for(7700 * MS); /* more than 8 s since the first */
    assert_int_equal(count_fds(), talking);
    run_for(600 * MS);
    assert_int_equal(count_fds(), talking - 2);
    clear(&a, &b);
    hangup(second);
    wait_words(first, "bye ");
    wait_words(second, "closed-200 ");
    close_pair(&a, &b);
  }
}

/* Nor does a repeated BYE give one to a dialog that is over. */
static void what_is_over_stays_without_an_agent(void **state) {
  (void)state;
  char tag[64];
  peer p;
  side s = {0};
  open_against(&s, &p, 0);
  paper_calls(&p, &s, false, tag);
  they_hang_up(&p, &s, tag);
  wait_words(&s, "bye ");
  expect(&p, "SIP/2.0 200 ");
  run_for(8200 * MS);
  int fds = count_fds();
  send_text(&p, &s);
  run_for(20 * MS);
  assert_int_equal(refused_seen, 1);
  assert_string_equal(last_verdict, "no-dialog");
  assert_int_equal(count_fds(), fds);
  assert_string_equal(s.words, "bye ");
  msnav_dialog_free(s.d);
  close(p.fd);
}

static void a_dialog_that_only_listens_costs_one_descriptor(void **state) {
  (void)state;
  int before = count_fds();
  side a = {0};
  msnav_dialog_config config = local_config();
  open_side(&a, &config);
  assert_int_equal(count_fds(), before + 1);
  msnav_dialog_free(a.d);
  assert_int_equal(count_fds(), before);
}

static void the_process_is_left_as_it_was(void **state) {
  (void)state;
  struct sigaction before;
  struct sigaction after;
  assert_int_equal(sigaction(SIGPIPE, NULL, &before), 0);
  FILE *file = tmpfile();
  int err = dup(2);
  assert_true(dup2(fileno(file), 2) >= 0);
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  hangup(&a);
  wait_words(&a, "closed-200 ");
  close_pair(&a, &b);
  open_pair(&a, &b, 0);
  clear(&a, &b);
  invite(&a);
  wait_words(&b, "offer ");
  close_pair(&a, &b);
  msnav_sip_free(sip);
  sip = NULL;
  (void)dup2(err, 2);
  (void)close(err);
  assert_int_equal(ftell(file), 0); /* Sofia said nothing */
  fseek(file, 0, SEEK_END);
  assert_int_equal(ftell(file), 0);
  fclose(file);
  assert_int_equal(sigaction(SIGPIPE, NULL, &after), 0);
  assert_true(before.sa_handler == after.sa_handler);
}

/* ---- one thread at a time, not always the same */

typedef struct errand {
  side *a;
  side *b;
} errand;

static void *end_call(void *arg) {
  const errand *e = arg;
  (void)!msnav_dialog_hangup(e->a->d);
  msnav_usec end = now() + 1000 * MS;
  while (e->a->words[0] == '\0' && now() < end) {
    (void)!msnav_epoll_step(loop, end);
  }
  return NULL;
}

static void a_call_may_go_on_in_another_thread(void **state) {
  (void)state;
  side a = {0};
  side b = {0};
  talk(&a, &b, 0);
  errand e = {&a, &b};
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, end_call, &e), 0);
  assert_int_equal(pthread_join(thread, NULL), 0);
  assert_string_equal(a.words, "closed-200 ");
  assert_string_equal(b.words, "bye ");
  close_pair(&a, &b);
}

/* ---- no descriptors */

/* Take all descriptors but so many; returns how many were taken. */
static int take_fds(int *fds, int cap, int leave) {
  int n = 0;
  while (n < cap && (fds[n] = dup(0)) >= 0) {
    n++;
  }
  while (leave-- > 0 && n > 0) {
    close(fds[--n]);
  }
  return n;
}

static void without_descriptors_a_call_fails_and_nothing_else(void **state) {
  (void)state;
  struct rlimit before;
  assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
  struct rlimit few = {128, before.rlim_max};
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
  FILE *file = tmpfile();
  int err = dup(2);
  assert_true(dup2(fileno(file), 2) >= 0);
  bool called = false;
  for (int leave = 0; leave < 16; leave++) {
    int fds[128];
    side a = {0};
    side b = {.auto_answer = true};
    open_pair(&a, &b, 0);
    int n = take_fds(fds, (int)ARRAY_LEN(fds), leave);
    msnav_error sent = msnav_dialog_invite(a.d, OFFER, strlen(OFFER));
    run_for(10 * MS);
    called = strcmp(b.words, "offer confirmed ") == 0;
    if (sent != MSNAV_OK) {
      assert_int_equal(sent, MSNAV_ERR_SYSTEM);
      assert_string_equal(b.words, "");
    } else if (!called) {
      assert_string_equal(b.words, "failed-18 "); /* MSNAV_ERR_SYSTEM */
    }
    while (n > 0) {
      close(fds[--n]);
    }
    if (sent != MSNAV_OK) { /* with all of them it is as if nothing had been */
      invite(&a);
      wait_words(&b, "offer confirmed ");
    }
    close_pair(&a, &b);
    msnav_sip_free(sip); /* and its spare shards */
    assert_int_equal(msnav_sip_new(msnav_epoll_loop(loop), NULL, on_trace, NULL,
                                   &sip),
                     0);
  }
  (void)dup2(err, 2);
  (void)close(err);
  assert_true(called); /* with enough of them */
  fseek(file, 0, SEEK_END);
  assert_int_equal(ftell(file), 0);
  fclose(file);
  assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    T(an_idle_call_wakes_nobody),
    T(a_long_call_does_without_an_agent),
    T(what_is_over_stays_without_an_agent),
    T(a_dialog_that_only_listens_costs_one_descriptor),
    T(the_process_is_left_as_it_was),
    T(a_call_may_go_on_in_another_thread),
    T(without_descriptors_a_call_fails_and_nothing_else),
  };
  return cmocka_run_group_tests_name("dialog_host", tests, NULL, NULL);
}

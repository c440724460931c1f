/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole call in which one thing of the system fails: a system call with an
 * errno of its manual page, an addition to the loop, an allocation.  Nothing
 * crashes, nothing is left open, and the call ends with a reason. */
#include "test.h"

#include "support/oom.h"
#include "support/world.h"

#include <errno.h>

#define PATIENCE (150 * WORLD_SECOND) /* all limits of a call, and some */

/* socket(2), bind(2), connect(2), getsockname(2), send(2), udp(7), recv(2),
 * epoll_create(2), epoll_ctl(2), epoll_wait(2), poll(2), setsockopt(2),
 * fcntl(2), ioctl(2) */
static const struct {
  simnet_call call;
  int errors[24];
} faults[] = {
  {SIMNET_SOCKET,
   {EMFILE, ENFILE, ENOBUFS, ENOMEM, EACCES, EAFNOSUPPORT, EINVAL,
    EPROTONOSUPPORT}},
  {SIMNET_BIND,
   {EADDRINUSE, EADDRNOTAVAIL, EACCES, EBADF, EINVAL, ENOTSOCK, EFAULT, ELOOP,
    ENAMETOOLONG, ENOENT, ENOMEM, ENOTDIR, EROFS}},
  {SIMNET_CONNECT,
   {ECONNREFUSED, ENETUNREACH, EACCES, EPERM, EADDRINUSE, EADDRNOTAVAIL,
    EAFNOSUPPORT, EAGAIN, EALREADY, EBADF, EFAULT, EINPROGRESS, EINTR, EISCONN,
    ENOTSOCK, EPROTOTYPE, ETIMEDOUT}},
  {SIMNET_GETSOCKNAME, {ENOBUFS, EBADF, EFAULT, EINVAL, ENOTSOCK}},
  {SIMNET_SEND,
   {ENETUNREACH, ECONNREFUSED, EACCES, EAGAIN,   EALREADY, EBADF,
    ECONNRESET,  EDESTADDRREQ, EFAULT, EINTR,    EINVAL,   EISCONN,
    EMSGSIZE,    ENOBUFS,      ENOMEM, ENOTCONN, ENOTSOCK, EOPNOTSUPP,
    EPIPE,       EHOSTUNREACH, EPERM}},
  {SIMNET_SENDMSG,
   {ENETUNREACH, ECONNREFUSED, EACCES, EAGAIN,   EALREADY, EBADF,
    ECONNRESET,  EDESTADDRREQ, EFAULT, EINTR,    EINVAL,   EISCONN,
    EMSGSIZE,    ENOBUFS,      ENOMEM, ENOTCONN, ENOTSOCK, EOPNOTSUPP,
    EPIPE,       EHOSTUNREACH, EPERM}},
  {SIMNET_RECV,
   {ECONNREFUSED, EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN,
    ENOTSOCK}},
  {SIMNET_RECVMSG,
   {ECONNREFUSED, EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN,
    ENOTSOCK}},
  {SIMNET_RECVMMSG,
   {ECONNREFUSED, EAGAIN, EBADF, EFAULT, EINTR, EINVAL, ENOMEM, ENOTCONN,
    ENOTSOCK}},
  {SIMNET_EPOLL_CREATE, {EMFILE, ENFILE, ENOMEM, EINVAL}},
  {SIMNET_EPOLL_CTL,
   {ENOMEM, ENOSPC, EBADF, EEXIST, EINVAL, ELOOP, ENOENT, EPERM}},
  {SIMNET_EPOLL_WAIT, {EINTR, EBADF, EFAULT, EINVAL}},
  {SIMNET_POLL, {ENOMEM, EINTR, EFAULT, EINVAL}},
  {SIMNET_SOCKOPT, {ENOPROTOOPT, EBADF, EFAULT, EINVAL, ENOTSOCK}},
  {SIMNET_FCNTL, {EBADF, EINVAL, EAGAIN, ENOTTY, EPERM}},
  {SIMNET_GETRANDOM, {EAGAIN, EFAULT, EINTR, EINVAL, ENOSYS, EPERM}},
};

/* What became of the call. */
typedef struct result {
  unsigned ended, reasonless, after_end, talked;
  unsigned left; /* descriptors */
  bool stuck;
} result;

static void look_at(result *r, const world_person *who, bool began) {
  r->ended += who->ended;
  r->reasonless += who->ended > 0 && who->reason == MSNAV_REASON_NONE;
  r->after_end += who->after_end;
  r->talked += who->talking > 0;
  r->stuck = r->stuck || (began && who->ended != 1);
}

/* Held and taken back, which takes two re-INVITEs. */
static void talk(world *w) {
  for (int held = 1; held >= 0; held--) {
    (void)world_run(w, simnet_now() + WORLD_SECOND / 20, &w->bob.ended, 1);
    if (w->alice.call != NULL) {
      (void)!msnav_call_hold(w->alice.call, held != 0);
    }
  }
  (void)world_run(w, simnet_now() + WORLD_SECOND / 20, &w->bob.ended, 1);
}

/* One call from the first to the last system call; prepare() is called when
 * the network is there and nothing else. */
static result one_call(void (*prepare)(const void *arg), const void *arg,
                       const msnav_loop *(*wrap)(const msnav_loop *)) {
  world w = {.wrap = wrap};
  result r = {0};
  simnet_begin(77);
  if (prepare != NULL) {
    prepare(arg);
  }
  if (world_open(&w, NULL, NULL) == MSNAV_OK) {
    bool began = world_call(&w) == MSNAV_OK;
    if (began && world_talk(&w, PATIENCE)) {
      talk(&w);
    }
    if (w.bob.call != NULL) {
      (void)msnav_call_hangup(w.bob.call);
    }
    if (began) {
      (void)world_run(&w, simnet_now() + PATIENCE, &w.alice.ended, 1);
    }
    if (w.bob.incoming > 0) {
      (void)world_run(&w, simnet_now() + PATIENCE, &w.bob.ended, 1);
    }
    look_at(&r, &w.alice, began);
    look_at(&r, &w.bob, w.bob.incoming > 0);
  }
  world_close(&w);
  r.left = simnet_end();
  return r;
}

static bool
is_good(const result *r, const char *what, unsigned long nth, const char *how) {
  if (!r->stuck && r->reasonless == 0 && r->after_end == 0 && r->left == 0) {
    return true;
  }
  print_message("# %s %lu, %s:%s %u without a reason, %u descriptors left\n",
                what, nth, how, r->stuck ? " no end," : "", r->reasonless,
                r->left);
  return false;
}

/* ---- system calls */

typedef struct fault {
  simnet_call call;
  unsigned long nth;
  int error;
  bool always;
} fault;

static void arm(const void *arg) {
  const fault *f = arg;
  simnet_fail(f->call, f->nth, f->error, f->always);
}

/* How many of a kind there are when nothing fails. */
static unsigned long calls_of(simnet_call call) {
  result r = one_call(NULL, NULL, NULL);
  assert_int_equal(r.talked, 2);
  assert_int_equal(r.ended, 2);
  assert_int_equal(r.left, 0);
  return simnet_calls(call);
}

static unsigned try_all(simnet_call call, const int *errors, bool always,
                        unsigned long *tried) {
  unsigned bad = 0;
  unsigned long count = calls_of(call);
  for (unsigned long nth = 1; nth <= count; nth++) {
    for (size_t i = 0; errors[i] != 0; i++) {
      fault f = {call, nth, errors[i], always};
      result r = one_call(arm, &f, NULL);
      assert_true(simnet_failed() > 0);
      bad +=
        !is_good(&r, simnet_call_name(call), nth, strerrorname_np(errors[i]));
      ++*tried;
    }
  }
  return bad;
}

static void one_system_call_fails(void **state) {
  (void)state;
  unsigned bad = 0;
  unsigned long tried = 0;
  for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
    bad += try_all(faults[i].call, faults[i].errors, false, &tried);
  }
  print_message("# %lu calls\n", tried);
  assert_int_equal(bad, 0);
}

/* From the n-th on.  Not of epoll_wait(): without it there is no loop, and
 * the next test is about that. */
static void system_calls_fail_from_some_time_on(void **state) {
  (void)state;
  unsigned bad = 0;
  unsigned long tried = 0;
  for (size_t i = 0; i < ARRAY_LEN(faults); i++) {
    const int errors[] = {faults[i].errors[0], faults[i].errors[1], 0};
    if (faults[i].call != SIMNET_EPOLL_WAIT) {
      bad += try_all(faults[i].call, errors, true, &tried);
    }
  }
  print_message("# %lu calls\n", tried);
  assert_int_equal(bad, 0);
}

/* The host's loop says so, and everything can still be freed. */
static void broken_loop_is_reported(void **state) {
  (void)state;
  for (unsigned long nth = 1; nth < 20; nth++) {
    world w = {0};
    simnet_begin(77);
    assert_int_equal(world_open(&w, NULL, NULL), MSNAV_OK);
    assert_int_equal(world_call(&w), MSNAV_OK);
    simnet_fail(SIMNET_EPOLL_WAIT, nth, EBADF, true);
    (void)world_run(&w, simnet_now() + WORLD_SECOND, NULL, 0);
    assert_true(w.failed_steps > 0);
    simnet_fail(SIMNET_EPOLL_WAIT, 0, 0, false);
    world_close(&w);
    assert_int_equal(w.alice.reason, MSNAV_REASON_SHUTDOWN);
    assert_int_equal(simnet_end(), 0);
  }
}

/* ---- the loop */

static const msnav_loop *inner;
static unsigned adds, failing_add;

static void *
flaky_io_add(void *data, int fd, unsigned events, msnav_io_fn fn, void *arg) {
  return ++adds == failing_add ? NULL
                               : inner->io_add(data, fd, events, fn, arg);
}

static void *flaky_timer_add(void *data, msnav_timer_fn fn, void *arg) {
  return ++adds == failing_add ? NULL : inner->timer_add(data, fn, arg);
}

static const msnav_loop *make_flaky(const msnav_loop *loop) {
  static msnav_loop flaky;
  inner = loop;
  flaky = *loop;
  flaky.io_add = flaky_io_add;
  flaky.timer_add = flaky_timer_add;
  adds = 0;
  return &flaky;
}

/* A context shows the host few watches; a dialog of its own uses the loop for
 * everything. */
static void loop_refuses_an_addition(void **state) {
  (void)state;
  failing_add = 0;
  result r = one_call(NULL, NULL, make_flaky);
  assert_int_equal(r.talked, 2);
  unsigned all = adds;
  assert_true(all >= 4);
  for (failing_add = 1; failing_add <= all; failing_add++) {
    r = one_call(NULL, NULL, make_flaky);
    assert_true(is_good(&r, "addition", failing_add, "NULL"));
  }
}

/* What one of two dialogs on a bare loop came to. */
typedef struct end {
  msnav_dialog *dialog;
  bool confirmed, over;
} end;

static void on_offer(void *arg, msnav_str sdp, bool again) {
  end *e = arg;
  (void)sdp;
  (void)again;
  (void)!msnav_dialog_answer(e->dialog, "v=0\r\n", 5);
}

static void on_confirmed(void *arg) {
  ((end *)arg)->confirmed = true;
}

static void on_bye(void *arg) {
  ((end *)arg)->over = true;
}

static void on_number(void *arg, unsigned status) {
  (void)status;
  ((end *)arg)->over = true;
}

static void on_refused(void *arg, unsigned status, bool again) {
  (void)again;
  on_number(arg, status);
}

static void on_failed(void *arg, msnav_error error) {
  on_number(arg, (unsigned)-error);
}

static bool run_until(msnav_epoll *epoll, const bool *done, msnav_usec wait) {
  msnav_usec until = simnet_now() + wait;
  while (!*done && simnet_now() < until) {
    assert_int_equal(msnav_epoll_step(epoll, until), MSNAV_OK);
  }
  return *done;
}

static msnav_error open_end(end *e, msnav_sip *sip, uint32_t ip) {
  static const msnav_dialog_events events = {.size = sizeof(events),
                                             .offer = on_offer,
                                             .confirmed = on_confirmed,
                                             .refused = on_refused,
                                             .bye = on_bye,
                                             .closed = on_number,
                                             .failed = on_failed};
  const msnav_dialog_config config = {.size = sizeof(config),
                                      .bind = {ip, 0},
                                      .setup_limit = WORLD_SECOND};
  *e = (end){0};
  return msnav_dialog_new(sip, &config, &events, e, &e->dialog);
}

static bool two_dialogs(void) {
  msnav_epoll *epoll;
  msnav_sip *sip;
  end a = {0}, b = {0};
  simnet_begin(5);
  simnet_host(WORLD_ALICE_IP);
  simnet_host(WORLD_BOB_IP);
  assert_int_equal(msnav_epoll_new(&epoll), MSNAV_OK);
  assert_int_equal(msnav_sip_new(make_flaky(msnav_epoll_loop(epoll)), NULL,
                                 NULL, NULL, &sip),
                   MSNAV_OK);
  bool up = false;
  if (open_end(&a, sip, WORLD_ALICE_IP) == MSNAV_OK &&
      open_end(&b, sip, WORLD_BOB_IP) == MSNAV_OK &&
      msnav_dialog_set_remote(a.dialog, msnav_dialog_local(b.dialog)) ==
        MSNAV_OK &&
      msnav_dialog_set_remote(b.dialog, msnav_dialog_local(a.dialog)) ==
        MSNAV_OK &&
      msnav_dialog_invite(a.dialog, "v=0\r\n", 5) == MSNAV_OK) {
    up = run_until(epoll, &b.confirmed, 2 * WORLD_SECOND);
    assert_true(up || a.over || b.over);
    (void)msnav_dialog_hangup(a.dialog);
    assert_true(run_until(epoll, &a.over, 20 * WORLD_SECOND));
  }
  msnav_dialog_free(a.dialog);
  msnav_dialog_free(b.dialog);
  msnav_sip_free(sip);
  msnav_epoll_free(epoll);
  assert_int_equal(simnet_end(), 0);
  return up;
}

static void dialogs_survive_a_refusing_loop(void **state) {
  (void)state;
  failing_add = 0;
  assert_true(two_dialogs());
  unsigned all = adds;
  assert_true(all > 4);
  unsigned up = 0;
  for (failing_add = 1; failing_add <= all; failing_add++) {
    up += two_dialogs();
  }
  assert_true(up < all); /* some were needed */
}

/* ---- memory: the library's own; GLib ends the process, Sofia is Sofia */

static void forget_memory(const void *arg) {
  oom_fail(*(const unsigned *)arg);
}

static void one_allocation_fails(void **state) {
  (void)state;
  unsigned long before = oom_allocations();
  result r = one_call(NULL, NULL, NULL);
  assert_int_equal(r.talked, 2);
  unsigned all = (unsigned)(oom_allocations() - before);
  unsigned bad = 0;
  for (unsigned nth = 1; nth <= all; nth++) {
    r = one_call(forget_memory, &nth, NULL);
    assert_true(oom_failed());
    bad += !is_good(&r, "allocation", nth, "NULL");
  }
  print_message("# %u calls\n", all);
  assert_int_equal(bad, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(one_system_call_fails),
    cmocka_unit_test(system_calls_fail_from_some_time_on),
    cmocka_unit_test(broken_loop_is_reported),
    cmocka_unit_test(loop_refuses_an_addition),
    cmocka_unit_test(dialogs_survive_a_refusing_loop),
    cmocka_unit_test(one_allocation_fails),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Four contexts on four threads, each with a loop of its own, call each other
 * again and again.  Nothing is shared that needs a lock: a thread sanitizer
 * looks on in one of the gates.  MSNP goes through socket pairs. */
#include "test.h"

#include <msnav/call.h>
#include <msnav/loop.h>

#include <errno.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALLS 6
#define TALK 300000       /* µs of sound in each call */
#define PATIENCE 20000000 /* for all of it, a sanitizer's slowness included */

typedef struct end {
  const char *account, *peer;
  uint32_t ip;
  bool calls;  /* else it answers */
  bool failed; /* on this thread only */
  int msnp;
  const msnav_loop *loop;
  msnav_epoll *epoll;
  msnav_context *ctx;
  msnav_call *call;
  unsigned talked, ended;
  unsigned long heard;
  msnav_usec hang_up_at;
} end;

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  end *me = self;
  (void)call, (void)peer;
  me->failed |= send(me->msnp, payload, len, MSG_NOSIGNAL) != (ssize_t)len;
}

static void on_msnp(int fd, unsigned events, void *arg) {
  end *me = arg;
  char payload[MSNAV_INVITE_MAX];
  (void)events;
  ssize_t len = recv(fd, payload, sizeof(payload), MSG_DONTWAIT);
  if (len > 0) {
    (void)msnav_context_receive(me->ctx, msnav_str_of(me->peer), payload,
                                (size_t)len);
  }
}

static void on_incoming(void *self, msnav_call *call) {
  end *me = self;
  me->failed |= msnav_call_accept(call, MSNAV_AUDIO) != MSNAV_OK;
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  end *me = self;
  if (state == MSNAV_STATE_TALKING) {
    me->talked++;
    me->hang_up_at = me->loop->now(me->loop->data) + TALK;
  }
  if (state == MSNAV_STATE_ENDED) {
    me->failed |= reason != MSNAV_REASON_HANGUP_LOCAL &&
                  reason != MSNAV_REASON_HANGUP_REMOTE;
    me->ended++;
    me->call = NULL;
    msnav_call_free(call);
  }
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  (void)self, (void)call;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = (int16_t)(i % 8 < 4 ? 4000 : -4000);
  }
  return true;
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  end *me = self;
  (void)call, (void)played;
  me->heard += pcm[samples / 2] != 0;
}

static bool open_end(end *me) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  const msnav_config config = {.size = sizeof(config), .bind_ip = me->ip};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .incoming = on_incoming,
                               .state = on_state,
                               .sound = &sound};
  if (msnav_epoll_new(&me->epoll) != MSNAV_OK) {
    return false;
  }
  me->loop = msnav_epoll_loop(me->epoll);
  return msnav_context_new(me->loop, &config, &events, me, &me->ctx) ==
           MSNAV_OK &&
         me->loop->io_add(me->loop->data, me->msnp, MSNAV_IO_READ, on_msnp,
                          me) != NULL;
}

/* Who calls hangs up after a while, and calls again. */
static void go_on(end *me, msnav_usec now) {
  if (!me->calls) {
    return;
  }
  if (me->call == NULL && me->ended < CALLS) {
    me->failed |= msnav_call_start(me->ctx, msnav_str_of(me->peer), MSNAV_AUDIO,
                                   &me->call) != MSNAV_OK;
  } else if (me->call != NULL && me->talked > me->ended &&
             now >= me->hang_up_at) {
    (void)msnav_call_hangup(me->call);
  }
}

static void *run(void *arg) {
  end *me = arg;
  me->failed = !open_end(me);
  msnav_usec now = me->failed ? 0 : me->loop->now(me->loop->data);
  msnav_usec until = now + PATIENCE;
  while (!me->failed && me->ended < CALLS && now < until) {
    go_on(me, now);
    me->failed |= msnav_epoll_step(me->epoll, now + 10000) != MSNAV_OK;
    now = me->loop->now(me->loop->data);
  }
  msnav_context_free(me->ctx);
  msnav_epoll_free(me->epoll);
  return NULL;
}

static void four_contexts_call_on_four_threads(void **state) {
  (void)state;
  end ends[4] = {
    {.account = "a@x", .peer = "b@x", .ip = 0x7f000001, .calls = true},
    {.account = "b@x", .peer = "a@x", .ip = 0x7f000002},
    {.account = "c@x", .peer = "d@x", .ip = 0x7f000003, .calls = true},
    {.account = "d@x", .peer = "c@x", .ip = 0x7f000004},
  };
  pthread_t threads[4];
  for (int i = 0; i < 4; i += 2) {
    int pair[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0,
                                pair),
                     0);
    ends[i].msnp = pair[0];
    ends[i + 1].msnp = pair[1];
  }
  for (int i = 0; i < 4; i++) {
    assert_int_equal(pthread_create(&threads[i], NULL, run, &ends[i]), 0);
  }
  for (int i = 0; i < 4; i++) {
    assert_int_equal(pthread_join(threads[i], NULL), 0);
  }
  for (int i = 0; i < 4; i++) {
    close(ends[i].msnp);
    assert_false(ends[i].failed);
    assert_int_equal(ends[i].talked, CALLS);
    assert_int_equal(ends[i].ended, CALLS);
    assert_true(ends[i].heard > CALLS * 5);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(four_contexts_call_on_four_threads),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers in one program on one event loop: one calls the other, both
 * say a tone, and after a second one hangs up. */
#include "adapter.h"

#include <msnav/call.h>
#include <stdio.h>

typedef struct person {
  const char *account;
  struct person *other;
  msnav_context *ctx;
  size_t said, heard; /* samples */
  bool ended;
} person;

static void hand_over(void *self, msnav_call *call, msnav_str peer,
                      const char *payload, size_t len) {
  const person *me = self;
  (void)call;
  (void)peer;
  msnav_context_receive(me->other->ctx, msnav_str_of(me->account), payload,
                        len);
}

static void incoming(void *self, msnav_call *call) {
  (void)self;
  (void)!msnav_call_accept(call, 0);
}

static void
changed(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  if (state == MSNAV_STATE_ENDED) {
    printf("%s: %s, heard %zu ms\n", me->account, msnav_reason_name(reason),
           me->heard / 8);
    me->ended = true;
    msnav_call_free(call);
  }
}

static bool capture(void *self, msnav_call *call, int16_t *pcm, size_t n) {
  person *me = self;
  (void)call;
  for (size_t i = 0; i < n; i++) { /* a tone of 400 Hz */
    pcm[i] = me->said++ / 10 % 2 != 0 ? 4000 : -4000;
  }
  return true;
}

static void play(void *self, msnav_call *call, const int16_t *pcm, size_t n,
                 unsigned played) {
  person *me = self;
  (void)pcm;
  me->heard += (played & MSNAV_PLAYED_FRAME) != 0 ? n : 0;
  if (me->heard >= 8000) {
    msnav_call_hangup(call);
  }
}

int main(void) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  static const msnav_events events = {.size = sizeof(events),
                                      .send = hand_over,
                                      .incoming = incoming,
                                      .state = changed,
                                      .sound = &sound};
  static const msnav_config config = {.size = sizeof(config),
                                      .bind_ip = 0x7f000001,
                                      .codecs = "PCMU,PCMA"};
  person alice = {.account = "alice@example.com"};
  person bob = {.account = "bob@example.com", .other = &alice};
  alice.other = &bob;
  msnav_loop loop;
  msnav_call *call;
  if (!adapter_open(&loop)) {
    fprintf(stderr, "%s: cannot be used\n", adapter_name);
    return 1;
  }
  printf("one call over %s\n", adapter_name);
  msnav_error err =
    msnav_context_new(&loop, &config, &events, &alice, &alice.ctx);
  if (err == MSNAV_OK) {
    err = msnav_context_new(&loop, &config, &events, &bob, &bob.ctx);
  }
  if (err == MSNAV_OK) {
    err = msnav_call_start(alice.ctx, msnav_str_of(bob.account), MSNAV_AUDIO,
                           &call);
  }
  while (err == MSNAV_OK && !(alice.ended && bob.ended)) {
    adapter_turn();
  }
  msnav_context_free(alice.ctx);
  msnav_context_free(bob.ctx);
  adapter_close();
  if (err != MSNAV_OK) {
    fprintf(stderr, "%s: %s\n", adapter_name, msnav_strerror(err));
  }
  return alice.heard >= 8000 || bob.heard >= 8000 ? 0 : 1;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The same as hello-call without GLib: a program that has no event loop uses
 * the library's own.  One side plays a WAV file, the other records it:
 *
 *   epoll-call SAID.wav HEARD.wav
 *
 * Exit code 1 when the call failed or HEARD.wav is not complete, 2 for files
 * that cannot be used. */
#include "wav.h"

#include <msnav/call.h>
#include <stdio.h>

typedef struct person {
  const char *account;
  struct person *other;
  msnav_epoll *epoll;
  msnav_context *ctx;
  wav *said, *heard;
  int left; /* frames to wait after the last one said */
} person;

static void hand_over(void *self, msnav_call *call, msnav_str peer,
                      const char *payload, size_t len) {
  person *me = self;
  (void)call;
  (void)peer;
  msnav_context_receive(me->other->ctx, msnav_str_of(me->account), payload,
                        len);
}

static void incoming(void *self, msnav_call *call) {
  (void)self;
  if (msnav_call_accept(call, MSNAV_AUDIO) != MSNAV_OK) {
    msnav_call_reject(call);
  }
}

static void
changed(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  printf("%s: %s%s%s\n", me->account, msnav_state_name(state),
         reason != MSNAV_REASON_NONE ? ", " : "",
         reason != MSNAV_REASON_NONE ? msnav_reason_name(reason) : "");
  if (state == MSNAV_STATE_ENDED) {
    msnav_call_free(call);
    msnav_epoll_stop(me->epoll);
  }
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  person *me = self;
  if (me->said == NULL) {
    return false;
  }
  if (wav_read(me->said, pcm, samples) == samples) {
    return true;
  }
  if (--me->left == 0) { /* what is on its way shall arrive */
    msnav_call_hangup(call);
  }
  return false;
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  person *me = self;
  (void)call;
  (void)played;
  if (me->heard != NULL) {
    wav_write(me->heard, pcm, samples);
  }
}

static int run(person *alice, person *bob) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  static const msnav_events events = {.size = sizeof(events),
                                      .send = hand_over,
                                      .incoming = incoming,
                                      .state = changed,
                                      .sound = &sound};
  msnav_config config = {.size = sizeof(config),
                         .bind_ip = 0x7f000001,
                         .sound_rate = wav_rate(alice->said)};
  const msnav_loop *loop = msnav_epoll_loop(alice->epoll);
  msnav_call *call;
  msnav_error err =
    msnav_context_new(loop, &config, &events, alice, &alice->ctx);
  if (err == MSNAV_OK) {
    err = msnav_context_new(loop, &config, &events, bob, &bob->ctx);
  }
  if (err == MSNAV_OK) {
    err = msnav_call_start(alice->ctx, msnav_str_of(bob->account), MSNAV_AUDIO,
                           &call);
  }
  if (err == MSNAV_OK) {
    err = msnav_epoll_run(alice->epoll);
  }
  msnav_context_free(alice->ctx);
  msnav_context_free(bob->ctx);
  if (err != MSNAV_OK) {
    fprintf(stderr, "epoll-call: %s\n", msnav_strerror(err));
  }
  return err == MSNAV_OK ? 0 : 1;
}

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: epoll-call SAID.wav HEARD.wav\n");
    return 2;
  }
  person bob = {.account = "bob@example.com"};
  person alice = {.account = "alice@example.com", .other = &bob, .left = 50};
  bob.other = &alice;
  const char *why = NULL;
  alice.said = wav_open(argv[1], &why);
  if (alice.said != NULL && wav_is_same(argv[1], argv[2])) {
    why = "the file that is said";
  } else if (alice.said != NULL) {
    bob.heard = wav_create(argv[2], wav_rate(alice.said), &why);
  }
  if (bob.heard == NULL) {
    fprintf(stderr, "epoll-call: %s: %s\n", argv[alice.said != NULL ? 2 : 1],
            why);
    wav_close(alice.said);
    return 2;
  }
  int code = 1;
  if (msnav_epoll_new(&alice.epoll) == MSNAV_OK) {
    bob.epoll = alice.epoll;
    code = run(&alice, &bob);
    msnav_epoll_free(alice.epoll);
  }
  wav_close(alice.said);
  if (!wav_close(bob.heard)) {
    fprintf(stderr, "epoll-call: %s: cannot be written\n", argv[2]);
    code = 1;
  }
  return code;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers in one program; hand_over() is a switchboard in a real one. */
#include <msnav/call.h>
#include <msnav/glib.h>
#include <stdio.h>

static GMainLoop *main_loop;

typedef struct person {
  const char *account;
  struct person *other;
  msnav_context *ctx;
  size_t said, heard;
} person;

static void hand_over(void *self, msnav_call *call, msnav_str peer,
                      const char *payload, size_t len) {
  person *me = self;
  msnav_str from = msnav_str_of(me->account);
  (void)call, (void)peer; /* only one call, only one peer */
  msnav_context_receive(me->other->ctx, from, payload, len);
}

static void incoming(void *self, msnav_call *call) {
  printf("%s: it rings, I take it\n", ((person *)self)->account);
  (void)!msnav_call_accept(call, 0);
}

static void
changed(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  printf("%s: %s\n", ((person *)self)->account,
         reason ? msnav_reason_name(reason) : msnav_state_name(state));
  if (state == MSNAV_STATE_ENDED) {
    msnav_call_free(call);
    g_main_loop_quit(main_loop);
  }
}

static bool capture(void *self, msnav_call *call, int16_t *pcm, size_t n) {
  size_t *said = &((person *)self)->said;
  for (size_t i = 0; i < n && call; i++) { /* a tone of 400 Hz */
    pcm[i] = (*said)++ / 10 % 2 ? 4000 : -4000;
  }
  return true;
}

static void play(void *self, msnav_call *call, const int16_t *pcm, size_t n,
                 unsigned played) {
  person *me = self;
  me->heard += pcm && played & MSNAV_PLAYED_FRAME ? n : 0;
  if (me->heard >= 16000) {
    msnav_call_hangup(call);
  }
}

int main(void) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  static const msnav_events events = {sizeof(events), hand_over, incoming,
                                      changed, .sound = &sound};
  static const msnav_config config = {.size = sizeof(config),
                                      .bind_ip = 0x7f000001};
  person people[2] = {{.account = "alice@example.com", .other = &people[1]},
                      {.account = "bob@example.com", .other = &people[0]}};
  main_loop = g_main_loop_new(NULL, FALSE);
  msnav_loop loop;
  msnav_error err = msnav_glib_loop(&loop, NULL);
  for (int i = 0; i < 2 && !err; i++) {
    person *p = &people[i];
    err = msnav_context_new(&loop, &config, &events, p, &p->ctx);
  }
  msnav_str bob = msnav_str_of(people[1].account);
  msnav_call *call;
  if (!err && !msnav_call_start(people[0].ctx, bob, MSNAV_AUDIO, &call)) {
    g_main_loop_run(main_loop);
  }
  msnav_context_free(people[0].ctx);
  msnav_context_free(people[1].ctx);
  g_main_loop_unref(main_loop);
  return err ? 1 : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/world.h"
#include <glib.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A message on its way; it dies with the world. */
typedef struct letter {
  world_person *to;
  size_t len;
  char payload[];
} letter;

static void deliver(void *arg) {
  letter *m = arg;
  if (m->to->ctx != NULL) {
    (void)msnav_context_receive(m->to->ctx, msnav_str_of(m->to->other->account),
                                m->payload, m->len);
  }
  g_free(m);
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  world_person *me = self;
  world *w = me->world;
  (void)call;
  (void)peer;
  if (me->loses_msnp || me->other->ctx == NULL) {
    return;
  }
  letter *m = g_malloc(sizeof(*m) + len);
  *m = (letter){me->other, len};
  memcpy(m->payload, payload, len);
  msnav_usec at = simnet_now() + w->msnp_delay;
  w->msnp_last = at > w->msnp_last ? at : w->msnp_last;
  simnet_at(w->msnp_last, deliver, m);
}

static void decide(void *arg) {
  world_person *me = arg;
  if (me->call == NULL) {
    return;
  }
  if (me->rejects) {
    (void)msnav_call_reject(me->call);
  } else if (me->answers) {
    (void)!msnav_call_accept(me->call, 0);
  }
}

static void on_incoming(void *self, msnav_call *call) {
  world_person *me = self;
  me->call = call;
  me->incoming++;
  if (me->rings == 0) {
    decide(me);
  } else {
    simnet_at(simnet_now() + me->rings, decide, me);
  }
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  world_person *me = self;
  size_t len = strlen(me->states);
  snprintf(me->states + len, sizeof(me->states) - len, "%s%s",
           len > 0 ? "," : "", msnav_state_name(state));
  me->after_end += msnav_call_user(call) != NULL;
  if (state == MSNAV_STATE_TALKING) {
    me->talking++;
    me->talked_at = simnet_now();
  }
  if (state == MSNAV_STATE_ENDED) {
    me->ended++;
    me->ended_at = simnet_now();
    me->reason = reason;
    msnav_call_set_user(call, me);
    if (!me->keep) {
      msnav_call_free(call);
      me->call = NULL;
    }
  }
}

/* For whoever wants to see why: WORLD_LOG=1. */
static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  const world_person *me = self;
  if (level <= MSNAV_LOG_WARNING && getenv("WORLD_LOG") != NULL) {
    printf("%12llu %s: %.*s\n", (unsigned long long)simnet_now(), me->account,
           (int)len, line);
  }
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  world_person *me = self;
  (void)call;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = (int16_t)(i % 8 < 4 ? 4000 : -4000); /* 1 kHz */
  }
  return !me->dumb;
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  world_person *me = self;
  (void)call;
  (void)played;
  me->played++;
  me->heard += pcm[samples / 2] != 0;
}

/* What libsrtp2 is built on opens files when its first session begins: the
 * real ones, before there is a simulation.  It lets go of them with the last
 * one, so that this one stays. */
__attribute__((constructor)) static void warm_up(void) {
  static msnav_stream *kept;
  const msnav_stream_config config = {.size = sizeof(config),
                                      .srtp_suite = MSNAV_SRTP_AES_128_GCM,
                                      .srtp_send_key = {1},
                                      .srtp_receive_key = {2}};
  (void)!msnav_stream_new(&config, 0, &kept);
}

msnav_config world_config(uint32_t ip) {
  return (msnav_config){.size = sizeof(msnav_config),
                        .bind_ip = ip,
                        .codecs = "PCMU,PCMA",
                        .sound_rate = 8000};
}

static msnav_error
make(world *w, world_person *me, const msnav_config *config, uint32_t ip) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .incoming = on_incoming,
                               .state = on_state,
                               .sound = &sound,
                               .log = on_log,
                               .trace = w->trace};
  msnav_config plain = world_config(ip);
  me->world = w;
  return msnav_context_new(w->loop, config != NULL ? config : &plain, &events,
                           me, &me->ctx);
}

msnav_error
world_open(world *w, const msnav_config *alice, const msnav_config *bob) {
  *w = (world){.msnp_delay = 50000, .wrap = w->wrap, .trace = w->trace};
  w->alice.account = "alice@example.com";
  w->bob.account = "bob@example.com";
  w->alice.other = &w->bob;
  w->bob.other = &w->alice;
  w->bob.answers = true;
  simnet_host(WORLD_ALICE_IP);
  simnet_host(WORLD_BOB_IP);
  msnav_error err = msnav_epoll_new(&w->epoll);
  if (err == MSNAV_OK) {
    w->loop = msnav_epoll_loop(w->epoll);
    w->loop = w->wrap != NULL ? w->wrap(w->loop) : w->loop;
    err = make(w, &w->alice, alice, WORLD_ALICE_IP);
  }
  return err == MSNAV_OK ? make(w, &w->bob, bob, WORLD_BOB_IP) : err;
}

/* Whoever is still there is told what the other wrote last. */
void world_close(world *w) {
  msnav_context *alice = w->alice.ctx;
  w->alice.ctx = NULL;
  msnav_context_free(alice);
  msnav_context *bob = w->bob.ctx;
  w->bob.ctx = NULL;
  msnav_context_free(bob);
  if (w->msnp_last > simnet_now()) {
    (void)world_run(w, w->msnp_last + 1000, NULL, 0); /* the letters */
  }
  msnav_epoll_free(w->epoll);
  w->epoll = NULL;
}

msnav_error world_call(world *w) {
  return msnav_call_start(w->alice.ctx, msnav_str_of(w->bob.account),
                          MSNAV_AUDIO, &w->alice.call);
}

msnav_addr world_listen(world *w, const msnav_addr *somebody) {
  msnav_call_info info = {.size = sizeof(info)};
  char payload[700];
  w->bob.answers = false;
  if (world_call(w) != MSNAV_OK) {
    return (msnav_addr){0, 0};
  }
  (void)msnav_call_get_info(w->alice.call, &info);
  int len =
    snprintf(payload, sizeof(payload),
             "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
             "charset=UTF-8\r\n\r\nInvitation-Command: ACCEPT\r\n"
             "Context-Data: Requested:SIP_A,;\r\nInvitation-Cookie: %.*s\r\n"
             "Launch-Application: TRUE\r\nRequest-Data: IP-Address:\r\n"
             "IP-Address: %u.%u.%u.%u:%u\r\n\r\n",
             (int)info.cookie.len, info.cookie.ptr, somebody->ip >> 24,
             somebody->ip >> 16 & 255, somebody->ip >> 8 & 255,
             somebody->ip & 255, somebody->port);
  (void)msnav_context_receive(w->alice.ctx, msnav_str_of(w->bob.account),
                              payload, (size_t)len);
  (void)msnav_call_get_info(w->alice.call, &info);
  return info.local_sip;
}

bool world_run(world *w, msnav_usec until, const unsigned *count, unsigned n) {
  unsigned idle = 0;
  while (w->epoll != NULL && (count == NULL || *count < n) &&
         simnet_now() < until) {
    msnav_usec before = simnet_now();
    if (msnav_epoll_step(w->epoll, until) != MSNAV_OK) {
      w->failed_steps++;
    }
    simnet_serve();
    idle = simnet_now() == before ? idle + 1 : 0;
    if (idle == 10000) { /* somebody spins: a descriptor that is always ready */
      return false;
    }
  }
  return count != NULL && *count >= n;
}

bool world_talk(world *w, msnav_usec patience) {
  msnav_usec end = simnet_now() + patience;
  unsigned a = w->alice.talking;
  unsigned b = w->bob.talking;
  return world_run(w, end, &w->alice.talking, a > 0 ? a : 1) &&
         world_run(w, end, &w->bob.talking, b > 0 ? b : 1);
}

bool world_end(world *w, msnav_usec patience) {
  msnav_usec end = simnet_now() + patience;
  unsigned a = w->alice.ended;
  unsigned b = w->bob.ended;
  return world_run(w, end, &w->alice.ended, a > 0 ? a : 1) &&
         world_run(w, end, &w->bob.ended, b > 0 ? b : 1);
}

uint32_t world_state(const world_person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  return who->call != NULL && msnav_call_get_info(who->call, &info) == MSNAV_OK
           ? info.state
           : (uint32_t)MSNAV_STATE_ENDED;
}

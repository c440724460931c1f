/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "people.h"
#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define PATIENCE 5000000 /* µs until a call that does not come about fails */
#define NAME 32

stage world;
person alice, bob;

/* ---- MSNP */

/* What is on its way. */
typedef struct letter {
  struct letter *next;
  person *to;
  size_t len; /* of payload */
  char peer[NAME];
  char payload[MSNAV_INVITE_MAX];
} letter;

static struct { letter *first, **last; } post;

static void read_letter(person *reader, const letter *m) {
  bench_require(msnav_context_receive(reader->ctx, msnav_str_of(m->peer),
                                      m->payload, m->len) == MSNAV_OK,
                "deliver a message");
}

/* The oldest message; false: there is none. */
static bool post_deliver(void) {
  letter *m = post.first;
  if (m == NULL) {
    return false;
  }
  post.first = m->next;
  if (post.first == NULL) {
    post.last = &post.first;
  }
  read_letter(m->to, m);
  free(m);
  return true;
}

static void send_far(int far, const letter *m) {
  size_t len = offsetof(letter, payload) + m->len;
  bench_require(send(far, m, len, 0) == (ssize_t)len, "send a message far");
}

static void on_far(int fd, unsigned events, void *arg) {
  person *me = arg;
  letter m;
  (void)events;
  ssize_t len = recv(fd, &m, sizeof(m), MSG_DONTWAIT);
  if (len > 0) {
    read_letter(me, &m);
  }
  bench_require(len >= 0 || errno == EAGAIN || errno == ECONNRESET,
                "a message from far"); /* the run may be over */
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  person *me = self;
  letter *m = malloc(offsetof(letter, payload) + len);
  (void)call;
  bench_require(m != NULL && len <= MSNAV_INVITE_MAX && peer.len < NAME,
                "a message that fits");
  m->next = NULL;
  m->to = me->other;
  m->len = len;
  memcpy(m->peer, peer.ptr, peer.len);
  m->peer[peer.len] = '\0';
  memcpy(m->payload, payload, len);
  if (strncmp(m->peer, PEOPLE_FAR, strlen(PEOPLE_FAR)) == 0) {
    send_far(me->far, m);
    free(m);
    return;
  }
  *post.last = m;
  post.last = &m->next;
}

/* ---- a messenger */

static void on_incoming(void *self, msnav_call *call) {
  person *me = self;
  me->call = call;
  me->wrong = me->wrong || msnav_call_accept(call, MSNAV_AUDIO) != MSNAV_OK;
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  me->talking += state == MSNAV_STATE_TALKING;
  if (state == MSNAV_STATE_ENDED) {
    me->ended++;
    me->wrong = me->wrong || (reason != MSNAV_REASON_HANGUP_LOCAL &&
                              reason != MSNAV_REASON_HANGUP_REMOTE);
    msnav_call_free(call);
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  (void)self;
  if (level <= MSNAV_LOG_WARNING) {
    printf("# %.*s\n", (int)len, line);
  }
}

static void person_open(person *me, person *other, uint32_t ip, int far,
                        uint32_t calls_per_agent) {
  const msnav_config config = {.size = sizeof(config),
                               .bind_ip = ip,
                               .codecs = "PCMU,PCMA",
                               .max_calls = PEOPLE_MANY,
                               .max_calls_per_peer = PEOPLE_MANY,
                               .encryption = MSNAV_ENCRYPT_NEVER,
                               .calls_per_agent = calls_per_agent};
  const msnav_events events = {.size = sizeof(events),
                               .send = on_send,
                               .incoming = on_incoming,
                               .state = on_state,
                               .log = on_log};
  *me = (person){.other = other, .far = far};
  bench_require(msnav_context_new(&world.loop, &config, &events, me,
                                  &me->ctx) == MSNAV_OK,
                "make a context");
  if (far >= 0) {
    bench_require(world.loop.io_add(world.loop.data, far, MSNAV_IO_READ, on_far,
                                    me) != NULL,
                  "watch what comes from far");
  }
}

/* ---- calls */

static void until(const unsigned *a, unsigned want_a, const unsigned *b,
                  unsigned want_b, const char *what) {
  msnav_usec end = stage_real_now(&world) + PATIENCE;
  while (*a < want_a || *b < want_b) {
    bench_require(stage_real_now(&world) < end && !alice.wrong && !bob.wrong,
                  what);
    unsigned long before = world.events;
    bench_require(msnav_epoll_step(world.epoll, 0) == MSNAV_OK, "a step");
    if (world.events == before && !post_deliver()) {
      bench_require(msnav_epoll_step(world.epoll, end) == MSNAV_OK, "a step");
    }
  }
}

void people_place_call(const char *prefix) {
  static unsigned serial;
  char peer[NAME];
  bool far = strcmp(prefix, PEOPLE_FAR) == 0;
  unsigned a = alice.talking + 1;
  unsigned b = bob.talking + !far;
  snprintf(peer, sizeof(peer), "%s%u@example.com", prefix, serial++);
  bench_require(msnav_call_start(alice.ctx, msnav_str_of(peer), MSNAV_AUDIO,
                                 &alice.call) == MSNAV_OK,
                "start a call");
  until(&alice.talking, a, &bob.talking, b, "both talk");
}

void people_end_call(msnav_call *call) {
  msnav_call_info info = {.size = sizeof(info)};
  bench_require(msnav_call_get_info(call, &info) == MSNAV_OK, "a call");
  bool far = strncmp(info.peer.ptr, PEOPLE_FAR, strlen(PEOPLE_FAR)) == 0;
  unsigned a = alice.ended + 1;
  unsigned b = bob.ended + !far;
  bench_require(msnav_call_hangup(call) == MSNAV_OK, "hang up");
  until(&alice.ended, a, &bob.ended, b, "both end");
  while (post_deliver()) { /* the last CANCELs */
  }
}

double people_turn(void *arg) {
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < PEOPLE_CALLS; i++) {
    people_place_call("user");
    people_end_call(alice.call);
  }
  return PEOPLE_CALLS * 1e9 / (bench_cpu() - start);
}

/* ---- life */

void people_open(int far, unsigned calls_per_agent) {
  stage_open(&world);
  post.last = &post.first;
  person_open(&alice, &bob, 0x7f000001, far, calls_per_agent);
  person_open(&bob, &alice, 0x7f000002, -1, calls_per_agent);
}

void people_close(void) {
  bench_require(!alice.wrong && !bob.wrong, "every call ended as it should");
  msnav_context_free(alice.ctx);
  msnav_context_free(bob.ctx);
  stage_close(&world);
}

void people_be_carol(int far) {
  char next;
  stage_open(&world);
  person_open(&bob, NULL, 0x7f000003, far, 1);
  while (recv(far, &next, 1, MSG_PEEK | MSG_DONTWAIT) != 0) {
    bench_require(msnav_epoll_step(world.epoll, MSNAV_NEVER) == MSNAV_OK,
                  "a step of carol's");
  }
}

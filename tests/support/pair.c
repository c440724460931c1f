/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/pair.h"

#include "test.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <unistd.h>

#define RATE 8000
#define ROOM_SECONDS 30 /* of what is heard, at first */

static void append(char *to, size_t size, const char *text) {
  size_t len = strlen(to);
  snprintf(to + len, size - len, "%s%s", len > 0 ? "," : "", text);
}

static void any(person *me, msnav_call *call, const char *what) {
  if (me->on_any != NULL) {
    me->on_any(me, call, what);
  }
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  person *me = self;
  assert_true(len <= MSNAV_INVITE_MAX);
  assert_str(peer, me->other->account);
  memcpy(me->last_sent, payload, len);
  me->last_sent_len = len;
  me->sent++;
  if (me->on_send != NULL) {
    me->on_send(me, call);
  }
  if (!me->mute_msnp && me->other->ctx != NULL) {
    char *copy = exact_copy(payload, len);
    msnav_context_receive(me->other->ctx, msnav_str_of(me->account), copy, len);
    free(copy);
  }
  any(me, call, "send");
}

static void on_incoming(void *self, msnav_call *call) {
  person *me = self;
  me->call = call;
  me->incoming++;
  if (me->on_incoming != NULL) {
    me->on_incoming(me, call);
  } else if (me->auto_accept) {
    assert_int_equal(msnav_call_accept(call, me->accept_media), MSNAV_OK);
  }
  any(me, call, "incoming");
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  append(me->states, sizeof(me->states), msnav_state_name(state));
  if (state == MSNAV_STATE_ENDED) {
    assert_int_not_equal(reason, MSNAV_REASON_NONE);
    me->reason = reason;
    me->ended++;
  }
  assert_null(msnav_call_user(call)); /* nothing comes after the end */
  if (state == MSNAV_STATE_ENDED) {
    msnav_call_set_user(call, me);
  }
  if (me->on_state != NULL) {
    me->on_state(me, call, state);
  }
  any(me, call, "state");
}

static void
on_dtmf(void *self, msnav_call *call, char key, msnav_usec duration) {
  person *me = self;
  if (duration != 0) {
    char text[2] = {key, '\0'};
    strcat(me->keys, text);
    me->key_length = duration;
  }
  any(me, call, "dtmf");
}

static void on_media(void *self, msnav_call *call) {
  person *me = self;
  me->media_changes++;
  any(me, call, "media");
}

static void
on_level(void *self, msnav_call *call, unsigned sent, unsigned received) {
  person *me = self;
  assert_true(sent <= 127 && received <= 127);
  me->level_sent = sent;
  me->level_received = received;
  me->loud_reports += sent < 127;
  any(self, call, "level");
}

static void
on_video(void *self, msnav_call *call, const msnav_payload *payload) {
  person *me = self;
  assert_true(payload->len > 0);
  me->video_payloads++;
  any(me, call, "video");
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  person *me = self;
  assert_int_equal(strlen(line), len);
  if (level <= MSNAV_LOG_WARNING) {
    append(me->log, sizeof(me->log), line);
  }
  any(me, me->call, "log");
  errno = 0; /* what writing a log does to it is the application's affair */
}

static void on_trace(const msnav_trace *record, void *self) {
  static const char *const kinds[] = {
    [MSNAV_TRACE_MSNP] = "trace-msnp",   [MSNAV_TRACE_SIP] = "trace-sip",
    [MSNAV_TRACE_RTP] = "trace-rtp",     [MSNAV_TRACE_RTCP] = "trace-rtcp",
    [MSNAV_TRACE_STATE] = "trace-state", [MSNAV_TRACE_REFUSED] = "refused"};
  person *me = self;
  size_t len = strlen(me->other->account);
  me->misnamed += record->peer.len != len ||
                  memcmp(record->peer.ptr, me->other->account, len) != 0;
  any(me, me->call, kinds[record->kind]);
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  person *me = self;
  if (me->on_capture != NULL && !me->on_capture(me, call)) {
    return false;
  }
  bool said = me->tone > 0;
  if (me->say != NULL) {
    said = me->say(me, pcm, samples);
  }
  for (size_t i = 0; i < samples && me->say == NULL; i++) {
    pcm[i] = (int16_t)(9000 * sin(me->phase));
    me->phase += 2 * M_PI * me->tone / me->rate;
  }
  me->said += samples;
  any(me, call, "capture");
  return said;
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  person *me = self;
  (void)played;
  if (me->heard_count + samples > me->heard_room) {
    me->heard_room = 2 * (me->heard_room + samples);
    me->heard = realloc(me->heard, me->heard_room * sizeof(int16_t));
    assert_non_null(me->heard);
  }
  memcpy(me->heard + me->heard_count, pcm, samples * sizeof(int16_t));
  me->heard_count += samples;
  if (me->on_play != NULL) {
    me->on_play(me, call);
  }
  any(me, call, "play");
}

msnav_config pair_config(uint32_t ip) {
  return (msnav_config){.size = sizeof(msnav_config),
                        .bind_ip = ip,
                        .sound_rate = RATE};
}

uint32_t pair_own_ip(void) {
  return 0x7f800000 | (uint32_t)getpid(); /* of at most 22 bits */
}

static void make(person *me, const msnav_config *config, uint32_t ip) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  msnav_events events = {.size = sizeof(events),
                         .send = on_send,
                         .incoming = on_incoming,
                         .state = on_state,
                         .dtmf = on_dtmf,
                         .level = on_level,
                         .video = on_video,
                         .media = on_media,
                         .sound = &sound,
                         .log = on_log,
                         .trace = on_trace};
  msnav_config fallback = pair_config(ip);
  me->rate =
    config != NULL && config->sound_rate != 0 ? config->sound_rate : RATE;
  /* before allocations are made to fail: those meant are the library's */
  me->heard_room = ROOM_SECONDS * (size_t)me->rate;
  me->heard = malloc(me->heard_room * sizeof(int16_t));
  assert_non_null(me->heard);
  assert_int_equal(msnav_context_new(msnav_epoll_loop(me->pair->epoll),
                                     config != NULL ? config : &fallback,
                                     &events, me, &me->ctx),
                   MSNAV_OK);
}

void pair_init(pair *p, const msnav_config *alice, const msnav_config *bob) {
  memset(p, 0, sizeof(*p));
  assert_int_equal(msnav_epoll_new(&p->epoll), MSNAV_OK);
  p->people[ALICE] = (person){.account = "alice@example.com",
                              .other = &p->people[BOB],
                              .pair = p,
                              .tone = 440};
  p->people[BOB] = (person){.account = "bob@example.com",
                            .other = &p->people[ALICE],
                            .pair = p,
                            .tone = 1000,
                            .auto_accept = true};
  make(&p->people[ALICE], alice, 0x7f000001);
  make(&p->people[BOB], bob, 0x7f000002);
}

void pair_free(pair *p) {
  for (int i = 0; i < 2; i++) {
    msnav_context *ctx = p->people[i].ctx;
    p->people[i].ctx = NULL;
    msnav_context_free(ctx);
    free(p->people[i].heard);
  }
  msnav_epoll_free(p->epoll);
}

msnav_call *pair_start(pair *p, uint32_t media) {
  person *alice = &p->people[ALICE];
  assert_int_equal(msnav_call_start(alice->ctx,
                                    msnav_str_of(p->people[BOB].account), media,
                                    &alice->call),
                   MSNAV_OK);
  return alice->call;
}

static msnav_usec now(pair *p) {
  const msnav_loop *loop = msnav_epoll_loop(p->epoll);
  return loop->now(loop->data);
}

bool pair_until(pair *p, bool (*done)(pair *), unsigned ms) {
  msnav_usec end = now(p) + (msnav_usec)ms * 1000;
  while (!(done != NULL && done(p)) && now(p) < end) {
    assert_int_equal(msnav_epoll_step(p->epoll, end), MSNAV_OK);
  }
  return done != NULL && done(p);
}

void pair_run(pair *p, unsigned ms) {
  pair_until(p, NULL, ms);
}

int pair_warm_up(void **state) {
  pair *p = calloc(1, sizeof(*p));
  (void)state;
  pair_init(p, NULL, NULL);
  pair_connect(p);
  pair_free(p);
  free(p);
  return 0;
}

uint32_t pair_state(const person *who) {
  msnav_call_info info = {.size = sizeof(info)};
  if (who->call == NULL || msnav_call_get_info(who->call, &info) != MSNAV_OK) {
    return MSNAV_STATE_IDLE;
  }
  return info.state;
}

bool pair_both_talk(pair *p) {
  return strstr(p->people[ALICE].states, "talking") != NULL &&
         strstr(p->people[BOB].states, "talking") != NULL;
}

bool pair_both_ended(pair *p) {
  return p->people[ALICE].ended > 0 && p->people[BOB].ended > 0;
}

void pair_connect(pair *p) {
  pair_start(p, MSNAV_AUDIO);
  assert_true(pair_until(p, pair_both_talk, 3000));
}

int pair_descriptors(void) {
  int n = 0;
  DIR *dir = opendir("/proc/self/fd");
  while (readdir(dir) != NULL) {
    n++;
  }
  closedir(dir);
  return n;
}

/* Goertzel's algorithm. */
double pair_tone(const person *who, double hz, size_t from, size_t samples) {
  double a = 0;
  double b = 0;
  double energy = 0;
  double k = 2 * cos(2 * M_PI * hz / who->rate);
  assert_true(from + samples <= who->heard_count);
  for (size_t i = from; i < from + samples; i++) {
    double x = who->heard[i];
    double next = x + k * a - b;
    b = a;
    a = next;
    energy += x * x;
  }
  double power = a * a + b * b - k * a * b;
  return energy > 0 ? 2 * power / ((double)samples * energy) : 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What callbacks are told, and what must hold of it. */
#include "fuzz/call.h"
#include <stdio.h>

/* ---- what must hold */

msnav_call_info call_info_of(const msnav_call *call) {
  msnav_call_info info = {.size = sizeof(info)};
  CHECK(msnav_call_get_info(call, &info) == MSNAV_OK);
  return info;
}

static bool is_named(const person *p, uint32_t ip) {
  for (unsigned i = 0; i < p->named_count; i++) {
    if (p->named[i] == ip) {
      return true;
    }
  }
  return false;
}

void call_note(person *p, uint32_t ip) {
  if (ip != 0 && !is_named(p, ip) && p->named_count < 16) {
    p->named[p->named_count++] = ip;
  }
}

void call_note_peers(person *p) {
  for (unsigned i = 0; i < SLOTS; i++) {
    if (p->slots[i].call != NULL && !p->slots[i].orphan) {
      call_note(p, call_info_of(p->slots[i].call).remote_sip.ip);
    }
  }
}

void call_tap(void *arg, const simnet_record *r) {
  (void)arg;
  for (unsigned i = 0; i < 2; i++) {
    person *p = &w.people[i];
    if (p->ip == r->from.ip && r->fate != SIMNET_NOBODY) {
      CHECK(p->named_count == 16 || r->to.ip == p->other->ip ||
            is_named(p, r->to.ip));
    }
  }
  if (r->len <= PIECE && r->from.ip != STRANGER) {
    piece *d = &w.datagrams[w.datagram_count++ % KEPT];
    d->len = r->len;
    memcpy(d->bytes, r->data, r->len);
  }
}

static void
on_log(msnav_log_level level, const char *line, size_t len, void *self) {
  const person *me = self;
  if (getenv("FUZZ_LOG") != NULL) {
    printf("%12llu %s: %d %s\n", (unsigned long long)simnet_now(), me->account,
           (int)level, line);
  }
  CHECK(strlen(line) == len);
  for (size_t i = 0; i < len; i++) {
    CHECK((unsigned char)line[i] >= ' ' && line[i] != 127);
  }
}

/* Each byte is there. */
static void read_all(const uint8_t *bytes, size_t len) {
  volatile uint8_t sink;
  for (size_t i = 0; i < len; i++) {
    sink = bytes[i];
  }
  (void)sink;
}

static void on_trace(const msnav_trace *t, void *self) {
  (void)self;
  CHECK(t->kind <= MSNAV_TRACE_REFUSED && t->len <= 65535);
  read_all(t->data, t->len);
}

/* ---- callbacks */

slot *call_new_slot(person *me, msnav_call *call) {
  for (unsigned i = 0; i < SLOTS; i++) {
    slot *s = &me->slots[i];
    if (!s->used) {
      *s = (slot){.of = me, .call = call, .used = true};
      msnav_call_set_user(call, s);
      return s;
    }
  }
  msnav_call_free(call); /* one too many */
  return NULL;
}

/* Sometimes the program does something at once. */
static void react(person *me, slot *s) {
  unsigned what = fuzz_byte(&w.in);
  if (what >= 0xc0 && w.depth < 4) {
    w.depth++;
    call_act(me, s, what & 0x3f);
    w.depth--;
  }
}

/* The call an event is about; it may be one that was freed just now only if
 * it was not told to anybody. */
static slot *slot_of(person *me, msnav_call *call) {
  slot *s = msnav_call_user(call);
  if (s == NULL) {
    return NULL; /* msnav_call_start() has not returned yet */
  }
  CHECK(s->of == me && s->call == call);
  CHECK(s->told != MSNAV_STATE_ENDED);
  return s;
}

static void on_incoming(void *self, msnav_call *call) {
  person *me = self;
  CHECK(msnav_call_user(call) == NULL);
  slot *s = call_new_slot(me, call);
  if (s != NULL) {
    CHECK(call_info_of(call).state == MSNAV_STATE_RINGING);
    react(me, s);
  }
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  CHECK((state == MSNAV_STATE_ENDED) == (reason != MSNAV_REASON_NONE));
  CHECK(msnav_call_context(call) != NULL);
  slot *s = slot_of(me, call);
  call_note(me, call_info_of(call).remote_sip.ip);
  uint32_t *told = s != NULL ? &s->told : &me->early;
  CHECK(state > *told);
  *told = state;
  if (s != NULL) {
    react(me, s);
  }
}

static void on_dtmf(void *self, msnav_call *call, char key, msnav_usec length) {
  CHECK(strchr("0123456789*#ABCDF", key) != NULL && key != '\0');
  CHECK(length <= 3600 * SECOND);
  react(self, slot_of(self, call));
}

static void
on_level(void *self, msnav_call *call, unsigned sent, unsigned received) {
  CHECK(sent <= 127 && received <= 127);
  (void)slot_of(self, call);
}

static void
on_video(void *self, msnav_call *call, const msnav_payload *payload) {
  CHECK(payload->len <= 65535);
  read_all(payload->data, payload->len);
  react(self, slot_of(self, call));
}

static void on_media(void *self, msnav_call *call) {
  react(self, slot_of(self, call));
}

static void sound_react(person *me, msnav_call *call) {
  slot *s = slot_of(me, call);
  if (me->sound_left > 0 && --me->sound_left == 0) {
    w.depth++;
    call_act(me, s, me->sound_act);
    w.depth--;
  }
}

static bool
capture(void *self, msnav_call *call, int16_t *pcm, size_t samples) {
  person *me = self;
  for (size_t i = 0; i < samples; i++) {
    pcm[i] = (int16_t)(i % 8 < 4 ? 4000 : -4000);
  }
  sound_react(me, call);
  return me->sound_act != 0x3f;
}

static void play(void *self, msnav_call *call, const int16_t *pcm,
                 size_t samples, unsigned played) {
  volatile int16_t sink = 0;
  for (size_t i = 0; i < samples; i++) {
    sink = (int16_t)(sink ^ pcm[i]);
  }
  CHECK(played != 0);
  sound_react(self, call);
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  person *me = self;
  CHECK(len <= MSNAV_INVITE_MAX && peer.len > 0);
  slot *s = msnav_call_user(call);
  CHECK(s == NULL || s->call == call); /* none that was freed */
  call_keep_letter(payload, len);
  unsigned fate = fuzz_byte(&w.in);
  if (fate < 0xe0) {
    call_mail(me->other, payload, len, 50000);
  }
  if (fate >= 0xd0 && fate < 0xf0) { /* again, or late */
    call_mail(me->other, payload, len, fate * UINT64_C(10000));
  }
  if (fate >= 0xf8) {
    react(me, s);
  }
}
msnav_events call_events(void) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  return (msnav_events){.size = sizeof(msnav_events),
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
}

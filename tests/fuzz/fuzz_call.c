/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The whole library: two messengers on a simulated network, and an input that
 * decides what their users and programs do, what becomes of messages and
 * datagrams, what others send, which system call fails, how time goes on, and
 * what happens inside callbacks.  Whatever it decides: states come in their
 * order, each call ends once and with a reason, nobody hears from a call that
 * was freed, nothing is sent to a host that no peer named, and in the end
 * nothing is left. */
#include "fuzz/fuzz.h"
#include "fuzz/patience.h"
#include "support/simnet.h"
#include <errno.h>
#include <glib.h>
#include <msnav/call.h>
#include <stdio.h>

#define SECOND UINT64_C(1000000)
#define BUDGET (240 * SECOND) /* of virtual time in one run */
enum { SLOTS = 24, KEPT = 8, PIECE = 1500, STRANGER = 0x0a000009 };

typedef struct person person;

typedef struct slot {
  person *of;
  msnav_call *call;  /* NULL: freed, or none yet */
  uint32_t told;     /* the last state */
  bool used, orphan; /* orphan: its context was freed */
} slot;

struct person {
  const char *account;
  uint32_t ip;
  person *other;
  msnav_context *ctx;
  slot slots[SLOTS];
  uint32_t named[16]; /* hosts that peers named */
  unsigned named_count;
  uint32_t early; /* the last state of a call that is being made */
  unsigned sound_left, sound_act; /* what to do in which sound callback */
};

typedef struct piece {
  size_t len;
  uint8_t bytes[PIECE];
} piece;

static struct {
  fuzz_input in;
  msnav_epoll *epoll;
  person people[2];
  piece letters[KEPT], datagrams[KEPT];
  unsigned letter_count, datagram_count;
  msnav_usec letters_until, end;
  unsigned depth; /* callbacks in callbacks */
} w;

static void act(person *me, slot *s, unsigned what);

/* ---- what must hold */

static msnav_call_info info_of(const msnav_call *call) {
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

static void note(person *p, uint32_t ip) {
  if (ip != 0 && !is_named(p, ip) && p->named_count < 16) {
    p->named[p->named_count++] = ip;
  }
}

static void note_peers(person *p) {
  for (unsigned i = 0; i < SLOTS; i++) {
    if (p->slots[i].call != NULL && !p->slots[i].orphan) {
      note(p, info_of(p->slots[i].call).remote_sip.ip);
    }
  }
}

static void tap(void *arg, const simnet_record *r) {
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

static void on_trace(const msnav_trace *t, void *self) {
  (void)self;
  CHECK(t->kind <= MSNAV_TRACE_REFUSED && t->len <= 65535);
  volatile uint8_t sink;
  for (size_t i = 0; i < t->len; i++) {
    sink = t->data[i]; /* each one is there */
  }
  (void)sink;
}

/* ---- callbacks */

static slot *new_slot(person *me, msnav_call *call) {
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
    act(me, s, what & 0x3f);
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
  slot *s = new_slot(me, call);
  if (s != NULL) {
    CHECK(info_of(call).state == MSNAV_STATE_RINGING);
    react(me, s);
  }
}

static void
on_state(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  CHECK((state == MSNAV_STATE_ENDED) == (reason != MSNAV_REASON_NONE));
  CHECK(msnav_call_context(call) != NULL);
  slot *s = slot_of(me, call);
  note(me, info_of(call).remote_sip.ip);
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
  react(self, slot_of(self, call));
}

static void on_media(void *self, msnav_call *call) {
  react(self, slot_of(self, call));
}

static void sound_react(person *me, msnav_call *call) {
  slot *s = slot_of(me, call);
  if (me->sound_left > 0 && --me->sound_left == 0) {
    w.depth++;
    act(me, s, me->sound_act);
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

/* ---- messages */

static void
receive(person *to, const char *from, const uint8_t *bytes, size_t len) {
  if (to->ctx == NULL) {
    return;
  }
  char *copy = fuzz_copy((fuzz_input){bytes, len});
  (void)msnav_context_receive(to->ctx, msnav_str_of(from), copy, len);
  free(copy);
}

typedef struct letter {
  person *to;
  size_t len;
  uint8_t bytes[];
} letter;

static void deliver(void *arg) {
  letter *l = arg;
  receive(l->to, l->to->other->account, l->bytes, l->len);
  g_free(l);
}

static void
mail(person *to, const char *payload, size_t len, msnav_usec delay) {
  letter *l = g_malloc(sizeof(*l) + len);
  l->to = to;
  l->len = len;
  memcpy(l->bytes, payload, len);
  msnav_usec at = simnet_now() + delay;
  w.letters_until = at > w.letters_until ? at : w.letters_until;
  simnet_at(at, deliver, l);
}

static void on_send(void *self, msnav_call *call, msnav_str peer,
                    const char *payload, size_t len) {
  person *me = self;
  CHECK(len <= MSNAV_INVITE_MAX && peer.len > 0);
  slot *s = msnav_call_user(call);
  CHECK(s == NULL || s->call == call); /* none that was freed */
  piece *kept = &w.letters[w.letter_count++ % KEPT];
  kept->len = len < PIECE ? len : PIECE;
  memcpy(kept->bytes, payload, kept->len);
  unsigned fate = fuzz_byte(&w.in);
  if (fate < 0xe0) {
    mail(me->other, payload, len, 50000);
  }
  if (fate >= 0xd0 && fate < 0xf0) { /* again, or late */
    mail(me->other, payload, len, fate * UINT64_C(10000));
  }
  if (fate >= 0xf8) {
    react(me, s);
  }
}

static void edit(uint8_t *bytes, size_t len) {
  for (unsigned n = fuzz_byte(&w.in) % 4; n > 0 && len > 0; n--) {
    size_t at = fuzz_word(&w.in) % len;
    bytes[at] = (uint8_t)fuzz_byte(&w.in);
  }
}

/* A message about a call that there is, or about none. */
static void forge(person *to, const slot *s) {
  static const char *const commands[] = {"INVITE", "ACCEPT", "CANCEL",
                                         "cancel"};
  static const char *const lists[] = {
    "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;\r\n",
    "Context-Data: Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;\r\n", "",
    "Context-Data: Requested:;\r\n"};
  static const char *const addresses[] = {"IP-Address: 10.0.0.2:5060\r\n",
                                          "IP-Address: 10.0.0.9:5060\r\n", "",
                                          "IP-Address: 224.0.0.1:5060\r\n"};
  static const char *const more[] = {"",
                                     "Application-GUID: " MSNAV_INVITE_GUID
                                     "\r\n",
                                     "Cancel-Code: REJECT\r\n",
                                     "Request-Data: IP-Address:\r\n"};
  static const char *const strangers[] = {"third@x.org", "%n\x1b[2J\xc2\x85@x"};
  char text[900];
  unsigned how = fuzz_word(&w.in);
  msnav_str cookie = {"12345", 5};
  if (s != NULL && s->call != NULL && !s->orphan) {
    cookie = info_of(s->call).cookie;
  }
  int len =
    snprintf(text, sizeof(text),
             "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
             "charset=UTF-8\r\n\r\nInvitation-Command: %s\r\n"
             "Invitation-Cookie: %.*s\r\n%s%s%s%s\r\n",
             commands[how & 3], (int)cookie.len, cookie.ptr,
             lists[how >> 2 & 3], addresses[how >> 4 & 3], more[how >> 6 & 3],
             (how & 3) == 0 ? "Session-Protocol: SM1\r\n" : "");
  const char *from =
    how >> 8 < 240 ? to->other->account : strangers[how >> 8 & 1];
  receive(to, from, (uint8_t *)text, (size_t)len);
}

/* Something that was written before, once more, changed or not. */
static void repeat(person *to) {
  unsigned how = fuzz_byte(&w.in);
  piece copy = w.letters[how % KEPT];
  if (copy.len > 0) {
    edit(copy.bytes, copy.len);
    receive(to, how & 128 ? to->account : to->other->account, copy.bytes,
            copy.len);
  }
}

/* ---- datagrams */

static void swap_host(piece *p) {
  static const char from[] = "10.0.0.2";
  for (size_t i = 0; i + 8 <= p->len; i++) {
    if (memcmp(p->bytes + i, from, 8) == 0) {
      p->bytes[i + 7] = '9';
    }
  }
}

static void inject(const slot *s) {
  unsigned how = fuzz_byte(&w.in);
  if (s->call == NULL || s->orphan) {
    return;
  }
  msnav_call_info info = info_of(s->call);
  msnav_addr to = how & 1 ? info.local_sip : info.local_rtp;
  msnav_addr from = how & 1 ? info.remote_sip : info.remote_rtp;
  piece p = w.datagrams[fuzz_byte(&w.in) % KEPT];
  if ((how & 6) == 6) { /* bytes of the input's own */
    fuzz_input raw = fuzz_bytes(&w.in, fuzz_byte(&w.in));
    p.len = raw.left;
    if (raw.left > 0) {
      memcpy(p.bytes, raw.at, raw.left);
    }
  }
  if ((how & 8) != 0) {
    edit(p.bytes, p.len);
  }
  if ((how & 16) != 0) {
    swap_host(&p);
  }
  if ((how & 32) != 0) {
    to.port = (uint16_t)(to.port + 1);
    from.port = (uint16_t)(from.port + 1);
  }
  if ((how & 192) == 192 || from.port == 0) {
    from = (msnav_addr){STRANGER, 4000};
  }
  if (to.port != 0) {
    to.ip = s->of->ip;
    simnet_inject(&from, &to, p.bytes, p.len);
  }
}

static void set_network(void) {
  unsigned how = fuzz_byte(&w.in);
  double level = (how >> 4) / 30.0;
  const simnet_path path = {.loss = how & 1 ? level : 0,
                            .duplicate = how & 2 ? level : 0,
                            .corrupt = how & 4 ? level : 0,
                            .reorder = how & 8 ? level : 0,
                            .reorder_delay = 30000,
                            .delay = 5000,
                            .jitter = how & 8 ? 20000 : 0};
  simnet_set_path(0, 0, &path);
}

static void set_fault(void) {
  static const int errors[] = {ENOMEM, EAGAIN,       ENETUNREACH, EINTR,
                               EMFILE, ECONNREFUSED, EADDRINUSE,  EPERM};
  unsigned which = fuzz_byte(&w.in);
  unsigned nth = fuzz_byte(&w.in);
  simnet_fail((simnet_call)(which % SIMNET_CALLS), nth, errors[which >> 5],
              false);
}

/* ---- what users and programs do */

static msnav_config config_of(uint32_t ip, unsigned how, unsigned more) {
  static const char *const codecs[] = {"PCMU,PCMA", "PCMU,PCMA", "DVI4,PCMA",
                                       NULL};
  static const uint32_t rates[] = {8000, 0, 16000, 48000};
  uint32_t rate = rates[how >> 6 & 3];
  return (msnav_config){
    .size = sizeof(msnav_config),
    .bind_ip = ip,
    .account = "me\"\\@x",
    .name = how & 4 ? "N\xc3\xa4me" : NULL,
    .media = how & 1 ? MSNAV_AUDIO : MSNAV_AUDIO | MSNAV_VIDEO,
    .profile = how >> 1 & 1,
    .codecs = codecs[how >> 3 & 3],
    .no_dtmf = how >> 5 & 1,
    .sound_rate = rate,
    .sound_frame = more & 1 ? rate / 100 : 0,
    .echo_tail = (more & 14) == 14 && rate != 0 ? 100000 : 0,
    .encryption = (more >> 4 & 3) % 3,
    .max_calls = more & 64 ? 6 : 0,
    .max_calls_per_peer = more & 128 ? 2 : 0,
    .trace_media = more >> 3 & 1,
    .no_red = more >> 2 & 1,
    .silence_suppression = more >> 4 & 1,
    .calls_per_agent = more >> 5 & 3,
    .source_policy = more & 3,
    .ring_in = 20 * SECOND,
    .ring_out = 25 * SECOND,
    .silence = 12 * SECOND,
  };
}

static void open_context(person *me, bool plain) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  const msnav_events events = {.size = sizeof(events),
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
  unsigned how = plain ? 0 : fuzz_byte(&w.in);
  unsigned more = plain ? 0 : fuzz_byte(&w.in);
  msnav_config config = config_of(me->ip, how, more);
  me->ctx = NULL;
  if (msnav_context_new(msnav_epoll_loop(w.epoll), &config, &events, me,
                        &me->ctx) != MSNAV_OK) {
    CHECK(me->ctx == NULL);
  }
}

static void close_context(person *me) {
  msnav_context *ctx = me->ctx;
  if (ctx == NULL) {
    return;
  }
  note_peers(me);
  me->ctx = NULL;
  for (unsigned i = 0; i < SLOTS; i++) {
    me->slots[i].orphan = me->slots[i].used;
  }
  msnav_context_free(ctx);
}

static void start(person *me, unsigned how) {
  msnav_call *call = NULL;
  msnav_addr addr = {how & 4 ? me->other->ip : STRANGER,
                     (uint16_t)(how & 8 ? 5060 : 5062)};
  uint32_t media = 1 + (how >> 4) % 3;
  msnav_error err = MSNAV_ERR_INVALID;
  if (me->ctx == NULL) {
    return;
  }
  me->early = MSNAV_STATE_IDLE;
  if ((how & 3) < 2) {
    err = msnav_call_start(me->ctx,
                           msnav_str_of(how & 64 ? "third@x.org"
                                                 : me->other->account),
                           media, &call);
  } else if ((how & 3) == 2) {
    note(me, addr.ip);
    err = msnav_call_dial(me->ctx, &addr, media, &call);
  } else {
    addr.ip = me->ip;
    note(me, STRANGER); /* whoever calls first is the peer */
    err = msnav_call_listen(me->ctx, &addr, media, &call);
  }
  CHECK((err == MSNAV_OK) == (call != NULL));
  if (call != NULL && me->ctx != NULL) {
    slot *s = new_slot(me, call);
    if (s != NULL) {
      s->told = me->early;
    }
  }
}

static void send_video(slot *s) {
  unsigned len = fuzz_word(&w.in) % 1600;
  uint8_t *data = malloc(len + 1);
  CHECK(data != NULL);
  memset(data, 0x55, len + 1);
  const msnav_payload payload = {.data = data, .len = len, .marker = true};
  (void)!msnav_call_send_video(s->call, &payload);
  free(data);
}

static void release(slot *s) {
  msnav_call *call = s->call;
  note(s->of, info_of(call).remote_sip.ip);
  s->call = NULL;
  msnav_call_free(call);
}

static void ask(const person *me, const slot *s) {
  msnav_stream_stats stats = {.size = sizeof(stats)};
  msnav_context_counters n = {.size = sizeof(n)};
  uint64_t live = 0;
  (void)msnav_call_get_stats(s->call, &stats);
  (void)info_of(s->call);
  for (unsigned i = 0; i < SLOTS; i++) {
    const slot *other = &me->slots[i];
    live += other->call != NULL && !other->orphan &&
            info_of(other->call).state != MSNAV_STATE_ENDED;
  }
  CHECK(msnav_context_get_counters(me->ctx, &n) == MSNAV_OK);
  CHECK(n.live >= live); /* freed calls may be hanging up yet */
}

/* What is done with a call that there is. */
static void act_on(person *me, slot *s, unsigned what) {
  static const char keys[] = "0123456789*#ABCDFx";
  switch (what) {
  case 0:
  case 1:
    (void)!msnav_call_accept(s->call, fuzz_byte(&w.in) & 3);
    break;
  case 2:
    (void)msnav_call_reject(s->call);
    break;
  case 3:
  case 4:
    (void)msnav_call_hangup(s->call);
    break;
  case 5:
    release(s);
    break;
  case 6:
    (void)msnav_call_undelivered(s->call);
    break;
  case 7:
    (void)!msnav_call_hold(s->call, (fuzz_byte(&w.in) & 1) != 0);
    break;
  case 8:
    (void)!msnav_call_set_media(s->call, fuzz_byte(&w.in) & 7);
    break;
  case 9:
    (void)!msnav_call_dtmf(s->call, keys[fuzz_byte(&w.in) % 18],
                           fuzz_byte(&w.in) * UINT64_C(10000));
    break;
  case 10:
    msnav_call_mute(s->call, (fuzz_byte(&w.in) & 1) != 0);
    (void)msnav_call_set_gain(s->call, fuzz_word(&w.in), fuzz_word(&w.in));
    break;
  case 11:
    send_video(s);
    break;
  case 12:
    inject(s);
    break;
  default:
    ask(me, s);
    break;
  }
}

static void act(person *me, slot *s, unsigned what) {
  switch (what % 24) {
  case 14:
    start(me, fuzz_byte(&w.in));
    break;
  case 15:
    forge(me, s);
    break;
  case 16:
    repeat(me);
    break;
  case 17: {
    fuzz_input raw = fuzz_bytes(&w.in, fuzz_byte(&w.in));
    receive(me, me->other->account, raw.at, raw.left);
    break;
  }
  case 18:
    close_context(me);
    break;
  case 19:
    me->sound_left = fuzz_byte(&w.in);
    me->sound_act = fuzz_byte(&w.in);
    break;
  case 20:
    set_network();
    break;
  case 21:
    set_fault();
    break;
  case 22: {
    int64_t step = (int64_t)fuzz_byte(&w.in) - 128;
    simnet_step_wall(step * step * step * 1500000);
    break;
  }
  case 23:
    if (me->ctx == NULL && w.depth == 0) {
      open_context(me, false);
    }
    break;
  default:
    if (s != NULL && s->call != NULL && !s->orphan && me->ctx != NULL) {
      act_on(me, s, what % 24);
    }
  }
}

/* ---- time */

static void run(msnav_usec span) {
  msnav_usec until = simnet_now() + span;
  unsigned idle = 0;
  while (simnet_now() < until) {
    msnav_usec before = simnet_now();
    (void)!msnav_epoll_step(w.epoll, until);
    simnet_serve();
    idle = simnet_now() == before ? idle + 1 : 0;
    CHECK(idle < 10000); /* nobody spins */
  }
  note_peers(&w.people[0]);
  note_peers(&w.people[1]);
}

/* A context that was freed has told it to each of its calls. */
static void check_orphans(person *me) {
  for (unsigned i = 0; i < SLOTS; i++) {
    slot *s = &me->slots[i];
    if (s->orphan && s->call != NULL) {
      CHECK(s->told == MSNAV_STATE_ENDED);
      s->call = NULL;
    }
  }
}

static void step(void) {
  unsigned what = fuzz_byte(&w.in);
  person *me = &w.people[what & 1];
  if (what >= 0xc0) {
    run((what >> 1 & 31) * (what & 1 ? SECOND : 10000));
  } else {
    slot *s = &me->slots[fuzz_byte(&w.in) % SLOTS];
    act(me, s, what >> 1);
  }
  check_orphans(&w.people[0]);
  check_orphans(&w.people[1]);
}

/* Both users hang up over a good network, and wait. */
static void finish(void) {
  const simnet_path good = {.delay = 5000};
  w.in.left = 0;
  simnet_set_path(0, 0, &good);
  simnet_fail(SIMNET_SOCKET, 0, 0, false);
  for (unsigned i = 0; i < 2 * SLOTS; i++) {
    slot *s = &w.people[i % 2].slots[i / 2];
    if (s->call != NULL) {
      (void)msnav_call_hangup(s->call);
    }
  }
  run(30 * SECOND);
  for (unsigned i = 0; i < 2 * SLOTS; i++) {
    slot *s = &w.people[i % 2].slots[i / 2];
    CHECK(s->call == NULL || s->told == MSNAV_STATE_ENDED);
    if (s->call != NULL && i % 3 != 0) {
      release(s);
    }
  }
  close_context(&w.people[0]);
  close_context(&w.people[1]);
  if (w.letters_until > simnet_now()) {
    run(w.letters_until - simnet_now() + 1000);
  }
  msnav_epoll_free(w.epoll);
  CHECK(simnet_end() == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_patience(20);
  memset(&w, 0, sizeof(w));
  w.in = (fuzz_input){data, size};
  simnet_begin(7);
  simnet_tap(tap, NULL);
  CHECK(msnav_epoll_new(&w.epoll) == MSNAV_OK);
  for (unsigned i = 0; i < 2; i++) {
    person *p = &w.people[i];
    p->account = i == 0 ? "alice@example.com" : "bob@example.com";
    p->ip = 0x0a000001 + i;
    p->other = &w.people[1 - i];
    simnet_host(p->ip);
  }
  bool plain = (fuzz_byte(&w.in) & 1) == 0;
  open_context(&w.people[0], plain);
  open_context(&w.people[1], plain);
  w.end = simnet_now() + BUDGET;
  while (w.in.left > 0 && simnet_now() < w.end) {
    step();
  }
  finish();
  return 0;
}

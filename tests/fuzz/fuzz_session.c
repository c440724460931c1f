/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two sets that call each other while the input decides what users, SIP, the
 * clock and the network do: messages come late, twice, changed or never, and
 * from strangers.  Whatever happens, each conversation keeps to its order. */
#include "fuzz/fuzz.h"
#include <msnav/session.h>

enum { MOST_CALLS = 32, MOST_LETTERS = 16 };

/* What the actions of a conversation were so far. */
typedef struct track {
  msnav_session *session;
  uint32_t role;
  uint32_t told; /* the last state */
  unsigned listens, invites, starts, stops, hangups, closes, sent;
  bool cancelled;
} track;

typedef struct letter {
  char *bytes;
  size_t len;
} letter;

typedef struct side {
  msnav_session_set *set;
  const char *account;
  track calls[MOST_CALLS];
  letter letters[MOST_LETTERS]; /* on their way to the other */
} side;

typedef struct world {
  side sides[2];
  const uint8_t *data;
  size_t left;
  msnav_usec now;
  uint32_t seed;
} world;

static uint8_t take(world *w) {
  if (w->left == 0) {
    return 0;
  }
  w->left--;
  return *w->data++;
}

static void random_bytes(void *arg, void *bytes, size_t len) {
  world *w = arg;
  for (size_t i = 0; i < len; i++) {
    w->seed = w->seed * 1664525u + 1013904223u;
    ((uint8_t *)bytes)[i] = (uint8_t)(w->seed >> 24);
  }
}

static msnav_session_info info_of(const msnav_session *s) {
  msnav_session_info info = {.size = sizeof(info)};
  CHECK(msnav_session_get_info(s, &info) == MSNAV_OK);
  return info;
}

static bool over(const track *t) {
  return info_of(t->session).state == MSNAV_STATE_ENDED;
}

/* What must hold at any time. */
static void check_side(const side *me) {
  msnav_session_counters n = {.size = sizeof(n)};
  uint64_t live = 0;
  for (size_t i = 0; i < MOST_CALLS; i++) {
    const track *t = &me->calls[i];
    if (t->session == NULL) {
      continue;
    }
    msnav_session_info info = info_of(t->session);
    bool ended = info.state == MSNAV_STATE_ENDED;
    live += !ended;
    CHECK(info.state != MSNAV_STATE_IDLE && info.role == t->role);
    CHECK(ended == (info.reason != MSNAV_REASON_NONE));
    CHECK(!ended || info.deadline == MSNAV_NEVER);
    CHECK(info.media != 0 || ended);
    CHECK((info.connected != 0) >= (info.state == MSNAV_STATE_TALKING));
    if (info.state >= MSNAV_STATE_CONNECTING && !ended &&
        info.role <= MSNAV_ROLE_INVITEE) {
      CHECK(info.remote.port != 0);
      CHECK(info.remote.ip >> 24 != 0 && info.remote.ip >> 24 < 224);
    }
  }
  CHECK(msnav_session_set_counters(me->set, &n) == MSNAV_OK);
  CHECK(n.live == live);
}

static void watch(side *me, msnav_session *s) {
  if (s == NULL || msnav_session_user(s) != NULL) {
    return;
  }
  for (size_t i = 0; i < MOST_CALLS; i++) {
    if (me->calls[i].session == NULL) {
      me->calls[i] = (track){.session = s, .role = info_of(s).role};
      msnav_session_set_user(s, &me->calls[i]);
      return;
    }
  }
  abort(); /* the limits of the set are lower */
}

static void check_sent(track *t, msnav_str payload) {
  msnav_invite v = {.size = sizeof(v)};
  CHECK(payload.len <= MSNAV_INVITE_MAX);
  CHECK(msnav_invite_read(payload.ptr, payload.len, &v) == MSNAV_OK);
  CHECK(msnav_invite_is_ours(&v));
  CHECK(t->role <= MSNAV_ROLE_INVITEE && !t->cancelled && t->sent < 3);
  msnav_session_info info = info_of(t->session);
  CHECK(v.cookie.len == info.cookie.len &&
        memcmp(v.cookie.ptr, info.cookie.ptr, v.cookie.len) == 0);
  bool first = t->sent++ == 0;
  switch ((msnav_invite_command)v.command) {
  case MSNAV_INVITE_INVITE:
    CHECK(t->role == MSNAV_ROLE_INVITER && first);
    break;
  case MSNAV_INVITE_ACCEPT:
    CHECK(first == (t->role == MSNAV_ROLE_INVITEE));
    CHECK(info.local.port != 0 && info.state < MSNAV_STATE_HANGING_UP);
    break;
  case MSNAV_INVITE_CANCEL:
    CHECK(!first || t->role == MSNAV_ROLE_INVITEE);
    CHECK(info.state >= MSNAV_STATE_HANGING_UP);
    t->cancelled = true;
    break;
  case MSNAV_INVITE_OTHER:
    abort();
  }
}

static void post(side *me, msnav_str payload, uint8_t slot) {
  letter *l = &me->letters[slot % MOST_LETTERS];
  free(l->bytes); /* overwritten: lost */
  l->bytes = malloc(payload.len);
  l->len = payload.len;
  memcpy(l->bytes, payload.ptr, payload.len);
}

/* paper section 4: a call that was up ends with a CANCEL of ours */
static void check_goodbye(const track *t) {
  uint32_t reason = info_of(t->session).reason;
  bool was_up =
    reason == MSNAV_REASON_HANGUP_LOCAL ||
    reason == MSNAV_REASON_HANGUP_REMOTE || reason == MSNAV_REASON_NO_MEDIA ||
    reason == MSNAV_REASON_SIP_LOST || reason == MSNAV_REASON_BYE_TIMEOUT;
  CHECK(!was_up || t->cancelled || t->role > MSNAV_ROLE_INVITEE);
}

/* Take one action and see that it comes in its order. */
static bool act(world *w, side *me, uint8_t slot) {
  static const msnav_addr here = {0x0a000001, 5060};
  msnav_action a;
  if (msnav_session_next_action(me->set, &a) != MSNAV_OK) {
    return false;
  }
  track *t = msnav_session_user(a.session);
  CHECK(t != NULL && t->session == a.session);
  CHECK(t->told != MSNAV_STATE_ENDED); /* that was the last */
  bool ending = a.state >= MSNAV_STATE_HANGING_UP;
  switch ((msnav_action_kind)a.kind) {
  case MSNAV_ACTION_LISTEN:
    CHECK(t->listens++ == 0 && !ending);
    if (slot % 4 != 0) {
      CHECK(msnav_session_listening(a.session, &here, w->now) == MSNAV_OK);
    }
    break;
  case MSNAV_ACTION_SIP_INVITE:
    CHECK(t->invites++ == 0 && t->listens == 1 && !ending);
    CHECK(t->role != MSNAV_ROLE_INVITER && t->role != MSNAV_ROLE_DIRECT_CALLED);
    break;
  case MSNAV_ACTION_MEDIA_START:
    CHECK(t->starts++ == 0 && t->listens == 1 && !ending);
    break;
  case MSNAV_ACTION_MEDIA_STOP:
    CHECK(t->stops++ == 0 && ending);
    break;
  case MSNAV_ACTION_SIP_HANGUP:
    CHECK(t->hangups++ == 0 && t->closes == 0 && ending);
    break;
  case MSNAV_ACTION_SEND:
    check_sent(t, a.payload);
    post(me, a.payload, slot);
    break;
  case MSNAV_ACTION_SIP_CLOSE:
    CHECK(t->closes++ == 0 && a.state == MSNAV_STATE_ENDED);
    break;
  case MSNAV_ACTION_STATE:
    CHECK(a.state > t->told);
    t->told = a.state;
    if (a.state == MSNAV_STATE_ENDED) {
      check_goodbye(t);
      CHECK(t->listens <= t->closes && t->starts <= t->stops);
    }
    break;
  }
  return true;
}

static void
receive(world *w, side *to, const char *from, const char *bytes, size_t len) {
  char *copy = malloc(len > 0 ? len : 1);
  if (len > 0) {
    memcpy(copy, bytes, len);
  }
  msnav_session *s = NULL;
  msnav_error err = msnav_session_set_receive(to->set, msnav_str_of(from), copy,
                                              len, w->now, &s);
  CHECK(err == MSNAV_OK || s == NULL);
  free(copy);
  watch(to, s);
}

/* A letter arrives; it may be changed, come again later, or from another. */
static void arrive(world *w, side *from, uint8_t slot) {
  letter *l = &from->letters[slot % MOST_LETTERS];
  side *to = from == &w->sides[0] ? &w->sides[1] : &w->sides[0];
  if (l->bytes == NULL) {
    return;
  }
  uint8_t how = take(w);
  const char *who = how % 8 == 7 ? "third@x.org" : from->account;
  if (how % 8 == 6) {
    size_t at = (take(w) * 256u + take(w)) % l->len;
    l->bytes[at] = (char)take(w);
  }
  receive(w, to, who, l->bytes, l->len);
  if (how % 8 != 5) { /* else once more, later */
    free(l->bytes);
    *l = (letter){NULL, 0};
  }
}

/* A message that the input wrote, fields alone. */
static void forge(world *w, side *to) {
  static const char head[] = "MIME-Version: 1.0\r\nContent-Type: "
                             "text/x-msmsgsinvite; charset=UTF-8\r\n\r\n";
  char bytes[sizeof(head) + 255];
  size_t len = take(w);
  memcpy(bytes, head, sizeof(head) - 1);
  for (size_t i = 0; i < len; i++) {
    bytes[sizeof(head) - 1 + i] = (char)take(w);
  }
  const char *who =
    to == &w->sides[0] ? w->sides[1].account : w->sides[0].account;
  receive(w, to, who, bytes, sizeof(head) - 1 + len);
}

static void put(char *bytes, size_t *len, const char *text) {
  memcpy(bytes + *len, text, strlen(text));
  *len += strlen(text);
}

/* A message about a call that there is, its fields in any combination. */
static void answer(world *w, side *to, const track *t, uint8_t how) {
  static const char *const commands[] = {"ACCEPT", "CANCEL", "INVITE",
                                         "cancel"};
  static const char *const addresses[] = {
    "", "IP-Address: 10.0.0.2:5060\r\n", "IP-Address: 224.0.0.1:5060\r\n",
    "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n"};
  static const char *const lists[] = {"", "Context-Data: Requested:SIP_A,;\r\n",
                                      "Context-Data: Requested:SIP_V,;\r\n",
                                      "Context-Data: Requested:;\r\n"};
  static const char *const codes[] = {"", "Cancel-Code: REJECT\r\n",
                                      "Cancel-Code: FAIL\r\n",
                                      "Cancel-Code: REJECT_NOT_INSTALLED\r\n"};
  char bytes[600];
  size_t len = 0;
  msnav_str cookie = info_of(t->session).cookie;
  put(bytes, &len,
      "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
      "charset=UTF-8\r\n\r\nInvitation-Command: ");
  put(bytes, &len, commands[how % 4]);
  put(bytes, &len, "\r\nInvitation-Cookie: ");
  memcpy(bytes + len, cookie.ptr, cookie.len);
  len += cookie.len;
  put(bytes, &len, "\r\n");
  put(bytes, &len, addresses[how / 4 % 4]);
  put(bytes, &len, lists[how / 16 % 4]);
  put(bytes, &len, codes[how / 64 % 4]);
  if (how % 4 == 2) {
    put(bytes, &len, "Application-GUID: " MSNAV_INVITE_GUID "\r\n");
  }
  receive(w, to, to == &w->sides[0] ? w->sides[1].account : w->sides[0].account,
          bytes, len);
}

static void begin(world *w, side *me, uint8_t how) {
  msnav_session *s = NULL;
  const side *other = me == &w->sides[0] ? &w->sides[1] : &w->sides[0];
  msnav_addr there = {0x0a000002, 5060};
  uint32_t media = 1 + how / 4 % 3u;
  msnav_error err =
    how % 4 < 2
      ? msnav_session_start(me->set, msnav_str_of(other->account), media,
                            w->now, &s)
      : msnav_session_start_direct(me->set,
                                   how % 4 == 2 ? MSNAV_ROLE_DIRECT_CALLER
                                                : MSNAV_ROLE_DIRECT_CALLED,
                                   &there, media, w->now, &s);
  CHECK(err == MSNAV_OK || err == MSNAV_ERR_LIMIT || err == MSNAV_ERR_INVALID);
  CHECK((err == MSNAV_OK) == (s != NULL));
  watch(me, s);
}

static void happen(world *w, track *t, uint8_t event) {
  bool was_over = over(t);
  msnav_usec now = w->now;
  if (event % 32 == MSNAV_EV_TIMEOUT &&
      msnav_session_deadline(t->session) != MSNAV_NEVER) {
    now = msnav_session_deadline(t->session);
  }
  msnav_error err =
    msnav_session_feed(t->session, (msnav_event)(event % 32), now);
  CHECK(err == MSNAV_OK || err == MSNAV_ERR_STATE || err == MSNAV_ERR_INVALID);
  CHECK(!was_over || err != MSNAV_OK);
}

static void forget(track *t) {
  msnav_session_free(t->session);
  *t = (track){.session = NULL};
}

static void step(world *w) {
  uint8_t what = take(w);
  side *me = &w->sides[what & 1];
  track *t = &me->calls[take(w) % MOST_CALLS];
  uint8_t detail = take(w);
  switch (what / 2 % 9) {
  case 0:
    begin(w, me, detail);
    break;
  case 1:
  case 2:
    if (t->session != NULL) {
      happen(w, t, detail);
    }
    break;
  case 3:
    (void)act(w, me, detail);
    break;
  case 4:
    while (act(w, me, detail++)) {
    }
    break;
  case 5:
    arrive(w, me, detail);
    break;
  case 6:
    forge(w, me);
    break;
  case 7:
    if (t->session != NULL) {
      answer(w, me, t, detail);
    }
    break;
  default:
    w->now += detail * UINT64_C(100000);
    if (t->session != NULL && (detail == 0 || over(t))) {
      forget(t);
    }
  }
  check_side(&w->sides[0]);
  check_side(&w->sides[1]);
}

/* The end of the program: each conversation ends and gives back what it
 * took. */
static void shut_down(world *w, side *me) {
  for (size_t i = 0; i < MOST_CALLS; i++) {
    track *t = &me->calls[i];
    if (t->session != NULL && !over(t)) {
      CHECK(msnav_session_feed(t->session, MSNAV_EV_SHUTDOWN, w->now) ==
            MSNAV_OK);
    }
  }
  while (act(w, me, 0)) {
  }
  check_side(me);
  for (size_t i = 0; i < MOST_CALLS; i++) {
    track *t = &me->calls[i];
    CHECK(t->session == NULL || t->told == MSNAV_STATE_ENDED);
    if (i % 2 == 0) {
      forget(t); /* the others go with their set */
    }
  }
  msnav_session_set_free(me->set);
  for (size_t i = 0; i < MOST_LETTERS; i++) {
    free(me->letters[i].bytes);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static world w;
  w = (world){.data = data, .left = size, .now = 1000000, .seed = 1};
  for (size_t i = 0; i < 2; i++) {
    msnav_session_config c = {.size = sizeof(c),
                              .random = random_bytes,
                              .random_arg = &w,
                              .capabilities =
                                (uint32_t)(i == 0 ? MSNAV_AUDIO
                                                  : MSNAV_AUDIO | MSNAV_VIDEO),
                              .max_sessions = 12,
                              .max_per_peer = 6};
    w.sides[i].account = i == 0 ? "a@x.org" : "b@x.org";
    CHECK(msnav_session_set_new(&c, &w.sides[i].set) == MSNAV_OK);
  }
  while (w.left > 0) {
    step(&w);
    for (size_t i = 0; i < 2; i++) { /* room for those that come */
      size_t used = 0;
      for (size_t k = 0; k < MOST_CALLS; k++) {
        used += w.sides[i].calls[k].session != NULL;
      }
      for (size_t k = 0; k < MOST_CALLS && used > MOST_CALLS - 4; k++) {
        track *t = &w.sides[i].calls[k];
        if (t->session != NULL && over(t)) {
          forget(t);
          used--;
        }
      }
    }
  }
  shut_down(&w, &w.sides[0]);
  shut_down(&w, &w.sides[1]);
  return 0;
}

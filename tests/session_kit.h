/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two sets that talk to each other in virtual time, and messages by hand. */
#ifndef MSNAV_SESSION_KIT_H
#define MSNAV_SESSION_KIT_H

#include "test.h"

#include <msnav/session.h>

#define START ((msnav_usec)1000000000)
#define SECOND ((msnav_usec)1000000)
#define HEAD                                                                   \
  "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "                   \
  "charset=UTF-8\r\n\r\n"

enum { A = MSNAV_AUDIO, V = MSNAV_VIDEO, AV = MSNAV_AUDIO | MSNAV_VIDEO };

/* One side: a set, and what its actions were since the last look. */
typedef struct side {
  msnav_session_set *set;
  const char *account;
  struct side *other;
  msnav_session *last; /* the newest conversation */
  char done[512];
  char wire[8][MSNAV_INVITE_MAX];
  size_t wire_len[8];
  int wires;
  bool lossy;      /* what it sends is lost */
  msnav_addr sip;  /* our listener */
  uint32_t cookie; /* the next one */
  const uint8_t *guid;
} side;

static const uint8_t guid_a[16] = {0xB9, 0x39, 0xBB, 0xE1, 0x50, 0x49,
                                   0x4D, 0x9D, 0x8B, 0xF6, 0x3B, 0x17,
                                   0xC8, 0xF4, 0x88, 0x21};
static const uint8_t guid_b[16] = {0x0E, 0xF9, 0x08, 0x4D, 0x18, 0xD1,
                                   0x44, 0xFE, 0xB0, 0xE8, 0xBC, 0xC4,
                                   0x72, 0x3A, 0xE2, 0xD9};

/* The paper's cookie and Session-IDs instead of dice. */
static inline void rigged(void *arg, void *bytes, size_t len) {
  side *s = arg;
  if (len == 4) {
    memcpy(bytes, &s->cookie, 4);
    s->cookie++;
  } else {
    memcpy(bytes, s->guid, len);
  }
}

static inline msnav_session_config config_of(side *s) {
  return (msnav_session_config){.size = sizeof(msnav_session_config),
                                .random = rigged,
                                .random_arg = s,
                                .capabilities = MSNAV_AUDIO,
                                .conn_type = MSNAV_CONN_IP_RESTRICT_NAT,
                                .public_ip = 0xd35b6569};
}

/* The paper's two, each with its values; of the configuration one msnav_usec
 * is set, at this offset. */
static inline void
set_up_with(side *a, side *b, size_t offset, msnav_usec value) {
  memset(a, 0, sizeof(*a));
  memset(b, 0, sizeof(*b));
  *a = (side){.account = "taogx@163.com",
              .other = b,
              .cookie = 23939640,
              .guid = guid_a,
              .sip = {0xc0a8007f, 12449}};
  *b = (side){.account = "yxu68@hotmail.com",
              .other = a,
              .cookie = 77,
              .guid = guid_b,
              .sip = {0xc0a800a5, 11630}};
  side *const sides[] = {a, b};
  for (size_t i = 0; i < ARRAY_LEN(sides); i++) {
    msnav_session_config c = config_of(sides[i]);
    c.private_ip = sides[i]->sip.ip;
    memcpy((char *)&c + offset, &value, sizeof(value));
    assert_int_equal(msnav_session_set_new(&c, &sides[i]->set), MSNAV_OK);
  }
}

static inline void set_up(side *a, side *b) {
  set_up_with(a, b, offsetof(msnav_session_config, ring_out), 0);
}

static inline void tear_down(side *a, side *b) {
  msnav_session_set_free(a->set);
  msnav_session_set_free(b->set);
}

static inline void note(side *s, const char *what) {
  strcat(s->done, s->done[0] != '\0' ? " " : "");
  strcat(s->done, what);
}

static inline void pump(side *s, msnav_usec now);

static inline void
deliver(side *s, const char *payload, size_t len, msnav_usec now) {
  side *to = s->other;
  msnav_session *session = NULL;
  char *copy = exact_copy(payload, len);
  assert_int_equal(msnav_session_set_receive(to->set, msnav_str_of(s->account),
                                             copy, len, now, &session),
                   MSNAV_OK);
  free(copy);
  if (session != NULL) {
    to->last = session;
  }
}

/* Carry out what waits, deliver what is sent. */
static inline void pump(side *s, msnav_usec now) {
  static const char *const names[] = {"",     "listen", "invite", "start",
                                      "stop", "hangup", "send",   "close"};
  msnav_action a;
  while (msnav_session_next_action(s->set, &a) == MSNAV_OK) {
    if (a.kind == MSNAV_ACTION_STATE) {
      note(s, msnav_state_name((msnav_state)a.state));
      continue;
    }
    note(s, names[a.kind]);
    if (a.kind == MSNAV_ACTION_LISTEN) {
      assert_int_equal(msnav_session_listening(a.session, &s->sip, now),
                       MSNAV_OK);
    } else if (a.kind == MSNAV_ACTION_SEND) {
      int n = s->wires++;
      memcpy(s->wire[n], a.payload.ptr, a.payload.len);
      s->wire_len[n] = a.payload.len;
      if (!s->lossy) {
        deliver(s, s->wire[n], s->wire_len[n], now);
      }
    }
  }
}

static inline void pump_both(side *a, side *b, msnav_usec now) {
  for (int i = 0; i < 4; i++) {
    pump(a, now);
    pump(b, now);
  }
}

static inline void call(side *a, msnav_usec now) {
  assert_int_equal(msnav_session_start(a->set, msnav_str_of(a->other->account),
                                       MSNAV_AUDIO, now, &a->last),
                   MSNAV_OK);
}

static inline msnav_session_info info_of(const msnav_session *s) {
  msnav_session_info info = {.size = sizeof(info)};
  assert_int_equal(msnav_session_get_info(s, &info), MSNAV_OK);
  return info;
}

static inline void feed(side *s, msnav_event event, msnav_usec now) {
  assert_int_equal(msnav_session_feed(s->last, event, now), MSNAV_OK);
}

static inline void assert_wire(const side *s, int n, const char *file) {
  size_t len;
  char *want = load_data(file, &len);
  assert_int_equal(s->wire_len[n], len);
  assert_memory_equal(s->wire[n], want, len);
  free(want);
}

/* Both sides up to talking. */
static inline void connect_both(side *a, side *b) {
  set_up(a, b);
  call(a, START);
  pump_both(a, b, START);
  feed(b, MSNAV_EV_ACCEPT, START);
  pump_both(a, b, START);
  feed(a, MSNAV_EV_SIP_INCOMING, START);
  pump_both(a, b, START);
  feed(a, MSNAV_EV_SIP_UP, START);
  feed(b, MSNAV_EV_SIP_UP, START);
  pump_both(a, b, START);
}

/* ---- messages by hand */

static inline msnav_error
from(side *to, const char *peer, const char *body, msnav_session **session) {
  char payload[1000];
  snprintf(payload, sizeof(payload), HEAD "%s\r\n", body);
  return msnav_session_set_receive(to->set, msnav_str_of(peer), payload,
                                   strlen(payload), START, session);
}

static inline msnav_session_counters counters_of(const side *s) {
  msnav_session_counters c = {.size = sizeof(c)};
  assert_int_equal(msnav_session_set_counters(s->set, &c), MSNAV_OK);
  return c;
}

#define INVITE                                                                 \
  "Application-GUID: " MSNAV_INVITE_GUID "\r\nInvitation-Command: INVITE\r\n"  \
  "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,;\r\n"                    \
  "Invitation-Cookie: "

#define ACCEPT(cookie)                                                         \
  "Invitation-Command: ACCEPT\r\nInvitation-Cookie: " cookie                   \
  "\r\nIP-Address: 192.168.0.165:11630\r\n"
#define CANCEL(cookie)                                                         \
  "Invitation-Command: CANCEL\r\nCancel-Code: TIMEOUT\r\n"                     \
  "Invitation-Cookie: " cookie "\r\n"

static inline void set_up_one(side *a, const msnav_session_config *config) {
  assert_int_equal(msnav_session_set_new(config, &a->set), MSNAV_OK);
}

static inline side one(void) {
  return (side){.cookie = 1000, .guid = guid_a, .sip = {0xc0a8007f, 12449}};
}

static inline msnav_session *start(side *a, const char *peer) {
  msnav_session *s = NULL;
  assert_int_equal(msnav_session_start(a->set, msnav_str_of(peer), MSNAV_AUDIO,
                                       START, &s),
                   MSNAV_OK);
  return s;
}

/* The payloads that wait to be sent, in the wires. */
static inline void collect(side *a) {
  msnav_action action;
  a->wires = 0;
  while (msnav_session_next_action(a->set, &action) == MSNAV_OK) {
    if (action.kind == MSNAV_ACTION_SEND && a->wires < 8) {
      memcpy(a->wire[a->wires], action.payload.ptr, action.payload.len);
      a->wire_len[a->wires++] = action.payload.len;
    }
  }
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The public face of a set: begins conversations and routes messages. */
#include "base/sized.h"
#include "session/inner.h"
#include "session/received.h"
#include <stdlib.h>
#include <string.h>

#define SECONDS(n) ((msnav_usec)(n)*1000000)
#define CONFIG_LEAST MSNAV_SIZED_UP_TO(msnav_session_config, bye)
#define MOST_COOKIE UINT32_C(0x7fffffff)
#define MOST_MEDIA ((uint32_t)(MSNAV_AUDIO | MSNAV_VIDEO))

static void set_timers(msnav_session_set *set) {
  const msnav_session_config *c = &set->config;
  set->timers[TIMER_RING_OUT] = c->ring_out != 0 ? c->ring_out : SECONDS(60);
  set->timers[TIMER_RING_IN] = c->ring_in != 0 ? c->ring_in : SECONDS(60);
  set->timers[TIMER_EXCHANGE] = c->exchange != 0 ? c->exchange : SECONDS(20);
  set->timers[TIMER_SETUP] = c->setup != 0 ? c->setup : SECONDS(8);
  set->timers[TIMER_SILENCE] = c->silence != 0 ? c->silence : SECONDS(30);
  set->timers[TIMER_BYE] = c->bye != 0 ? c->bye : SECONDS(2);
}

static bool config_ok(const msnav_session_config *c) {
  return c->random != NULL && c->capabilities != 0 &&
         (c->capabilities & ~MOST_MEDIA) == 0 &&
         c->conn_type <= MSNAV_CONN_UNKNOWN &&
         (c->app_name == NULL || strlen(c->app_name) < 256);
}

msnav_error msnav_session_set_new(const msnav_session_config *config,
                                  msnav_session_set **set) {
  if (set == NULL || !msnav_sized_ok(config, CONFIG_LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_session_config given;
  msnav_sized_take(&given, sizeof(given), config);
  if (!config_ok(&given) ||
      !msnav_text_is_printable(msnav_str_of(given.app_name), SIZE_MAX)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_session_set *made = calloc(1, sizeof(*made));
  if (made == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_session_config *c = &made->config;
  *c = given;
  if (given.app_name != NULL) {
    memcpy(made->app_name, given.app_name, strlen(given.app_name));
    c->app_name = made->app_name;
  }
  c->conn_type = c->conn_type != 0 ? c->conn_type : MSNAV_CONN_DIRECT;
  c->max_sessions = c->max_sessions != 0 ? c->max_sessions : 10000;
  c->max_per_peer = c->max_per_peer != 0 ? c->max_per_peer : 8;
  set_timers(made);
  c->random(c->random_arg, made->secret, sizeof(made->secret));
  made->dirty_tail = &made->dirty;
  *set = made;
  return MSNAV_OK;
}

msnav_error
msnav_session_set_limits(msnav_session_set *set, uint32_t max_sessions,
                         uint32_t max_per_peer) {
  if (set == NULL || max_sessions == 0 || max_per_peer == 0) {
    return MSNAV_ERR_INVALID;
  }
  set->config.max_sessions = max_sessions;
  set->config.max_per_peer = max_per_peer;
  return MSNAV_OK;
}

void msnav_session_set_free(msnav_session_set *set) {
  if (set == NULL) {
    return;
  }
  while (set->all != NULL) {
    msnav_session_free(set->all);
  }
  free(set->buckets);
  free(set);
}

static bool peer_ok(msnav_str peer) {
  return peer.ptr != NULL && peer.len > 0 &&
         msnav_text_is_printable(peer, MSNAV_MAX_PEER);
}

/* Room for one more, in all and with this peer. */
static bool room(const msnav_session_set *set, const session_account *peer) {
  uint32_t n = 0;
  for (const msnav_session *s = msnav_session_with_peer(set, peer, NULL);
       s != NULL; s = msnav_session_with_peer(set, peer, s)) {
    n++;
  }
  return set->live < set->config.max_sessions && n < set->config.max_per_peer;
}

/* 1...2^31-1, of no other live call of ours: the answers of those who were not
 * invited are known by it. */
static size_t make_cookie(msnav_session_set *set, char text[16]) {
  uint32_t value;
  set->config.random(set->config.random_arg, &value, sizeof(value));
  for (;; value++) {
    msnav_out out;
    value &= MOST_COOKIE;
    msnav_out_init(&out, text, 16);
    msnav_out_u32(&out, value);
    if (value != 0 &&
        msnav_session_began(set, (msnav_str){text, out.len}) == NULL) {
      return out.len;
    }
  }
}

/* Two calls with one peer in opposite directions that nobody answered yet. */
static void flag_crossing(msnav_session *s) {
  session_account peer = msnav_session_peer(s);
  for (msnav_session *o = msnav_session_with_peer(s->set, &peer, NULL);
       o != NULL; o = msnav_session_with_peer(s->set, &peer, o)) {
    bool waiting =
      o->state == MSNAV_STATE_INVITING || o->state == MSNAV_STATE_RINGING;
    if (o->role != s->role && waiting) {
      o->crossing = s->crossing = true;
    }
  }
}

msnav_error
msnav_session_start(msnav_session_set *set, msnav_str peer, uint32_t media,
                    msnav_usec now, msnav_session **session) {
  if (set == NULL || session == NULL || !peer_ok(peer) || media == 0 ||
      (media & ~set->config.capabilities) != 0) {
    return MSNAV_ERR_INVALID;
  }
  session_account account = msnav_session_account(set, peer);
  if (!room(set, &account)) {
    return MSNAV_ERR_LIMIT;
  }
  char cookie[16];
  msnav_str text = {cookie, make_cookie(set, cookie)};
  msnav_session *s;
  msnav_error err =
    msnav_session_make(set, MSNAV_ROLE_INVITER, &account, text, now, &s);
  if (err != MSNAV_OK) {
    return err;
  }
  s->media = s->requested = media;
  set->counters.invites_out++;
  flag_crossing(s);
  err = msnav_session_apply(s, MSNAV_EV_START, now);
  *session = s;
  return err;
}

msnav_error
msnav_session_start_direct(msnav_session_set *set, msnav_role role,
                           const msnav_addr *remote, uint32_t media,
                           msnav_usec now, msnav_session **session) {
  bool calling = role == MSNAV_ROLE_DIRECT_CALLER;
  if (set == NULL || session == NULL || remote == NULL || media == 0 ||
      (!calling && role != MSNAV_ROLE_DIRECT_CALLED) ||
      (media & ~set->config.capabilities) != 0) {
    return MSNAV_ERR_INVALID;
  }
  if ((calling || remote->port != 0) && !msnav_session_usable(set, remote)) {
    return MSNAV_ERR_ADDRESS;
  }
  if (set->live >= set->config.max_sessions) {
    return MSNAV_ERR_LIMIT;
  }
  char text[MSNAV_ADDR_TEXT];
  session_account peer =
    msnav_session_account(set,
                          (msnav_str){text, msnav_addr_format(remote, text)});
  msnav_session *s;
  msnav_error err =
    msnav_session_make(set, role, &peer, (msnav_str){"", 0}, now, &s);
  if (err != MSNAV_OK) {
    return err;
  }
  s->media = s->requested = media;
  s->remote = *remote;
  err = msnav_session_apply(s, calling ? MSNAV_EV_DIAL : MSNAV_EV_AWAIT, now);
  *session = s;
  return err;
}

/* ---- messages from peers */

static msnav_error
got_invite(msnav_session_set *set, const session_account *peer,
           const msnav_invite *v, msnav_usec now, msnav_session **out) {
  msnav_session *s =
    msnav_session_find(set, peer, v->cookie, MSNAV_ROLE_INVITEE);
  if (s != NULL) {
    set->counters.repeated++;
    *out = s;
    return MSNAV_OK;
  }
  if (!room(set, peer)) {
    set->counters.over_limit++;
    if (!msnav_session_is_recent(set, peer->name, v->cookie)) {
      msnav_session_remember(set, MSNAV_ROLE_INVITEE, peer->name, v->cookie);
    }
    return MSNAV_ERR_LIMIT;
  }
  msnav_error err =
    msnav_session_make(set, MSNAV_ROLE_INVITEE, peer, v->cookie, now, &s);
  if (err != MSNAV_OK) {
    return err;
  }
  uint32_t asked =
    (v->has & MSNAV_HAS_REQUESTED) != 0 ? v->requested : (uint32_t)MSNAV_AUDIO;
  s->requested = asked;
  s->media = asked & set->config.capabilities;
  s->peer_conn_type = v->conn_type;
  set->counters.invites_in++;
  *out = s;
  if (s->media == 0) {
    return msnav_session_apply(s, MSNAV_EV_GOT_FOREIGN, now);
  }
  flag_crossing(s);
  return msnav_session_apply(s, MSNAV_EV_GOT_INVITE, now);
}

/* A message that its state has no use for is counted and ignored. */
static void apply(msnav_session *s, msnav_event event, msnav_usec now) {
  if (msnav_session_apply(s, event, now) != MSNAV_OK) {
    s->set->counters.out_of_state++;
  }
}

/* The invitee's answer: what it takes of what we asked for.  A list that is
 * missing (the paper's damaged print) or empty takes sound, which is what those
 * clients know; of a call without sound it takes all. */
static uint32_t accepted_media(const msnav_session *s, const msnav_invite *v) {
  if (s->role != MSNAV_ROLE_INVITER) {
    return s->media; /* settled by our own ACCEPT */
  }
  if ((v->has & MSNAV_HAS_REQUESTED) != 0 && v->requested != 0) {
    return s->requested & v->requested;
  }
  uint32_t sound = s->requested & MSNAV_AUDIO;
  return sound != 0 ? sound : s->requested;
}

static void
got_accept(msnav_session *s, const msnav_invite *v, msnav_usec now) {
  /* The inviter answers our ACCEPT: before that went out it cannot have. */
  bool early = s->role == MSNAV_ROLE_INVITEE && !s->listening;
  if (early || !msnav_session_table[s->state][MSNAV_EV_GOT_ACCEPT].allowed) {
    s->set->counters.out_of_state++;
    return;
  }
  uint32_t media = accepted_media(s, v);
  if (media == 0) {
    apply(s, MSNAV_EV_GOT_FOREIGN, now);
    return;
  }
  msnav_addr remote = {0, 0};
  bool conflict = false;
  if (msnav_invite_address(v, &remote, &conflict) != MSNAV_OK ||
      !msnav_session_usable(s->set, &remote)) {
    s->set->counters.bad_address++;
    apply(s, MSNAV_EV_GOT_BAD_ACCEPT, now);
    return;
  }
  s->media = media;
  s->remote = remote;
  s->conflict = conflict;
  s->peer_conn_type = v->conn_type;
  apply(s, MSNAV_EV_GOT_ACCEPT, now);
  if (s->role == MSNAV_ROLE_INVITER) {
    msnav_session_cross(s, now);
  }
}

static void
got_cancel(msnav_session *s, const msnav_invite *v, msnav_usec now) {
  s->cancel_code = v->cancel_code;
  s->cancel_len = (uint8_t)(v->cancel_text.len < sizeof(s->cancel_text)
                              ? v->cancel_text.len
                              : sizeof(s->cancel_text));
  if (s->cancel_len > 0) {
    memcpy(s->cancel_text, v->cancel_text.ptr, s->cancel_len);
  }
  apply(s, MSNAV_EV_GOT_CANCEL, now);
}

/* Nobody can answer an INVITE that was not fetched: the cookie is a guess. */
static bool unsent(const msnav_session *s) {
  return (s->actions & ACT(SEND)) != 0 && s->message == MESSAGE_INVITE;
}

/* An answer belongs to the conversation that we began; with none of that
 * cookie, to the one that the peer began.  What never had to do with us may be
 * an answer to the host, about a file for instance. */
static msnav_error
got_answer(msnav_session_set *set, const session_account *peer,
           const msnav_invite *v, msnav_usec now, msnav_session **out) {
  msnav_session *s =
    msnav_session_find(set, peer, v->cookie, MSNAV_ROLE_INVITER);
  if (s == NULL || unsent(s)) {
    s = msnav_session_find(set, peer, v->cookie, MSNAV_ROLE_INVITEE);
  }
  if (s == NULL) {
    bool known = msnav_session_began(set, v->cookie) != NULL ||
                 msnav_session_is_recent(set, peer->name, v->cookie);
    set->counters.unknown++;
    return known ? MSNAV_OK : MSNAV_ERR_NOT_OURS;
  }
  *out = s;
  if (v->command == MSNAV_INVITE_ACCEPT) {
    got_accept(s, v, now);
  } else {
    got_cancel(s, v, now);
  }
  return MSNAV_OK;
}

msnav_error msnav_session_received(msnav_session_set *set, msnav_str peer,
                                   msnav_error read, const msnav_invite *v,
                                   msnav_usec now, msnav_session **session) {
  *session = NULL;
  if (!peer_ok(peer)) {
    return MSNAV_ERR_INVALID;
  }
  if (read == MSNAV_OK && !msnav_invite_is_ours(v)) {
    set->counters.foreign++;
    return MSNAV_ERR_NOT_OURS;
  }
  if (read == MSNAV_OK &&
      (v->command == MSNAV_INVITE_OTHER || (v->has & MSNAV_HAS_COOKIE) == 0 ||
       !msnav_text_is_printable(v->cookie, MSNAV_MAX_COOKIE))) {
    read = MSNAV_ERR_PARSE;
  }
  if (read != MSNAV_OK) {
    set->counters.malformed++;
    return read;
  }
  session_account from = msnav_session_account(set, peer);
  return v->command == MSNAV_INVITE_INVITE
           ? got_invite(set, &from, v, now, session)
           : got_answer(set, &from, v, now, session);
}

msnav_error msnav_session_set_receive(msnav_session_set *set, msnav_str peer,
                                      const char *payload, size_t len,
                                      msnav_usec now, msnav_session **session) {
  msnav_session *found = NULL;
  msnav_error err = MSNAV_ERR_INVALID;
  if (set != NULL && payload != NULL) {
    msnav_invite v = {.size = sizeof(v)};
    err = msnav_invite_read(payload, len, &v);
    err = msnav_session_received(set, peer, err, &v, now, &found);
  }
  if (session != NULL) {
    *session = found;
  }
  return err;
}

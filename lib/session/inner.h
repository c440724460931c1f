/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a set and a conversation are made of. */
#ifndef MSNAV_SESSION_INNER_H
#define MSNAV_SESSION_INNER_H

#include "base/text.h"
#include "session/table.h"

#define MSNAV_MAX_PEER 255  /* bytes of an account */
#define MSNAV_MAX_COOKIE 64 /* bytes of a peer's cookie */
#define MSNAV_GUID_TEXT 38
#define MSNAV_RECENT 64 /* ended keys that are remembered */

/* How a live conversation is found. */
typedef enum session_index {
  BY_PEER = 0,   /* without case; those with a peer */
  BY_COOKIE = 1, /* those that we began: their cookies are all different */
  INDEXES
} session_index;

/* An account and its hash, which is made once for all that is asked of it. */
typedef struct session_account {
  msnav_str name;
  uint64_t hash; /* without case */
} session_account;

struct msnav_session {
  msnav_session_set *set;
  struct {
    msnav_session *next, **link; /* in its bucket; link NULL: in none */
  } in[INDEXES];
  msnav_session *all_next, **all_link;     /* among all of the set */
  msnav_session *dirty_next, **dirty_link; /* those with actions */
  uint8_t state, role, reason, message;
  bool crossing, conflict, listening;
  bool told; /* the peer's CANCEL came: it knows of the end */
  uint16_t actions;
  uint32_t media, requested, peer_conn_type;
  msnav_addr local, remote;
  msnav_usec deadline, created, connected;
  void *user;
  char session_id[MSNAV_GUID_TEXT];
  char cancel_text[32];
  uint8_t cancel_len, cookie_len, peer_len;
  uint32_t cancel_code;
  uint64_t peer_hash;
  char cookie[MSNAV_MAX_COOKIE];
  char peer[]; /* as the application gave it */
};

struct msnav_session_set {
  msnav_session_config config;
  char app_name[256];
  msnav_usec timers[TIMERS];
  uint64_t secret[2];      /* of the hashes */
  msnav_session **buckets; /* of each index, one after the other */
  size_t bucket_count;     /* of one index; 0 or a power of 2 */
  size_t live;
  msnav_session *all;
  msnav_session *dirty, **dirty_tail;
  uint64_t recent[MSNAV_RECENT]; /* hashes of keys */
  size_t recent_at;
  msnav_session_counters counters;
  char payload[MSNAV_INVITE_MAX];
};

/* ---- machine.c: one conversation */
/* Apply a row of the table; MSNAV_ERR_STATE when there is none. */
msnav_error
msnav_session_apply(msnav_session *s, msnav_event event, msnav_usec now);

/* Give up the calls with this peer that crossed it. */
void msnav_session_cross(msnav_session *accepted, msnav_usec now);

/* ---- message.c */
msnav_error msnav_session_compose(msnav_session *s, msnav_str *payload);

/* ---- hash.c: of the peer without case, a NUL and the cookie */
uint64_t
msnav_session_hash(const uint64_t secret[2], msnav_str peer, msnav_str cookie);

/* ---- store.c: which conversations there are */
session_account
msnav_session_account(const msnav_session_set *set, msnav_str name);
msnav_error msnav_session_make(msnav_session_set *set, msnav_role role,
                               const session_account *peer, msnav_str cookie,
                               msnav_usec now, msnav_session **out);
/* Live conversations with a peer, one after the other; NULL to begin. */
msnav_session *msnav_session_with_peer(const msnav_session_set *set,
                                       const session_account *peer,
                                       const msnav_session *after);
msnav_session *
msnav_session_find(const msnav_session_set *set, const session_account *peer,
                   msnav_str cookie, msnav_role role);
/* The live conversation that we began with this cookie, whoever the peer. */
msnav_session *msnav_session_began(msnav_session_set *set, msnav_str cookie);
/* Remember a key that is no longer live; ours (role inviter) for every peer,
 * because a server relays an INVITE to all in the room. */
void msnav_session_remember(msnav_session_set *set, msnav_role role,
                            msnav_str peer, msnav_str cookie);
bool msnav_session_is_recent(const msnav_session_set *set, msnav_str peer,
                             msnav_str cookie);
/* It ended: its key is remembered, and free for a new conversation. */
void msnav_session_retire(msnav_session *s);
/* Whether a peer may be there: a port, no 0/8, multicast or broadcast, and
 * loopback only when it is allowed. */
bool msnav_session_usable(const msnav_session_set *set, const msnav_addr *a);
void msnav_session_mark(msnav_session *s, uint32_t actions);

session_account msnav_session_peer(const msnav_session *s);
msnav_str msnav_session_cookie(const msnav_session *s);

#endif

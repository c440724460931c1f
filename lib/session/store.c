/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which conversations there are. */
#include "base/hosts.h"
#include "session/inner.h"
#include <stdlib.h>
#include <string.h>

#define FEWEST_BUCKETS 64

static const msnav_str nothing = {"", 0};

session_account
msnav_session_account(const msnav_session_set *set, msnav_str name) {
  return (session_account){name,
                           msnav_session_hash(set->secret, name, nothing)};
}

session_account msnav_session_peer(const msnav_session *s) {
  return (session_account){{s->peer, s->peer_len}, s->peer_hash};
}

msnav_str msnav_session_cookie(const msnav_session *s) {
  return (msnav_str){s->cookie, s->cookie_len};
}

static msnav_session **
bucket(const msnav_session_set *set, session_index index, uint64_t hash) {
  return &set->buckets[index * set->bucket_count +
                       (hash & (set->bucket_count - 1))];
}

static msnav_session **
bucket_of_cookie(const msnav_session_set *set, msnav_str cookie) {
  return bucket(set, BY_COOKIE,
                msnav_session_hash(set->secret, nothing, cookie));
}

static void
link_in(msnav_session *s, session_index index, msnav_session **head) {
  s->in[index].next = *head;
  s->in[index].link = head;
  if (*head != NULL) {
    (*head)->in[index].link = &s->in[index].next;
  }
  *head = s;
}

static void link_out(msnav_session *s, session_index index) {
  msnav_session *next = s->in[index].next;
  if (s->in[index].link == NULL) {
    return;
  }
  *s->in[index].link = next;
  if (next != NULL) {
    next->in[index].link = s->in[index].link;
  }
  s->in[index].link = NULL;
}

/* Direct calls have no key: no message belongs to them. */
static void insert(msnav_session *s) {
  if (s->role == MSNAV_ROLE_INVITER) {
    link_in(s, BY_COOKIE, bucket_of_cookie(s->set, msnav_session_cookie(s)));
  }
  if (s->role == MSNAV_ROLE_INVITER || s->role == MSNAV_ROLE_INVITEE) {
    link_in(s, BY_PEER, bucket(s->set, BY_PEER, s->peer_hash));
  }
}

/* Twice the buckets when there is more than one conversation for each; a
 * table that cannot grow still works. */
static bool grow(msnav_session_set *set) {
  if (set->bucket_count > 0 && set->live < set->bucket_count) {
    return true;
  }
  size_t count = set->bucket_count > 0 ? 2 * set->bucket_count : FEWEST_BUCKETS;
  msnav_session **more = calloc(INDEXES * count, sizeof(msnav_session *));
  if (more == NULL) {
    return set->bucket_count > 0;
  }
  free(set->buckets);
  set->buckets = more;
  set->bucket_count = count;
  for (msnav_session *s = set->all; s != NULL; s = s->all_next) {
    if (s->in[BY_PEER].link != NULL) {
      insert(s);
    }
  }
  return true;
}

/* {8-4-4-4-12} of random bytes, version 4 (RFC 4122 section 4.4) as the
 * paper's. */
static void make_guid(msnav_session_set *set, char text[MSNAV_GUID_TEXT]) {
  uint8_t bytes[16];
  size_t at = 0;
  set->config.random(set->config.random_arg, bytes, sizeof(bytes));
  bytes[6] = (uint8_t)(0x40 | (bytes[6] & 0x0f));
  bytes[8] = (uint8_t)(0x80 | (bytes[8] & 0x3f));
  text[at++] = '{';
  for (size_t i = 0; i < sizeof(bytes); i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      text[at++] = '-';
    }
    text[at++] = "0123456789ABCDEF"[bytes[i] >> 4];
    text[at++] = "0123456789ABCDEF"[bytes[i] & 15];
  }
  text[at] = '}';
}

msnav_error msnav_session_make(msnav_session_set *set, msnav_role role,
                               const session_account *peer, msnav_str cookie,
                               msnav_usec now, msnav_session **out) {
  if (!grow(set)) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_session *s = malloc(sizeof(*s) + peer->name.len);
  if (s == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  *s = (msnav_session){.set = set,
                       .role = (uint8_t)role,
                       .deadline = MSNAV_NEVER,
                       .created = now,
                       .peer_len = (uint8_t)peer->name.len,
                       .peer_hash = peer->hash,
                       .cookie_len = (uint8_t)cookie.len};
  memcpy(s->peer, peer->name.ptr, peer->name.len);
  if (cookie.len > 0) {
    memcpy(s->cookie, cookie.ptr, cookie.len);
  }
  make_guid(set, s->session_id);
  s->all_next = set->all;
  s->all_link = &set->all;
  if (s->all_next != NULL) {
    s->all_next->all_link = &s->all_next;
  }
  set->all = s;
  set->live++;
  insert(s);
  *out = s;
  return MSNAV_OK;
}

static bool is_with(const msnav_session *s, const session_account *peer) {
  return s->peer_hash == peer->hash &&
         msnav_text_equal_nocase(msnav_session_peer(s).name, peer->name);
}

msnav_session *msnav_session_with_peer(const msnav_session_set *set,
                                       const session_account *peer,
                                       const msnav_session *after) {
  msnav_session *s = NULL;
  if (after != NULL) {
    s = after->in[BY_PEER].next;
  } else if (set->bucket_count > 0) {
    s = *bucket(set, BY_PEER, peer->hash);
  }
  while (s != NULL && !is_with(s, peer)) {
    s = s->in[BY_PEER].next;
  }
  return s;
}

msnav_session *
msnav_session_find(const msnav_session_set *set, const session_account *peer,
                   msnav_str cookie, msnav_role role) {
  msnav_session *s = msnav_session_with_peer(set, peer, NULL);
  while (s != NULL && (s->role != role ||
                       !msnav_text_equal(msnav_session_cookie(s), cookie))) {
    s = msnav_session_with_peer(set, peer, s);
  }
  return s;
}

msnav_session *msnav_session_began(msnav_session_set *set, msnav_str cookie) {
  msnav_session *s =
    set->bucket_count > 0 ? *bucket_of_cookie(set, cookie) : NULL;
  while (s != NULL && !msnav_text_equal(msnav_session_cookie(s), cookie)) {
    s = s->in[BY_COOKIE].next;
  }
  return s;
}

void msnav_session_remember(msnav_session_set *set, msnav_role role,
                            msnav_str peer, msnav_str cookie) {
  set->recent[set->recent_at++ % MSNAV_RECENT] =
    msnav_session_hash(set->secret, role == MSNAV_ROLE_INVITER ? nothing : peer,
                       cookie);
}

bool msnav_session_is_recent(const msnav_session_set *set, msnav_str peer,
                             msnav_str cookie) {
  uint64_t theirs = msnav_session_hash(set->secret, peer, cookie);
  uint64_t ours = msnav_session_hash(set->secret, nothing, cookie);
  for (size_t i = 0; i < MSNAV_RECENT; i++) {
    if (set->recent[i] == theirs || set->recent[i] == ours) {
      return true;
    }
  }
  return false;
}

void msnav_session_retire(msnav_session *s) {
  s->set->live--;
  if (s->in[BY_PEER].link == NULL) {
    return; /* direct: it has no key */
  }
  link_out(s, BY_PEER);
  link_out(s, BY_COOKIE);
  msnav_session_remember(s->set, (msnav_role)s->role,
                         msnav_session_peer(s).name, msnav_session_cookie(s));
}

bool msnav_session_usable(const msnav_session_set *set, const msnav_addr *a) {
  return a->port != 0 && msnav_ip_is_host(a->ip) &&
         (!msnav_ip_is_loopback(a->ip) || set->config.allow_loopback != 0);
}

void msnav_session_mark(msnav_session *s, uint32_t actions) {
  msnav_session_set *set = s->set;
  s->actions |= (uint16_t)actions;
  if (s->actions != 0 && s->dirty_link == NULL) {
    s->dirty_link = set->dirty_tail;
    s->dirty_next = NULL;
    *set->dirty_tail = s;
    set->dirty_tail = &s->dirty_next;
  }
}

static void unmark(msnav_session *s) {
  if (s->dirty_link == NULL) {
    return;
  }
  *s->dirty_link = s->dirty_next;
  if (s->dirty_next != NULL) {
    s->dirty_next->dirty_link = s->dirty_link;
  } else {
    s->set->dirty_tail = s->dirty_link;
  }
  s->dirty_link = NULL;
}

msnav_error
msnav_session_next_action(msnav_session_set *set, msnav_action *action) {
  if (set == NULL || action == NULL) {
    return MSNAV_ERR_INVALID;
  }
  while (set->dirty != NULL) {
    msnav_session *s = set->dirty;
    uint32_t kind = 0;
    while (kind < 16 && (s->actions & (1u << kind)) == 0) {
      kind++;
    }
    if (kind == 16) {
      unmark(s);
      continue;
    }
    if (kind == MSNAV_ACTION_SEND && (s->actions & ACT(STATE)) != 0 &&
        s->state != MSNAV_STATE_ENDED) {
      kind = MSNAV_ACTION_STATE; /* sending may bring the answer at once */
    }
    s->actions &= (uint16_t) ~(1u << kind);
    msnav_action next = {s, kind, s->state, {NULL, 0}};
    if (kind == MSNAV_ACTION_SEND &&
        msnav_session_compose(s, &next.payload) != MSNAV_OK) {
      continue; /* nothing of ours is too long: cannot be */
    }
    if (s->actions == 0) {
      unmark(s);
    }
    *action = next;
    return MSNAV_OK;
  }
  return MSNAV_ERR_END;
}

void msnav_session_free(msnav_session *s) {
  if (s == NULL) {
    return;
  }
  if (s->state != MSNAV_STATE_ENDED) {
    msnav_session_retire(s);
  }
  unmark(s);
  *s->all_link = s->all_next;
  if (s->all_next != NULL) {
    s->all_next->all_link = s->all_link;
  }
  free(s);
}

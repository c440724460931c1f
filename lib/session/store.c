/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which conversations there are: found by peer, then by cookie. */
#include "session/inner.h"
#include <stdlib.h>
#include <string.h>

#define FEWEST_BUCKETS 64

static uint64_t hash(uint64_t h, msnav_str text, bool fold) {
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    c = fold && c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
    h = (h ^ c) * 1099511628211u;
  }
  return h;
}

static uint64_t hash_peer(msnav_str peer) {
  return hash(14695981039346656037u, peer, true);
}

msnav_str msnav_session_peer(const msnav_session *s) {
  return (msnav_str){s->peer, s->peer_len};
}

msnav_str msnav_session_cookie(const msnav_session *s) {
  return (msnav_str){s->cookie, s->cookie_len};
}

static void insert(msnav_session_set *set, msnav_session *s) {
  msnav_session **bucket =
    &set->buckets[hash_peer(msnav_session_peer(s)) % set->bucket_count];
  s->next = *bucket;
  s->link = bucket;
  if (s->next != NULL) {
    s->next->link = &s->next;
  }
  *bucket = s;
}

/* Twice the buckets when there is more than one conversation for each; a
 * table that cannot grow still works. */
static bool grow(msnav_session_set *set) {
  if (set->bucket_count > 0 && set->live < set->bucket_count) {
    return true;
  }
  size_t count = set->bucket_count > 0 ? 2 * set->bucket_count : FEWEST_BUCKETS;
  msnav_session **more = calloc(count, sizeof(msnav_session *));
  if (more == NULL) {
    return set->bucket_count > 0;
  }
  free(set->buckets);
  set->buckets = more;
  set->bucket_count = count;
  for (msnav_session *s = set->all; s != NULL; s = s->all_next) {
    if (s->link != NULL) {
      insert(set, s);
    }
  }
  return true;
}

/* {8-4-4-4-12} of sixteen random bytes. */
static void make_guid(msnav_session_set *set, char text[MSNAV_GUID_TEXT]) {
  uint8_t bytes[16];
  size_t at = 0;
  set->config.random(set->config.random_arg, bytes, sizeof(bytes));
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

msnav_error
msnav_session_make(msnav_session_set *set, msnav_role role, msnav_str peer,
                   msnav_str cookie, msnav_usec now, msnav_session **out) {
  if (!grow(set)) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_session *s = calloc(1, sizeof(*s) + peer.len);
  if (s == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  s->set = set;
  s->role = (uint8_t)role;
  s->deadline = MSNAV_NEVER;
  s->created = now;
  s->peer_len = (uint8_t)peer.len;
  memcpy(s->peer, peer.ptr, peer.len);
  s->cookie_len = (uint8_t)cookie.len;
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
  if (role == MSNAV_ROLE_INVITER || role == MSNAV_ROLE_INVITEE) {
    insert(set, s);
  }
  *out = s;
  return MSNAV_OK;
}

msnav_session *msnav_session_with_peer(msnav_session_set *set, msnav_str peer,
                                       msnav_session *after) {
  msnav_session *s = NULL;
  if (after != NULL) {
    s = after->next;
  } else if (set->bucket_count > 0) {
    s = set->buckets[hash_peer(peer) % set->bucket_count];
  }
  while (s != NULL && !msnav_text_equal_nocase(msnav_session_peer(s), peer)) {
    s = s->next;
  }
  return s;
}

msnav_session *msnav_session_find(msnav_session_set *set, msnav_str peer,
                                  msnav_str cookie, msnav_role role) {
  msnav_session *s = msnav_session_with_peer(set, peer, NULL);
  while (s != NULL && (s->role != role ||
                       !msnav_text_equal(msnav_session_cookie(s), cookie))) {
    s = msnav_session_with_peer(set, peer, s);
  }
  return s;
}

static uint64_t key(msnav_str peer, msnav_str cookie) {
  return hash(hash_peer(peer), cookie, false);
}

void msnav_session_retire(msnav_session *s) {
  msnav_session_set *set = s->set;
  set->live--;
  if (s->link == NULL) {
    return; /* direct: it has no key */
  }
  *s->link = s->next;
  if (s->next != NULL) {
    s->next->link = s->link;
  }
  s->link = NULL;
  set->recent[set->recent_at++ % MSNAV_RECENT] =
    key(msnav_session_peer(s), msnav_session_cookie(s));
}

bool msnav_session_is_recent(const msnav_session_set *set, msnav_str peer,
                             msnav_str cookie) {
  uint64_t wanted = key(peer, cookie);
  for (size_t i = 0; i < MSNAV_RECENT; i++) {
    if (set->recent[i] == wanted) {
      return true;
    }
  }
  return false;
}

bool msnav_session_usable(const msnav_session_set *set, const msnav_addr *a) {
  uint32_t net = a->ip >> 24;
  return a->port != 0 && net != 0 && net < 224 &&
         (net != 127 || set->config.allow_loopback != 0);
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

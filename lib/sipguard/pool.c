/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/state.h"
#include <string.h>

#define SLOTS ((MSNAV_GUARD_ALL + 1) * MSNAV_GUARD_TEXTS)

static size_t owner_of(const msnav_guard *g, const msnav_guard_transaction *t) {
  return t == NULL ? MSNAV_GUARD_ALL : (size_t)(t - g->transaction);
}

/* Every place that can refer to the pool, one after the other. */
static msnav_guard_text *slot_at(msnav_guard *g, size_t i) {
  return &g->text[i / MSNAV_GUARD_TEXTS][i % MSNAV_GUARD_TEXTS];
}

msnav_str
msnav_guard_text_get(const msnav_guard *g, const msnav_guard_transaction *t,
                     msnav_guard_text_name name) {
  msnav_guard_text text = g->text[owner_of(g, t)][name];
  return (msnav_str){text.len > 0 ? g->pool + text.at : NULL, text.len};
}

void msnav_guard_text_share(msnav_guard *g, const msnav_guard_transaction *from,
                            const msnav_guard_transaction *to,
                            msnav_guard_text_name name) {
  g->text[owner_of(g, to)][name] = g->text[owner_of(g, from)][name];
}

void msnav_guard_text_clear(msnav_guard *g, const msnav_guard_transaction *t) {
  memset(g->text[owner_of(g, t)], 0, sizeof(g->text[0]));
}

/* Somebody who keeps the same text already: the dialog, or a transaction that
 * is in use. */
static const msnav_guard_text *find_same(const msnav_guard *g, msnav_str text) {
  for (size_t owner = 0; owner <= MSNAV_GUARD_ALL; owner++) {
    if (owner < MSNAV_GUARD_ALL && g->transaction[owner].serial == 0) {
      continue;
    }
    const msnav_guard_text *slot = g->text[owner];
    for (size_t i = 0; i < MSNAV_GUARD_TEXTS; i++, slot++) {
      if (slot->len == text.len &&
          memcmp(g->pool + slot->at, text.ptr, text.len) == 0) {
        return slot;
      }
    }
  }
  return NULL;
}

/* The first text at or behind from that somebody refers to. */
static const msnav_guard_text *find_next(msnav_guard *g, size_t from) {
  const msnav_guard_text *best = NULL;
  for (size_t i = 0; i < SLOTS; i++) {
    const msnav_guard_text *slot = slot_at(g, i);
    if (slot->len > 0 && slot->at >= from &&
        (best == NULL || slot->at < best->at)) {
      best = slot;
    }
  }
  return best;
}

/* Close the gaps that texts left which nobody refers to any more.  Texts
 * never overlap, so those that start together are the same. */
static void compact(msnav_guard *g) {
  size_t from = 0;
  size_t to = 0;
  const msnav_guard_text *next = NULL;
  while ((next = find_next(g, from)) != NULL) {
    msnav_guard_text was = *next;
    memmove(g->pool + to, g->pool + was.at, was.len);
    for (size_t i = 0; i < SLOTS; i++) {
      msnav_guard_text *slot = slot_at(g, i);
      if (slot->len > 0 && slot->at == was.at) {
        slot->at = (uint16_t)to;
      }
    }
    from = (size_t)was.at + was.len;
    to += was.len;
  }
  memset(g->pool + to, 0, g->pool_used - to);
  g->pool_used = (uint32_t)to;
}

bool msnav_guard_text_keep(msnav_guard *g, const msnav_guard_transaction *t,
                           msnav_guard_text_name name, msnav_str text) {
  msnav_guard_text *slot = &g->text[owner_of(g, t)][name];
  *slot = (msnav_guard_text){0, 0};
  if (text.len == 0) {
    return true;
  }
  const msnav_guard_text *same = find_same(g, text);
  if (same != NULL) {
    *slot = *same;
    return true;
  }
  size_t room = MSNAV_GUARD_POOL;
  if (t == NULL || msnav_guard_side_of(g, t) == MSNAV_GUARD_PEER) {
    room -= MSNAV_GUARD_POOL_OWN;
  }
  bool compacted = false;
  while (text.len > room || g->pool_used > room - text.len) {
    if (compacted && !msnav_guard_transaction_forget(g)) {
      return false;
    }
    compact(g);
    compacted = true;
  }
  memcpy(g->pool + g->pool_used, text.ptr, text.len);
  *slot = (msnav_guard_text){(uint16_t)g->pool_used, (uint16_t)text.len};
  g->pool_used += (uint32_t)text.len;
  return true;
}

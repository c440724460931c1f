/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/state.h"

msnav_guard_side
msnav_guard_side_of(const msnav_guard *g, const msnav_guard_transaction *t) {
  return t - g->transaction < MSNAV_GUARD_TRANSACTIONS ? MSNAV_GUARD_PEER
                                                       : MSNAV_GUARD_OWN;
}

bool msnav_guard_is_ours(const msnav_guard *g, const msnav_guard_message *m) {
  return g->dialog.used &&
         msnav_text_equal(msnav_guard_text_get(g, NULL, MSNAV_GUARD_T_CALL_ID),
                          m->call_id);
}

static msnav_guard_transaction *
first_of(msnav_guard *g, msnav_guard_side side) {
  return &g->transaction[side == MSNAV_GUARD_PEER ? 0
                                                  : MSNAV_GUARD_TRANSACTIONS];
}

msnav_guard_transaction *
msnav_guard_transaction_find(msnav_guard *g, msnav_guard_side side,
                             const msnav_guard_message *m,
                             msnav_guard_method method, bool inner) {
  msnav_guard_transaction *t = first_of(g, side);
  for (size_t i = 0; i < MSNAV_GUARD_TRANSACTIONS; i++, t++) {
    if (t->serial != 0 && t->method == method &&
        (inner ? t->inner_cseq : t->cseq) == m->cseq &&
        msnav_text_equal(msnav_guard_text_get(g, t, MSNAV_GUARD_T_CALL_ID),
                         m->call_id)) {
      return t;
    }
  }
  return NULL;
}

static bool is_settled(const msnav_guard_transaction *t) {
  return t->serial == 0 ||
         (t->status >= 200 && (t->method != MSNAV_GUARD_INVITE || t->acked));
}

bool msnav_guard_is_settled(const msnav_guard *g) {
  bool settled = !g->unsettled;
  for (size_t i = 0; i < MSNAV_GUARD_ALL; i++) {
    settled = settled && is_settled(&g->transaction[i]);
  }
  return settled;
}

/* Nothing more is to come but repetitions.  An INVITE whose ACK got lost is
 * done when its sender has gone on to the next one: only the last one of a
 * side is waited for. */
static bool is_done(msnav_guard *g, const msnav_guard_transaction *t) {
  if (t->serial == 0 || t->status < 200) {
    return false;
  }
  if (is_settled(t)) {
    return true;
  }
  const msnav_guard_transaction *other = first_of(g, msnav_guard_side_of(g, t));
  for (size_t i = 0; i < MSNAV_GUARD_TRANSACTIONS; i++, other++) {
    if (other->method == MSNAV_GUARD_INVITE && other->serial > t->serial) {
      return true;
    }
  }
  return false;
}

static msnav_guard_transaction *
oldest_done(msnav_guard *g, msnav_guard_side side) {
  msnav_guard_transaction *t = first_of(g, side);
  msnav_guard_transaction *oldest = NULL;
  for (size_t i = 0; i < MSNAV_GUARD_TRANSACTIONS; i++, t++) {
    if (is_done(g, t) && (oldest == NULL || t->serial < oldest->serial)) {
      oldest = t;
    }
  }
  return oldest;
}

bool msnav_guard_transaction_forget(msnav_guard *g) {
  msnav_guard_transaction *t = oldest_done(g, MSNAV_GUARD_PEER);
  msnav_guard_transaction *own = oldest_done(g, MSNAV_GUARD_OWN);
  if (t == NULL || (own != NULL && own->serial < t->serial)) {
    t = own;
  }
  if (t == NULL) {
    return false;
  }
  g->unsettled |= !is_settled(t);
  *t = (msnav_guard_transaction){.serial = 0};
  msnav_guard_text_clear(g, t);
  return true;
}

/* A place for one more: an unused one, else that of the oldest which is done.
 * Sofia's requests may also push out its oldest one, which nobody answered. */
static msnav_guard_transaction *
find_place(msnav_guard *g, msnav_guard_side side) {
  msnav_guard_transaction *t = first_of(g, side);
  msnav_guard_transaction *oldest = t;
  for (size_t i = 0; i < MSNAV_GUARD_TRANSACTIONS; i++, t++) {
    oldest = t->serial < oldest->serial ? t : oldest;
  }
  if (oldest->serial == 0) {
    return oldest;
  }
  msnav_guard_transaction *done = oldest_done(g, side);
  return done != NULL || side == MSNAV_GUARD_PEER ? done : oldest;
}

/* All Via lines as one text, a line each; the reader saw to it that they
 * fit.  One is a text already. */
static msnav_str
join_vias(const msnav_guard_lines *via, char buf[MSNAV_GUARD_MAX_VIA_ALL]) {
  if (via->count == 1) {
    return via->line[0];
  }
  msnav_out out;
  msnav_out_init(&out, buf, MSNAV_GUARD_MAX_VIA_ALL);
  for (size_t i = 0; i < via->count; i++) {
    if (i > 0) {
      msnav_out_char(&out, '\n');
    }
    msnav_out_str(&out, via->line[i]);
  }
  return (msnav_str){buf, out.len};
}

msnav_guard_transaction *
msnav_guard_transaction_begin(msnav_guard *g, msnav_guard_side side,
                              const msnav_guard_message *m) {
  char buf[MSNAV_GUARD_MAX_VIA_ALL];
  msnav_str via = join_vias(&m->via, buf);
  msnav_guard_transaction *t = find_place(g, side);
  if (t == NULL) {
    return NULL;
  }
  g->unsettled |= !is_settled(t);
  *t = (msnav_guard_transaction){
    .serial = ++g->serial,
    .cseq = m->cseq,
    .inner_cseq = m->cseq,
    .method = (uint8_t)m->method,
    .tagged = m->to.tag.len > 0,
  };
  msnav_guard_text_clear(g, t);
  bool kept = msnav_guard_text_keep(g, t, MSNAV_GUARD_T_CALL_ID, m->call_id) &&
              msnav_guard_text_keep(g, t, MSNAV_GUARD_T_VIA, via) &&
              msnav_guard_text_keep(g, t, MSNAV_GUARD_T_FROM, m->from.value) &&
              msnav_guard_text_keep(g, t, MSNAV_GUARD_T_TO, m->to.value);
  return kept ? t : NULL;
}

msnav_guard_order msnav_guard_order_of(const msnav_guard_message *m,
                                       msnav_str sender, msnav_str receiver) {
  if (msnav_text_equal_nocase(m->from.tag, sender) &&
      msnav_text_equal_nocase(m->to.tag, receiver)) {
    return MSNAV_GUARD_STRAIGHT;
  }
  if (msnav_text_equal_nocase(m->from.tag, receiver) &&
      msnav_text_equal_nocase(m->to.tag, sender)) {
    return MSNAV_GUARD_SWAPPED;
  }
  return MSNAV_GUARD_FOREIGN;
}

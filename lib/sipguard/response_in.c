/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer's responses to what Sofia sent. */
#include "sipguard/route.h"
#include "sipguard/write.h"

/* Until a final response, the To tag of a request without one is open: each
 * provisional response may come from another branch of a fork.  After it, it
 * is fixed, so the 200 of a second branch is refused. */
static bool tags_fit(const msnav_guard *g, const msnav_guard_transaction *t,
                     const msnav_guard_message *m) {
  msnav_str own = msnav_guard_text_get(g, t, MSNAV_GUARD_T_OWN_TAG);
  msnav_str peer = msnav_guard_text_get(g, t, MSNAV_GUARD_T_PEER_TAG);
  if (peer.len > 0) {
    msnav_guard_order order = msnav_guard_order_of(m, own, peer);
    return order == MSNAV_GUARD_STRAIGHT ||
           (order == MSNAV_GUARD_SWAPPED && t->swapped);
  }
  bool accepts =
    m->method == MSNAV_GUARD_INVITE && m->status >= 200 && m->status <= 299;
  return msnav_text_equal_nocase(m->from.tag, own) &&
         !msnav_text_equal_nocase(m->to.tag, own) &&
         !(accepts && m->to.tag.len == 0);
}

/* The peer took our call or our re-INVITE (RFC 3261 section 12.1.2). */
static msnav_guard_verdict
accept_dialog(msnav_guard *g, const msnav_guard_transaction *t,
              const msnav_guard_message *m) {
  msnav_str contact = msnav_guard_route_contact(m);
  if (contact.len > 0 &&
      !msnav_guard_text_keep(g, NULL, MSNAV_GUARD_T_CONTACT, contact)) {
    return MSNAV_GUARD_FULL;
  }
  if (t->tagged) {
    return MSNAV_GUARD_PASS;
  }
  char buf[MSNAV_GUARD_ROUTES_TEXT];
  msnav_str routes;
  if (!msnav_guard_route_read(&m->record_route, true, buf, &routes)) {
    return MSNAV_GUARD_ADDRESS;
  }
  msnav_guard_text_share(g, t, NULL, MSNAV_GUARD_T_PEER_TAG);
  g->dialog.confirmed = true;
  return msnav_guard_text_keep(g, NULL, MSNAV_GUARD_T_ROUTES, routes)
           ? MSNAV_GUARD_PASS
           : MSNAV_GUARD_FULL;
}

/* The first final response. */
static msnav_guard_verdict
settle(msnav_guard *g, const msnav_guard_transaction *t,
       const msnav_guard_message *m) {
  if (!t->tagged &&
      !msnav_guard_text_keep(g, t, MSNAV_GUARD_T_PEER_TAG, m->to.tag)) {
    return MSNAV_GUARD_FULL;
  }
  if (m->method != MSNAV_GUARD_INVITE || !msnav_guard_is_ours(g, m)) {
    return MSNAV_GUARD_PASS;
  }
  if (m->status <= 299) {
    return accept_dialog(g, t, m);
  }
  g->dialog.ended |= !t->tagged;
  return MSNAV_GUARD_PASS;
}

/* As if it answered what Sofia wrote.  The tag that RTC puts into its 100 is
 * left out: it means nothing yet. */
static void
write_response(const msnav_guard *g, const msnav_guard_transaction *t,
               const msnav_guard_message *m, msnav_out *out) {
  msnav_str tag = {NULL, 0};
  if (!t->tagged && m->status > 100) {
    tag = m->to.tag;
  }
  msnav_guard_write_status(out, m);
  msnav_guard_write_lines(out, "Via",
                          msnav_guard_text_get(g, t, MSNAV_GUARD_T_VIA));
  msnav_guard_write_header(out, "From",
                           msnav_guard_text_get(g, t, MSNAV_GUARD_T_FROM));
  msnav_guard_write_tagged(out, "To",
                           msnav_guard_text_get(g, t, MSNAV_GUARD_T_TO), tag);
  msnav_guard_write_id(out, m, t->inner_cseq);
  msnav_guard_write_tail(out, m);
}

msnav_guard_verdict
msnav_guard_response_in(msnav_guard *g, const msnav_guard_message *m,
                        msnav_out *out) {
  msnav_guard_transaction *t =
    msnav_guard_transaction_find(g, MSNAV_GUARD_OWN, m, m->method, false);
  if (t == NULL) {
    return MSNAV_GUARD_NO_TRANSACTION;
  }
  if (!tags_fit(g, t, m)) {
    return MSNAV_GUARD_TAG;
  }
  if (t->status >= 200) {
    if (m->status != t->status) {
      return MSNAV_GUARD_ORDER;
    }
    /* Sofia repeats the ACK; of others it would only count a duplicate. */
    if (m->method == MSNAV_GUARD_INVITE) {
      write_response(g, t, m, out);
    }
    return MSNAV_GUARD_PASS;
  }
  msnav_guard_verdict verdict =
    m->status >= 200 ? settle(g, t, m) : MSNAV_GUARD_PASS;
  t->status = (uint16_t)m->status;
  write_response(g, t, m, out);
  return verdict;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests of the peer. */
#include "sipguard/route.h"
#include "sipguard/write.h"

/* Sofia sends all to the guard and takes all from it: what is named to her as
 * addresses means nothing. */
#define NOWHERE "127.0.0.1:9"

static msnav_guard_order
peer_order(const msnav_guard *g, const msnav_guard_transaction *t,
           const msnav_guard_message *m) {
  msnav_str peer = msnav_guard_text_get(g, t, MSNAV_GUARD_T_PEER_TAG);
  msnav_str own = msnav_guard_text_get(g, t, MSNAV_GUARD_T_OWN_TAG);
  return msnav_guard_order_of(m, peer, own);
}

/* To has no tag because the request, or the INVITE it cancels, had none. */
static bool is_untagged(const msnav_guard *g, const msnav_guard_transaction *t,
                        const msnav_guard_message *m) {
  return m->to.tag.len == 0 &&
         msnav_text_equal_nocase(m->from.tag,
                                 msnav_guard_text_get(g, t,
                                                      MSNAV_GUARD_T_PEER_TAG));
}

/* t is the transaction whose branch it gets: its own one, or for ACK and
 * CANCEL that of the INVITE (RFC 3261 sections 9.1 and 17.1.1.3; Sofia finds
 * an ACK to 2xx by it too).  The names only have to be constant.  Nobody
 * asks Sofia for Contact, Max-Forwards or User-Agent. */
static void
write_request(const msnav_guard *g, const msnav_guard_transaction *t,
              const msnav_guard_message *m, msnav_out *out) {
  msnav_str own = {NULL, 0};
  if (t->tagged || m->method == MSNAV_GUARD_ACK) {
    own = msnav_guard_text_get(g, t, MSNAV_GUARD_T_OWN_TAG);
  }
  msnav_out_str(out, msnav_guard_method_name(m->method));
  msnav_out_text(out, " sip:" NOWHERE " SIP/2.0\r\n"
                      "Via: SIP/2.0/UDP " NOWHERE ";branch=z9hG4bKguard");
  msnav_out_u32(out, t->serial);
  msnav_out_text(out, "\r\nFrom: <sip:peer@");
  msnav_guard_write_hostport(out, &g->target);
  msnav_out_text(out, ">;tag=");
  msnav_out_str(out, msnav_guard_text_get(g, t, MSNAV_GUARD_T_PEER_TAG));
  msnav_out_text(out, "\r\nTo: <sip:me@");
  msnav_guard_write_hostport(out, &g->outer_local);
  msnav_out_char(out, '>');
  if (own.len > 0) {
    msnav_out_text(out, ";tag=");
    msnav_out_str(out, own);
  }
  msnav_out_text(out, "\r\n");
  msnav_guard_write_id(out, m, m->cseq);
  /* ACK and CANCEL cannot be refused for it, and who says BYE has gone */
  if (m->method == MSNAV_GUARD_INVITE || m->method == MSNAV_GUARD_OPTIONS) {
    msnav_guard_write_require(out, m);
  }
  msnav_guard_write_tail(out, m);
}

/* Once, and only after a final response; Sofia aborts or answers nonsense
 * otherwise.  Later copies are normal: our 200 was repeated too. */
static msnav_guard_verdict
take_ack(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  msnav_guard_transaction *invite =
    msnav_guard_transaction_find(g, MSNAV_GUARD_PEER, m, MSNAV_GUARD_INVITE,
                                 false);
  if (invite == NULL) {
    return msnav_guard_is_ours(g, m) ? MSNAV_GUARD_ORDER
                                     : MSNAV_GUARD_NO_DIALOG;
  }
  if (invite->status < 200 || (!invite->said && !invite->acked)) {
    return MSNAV_GUARD_ORDER;
  }
  if (peer_order(g, invite, m) == MSNAV_GUARD_FOREIGN) {
    return MSNAV_GUARD_TAG;
  }
  if (!invite->acked) {
    invite->acked = true;
    write_request(g, invite, m, out);
  }
  return MSNAV_GUARD_PASS;
}

/* A bound on what one peer can make Sofia keep; hanging up stays possible. */
static bool may_begin(msnav_guard *g, const msnav_guard_message *m) {
  if (g->requests >= MSNAV_GUARD_MAX_REQUESTS &&
      (m->method != MSNAV_GUARD_BYE || g->dialog.ended)) {
    return false;
  }
  g->requests++;
  return true;
}

/* The To tag may be there already: RFC 2543 clients take it from the 180. */
static msnav_guard_verdict
take_cancel(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  msnav_guard_transaction *invite =
    msnav_guard_transaction_find(g, MSNAV_GUARD_PEER, m, MSNAV_GUARD_INVITE,
                                 false);
  if (invite == NULL) {
    return msnav_guard_is_ours(g, m) ? MSNAV_GUARD_ORDER
                                     : MSNAV_GUARD_NO_DIALOG;
  }
  if (peer_order(g, invite, m) == MSNAV_GUARD_FOREIGN &&
      !is_untagged(g, invite, m)) {
    return MSNAV_GUARD_TAG;
  }
  if (msnav_guard_transaction_find(g, MSNAV_GUARD_PEER, m, MSNAV_GUARD_CANCEL,
                                   false) == NULL) {
    if (invite->status >= 200) {
      return MSNAV_GUARD_ORDER;
    }
    msnav_guard_transaction *t = NULL;
    if (!may_begin(g, m) ||
        (t = msnav_guard_transaction_begin(g, MSNAV_GUARD_PEER, m)) == NULL) {
      return MSNAV_GUARD_FULL;
    }
    msnav_guard_text_share(g, invite, t, MSNAV_GUARD_T_OWN_TAG);
  }
  write_request(g, invite, m, out);
  return MSNAV_GUARD_PASS;
}

/* A repetition.  That of an INVITE which was settled came late. */
static msnav_guard_verdict
take_again(const msnav_guard *g, const msnav_guard_transaction *t,
           const msnav_guard_message *m, msnav_out *out) {
  msnav_guard_order order = peer_order(g, t, m);
  bool same = t->tagged ? order == (t->swapped ? MSNAV_GUARD_SWAPPED
                                               : MSNAV_GUARD_STRAIGHT)
                        : is_untagged(g, t, m);
  if (!same) {
    return MSNAV_GUARD_TAG;
  }
  if (!t->acked) {
    write_request(g, t, m, out);
  }
  return MSNAV_GUARD_PASS;
}

static bool invite_is_pending(const msnav_guard *g) {
  for (size_t i = 0; i < MSNAV_GUARD_TRANSACTIONS; i++) {
    const msnav_guard_transaction *t = &g->transaction[i];
    if (t->method == MSNAV_GUARD_INVITE && t->status < 200) {
      return true;
    }
  }
  return false;
}

/* Whether a new request inside the dialog comes at the right time.  CSeq may
 * stay the same but for INVITE: the numbers of RFC 2543 clients do. */
static bool is_in_order(const msnav_guard *g, const msnav_guard_message *m) {
  const msnav_guard_dialog *d = &g->dialog;
  if (d->peer_sent && m->cseq < d->peer_cseq) {
    return false;
  }
  if (m->method == MSNAV_GUARD_INVITE) {
    return d->confirmed && !d->ended && !invite_is_pending(g) &&
           (!d->peer_sent || m->cseq > d->peer_cseq);
  }
  return m->method != MSNAV_GUARD_BYE || d->confirmed;
}

static msnav_guard_verdict
check_new(const msnav_guard *g, const msnav_guard_message *m, bool *inside,
          bool *swapped) {
  *inside = msnav_guard_is_ours(g, m);
  if (!*inside) {
    bool first = m->method == MSNAV_GUARD_INVITE && !g->dialog.used;
    bool outside = m->method == MSNAV_GUARD_OPTIONS || first;
    return outside && m->to.tag.len == 0 ? MSNAV_GUARD_PASS
                                         : MSNAV_GUARD_NO_DIALOG;
  }
  if (g->dialog.caller && !g->dialog.confirmed) {
    return MSNAV_GUARD_ORDER; /* the peer has not answered our INVITE yet */
  }
  msnav_guard_order order = peer_order(g, NULL, m);
  if (m->to.tag.len == 0 || order == MSNAV_GUARD_FOREIGN) {
    return MSNAV_GUARD_TAG;
  }
  *swapped = order == MSNAV_GUARD_SWAPPED;
  return is_in_order(g, m) ? MSNAV_GUARD_PASS : MSNAV_GUARD_ORDER;
}

/* Record-Route and Contact of an INVITE.  A Contact we cannot use is as good
 * as none: the peer's address is known. */
static msnav_guard_verdict
keep_route(msnav_guard *g, const msnav_guard_transaction *t,
           const msnav_guard_message *m) {
  char buf[MSNAV_GUARD_ROUTES_TEXT];
  msnav_str routes;
  if (!msnav_guard_route_read(&m->record_route, false, buf, &routes)) {
    return MSNAV_GUARD_ADDRESS;
  }
  msnav_str contact = msnav_guard_route_contact(m);
  return msnav_guard_text_keep(g, t, MSNAV_GUARD_T_ROUTES, routes) &&
             msnav_guard_text_keep(g, t, MSNAV_GUARD_T_CONTACT, contact)
           ? MSNAV_GUARD_PASS
           : MSNAV_GUARD_FULL;
}

/* The peer calls (RFC 3261 section 12.1.1). */
static void open_dialog(msnav_guard *g, const msnav_guard_transaction *t) {
  static const msnav_guard_text_name names[] = {MSNAV_GUARD_T_CALL_ID,
                                                MSNAV_GUARD_T_PEER_TAG,
                                                MSNAV_GUARD_T_FROM,
                                                MSNAV_GUARD_T_TO,
                                                MSNAV_GUARD_T_ROUTES};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    msnav_guard_text_share(g, t, NULL, names[i]);
  }
  g->dialog.used = true;
}

/* NULL: no room. */
static msnav_guard_transaction *
begin_new(msnav_guard *g, const msnav_guard_message *m, bool inside) {
  msnav_guard_transaction *t = NULL;
  if (may_begin(g, m)) {
    t = msnav_guard_transaction_begin(g, MSNAV_GUARD_PEER, m);
  }
  if (t == NULL) {
    return NULL;
  }
  if (!inside) {
    bool kept =
      msnav_guard_text_keep(g, t, MSNAV_GUARD_T_PEER_TAG, m->from.tag);
    return kept ? t : NULL;
  }
  msnav_guard_text_share(g, NULL, t, MSNAV_GUARD_T_PEER_TAG);
  msnav_guard_text_share(g, NULL, t, MSNAV_GUARD_T_OWN_TAG);
  return t;
}

static msnav_guard_verdict
take_new(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  bool inside = false;
  bool swapped = false;
  msnav_guard_verdict verdict = check_new(g, m, &inside, &swapped);
  if (verdict != MSNAV_GUARD_PASS) {
    return verdict;
  }
  msnav_guard_transaction *t = begin_new(g, m, inside);
  if (t == NULL) {
    return MSNAV_GUARD_FULL;
  }
  t->swapped = swapped;
  if (m->method == MSNAV_GUARD_INVITE) {
    verdict = keep_route(g, t, m);
    if (!inside) {
      open_dialog(g, t);
      inside = true;
    }
  }
  if (inside) {
    g->dialog.peer_sent = true;
    g->dialog.peer_cseq = m->cseq;
    g->dialog.ended |= m->method == MSNAV_GUARD_BYE;
  }
  write_request(g, t, m, out);
  return verdict;
}

/* Whether the peer can read what our answer will be; without the header it
 * can (RFC 3261 section 20.1). */
static bool accepts_sdp(const msnav_guard_message *m) {
  msnav_str rest = m->header[MSNAV_GUARD_H_ACCEPT];
  if (rest.ptr == NULL) {
    return true;
  }
  bool accepts = false;
  while (rest.len > 0 && !accepts) {
    msnav_str range = msnav_text_until(&rest, ',');
    range = msnav_text_trim(msnav_text_until(&range, ';'));
    accepts = MSNAV_TEXT_IS(range, "application/sdp") ||
              MSNAV_TEXT_IS(range, "application/*") ||
              MSNAV_TEXT_IS(range, "*/*");
  }
  return accepts;
}

msnav_guard_verdict
msnav_guard_request_in(msnav_guard *g, const msnav_guard_message *m,
                       msnav_out *out) {
  if (m->from.tag.len == 0) {
    return MSNAV_GUARD_TAG;
  }
  if (m->method == MSNAV_GUARD_INVITE && !accepts_sdp(m)) {
    return MSNAV_GUARD_BODY;
  }
  if (m->method == MSNAV_GUARD_ACK) {
    return take_ack(g, m, out);
  }
  if (m->method == MSNAV_GUARD_CANCEL) {
    return take_cancel(g, m, out);
  }
  const msnav_guard_transaction *t =
    msnav_guard_transaction_find(g, MSNAV_GUARD_PEER, m, m->method, false);
  return t != NULL ? take_again(g, t, m, out) : take_new(g, m, out);
}

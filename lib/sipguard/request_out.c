/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia's requests. */
#include "sipguard/route.h"
#include "sipguard/write.h"

/* Whom requests are for: the peer's Contact once it is known, else the
 * negotiated address (paper section 2 knows nothing else). */
static void write_target(const msnav_guard *g, bool inside, msnav_out *out) {
  msnav_str contact = msnav_guard_text_get(g, NULL, MSNAV_GUARD_T_CONTACT);
  if (inside && g->branch && contact.len > 0) {
    msnav_out_str(out, contact);
    return;
  }
  msnav_out_text(out, "sip:");
  if (g->remote_user_len > 0) {
    msnav_out_bytes(out, g->remote_user, g->remote_user_len);
    msnav_out_char(out, '@');
  }
  msnav_guard_write_hostport(out, &g->target);
}

/* The start line, our Via and the route set (RFC 3261 section 12.2.1.1): with
 * a strict router in front its URI and the target change places. */
static void write_head(const msnav_guard *g, const msnav_guard_message *m,
                       bool inside, msnav_out *out) {
  msnav_str routes = {NULL, 0};
  if (inside) {
    routes = msnav_guard_text_get(g, NULL, MSNAV_GUARD_T_ROUTES);
  }
  msnav_str strict = msnav_guard_route_strict(routes);
  msnav_out_str(out, msnav_guard_method_name(m->method));
  msnav_out_char(out, ' ');
  if (strict.len > 0) {
    msnav_out_str(out, strict);
    (void)msnav_text_until(&routes, '\n');
  } else {
    write_target(g, inside, out);
  }
  msnav_out_text(out, " SIP/2.0\r\nVia: SIP/2.0/UDP ");
  msnav_guard_write_hostport(out, &g->outer_local);
  if (g->branch) {
    msnav_out_text(out, ";branch=");
    msnav_out_str(out, m->branch);
  }
  msnav_out_text(out, "\r\n");
  msnav_guard_write_lines(out, "Route", routes);
  if (strict.len > 0) {
    msnav_out_text(out, "Route: <");
    write_target(g, inside, out);
    msnav_out_text(out, ">\r\n");
  }
  msnav_out_text(out, "Max-Forwards: 70\r\n");
}

/* A name as the peer wrote it in its INVITE, with the tag it goes with. */
static void
write_name(const msnav_guard *g, const char *header, msnav_guard_text_name name,
           msnav_guard_text_name tag, msnav_out *out) {
  msnav_guard_address address;
  (void)msnav_guard_address_read(msnav_guard_text_get(g, NULL, name), &address);
  msnav_guard_write_tagged(out, header, address.name,
                           msnav_guard_text_get(g, NULL, tag));
}

/* In a call of ours the names are those Sofia was given.  In a call of the
 * peer's they are what it wrote, changed over; the paper's client does not
 * change them over in its BYE (section 4). */
static void write_names(const msnav_guard *g, const msnav_guard_message *m,
                        bool inside, bool swapped, msnav_out *out) {
  if (!inside || g->dialog.caller) {
    msnav_guard_write_header(out, "From", m->from.value);
    msnav_guard_write_header(out, "To", m->to.value);
    return;
  }
  if (swapped) {
    write_name(g, "From", MSNAV_GUARD_T_FROM, MSNAV_GUARD_T_PEER_TAG, out);
    write_name(g, "To", MSNAV_GUARD_T_TO, MSNAV_GUARD_T_OWN_TAG, out);
    return;
  }
  write_name(g, "From", MSNAV_GUARD_T_TO, MSNAV_GUARD_T_OWN_TAG, out);
  write_name(g, "To", MSNAV_GUARD_T_FROM, MSNAV_GUARD_T_PEER_TAG, out);
}

/* t is the request's own transaction, or that of the INVITE it is about. */
static void
write_request(const msnav_guard *g, const msnav_guard_transaction *t,
              const msnav_guard_message *m, msnav_out *out) {
  bool accepted = m->method == MSNAV_GUARD_ACK && t->status <= 299;
  bool inside = t->tagged || accepted;
  write_head(g, m, inside, out);
  write_names(g, m, inside, t->swapped, out);
  msnav_guard_write_id(out, m, t->cseq);
  msnav_guard_write_contact(out, m, (msnav_str){g->user, g->user_len},
                            &g->outer_local);
  msnav_guard_write_options(out, m);
  msnav_guard_write_user_agent(out, m);
  msnav_guard_write_tail(out, m);
}

/* Whether a message has the tags of a transaction, or of the dialog. */
static bool own_order(const msnav_guard *g, const msnav_guard_transaction *t,
                      const msnav_guard_message *m) {
  msnav_str own = msnav_guard_text_get(g, t, MSNAV_GUARD_T_OWN_TAG);
  msnav_str peer = msnav_guard_text_get(g, t, MSNAV_GUARD_T_PEER_TAG);
  return msnav_guard_order_of(m, own, peer) == MSNAV_GUARD_STRAIGHT;
}

static msnav_guard_verdict
send_ack(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  msnav_guard_transaction *invite =
    msnav_guard_transaction_find(g, MSNAV_GUARD_OWN, m, MSNAV_GUARD_INVITE,
                                 true);
  if (invite == NULL || invite->status < 200) {
    return MSNAV_GUARD_ORDER;
  }
  if (!own_order(g, invite, m)) {
    return MSNAV_GUARD_TAG;
  }
  invite->acked = true;
  write_request(g, invite, m, out);
  return MSNAV_GUARD_PASS;
}

static msnav_guard_verdict
send_cancel(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  msnav_guard_transaction *invite =
    msnav_guard_transaction_find(g, MSNAV_GUARD_OWN, m, MSNAV_GUARD_INVITE,
                                 true);
  if (invite == NULL) {
    return MSNAV_GUARD_ORDER;
  }
  if (!own_order(g, invite, m) && invite->status < 200) {
    return MSNAV_GUARD_TAG;
  }
  if (msnav_guard_transaction_find(g, MSNAV_GUARD_OWN, m, MSNAV_GUARD_CANCEL,
                                   true) == NULL) {
    if (invite->status >= 200) {
      return MSNAV_GUARD_ORDER;
    }
    msnav_guard_transaction *t =
      msnav_guard_transaction_begin(g, MSNAV_GUARD_OWN, m);
    if (t == NULL) {
      return MSNAV_GUARD_FULL;
    }
    t->cseq = invite->cseq;
    msnav_guard_text_share(g, invite, t, MSNAV_GUARD_T_OWN_TAG);
    msnav_guard_text_share(g, invite, t, MSNAV_GUARD_T_PEER_TAG);
  }
  write_request(g, invite, m, out);
  return MSNAV_GUARD_PASS;
}

/* We call, or try again after a refusal. */
static msnav_guard_verdict
open_dialog(msnav_guard *g, const msnav_guard_message *m) {
  msnav_guard_dialog *d = &g->dialog;
  if (d->used && (!d->ended || d->confirmed)) {
    return msnav_guard_is_ours(g, m) ? MSNAV_GUARD_ORDER
                                     : MSNAV_GUARD_NO_DIALOG;
  }
  bool same = d->caller && msnav_guard_is_ours(g, m);
  *d = (msnav_guard_dialog){
    .used = true,
    .caller = true,
    .own_sent = same && d->own_sent,
    .own_cseq = d->own_cseq,
    .cseq_offset = d->cseq_offset,
  };
  msnav_guard_text_clear(g, NULL);
  return MSNAV_GUARD_PASS;
}

static msnav_guard_verdict
check_new(const msnav_guard *g, const msnav_guard_message *m) {
  const msnav_guard_dialog *d = &g->dialog;
  if (!msnav_guard_is_ours(g, m)) {
    return m->method == MSNAV_GUARD_OPTIONS && m->to.tag.len == 0
             ? MSNAV_GUARD_PASS
             : MSNAV_GUARD_NO_DIALOG;
  }
  if (!d->confirmed || (m->method == MSNAV_GUARD_INVITE && d->ended)) {
    return MSNAV_GUARD_ORDER;
  }
  return own_order(g, NULL, m) ? MSNAV_GUARD_PASS : MSNAV_GUARD_TAG;
}

/* Sofia counts from a number of its own; the paper's client counts from 1. */
static bool count(msnav_guard *g, msnav_guard_transaction *t) {
  msnav_guard_dialog *d = &g->dialog;
  if (d->own_sent && t->inner_cseq <= d->own_cseq) {
    return false;
  }
  if (!d->own_sent) {
    d->cseq_offset = g->branch ? 0 : t->inner_cseq - 1;
  }
  d->own_sent = true;
  d->own_cseq = t->inner_cseq;
  t->cseq = t->inner_cseq - d->cseq_offset;
  return true;
}

static msnav_guard_verdict
send_new(msnav_guard *g, const msnav_guard_message *m, msnav_out *out) {
  bool first = m->method == MSNAV_GUARD_INVITE && m->to.tag.len == 0;
  msnav_guard_verdict verdict = first ? open_dialog(g, m) : check_new(g, m);
  if (verdict != MSNAV_GUARD_PASS) {
    return verdict;
  }
  msnav_guard_transaction *t =
    msnav_guard_transaction_begin(g, MSNAV_GUARD_OWN, m);
  if (t == NULL ||
      !msnav_guard_text_keep(g, t, MSNAV_GUARD_T_OWN_TAG, m->from.tag) ||
      !msnav_guard_text_keep(g, t, MSNAV_GUARD_T_PEER_TAG, m->to.tag)) {
    return MSNAV_GUARD_FULL;
  }
  if (first) {
    msnav_guard_text_share(g, t, NULL, MSNAV_GUARD_T_CALL_ID);
    msnav_guard_text_share(g, t, NULL, MSNAV_GUARD_T_OWN_TAG);
  }
  if (msnav_guard_is_ours(g, m) && !count(g, t)) {
    return MSNAV_GUARD_ORDER;
  }
  if (m->method == MSNAV_GUARD_BYE) {
    g->dialog.ended = true;
    t->swapped = !g->branch && !g->dialog.caller;
  }
  write_request(g, t, m, out);
  return MSNAV_GUARD_PASS;
}

msnav_guard_verdict
msnav_guard_request_out(msnav_guard *g, const msnav_guard_message *m,
                        msnav_out *out) {
  if (m->from.tag.len == 0) {
    return MSNAV_GUARD_TAG;
  }
  if (m->hops != 1 || (g->branch && m->branch.len == 0)) {
    return MSNAV_GUARD_VIA;
  }
  if (m->method == MSNAV_GUARD_ACK) {
    return send_ack(g, m, out);
  }
  if (m->method == MSNAV_GUARD_CANCEL) {
    return send_cancel(g, m, out);
  }
  const msnav_guard_transaction *t =
    msnav_guard_transaction_find(g, MSNAV_GUARD_OWN, m, m->method, true);
  if (t == NULL) {
    return send_new(g, m, out);
  }
  write_request(g, t, m, out);
  return MSNAV_GUARD_PASS;
}

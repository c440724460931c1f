/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sofia's responses to what the peer sent. */
#include "sipguard/via.h"
#include "sipguard/write.h"

/* As the peer wrote them, but for where they came from; the paper's clients
 * say nothing of that. */
static void write_vias(const msnav_guard *g, msnav_str vias, msnav_out *out) {
  if (g->branch) {
    msnav_out_text(out, "Via: ");
    msnav_guard_via_write(msnav_text_until(&vias, '\n'), &g->outer_remote, out);
    msnav_out_text(out, "\r\n");
  }
  msnav_guard_write_lines(out, "Via", vias);
}

/* From and To stand as the peer wrote them, the wrong way round included
 * (paper section 4). */
static void
write_response(const msnav_guard *g, const msnav_guard_transaction *t,
               const msnav_guard_message *m, msnav_out *out) {
  msnav_str tag = {NULL, 0};
  if (!t->tagged) {
    tag = msnav_guard_text_get(g, t, MSNAV_GUARD_T_OWN_TAG);
  }
  msnav_guard_write_status(out, m);
  write_vias(g, msnav_guard_text_get(g, t, MSNAV_GUARD_T_VIA), out);
  if (m->status > 100 && m->status <= 299) {
    msnav_guard_write_lines(out, "Record-Route",
                            msnav_guard_text_get(g, t, MSNAV_GUARD_T_ROUTES));
  }
  msnav_guard_write_header(out, "From",
                           msnav_guard_text_get(g, t, MSNAV_GUARD_T_FROM));
  msnav_guard_write_tagged(out, "To",
                           msnav_guard_text_get(g, t, MSNAV_GUARD_T_TO), tag);
  msnav_guard_write_id(out, m, t->cseq);
  msnav_guard_write_contact(out, m, (msnav_str){g->user, g->user_len},
                            &g->outer_local);
  msnav_guard_write_options(out, m);
  msnav_guard_write_user_agent(out, m);
  msnav_guard_write_tail(out, m);
}

/* What an answer to an INVITE does to the dialog. */
static void answer_invite(msnav_guard *g, const msnav_guard_transaction *t,
                          const msnav_guard_message *m) {
  msnav_guard_dialog *d = &g->dialog;
  if (!t->tagged) {
    msnav_guard_text_share(g, t, NULL, MSNAV_GUARD_T_OWN_TAG);
  }
  if (m->status < 200) {
    return;
  }
  if (m->status > 299) {
    d->ended |= !t->tagged;
    return;
  }
  d->confirmed = true;
  if (msnav_guard_text_get(g, t, MSNAV_GUARD_T_CONTACT).len > 0) {
    msnav_guard_text_share(g, t, NULL, MSNAV_GUARD_T_CONTACT);
  }
}

msnav_guard_verdict
msnav_guard_response_out(msnav_guard *g, const msnav_guard_message *m,
                         msnav_out *out) {
  msnav_guard_transaction *t =
    msnav_guard_transaction_find(g, MSNAV_GUARD_PEER, m, m->method, true);
  if (t == NULL) {
    return MSNAV_GUARD_NO_TRANSACTION;
  }
  if (t->status >= 200) {
    if (m->status != t->status) {
      return MSNAV_GUARD_ORDER;
    }
    t->said = true;
    write_response(g, t, m, out);
    return MSNAV_GUARD_PASS;
  }
  if (!t->tagged && m->to.tag.len > 0 &&
      !msnav_guard_text_keep(g, t, MSNAV_GUARD_T_OWN_TAG, m->to.tag)) {
    return MSNAV_GUARD_FULL;
  }
  if (m->method == MSNAV_GUARD_INVITE && msnav_guard_is_ours(g, m)) {
    answer_invite(g, t, m);
  }
  t->status = (uint16_t)m->status;
  t->said = m->status >= 200;
  write_response(g, t, m, out);
  return MSNAV_GUARD_PASS;
}

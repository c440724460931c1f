/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Their requests: INVITE, re-INVITE, CANCEL, OPTIONS, and what belongs to
 * nothing (RFC 3261 sections 8.2, 9.2, 11.2, 13.3, 14.2). */
#include "sip/inner.h"
#include <string.h>

#define TAGGED_TO (MSNAV_SIP_TAG + 32)

/* ---- answers */

static void reply(msnav_dialog *d, unsigned status) {
  (void)nta_incoming_treply(d->offer, (int)status, NULL,
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
}

static void reply_ok(msnav_dialog *d) {
  sip_payload_t body[1];
  sip_payload_init(body);
  body->pl_data = d->answer.data;
  body->pl_len = (usize_t)d->answer.len;
  (void)nta_incoming_treply(d->offer, SIP_200_OK,
                            SIPTAG_USER_AGENT_STR(d->user_agent),
                            SIPTAG_CONTENT_TYPE_STR("application/sdp"),
                            SIPTAG_PAYLOAD(body), TAG_END());
}

/* The paper's client sends a 100, and tags it (section 2).  Else the 180 that
 * follows at once stands for it (RFC 3261 section 17.2.1). */
static void reply_trying(msnav_dialog *d) {
  if (d->standard) {
    return;
  }
  char to[TAGGED_TO];
  msnav_out out;
  msnav_out_init(&out, to, sizeof(to) - 1);
  msnav_out_text(&out, "<sip:me@127.0.0.1>;tag=");
  msnav_out_text(&out, d->local_tag);
  to[out.len] = '\0';
  (void)nta_incoming_treply(d->offer, SIP_100_TRYING, SIPTAG_TO_STR(to),
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
}

/* Sofia goes on repeating a refusal until its ACK comes. */
static void let_offer_go(msnav_dialog *d) {
  nta_incoming_t *offer = d->offer;
  d->offer = NULL;
  d->refusal = 0;
  msnav_body_drop(&d->asked);
  msnav_body_drop(&d->answer);
  nta_incoming_destroy(offer);
}

/* ---- ACK, CANCEL and their absence */

static void confirmed(msnav_dialog *d) {
  bool first = d->state == MSNAV_DIALOG_ANSWERED;
  if (first) {
    d->state = MSNAV_DIALOG_CONFIRMED;
  }
  if (d->hanging_up) {
    /* it was too early for a BYE until now (RFC 3261 section 15) */
    if (d->bye.transaction == NULL && msnav_bye_send(d) != MSNAV_OK) {
      msnav_dialog_closed_soon(d, 408);
    }
    return;
  }
  if (first && d->events.confirmed != NULL) {
    d->events.confirmed(d->arg);
  }
}

static void acknowledged(msnav_dialog *d) {
  bool refused = d->refusal != 0;
  let_offer_go(d);
  if (!refused) {
    confirmed(d);
  } else if (d->hanging_up) {
    msnav_dialog_closed_soon(d, 200);
  }
}

/* RFC 3261 section 13.3.1.4: the dialog is there, the session is not. */
static void never_acknowledged(msnav_dialog *d) {
  bool refused = d->refusal != 0;
  let_offer_go(d);
  if (refused) {
    if (d->hanging_up) {
      msnav_dialog_closed_soon(d, 408);
    }
    return;
  }
  bool sent = msnav_bye_send(d) == MSNAV_OK;
  msnav_transport_flush(d);
  if (!d->hanging_up) {
    msnav_dialog_fail(d, MSNAV_ERR_LATE);
  } else if (!sent) {
    msnav_dialog_closed_soon(d, 408);
  }
}

static void cancelled(msnav_dialog *d) {
  bool first = d->state == MSNAV_DIALOG_RINGING;
  reply(d, 487);
  let_offer_go(d);
  msnav_transport_flush(d);
  if (!first) {
    return;
  }
  d->state = MSNAV_DIALOG_OVER;
  if (d->hanging_up) {
    msnav_dialog_closed_soon(d, 200);
  } else if (!d->dead && d->events.bye != NULL) {
    d->events.bye(d->arg);
  }
}

static int
on_ack_or_cancel(msnav_dialog *d, nta_incoming_t *irq, const sip_t *sip) {
  if (d == NULL || d->dead || irq != d->offer) {
    return 0;
  }
  if (sip == NULL) {
    never_acknowledged(d);
  } else if (sip->sip_request->rq_method == sip_method_ack) {
    acknowledged(d);
  } else if (sip->sip_request->rq_method == sip_method_cancel &&
             d->answer.data == NULL && d->refusal == 0) {
    cancelled(d);
  }
  return 0;
}

/* ---- INVITE */

static bool has_offer(const sip_t *sip) {
  return sip->sip_payload != NULL && sip->sip_payload->pl_len > 0;
}

static void report_offer(msnav_dialog *d, const sip_t *sip, bool again) {
  if (!d->dead && d->events.offer != NULL) {
    const msnav_str sdp = {sip->sip_payload->pl_data, sip->sip_payload->pl_len};
    d->events.offer(d->arg, sdp, again);
  }
}

static void hold(msnav_dialog *d, nta_incoming_t *irq) {
  d->offer = irq;
  nta_incoming_bind(irq, on_ack_or_cancel, d);
}

/* The same INVITE as an earlier agent had it.  What was said already is said
 * again: nothing else would make Sofia answer when it is repeated. */
static int take_over(msnav_dialog *d, nta_incoming_t *irq) {
  d->replaying = false;
  hold(d, irq);
  (void)nta_incoming_tag(irq, d->local_tag);
  if (d->answer.data != NULL) {
    reply_ok(d);
  } else if (d->refusal != 0) {
    reply(d, d->refusal);
  } else {
    reply(d, d->state == MSNAV_DIALOG_RINGING ? 180 : 100);
  }
  return 0;
}

static bool keep_text(char *to, size_t cap, const char *text) {
  msnav_str s = msnav_str_of(text);
  if (s.len == 0 || s.len >= cap) {
    return false;
  }
  memcpy(to, s.ptr, s.len + 1);
  return true;
}

/* RFC 3261 section 8.2.2.3: we know no extension.  0: none is asked for. */
static int
refuse_extensions(msnav_dialog *d, nta_incoming_t *irq, const sip_t *sip) {
  return nta_check_required(irq, sip, NULL,
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
}

/* Without asking the user; an INVITE without an offer leaves that to our
 * 200, which is not for us to make. */
static int
turn_down(msnav_dialog *d, nta_incoming_t *irq, int status, msnav_error error) {
  (void)nta_incoming_treply(irq, status, NULL,
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  msnav_transport_flush(d);
  msnav_dialog_fail(d, error);
  return status;
}

static int take_first(msnav_dialog *d, nta_incoming_t *irq, const sip_t *sip) {
  int status = refuse_extensions(d, irq, sip);
  if (status != 0) {
    msnav_transport_flush(d);
    msnav_dialog_fail(d, MSNAV_ERR_UNSUPPORTED);
    return status;
  }
  if (!has_offer(sip)) {
    return turn_down(d, irq, 488, MSNAV_ERR_UNSUPPORTED);
  }
  d->caller = false;
  msnav_sip_random(d->sip, d->local_tag);
  d->peer_cseq = sip->sip_cseq->cs_seq;
  if (!keep_text(d->call_id, sizeof(d->call_id), sip->sip_call_id->i_id) ||
      !keep_text(d->remote_tag, sizeof(d->remote_tag), sip->sip_from->a_tag) ||
      msnav_agent_open_leg(d) != MSNAV_OK) {
    return turn_down(d, irq, 500, MSNAV_ERR_NOMEM);
  }
  hold(d, irq);
  (void)nta_incoming_tag(irq, d->local_tag);
  d->state = MSNAV_DIALOG_RINGING;
  reply_trying(d);
  (void)nta_incoming_treply(irq, SIP_180_RINGING,
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  msnav_transport_flush(d);
  report_offer(d, sip, false);
  return 0;
}

static int take_again(msnav_dialog *d, nta_incoming_t *irq, const sip_t *sip) {
  if (d->state == MSNAV_DIALOG_OVER) {
    return 481;
  }
  if (d->state != MSNAV_DIALOG_CONFIRMED || d->offer != NULL) {
    return 500; /* RFC 3261 section 14.2: the earlier one comes first */
  }
  if (d->invite.transaction != NULL) {
    return 491;
  }
  if (d->hanging_up) {
    return 487;
  }
  int status = refuse_extensions(d, irq, sip);
  if (status != 0) {
    return status;
  }
  if (!has_offer(sip)) {
    return 488;
  }
  hold(d, irq);
  report_offer(d, sip, true);
  return 0;
}

/* ---- dispatch */

static int
answer_options(msnav_dialog *d, nta_incoming_t *irq, const sip_t *sip) {
  int status = refuse_extensions(d, irq, sip);
  if (status != 0) {
    return status;
  }
  (void)nta_incoming_treply(irq, SIP_200_OK,
                            SIPTAG_ALLOW_STR(
                              "INVITE, ACK, CANCEL, BYE, OPTIONS"),
                            SIPTAG_ACCEPT_STR("application/sdp"),
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  return 200;
}

static int swallow(nta_incoming_t *irq) {
  nta_incoming_destroy(irq);
  return 0;
}

int msnav_called_stray(msnav_dialog *d, nta_leg_t *leg, nta_incoming_t *irq,
                       const sip_t *sip) {
  (void)leg;
  switch ((int)sip->sip_request->rq_method) {
  case sip_method_ack:
    return swallow(irq);
  case sip_method_options:
    return answer_options(d, irq, sip);
  case sip_method_invite:
    if (d->replaying) {
      return take_over(d, irq);
    }
    return d->state == MSNAV_DIALOG_IDLE && !d->hanging_up && !d->dead
             ? take_first(d, irq, sip)
             : 481;
  default:
    return 481;
  }
}

int msnav_called_inside(msnav_dialog *d, nta_leg_t *leg, nta_incoming_t *irq,
                        const sip_t *sip) {
  (void)leg;
  switch ((int)sip->sip_request->rq_method) {
  case sip_method_ack:
    return swallow(irq);
  case sip_method_options:
    return answer_options(d, irq, sip);
  case sip_method_invite:
    return d->replaying ? take_over(d, irq) : take_again(d, irq, sip);
  case sip_method_bye:
    return msnav_bye_received(d, irq);
  default:
    return 481;
  }
}

/* The dialog is over, and with it what they asked. */
void msnav_called_drop(msnav_dialog *d) {
  if (d->offer == NULL) {
    return;
  }
  if (d->answer.data == NULL && d->refusal == 0) {
    reply(d, 487);
  }
  let_offer_go(d);
}

/* ---- what the user decides */

static bool is_asked(const msnav_dialog *d) {
  return !d->dead && d->offer != NULL && !d->hanging_up &&
         d->answer.data == NULL && d->refusal == 0;
}

static msnav_error answer(msnav_dialog *d, const char *sdp, size_t len) {
  if (!is_asked(d)) {
    return MSNAV_ERR_STATE; /* the clock stepped, and that ended it */
  }
  if (!msnav_body_keep(&d->answer, sdp, len)) {
    return MSNAV_ERR_NOMEM;
  }
  if (d->state == MSNAV_DIALOG_RINGING) {
    d->state = MSNAV_DIALOG_ANSWERED;
  }
  reply_ok(d);
  msnav_transport_flush(d);
  return MSNAV_OK;
}

msnav_error msnav_dialog_answer(msnav_dialog *d, const char *sdp, size_t len) {
  if (d == NULL || sdp == NULL || len == 0 || len > MSNAV_SIP_MAX_BODY) {
    return MSNAV_ERR_INVALID;
  }
  if (!is_asked(d)) {
    return MSNAV_ERR_STATE;
  }
  msnav_sip *sip = d->sip;
  msnav_sip_enter(sip);
  msnav_shard_enter(d->shard);
  msnav_error err = answer(d, sdp, len);
  msnav_shard_leave(d->shard);
  msnav_sip_leave(sip);
  return err;
}

/* Until the ACK comes when somebody waits for that. */
void msnav_called_refuse(msnav_dialog *d, unsigned status) {
  d->refusal = status;
  reply(d, status);
  if (!d->hanging_up) {
    let_offer_go(d);
  }
  if (d->state == MSNAV_DIALOG_RINGING) {
    d->state = MSNAV_DIALOG_OVER;
  }
  msnav_transport_flush(d);
}

msnav_error msnav_dialog_refuse(msnav_dialog *d, unsigned status) {
  if (d == NULL || status < 400 || status > 699) {
    return MSNAV_ERR_INVALID;
  }
  if (!is_asked(d)) {
    return MSNAV_ERR_STATE;
  }
  msnav_sip *sip = d->sip;
  msnav_sip_enter(sip);
  msnav_shard_enter(d->shard);
  bool asked = is_asked(d);
  if (asked) {
    msnav_called_refuse(d, status);
  }
  msnav_shard_leave(d->shard);
  msnav_sip_leave(sip);
  return asked ? MSNAV_OK : MSNAV_ERR_STATE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our INVITE and what comes back (RFC 3261 sections 13.2, 14.1, 9.1). */
#include "base/deadline.h"
#include "sip/inner.h"
#include <string.h>

/* ---- ACK */

static void remember_ack(msnav_dialog *d) {
  d->acked_cseq = d->invite.cseq;
  memcpy(d->acked_branch, d->invite.branch, sizeof(d->acked_branch));
  d->acked_until = d->sip->loop.now(d->sip->loop.data) + MSNAV_SIP_PATIENCE;
}

/* Sofia repeats it when the 200 comes again. */
static void acknowledge(msnav_dialog *d, const sip_t *sip) {
  remember_ack(d);
  nta_outgoing_destroy(
    nta_outgoing_tcreate(d->leg, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
                         SIPTAG_CSEQ(sip->sip_cseq),
                         SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END()));
}

void msnav_caller_repeat_ack(msnav_dialog *d) {
  if (d->acked_until <= d->sip->loop.now(d->sip->loop.data)) {
    return;
  }
  sip_cseq_t cseq[1];
  sip_cseq_init(cseq);
  cseq->cs_seq = d->acked_cseq;
  cseq->cs_method = sip_method_ack;
  cseq->cs_method_name = sip_method_name_ack;
  nta_outgoing_destroy(
    nta_outgoing_tcreate(d->leg, NULL, NULL, NULL, SIP_METHOD_ACK, NULL,
                         SIPTAG_CSEQ(cseq), NTATAG_ACK_BRANCH(d->acked_branch),
                         SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END()));
}

/* ---- what the answers mean */

static void learn_remote(msnav_dialog *d, const sip_t *sip) {
  msnav_str tag = msnav_str_of(sip->sip_to->a_tag);
  if (d->remote_tag[0] == '\0' && tag.len < sizeof(d->remote_tag)) {
    memcpy(d->remote_tag, tag.ptr, tag.len);
    d->remote_tag[tag.len] = '\0';
    (void)nta_leg_rtag(d->leg, d->remote_tag);
  }
}

/* Nobody waits for this call any more, yet the peer took it. */
static void accepted_too_late(msnav_dialog *d) {
  if (d->reinvite) {
    return; /* the BYE is out, or theirs came */
  }
  if (msnav_bye_send(d) != MSNAV_OK && d->hanging_up) {
    msnav_dialog_closed_soon(d, 408);
  }
  msnav_transport_flush(d);
}

static void accepted(msnav_dialog *d, const sip_t *sip) {
  bool again = d->reinvite;
  learn_remote(d, sip);
  acknowledge(d, sip);
  msnav_transport_flush(d);
  if (d->dead) {
    return;
  }
  if (d->cancelled) {
    accepted_too_late(d);
    return;
  }
  d->state = MSNAV_DIALOG_CONFIRMED;
  msnav_str sdp = {NULL, 0};
  if (sip->sip_payload != NULL) {
    sdp = (msnav_str){sip->sip_payload->pl_data, sip->sip_payload->pl_len};
  }
  if (d->events.answer != NULL) {
    d->events.answer(d->arg, sdp, again);
  }
  if (!again && !d->dead && d->events.confirmed != NULL) {
    d->events.confirmed(d->arg);
  }
}

/* Our re-INVITE crossed theirs: once more after a random time, RFC 3261
 * section 14.1: 2.1 to 4 s for the side that made the Call-ID, else 0 to
 * 2 s, in steps of 10 ms. */
static void retry_soon(msnav_dialog *d) {
  uint8_t random;
  msnav_random_bytes(d->sip->random, &random, sizeof(random));
  msnav_usec steps = d->caller ? 210u + random % 191u : random % 201u;
  d->retried = true;
  msnav_dialog_set_due(d, MSNAV_DUE_RETRY,
                       d->sip->loop.now(d->sip->loop.data) + steps * 10000);
}

static void refused(msnav_dialog *d, unsigned status) {
  bool again = d->reinvite;
  if (again && status == 491 && !d->retried && !d->cancelled) {
    retry_soon(d);
    return;
  }
  msnav_body_drop(&d->sdp);
  if (d->cancelled) {
    if (d->hanging_up && !again) {
      msnav_dialog_closed_soon(d, d->cancel_status);
    }
    return;
  }
  if (!again) {
    d->state = MSNAV_DIALOG_OVER;
  }
  if (d->events.refused != NULL) {
    d->events.refused(d->arg, d->overdue ? 408 : status, again);
  }
}

static unsigned status_of(const nta_outgoing_t *orq, const sip_t *sip) {
  return sip != NULL ? (unsigned)sip->sip_status->st_status
                     : (unsigned)nta_outgoing_status(orq);
}

static int on_response(msnav_dialog *d, nta_outgoing_t *orq, const sip_t *sip) {
  if (d == NULL || orq != d->invite.transaction) {
    return 0;
  }
  unsigned status = status_of(orq, sip);
  if (status < 200) {
    if (!d->cancelled && !d->dead && d->events.progress != NULL) {
      d->events.progress(d->arg, status);
    }
    return 0;
  }
  msnav_dialog_set_due(d, MSNAV_DUE_SETUP, MSNAV_NEVER);
  if (status < 300 && sip != NULL) {
    msnav_body_drop(&d->sdp);
    accepted(d, sip);
  } else if (!d->dead) {
    msnav_transport_flush(d);
    refused(d, status);
  }
  /* a callback may have begun another INVITE */
  if (d->invite.transaction == orq) {
    d->invite.transaction = NULL;
  }
  nta_outgoing_destroy(orq);
  return 0;
}

/* ---- sending it */

void msnav_own_request_keep(msnav_own_request *request) {
  request->cseq = nta_outgoing_cseq(request->transaction);
  msnav_str branch = msnav_str_of(nta_outgoing_branch(request->transaction));
  if (branch.len < sizeof(request->branch)) {
    memcpy(request->branch, branch.ptr, branch.len);
    request->branch[branch.len] = '\0';
  }
}

/* 32 digits for the tag, and for the Call-ID with our address, as the paper's
 * client writes them. */
static msnav_error begin_dialog(msnav_dialog *d) {
  d->caller = true;
  msnav_sip_random(d->sip, d->local_tag);
  msnav_sip_random(d->sip, d->call_id);
  d->call_id[32] = '@';
  const msnav_addr host = {d->local.ip, 0};
  (void)msnav_addr_format(&host, d->call_id + 33);
  d->remote_tag[0] = '\0';
  return msnav_agent_open_leg(d);
}

/* d->sdp is the offer.  The number and branch of a request that an earlier
 * agent sent are used again. */
msnav_error msnav_caller_invite(msnav_dialog *d) {
  if (d->leg == NULL) {
    msnav_error err = begin_dialog(d);
    if (err != MSNAV_OK) {
      return err;
    }
  }
  sip_payload_t body[1];
  sip_payload_init(body);
  body->pl_data = d->sdp.data;
  body->pl_len = (usize_t)d->sdp.len;
  sip_cseq_t cseq[1];
  sip_cseq_init(cseq);
  cseq->cs_seq = d->own_cseq + 1;
  cseq->cs_method = sip_method_invite;
  cseq->cs_method_name = sip_method_name_invite;
  d->invite.transaction = nta_outgoing_tcreate(
    d->leg, on_response, d, NULL, SIP_METHOD_INVITE, NULL,
    TAG_IF(nta_leg_get_seq(d->leg) == 0, SIPTAG_CSEQ(cseq)),
    TAG_IF(d->invite.branch[0] != '\0', NTATAG_BRANCH_KEY(d->invite.branch)),
    SIPTAG_USER_AGENT_STR(d->user_agent),
    SIPTAG_CONTENT_TYPE_STR("application/sdp"), SIPTAG_PAYLOAD(body),
    TAG_END());
  if (d->invite.transaction == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_own_request_keep(&d->invite);
  return MSNAV_OK;
}

/* A new one. */
static msnav_error send_invite(msnav_dialog *d) {
  msnav_error err = msnav_agent_enter(d);
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_shard *shard = d->shard;
  d->invite.branch[0] = '\0';
  d->overdue = false;
  d->reinvite = d->state == MSNAV_DIALOG_CONFIRMED;
  err = msnav_caller_invite(d);
  if (err == MSNAV_OK) {
    if (d->state == MSNAV_DIALOG_IDLE) {
      d->state = MSNAV_DIALOG_CALLING;
    }
    msnav_usec now = d->sip->loop.now(d->sip->loop.data);
    msnav_dialog_set_due(d, MSNAV_DUE_SETUP,
                         msnav_deadline(now, d->setup_limit));
    msnav_transport_flush(d);
  }
  msnav_shard_leave(shard);
  return err;
}

msnav_error msnav_dialog_invite(msnav_dialog *d, const char *sdp, size_t len) {
  if (d == NULL || sdp == NULL || len == 0 || len > MSNAV_SIP_MAX_BODY) {
    return MSNAV_ERR_INVALID;
  }
  bool ready =
    d->state == MSNAV_DIALOG_IDLE || d->state == MSNAV_DIALOG_CONFIRMED;
  bool waits = d->due[MSNAV_DUE_RETRY] != MSNAV_NEVER;
  if (!ready || d->dead || d->hanging_up || d->peer.port == 0 ||
      d->invite.transaction != NULL || (d->offer != NULL && !waits)) {
    return MSNAV_ERR_STATE;
  }
  if (!msnav_body_keep(&d->sdp, sdp, len)) {
    return MSNAV_ERR_NOMEM;
  }
  if (waits) {
    return MSNAV_OK; /* it is what will be sent */
  }
  d->retried = false;
  msnav_sip *sip = d->sip;
  msnav_sip_enter(sip);
  msnav_error err = send_invite(d);
  msnav_sip_leave(sip);
  return err;
}

void msnav_caller_retry(msnav_dialog *d) {
  if (d->state != MSNAV_DIALOG_CONFIRMED || d->hanging_up ||
      d->sdp.data == NULL) {
    return;
  }
  if (d->offer != NULL || send_invite(d) != MSNAV_OK) {
    msnav_body_drop(&d->sdp);
    if (d->events.refused != NULL) {
      d->events.refused(d->arg, 491, true);
    }
  }
}

/* ---- giving up */

static int
on_cancelled(msnav_dialog *d, nta_outgoing_t *orq, const sip_t *sip) {
  unsigned status = status_of(orq, sip);
  if (d == NULL || orq != d->cancel || status < 200) {
    return 0;
  }
  d->cancel_status = status;
  d->cancel = NULL;
  nta_outgoing_destroy(orq);
  return 0;
}

/* The INVITE's own final answer, 487 as a rule, ends it.  Sofia holds the
 * CANCEL back until the peer answered anything at all (RFC 3261 section
 * 9.1). */
void msnav_caller_cancel(msnav_dialog *d) {
  d->cancel_status = 200;
  if (d->invite.transaction != NULL && d->cancel == NULL) {
    d->given_up = d->invite.cseq;
    d->cancel =
      nta_outgoing_tcancel(d->invite.transaction, on_cancelled, d,
                           SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  }
  msnav_transport_flush(d);
}

/* A first INVITE is given up at once, what still comes of it is cleared up
 * in silence; a re-INVITE is cancelled and ends with its answer. */
static void give_up(msnav_dialog *d) {
  if (d->invite.transaction == NULL || d->cancelled) {
    return; /* the latter: with the dialog, its end is not reported */
  }
  if (d->reinvite) {
    d->overdue = true;
    msnav_caller_cancel(d);
    return;
  }
  d->cancelled = true;
  d->state = MSNAV_DIALOG_OVER;
  msnav_caller_cancel(d);
  if (!d->dead && d->events.refused != NULL) {
    d->events.refused(d->arg, 408, false);
  }
}

void msnav_caller_overdue(msnav_dialog *d) {
  msnav_shard *shard = d->shard;
  if (shard == NULL) {
    return;
  }
  msnav_shard_enter(shard);
  give_up(d);
  msnav_shard_leave(shard);
}

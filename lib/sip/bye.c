/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BYE, ours and theirs (RFC 3261 section 15). */
#include "sip/inner.h"

/* Sofia reports timeouts and transport errors as responses (RFC 3261 section
 * 8.1.3.1), and so do proxies. */
static bool is_of_peer(unsigned status) {
  return status != 408 && status != 503;
}

static int on_response(msnav_dialog *d, nta_outgoing_t *orq, const sip_t *sip) {
  unsigned status = sip != NULL ? (unsigned)sip->sip_status->st_status
                                : (unsigned)nta_outgoing_status(orq);
  if (d == NULL || orq != d->bye.transaction || status < 200) {
    return 0;
  }
  d->bye.transaction = NULL;
  nta_outgoing_destroy(orq);
  d->state = MSNAV_DIALOG_OVER;
  d->parted = is_of_peer(status);
  if (d->hanging_up && !d->dead) {
    msnav_dialog_closed_soon(d, status);
  }
  return 0;
}

/* The branch of a BYE that an earlier agent sent is used again. */
msnav_error msnav_bye_send(msnav_dialog *d) {
  if (d->leg == NULL) {
    return MSNAV_ERR_SYSTEM; /* it could not be woken */
  }
  d->bye.transaction =
    nta_outgoing_tcreate(d->leg, on_response, d, NULL, SIP_METHOD_BYE, NULL,
                         TAG_IF(d->bye.branch[0] != '\0',
                                NTATAG_BRANCH_KEY(d->bye.branch)),
                         SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  if (d->bye.transaction == NULL) {
    return MSNAV_ERR_SYSTEM;
  }
  msnav_own_request_keep(&d->bye);
  return MSNAV_OK;
}

msnav_error msnav_bye_hang_up(msnav_dialog *d) {
  msnav_called_drop(d);
  msnav_error err = msnav_bye_send(d);
  msnav_transport_flush(d);
  return err;
}

int msnav_bye_received(msnav_dialog *d, nta_incoming_t *irq) {
  bool over = d->state == MSNAV_DIALOG_OVER;
  (void)nta_incoming_treply(irq, SIP_200_OK,
                            SIPTAG_USER_AGENT_STR(d->user_agent), TAG_END());
  d->state = MSNAV_DIALOG_OVER;
  d->parted = true;
  d->cancelled = true; /* a re-INVITE of ours: its end is not reported */
  msnav_called_drop(d);
  msnav_dialog_set_due(d, MSNAV_DUE_SETUP, MSNAV_NEVER);
  msnav_dialog_set_due(d, MSNAV_DUE_RETRY, MSNAV_NEVER);
  msnav_transport_flush(d);
  if (d->hanging_up) {
    if (d->bye.transaction == NULL) {
      msnav_dialog_closed_soon(d, 200);
    }
  } else if (!over && !d->dead && d->events.bye != NULL) {
    d->events.bye(d->arg);
  }
  return 200;
}

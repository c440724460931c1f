/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sized.h"
#include "sip/inner.h"
#include <stdlib.h>
#include <string.h>

/* ---- bodies */

bool msnav_body_keep(msnav_body *body, const char *data, size_t len) {
  char *copy = malloc(len);
  if (copy == NULL) {
    return false;
  }
  memcpy(copy, data, len);
  msnav_body_drop(body);
  body->data = copy;
  body->len = len;
  return true;
}

void msnav_body_drop(msnav_body *body) {
  free(body->data);
  *body = (msnav_body){NULL, 0};
}

/* ---- deadlines */

static void arm(msnav_dialog *d) {
  msnav_usec first = MSNAV_NEVER;
  for (size_t i = 0; i < MSNAV_DUE_KINDS; i++) {
    first = d->due[i] < first ? d->due[i] : first;
  }
  if (first != d->timer_at) {
    d->timer_at = first;
    d->sip->loop.timer_set(d->sip->loop.data, d->timer, first);
  }
}

void msnav_dialog_set_due(msnav_dialog *d, msnav_dialog_due due,
                          msnav_usec at) {
  d->due[due] = at;
  if (!d->dead) {
    arm(d);
  }
}

static bool take_due(msnav_dialog *d, msnav_dialog_due due, msnav_usec now) {
  if (d->dead || d->due[due] > now) {
    return false;
  }
  d->due[due] = MSNAV_NEVER;
  return true;
}

static void report_closed(msnav_dialog *d) {
  d->closed = true;
  d->state = MSNAV_DIALOG_OVER;
  if (d->events.closed != NULL) {
    d->events.closed(d->arg, d->closed_status);
  }
}

static void on_timer(void *arg) {
  msnav_dialog *d = arg;
  msnav_sip *sip = d->sip;
  msnav_usec now = sip->loop.now(sip->loop.data);
  d->timer_at = MSNAV_NEVER;
  msnav_sip_enter(sip);
  if (take_due(d, MSNAV_DUE_SETUP, now)) {
    msnav_caller_overdue(d);
  }
  if (take_due(d, MSNAV_DUE_RETRY, now)) {
    msnav_caller_retry(d);
  }
  if (take_due(d, MSNAV_DUE_CLOSED, now)) {
    report_closed(d);
  }
  if (take_due(d, MSNAV_DUE_SLEEP, now)) {
    msnav_agent_sleep(d);
  }
  if (!d->dead) {
    arm(d);
  }
  msnav_sip_leave(sip);
}

void msnav_dialog_closed_soon(msnav_dialog *d, unsigned status) {
  if (!d->closed) {
    d->closed = true;
    d->closed_status = status;
    msnav_dialog_set_due(d, MSNAV_DUE_CLOSED,
                         d->sip->loop.now(d->sip->loop.data));
  }
}

void msnav_dialog_fail(msnav_dialog *d, msnav_error error) {
  bool over = d->state == MSNAV_DIALOG_OVER;
  d->state = MSNAV_DIALOG_OVER;
  d->cancelled = true;
  if (d->hanging_up) {
    msnav_dialog_closed_soon(d, 408);
  } else if (!over && !d->dead && d->events.failed != NULL) {
    d->events.failed(d->arg, error);
  }
}

/* ---- life */

static msnav_dialog *allocate(msnav_sip *sip) {
  msnav_dialog *d = malloc(sizeof(*d) + msnav_guard_size());
  if (d == NULL) {
    return NULL;
  }
  *d = (msnav_dialog){0}; /* the guard has its own time to begin */
  d->guard = (msnav_guard *)(void *)(d + 1);
  d->sip = sip;
  d->outer = -1;
  d->timer_at = MSNAV_NEVER;
  for (size_t i = 0; i < MSNAV_DUE_KINDS; i++) {
    d->due[i] = MSNAV_NEVER;
  }
  return d;
}

static msnav_error
open_dialog(msnav_dialog *d, const msnav_dialog_config *config,
            const msnav_dialog_events *events) {
  msnav_dialog_config c;
  msnav_sized_take(&c, sizeof(c), config);
  if (events != NULL) {
    msnav_sized_take(&d->events, sizeof(d->events), events);
  }
  d->timer = d->sip->loop.timer_add(d->sip->loop.data, on_timer, d);
  return d->timer != NULL ? msnav_dialog_configure(d, &c) : MSNAV_ERR_NOMEM;
}

msnav_error msnav_dialog_new(msnav_sip *sip, const msnav_dialog_config *config,
                             const msnav_dialog_events *events, void *arg,
                             msnav_dialog **dialog) {
  if (sip == NULL || dialog == NULL ||
      !msnav_sized_ok(config, sizeof(size_t)) ||
      (events != NULL && !msnav_sized_ok(events, sizeof(size_t)))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_dialog *d = allocate(sip);
  if (d == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  d->arg = arg;
  msnav_error err = open_dialog(d, config, events);
  if (err != MSNAV_OK) {
    msnav_dialog_free(d);
    return err;
  }
  *dialog = d;
  return MSNAV_OK;
}

/* The socket the peer sees closes here; what Sofia has goes when none of its
 * frames is below us. */
void msnav_dialog_free(msnav_dialog *d) {
  if (d == NULL || d->dead) {
    return;
  }
  msnav_sip *sip = d->sip;
  d->dead = true;
  msnav_transport_close(d);
  if (d->timer != NULL) {
    sip->loop.timer_del(sip->loop.data, d->timer);
    d->timer = NULL;
  }
  msnav_sip_enter(sip);
  d->next = sip->graves;
  sip->graves = d;
  msnav_sip_leave(sip);
}

/* ---- addresses */

const msnav_addr *msnav_dialog_local(const msnav_dialog *d) {
  return &d->local;
}

const msnav_addr *msnav_dialog_remote(const msnav_dialog *d) {
  return &d->remote;
}

msnav_error msnav_dialog_set_remote(msnav_dialog *d, const msnav_addr *remote) {
  if (d == NULL || remote == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (d->remote.port != 0) {
    return MSNAV_ERR_STATE;
  }
  if (!msnav_dialog_may_call(d, remote)) {
    return MSNAV_ERR_ADDRESS;
  }
  msnav_transport_set_peer(d, remote);
  return MSNAV_OK;
}

/* ---- hanging up */

static bool hang_up(msnav_dialog *d) {
  switch (d->state) {
  case MSNAV_DIALOG_CALLING:
    d->cancelled = true;
    d->state = MSNAV_DIALOG_OVER;
    msnav_dialog_set_due(d, MSNAV_DUE_SETUP, MSNAV_NEVER);
    msnav_caller_cancel(d);
    return true;
  case MSNAV_DIALOG_RINGING:
    msnav_called_refuse(d, 603);
    return true;
  case MSNAV_DIALOG_ANSWERED:
    return true; /* the BYE waits for the ACK, RFC 3261 section 15 */
  case MSNAV_DIALOG_CONFIRMED:
    d->cancelled = true; /* a re-INVITE of ours */
    if (msnav_bye_hang_up(d) != MSNAV_OK) {
      msnav_dialog_closed_soon(d, 408);
    }
    return true;
  case MSNAV_DIALOG_IDLE:
    d->state = MSNAV_DIALOG_OVER;
    return false;
  case MSNAV_DIALOG_OVER:
  default:
    return false;
  }
}

/* The clock is looked at before we go on; a dialog that sleeps may need its
 * agent.  NULL: there is no shard. */
static msnav_shard *enter_to_hang_up(msnav_dialog *d) {
  if (d->state == MSNAV_DIALOG_CONFIRMED) {
    return msnav_agent_enter(d) == MSNAV_OK ? d->shard : NULL;
  }
  if (d->shard != NULL) {
    msnav_shard_enter(d->shard);
  }
  return d->shard;
}

msnav_error msnav_dialog_hangup(msnav_dialog *d) {
  if (d == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (d->hanging_up || d->dead) {
    return MSNAV_ERR_STATE;
  }
  msnav_sip *sip = d->sip;
  msnav_sip_enter(sip);
  msnav_shard *shard = enter_to_hang_up(d);
  d->hanging_up = true;
  d->closed_status = 408; /* when nothing comes any more */
  msnav_dialog_set_due(d, MSNAV_DUE_RETRY, MSNAV_NEVER);
  msnav_dialog_set_due(d, MSNAV_DUE_CLOSED,
                       sip->loop.now(sip->loop.data) + MSNAV_SIP_PATIENCE);
  if (!hang_up(d)) {
    msnav_dialog_closed_soon(d, 200);
  }
  if (shard != NULL) {
    msnav_shard_leave(shard);
  }
  msnav_sip_leave(sip);
  return MSNAV_OK;
}

/* ---- counters */

msnav_error msnav_dialog_refusals(const msnav_dialog *d, size_t index,
                                  const char **name, uint32_t *count) {
  if (d == NULL || name == NULL || count == NULL) {
    return MSNAV_ERR_INVALID;
  }
  size_t verdict = index + 1; /* the first one is no refusal */
  if (verdict >= MSNAV_GUARD_VERDICTS) {
    return MSNAV_ERR_END;
  }
  *name = msnav_guard_verdict_name((msnav_guard_verdict)verdict);
  *count = d->refused[verdict];
  return MSNAV_OK;
}

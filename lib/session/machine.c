/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/deadline.h"
#include "session/inner.h"
#include "session/unanswered.h"
#include <string.h>

static bool direct(const msnav_session *s) {
  return s->role == MSNAV_ROLE_DIRECT_CALLER ||
         s->role == MSNAV_ROLE_DIRECT_CALLED;
}

static msnav_reason reason_of_code(uint32_t code) {
  switch ((msnav_cancel_code)code) {
  case MSNAV_CANCEL_REJECT:
    return MSNAV_REASON_REJECTED_REMOTE;
  case MSNAV_CANCEL_NOT_INSTALLED:
    return MSNAV_REASON_NOT_INSTALLED;
  case MSNAV_CANCEL_FAIL:
  case MSNAV_CANCEL_FTTIMEOUT:
    return MSNAV_REASON_PEER_FAILED;
  case MSNAV_CANCEL_TIMEOUT:
  case MSNAV_CANCEL_OUTBAND:
  case MSNAV_CANCEL_OTHER:
    break;
  }
  return MSNAV_REASON_CANCELLED_REMOTE;
}

/* The first reason given stays. */
static void note_reason(msnav_session *s, const transition *t) {
  if (t->reason == REASON_UNCONFIRMED) {
    s->reason = s->reason == MSNAV_REASON_HANGUP_LOCAL && !s->told
                  ? MSNAV_REASON_BYE_TIMEOUT
                  : s->reason;
  } else if (t->reason == REASON_BY_CODE) {
    s->reason = (uint8_t)reason_of_code(s->cancel_code);
  } else if (t->reason != 0) {
    s->reason = t->reason;
  }
}

static void set_timer(msnav_session *s, session_timer timer, msnav_usec now) {
  if (timer == TIMER_KEEP) {
    return;
  }
  msnav_usec wait = timer == TIMER_NONE ? MSNAV_NEVER : s->set->timers[timer];
  s->deadline = msnav_deadline(now, wait);
}

/* What has not been carried out and no longer shall be.  An INVITE that was
 * never sent needs no CANCEL either; a CANCEL that waits is still sent. */
static void drop_superseded(msnav_session *s, uint16_t *actions) {
  uint16_t stale = ACT(LISTEN) | ACT(SIP_INVITE) | ACT(MEDIA_START);
  bool waits = (s->actions & ACT(SEND)) != 0;
  if (waits && s->message == MESSAGE_INVITE) {
    *actions &= (uint16_t)~ACT(SEND);
  }
  if (waits && s->message <= MESSAGE_ACCEPT) {
    stale |= ACT(SEND);
  }
  s->actions &= (uint16_t)~stale;
}

msnav_error
msnav_session_apply(msnav_session *s, msnav_event event, msnav_usec now) {
  const transition *t = &msnav_session_table[s->state][event];
  if (!t->allowed) {
    return MSNAV_ERR_STATE;
  }
  uint16_t actions = t->actions;
  bool changed = t->next != s->state;
  s->told = s->told || event == MSNAV_EV_GOT_CANCEL;
  note_reason(s, t);
  set_timer(s, (session_timer)t->timer, now);
  if (t->next == MSNAV_STATE_ENDED || t->next == MSNAV_STATE_HANGING_UP) {
    drop_superseded(s, &actions);
  }
  if (direct(s)) {
    actions &= (uint16_t)~ACT(SEND);
  }
  if ((actions & ACT(SEND)) != 0) {
    s->message = t->message;
  }
  if (t->next == MSNAV_STATE_TALKING && s->connected == 0) {
    s->connected = now;
  }
  s->state = t->next;
  msnav_session_mark(s, actions | (changed ? ACT(STATE) : 0u));
  if (changed && s->state == MSNAV_STATE_ENDED) {
    msnav_session_retire(s);
  }
  return MSNAV_OK;
}

/* A call in the other direction is given up for the accepted one. */
void msnav_session_cross(msnav_session *accepted, msnav_usec now) {
  msnav_session_set *set = accepted->set;
  session_account peer = msnav_session_peer(accepted);
  msnav_session *other = msnav_session_with_peer(set, &peer, NULL);
  while (other != NULL) {
    msnav_session *next = msnav_session_with_peer(set, &peer, other);
    if (other != accepted && other->crossing && other->role != accepted->role) {
      (void)msnav_session_apply(other, MSNAV_EV_CROSSED, now);
    }
    other = next;
  }
}

static bool from_outside(msnav_event event) {
  switch (event) {
  case MSNAV_EV_ACCEPT:
  case MSNAV_EV_REJECT:
  case MSNAV_EV_HANGUP:
  case MSNAV_EV_SIP_INCOMING:
  case MSNAV_EV_SIP_UP:
  case MSNAV_EV_SIP_FAILED:
  case MSNAV_EV_SIP_BYE:
  case MSNAV_EV_SIP_CLOSED:
  case MSNAV_EV_MEDIA_SEEN:
  case MSNAV_EV_UNDELIVERED:
  case MSNAV_EV_FAILED:
  case MSNAV_EV_SHUTDOWN:
  case MSNAV_EV_TIMEOUT:
    return true;
  case MSNAV_EV_START:
  case MSNAV_EV_GOT_INVITE:
  case MSNAV_EV_GOT_FOREIGN:
  case MSNAV_EV_GOT_ACCEPT:
  case MSNAV_EV_GOT_BAD_ACCEPT:
  case MSNAV_EV_GOT_CANCEL:
  case MSNAV_EV_LISTENING:
  case MSNAV_EV_CROSSED:
  case MSNAV_EV_DIAL:
  case MSNAV_EV_AWAIT:
  case MSNAV_EV_READY:
    break;
  }
  return false;
}

msnav_error
msnav_session_feed(msnav_session *s, msnav_event event, msnav_usec now) {
  if (s == NULL || !from_outside(event)) {
    return MSNAV_ERR_INVALID;
  }
  if (event == MSNAV_EV_ACCEPT) {
    return msnav_session_accept(s, s->media, now);
  }
  if (event == MSNAV_EV_SIP_INCOMING && !s->listening) {
    return MSNAV_ERR_STATE; /* nobody can call where we are not yet */
  }
  if (event == MSNAV_EV_TIMEOUT &&
      (s->deadline == MSNAV_NEVER || now < s->deadline)) {
    return MSNAV_ERR_STATE;
  }
  return msnav_session_apply(s, event, now);
}

msnav_error msnav_session_unanswered(msnav_session *s, msnav_usec now) {
  bool waits =
    s->state == MSNAV_STATE_CONNECTING || s->state == MSNAV_STATE_HANGING_UP;
  return waits ? msnav_session_apply(s, MSNAV_EV_TIMEOUT, now)
               : MSNAV_ERR_STATE;
}

msnav_error
msnav_session_accept(msnav_session *s, uint32_t media, msnav_usec now) {
  if (s == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (!msnav_session_table[s->state][MSNAV_EV_ACCEPT].allowed) {
    return MSNAV_ERR_STATE;
  }
  if ((media & s->media) == 0) {
    return MSNAV_ERR_INVALID;
  }
  s->media &= media;
  msnav_error err = msnav_session_apply(s, MSNAV_EV_ACCEPT, now);
  msnav_session_cross(s, now);
  return err;
}

msnav_error msnav_session_listening(msnav_session *s, const msnav_addr *local,
                                    msnav_usec now) {
  if (s == NULL || local == NULL || local->port == 0 || local->ip == 0) {
    return MSNAV_ERR_INVALID;
  }
  msnav_event event =
    s->role == MSNAV_ROLE_DIRECT_CALLER ? MSNAV_EV_READY : MSNAV_EV_LISTENING;
  if (s->listening || !msnav_session_table[s->state][event].allowed) {
    return MSNAV_ERR_STATE;
  }
  s->local = *local;
  s->listening = true;
  return msnav_session_apply(s, event, now);
}

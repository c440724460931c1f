/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The transition table: what each event does in each state. */
#ifndef MSNAV_SESSION_TABLE_H
#define MSNAV_SESSION_TABLE_H

#include <msnav/session.h>

#define MSNAV_STATES (MSNAV_STATE_ENDED + 1)
#define MSNAV_EVENTS (MSNAV_EV_READY + 1)

typedef enum session_timer {
  TIMER_KEEP = 0, /* whatever runs goes on */
  TIMER_NONE,
  TIMER_RING_OUT,
  TIMER_RING_IN,
  TIMER_EXCHANGE,
  TIMER_SETUP,
  TIMER_SILENCE,
  TIMER_BYE,
  TIMERS
} session_timer;

typedef enum session_message {
  MESSAGE_NONE = 0,
  MESSAGE_INVITE,
  MESSAGE_ACCEPT,
  MESSAGE_TIMEOUT, /* this and all below: CANCEL with that code */
  MESSAGE_REJECT,
  MESSAGE_NOT_INSTALLED,
  MESSAGE_FAIL
} session_message;

/* Reasons that are not fixed. */
enum {
  REASON_BY_CODE = 100,    /* the Cancel-Code says it */
  REASON_UNCONFIRMED = 101 /* a local hang-up becomes BYE_TIMEOUT, unless
                              the peer said CANCEL */
};

/* Bit of an action kind in a set of actions. */
#define ACT(kind) (1u << MSNAV_ACTION_##kind)

typedef struct transition {
  uint8_t allowed;
  uint8_t next;     /* state */
  uint8_t timer;    /* session_timer */
  uint8_t message;  /* session_message, when the actions have SEND */
  uint8_t reason;   /* kept once the conversation ends; 0: none given here */
  uint16_t actions; /* bits; STATE is added when the state changes */
} transition;

extern const transition msnav_session_table[MSNAV_STATES][MSNAV_EVENTS];

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* doc/session.md shows this table to people.  What is not listed is
 * MSNAV_ERR_STATE and changes nothing. */
#include "session/table.h"

#define GO(next, timer, reason, message, actions)                              \
  {                                                                            \
    1, MSNAV_STATE_##next, TIMER_##timer, MESSAGE_##message, reason,           \
      (uint16_t)(actions)                                                      \
  }
#define END(reason, message, actions)                                          \
  GO(ENDED, NONE, MSNAV_REASON_##reason, message, actions)
#define HANG(reason, message, actions)                                         \
  GO(HANGING_UP, BYE, MSNAV_REASON_##reason, message,                          \
     ACT(SIP_HANGUP) | (actions))
#define SEND ACT(SEND)
#define CLOSE ACT(SIP_CLOSE)
#define STOP ACT(MEDIA_STOP)

/* While addresses are exchanged, both sides end alike. */
#define EXCHANGE_ENDS                                                          \
  [MSNAV_EV_GOT_CANCEL] = GO(ENDED, NONE, REASON_BY_CODE, NONE, CLOSE),        \
  [MSNAV_EV_HANGUP] = END(CANCELLED_LOCAL, TIMEOUT, SEND | CLOSE),             \
  [MSNAV_EV_TIMEOUT] = END(NO_ADDRESS, TIMEOUT, SEND | CLOSE),                 \
  [MSNAV_EV_UNDELIVERED] = END(UNDELIVERED, NONE, CLOSE),                      \
  [MSNAV_EV_FAILED] = END(NETWORK, FAIL, SEND | CLOSE),                        \
  [MSNAV_EV_SHUTDOWN] = END(SHUTDOWN, TIMEOUT, SEND | CLOSE)

/* clang-format off */
const transition msnav_session_table[MSNAV_STATES][MSNAV_EVENTS] = {
  [MSNAV_STATE_IDLE] = {
    [MSNAV_EV_START]       = GO(INVITING, RING_OUT, 0, INVITE, SEND),
    [MSNAV_EV_DIAL]        = GO(ACCEPTED, EXCHANGE, 0, NONE, ACT(LISTEN)),
    [MSNAV_EV_AWAIT]       = GO(ANSWERED, NONE, 0, NONE, ACT(LISTEN)),
    [MSNAV_EV_GOT_INVITE]  = GO(RINGING, RING_IN, 0, NONE, 0),
    [MSNAV_EV_GOT_FOREIGN] = END(NOTHING_COMMON, NOT_INSTALLED, SEND),
  },
  [MSNAV_STATE_INVITING] = {
    [MSNAV_EV_GOT_ACCEPT]  = GO(ANSWERED, EXCHANGE, 0, NONE, ACT(LISTEN)),
    [MSNAV_EV_GOT_BAD_ACCEPT] = END(BAD_ADDRESS, FAIL, SEND),
    [MSNAV_EV_GOT_FOREIGN] = END(NOTHING_COMMON, NOT_INSTALLED, SEND),
    [MSNAV_EV_GOT_CANCEL]  = GO(ENDED, NONE, REASON_BY_CODE, NONE, 0),
    [MSNAV_EV_HANGUP]      = END(CANCELLED_LOCAL, TIMEOUT, SEND),
    [MSNAV_EV_TIMEOUT]     = END(NO_ANSWER, TIMEOUT, SEND),
    [MSNAV_EV_UNDELIVERED] = END(UNDELIVERED, NONE, 0),
    [MSNAV_EV_CROSSED]     = END(CROSSED, TIMEOUT, SEND),
    [MSNAV_EV_FAILED]      = END(NETWORK, FAIL, SEND),
    [MSNAV_EV_SHUTDOWN]    = END(SHUTDOWN, TIMEOUT, SEND),
  },
  [MSNAV_STATE_RINGING] = {
    [MSNAV_EV_ACCEPT]      = GO(ACCEPTED, EXCHANGE, 0, NONE, ACT(LISTEN)),
    [MSNAV_EV_REJECT]      = END(REJECTED_LOCAL, REJECT, SEND),
    [MSNAV_EV_HANGUP]      = END(REJECTED_LOCAL, REJECT, SEND),
    [MSNAV_EV_GOT_CANCEL]  = END(CANCELLED_REMOTE, NONE, 0),
    [MSNAV_EV_TIMEOUT]     = END(MISSED, TIMEOUT, SEND),
    [MSNAV_EV_CROSSED]     = END(CROSSED, TIMEOUT, SEND),
    [MSNAV_EV_FAILED]      = END(NETWORK, FAIL, SEND),
    [MSNAV_EV_SHUTDOWN]    = END(SHUTDOWN, TIMEOUT, SEND),
  },
  [MSNAV_STATE_ACCEPTED] = {
    [MSNAV_EV_LISTENING]   = GO(ACCEPTED, KEEP, 0, ACCEPT, SEND),
    [MSNAV_EV_READY]       = GO(CONNECTING, SETUP, 0, NONE, ACT(SIP_INVITE)),
    [MSNAV_EV_GOT_ACCEPT]  = GO(CONNECTING, SETUP, 0, NONE, ACT(SIP_INVITE)),
    [MSNAV_EV_GOT_BAD_ACCEPT] = END(BAD_ADDRESS, FAIL, SEND | CLOSE),
    EXCHANGE_ENDS,
  },
  [MSNAV_STATE_ANSWERED] = {
    [MSNAV_EV_LISTENING]   = GO(ANSWERED, KEEP, 0, ACCEPT, SEND),
    [MSNAV_EV_SIP_INCOMING] = GO(CONNECTING, SETUP, 0, NONE, 0),
    EXCHANGE_ENDS,
  },
  [MSNAV_STATE_CONNECTING] = {
    [MSNAV_EV_SIP_UP]      = GO(TALKING, SILENCE, 0, NONE, ACT(MEDIA_START)),
    [MSNAV_EV_SIP_FAILED]  = END(SIP_REFUSED, FAIL, SEND | CLOSE),
    [MSNAV_EV_SIP_BYE]     = END(CANCELLED_REMOTE, TIMEOUT, SEND | CLOSE),
    [MSNAV_EV_GOT_CANCEL]  = GO(HANGING_UP, BYE, REASON_BY_CODE, NONE,
                                ACT(SIP_HANGUP)),
    [MSNAV_EV_HANGUP]      = HANG(CANCELLED_LOCAL, TIMEOUT, SEND),
    [MSNAV_EV_TIMEOUT]     = HANG(SIP_TIMEOUT, TIMEOUT, SEND),
    [MSNAV_EV_FAILED]      = HANG(NETWORK, FAIL, SEND),
    [MSNAV_EV_SHUTDOWN]    = END(SHUTDOWN, TIMEOUT,
                                 ACT(SIP_HANGUP) | SEND | CLOSE),
  },
  [MSNAV_STATE_TALKING] = {
    [MSNAV_EV_MEDIA_SEEN]  = GO(TALKING, SILENCE, 0, NONE, 0),
    [MSNAV_EV_SIP_BYE]     = END(HANGUP_REMOTE, TIMEOUT, STOP | SEND | CLOSE),
    [MSNAV_EV_SIP_FAILED]  = END(SIP_LOST, TIMEOUT, STOP | SEND | CLOSE),
    [MSNAV_EV_GOT_CANCEL]  = HANG(HANGUP_REMOTE, TIMEOUT, STOP | SEND),
    [MSNAV_EV_HANGUP]      = HANG(HANGUP_LOCAL, TIMEOUT, STOP | SEND),
    [MSNAV_EV_TIMEOUT]     = HANG(NO_MEDIA, TIMEOUT, STOP | SEND),
    [MSNAV_EV_FAILED]      = HANG(NETWORK, TIMEOUT, STOP | SEND),
    [MSNAV_EV_SHUTDOWN]    = END(SHUTDOWN, TIMEOUT,
                                 STOP | ACT(SIP_HANGUP) | SEND | CLOSE),
  },
  [MSNAV_STATE_HANGING_UP] = {
    [MSNAV_EV_SIP_CLOSED]  = GO(ENDED, NONE, 0, NONE, CLOSE),
    [MSNAV_EV_SIP_BYE]     = GO(ENDED, NONE, 0, NONE, CLOSE),
    [MSNAV_EV_SIP_FAILED]  = GO(ENDED, NONE, 0, NONE, CLOSE),
    [MSNAV_EV_FAILED]      = GO(ENDED, NONE, 0, NONE, CLOSE),
    [MSNAV_EV_SHUTDOWN]    = GO(ENDED, NONE, 0, NONE, CLOSE),
    [MSNAV_EV_TIMEOUT]     = GO(ENDED, NONE, REASON_UNCONFIRMED, NONE, CLOSE),
    [MSNAV_EV_GOT_CANCEL]  = GO(HANGING_UP, KEEP, 0, NONE, 0),
  },
};
/* clang-format on */

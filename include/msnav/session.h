/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Conversations as state machines: what the user does, what the peer writes
 *  (MSNP), what SIP and the media report and what the clock says go in;
 *  actions come out.  No socket, no clock, no callback.
 *
 *  A set holds the conversations of one account.  It routes each message to
 *  the conversation with its key, (peer without case, Invitation-Cookie as
 *  text, direction), and makes a conversation for each new invitation.  An
 *  ACCEPT or CANCEL belongs to the conversation that we began with that peer
 *  and cookie; when there is none, to the one that the peer began.  What comes
 *  too late (the last 64 keys are remembered) or from somebody who was not
 *  invited is swallowed and counted, never answered.  After every call that
 *  can change something, carry out what msnav_session_next_action() gives,
 *  until it has no more.
 *  @see paper sections 1 to 6; doc/session.md has the transition table */
#ifndef MSNAV_SESSION_H
#define MSNAV_SESSION_H

#include <msnav/invite.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The conversations of one account. */
typedef struct msnav_session_set msnav_session_set;

/** One conversation; owned by its set. */
typedef struct msnav_session msnav_session;

/** Where a conversation stands. */
typedef enum msnav_state {
  MSNAV_STATE_IDLE = 0,       /**< made, nothing has happened yet */
  MSNAV_STATE_INVITING = 1,   /**< our INVITE is out, the peer rings */
  MSNAV_STATE_RINGING = 2,    /**< the peer's INVITE came, our user decides */
  MSNAV_STATE_ACCEPTED = 3,   /**< our user said yes; waiting for the
                                   inviter's ACCEPT with its address */
  MSNAV_STATE_ANSWERED = 4,   /**< the invitee said yes; waiting for its SIP
                                   INVITE */
  MSNAV_STATE_CONNECTING = 5, /**< SIP is being set up */
  MSNAV_STATE_TALKING = 6,    /**< media flows */
  MSNAV_STATE_HANGING_UP = 7, /**< SIP is being torn down */
  MSNAV_STATE_ENDED = 8       /**< over, with a definite reason */
} msnav_state;

/** Name a state, for logs and ladders.
 *  @param state any value; unknown ones are accepted.
 *  @return a static string such as "talking", never NULL. */
MSNAV_API const char *msnav_state_name(msnav_state state);

/** Why a conversation ended.  Values are frozen once released. */
typedef enum msnav_reason {
  MSNAV_REASON_NONE = 0,             /**< it has not ended */
  MSNAV_REASON_HANGUP_LOCAL = 1,     /**< our user hung up */
  MSNAV_REASON_HANGUP_REMOTE = 2,    /**< the peer hung up */
  MSNAV_REASON_REJECTED_LOCAL = 3,   /**< our user declined */
  MSNAV_REASON_REJECTED_REMOTE = 4,  /**< the peer's user declined */
  MSNAV_REASON_CANCELLED_LOCAL = 5,  /**< our user gave up before it began */
  MSNAV_REASON_CANCELLED_REMOTE = 6, /**< the peer gave up before it began */
  MSNAV_REASON_NO_ANSWER = 7,        /**< the peer did not answer in time */
  MSNAV_REASON_MISSED = 8,           /**< our user did not answer in time */
  MSNAV_REASON_NOT_INSTALLED = 9,    /**< the peer cannot do what was asked */
  MSNAV_REASON_NOTHING_COMMON = 10,  /**< we cannot do what was asked, or the
                                          peer took nothing of what we asked */
  MSNAV_REASON_BAD_ADDRESS = 11,     /**< the peer's address is missing, broken
                                          or forbidden */
  MSNAV_REASON_NO_ADDRESS = 12,      /**< address exchange timed out */
  MSNAV_REASON_SIP_TIMEOUT = 13,     /**< SIP set-up timed out */
  MSNAV_REASON_SIP_REFUSED = 14,     /**< SIP set-up was refused */
  MSNAV_REASON_SIP_LOST = 15,        /**< the SIP dialog broke in mid-call */
  MSNAV_REASON_NO_MEDIA = 16,        /**< neither RTP nor RTCP came */
  MSNAV_REASON_BYE_TIMEOUT = 17, /**< hung up, but the peer never confirmed */
  MSNAV_REASON_PEER_FAILED = 18, /**< the peer reported a failure */
  MSNAV_REASON_UNDELIVERED = 19, /**< the host could not deliver a message */
  MSNAV_REASON_CROSSED = 20,     /**< given up for the call that crossed it */
  MSNAV_REASON_NETWORK = 21,     /**< a local socket or system call failed */
  MSNAV_REASON_SHUTDOWN = 22     /**< the context was freed */
} msnav_reason;

/** Name a reason, for logs and exit messages.
 *  @param reason any value; unknown ones are accepted.
 *  @return a static string such as "no answer", never NULL. */
MSNAV_API const char *msnav_reason_name(msnav_reason reason);

/** Who began. */
typedef enum msnav_role {
  MSNAV_ROLE_INVITER = 0,       /**< we sent the MSNP INVITE */
  MSNAV_ROLE_INVITEE = 1,       /**< the peer did */
  MSNAV_ROLE_DIRECT_CALLER = 2, /**< SIP only, we call */
  MSNAV_ROLE_DIRECT_CALLED = 3  /**< SIP only, we wait to be called */
} msnav_role;

/** What drives a conversation. */
typedef enum msnav_event {
  MSNAV_EV_START = 0,       /**< our user calls (internal: see
                                 msnav_session_start()) */
  MSNAV_EV_ACCEPT = 1,      /**< our user says yes */
  MSNAV_EV_REJECT = 2,      /**< our user says no */
  MSNAV_EV_HANGUP = 3,      /**< our user hangs up or cancels */
  MSNAV_EV_GOT_INVITE = 4,  /**< an invitation we can take came (internal) */
  MSNAV_EV_GOT_FOREIGN = 5, /**< an invitation or an ACCEPT with nothing in
                                 common came (internal) */
  MSNAV_EV_GOT_ACCEPT = 6,  /**< an ACCEPT with a usable address (internal) */
  MSNAV_EV_GOT_BAD_ACCEPT = 7, /**< an ACCEPT without one (internal) */
  MSNAV_EV_GOT_CANCEL = 8,     /**< a CANCEL (internal) */
  MSNAV_EV_LISTENING = 9,      /**< our SIP address is known (internal: see
                                    msnav_session_listening()) */
  MSNAV_EV_SIP_INCOMING = 10,  /**< the peer's SIP INVITE arrived; only after
                                    msnav_session_listening() */
  MSNAV_EV_SIP_UP = 11,        /**< the SIP dialog is confirmed */
  MSNAV_EV_SIP_FAILED = 12,    /**< SIP set-up refused, or the dialog broke */
  MSNAV_EV_SIP_BYE = 13,       /**< the peer's BYE or SIP CANCEL arrived */
  MSNAV_EV_SIP_CLOSED = 14,    /**< our BYE or SIP CANCEL was answered, or there
                                    was nothing to hang up */
  MSNAV_EV_MEDIA_SEEN = 15,    /**< RTP or RTCP came since the last one */
  MSNAV_EV_UNDELIVERED = 16,   /**< the host could not deliver our message */
  MSNAV_EV_CROSSED = 17,       /**< a crossing call was accepted (internal) */
  MSNAV_EV_FAILED = 18,        /**< a socket or other local means failed */
  MSNAV_EV_SHUTDOWN = 19,      /**< the context goes away */
  MSNAV_EV_TIMEOUT = 20,       /**< the deadline passed */
  MSNAV_EV_DIAL = 21,          /**< a direct call begins (internal) */
  MSNAV_EV_AWAIT = 22,         /**< a direct call is waited for (internal) */
  MSNAV_EV_READY = 23          /**< LISTENING of a direct caller (internal) */
} msnav_event;

/** Name an event.
 *  @param event any value; unknown ones are accepted.
 *  @return a static string, never NULL. */
MSNAV_API const char *msnav_event_name(msnav_event event);

/** How a set behaves.  Start from zero, set size, random and capabilities.
 *  Copied; texts too.  Of the durations MSNAV_NEVER means: without limit. */
typedef struct msnav_session_config {
  size_t size; /**< sizeof of the struct the caller was built with */
  void (*random)(void *arg, void *bytes, size_t len); /**< unpredictable
                      bytes for cookies, Session-IDs and the secret of a hash;
                      required */
  void *random_arg;                                   /**< passed to random */
  uint32_t capabilities;   /**< MSNAV_AUDIO and MSNAV_VIDEO bits; required */
  uint32_t conn_type;      /**< a #msnav_conn_type; NONE: Direct-Connect */
  uint32_t private_ip;     /**< written as Private-IP; 0: left out */
  uint32_t public_ip;      /**< written as Public-IP; 0: left out */
  uint32_t upnp;           /**< written as UPnP */
  uint32_t allow_loopback; /**< 1: a peer may be on 127.0.0.0/8 */
  const char *app_name;    /**< Application-Name, UTF-8, at most 255 bytes and
                                without control characters; NULL: the
                                paper's */
  uint32_t max_sessions;   /**< live in all; 0: 10,000 */
  uint32_t max_per_peer;   /**< live at once with one peer; 0: 8 */
  msnav_usec ring_out;     /**< outgoing ring; 0: 60 s */
  msnav_usec ring_in;      /**< incoming ring; 0: 60 s */
  msnav_usec exchange;     /**< address exchange; 0: 20 s */
  msnav_usec setup;        /**< SIP set-up; 0: 8 s */
  msnav_usec silence;      /**< no RTP or RTCP at all; 0: 30 s */
  msnav_usec bye;          /**< SIP tear-down; 0: 2 s */
} msnav_session_config;

/** Create an empty set.
 *  @param config see #msnav_session_config.
 *  @param[out] set receives the set, owned by the caller.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a required member is missing or out of range
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_session_set_new(
  const msnav_session_config *config, msnav_session_set **set);

/** Destroy a set and its conversations.
 *  @param set may be NULL. */
MSNAV_API void msnav_session_set_free(msnav_session_set *set);

/** Start a conversation: sends an INVITE.
 *  @param set   the set.
 *  @param peer  the account to invite; copied, at most 255 bytes.
 *  @param media MSNAV_AUDIO and MSNAV_VIDEO bits that are requested.
 *  @param now   current time.
 *  @param[out] session receives the conversation, owned by the set.
 *  @retval MSNAV_OK          started; actions are waiting
 *  @retval MSNAV_ERR_INVALID a peer that is empty, longer than 255 bytes or
 *                            has control characters; no such media, or media
 *                            beyond our capabilities
 *  @retval MSNAV_ERR_LIMIT   too many conversations
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_session_start(msnav_session_set *set, msnav_str peer, uint32_t media,
                    msnav_usec now, msnav_session **session);

/** Start a conversation without MSNP: SIP only, no message is sent.
 *  @param set    the set.
 *  @param role   MSNAV_ROLE_DIRECT_CALLER or MSNAV_ROLE_DIRECT_CALLED.
 *  @param remote whom to call; for the called role whom to expect, port 0
 *                for anybody.
 *  @param media  as msnav_session_start().
 *  @param now    current time.
 *  @param[out] session receives the conversation, owned by the set.
 *  @return as msnav_session_start(), MSNAV_ERR_ADDRESS for an address that
 *          nobody can have, or on loopback without allow_loopback */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_session_start_direct(
  msnav_session_set *set, msnav_role role, const msnav_addr *remote,
  uint32_t media, msnav_usec now, msnav_session **session);

/** Take a message from a peer.
 *  @param set     the set.
 *  @param peer    who sent it, as the switchboard says; at most 255 bytes.
 *  @param payload the MSG payload, MIME header included.
 *  @param len     bytes in @p payload.
 *  @param now     current time.
 *  @param[out] session the conversation it belongs to, NULL when there is
 *                 none (swallowed and counted); may be NULL.
 *  @retval MSNAV_OK           taken, or swallowed because it came too late,
 *                             from somebody who was not invited, or does not
 *                             fit the state; actions may be waiting
 *  @retval MSNAV_ERR_NOT_OURS another application's invitation, or an ACCEPT
 *                             or CANCEL whose cookie was never ours; nothing
 *                             changed and nothing is answered
 *  @retval MSNAV_ERR_LIMIT    an invitation beyond a limit: refused with
 *                             nothing sent
 *  @retval MSNAV_ERR_PARSE    no known Invitation-Command, or no cookie of
 *                             1...64 bytes without control characters
 *  @retval MSNAV_ERR_INVALID  a NULL argument, or a peer that is empty, longer
 *                             than 255 bytes or has control characters
 *  @retval MSNAV_ERR_NOMEM    no memory
 *  @return otherwise the errors of msnav_invite_read() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_session_set_receive(
  msnav_session_set *set, msnav_str peer, const char *payload, size_t len,
  msnav_usec now, msnav_session **session);

/** Feed an event that carries nothing.
 *  @param s     conversation.
 *  @param event what happened; events marked internal are refused.
 *  @param now   current time.
 *  @retval MSNAV_OK          the state may have changed, actions may wait
 *  @retval MSNAV_ERR_STATE   not allowed in this state, or TIMEOUT before the
 *                            deadline; nothing changed
 *  @retval MSNAV_ERR_INVALID no such event, or an internal one */
MSNAV_API msnav_error msnav_session_feed(msnav_session *s, msnav_event event,
                                         msnav_usec now);

/** Accept with less than was requested.
 *  @param s     conversation in state ringing.
 *  @param media what to take; the ACCEPT lists it.
 *  @param now   current time.
 *  @return as msnav_session_feed(); MSNAV_ERR_INVALID when nothing of
 *          @p media was requested. */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_session_accept(msnav_session *s,
                                                            uint32_t media,
                                                            msnav_usec now);

/** Report our SIP address after MSNAV_ACTION_LISTEN.
 *  @param s     conversation.
 *  @param local the address to tell the peer: an IP other than 0.0.0.0 and a
 *               port.
 *  @param now   current time.
 *  @return as msnav_session_feed(); MSNAV_ERR_INVALID for another address, and
 *          a second report is MSNAV_ERR_STATE. */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_session_listening(
  msnav_session *s, const msnav_addr *local, msnav_usec now);

/** What to do.  At most one of each is waiting per conversation; they come
 *  in this order, but STATE comes before SEND unless the conversation has
 *  ended: then it is the very last. */
typedef enum msnav_action_kind {
  MSNAV_ACTION_LISTEN = 1,      /**< open a SIP address, then call
                                     msnav_session_listening() or feed FAILED */
  MSNAV_ACTION_SIP_INVITE = 2,  /**< send a SIP INVITE to the remote address */
  MSNAV_ACTION_MEDIA_START = 3, /**< let media flow */
  MSNAV_ACTION_MEDIA_STOP = 4,  /**< stop it */
  MSNAV_ACTION_SIP_HANGUP = 5,  /**< send BYE or SIP CANCEL, or refuse,
                                     whatever ends the dialog now */
  MSNAV_ACTION_SEND = 6,        /**< send the payload to the peer */
  MSNAV_ACTION_SIP_CLOSE = 7,   /**< release SIP */
  MSNAV_ACTION_STATE = 8        /**< tell the user: the state changed */
} msnav_action_kind;

/** One action.  Frozen. */
typedef struct msnav_action {
  msnav_session *session; /**< whose it is */
  uint32_t kind;          /**< a #msnav_action_kind */
  uint32_t state;         /**< of the session when the action was made */
  msnav_str payload;      /**< of SEND; valid until the next call on the set */
} msnav_action;

/** Take the next action of any conversation of the set.
 *  @param set the set.
 *  @param[out] action receives it.
 *  @retval MSNAV_OK      an action was stored
 *  @retval MSNAV_ERR_END none is waiting */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_session_next_action(msnav_session_set *set, msnav_action *action);

/** Forget a conversation.  Its waiting actions are dropped.
 *  @param s may be NULL. */
MSNAV_API void msnav_session_free(msnav_session *s);

/** What is known about a conversation.  Grows at its end. */
typedef struct msnav_session_info {
  size_t size;       /**< sizeof of the struct the caller was built with */
  uint32_t state;    /**< a #msnav_state */
  uint32_t reason;   /**< a #msnav_reason */
  uint32_t role;     /**< a #msnav_role */
  uint32_t media;    /**< requested or agreed: MSNAV_AUDIO, MSNAV_VIDEO */
  uint32_t crossing; /**< 1: a call in the other direction crossed it */
  uint32_t peer_conn_type;   /**< the peer's hint, a #msnav_conn_type */
  msnav_addr local;          /**< our SIP address; port 0 until known */
  msnav_addr remote;         /**< the peer's SIP address; port 0 until known */
  uint32_t address_conflict; /**< 1: IP-Address and IP-Address-Enc64 differ */
  msnav_usec deadline;   /**< when to feed MSNAV_EV_TIMEOUT, or MSNAV_NEVER */
  msnav_str peer;        /**< account; valid as long as the conversation */
  msnav_str cookie;      /**< Invitation-Cookie; likewise */
  msnav_str cancel_text; /**< the peer's Cancel-Code as written; likewise */
  msnav_usec created;    /**< when it began */
  msnav_usec connected;  /**< when it first reached talking, 0: never */
} msnav_session_info;

/** Read what is known.
 *  @param s conversation.
 *  @param[in,out] info its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_session_get_info(const msnav_session *s,
                                             msnav_session_info *info);

/** When to feed MSNAV_EV_TIMEOUT.
 *  @param s conversation, or NULL.
 *  @return absolute time, or #MSNAV_NEVER. */
MSNAV_API msnav_usec msnav_session_deadline(const msnav_session *s);

/** Attach a pointer of the caller.
 *  @param s   conversation; nothing happens when it is NULL.
 *  @param ptr returned by msnav_session_user(). */
MSNAV_API void msnav_session_set_user(msnav_session *s, void *ptr);

/** The caller's pointer.
 *  @param s conversation, or NULL.
 *  @return what was attached, NULL at first. */
MSNAV_API void *msnav_session_user(const msnav_session *s);

/** Change how many calls there may be; those that are up stay.
 *  @param set          the set.
 *  @param max_sessions in all; 1 or more.
 *  @param max_per_peer with one account; 1 or more.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID NULL or 0 */
MSNAV_API msnav_error msnav_session_set_limits(msnav_session_set *set,
                                               uint32_t max_sessions,
                                               uint32_t max_per_peer);

/** What a set has counted.  Grows at its end. */
typedef struct msnav_session_counters {
  size_t size;           /**< sizeof of the struct the caller was built with */
  uint64_t invites_in;   /**< conversations that peers began */
  uint64_t invites_out;  /**< conversations that we began */
  uint64_t repeated;     /**< INVITEs for a live key: ignored */
  uint64_t unknown;      /**< ACCEPT or CANCEL for no live key: swallowed, or
                              left to the host */
  uint64_t out_of_state; /**< messages not allowed in the state: ignored */
  uint64_t foreign;      /**< other applications' invitations */
  uint64_t malformed;    /**< payloads that could not be read */
  uint64_t over_limit;   /**< invitations refused by a limit */
  uint64_t bad_address;  /**< ACCEPTs without a usable address */
  uint64_t live;         /**< conversations now */
} msnav_session_counters;

/** Read the counters.
 *  @param set the set.
 *  @param[in,out] counters its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_session_set_counters(
  const msnav_session_set *set, msnav_session_counters *counters);

#ifdef __cplusplus
}
#endif
#endif

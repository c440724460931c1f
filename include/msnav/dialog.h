/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  One SIP dialog over UDP between two negotiated addresses, offers and
 *  answers as opaque bytes.  Sofia-SIP does the transactions behind a guard
 *  that no foreign or malformed datagram passes; none of its types show here.
 *
 *  Repetitions, ACKs, 100 and 180, answers to OPTIONS and to what belongs to
 *  no dialog go out by themselves, and are taken, without an event.  The wall
 *  clock may be set while calls are up.  A dialog that only listens has one
 *  descriptor; three more, and 25 KB, are its own from the first INVITE until
 *  8 s after the last datagram, and again when there is another.
 *  @see RFC 3261; paper sections 2 and 4; doc/protocol.md section 4 */
#ifndef MSNAV_DIALOG_H
#define MSNAV_DIALOG_H

#include <msnav/loop.h>

#ifdef __cplusplus
extern "C" {
#endif

/** What all dialogs of one thread share. */
typedef struct msnav_sip msnav_sip;

/** One dialog. */
typedef struct msnav_dialog msnav_dialog;

/** Create what dialogs share.
 *  @param loop  the caller's loop; must outlive the result.
 *  @param log   may be NULL.
 *  @param trace receives each datagram as it is on the wire, with peer
 *               empty; may be NULL.
 *  @param arg   passed to @p log and @p trace.
 *  @param[out] sip receives the object, owned by the caller.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a loop that msnav_loop_check() refuses
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_sip_new(const msnav_loop *loop,
                                                     msnav_log_fn log,
                                                     msnav_trace_fn trace,
                                                     void *arg,
                                                     msnav_sip **sip);

/** Most that msnav_sip_set_calls_per_agent() takes. */
#define MSNAV_SIP_MAX_CALLS_PER_AGENT 64

/** Let an agent of Sofia's serve several calls, one after the other.  Making
 *  and destroying it is about a fifth of what a call costs that is set up and
 *  hung up.  An agent is left to the next call only when a BYE was answered
 *  and nothing else is open; the next call sees nothing of the one before.
 *  But what such a call leaves behind, up to 39 KB, stays until the next has
 *  lasted for 8 s or the agent was destroyed, and up to 64 agents wait for
 *  calls, each with a descriptor.
 *  @param sip   must not be NULL.
 *  @param calls 1 (so it is at first: an agent goes with its call) to
 *               #MSNAV_SIP_MAX_CALLS_PER_AGENT; calls that end from now on
 *               go by it.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID out of range */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_sip_set_calls_per_agent(msnav_sip *sip, uint32_t calls);

/** Destroy it.  All its dialogs must be freed before.
 *  @param sip may be NULL. */
MSNAV_API void msnav_sip_free(msnav_sip *sip);

/** Which dialect is written; both are understood always. */
typedef enum msnav_profile {
  MSNAV_PROFILE_STANDARD = 0, /**< RFC 3261 and 3264 */
  MSNAV_PROFILE_RTC_1_2 = 1   /**< as the paper shows it: no branch, no user
                                   part, BYE of the called side unswapped */
} msnav_profile;

/** How a dialog is set up.  Start from zero and set size.  Copied, texts
 *  too. */
typedef struct msnav_dialog_config {
  size_t size;            /**< sizeof of the struct the caller was built with */
  uint32_t profile;       /**< a #msnav_profile */
  msnav_addr bind;        /**< where to listen; ip 0: every interface, port 0:
                               any port */
  uint32_t advertised_ip; /**< what the peer is told; 0: that of bind */
  uint16_t advertised_port; /**< likewise; 0: the bound port */
  msnav_addr remote;        /**< the peer; port 0: set later, or (with
                                 accept_first) whoever calls first */
  uint32_t accept_first;    /**< 1: the source of the first sane INVITE becomes
                                 the peer */
  msnav_addr proxy;         /**< outbound proxy, port 0: none; then datagrams
                                 are exchanged with it alone */
  const char *from_name;    /**< display name, UTF-8, at most 160 bytes, or
                                 NULL */
  const char *from_uri;     /**< "sip:..." of our From, at most 200 bytes; NULL:
                                 our address */
  const char *to_uri;       /**< likewise of our To; NULL: the peer's address */
  const char *user;         /**< user part of our Contact, a token of at most 63
                                 bytes; NULL: none */
  const char *user_agent;   /**< at most 64 bytes; NULL: "msnav/" and the
                                 version */
  msnav_usec setup_limit;   /**< our INVITE unanswered; 0: 8 s, MSNAV_NEVER: as
                                 long as the peer says that it rings.  One that
                                 says nothing is given up after 8 s in any
                                 case */
  uint32_t max_message;     /**< longest datagram taken; 0: 8192, the most */
} msnav_dialog_config;

/** What a dialog reports.  Inside each, every call is allowed, freeing the
 *  dialog included.  Texts are valid until the callback returns.  All
 *  members may be NULL.  @c arg is what was given to msnav_dialog_new(). */
typedef struct msnav_dialog_events {
  size_t size; /**< sizeof of the struct the caller was built with */
  /** An INVITE (@p again false) or re-INVITE arrived.  Answer now or later
   *  with msnav_dialog_answer() or msnav_dialog_refuse(). */
  void (*offer)(void *arg, msnav_str sdp, bool again);
  /** A provisional response to our INVITE arrived; one that is repeated is
   *  reported again. */
  void (*progress)(void *arg, unsigned status);
  /** Our INVITE or re-INVITE was answered with 2xx; the ACK is sent. */
  void (*answer)(void *arg, msnav_str sdp, bool again);
  /** The dialog is confirmed: ACK sent or received for the first INVITE. */
  void (*confirmed)(void *arg);
  /** Our INVITE or re-INVITE was refused with this status; 408 also when
   *  nobody answered.  After a refused first INVITE the dialog is over. */
  void (*refused)(void *arg, unsigned status, bool again);
  /** The peer hung up (BYE) or gave up (CANCEL); it was answered. */
  void (*bye)(void *arg);
  /** What msnav_dialog_hangup() began is done; @p status is the answer to
   *  our BYE or CANCEL, 408 when there was none within 8 s, 200 when there
   *  was nothing to end. */
  void (*closed)(void *arg, unsigned status);
  /** The dialog cannot go on.  MSNAV_ERR_LATE: our 200 was never
   *  acknowledged, a BYE was sent (RFC 3261 section 13.3.1.4).
   *  MSNAV_ERR_UNSUPPORTED: the peer's INVITE had no offer and was refused
   *  with 488.  Otherwise what msnav_dialog_new() or msnav_dialog_invite()
   *  return: Sofia or a socket was not to be had. */
  void (*failed)(void *arg, msnav_error error);
} msnav_dialog_events;

/** Open a dialog: binds its socket, sends nothing.
 *  @param sip    what it shares with others.
 *  @param config see #msnav_dialog_config.
 *  @param events see #msnav_dialog_events; copied.
 *  @param arg    passed to the events.
 *  @param[out] dialog receives the dialog, owned by the caller.
 *  @retval MSNAV_OK          listening
 *  @retval MSNAV_ERR_INVALID a value is out of range, a text has control
 *                            characters or is no SIP URI
 *  @retval MSNAV_ERR_ADDRESS the address is not local
 *  @retval MSNAV_ERR_IN_USE  the port is taken
 *  @retval MSNAV_ERR_NOMEM   no memory
 *  @retval MSNAV_ERR_SYSTEM  a system call failed; the log says which */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_dialog_new(
  msnav_sip *sip, const msnav_dialog_config *config,
  const msnav_dialog_events *events, void *arg, msnav_dialog **dialog);

/** Release a dialog at once; nothing is sent.
 *  @param d may be NULL. */
MSNAV_API void msnav_dialog_free(msnav_dialog *d);

/** Our address as the peer is told.
 *  @param d the dialog.
 *  @return an address with a port; valid as long as @p d. */
MSNAV_API const msnav_addr *msnav_dialog_local(const msnav_dialog *d);

/** The peer's address.
 *  @param d the dialog.
 *  @return an address; port 0 while unknown.  Valid as long as @p d. */
MSNAV_API const msnav_addr *msnav_dialog_remote(const msnav_dialog *d);

/** Say who the peer is, once.
 *  @param d      the dialog.
 *  @param remote the negotiated address.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_ADDRESS no port, or an address nobody can have
 *  @retval MSNAV_ERR_STATE   it is known already */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_dialog_set_remote(msnav_dialog *d, const msnav_addr *remote);

/** Send an INVITE, or a re-INVITE in a confirmed dialog.  One that crossed the
 *  peer's is sent once more by itself, within 4 s (RFC 3261 section 14.1).
 *  Until then the peer's may be answered, and another call of this function
 *  replaces the offer, which has to follow what was agreed (RFC 3264
 *  section 8).
 *  @param d   the dialog.
 *  @param sdp the offer.
 *  @param len bytes in @p sdp, 1 to 4,096.
 *  @retval MSNAV_OK          sent; answer or refused follows
 *  @retval MSNAV_ERR_INVALID an offer that is empty or too long
 *  @retval MSNAV_ERR_STATE   not now: no peer, an INVITE is pending, or over
 *  @retval MSNAV_ERR_NOMEM   no memory
 *  @return otherwise as msnav_dialog_new(), of the sockets inside */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_dialog_invite(msnav_dialog *d,
                                                           const char *sdp,
                                                           size_t len);

/** Answer the pending offer with 200.  Before it 180 has gone out by itself
 *  for a first INVITE; in profile rtc-1.2 a 100 too, as the paper has it.
 *  @param d   the dialog.
 *  @param sdp the answer.
 *  @param len bytes in @p sdp, 1 to 4,096.
 *  @retval MSNAV_OK          sent; it is repeated until the ACK comes
 *  @retval MSNAV_ERR_INVALID an answer that is empty or too long
 *  @retval MSNAV_ERR_STATE   no offer is pending
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_dialog_answer(msnav_dialog *d,
                                                           const char *sdp,
                                                           size_t len);

/** Refuse the pending offer.
 *  @param d      the dialog.
 *  @param status 400...699, for example 488.
 *  @retval MSNAV_OK          sent
 *  @retval MSNAV_ERR_INVALID no final status
 *  @retval MSNAV_ERR_STATE   no offer is pending */
MSNAV_API msnav_error msnav_dialog_refuse(msnav_dialog *d, unsigned status);

/** End the dialog in the way its state asks for: CANCEL while our INVITE is
 *  pending, a refusal while theirs is, BYE when confirmed, nothing when there
 *  is nothing.  The closed event follows in every case, never from inside
 *  this call.
 *  @param d the dialog.
 *  @retval MSNAV_OK        begun
 *  @retval MSNAV_ERR_STATE begun before */
MSNAV_API msnav_error msnav_dialog_hangup(msnav_dialog *d);

/** How many datagrams the guard refused, by verdict.
 *  @param d the dialog.
 *  @param index 0, 1, ...
 *  @param[out] name a static string; untouched past the end.
 *  @param[out] count refusals.
 *  @retval MSNAV_OK      filled in
 *  @retval MSNAV_ERR_END no such verdict */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_dialog_refusals(
  const msnav_dialog *d, size_t index, const char **name, uint32_t *count);

#ifdef __cplusplus
}
#endif
#endif

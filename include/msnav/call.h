/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Audio and video calls: what a messenger's author reads.
 *
 *  A context belongs to one account, one thread and one event loop.  Give it
 *  the payloads of `text/x-msmsgsinvite` messages with
 *  msnav_context_receive(), put what msnav_events::send gets into switchboard
 *  `MSG` commands, and calls happen: msnav_call_start() or
 *  msnav_events::incoming, msnav_call_accept(), sound through #msnav_sound,
 *  msnav_call_hangup().
 *
 *  Inside every callback every function may be called, those that free the
 *  call or the context included; freeing is carried out when the outermost
 *  call into the library returns.  Contexts are independent of each other; a
 *  context is used by one thread at a time.  After fork() the child must not
 *  touch a context of its parent. */
#ifndef MSNAV_CALL_H
#define MSNAV_CALL_H

#include <msnav/dialog.h>
#include <msnav/media.h>
#include <msnav/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/** The calls of one account. */
typedef struct msnav_context msnav_context;

/** One call; owned by its context until msnav_call_free(). */
typedef struct msnav_call msnav_call;

/** Whether sound and pictures are encrypted: SRTP with keys in SDP (RFC 4568),
 *  which shields them from everybody who does not see the SIP messages. */
typedef enum msnav_encryption {
  MSNAV_ENCRYPT_IF_POSSIBLE = 0, /**< default: offered beside plain RTP, used
                                      when the peer takes it.  With
                                      MSNAV_PROFILE_RTC_1_2 only when the peer
                                      offers it */
  MSNAV_ENCRYPT_NEVER = 1,       /**< neither offered nor taken */
  MSNAV_ENCRYPT_ALWAYS = 2       /**< RTP/SAVP: no call without it */
} msnav_encryption;

/** How a context behaves.  Start from zero, set size; every other member has
 *  a default.  Copied, texts too. */
typedef struct msnav_config {
  size_t size;            /**< sizeof of the struct the caller was built with */
  const char *account;    /**< our account, for SIP's From and RTCP's CNAME,
                               which peers see; one that is no "user@host" of
                               letters, digits and ".-_+" is left out of From;
                               NULL: "msnav" */
  const char *name;       /**< our display name, UTF-8, without control
                               characters; what SIP has no room for is cut off,
                               160 bytes have it; NULL: none */
  const char *app_name;   /**< Application-Name that peers may show, UTF-8, at
                               most 255 bytes and without control characters;
                               NULL: the paper's */
  const char *user_agent; /**< SIP User-Agent, at most 64 bytes and without
                               control characters; NULL: "msnav/" and
                               version */
  uint32_t media;         /**< MSNAV_AUDIO and MSNAV_VIDEO bits that we can do;
                               0: audio */
  uint32_t profile;       /**< a #msnav_profile */
  uint32_t bind_ip;       /**< where sockets are bound; 0: every interface.
                               Calls on one machine need 127.x.y.z here:
                               otherwise peers on loopback are refused */
  uint32_t advertised_ip; /**< what peers are told; 0: bind_ip, or the address
                               of the interface that routes to the peer */
  uint32_t private_ip;    /**< Private-IP; 0: the advertised one */
  uint32_t public_ip;     /**< Public-IP; 0: the advertised one */
  uint32_t conn_type;     /**< a #msnav_conn_type; NONE: Direct-Connect */
  uint32_t upnp;          /**< UPnP: TRUE or FALSE */
  uint16_t sip_port;      /**< fixed SIP port (one call at a time); 0: any */
  uint16_t rtp_port_min;  /**< RTP takes even ports from here ... */
  uint16_t rtp_port_max;  /**< ... to here, that of RTCP included; 0: any */
  msnav_addr proxy;       /**< SIP outbound proxy; port 0: none */
  const char *codecs;     /**< encoding names in order of preference, separated
                               by commas, such as "PCMU,PCMA"; NULL: all, with
                               MSNAV_PROFILE_RTC_1_2 those of that time */
  uint32_t no_dtmf;       /**< 1: do not offer telephone-event */
  uint32_t no_red;        /**< 1: do not offer redundancy (RFC 2198) */
  uint32_t source_policy; /**< 0: latch; else 1 + a #msnav_source_policy */
  uint32_t allow_relays;  /**< 1: SDP may name another host than the
                               negotiated peer */
  uint32_t trace_media;   /**< 1: trace RTP and RTCP too */
  uint32_t max_calls;     /**< in all; 0: 10,000 */
  uint32_t max_calls_per_peer; /**< 0: 8 */
  msnav_usec min_delay;        /**< jitter buffer; 0: default */
  msnav_usec max_delay;        /**< jitter buffer; 0: default */
  msnav_usec ring_out;         /**< outgoing ring; 0: 60 s */
  msnav_usec ring_in;          /**< incoming ring; 0: 60 s */
  msnav_usec exchange;         /**< address exchange; 0: 20 s */
  msnav_usec setup;            /**< SIP set-up; 0: 8 s.  A peer that says
                                    nothing at all is given up after 8 s in any
                                    case */
  msnav_usec silence;          /**< no RTP or RTCP at all; 0: 30 s */
  msnav_usec bye;              /**< SIP tear-down; 0: 2 s.  After 8 s it is
                                    given up in any case */
  uint32_t sound_rate;         /**< Hz of #msnav_sound, 8,000...48,000; 0: the
                                    codec's.  Codecs of another rate need feature
                                    "speexdsp"; without it they are not offered */
  uint32_t sound_frame; /**< samples per callback: 10 or 20 ms, sound_rate / 100
                             or / 50; 0: 20 ms.  Where these are no whole
                             numbers, some callbacks have one more */
  msnav_usec echo_tail; /**< take out of what is captured what was played, up
                             to so long after it was played, delays of the
                             devices included: 20 ms...1 s, 200 ms is a start;
                             0: do not.  Needs feature "speexdsp", sound_rate,
                             and callbacks of one length */
  uint32_t encryption;  /**< a #msnav_encryption; MSNAV_ENCRYPT_ALWAYS needs
                              feature "srtp" */
  uint32_t silence_suppression; /**< 1: while nobody speaks, send a description
                                     of the background (RFC 3389) once a second
                                     in place of sound, to peers that take it
                                     with a codec of 8,000 Hz.  It is offered
                                     and played in any case, but for
                                     MSNAV_PROFILE_RTC_1_2, which cannot */
  uint32_t calls_per_agent;     /**< see msnav_sip_set_calls_per_agent(), for
                                     gateways; 0: 1 */
} msnav_config;

/** The application's ears and mouth: 16-bit mono samples in both directions,
 *  at msnav_config::sound_rate.  Either member may be NULL. */
typedef struct msnav_sound {
  size_t size; /**< sizeof of the struct the caller was built with */
  /** Fill @p pcm with what the microphone heard.
   *  @return false when there is nothing: no RTP is sent then, RTCP goes
   *          on. */
  bool (*capture)(void *self, msnav_call *call, int16_t *pcm, size_t samples);
  /** Play what the peer said.  @p played has MSNAV_PLAYED_ bits. */
  void (*play)(void *self, msnav_call *call, const int16_t *pcm, size_t samples,
               unsigned played);
} msnav_sound;

/** What a context reports; send is required, all others may be NULL.  @c self
 *  is what was given to msnav_context_new().  Slices are valid until the
 *  callback returns. */
typedef struct msnav_events {
  size_t size; /**< sizeof of the struct the caller was built with */
  /** Put @p payload into a switchboard `MSG` to @p peer.  When that is
   *  impossible, or the server answers NAK, tell it with
   *  msnav_call_undelivered().  @p call is NULL for the last message of a call
   *  that was freed, and for the refusal of an invitation that never rang. */
  void (*send)(void *self, msnav_call *call, msnav_str peer,
               const char *payload, size_t len);
  /** Somebody calls: ring, then msnav_call_accept() or _reject(). */
  void (*incoming)(void *self, msnav_call *call);
  /** A call changed its state.  MSNAV_STATE_ENDED comes exactly once, with a
   *  definite reason, and is the last event of a call. */
  void (*state)(void *self, msnav_call *call, msnav_state state,
                msnav_reason reason);
  /** The peer pressed a key: '0'-'9', '*', '#', 'A'-'D', 'F' for flash;
   *  @p duration 0 when it begins, else how long it was. */
  void (*dtmf)(void *self, msnav_call *call, char key, msnav_usec duration);
  /** Sound levels in -dBov of the loudest 10 or 20 ms since the last report,
   *  ten times a second while talking: 0 is the loudest, 127 silence, or
   *  muted.  After the gains of msnav_call_set_gain(). */
  void (*level)(void *self, msnav_call *call, unsigned sent, unsigned received);
  /** A payload of the video stream arrived. */
  void (*video)(void *self, msnav_call *call, const msnav_payload *payload);
  /** Hold or media changed in mid-call; see msnav_call_get_info(). */
  void (*media)(void *self, msnav_call *call);
  const msnav_sound *sound; /**< copied; NULL: no sound is exchanged */
  msnav_log_fn log;         /**< one line for each thing worth knowing */
  msnav_trace_fn trace; /**< every MSNP payload, SIP message and state change */
} msnav_events;

/** Create a context.
 *  @param loop   the caller's event loop; copied, what its data points to must
 *                outlive the context.
 *  @param config see #msnav_config; NULL: all defaults.
 *  @param events see #msnav_events; copied.
 *  @param self   passed to every callback, log and trace included.
 *  @param[out] context receives the context, owned by the caller.
 *  @retval MSNAV_OK              done
 *  @retval MSNAV_ERR_INVALID     a required member is missing or out of range
 *  @retval MSNAV_ERR_UNSUPPORTED a codec, rate, encryption or echo cancellation
 *                                that this build lacks
 *  @retval MSNAV_ERR_NOMEM       no memory, or the loop gave no watch or timer
 *  @retval MSNAV_ERR_SYSTEM      a system call failed */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_context_new(
  const msnav_loop *loop, const msnav_config *config,
  const msnav_events *events, void *self, msnav_context **context);

/** Destroy a context.  Calls that are up are hung up with what can be sent at
 *  once; each reports MSNAV_STATE_ENDED with MSNAV_REASON_SHUTDOWN.  Call
 *  pointers are invalid afterwards.
 *  @param ctx may be NULL. */
MSNAV_API void msnav_context_free(msnav_context *ctx);

/** Take the payload of a switchboard `MSG`.
 *  @param ctx     context.
 *  @param peer    who sent it; case does not matter.
 *  @param payload MIME header and body, unchanged.
 *  @param len     bytes in @p payload.
 *  @retval MSNAV_OK           dealt with
 *  @retval MSNAV_ERR_NOT_OURS something else, for example a file transfer:
 *                             the application's to handle
 *  @retval MSNAV_ERR_LIMIT    beyond a #msnav_limit; ignored
 *  @retval MSNAV_ERR_STATE    the context is being freed
 *  @return otherwise as msnav_session_set_receive(): who sent it cannot be an
 *          account, or why the payload could not be read; nothing changed
 *          then */
MSNAV_API msnav_error msnav_context_receive(msnav_context *ctx, msnav_str peer,
                                            const char *payload, size_t len);

/** Add a codec that the library does not bring.  Calls that begin later offer
 *  it first.  A call has room for #MSNAV_STREAM_FORMATS codecs, comfort noise
 *  being one of them; those at the end of the list give way, and the log says
 *  so.
 *  @param ctx   context.
 *  @param codec must outlive the context.
 *  @retval MSNAV_OK          added
 *  @retval MSNAV_ERR_INVALID see msnav_codec_check(); or its name and clock
 *                            rate, or its static payload type, are those of
 *                            another, of comfort noise or of RTCP
 *  @retval MSNAV_ERR_UNSUPPORTED its rate is not sound_rate, and this build
 *                                cannot resample
 *  @retval MSNAV_ERR_LIMIT   sixteen codecs are known already */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_context_add_codec(msnav_context *ctx, const msnav_audio_codec *codec);

/** Add a codec that is to be offered after all others.
 *  @param ctx   context.
 *  @param codec must outlive the context.
 *  @return as msnav_context_add_codec(). */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_context_add_codec_last(
  msnav_context *ctx, const msnav_audio_codec *codec);

/** Call somebody.  The first events of the call, msnav_events::send among
 *  them, come before this returns, unless it was called in a callback; they
 *  find @p call filled in.  One that freed the call there leaves a pointer
 *  that is not valid any more.
 *  @param ctx   context.
 *  @param peer  the account; copied.  A switchboard with it must exist or be
 *               made when msnav_events::send asks for it.
 *  @param media MSNAV_AUDIO, MSNAV_VIDEO or both.
 *  @param[out] call receives the call, owned by the context.
 *  @retval MSNAV_OK          the INVITE is on its way
 *  @retval MSNAV_ERR_INVALID a peer that is empty, longer than 255 bytes or has
 *                            control characters; no media or media beyond
 *                            msnav_config; a context that is being freed
 *  @retval MSNAV_ERR_LIMIT   too many calls, in all or with this peer
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_start(msnav_context *ctx,
                                                        msnav_str peer,
                                                        uint32_t media,
                                                        msnav_call **call);

/** Call a SIP address without MSNP.
 *  @param ctx    context.
 *  @param remote where to.
 *  @param media  as msnav_call_start().
 *  @param[out] call receives the call, owned by the context.
 *  @return as msnav_call_start(); MSNAV_ERR_ADDRESS for an address that
 *          nobody can have, or on loopback when bind_ip is not.  A socket that
 *          cannot be had ends the call, with MSNAV_REASON_NETWORK */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_dial(msnav_context *ctx,
                                                       const msnav_addr *remote,
                                                       uint32_t media,
                                                       msnav_call **call);

/** Wait for one SIP call without MSNP, and answer it.
 *  @param ctx   context.
 *  @param local where to listen; overrides bind_ip and sip_port.
 *  @param media as msnav_call_start().
 *  @param[out] call receives the call, owned by the context.
 *  @return as msnav_call_start(); MSNAV_ERR_IN_USE, MSNAV_ERR_ADDRESS or
 *          MSNAV_ERR_SYSTEM when @p local cannot be bound */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_call_listen(msnav_context *ctx, const msnav_addr *local, uint32_t media,
                  msnav_call **call);

/** Say yes.
 *  @param call  an incoming call that rings.
 *  @param media what to take of what is asked for; 0: all of it.
 *  @retval MSNAV_OK          accepted
 *  @retval MSNAV_ERR_STATE   it does not ring
 *  @retval MSNAV_ERR_INVALID nothing of @p media was asked for */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_accept(msnav_call *call,
                                                         uint32_t media);

/** Say no.
 *  @param call an incoming call that rings.
 *  @retval MSNAV_OK        rejected
 *  @retval MSNAV_ERR_STATE it does not ring */
MSNAV_API msnav_error msnav_call_reject(msnav_call *call);

/** Hang up, cancel or reject, whatever ends the call now.
 *  @param call the call.
 *  @retval MSNAV_OK        ending; MSNAV_STATE_ENDED follows
 *  @retval MSNAV_ERR_STATE it is ending or has ended */
MSNAV_API msnav_error msnav_call_hangup(msnav_call *call);

/** Say that the last message of this call could not be delivered (`NAK`, no
 *  such contact, switchboard gone).  A call that talks already goes on.
 *  @param call the call.
 *  @retval MSNAV_OK        the call has ended
 *  @retval MSNAV_ERR_STATE it goes on without the switchboard */
MSNAV_API msnav_error msnav_call_undelivered(msnav_call *call);

/** Release a call; one that has not ended is hung up and reports no further
 *  event.
 *  @param call may be NULL. */
MSNAV_API void msnav_call_free(msnav_call *call);

/** Attach a pointer of the application.
 *  @param call the call; may be NULL.
 *  @param ptr  returned by msnav_call_user(). */
MSNAV_API void msnav_call_set_user(msnav_call *call, void *ptr);

/** The application's pointer.
 *  @param call the call; may be NULL.
 *  @return what was attached, NULL at first. */
MSNAV_API void *msnav_call_user(const msnav_call *call);

/** The context a call belongs to.
 *  @param call the call; may be NULL.
 *  @return its context, NULL for NULL. */
MSNAV_API msnav_context *msnav_call_context(const msnav_call *call);

/** Press a key.
 *  @param call     a call that talks.
 *  @param key      '0'-'9', '*', '#', 'A'-'D', 'F' for flash.
 *  @param duration how long, 40 ms...10 s; 0: 100 ms.
 *  @retval MSNAV_OK          it will be sent
 *  @retval MSNAV_ERR_STATE   no sound is being sent (not talking, or held)
 *  @retval MSNAV_ERR_INVALID no such key or duration
 *  @return otherwise as msnav_stream_dtmf() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_dtmf(msnav_call *call,
                                                       char key,
                                                       msnav_usec duration);

/** Stop or go on sending sound; RTCP goes on.
 *  @param call  the call; may be NULL.
 *  @param muted whether to send none. */
MSNAV_API void msnav_call_mute(msnav_call *call, bool muted);

/** Make the sound of a call louder or softer.  Changes are faded in over one
 *  callback; what is too loud for 16 bits is limited to them.
 *  @param call     the call.
 *  @param sent     factor in permille for what is captured, after echo
 *                  cancellation: 1,000 as it is, 0 silence, at most 16,000.
 *  @param received likewise for what is played.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a factor is too large; nothing changed */
MSNAV_API msnav_error msnav_call_set_gain(msnav_call *call, uint32_t sent,
                                          uint32_t received);

/** Put the peer on hold or take it back, by re-INVITE.  While it is held
 *  neither side hears the other; what is captured is not sent, RTCP is.
 *  @param call a call that talks.
 *  @param held whether to hold.
 *  @retval MSNAV_OK        asked for; msnav_events::media follows, also when
 *                          the peer refused it: see held of msnav_call_info
 *  @retval MSNAV_ERR_STATE not talking, or a change is under way
 *  @return otherwise as msnav_dialog_invite() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_hold(msnav_call *call,
                                                       bool held);

/** Add or drop a medium in mid-call, by re-INVITE.
 *  @param call  a call that talks.
 *  @param media what there shall be afterwards.
 *  @retval MSNAV_OK          asked for; msnav_events::media follows, also when
 *                            the peer refused it: see media of
 *                            msnav_call_info
 *  @retval MSNAV_ERR_INVALID nothing, or beyond msnav_config
 *  @retval MSNAV_ERR_STATE   not talking, or a change is under way
 *  @retval MSNAV_ERR_IN_USE  no pair of RTP ports is free
 *  @return otherwise as msnav_dialog_invite() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_call_set_media(msnav_call *call,
                                                            uint32_t media);

/** Send one RTP payload of video.
 *  @param call    a call with video.
 *  @param payload data, len, timestamp and marker are used.
 *  @retval MSNAV_OK           sent; what the socket refuses is a lost packet
 *  @retval MSNAV_ERR_STATE    no video is being sent
 *  @return otherwise as msnav_stream_send_payload() */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_call_send_video(msnav_call *call, const msnav_payload *payload);

/** What is known about a call.  Grows at its end. */
typedef struct msnav_call_info {
  size_t size;           /**< sizeof of the struct the caller was built with */
  uint32_t state;        /**< a #msnav_state */
  uint32_t reason;       /**< a #msnav_reason */
  uint32_t role;         /**< a #msnav_role */
  uint32_t media;        /**< MSNAV_AUDIO, MSNAV_VIDEO: what flows, or is asked
                              for before it does */
  uint32_t crossing;     /**< 1: the peer called us at the same time */
  uint32_t held;         /**< 1: we hold the peer */
  uint32_t held_by_peer; /**< 1: the peer holds us */
  uint32_t muted;        /**< 1: msnav_call_mute() */
  uint32_t sip_status;   /**< last final SIP status, 0: none */
  msnav_str peer;       /**< account, or address of a direct call (who is waited
                             for has none yet: 0.0.0.0, see remote_sip); valid
                             as long as the call */
  msnav_str cookie;     /**< Invitation-Cookie; likewise */
  msnav_addr local_sip; /**< port 0 until known, so the next three */
  msnav_addr remote_sip;       /**< the peer's; of msnav_call_listen() whoever
                                    called */
  msnav_addr local_rtp;        /**< of the sound */
  msnav_addr remote_rtp;       /**< of the sound, where we send now */
  const char *codec;           /**< encoding name in use, NULL: none; static */
  msnav_usec setup_time;       /**< from the user's yes to talking; 0 before */
  msnav_usec duration;         /**< talked so far, or in all */
  uint32_t video_payload_type; /**< of video we may send, 0: none */
  uint32_t gain_sent;          /**< permille, see msnav_call_set_gain() */
  uint32_t gain_received;      /**< likewise */
  uint32_t srtp_suite;         /**< a #msnav_srtp_suite: how the sound is
                                    encrypted now; a call that was encrypted
                                    never goes on in the clear */
} msnav_call_info;

/** Read what is known about a call.
 *  @param call the call.
 *  @param[in,out] info its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_call_get_info(const msnav_call *call,
                                          msnav_call_info *info);

/** Read the statistics of the sound stream; they stay after the end.
 *  @param call the call.
 *  @param[in,out] stats its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_STATE   there has been no sound stream
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_call_get_stats(const msnav_call *call,
                                           msnav_stream_stats *stats);

/** What a context puts up with from others, before anything is believed.  In
 *  brackets the default and the values that can be set. */
typedef enum msnav_limit {
  MSNAV_LIMIT_PAYLOAD = 0, /**< bytes of an invitation (1664; 256...1664) */
  MSNAV_LIMIT_FIELDS = 1,  /**< its fields (64; 8...800) */
  MSNAV_LIMIT_FIELD = 2,   /**< bytes of one line of it (1024; 64...1664) */
  MSNAV_LIMIT_NAME = 3,    /**< bytes of an account (255; 16...255) */
  MSNAV_LIMIT_INVITES = 4, /**< INVITEs of one account, per minute; that many
                                may come at once (600; 1...60000) */
  MSNAV_LIMIT_CALLS = 5,   /**< calls in all (msnav_config::max_calls;
                                1...1000000) */
  MSNAV_LIMIT_CALLS_PER_PEER = 6, /**< calls with one account
                                (msnav_config::max_calls_per_peer;
                                1...1000000) */
  MSNAV_LIMIT_SIP = 7,        /**< bytes of a SIP datagram, in calls that begin
                                   later (8192; 1024...8192) */
  MSNAV_LIMIT_SDP = 8,        /**< bytes of a description (4096; 256...4096) */
  MSNAV_LIMIT_SDP_LINES = 9,  /**< its lines (128; 8...128) */
  MSNAV_LIMIT_SDP_MEDIA = 10, /**< its m= lines (8; 1...8) */
  MSNAV_LIMIT_SDP_FORMATS = 11, /**< formats in one of them (64; 1...255); of
                                     more than 16 the rest is ignored */
  MSNAV_LIMIT_RTP = 12,  /**< packets of one stream from where it is received,
                              per second; that many may come at once (2000;
                              50...100000) */
  MSNAV_LIMIT_RTCP = 13, /**< likewise of RTCP (100; 5...100000) */
  MSNAV_LIMIT_LOG_LINE = 14, /**< bytes of a line for msnav_events::log; longer
                                  ones are cut (1024; 80...65536) */
  MSNAV_LIMITS = 15
} msnav_limit;

/** Change a limit.  What is up already stays up.
 *  @param ctx   context.
 *  @param limit which.
 *  @param value see #msnav_limit.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID NULL, no such limit, or not a value of it;
 *                            nothing changed */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_context_set_limit(msnav_context *ctx, msnav_limit limit, uint32_t value);

/** What a limit is.
 *  @param ctx   context.
 *  @param limit which.
 *  @return its value; 0 for NULL or no such limit. */
MSNAV_API uint32_t msnav_context_limit(const msnav_context *ctx,
                                       msnav_limit limit);

/** A limit's name, for logs and metrics.
 *  @param limit which.
 *  @return a static string such as "sdp_lines", "unknown" for none. */
MSNAV_API const char *msnav_limit_name(msnav_limit limit);

/** What a context has counted.  Grows at its end. */
typedef struct msnav_context_counters {
  size_t size;           /**< sizeof of the struct the caller was built with */
  uint64_t ended[32];    /**< calls that ended, by #msnav_reason */
  uint64_t live;         /**< calls that are up */
  uint64_t repeated;     /**< INVITEs for a live call: ignored */
  uint64_t unknown;      /**< ACCEPT or CANCEL for no call: never answered */
  uint64_t out_of_state; /**< messages that do not fit the call's state */
  uint64_t foreign;      /**< other applications' invitations */
  uint64_t malformed;    /**< payloads that could not be read */
  uint64_t over_limit;   /**< invitations refused by a limit */
  uint64_t sip_refused;  /**< SIP datagrams that the guard refused */
  uint64_t refused[16];  /**< what was refused, or cut, by #msnav_limit */
} msnav_context_counters;

/** Read the counters of a context.
 *  @param ctx context.
 *  @param[in,out] counters its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_context_get_counters(
  const msnav_context *ctx, msnav_context_counters *counters);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The façade's inside: what a context and a call are made of. */
#ifndef MSNAV_CALL_CONTEXT_H
#define MSNAV_CALL_CONTEXT_H

#include "call/convert.h"
#include "call/echo.h"
#include "call/gain.h"
#include "loop/mux.h"
#include "sdp/sdp.h"
#include <glib.h>
#include <msnav/call.h>

#define MSNAV_MAX_CODECS 16
#define MSNAV_MAX_PCM 960 /* 20 ms at 48 kHz */

#define MSNAV_CALL_SUITES 3 /* of SRTP that are offered */

/* What one stream encrypts with. */
typedef struct call_keys {
  uint32_t made;                      /* bit n: of suite n */
  uint8_t key[MSNAV_CALL_SUITES][30]; /* master key and salt */
  char text[MSNAV_CALL_SUITES][64];   /* "inline:..." */
} call_keys;

/* So many at once, and as many again in a period. */
typedef struct call_bucket {
  uint64_t owner;    /* hash of the account */
  msnav_usec filled; /* when; 0: never used */
  uint64_t tokens;   /* times the period in microseconds */
} call_bucket;

/* One RTP session of a call: its sockets and its stream. */
typedef struct call_stream {
  msnav_call *call;
  uint32_t media; /* MSNAV_AUDIO or MSNAV_VIDEO */
  int rtp_fd, rtcp_fd;
  void *rtp_io, *rtcp_io;
  msnav_addr local; /* RTP; port 0 while the sockets are closed */
  msnav_stream *stream;
  uint32_t ssrc;
  call_keys *keys; /* NULL: none were made yet */
  uint32_t suite;  /* a msnav_srtp_suite, in use */
  bool agreed;     /* in the last offer and answer */
  bool held_by_peer;
  const char *codec;        /* encoding name in use */
  uint32_t video_type;      /* payload type for video we send */
  msnav_stream_stats *last; /* kept after the end; NULL: it never was */
  call_bucket packets[2];   /* RTP, RTCP */
} call_stream;

enum { AUDIO_STREAM = 0, VIDEO_STREAM = 1, STREAMS = 2 };

enum { MSNAV_SENT = 0, MSNAV_RECEIVED = 1 };

/* Sound between the application and the stream.  Made when the stream is. */
typedef struct call_sound {
  msnav_uplink *up;     /* NULL: rates and frames fit */
  msnav_downlink *down; /* NULL: every rate fits */
  msnav_echo *echo;
  uint32_t gain[2], gain_was[2]; /* permille; was: at the end of a tick */
  uint8_t loudest[2];            /* -dBov, since the last report */
} call_sound;

struct msnav_call {
  msnav_context *ctx;
  msnav_call *next, *prev; /* in ctx->calls */
  msnav_call *next_grave;
  msnav_session *session; /* NULL once ended and reported */
  msnav_dialog *dialog;
  void *timer;      /* the session's deadline ... */
  msnav_usec armed; /* ... which it is set to */
  void *user;
  char *peer, *cookie;
  char *title; /* of the lines about it; NULL before the first */
  call_stream streams[STREAMS];
  call_sound sound;
  char *offer; /* our pending offer, as written */
  size_t offer_len;
  uint32_t version; /* of our last description */
  char *described;  /* our last description that was agreed */
  size_t described_len;
  uint32_t media;   /* asked for or agreed */
  uint32_t wanted;  /* what our pending offer asks for */
  bool wants_media; /* it is made to change them */
  bool hold, wanted_hold;
  bool offering; /* our INVITE or re-INVITE is pending */
  bool muted;
  bool encrypted;  /* a stream was: none may be in the clear any more */
  bool talking;    /* media flows */
  bool media_seen; /* since the last tick that told the session */
  bool released;   /* the application freed it */
  bool ended;
  msnav_addr listen_at; /* of msnav_call_listen() */
  msnav_addr caller;    /* who came then; the session never hears of it */
  uint32_t sip_status;
  uint32_t state, reason;
  msnav_usec asked; /* the user's yes */
  msnav_usec setup_time;
  msnav_usec talk_began, talk_ended;
  unsigned ticks;          /* of sound so far */
  msnav_session_info info; /* last seen, kept after the end */
};

struct msnav_context {
  msnav_mux *mux;
  const msnav_loop *loop; /* the mux's inner loop */
  msnav_sip *sip;
  msnav_session_set *sessions;
  msnav_config config; /* texts owned */
  msnav_events events;
  msnav_sound sound;
  void *self;
  const msnav_audio_codec *codecs[MSNAV_MAX_CODECS]; /* by preference */
  size_t codec_count;
  msnav_call *calls;
  msnav_call *graves;  /* ended and released, to be destroyed */
  GHashTable *by_port; /* local SIP port -> call, for traces */
  void *tick;          /* timer of the sound clock */
  msnav_usec next_tick;
  unsigned talking; /* calls with media */
  unsigned depth;   /* nested entries into the library */
  bool draining;
  bool freeing;
  uint16_t next_rtp_port;
  uint64_t ended[32];
  uint64_t sip_refused;
  uint32_t limits[MSNAV_LIMITS];
  uint64_t refused[MSNAV_LIMITS];
  uint64_t long_payloads;  /* of them, those that the set has not seen */
  call_bucket invites[64]; /* of peers; those who were quiet longest go */
};

/* ---- context.c */
/* Every public function and every callback of the mux stands between these:
 * the outermost leave carries out actions and frees what was released. */
void msnav_call_enter(msnav_context *ctx);
void msnav_call_leave(msnav_context *ctx);
msnav_usec msnav_call_now(const msnav_context *ctx);

/* ---- config.c */
/* Whether calls can be made with it, as far as can be told without one. */
bool msnav_call_can_use(const msnav_config *config);
/* How many pairs of RTP ports there are, from which port on. */
unsigned msnav_call_rtp_pairs(const msnav_config *config, uint16_t *first);
/* The name as far as it fits into a From; NULL: none. */
char *msnav_call_display_name(const char *name);
/* "sip:" and the account, when it can stand in a URI as it is, else NULL. */
char *msnav_call_sip_uri(const char *account);

/* ---- limits.c: what is put up with from others */
void msnav_limits_init(msnav_context *ctx);
/* MSNAV_ERR_LIMIT, or MSNAV_OK: it may be read. */
msnav_error msnav_limits_payload(msnav_context *ctx, msnav_str peer,
                                 const char *payload, size_t len);
/* What was read; MSNAV_ERR_LIMIT, or MSNAV_OK: the set may have it. */
msnav_error msnav_limits_invitation(msnav_context *ctx, msnav_str peer,
                                    const msnav_invite *v);
/* The set refused a call for their number. */
void msnav_limits_note_calls(msnav_context *ctx, msnav_error err);
msnav_error msnav_limits_sdp(msnav_context *ctx, msnav_str text);
/* Whether a packet from where this stream is received may be looked at. */
bool msnav_limits_packet(call_stream *st, bool rtcp, const msnav_addr *from,
                         msnav_usec now);

/* ---- call.c */
msnav_call *msnav_call_make(msnav_context *ctx, msnav_session *session);
void msnav_call_destroy(msnav_call *call);
/* Destroy it, once it has ended and was released, at the outermost leave. */
void msnav_call_bury(msnav_call *call);
/* Feed the session; a refusal by its table is returned. */
msnav_error msnav_call_feed(msnav_call *call, msnav_event event);
void msnav_call_arm(msnav_call *call);

/* ---- actions.c */
void msnav_call_drain(msnav_context *ctx);

/* ---- route.c */
/* Our address on the way to an address; 0: to anywhere.  Loopback when there
 * is no way. */
uint32_t msnav_call_route(uint32_t towards);

/* ---- signalling.c: the dialog of a call */
/* Where its sockets are bound; the port is that of SIP. */
msnav_addr msnav_call_bind_at(const msnav_call *call);
msnav_error msnav_call_open_dialog(msnav_call *call);
void msnav_call_close_dialog(msnav_call *call);
msnav_error msnav_call_invite(msnav_call *call); /* first or again */

/* ---- negotiate.c: offers, answers and what follows from them */
msnav_error msnav_call_write_offer(msnav_call *call);
msnav_error msnav_call_take_offer(msnav_call *call, msnav_str text, char *buf,
                                  size_t cap, size_t *len);
msnav_error msnav_call_take_answer(msnav_call *call, msnav_str text);

/* ---- secure.c: keys for SRTP */
bool msnav_call_can_encrypt(void);
/* Offer our keys, or have them ready for an answer. */
msnav_error
msnav_call_add_crypto(call_stream *st, bool answering, msnav_sdp_ability *able);
/* What was agreed; MSNAV_ERR_UNSUPPORTED when it must not be in the clear, or
 * the peer's key is none. */
msnav_error
msnav_call_take_crypto(const call_stream *st, const msnav_sdp_agreed *agreed,
                       msnav_stream_config *config);
/* This suite is in use from now on; the one before gets another key. */
void msnav_call_use_suite(call_stream *st, uint32_t suite);
/* Wipe and free a description, which has keys. */
void msnav_call_forget(char **text, size_t *len);

/* ---- ports.c */
/* Open its sockets, unless they are; ip: where the peer is told to send. */
msnav_error msnav_call_open_stream(call_stream *st, uint32_t ip);

/* ---- streams.c: sockets and RTP streams */
void msnav_call_close_stream(call_stream *st);
/* Free what a closed one leaves, its keys wiped. */
void msnav_call_forget_stream(call_stream *st);
/* What the last agreement does not have, or an offer in vain would have had. */
void msnav_call_close_unused(msnav_call *call);
msnav_error msnav_call_apply(call_stream *st, const msnav_sdp_agreed *agreed);
void msnav_call_start_media(msnav_call *call);
void msnav_call_stop_media(msnav_call *call);
void msnav_call_send_rtp(call_stream *st, const uint8_t *data, size_t len);
/* Take what lies in the sockets before the loop says so. */
void msnav_call_receive_waiting(call_stream *st);
void msnav_call_serve_rtcp(call_stream *st, msnav_usec now);
void msnav_call_serve_events(call_stream *st);

/* ---- sound.c: the sound clock */
void msnav_call_clock(msnav_context *ctx); /* start or stop it */
msnav_usec msnav_call_tick_length(const msnav_context *ctx);
void msnav_call_tick(void *arg);

/* ---- voice.c: the sound of one call */
/* Everything that this configuration can need; no allocation later. */
msnav_error
msnav_call_sound_prepare(msnav_call *call, const msnav_stream_config *config);
void msnav_call_sound_free(call_sound *sound);
size_t msnav_call_tick_samples(const msnav_call *call, uint32_t rate);
void msnav_call_capture(msnav_call *call, msnav_usec now);
void msnav_call_play(msnav_call *call, msnav_usec now);

/* ---- report.c: what the application is told */
void msnav_call_report_state(msnav_call *call, msnav_state state);
void msnav_call_log(msnav_context *ctx, msnav_log_level level, msnav_call *call,
                    const char *format, ...) G_GNUC_PRINTF(4, 5);
void msnav_call_trace(msnav_context *ctx, msnav_trace *record,
                      const msnav_call *call);

#endif

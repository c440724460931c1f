/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session descriptions (RFC 4566) and offer/answer (RFC 3264), as small as
 * the protocol needs: a writer that reproduces the paper's bytes, a bounded
 * reader that forgives dialects, and the rules that turn an offer and our
 * own abilities into an answer.  Pure; no allocation.
 *
 * An msnav_sdp is about 8 KiB and may live on the stack.  The functions that
 * make one build it in a second one on their own stack, so that the caller's
 * is untouched when they fail.  Most of it is room that a call does not need:
 * what is beyond the counts of its lists is never set, copied or looked at. */
#ifndef MSNAV_SDP_SDP_H
#define MSNAV_SDP_SDP_H

#include <msnav/base.h>

#define MSNAV_SDP_MAX_BYTES 4096 /* longest description read */
#define MSNAV_SDP_MAX_LINE 512   /* bytes of a line without its end */
#define MSNAV_SDP_MAX_LINES 128
#define MSNAV_SDP_MAX_MEDIA 8    /* m= lines; further ones are refused */
#define MSNAV_SDP_MAX_FORMATS 16 /* per m= line; further ones are dropped */
#define MSNAV_SDP_MAX_CRYPTO 4   /* a=crypto lines kept per m= line */

/* b=CT of our descriptions in kbit/s: the paper's, and one that leaves room
 * for H.263 in CIF beside the audio.  Set bandwidth before writing for
 * another one. */
#define MSNAV_SDP_BANDWIDTH_AUDIO 110
#define MSNAV_SDP_BANDWIDTH_VIDEO 512

/* The two transports we speak, for msnav_sdp_media.transport. */
#define MSNAV_SDP_RTP_AVP "RTP/AVP"
#define MSNAV_SDP_RTP_SAVP "RTP/SAVP"
#define MSNAV_SDP_METRICS "voip-metrics"

/* What an m= line is for us.  Audio and video over another transport than
 * RTP/AVP and RTP/SAVP is OTHER as well. */
typedef enum msnav_sdp_kind {
  MSNAV_SDP_OTHER = 0, /* kept with its text and answered with port 0 */
  MSNAV_SDP_AUDIO = 1,
  MSNAV_SDP_VIDEO = 2
} msnav_sdp_kind;

/* a=sendrecv and friends, from the describer's point of view */
enum { MSNAV_SDP_SEND = 1, MSNAV_SDP_RECV = 2 };

typedef enum msnav_sdp_encryption {
  MSNAV_SDP_ENC_NONE = 0, /* no a=encryption line */
  MSNAV_SDP_ENC_REJECTED = 1,
  MSNAV_SDP_ENC_OPTIONAL = 2,
  MSNAV_SDP_ENC_REQUIRED = 3
} msnav_sdp_encryption;

typedef struct msnav_sdp_format {
  uint8_t pt;
  msnav_str name; /* rtpmap encoding name; filled in from RFC 3551 for static
                     types without an rtpmap; empty when unknown */
  uint32_t clock_rate;
  uint32_t channels; /* 0 and 1 are the same: one, or none given */
  msnav_str fmtp;    /* empty when absent */
} msnav_sdp_format;

/* What a format is for.  RTC/1.2 lists `red` first, yet the codec of a call
 * is the first format of role CODEC. */
typedef enum msnav_sdp_role {
  MSNAV_SDP_ROLE_CODEC = 0,
  MSNAV_SDP_ROLE_RED = 1,  /* red (RFC 2198) */
  MSNAV_SDP_ROLE_DTMF = 2, /* telephone-event (RFC 4733) */
  MSNAV_SDP_ROLE_NOISE = 3 /* CN (RFC 3389) */
} msnav_sdp_role;

msnav_sdp_role msnav_sdp_role_of(const msnav_sdp_format *format);

typedef struct msnav_sdp_crypto { /* a=crypto (RFC 4568) */
  uint32_t tag;
  msnav_str suite;
  msnav_str params; /* key parameters and session parameters as written */
} msnav_sdp_crypto;

/* One m= line.  With port 0, and for OTHER, the reader keeps no more than the
 * line itself: kind, type, transport, formats_text, and for OTHER rtp. */
typedef struct msnav_sdp_media {
  msnav_sdp_kind kind;
  msnav_str type;         /* "audio", "application", ... */
  msnav_str transport;    /* "RTP/AVP", "RTP/SAVP", ... */
  msnav_str formats_text; /* the format list as written; the writer takes it
                             for OTHER, for port 0 and when formats is empty */
  msnav_addr rtp;         /* c= of the media or session, else the address of
                             o=; port of m=; port 0 is a rejected or removed
                             stream */
  msnav_addr rtcp;        /* a=rtcp, else RTP port + 1; port 0: none */
  bool on_hold_address;   /* c= is 0.0.0.0 */
  unsigned direction;     /* MSNAV_SDP_SEND | MSNAV_SDP_RECV; default both */
  bool metrics;           /* a=rtcp-xr: VoIP metrics are asked for */
  uint32_t maxptime;      /* a=maxptime: ms of media in a packet at most, 0:
                             not said */
  msnav_sdp_encryption encryption;
  size_t format_count;
  size_t crypto_count;
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS]; /* no pt twice */
  msnav_sdp_crypto crypto[MSNAV_SDP_MAX_CRYPTO];   /* no tag twice */
} msnav_sdp_media;

typedef struct msnav_sdp {
  uint32_t origin_ip; /* o= and default c=; 0 when o= has no IPv4 literal */
  uint32_t bandwidth; /* b=CT in kbit/s, 0 when absent */
  uint32_t version;   /* o= version, 0 when above 32 bits; never trusted to
                         detect change */
  size_t media_count;
  msnav_sdp_media media[MSNAV_SDP_MAX_MEDIA];
} msnav_sdp;

/* Read a description.  Slices point into text, or to static storage.
 *
 * Of a line that may stand once, the first one counts.  Attributes that
 * cannot be understood, lines of other types, mappings of formats that are
 * not listed, formats that are no number up to 127: all dropped.
 *
 *   MSNAV_ERR_INVALID         a pointer is NULL
 *   MSNAV_ERR_TOO_LONG        more than MSNAV_SDP_MAX_BYTES
 *   MSNAV_ERR_LINE_TOO_LONG   a line above MSNAV_SDP_MAX_LINE
 *   MSNAV_ERR_TOO_MANY_LINES  more than MSNAV_SDP_MAX_LINES
 *   MSNAV_ERR_LIMIT           more m= lines than MSNAV_SDP_MAX_MEDIA
 *   MSNAV_ERR_NUL             a NUL byte
 *   MSNAV_ERR_BARE_CR         a CR that does not end a line
 *   MSNAV_ERR_PARSE           no v=0 first, a line that is not x=..., an m=
 *                             that is not of the grammar of RFC 4566
 *   MSNAV_ERR_ADDRESS         an audio or video m= whose c= is no IPv4
 *                             unicast literal, or that has no address at all
 *
 * *sdp is untouched unless MSNAV_OK is returned. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_read(const char *text, size_t len,
                                            msnav_sdp *sdp);

/* Write a description in the paper's form: v o s c b t, then for each m= its
 * c= (only when not that of the session), rtpmap, fmtp, direction (only when
 * not sendrecv), rtcp (only when not port + 1), rtcp-xr, crypto, encryption.
 * Nothing but the m= line is written for port 0.
 *
 * MSNAV_ERR_NOSPACE; MSNAV_ERR_INVALID when a text would break a line or a
 * number is out of its range.  buf may hold part of a description then. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_write(const msnav_sdp *sdp, char *buf,
                                             size_t cap, size_t *len);

/* What this side can and wants to do with one kind of media.  Texts are
 * borrowed by every description and result made from it. */
typedef struct msnav_sdp_ability {
  msnav_sdp_kind kind; /* AUDIO or VIDEO, each at most once */
  msnav_addr rtp;      /* where we receive; port 0: we do not take part; ip 0:
                          that of the description */
  msnav_addr rtcp;     /* port 0: RTP port + 1; ip 0: that of rtp */
  unsigned direction;  /* SEND to hold, RECV without a camera */
  size_t format_count; /* in our order of preference; pt is what we offer,
                          red and telephone-event among them; at least one,
                          no pt twice */
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
  /* SRTP: the suites we know with our key for each.  They are offered beside
   * the formats, and one of them is answered when the peer offers it too.
   * With 0 nothing is offered and an RTP/SAVP stream is refused. */
  size_t crypto_count;
  msnav_sdp_crypto crypto[MSNAV_SDP_MAX_CRYPTO];
  bool metrics;      /* ask for VoIP metrics (RFC 3611 section 5), in an answer
                        only a peer that did so itself */
  uint32_t maxptime; /* ms of media in a packet that we take at most; 0: any */
  bool secure_only;  /* offer RTP/SAVP, refuse what is not encrypted */
} msnav_sdp_ability;

/* What both sides agreed on for one m= line.  Names are our own texts; fmtp
 * of codec, and remote_crypto, point into the peer's description. */
typedef struct msnav_sdp_agreed {
  msnav_sdp_kind kind;
  size_t index;                       /* of the m= line */
  msnav_addr remote_rtp, remote_rtcp; /* ip 0 on hold by 0.0.0.0: nothing can
                                         be sent there; rtcp port 0: none */
  unsigned direction;     /* ours: SEND, RECV bits that remain after hold */
  bool metrics;           /* the peer asks for VoIP metrics */
  bool held;              /* the peer stopped what we would send */
  msnav_sdp_format codec; /* what we send: first common format of role CODEC,
                             with the peer's pt and fmtp */
  uint8_t red_pt, dtmf_pt, noise_pt; /* the peer's; 0 when not agreed */
  msnav_sdp_crypto local_crypto; /* SRTP: what we send with; suite empty: off */
  msnav_sdp_crypto remote_crypto; /* what the peer sends with */
  size_t format_count; /* everything the peer may send, with our pts and
                          our fmtp */
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
} msnav_sdp_agreed;

#define MSNAV_SDP_MAX_AGREED 2 /* one audio, one video */

typedef struct msnav_sdp_result {
  uint32_t bandwidth; /* the peer's b=CT in kbit/s, 0 when it gave none */
  size_t count;
  msnav_sdp_agreed agreed[MSNAV_SDP_MAX_AGREED];
} msnav_sdp_result;

/* Make an offer from abilities, one m= for each that takes part, in their
 * order.  MSNAV_ERR_INVALID when an ability breaks the rules above, when none
 * takes part, or when ip is 0; *offer is untouched then. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_offer(const msnav_sdp_ability *abilities,
                                             size_t count, uint32_t ip,
                                             msnav_sdp *offer);

/* Make a further offer in a running session (RFC 3264 section 8): every m= of
 * previous, our last offer or answer, keeps its place.  A stream that runs
 * keeps its formats and their payload types, as far as the abilities still
 * have them; one without an ability (or with port 0) is removed with port 0;
 * an ability without a stream takes the place of a removed one of its kind or
 * is added at the end.  To hold, drop RECV of the ability's direction.  Keep
 * the text of what was sent and read it again to have previous: the slices of
 * an answer point into the peer's message where it refused a stream.  The
 * version is that of previous, as RTC/1.2 does it; raise it before writing
 * where RFC 3264 is to be followed.
 * Errors as msnav_sdp_offer(), and MSNAV_ERR_LIMIT when there is no place. */
MSNAV_MUST_CHECK msnav_error
msnav_sdp_reoffer(const msnav_sdp *previous, const msnav_sdp_ability *abilities,
                  size_t count, uint32_t ip, msnav_sdp *offer);

/* Answer an offer (RFC 3264 section 6): one m= per m= of the offer in its
 * order, the common formats in the offerer's order under the offerer's
 * payload types, the mirrored direction, always a=encryption:rejected; port 0
 * where no codec is common, where the kind is unknown, and where the kind
 * was accepted before.  Hold by c=0.0.0.0 is answered recvonly.
 *
 * MSNAV_ERR_UNSUPPORTED when nothing fits at all, or when a=encryption is
 * `required` by any audio or video stream (the caller sends 488).
 * MSNAV_ERR_INVALID as msnav_sdp_offer().  *answer and *result are untouched
 * unless MSNAV_OK is returned. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_answer(
  const msnav_sdp *offer, const msnav_sdp_ability *abilities, size_t count,
  uint32_t ip, msnav_sdp *answer, msnav_sdp_result *result);

/* Take the peer's answer to our offer (RFC 3264 section 7).  What it lists
 * and we did not offer is ignored.  The payload types to send with are the
 * answer's, those to receive the offer's; the codec is the answer's first.
 *
 * MSNAV_ERR_PARSE when it has another number of m= lines than the offer, or
 * another type in one, or another transport in an accepted one;
 * MSNAV_ERR_UNSUPPORTED when no medium was accepted with a codec of ours, or
 * when it requires encryption.  *result is untouched unless MSNAV_OK is
 * returned. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_accept_answer(const msnav_sdp *offer,
                                                     const msnav_sdp *answer,
                                                     msnav_sdp_result *result);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session descriptions (RFC 4566) and offer/answer (RFC 3264), as small as
 * the protocol needs: a writer that reproduces the paper's bytes, a bounded
 * reader that forgives dialects, and the rules that turn an offer and our
 * own abilities into an answer.  Pure; no allocation. */
#ifndef MSNAV_SDP_SDP_H
#define MSNAV_SDP_SDP_H

#include <msnav/base.h>

#define MSNAV_SDP_MAX_BYTES 4096 /* longest description read */
#define MSNAV_SDP_MAX_LINE 512
#define MSNAV_SDP_MAX_LINES 128
#define MSNAV_SDP_MAX_MEDIA 8    /* m= lines; further ones are refused */
#define MSNAV_SDP_MAX_FORMATS 16 /* per m= line; further ones are dropped */
#define MSNAV_SDP_MAX_CRYPTO 4   /* a=crypto lines kept per m= line */

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
  uint32_t channels; /* 1 unless the rtpmap says otherwise */
  msnav_str fmtp;    /* empty when absent */
} msnav_sdp_format;

typedef struct msnav_sdp_crypto { /* a=crypto (RFC 4568) */
  uint32_t tag;
  msnav_str suite;
  msnav_str params; /* key parameters and session parameters as written */
} msnav_sdp_crypto;

typedef struct msnav_sdp_media {
  msnav_sdp_kind kind;
  msnav_str type;         /* "audio", "application", ... */
  msnav_str transport;    /* "RTP/AVP", "RTP/SAVP", ... */
  msnav_str formats_text; /* the format list as written, for kind OTHER */
  msnav_addr rtp;         /* c= of the media or session, port of m=; port 0 is a
                             rejected or removed stream */
  msnav_addr rtcp;        /* a=rtcp, else RTP port + 1 */
  bool on_hold_address;   /* c= is 0.0.0.0 */
  unsigned direction;     /* MSNAV_SDP_SEND | MSNAV_SDP_RECV; default both */
  msnav_sdp_encryption encryption;
  size_t format_count;
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
  size_t crypto_count;
  msnav_sdp_crypto crypto[MSNAV_SDP_MAX_CRYPTO];
} msnav_sdp_media;

typedef struct msnav_sdp {
  uint32_t origin_ip; /* o= and default c= */
  uint32_t bandwidth; /* b=CT in kbit/s, 0 when absent */
  uint32_t version;   /* o= version; never trusted to detect change */
  size_t media_count;
  msnav_sdp_media media[MSNAV_SDP_MAX_MEDIA];
} msnav_sdp;

/* Read a description.  Slices point into text.  Errors: MSNAV_ERR_TOO_LONG
 * (bytes, lines, line length), MSNAV_ERR_LIMIT (m= lines), MSNAV_ERR_NUL,
 * MSNAV_ERR_PARSE (no v=0 first, a line that is not x=..., an m= or c= that
 * cannot be understood), MSNAV_ERR_ADDRESS (c= is no IPv4 literal). */
MSNAV_MUST_CHECK msnav_error msnav_sdp_read(const char *text, size_t len,
                                            msnav_sdp *sdp);

/* Write a description in the paper's form: v o s c b t, then for each m= its
 * rtpmap, fmtp, direction (only when not sendrecv), rtcp (only when not port
 * + 1), crypto, encryption.  MSNAV_ERR_NOSPACE; MSNAV_ERR_INVALID when a
 * text would break a line. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_write(const msnav_sdp *sdp, char *buf,
                                             size_t cap, size_t *len);

/* What this side can and wants to do with one kind of media. */
typedef struct msnav_sdp_ability {
  msnav_sdp_kind kind;
  msnav_addr rtp; /* where we receive; port 0: we do not take part */
  unsigned direction;
  size_t format_count; /* in our order of preference; pt is what we offer,
                          red and telephone-event among them */
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
} msnav_sdp_ability;

/* What both sides agreed on for one m= line. */
typedef struct msnav_sdp_agreed {
  msnav_sdp_kind kind;
  size_t index; /* of the m= line */
  msnav_addr remote_rtp, remote_rtcp;
  unsigned direction;      /* ours: SEND, RECV bits that remain after hold */
  bool held;               /* the peer put us on hold */
  msnav_sdp_format codec;  /* what we send: first common format that is neither
                              red nor telephone-event, with the peer's pt */
  uint8_t red_pt, dtmf_pt; /* the peer's; 0 when not agreed */
  size_t format_count;     /* everything the peer may send, with our pts */
  msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
} msnav_sdp_agreed;

#define MSNAV_SDP_MAX_AGREED 2 /* one audio, one video */

typedef struct msnav_sdp_result {
  size_t count;
  msnav_sdp_agreed agreed[MSNAV_SDP_MAX_AGREED];
} msnav_sdp_result;

/* Make an offer from abilities.  Slices are borrowed from abilities. */
void msnav_sdp_offer(const msnav_sdp_ability *abilities, size_t count,
                     uint32_t ip, msnav_sdp *offer);

/* Answer an offer (RFC 3264 section 6): one m= per m= of the offer in its
 * order, the common formats in the offerer's order under the offerer's
 * payload types, port 0 where nothing fits, where the kind is unknown, where
 * it came a second time, or where encryption is required; always
 * a=encryption:rejected.  MSNAV_ERR_UNSUPPORTED when nothing fits at all or
 * when encryption is required (the caller sends 488). */
MSNAV_MUST_CHECK msnav_error msnav_sdp_answer(
  const msnav_sdp *offer, const msnav_sdp_ability *abilities, size_t count,
  uint32_t ip, msnav_sdp *answer, msnav_sdp_result *result);

/* Take the peer's answer to our offer (RFC 3264 section 7).
 * MSNAV_ERR_PARSE when it has fewer m= lines than the offer or other kinds,
 * MSNAV_ERR_UNSUPPORTED when no medium was accepted. */
MSNAV_MUST_CHECK msnav_error msnav_sdp_accept_answer(const msnav_sdp *offer,
                                                     const msnav_sdp *answer,
                                                     msnav_sdp_result *result);

#endif

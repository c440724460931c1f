/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of this layer share with each other and with nobody else. */
#ifndef MSNAV_SDP_INNER_H
#define MSNAV_SDP_INNER_H

#include "base/text.h"
#include "sdp/sdp.h"

/* ---- syntax.c */
/* The next word of a line whose words are parted by blanks; empty at the
 * end.  More than one blank is forgiven. */
msnav_str msnav_sdp_word(msnav_str *rest);
/* The token (RFC 4566 section 9) that comes next, which may be empty.  None
 * has the quote in it that makes Sofia's parser eat all memory. */
msnav_str msnav_sdp_token(msnav_str *rest);
bool msnav_sdp_is_token(msnav_str text);
/* 1*(token), parted by a single character such as '/' or by blanks */
bool msnav_sdp_is_token_list(msnav_str text, char separator);
/* not empty, and nothing in it ends a line */
bool msnav_sdp_is_byte_string(msnav_str text);
/* "IN IP4 a.b.c.d"; false when it is anything else or no unicast address */
bool msnav_sdp_read_address(msnav_str text, uint32_t *ip);

/* ---- copy.c: without the room that nothing is in */
/* A description without streams. */
void msnav_sdp_clear(msnav_sdp *sdp);
/* A stream that nothing is known of. */
void msnav_sdp_clear_media(msnav_sdp_media *media);
void msnav_sdp_clear_agreed(msnav_sdp_agreed *agreed);
void msnav_sdp_copy(msnav_sdp *to, const msnav_sdp *from);
void msnav_sdp_copy_result(msnav_sdp_result *to, const msnav_sdp_result *from);

/* ---- formats.c */
/* name, rate and channels of a static payload type (RFC 3551 section 6) */
void msnav_sdp_fill_static(msnav_sdp_format *format);
/* the same codec, whatever the payload types */
bool msnav_sdp_same_format(const msnav_sdp_format *a,
                           const msnav_sdp_format *b);
/* the first entry that is the same codec, or NULL */
const msnav_sdp_format *
msnav_sdp_find_format(const msnav_sdp_format *formats, size_t count,
                      const msnav_sdp_format *wanted);
/* the entry with this payload type, or NULL */
const msnav_sdp_format *
msnav_sdp_by_pt(const msnav_sdp_format *formats, size_t count, uint8_t pt);

/* ---- attribute.c */
/* What the lines of one level said: of the session, or of one m=. */
typedef struct msnav_sdp_level {
  bool has_ip, bad_ip, has_rtcp, has_direction, has_encryption, has_metrics;
  uint32_t ip;
  msnav_addr rtcp; /* ip 0: that of RTP */
  unsigned direction;
  msnav_sdp_encryption encryption;
  bool metrics;
} msnav_sdp_level;

/* Take the value of one a= line.  media is NULL at session level. */
void msnav_sdp_read_attribute(msnav_str value, msnav_sdp_level *level,
                              msnav_sdp_media *media);

/* ---- media.c */
/* Read the value of an m= line into a cleared *media. */
msnav_error msnav_sdp_read_media(msnav_str value, msnav_sdp_media *media);
/* Settle what the levels left open, once the last line of the medium is
 * read. */
msnav_error
msnav_sdp_finish_media(msnav_sdp_media *media, const msnav_sdp_level *own,
                       const msnav_sdp_level *session, uint32_t origin_ip);

/* ---- offer.c */
/* MSNAV_ERR_INVALID when an ability breaks the rules of sdp.h */
msnav_error msnav_sdp_check_abilities(const msnav_sdp_ability *abilities,
                                      size_t count, uint32_t ip);
/* An m= line of ours without its formats. */
void msnav_sdp_media_of(const msnav_sdp_ability *ability, uint32_t ip,
                        msnav_sdp_media *made);
/* An m= line with port 0 that otherwise repeats the given one. */
void msnav_sdp_rejected(const msnav_sdp_media *media, msnav_sdp_media *made);
/* b=CT for what is alive in a description of ours */
uint32_t msnav_sdp_bandwidth_of(const msnav_sdp *sdp);

/* ---- agree.c */
/* Formats of one side; matched against the other's. */
typedef struct msnav_sdp_formats {
  const msnav_sdp_format *list;
  size_t count;
} msnav_sdp_formats;

/* Whether the counts stay within their arrays; descriptions come from
 * callers, too. */
bool msnav_sdp_is_bounded(const msnav_sdp *sdp);
/* Whether audio or video flows, or could. */
bool msnav_sdp_is_alive(const msnav_sdp_media *media);
/* The peer's direction as we see it: what it sends we receive. */
unsigned msnav_sdp_mirrored(unsigned direction);
/* Fill in formats, codec, red_pt, dtmf_pt and noise_pt, in the peer's order.
 * pts_of_peer: we receive under the peer's payload types (we answer), else
 * under ours (we offered).  False when no codec is common. */
bool msnav_sdp_agree_formats(msnav_sdp_agreed *agreed, msnav_sdp_formats ours,
                             msnav_sdp_formats theirs, bool pts_of_peer);
/* Fill in where the peer receives, what remains of our wish, and whether the
 * peer put us on hold.  asked is the direction we had offered it, both when
 * it was free to choose. */
void msnav_sdp_agree_peer(msnav_sdp_agreed *agreed,
                          const msnav_sdp_media *theirs, unsigned wish,
                          unsigned asked);
/* RTP/SAVP */
bool msnav_sdp_is_secure(const msnav_sdp_media *media);
/* Whether a line of the peer's is for the suite of one of ours, with a key as
 * long as ours, and asks for nothing that we do not understand. */
bool msnav_sdp_crypto_fits(const msnav_sdp_crypto *theirs,
                           const msnav_sdp_crypto *ours);

#endif

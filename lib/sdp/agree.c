/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What answering an offer and taking an answer have in common. */
#include "sdp/inner.h"
#include <string.h>

bool msnav_sdp_is_bounded(const msnav_sdp *sdp) {
  if (sdp->media_count > MSNAV_SDP_MAX_MEDIA) {
    return false;
  }
  for (size_t i = 0; i < sdp->media_count; i++) {
    if (sdp->media[i].format_count > MSNAV_SDP_MAX_FORMATS ||
        sdp->media[i].crypto_count > MSNAV_SDP_MAX_CRYPTO) {
      return false;
    }
  }
  return true;
}

bool msnav_sdp_is_alive(const msnav_sdp_media *media) {
  return media->kind != MSNAV_SDP_OTHER && media->rtp.port != 0;
}

bool msnav_sdp_is_secure(const msnav_sdp_media *media) {
  return MSNAV_TEXT_IS(media->transport, MSNAV_SDP_RTP_SAVP);
}

unsigned msnav_sdp_mirrored(unsigned direction) {
  return (direction & MSNAV_SDP_SEND ? MSNAV_SDP_RECV : 0u) |
         (direction & MSNAV_SDP_RECV ? MSNAV_SDP_SEND : 0u);
}

void msnav_sdp_agree_peer(msnav_sdp_agreed *agreed,
                          const msnav_sdp_media *theirs, unsigned wish,
                          unsigned asked) {
  bool refuses = !(theirs->direction & MSNAV_SDP_RECV);
  agreed->kind = theirs->kind;
  agreed->remote_rtp = theirs->rtp;
  agreed->remote_rtcp = theirs->rtcp;
  agreed->metrics = theirs->metrics;
  agreed->direction = msnav_sdp_mirrored(theirs->direction) & wish;
  agreed->held =
    theirs->on_hold_address || (refuses && (asked & MSNAV_SDP_SEND));
  if (theirs->on_hold_address) { /* RFC 3264 section 8.4 */
    agreed->direction &= ~(unsigned)MSNAV_SDP_SEND;
  }
}

/* Our format that a peer's is; payload type 0 is "not agreed" in red_pt,
 * dtmf_pt and noise_pt, and nobody maps it to one of them. */
static const msnav_sdp_format *
common(msnav_sdp_formats ours, const msnav_sdp_format *theirs) {
  msnav_sdp_role role = msnav_sdp_role_of(theirs);
  if (theirs->pt == 0 && role != MSNAV_SDP_ROLE_CODEC) {
    return NULL;
  }
  return msnav_sdp_find_format(ours.list, ours.count, theirs);
}

/* The first of a role, preferably of this clock rate: events are counted on
 * the clock of the codec they interrupt (RFC 4733 section 2.1). */
static const msnav_sdp_format *
of_role(const msnav_sdp_formats *formats, msnav_sdp_role role,
        uint32_t clock_rate) {
  const msnav_sdp_format *first = NULL;
  for (size_t i = 0; i < formats->count; i++) {
    const msnav_sdp_format *format = &formats->list[i];
    if (msnav_sdp_role_of(format) != role) {
      continue;
    }
    if (format->clock_rate == clock_rate) {
      return format;
    }
    first = first != NULL ? first : format;
  }
  return first;
}

/* red is not a codec choice, though RTC/1.2 lists it first. */
static bool choose(msnav_sdp_agreed *agreed, const msnav_sdp_formats *to_send) {
  const msnav_sdp_format *codec = NULL;
  for (size_t i = 0; i < to_send->count && codec == NULL; i++) {
    bool is = msnav_sdp_role_of(&to_send->list[i]) == MSNAV_SDP_ROLE_CODEC;
    codec = is ? &to_send->list[i] : NULL;
  }
  if (codec == NULL) {
    return false;
  }
  const msnav_sdp_format *red =
    of_role(to_send, MSNAV_SDP_ROLE_RED, codec->clock_rate);
  const msnav_sdp_format *dtmf =
    of_role(to_send, MSNAV_SDP_ROLE_DTMF, codec->clock_rate);
  const msnav_sdp_format *noise =
    of_role(to_send, MSNAV_SDP_ROLE_NOISE, codec->clock_rate);
  /* RFC 3389 section 4: on the codec's own clock */
  bool fits = noise != NULL && noise->clock_rate == codec->clock_rate;
  agreed->codec = *codec;
  agreed->red_pt = red != NULL ? red->pt : 0;
  agreed->dtmf_pt = dtmf != NULL ? dtmf->pt : 0;
  agreed->noise_pt = fits ? noise->pt : 0;
  return true;
}

bool msnav_sdp_agree_formats(msnav_sdp_agreed *agreed, msnav_sdp_formats ours,
                             msnav_sdp_formats theirs, bool pts_of_peer) {
  msnav_sdp_format sent[MSNAV_SDP_MAX_FORMATS]; /* as the peer wants them */
  size_t count = 0;
  for (size_t i = 0; i < theirs.count && count < MSNAV_SDP_MAX_FORMATS; i++) {
    const msnav_sdp_format *peers = &theirs.list[i];
    const msnav_sdp_format *format = common(ours, peers);
    if (format == NULL) {
      continue;
    }
    uint8_t pt = pts_of_peer ? peers->pt : format->pt;
    if (msnav_sdp_by_pt(agreed->formats, count, pt) != NULL) {
      continue;
    }
    agreed->formats[count] = *format;
    agreed->formats[count].pt = pt;
    sent[count] = *format;
    sent[count].pt = peers->pt;
    sent[count++].fmtp = peers->fmtp;
  }
  agreed->format_count = count;
  return choose(agreed, &(msnav_sdp_formats){sent, count});
}

/* Bytes of the one inline key, 0 when it is none.  A master key identifier
 * would lengthen every packet, and an answerer must not accept what it does
 * not understand, as session parameters (RFC 4568 sections 6.1 and 6.3). */
static size_t key_size(msnav_str params) {
  msnav_str prefix = MSNAV_LITERAL("inline:");
  if (!msnav_text_starts_nocase(params, prefix)) {
    return 0;
  }
  for (size_t i = prefix.len; i < params.len; i++) {
    char c = params.ptr[i];
    if (c == ':' || c == ';' || c == ' ' || c == '\t') {
      return 0;
    }
  }
  msnav_str rest = {params.ptr + prefix.len, params.len - prefix.len};
  uint8_t key[46]; /* the longest, of AES_256_CM_HMAC_SHA1_80 */
  size_t len = 0;
  msnav_error err =
    msnav_base64_decode(msnav_text_until(&rest, '|'), key, sizeof(key), &len);
  explicit_bzero(key, sizeof(key));
  return err == MSNAV_OK ? len : 0;
}

bool msnav_sdp_crypto_fits(const msnav_sdp_crypto *theirs,
                           const msnav_sdp_crypto *ours) {
  size_t size = key_size(theirs->params);
  return msnav_text_equal_nocase(theirs->suite, ours->suite) && size > 0 &&
         size == key_size(ours->params);
}

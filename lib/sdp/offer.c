/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

/* What is no codec must be told from "not agreed", which is 0. */
static bool valid_format(const msnav_sdp_format *format) {
  msnav_sdp_role role = msnav_sdp_role_of(format);
  bool needs_pt = role != MSNAV_SDP_ROLE_CODEC;
  return format->pt <= 127 && (format->pt > 0 || !needs_pt) &&
         msnav_sdp_is_token(format->name) && format->clock_rate > 0 &&
         format->channels <= 255 &&
         (format->fmtp.len == 0 || msnav_sdp_is_byte_string(format->fmtp));
}

static bool valid_formats(const msnav_sdp_ability *ability) {
  if (ability->format_count == 0 ||
      ability->format_count > MSNAV_SDP_MAX_FORMATS) {
    return false;
  }
  for (size_t i = 0; i < ability->format_count; i++) {
    const msnav_sdp_format *format = &ability->formats[i];
    if (!valid_format(format) ||
        msnav_sdp_by_pt(ability->formats, i, format->pt) != NULL) {
      return false;
    }
  }
  return true;
}

static bool valid_crypto(const msnav_sdp_ability *ability) {
  if (ability->crypto_count > MSNAV_SDP_MAX_CRYPTO) {
    return false;
  }
  for (size_t i = 0; i < ability->crypto_count; i++) {
    if (!msnav_sdp_is_token(ability->crypto[i].suite) ||
        !msnav_sdp_is_byte_string(ability->crypto[i].params)) {
      return false;
    }
    for (size_t j = 0; j < i; j++) {
      if (ability->crypto[j].tag == ability->crypto[i].tag) {
        return false;
      }
    }
  }
  return ability->crypto_count > 0 || !ability->secure_only;
}

msnav_error msnav_sdp_check_abilities(const msnav_sdp_ability *abilities,
                                      size_t count, uint32_t ip) {
  if (abilities == NULL || count == 0 || count > MSNAV_SDP_MAX_AGREED ||
      ip == 0) {
    return MSNAV_ERR_INVALID;
  }
  for (size_t i = 0; i < count; i++) {
    const msnav_sdp_ability *ability = &abilities[i];
    if ((ability->kind != MSNAV_SDP_AUDIO &&
         ability->kind != MSNAV_SDP_VIDEO) ||
        (i > 0 && ability->kind == abilities[0].kind) ||
        ability->direction > (MSNAV_SDP_SEND | MSNAV_SDP_RECV) ||
        !valid_formats(ability) || !valid_crypto(ability)) {
      return MSNAV_ERR_INVALID;
    }
  }
  return MSNAV_OK;
}

void msnav_sdp_media_of(const msnav_sdp_ability *ability, uint32_t ip,
                        msnav_sdp_media *made) {
  msnav_sdp_clear_media(made);
  made->kind = ability->kind;
  made->type = ability->kind == MSNAV_SDP_AUDIO ? MSNAV_LITERAL("audio")
                                                : MSNAV_LITERAL("video");
  made->transport = ability->secure_only ? MSNAV_LITERAL(MSNAV_SDP_RTP_SAVP)
                                         : MSNAV_LITERAL(MSNAV_SDP_RTP_AVP);
  made->rtp = ability->rtp;
  made->rtcp = ability->rtcp;
  made->direction = ability->direction;
  made->metrics = ability->metrics;
  made->maxptime = ability->maxptime;
  made->encryption = MSNAV_SDP_ENC_REJECTED;
  made->rtp.ip = made->rtp.ip != 0 ? made->rtp.ip : ip;
  made->rtcp.ip = made->rtcp.ip != 0 ? made->rtcp.ip : made->rtp.ip;
  if (made->rtcp.port == 0 && made->rtp.port < UINT16_MAX) {
    made->rtcp.port = (uint16_t)(made->rtp.port + 1);
  }
}

static void
add_format(msnav_sdp_media *media, const msnav_sdp_format *format, uint8_t pt) {
  media->formats[media->format_count] = *format;
  media->formats[media->format_count++].pt = pt;
}

static void
offered(const msnav_sdp_ability *ability, uint32_t ip, msnav_sdp_media *made) {
  msnav_sdp_media_of(ability, ip, made);
  for (size_t i = 0; i < ability->format_count; i++) {
    add_format(made, &ability->formats[i], ability->formats[i].pt);
  }
  for (size_t i = 0; i < ability->crypto_count; i++) {
    made->crypto[made->crypto_count++] = ability->crypto[i];
  }
}

void msnav_sdp_rejected(const msnav_sdp_media *media, msnav_sdp_media *made) {
  msnav_sdp_clear_media(made);
  made->kind = media->kind;
  made->type = media->type;
  made->transport = media->transport;
  made->formats_text = media->formats_text;
  made->direction = MSNAV_SDP_SEND | MSNAV_SDP_RECV;
  if (media->formats_text.len == 0) { /* one we made: no text to repeat */
    for (size_t i = 0; i < media->format_count; i++) {
      add_format(made, &media->formats[i], media->formats[i].pt);
    }
  }
}

uint32_t msnav_sdp_bandwidth_of(const msnav_sdp *sdp) {
  for (size_t i = 0; i < sdp->media_count; i++) {
    if (sdp->media[i].kind == MSNAV_SDP_VIDEO &&
        msnav_sdp_is_alive(&sdp->media[i])) {
      return MSNAV_SDP_BANDWIDTH_VIDEO;
    }
  }
  return MSNAV_SDP_BANDWIDTH_AUDIO;
}

/* The running stream of a kind, else a removed one whose place can be taken
 * (RFC 3264 section 8.1), else the first place behind them all. */
static size_t place_of(const msnav_sdp *sdp, msnav_sdp_kind kind) {
  size_t place = sdp->media_count;
  for (size_t i = sdp->media_count; i-- > 0;) {
    const msnav_sdp_media *media = &sdp->media[i];
    bool better =
      place == sdp->media_count || !msnav_sdp_is_alive(&sdp->media[place]);
    if (media->kind == kind && better) {
      place = i;
    }
  }
  return place;
}

/* The formats of a running stream that the ability still has, under the
 * payload types they have.  False when no codec is among them. */
static bool keep_formats(msnav_sdp_media *media, const msnav_sdp_media *before,
                         const msnav_sdp_ability *ability) {
  bool has_codec = false;
  for (size_t i = 0; i < before->format_count; i++) {
    const msnav_sdp_format *format =
      msnav_sdp_find_format(ability->formats, ability->format_count,
                            &before->formats[i]);
    if (format != NULL) {
      add_format(media, format, before->formats[i].pt);
      has_codec |= msnav_sdp_role_of(format) == MSNAV_SDP_ROLE_CODEC;
    }
  }
  return has_codec;
}

/* Offer a running stream again.  A payload type must not come to mean another
 * codec within a session (RFC 3264 section 8.3.2), so what was agreed is
 * offered as it was; only when no codec of it is left are the others added,
 * under types that were free.  Where none of theirs was, the stream goes. */
static void
offered_again(const msnav_sdp_media *before, const msnav_sdp_ability *ability,
              uint32_t ip, msnav_sdp_media *made) {
  offered(ability, ip, made);
  if (!msnav_sdp_is_alive(before)) {
    return;
  }
  if (msnav_sdp_is_secure(before) && made->crypto_count > 0) {
    made->transport = MSNAV_LITERAL(MSNAV_SDP_RTP_SAVP);
  }
  made->format_count = 0;
  if (keep_formats(made, before, ability)) {
    return;
  }
  bool has_codec = false;
  for (size_t i = 0; i < ability->format_count; i++) {
    const msnav_sdp_format *format = &ability->formats[i];
    if (made->format_count < MSNAV_SDP_MAX_FORMATS &&
        msnav_sdp_by_pt(before->formats, before->format_count, format->pt) ==
          NULL &&
        msnav_sdp_find_format(made->formats, made->format_count, format) ==
          NULL) {
      add_format(made, format, format->pt);
      has_codec |= msnav_sdp_role_of(format) == MSNAV_SDP_ROLE_CODEC;
    }
  }
  if (!has_codec) {
    msnav_sdp_rejected(before, made);
  }
}

/* Give an ability its m= line among those that were removed in advance. */
static msnav_error give_place(msnav_sdp *made, const msnav_sdp *previous,
                              const msnav_sdp_ability *ability) {
  if (ability->rtp.port == 0) {
    return MSNAV_OK;
  }
  size_t at = previous != NULL ? place_of(previous, ability->kind) : 0;
  if (previous != NULL && at < previous->media_count) {
    offered_again(&previous->media[at], ability, made->origin_ip,
                  &made->media[at]);
    return MSNAV_OK;
  }
  if (made->media_count == MSNAV_SDP_MAX_MEDIA) {
    return MSNAV_ERR_LIMIT;
  }
  offered(ability, made->origin_ip, &made->media[made->media_count++]);
  return MSNAV_OK;
}

msnav_error
msnav_sdp_reoffer(const msnav_sdp *previous, const msnav_sdp_ability *abilities,
                  size_t count, uint32_t ip, msnav_sdp *offer) {
  if (offer == NULL || (previous != NULL && !msnav_sdp_is_bounded(previous)) ||
      msnav_sdp_check_abilities(abilities, count, ip) != MSNAV_OK) {
    return MSNAV_ERR_INVALID;
  }
  msnav_sdp made;
  msnav_sdp_clear(&made);
  made.origin_ip = ip;
  for (size_t i = 0; previous != NULL && i < previous->media_count; i++) {
    msnav_sdp_rejected(&previous->media[i], &made.media[made.media_count++]);
  }
  for (size_t i = 0; i < count; i++) {
    msnav_error err = give_place(&made, previous, &abilities[i]);
    if (err != MSNAV_OK) {
      return err;
    }
  }
  if (made.media_count == 0) {
    return MSNAV_ERR_INVALID;
  }
  made.version = previous != NULL ? previous->version : 0;
  made.bandwidth = msnav_sdp_bandwidth_of(&made);
  msnav_sdp_copy(offer, &made);
  return MSNAV_OK;
}

msnav_error msnav_sdp_offer(const msnav_sdp_ability *abilities, size_t count,
                            uint32_t ip, msnav_sdp *offer) {
  return msnav_sdp_reoffer(NULL, abilities, count, ip, offer);
}

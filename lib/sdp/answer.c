/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

/* What the answer is made of, while it is made. */
typedef struct answering {
  const msnav_sdp *offer;
  const msnav_sdp_ability *abilities;
  size_t count;
  uint32_t ip;
  msnav_sdp answer;
  msnav_sdp_result result;
} answering;

/* Our ability for a stream, NULL when it is to be refused: one stream of each
 * kind. */
static const msnav_sdp_ability *
ability_for(const answering *a, const msnav_sdp_media *media) {
  for (size_t i = 0; i < a->result.count; i++) {
    if (a->result.agreed[i].kind == media->kind) {
      return NULL;
    }
  }
  for (size_t i = 0; i < a->count && msnav_sdp_is_alive(media); i++) {
    if (a->abilities[i].kind == media->kind && a->abilities[i].rtp.port != 0) {
      return &a->abilities[i];
    }
  }
  return NULL;
}

/* The first of the offered suites that we can use, with our key under the tag
 * of the offer (RFC 4568 section 5.1.2). */
static bool
agree_crypto(const msnav_sdp_media *offered, const msnav_sdp_ability *ability,
             msnav_sdp_agreed *agreed) {
  for (size_t i = 0; i < offered->crypto_count; i++) {
    const msnav_sdp_crypto *theirs = &offered->crypto[i];
    for (size_t j = 0; j < ability->crypto_count; j++) {
      if (msnav_sdp_crypto_fits(theirs, &ability->crypto[j])) {
        agreed->remote_crypto = *theirs;
        agreed->local_crypto = ability->crypto[j];
        agreed->local_crypto.tag = theirs->tag;
        return true;
      }
    }
  }
  return false;
}

static bool accept_media(answering *a, size_t index) {
  const msnav_sdp_media *offered = &a->offer->media[index];
  const msnav_sdp_ability *ability = ability_for(a, offered);
  if (ability == NULL) {
    return false;
  }
  msnav_sdp_agreed *agreed = &a->result.agreed[a->result.count];
  msnav_sdp_clear_agreed(agreed);
  agreed->index = index;
  bool encrypted = agree_crypto(offered, ability, agreed);
  bool must_be = msnav_sdp_is_secure(offered) || ability->secure_only;
  if ((must_be && !encrypted) ||
      !msnav_sdp_agree_formats(
        agreed, (msnav_sdp_formats){ability->formats, ability->format_count},
        (msnav_sdp_formats){offered->formats, offered->format_count}, true)) {
    return false;
  }
  msnav_sdp_agree_peer(agreed, offered, ability->direction,
                       MSNAV_SDP_SEND | MSNAV_SDP_RECV);
  a->result.count++;
  msnav_sdp_media *media = &a->answer.media[index];
  msnav_sdp_media_of(ability, a->ip, media);
  media->transport = msnav_sdp_is_secure(offered)
                       ? MSNAV_LITERAL(MSNAV_SDP_RTP_SAVP)
                       : MSNAV_LITERAL(MSNAV_SDP_RTP_AVP);
  media->direction = agreed->direction;
  media->metrics = ability->metrics && offered->metrics;
  media->format_count = agreed->format_count;
  for (size_t i = 0; i < agreed->format_count; i++) {
    media->formats[i] = agreed->formats[i];
  }
  if (encrypted) {
    media->crypto[media->crypto_count++] = agreed->local_crypto;
  }
  return true;
}

msnav_error
msnav_sdp_answer(const msnav_sdp *offer, const msnav_sdp_ability *abilities,
                 size_t count, uint32_t ip, msnav_sdp *answer,
                 msnav_sdp_result *result) {
  if (offer == NULL || answer == NULL || result == NULL ||
      !msnav_sdp_is_bounded(offer) ||
      msnav_sdp_check_abilities(abilities, count, ip) != MSNAV_OK) {
    return MSNAV_ERR_INVALID;
  }
  for (size_t i = 0; i < offer->media_count; i++) {
    if (offer->media[i].encryption == MSNAV_SDP_ENC_REQUIRED) {
      return MSNAV_ERR_UNSUPPORTED;
    }
  }
  answering a;
  a.offer = offer;
  a.abilities = abilities;
  a.count = count;
  a.ip = ip;
  a.result.count = 0;
  msnav_sdp_clear(&a.answer);
  for (size_t i = 0; i < offer->media_count; i++) {
    if (!accept_media(&a, i)) {
      msnav_sdp_rejected(&offer->media[i], &a.answer.media[i]);
    }
  }
  if (a.result.count == 0) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  a.answer.origin_ip = ip;
  a.answer.media_count = offer->media_count;
  a.answer.bandwidth = msnav_sdp_bandwidth_of(&a.answer);
  a.result.bandwidth = offer->bandwidth;
  msnav_sdp_copy(answer, &a.answer);
  msnav_sdp_copy_result(result, &a.result);
  return MSNAV_OK;
}

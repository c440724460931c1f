/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

/* The same m= line: its type, and when it is accepted its transport (RFC 3264
 * section 6). */
static bool
corresponds(const msnav_sdp_media *offered, const msnav_sdp_media *answered) {
  return msnav_text_equal_nocase(offered->type, answered->type) &&
         (answered->rtp.port == 0 ||
          msnav_text_equal_nocase(offered->transport, answered->transport));
}

/* The line of ours that the answer took up, by its tag (RFC 4568 section
 * 5.1.3). */
static bool
accept_crypto(const msnav_sdp_media *offered, const msnav_sdp_media *answered,
              msnav_sdp_agreed *agreed) {
  if (answered->crypto_count == 0) {
    return false;
  }
  const msnav_sdp_crypto *theirs = &answered->crypto[0];
  for (size_t i = 0; i < offered->crypto_count; i++) {
    const msnav_sdp_crypto *ours = &offered->crypto[i];
    if (ours->tag == theirs->tag && msnav_sdp_crypto_fits(theirs, ours)) {
      agreed->local_crypto = *ours;
      agreed->remote_crypto = *theirs;
      return true;
    }
  }
  return false;
}

static bool
accept_media(const msnav_sdp_media *offered, const msnav_sdp_media *answered,
             msnav_sdp_agreed *agreed) {
  if (!msnav_sdp_is_alive(offered) || !msnav_sdp_is_alive(answered)) {
    return false;
  }
  /* An answer that takes up SRTP in a way we cannot follow is no answer for
   * plain RTP: the peer would send what we cannot decipher. */
  bool encrypted = accept_crypto(offered, answered, agreed);
  bool must_be = msnav_sdp_is_secure(offered) ||
                 (offered->crypto_count > 0 && answered->crypto_count > 0);
  if ((must_be && !encrypted) ||
      !msnav_sdp_agree_formats(
        agreed, (msnav_sdp_formats){offered->formats, offered->format_count},
        (msnav_sdp_formats){answered->formats, answered->format_count},
        false)) {
    return false;
  }
  msnav_sdp_agree_peer(agreed, answered, offered->direction,
                       offered->direction);
  return true;
}

msnav_error
msnav_sdp_accept_answer(const msnav_sdp *offer, const msnav_sdp *answer,
                        msnav_sdp_result *result) {
  if (offer == NULL || answer == NULL || result == NULL ||
      !msnav_sdp_is_bounded(offer) || !msnav_sdp_is_bounded(answer)) {
    return MSNAV_ERR_INVALID;
  }
  if (answer->media_count != offer->media_count) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < offer->media_count; i++) {
    if (!corresponds(&offer->media[i], &answer->media[i])) {
      return MSNAV_ERR_PARSE;
    }
    if (answer->media[i].encryption == MSNAV_SDP_ENC_REQUIRED) {
      return MSNAV_ERR_UNSUPPORTED;
    }
  }
  msnav_sdp_result got;
  got.bandwidth = answer->bandwidth;
  got.count = 0;
  for (size_t i = 0; i < offer->media_count && got.count < MSNAV_SDP_MAX_AGREED;
       i++) {
    msnav_sdp_agreed *agreed = &got.agreed[got.count];
    msnav_sdp_clear_agreed(agreed);
    agreed->index = i;
    got.count += accept_media(&offer->media[i], &answer->media[i], agreed);
  }
  if (got.count == 0) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  msnav_sdp_copy_result(result, &got);
  return MSNAV_OK;
}

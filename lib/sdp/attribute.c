/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The a= lines that mean something to us.  What cannot be understood is
 * dropped: an attribute is a peer's whim, not a reason to refuse a call. */
#include "sdp/inner.h"

#define MAXPTIME_MAX 1000 /* ms; nobody waits as long */

/* The listed format that a payload type at the start of value names. */
static msnav_sdp_format *listed(msnav_sdp_media *media, msnav_str *value) {
  uint32_t pt = 0;
  if (msnav_text_u32(msnav_sdp_word(value), 127, &pt) != MSNAV_OK) {
    return NULL;
  }
  for (size_t i = 0; i < media->format_count; i++) {
    if (media->formats[i].pt == pt) {
      return &media->formats[i];
    }
  }
  return NULL;
}

/* "97 red/8000", "10 L16/44100/2" (RFC 4566 section 6) */
static void read_rtpmap(msnav_str value, msnav_sdp_media *media) {
  msnav_sdp_format *format = listed(media, &value);
  msnav_str rest = msnav_text_trim(value);
  msnav_str name = msnav_sdp_token(&rest);
  uint32_t clock_rate = 0;
  uint32_t channels = 1;
  if (format == NULL || format->name.len > 0 || name.len == 0 ||
      !msnav_text_skip(&rest, '/') ||
      !msnav_text_number(&rest, UINT32_MAX, &clock_rate) || clock_rate == 0 ||
      (rest.len > 0 && !msnav_text_skip(&rest, '/')) ||
      (rest.len > 0 &&
       (msnav_text_u32(rest, 255, &channels) != MSNAV_OK || channels == 0))) {
    return;
  }
  format->name = name;
  format->clock_rate = clock_rate;
  format->channels = channels;
}

static void read_fmtp(msnav_str value, msnav_sdp_media *media) {
  msnav_sdp_format *format = listed(media, &value);
  if (format != NULL && format->fmtp.len == 0) {
    format->fmtp = msnav_text_trim(value);
  }
}

/* "1 AES_CM_128_HMAC_SHA1_80 inline:..." (RFC 4568 section 9.1) */
static void read_crypto(msnav_str value, msnav_sdp_media *media) {
  msnav_sdp_crypto crypto = {0};
  msnav_str tag = msnav_sdp_word(&value);
  crypto.suite = msnav_sdp_word(&value);
  crypto.params = msnav_text_trim(value);
  if (msnav_text_u32(tag, 999999999, &crypto.tag) != MSNAV_OK ||
      !msnav_sdp_is_token(crypto.suite) || crypto.params.len == 0 ||
      media->crypto_count == MSNAV_SDP_MAX_CRYPTO) {
    return;
  }
  for (size_t i = 0; i < media->crypto_count; i++) {
    if (media->crypto[i].tag == crypto.tag) {
      return;
    }
  }
  media->crypto[media->crypto_count++] = crypto;
}

/* "53020" or "53020 IN IP4 126.16.64.4" (RFC 3605 section 2.1) */
static void read_rtcp(msnav_str value, msnav_sdp_level *level) {
  msnav_addr rtcp = {0, 0};
  uint32_t port = 0;
  msnav_str word = msnav_sdp_word(&value);
  if (level->has_rtcp || msnav_text_u32(word, 65535, &port) != MSNAV_OK ||
      port == 0) {
    return;
  }
  if (msnav_text_trim(value).len > 0 &&
      (!msnav_sdp_read_address(value, &rtcp.ip) || rtcp.ip == 0)) {
    return;
  }
  rtcp.port = (uint16_t)port;
  level->rtcp = rtcp;
  level->has_rtcp = true;
}

/* "rcvr-rtt=all voip-metrics" (RFC 3611 section 5.1) */
static void read_metrics(msnav_str value, msnav_sdp_level *level) {
  if (level->has_metrics) {
    return;
  }
  level->has_metrics = true;
  while (value.len > 0) {
    msnav_str word = msnav_sdp_word(&value);
    level->metrics |= MSNAV_TEXT_IS(word, MSNAV_SDP_METRICS);
  }
}

static void read_encryption(msnav_str value, msnav_sdp_level *level) {
  if (level->has_encryption) {
    return;
  }
  level->encryption =
    MSNAV_TEXT_IS(value, "rejected")   ? MSNAV_SDP_ENC_REJECTED
    : MSNAV_TEXT_IS(value, "optional") ? MSNAV_SDP_ENC_OPTIONAL
    : MSNAV_TEXT_IS(value, "required") ? MSNAV_SDP_ENC_REQUIRED
                                       : MSNAV_SDP_ENC_NONE;
  level->has_encryption = level->encryption != MSNAV_SDP_ENC_NONE;
}

static void read_direction(unsigned direction, msnav_sdp_level *level) {
  if (!level->has_direction) {
    level->direction = direction;
    level->has_direction = true;
  }
}

/* RFC 4566 section 6: milliseconds, the first one counts */
static void read_maxptime(msnav_str value, msnav_sdp_media *media) {
  if (media->maxptime == 0 &&
      msnav_text_u32(value, MAXPTIME_MAX, &media->maxptime) != MSNAV_OK) {
    media->maxptime = 0;
  }
}

/* What may stand before the first m=, too. */
static bool
read_for_level(msnav_str name, msnav_str value, msnav_sdp_level *level) {
  if (MSNAV_TEXT_IS(name, "sendrecv")) {
    read_direction(MSNAV_SDP_SEND | MSNAV_SDP_RECV, level);
  } else if (MSNAV_TEXT_IS(name, "sendonly")) {
    read_direction(MSNAV_SDP_SEND, level);
  } else if (MSNAV_TEXT_IS(name, "recvonly")) {
    read_direction(MSNAV_SDP_RECV, level);
  } else if (MSNAV_TEXT_IS(name, "inactive")) {
    read_direction(0, level);
  } else if (MSNAV_TEXT_IS(name, "encryption")) {
    read_encryption(value, level);
  } else if (MSNAV_TEXT_IS(name, "rtcp-xr")) {
    read_metrics(value, level);
  } else {
    return false;
  }
  return true;
}

void msnav_sdp_read_attribute(msnav_str value, msnav_sdp_level *level,
                              msnav_sdp_media *media) {
  msnav_str name = msnav_text_trim(msnav_text_until(&value, ':'));
  value = msnav_text_trim(value);
  if (read_for_level(name, value, level) || media == NULL) {
    return;
  }
  if (MSNAV_TEXT_IS(name, "rtpmap")) {
    read_rtpmap(value, media);
  } else if (MSNAV_TEXT_IS(name, "fmtp")) {
    read_fmtp(value, media);
  } else if (MSNAV_TEXT_IS(name, "rtcp")) {
    read_rtcp(value, level);
  } else if (MSNAV_TEXT_IS(name, "crypto")) {
    read_crypto(value, media);
  } else if (MSNAV_TEXT_IS(name, "maxptime")) {
    read_maxptime(value, media);
  }
}

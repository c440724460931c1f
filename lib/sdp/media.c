/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

static msnav_sdp_kind kind_of(msnav_str type, msnav_str transport) {
  if (!MSNAV_TEXT_IS(transport, MSNAV_SDP_RTP_AVP) &&
      !MSNAV_TEXT_IS(transport, MSNAV_SDP_RTP_SAVP)) {
    return MSNAV_SDP_OTHER;
  }
  if (MSNAV_TEXT_IS(type, "audio")) {
    return MSNAV_SDP_AUDIO;
  }
  if (MSNAV_TEXT_IS(type, "video")) {
    return MSNAV_SDP_VIDEO;
  }
  return MSNAV_SDP_OTHER;
}

/* "49170" or "49170/2": of several port pairs the first one is used. */
static bool read_port(msnav_str text, uint16_t *port) {
  msnav_str whole = text;
  msnav_str number = msnav_text_until(&text, '/');
  bool has_pairs = number.len < whole.len;
  uint32_t value = 0;
  uint32_t pairs = 1;
  if (msnav_text_u32(number, 65535, &value) != MSNAV_OK ||
      (has_pairs && msnav_text_u32(text, 65535, &pairs) != MSNAV_OK)) {
    return false;
  }
  *port = (uint16_t)value;
  return pairs > 0;
}

/* Payload types up to 127, each once; what is none is left out. */
static void add_format(msnav_str word, msnav_sdp_media *media) {
  uint32_t pt = 0;
  if (media->format_count < MSNAV_SDP_MAX_FORMATS &&
      msnav_text_u32(word, 127, &pt) == MSNAV_OK &&
      msnav_sdp_by_pt(media->formats, media->format_count, (uint8_t)pt) ==
        NULL) {
    media->formats[media->format_count++] =
      (msnav_sdp_format){.pt = (uint8_t)pt};
  }
}

/* 1*(token), parted by blanks; of a stream that is not alive they are only
 * looked at. */
static bool read_formats(msnav_str text, msnav_sdp_media *media) {
  bool alive = msnav_sdp_is_alive(media);
  do {
    while (msnav_text_skip(&text, ' ')) {
      continue; /* doubled blanks */
    }
    msnav_str word = msnav_sdp_token(&text);
    if (word.len == 0) {
      return false;
    }
    if (alive) {
      add_format(word, media);
    }
  } while (msnav_text_skip(&text, ' '));
  return text.len == 0;
}

msnav_error msnav_sdp_read_media(msnav_str value, msnav_sdp_media *media) {
  media->type = msnav_sdp_word(&value);
  msnav_str port = msnav_sdp_word(&value);
  media->transport = msnav_sdp_word(&value);
  media->formats_text = msnav_text_trim(value);
  bool has_port = read_port(port, &media->rtp.port);
  if (has_port && media->rtp.port == 0 && media->formats_text.len == 0) {
    /* Some write a stream that they refuse without formats.  Nobody looks at
     * those (RFC 3264 section 6), yet what we write of it must have one. */
    media->formats_text = MSNAV_LITERAL("0");
  }
  media->kind = kind_of(media->type, media->transport);
  return has_port && msnav_sdp_is_token(media->type) &&
             msnav_sdp_is_token_list(media->transport, '/') &&
             read_formats(media->formats_text, media)
           ? MSNAV_OK
           : MSNAV_ERR_PARSE;
}

/* Of a stream that is not ours, or not alive, only the m= line matters: what
 * attributes said of it goes. */
static void finish_other(msnav_sdp_media *media, uint32_t ip) {
  media->rtp.ip = media->rtp.port != 0 ? ip : 0;
  media->direction = MSNAV_SDP_SEND | MSNAV_SDP_RECV;
  media->maxptime = 0;
  media->crypto_count = 0;
}

static void finish_rtcp(msnav_sdp_media *media, const msnav_sdp_level *own) {
  if (own->has_rtcp) {
    media->rtcp.ip = own->rtcp.ip != 0 ? own->rtcp.ip : media->rtp.ip;
    media->rtcp.port = own->rtcp.port;
  } else if (media->rtp.port < UINT16_MAX) {
    media->rtcp.ip = media->rtp.ip;
    media->rtcp.port = (uint16_t)(media->rtp.port + 1);
  }
}

msnav_error
msnav_sdp_finish_media(msnav_sdp_media *media, const msnav_sdp_level *own,
                       const msnav_sdp_level *session, uint32_t origin_ip) {
  uint32_t ip = own->has_ip       ? own->ip
                : session->has_ip ? session->ip
                                  : origin_ip;
  if (!msnav_sdp_is_alive(media)) {
    finish_other(media, ip);
    return MSNAV_OK;
  }
  if (!own->has_ip &&
      (session->bad_ip || (!session->has_ip && origin_ip == 0))) {
    return MSNAV_ERR_ADDRESS;
  }
  media->rtp.ip = ip;
  media->on_hold_address = ip == 0;
  finish_rtcp(media, own);
  media->direction = own->has_direction       ? own->direction
                     : session->has_direction ? session->direction
                                              : MSNAV_SDP_SEND | MSNAV_SDP_RECV;
  media->encryption =
    own->has_encryption ? own->encryption : session->encryption;
  media->metrics = own->has_metrics ? own->metrics : session->metrics;
  for (size_t i = 0; i < media->format_count; i++) {
    if (media->formats[i].name.len == 0) {
      msnav_sdp_fill_static(&media->formats[i]);
    }
  }
  return MSNAV_OK;
}

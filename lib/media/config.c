/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a stream can be made of what the caller asks for. */
#include "media/setup.h"

#include "base/sized.h"

#include <string.h>

/* The first version of msnav_stream_config ended with its last member of
 * plain RTP; what a caller does not know stays 0. */
#define CONFIG_LEAST offsetof(msnav_stream_config, min_delay)

/* ---- checking a configuration */

/* Types 64...95 look like RTCP (RFC 5761 section 4). */
static bool is_type(uint32_t type) {
  return type < 64 || (type > 95 && type < 128);
}

static bool are_formats_typed(const msnav_stream_config *c) {
  for (uint32_t i = 0; i < c->format_count; i++) {
    if (!is_type(c->formats[i].payload_type)) {
      return false;
    }
  }
  return true;
}

static bool are_codecs_usable(const msnav_stream_config *c) {
  bool video = c->kind == MSNAV_STREAM_VIDEO;
  for (uint32_t i = 0; i < c->format_count; i++) {
    const msnav_audio_codec *codec = c->formats[i].codec;
    if (codec != NULL && (video || msnav_codec_check(codec) != MSNAV_OK)) {
      return false;
    }
  }
  if (video) {
    return c->send_codec == NULL && c->clock_rate >= 1000 &&
           c->clock_rate <= 1000000;
  }
  return c->send_codec == NULL || msnav_codec_check(c->send_codec) == MSNAV_OK;
}

static msnav_error check(const msnav_stream_config *c) {
  if (c->kind > MSNAV_STREAM_VIDEO || c->policy > MSNAV_SOURCE_LATCH ||
      c->format_count > MSNAV_STREAM_FORMATS ||
      c->srtp_suite > MSNAV_SRTP_AES_CM_SHA1_32) {
    return MSNAV_ERR_INVALID;
  }
  if (!is_type(c->send_payload_type) || !is_type(c->dtmf_payload_type) ||
      !is_type(c->dtmf_receive_type) || !is_type(c->red_payload_type) ||
      !is_type(c->red_receive_type) || !is_type(c->cn_payload_type)) {
    return MSNAV_ERR_INVALID;
  }
  if ((c->max_delay != 0 && c->max_delay < c->min_delay) ||
      !are_formats_typed(c) || !are_codecs_usable(c)) {
    return MSNAV_ERR_INVALID;
  }
  return MSNAV_OK;
}

/* Of video nothing is ever played: what only sound has means nothing. */
static void leave_out_sound(msnav_stream_config *c) {
  c->dtmf_payload_type = c->dtmf_receive_type = 0;
  c->red_payload_type = c->red_receive_type = 0;
  c->cn_payload_type = c->silence_suppression = 0;
}

msnav_error
msnav_setup_read(const msnav_stream_config *config, msnav_stream_config *c) {
  if (!msnav_sized_ok(config, CONFIG_LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_sized_take(c, sizeof(*c), config);
  msnav_error err = check(c);
  if (c->kind == MSNAV_STREAM_VIDEO) {
    leave_out_sound(c);
  }
  if (err != MSNAV_OK) {
    explicit_bzero(c, sizeof(*c)); /* there may be keys in it */
  }
  return err;
}

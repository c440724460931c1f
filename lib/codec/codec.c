/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include "codec/builtin.h"
#include "config.h"
#include <stddef.h>

/* The version of the struct that has no optional tail yet. */
#define LEAST_SIZE offsetof(msnav_audio_codec, rtpmap_channels)

static const msnav_audio_codec *const builtin[] = {
  &msnav_codec_pcmu,     &msnav_codec_pcma,
  &msnav_codec_dvi4_16k, &msnav_codec_dvi4_8k,
#if HAVE_GSM
  &msnav_codec_gsm,
#endif
#if HAVE_OPUS
  &msnav_codec_opus,
#endif
  &msnav_codec_l16,
};

static bool is_rate(uint32_t hertz) {
  return hertz >= 8000 && hertz <= 48000;
}

static bool is_name(const char *name) {
  return name != NULL && msnav_text_is_token(msnav_str_of(name), 32);
}

msnav_error msnav_codec_check(const msnav_audio_codec *codec) {
  if (codec == NULL || codec->size < LEAST_SIZE || !is_name(codec->name)) {
    return MSNAV_ERR_INVALID;
  }
  if (codec->encode == NULL || codec->decode == NULL ||
      codec->duration == NULL ||
      (codec->open != NULL) != (codec->close != NULL)) {
    return MSNAV_ERR_INVALID;
  }
  if (!is_rate(codec->clock_rate) || !is_rate(codec->sample_rate) ||
      codec->channels < 1 || codec->channels > 2 || codec->payload_type > 127) {
    return MSNAV_ERR_INVALID;
  }
  uint32_t ms = 1000u * codec->frame_samples;
  if (ms < 5 * codec->sample_rate || ms > 120 * codec->sample_rate) {
    return MSNAV_ERR_INVALID;
  }
  return MSNAV_OK;
}

const msnav_audio_codec *msnav_codec_builtin(size_t index) {
  return index < sizeof(builtin) / sizeof(builtin[0]) ? builtin[index] : NULL;
}

const msnav_audio_codec *msnav_codec_find(msnav_str name, uint32_t clock_rate) {
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = msnav_codec_builtin(i)) != NULL; i++) {
    if (msnav_text_equal_nocase(name, msnav_str_of(codec->name)) &&
        (clock_rate == 0 || clock_rate == codec->clock_rate)) {
      return codec;
    }
  }
  return NULL;
}

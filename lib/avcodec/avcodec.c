/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msnav/avcodec.h>

#include "avcodec/codecs.h"

static const msnav_audio_codec *const audio[] = {&msnav_avcodec_g723};

const msnav_audio_codec *msnav_avcodec_audio(size_t index) {
  return index < sizeof(audio) / sizeof(audio[0]) ? audio[index] : NULL;
}

/* Distributors build libavcodec with fewer codecs. */
static msnav_error try(const msnav_audio_codec *codec) {
  void *state;
  msnav_error err = codec->open(&state);
  if (err == MSNAV_OK) {
    codec->close(state);
  }
  return err;
}

msnav_error msnav_avcodec_register(msnav_context *ctx) {
  if (ctx == NULL) {
    return MSNAV_ERR_INVALID;
  }
  size_t added = 0;
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = msnav_avcodec_audio(i)) != NULL; i++) {
    msnav_error err = try(codec);
    if (err == MSNAV_ERR_UNSUPPORTED) {
      continue;
    }
    if (err == MSNAV_OK) {
      err = msnav_context_add_codec_last(ctx, codec);
    }
    if (err != MSNAV_OK) {
      return err;
    }
    added++;
  }
  return added > 0 ? MSNAV_OK : MSNAV_ERR_UNSUPPORTED;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Uncompressed 16-bit samples, most significant byte first (RFC 3551 section
 * 4.5.11), at a rate for which there is no static payload type: for tests
 * and for networks where bits do not matter. */
#include "codec/builtin.h"

#define PAYLOAD_MAX 3200 /* 200 ms */

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  (void)state;
  if (samples > cap / 2 || samples > INT16_MAX / 2) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < samples; i++) {
    out[2 * i] = (uint8_t)((uint16_t)pcm[i] >> 8);
    out[2 * i + 1] = (uint8_t)(pcm[i] & 0xff);
  }
  return (int)(2 * samples);
}

static int duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len <= PAYLOAD_MAX && len % 2 == 0 ? (int)(len / 2)
                                                       : MSNAV_ERR_PARSE;
}

static int
decode(void *state, const uint8_t *in, size_t len, int16_t *pcm, size_t cap) {
  (void)state;
  int samples = duration(in, len);
  if (samples < 0) {
    return samples;
  }
  if ((size_t)samples > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < (size_t)samples; i++) {
    pcm[i] = (int16_t)(in[2 * i] << 8 | in[2 * i + 1]);
  }
  return samples;
}

const msnav_audio_codec msnav_codec_l16 = {
  .size = sizeof(msnav_audio_codec),
  .name = "L16",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .bitrate = 128000,
  .frame_samples = 160,
  .payload_type = 96,
  .channels = 1,
  .encode = encode,
  .decode = decode,
  .duration = duration,
};

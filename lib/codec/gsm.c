/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GSM 06.10 full rate by libgsm (RFC 3551 section 4.5.8): frames of 20 ms in
 * 33 bytes that begin with 1101.  We send one a packet; RTC 1.2 sends two. */
#include "codec/builtin.h"
#include "config.h"

#if HAVE_GSM
#include <gsm.h>
#include <stdlib.h>
#include <string.h>

#define FRAME 33
#define SAMPLES 160
#define FRAMES_MAX 6 /* 120 ms */
#define MAGIC 0xd    /* high half of the first byte */

typedef struct both {
  gsm encoder, decoder;
} both;

static void close_both(void *state) {
  both *b = state;
  if (b->encoder != NULL) {
    gsm_destroy(b->encoder);
  }
  if (b->decoder != NULL) {
    gsm_destroy(b->decoder);
  }
  free(b);
}

static msnav_error open_both(void **state) {
  both *b = calloc(1, sizeof(*b));
  if (b == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  b->encoder = gsm_create();
  b->decoder = gsm_create();
  if (b->encoder == NULL || b->decoder == NULL) {
    close_both(b);
    return MSNAV_ERR_NOMEM;
  }
  *state = b;
  return MSNAV_OK;
}

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  both *b = state;
  gsm_signal copy[SAMPLES]; /* libgsm does not promise to leave it alone */
  if (samples != SAMPLES) {
    return MSNAV_ERR_INVALID;
  }
  if (cap < FRAME) {
    return MSNAV_ERR_NOSPACE;
  }
  memcpy(copy, pcm, sizeof(copy));
  gsm_encode(b->encoder, copy, out);
  return FRAME;
}

static int duration(const uint8_t *in, size_t len) {
  if (len == 0 || len % FRAME != 0 || len / FRAME > FRAMES_MAX) {
    return MSNAV_ERR_PARSE;
  }
  for (size_t i = 0; i < len; i += FRAME) {
    if (in[i] >> 4 != MAGIC) {
      return MSNAV_ERR_PARSE;
    }
  }
  return (int)(len / FRAME * SAMPLES);
}

static int
decode(void *state, const uint8_t *in, size_t len, int16_t *pcm, size_t cap) {
  both *b = state;
  int samples = duration(in, len);
  if (samples < 0) {
    return samples;
  }
  if ((size_t)samples > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < len / FRAME; i++) {
    gsm_byte frame[FRAME];
    memcpy(frame, in + i * FRAME, FRAME);
    if (gsm_decode(b->decoder, frame, pcm + i * SAMPLES) != 0) {
      return MSNAV_ERR_PARSE;
    }
  }
  return samples;
}

const msnav_audio_codec msnav_codec_gsm = {
  .size = sizeof(msnav_audio_codec),
  .name = "GSM",
  .clock_rate = 8000,
  .sample_rate = 8000,
  .bitrate = 13200,
  .frame_samples = SAMPLES,
  .payload_type = 3,
  .channels = 1,
  .open = open_both,
  .close = close_both,
  .encode = encode,
  .decode = decode,
  .duration = duration,
};
#else
typedef int msnav_gsm_is_not_built;
#endif

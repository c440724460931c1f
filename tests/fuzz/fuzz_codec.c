/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a peer's bytes do to a decoder: one byte chooses the codec, then come
 * payloads, each with a byte for what happens with it and one for its length.
 *
 * Everything is in blocks of its exact size; durations and what is written
 * must agree, and a state lives for the whole input.  With FUZZ_AVCODEC the
 * codecs of the second library are there, too. */
#include <msnav/codec.h>

#ifdef FUZZ_AVCODEC
#include <msnav/avcodec.h>
#endif

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

#define PCM_MAX 5760 /* 120 ms at 48 kHz */

static void require(bool holds) {
  if (!holds) {
    abort();
  }
}

static const msnav_audio_codec *choose(unsigned selector) {
  const msnav_audio_codec *codecs[32];
  size_t count = 0;
  for (const msnav_audio_codec *c; count < 24; count++) {
    if ((c = msnav_codec_builtin(count)) == NULL) {
      break;
    }
    codecs[count] = c;
  }
#ifdef FUZZ_AVCODEC
  for (size_t i = 0; msnav_avcodec_audio(i) != NULL; i++) {
    codecs[count++] = msnav_avcodec_audio(i);
  }
#endif
  return codecs[selector % count];
}

static void decode(const msnav_audio_codec *codec, void *state,
                   const uint8_t *payload, size_t len, unsigned missing) {
  int samples = codec->duration(payload, len);
  require(samples <= PCM_MAX && (samples > 0 || samples == MSNAV_ERR_PARSE));
  size_t cap = samples > 0 ? (size_t)samples : 1;
  cap = cap > missing ? cap - missing : 0;
  int16_t *pcm = malloc(cap * codec->channels * sizeof(*pcm) + 1);
  int got = codec->decode(state, payload, len, pcm, cap);
  if (samples < 0) {
    require(got == samples);
  } else if (cap < (size_t)samples) {
    require(got == MSNAV_ERR_NOSPACE);
  } else {
    require(got == samples || got == MSNAV_ERR_PARSE);
  }
  free(pcm);
}

static void make_up(const msnav_audio_codec *codec, void *state,
                    const uint8_t *next, size_t len, size_t samples) {
  int16_t *pcm = malloc(samples * codec->channels * sizeof(*pcm) + 1);
  int got = 0;
  if (codec->recover != NULL && len > 0) {
    got = codec->recover(state, next, len, pcm, samples);
  }
  if (got <= 0 && codec->conceal != NULL) {
    got = codec->conceal(state, pcm, samples);
  }
  require(got <= (int)samples);
  free(pcm);
}

static void act(const msnav_audio_codec *codec, void *state, unsigned what,
                const uint8_t *payload, size_t len) {
  switch (what & 7) {
  case 0:
    make_up(codec, state, payload, len, codec->frame_samples);
    break;
  case 1:
    make_up(codec, state, payload, len, (what >> 3) * codec->sample_rate / 400);
    break;
  case 2:
    decode(codec, state, payload, len, what >> 3);
    break;
  case 3:
    if (codec->reset != NULL) {
      codec->reset(state);
    }
    break;
  default:
    decode(codec, state, payload, len, 0);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  if (len < 1) {
    return 0;
  }
  const msnav_audio_codec *codec = choose(data[0]);
  void *state = NULL;
  if (codec->open != NULL && codec->open(&state) != MSNAV_OK) {
    return 0;
  }
  data++;
  len--;
  while (len >= 2) {
    unsigned what = data[0];
    size_t size = data[1];
    data += 2;
    len -= 2;
    size = what >= 0xf8 ? len : size; /* one longer than 255 bytes */
    size = size < len ? size : len;
    uint8_t *payload = malloc(size + (size == 0));
    memcpy(payload, data, size);
    act(codec, state, what, payload, size);
    free(payload);
    data += size;
    len -= size;
  }
  if (codec->close != NULL) {
    codec->close(state);
  }
  return 0;
}

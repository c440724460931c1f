/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opus by libopus (RFC 6716, RFC 7587): speech of 16 kHz, 20 ms a packet.
 * On the wire it is always "opus/48000/2", whatever is encoded. */
#include "codec/builtin.h"
#include "config.h"

#if HAVE_OPUS
#include <opus/opus.h>
#include <stdlib.h>

#define RATE 16000
#define SAMPLES 320
#define BITRATE 24000
#define LONGEST 1920         /* samples of 120 ms */
#define FRAMES_MAX 48        /* in a packet, RFC 6716 section 3.2.5 */
#define SILENT_BYTES 2       /* a packet so short need not be sent */
#define CELT_ONLY 0x80       /* in the first byte: no redundancy */
#define PER_SILK (RATE / 50) /* samples of a SILK frame: 20 ms */

typedef struct both {
  OpusEncoder *encoder;
  OpusDecoder *decoder;
} both;

static void close_both(void *state) {
  both *b = state;
  if (b->encoder != NULL) {
    opus_encoder_destroy(b->encoder);
  }
  if (b->decoder != NULL) {
    opus_decoder_destroy(b->decoder);
  }
  free(b);
}

static msnav_error open_both(void **state) {
  int err;
  both *b = calloc(1, sizeof(*b));
  if (b == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  b->encoder = opus_encoder_create(RATE, 1, OPUS_APPLICATION_VOIP, &err);
  b->decoder = opus_decoder_create(RATE, 1, &err);
  if (b->encoder == NULL || b->decoder == NULL) {
    close_both(b);
    return MSNAV_ERR_NOMEM;
  }
  (void)opus_encoder_ctl(b->encoder, OPUS_SET_BITRATE(BITRATE));
  (void)opus_encoder_ctl(b->encoder, OPUS_SET_SIGNAL(OPUS_SIGNAL_VOICE));
  (void)opus_encoder_ctl(b->encoder, OPUS_SET_INBAND_FEC(1));
  (void)opus_encoder_ctl(b->encoder, OPUS_SET_DTX(1));
  *state = b;
  return MSNAV_OK;
}

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  both *b = state;
  if (samples != SAMPLES) {
    return MSNAV_ERR_INVALID;
  }
  if (cap <= SILENT_BYTES) {
    return MSNAV_ERR_NOSPACE;
  }
  opus_int32 most = cap < INT16_MAX ? (opus_int32)cap : INT16_MAX;
  int len = opus_encode(b->encoder, pcm, SAMPLES, out, most);
  if (len < 0) {
    return len == OPUS_BUFFER_TOO_SMALL ? MSNAV_ERR_NOSPACE : MSNAV_ERR_INVALID;
  }
  return len <= SILENT_BYTES ? 0 : len;
}

static int duration(const uint8_t *in, size_t len) {
  const unsigned char *frames[FRAMES_MAX];
  opus_int16 sizes[FRAMES_MAX];
  if (len == 0 || len > INT16_MAX) {
    return MSNAV_ERR_PARSE;
  }
  int samples = opus_packet_get_nb_samples(in, (opus_int32)len, RATE);
  if (samples <= 0 || samples > LONGEST ||
      opus_packet_parse(in, (opus_int32)len, NULL, frames, sizes, NULL) <= 0) {
    return MSNAV_ERR_PARSE;
  }
  return samples;
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
  samples = opus_decode(b->decoder, in, (opus_int32)len, pcm, samples, 0);
  return samples > 0 ? samples : MSNAV_ERR_PARSE;
}

static int conceal(void *state, int16_t *pcm, size_t samples) {
  both *b = state;
  if (samples == 0 || samples > LONGEST || samples % (RATE / 400) != 0) {
    return MSNAV_ERR_INVALID; /* whole multiples of 2.5 ms */
  }
  int made = opus_decode(b->decoder, NULL, 0, pcm, (int)samples, 0);
  return made > 0 ? made : MSNAV_ERR_INVALID;
}

/* Whether a packet repeats the end of the one before: a SILK frame begins with
 * a bit of voice activity for each 20 ms and then that one (RFC 6716 section
 * 4.2.3). */
static bool repeats_before(const uint8_t *packet, size_t len) {
  const unsigned char *frames[FRAMES_MAX];
  opus_int16 sizes[FRAMES_MAX];
  if (duration(packet, len) < 0 || (packet[0] & CELT_ONLY) != 0 ||
      opus_packet_parse(packet, (opus_int32)len, NULL, frames, sizes, NULL) <=
        0 ||
      sizes[0] == 0) {
    return false;
  }
  int silk = opus_packet_get_samples_per_frame(packet, RATE) / PER_SILK;
  int shift = 7 - (silk > 1 ? silk : 1);
  return (frames[0][0] >> shift & 1) != 0;
}

static int recover(void *state, const uint8_t *next, size_t len, int16_t *pcm,
                   size_t samples) {
  both *b = state;
  if (!repeats_before(next, len)) {
    return 0;
  }
  if (samples == 0 || samples > LONGEST || samples % (RATE / 400) != 0) {
    return MSNAV_ERR_INVALID;
  }
  int made =
    opus_decode(b->decoder, next, (opus_int32)len, pcm, (int)samples, 1);
  return made > 0 ? made : MSNAV_ERR_PARSE;
}

static void expect_loss(void *state, unsigned percent) {
  both *b = state;
  (void)opus_encoder_ctl(b->encoder, OPUS_SET_PACKET_LOSS_PERC(
                                       (int)(percent < 100 ? percent : 100)));
}

static void reset(void *state) {
  both *b = state;
  (void)opus_decoder_ctl(b->decoder, OPUS_RESET_STATE);
}

const msnav_audio_codec msnav_codec_opus = {
  .size = sizeof(msnav_audio_codec),
  .name = "opus",
  .fmtp = "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1;"
          "usedtx=1",
  .clock_rate = 48000,
  .sample_rate = RATE,
  .bitrate = BITRATE,
  .frame_samples = SAMPLES,
  .payload_type = 98,
  .channels = 1,
  .open = open_both,
  .close = close_both,
  .encode = encode,
  .decode = decode,
  .duration = duration,
  .conceal = conceal,
  .recover = recover,
  .expect_loss = expect_loss,
  .reset = reset,
  .rtpmap_channels = 2,
};
#else
typedef int msnav_opus_is_not_built;
#endif

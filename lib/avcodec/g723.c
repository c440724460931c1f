/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* G.723.1 by libavcodec (RFC 3551 section 4.5.3): frames of 30 ms, whose
 * length the two lowest bits of their first byte tell.
 *
 * libavcodec knows one frame at a time and complains about wrong ones on
 * standard error; so packets are taken apart and checked here. */
#include "avcodec/codecs.h"

#include <libavcodec/avcodec.h>
#include <stdlib.h>
#include <string.h>

#define SAMPLES 240
#define FRAME 24 /* bytes of the longest kind */
#define FRAMES_MAX 4
#define RATE 8000
#define BITRATE 6300
#define QUIETER 1000 /* above every level that is written */
#define LOST_MAX 2   /* frames that are extrapolated */

/* Codes of speech */
#define PITCH_LAST 123
#define SHORT_PITCH 40 /* less than 58 samples */
#define GAIN_LEVELS 24
#define GAINS 170
#define GAINS_PULSES 85

typedef struct both {
  AVCodecContext *encoder, *decoder;
  AVFrame *said, *heard;
  AVPacket *coded, *payload;
  uint8_t lost; /* frames in a row, at most LOST_MAX */
  bool pause;   /* the last frame was no speech */
} both;

static msnav_error error_of(int averror) {
  return averror == AVERROR(ENOMEM) ? MSNAV_ERR_NOMEM : MSNAV_ERR_UNSUPPORTED;
}

static msnav_error open_context(const AVCodec *codec, AVCodecContext **out) {
  if (codec == NULL) {
    return MSNAV_ERR_UNSUPPORTED;
  }
  AVCodecContext *c = avcodec_alloc_context3(codec);
  if (c == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  c->log_level_offset = QUIETER;
  c->thread_count = 1;
  c->sample_rate = RATE;
  c->sample_fmt = AV_SAMPLE_FMT_S16;
  c->bit_rate = BITRATE;
  c->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
  int err = avcodec_open2(c, codec, NULL);
  if (err < 0) {
    avcodec_free_context(&c);
    return error_of(err);
  }
  *out = c;
  return MSNAV_OK;
}

static msnav_error open_decoder(AVCodecContext **out) {
  return open_context(avcodec_find_decoder(AV_CODEC_ID_G723_1), out);
}

static void close_both(void *state) {
  both *b = state;
  avcodec_free_context(&b->encoder);
  avcodec_free_context(&b->decoder);
  av_frame_free(&b->said);
  av_frame_free(&b->heard);
  av_packet_free(&b->coded);
  av_packet_free(&b->payload);
  free(b);
}

/* The buffers between us and libavcodec. */
static msnav_error open_buffers(both *b) {
  b->said = av_frame_alloc();
  b->heard = av_frame_alloc();
  b->coded = av_packet_alloc();
  b->payload = av_packet_alloc();
  if (b->said == NULL || b->heard == NULL || b->coded == NULL ||
      b->payload == NULL || av_new_packet(b->payload, FRAME) < 0) {
    return MSNAV_ERR_NOMEM;
  }
  b->said->format = AV_SAMPLE_FMT_S16;
  b->said->sample_rate = RATE;
  b->said->nb_samples = SAMPLES;
  b->said->ch_layout = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
  return av_frame_get_buffer(b->said, 0) < 0 ? MSNAV_ERR_NOMEM : MSNAV_OK;
}

static msnav_error open_both(void **state) {
  both *b = calloc(1, sizeof(*b));
  if (b == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_error err = open_buffers(b);
  if (err == MSNAV_OK) {
    err = open_decoder(&b->decoder);
  }
  if (err == MSNAV_OK) {
    err = open_context(avcodec_find_encoder(AV_CODEC_ID_G723_1), &b->encoder);
  }
  if (err != MSNAV_OK) {
    close_both(b);
    return err;
  }
  b->pause = true;
  *state = b;
  return MSNAV_OK;
}

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  both *b = state;
  if (samples != SAMPLES) {
    return MSNAV_ERR_INVALID;
  }
  if (cap < FRAME) {
    return MSNAV_ERR_NOSPACE;
  }
  if (av_frame_make_writable(b->said) < 0) {
    return MSNAV_ERR_NOMEM;
  }
  memcpy(b->said->data[0], pcm, SAMPLES * sizeof(*pcm));
  int err = avcodec_send_frame(b->encoder, b->said);
  if (err == 0) {
    err = avcodec_receive_packet(b->encoder, b->coded);
  }
  if (err < 0) {
    return error_of(err);
  }
  int len = b->coded->size == FRAME ? FRAME : MSNAV_ERR_UNSUPPORTED;
  if (len > 0) {
    memcpy(out, b->coded->data, FRAME);
  }
  av_packet_unref(b->coded);
  return len;
}

static size_t frame_bytes(uint8_t first) {
  static const uint8_t bytes[4] = {FRAME, 20, 4, 1};
  return bytes[first & 3];
}

static int duration(const uint8_t *in, size_t len) {
  size_t at = 0;
  int frames = 0;
  while (at < len && frames < FRAMES_MAX) {
    at += frame_bytes(in[at]);
    frames++;
  }
  return frames > 0 && at == len ? frames * SAMPLES : MSNAV_ERR_PARSE;
}

/* One frame, SAMPLES of sound, by libavcodec. */
static int decode_bytes(both *b, const uint8_t *in, size_t len, int16_t *pcm) {
  memset(b->payload->data, 0, FRAME);
  memcpy(b->payload->data, in, len);
  b->payload->size = (int)len;
  int err = avcodec_send_packet(b->decoder, b->payload);
  if (err == 0) {
    err = avcodec_receive_frame(b->decoder, b->heard);
  }
  if (err < 0) {
    return err == AVERROR(ENOMEM) ? MSNAV_ERR_NOMEM : MSNAV_ERR_PARSE;
  }
  bool whole = b->heard->nb_samples == SAMPLES;
  if (whole) {
    memcpy(pcm, b->heard->data[0], SAMPLES * sizeof(*pcm));
  }
  av_frame_unref(b->heard);
  return whole ? SAMPLES : MSNAV_ERR_PARSE;
}

/* A run of bits, the lowest of the first byte first. */
static unsigned bits_of(const uint8_t *frame, unsigned at, unsigned count) {
  unsigned value = 0;
  for (unsigned i = 0; i < count; i++, at++) {
    value |= (unsigned)(frame[at / 8] >> at % 8 & 1) << i;
  }
  return value;
}

/* Whether a frame of speech has a code that no encoder writes, by which
 * damage shows (G.723.1 section 4, tables 5 and 6): after the spectrum there
 * are the pitch of either half and four gains, which with a short pitch at
 * the high rate give a bit away. */
static bool is_damaged(const uint8_t *frame) {
  unsigned pitch[2] = {bits_of(frame, 26, 7), bits_of(frame, 35, 7)};
  bool high = (frame[0] & 3) == 0;
  for (unsigned i = 0; i < 4; i++) {
    unsigned gain = bits_of(frame, 44 + 12 * i, 12);
    bool pulses = high && pitch[i / 2] < SHORT_PITCH;
    unsigned most = pulses ? GAINS_PULSES : GAINS;
    gain = pulses ? gain & 0x7ff : gain;
    if (pitch[i / 2] > PITCH_LAST || gain / GAIN_LEVELS >= most) {
      return true;
    }
  }
  return false;
}

/* The decoder extrapolates a damaged frame.  From the third one on it should
 * be silent, but libavcodec's feeds its output back to itself then and
 * becomes louder and louder: so the second one fades, and silence is ours.
 * In pauses the comfort noise goes on. */
static int conceal_frame(both *b, int16_t *pcm) {
  static const uint8_t damaged[FRAME] = {0xfc, 0xff, 0xff, 0xff, 0xff, 0xff};
  static const uint8_t untransmitted[1] = {3};
  if (b->pause) {
    return decode_bytes(b, untransmitted, sizeof(untransmitted), pcm);
  }
  if (b->lost == LOST_MAX) {
    memset(pcm, 0, SAMPLES * sizeof(*pcm));
    return SAMPLES;
  }
  int made = decode_bytes(b, damaged, sizeof(damaged), pcm);
  if (made == SAMPLES && ++b->lost == LOST_MAX) {
    for (int i = 0; i < SAMPLES; i++) {
      pcm[i] = (int16_t)(pcm[i] * (SAMPLES - 1 - i) / SAMPLES);
    }
  }
  return made;
}

static int decode_frame(both *b, const uint8_t *in, size_t len, int16_t *pcm) {
  bool speech = (in[0] & 3) < 2;
  if (speech && is_damaged(in)) {
    return conceal_frame(b, pcm);
  }
  int made = decode_bytes(b, in, len, pcm);
  if (made == SAMPLES) {
    b->pause = !speech;
    b->lost = 0;
  }
  return made;
}

static int
decode(void *state, const uint8_t *in, size_t len, int16_t *pcm, size_t cap) {
  int samples = duration(in, len);
  if (samples < 0) {
    return samples;
  }
  if ((size_t)samples > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (int done = 0; done < samples; done += SAMPLES) {
    size_t bytes = frame_bytes(*in);
    int made = decode_frame(state, in, bytes, pcm + done);
    if (made < 0) {
      return made;
    }
    in += bytes;
  }
  return samples;
}

static int conceal(void *state, int16_t *pcm, size_t samples) {
  both *b = state;
  if (samples == 0 || samples % SAMPLES != 0 ||
      samples > (size_t)FRAMES_MAX * SAMPLES) {
    return MSNAV_ERR_INVALID;
  }
  for (size_t done = 0; done < samples; done += SAMPLES) {
    int made = conceal_frame(b, pcm + done);
    if (made < 0) {
      return made;
    }
  }
  return (int)samples;
}

/* libavcodec's decoder cannot be rewound, only replaced; without memory the
 * old one goes on, with a past that fades. */
static void reset(void *state) {
  both *b = state;
  AVCodecContext *fresh;
  if (open_decoder(&fresh) == MSNAV_OK) {
    avcodec_free_context(&b->decoder);
    b->decoder = fresh;
    b->lost = 0;
    b->pause = true; /* as a new one has it */
  }
}

const msnav_audio_codec msnav_avcodec_g723 = {
  .size = sizeof(msnav_audio_codec),
  .name = "G723",
  .clock_rate = RATE,
  .sample_rate = RATE,
  .bitrate = BITRATE,
  .frame_samples = SAMPLES,
  .payload_type = 4,
  .channels = 1,
  .open = open_both,
  .close = close_both,
  .encode = encode,
  .decode = decode,
  .duration = duration,
  .conceal = conceal,
  .reset = reset,
};

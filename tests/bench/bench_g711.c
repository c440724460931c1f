/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* G.711 through the codec vtable, frame by frame, beside the tables that it is
 * usually done with: 16,384 entries to encode, 256 to decode. */
#include "bench.h"

#include <msnav/codec.h>

#include <stdlib.h>

/* of a table's time: as fast, and what a clock cannot tell */
#define BAR 1.05
#define FRAME 160
/* 320 KiB of sound: not all of it fits the nearest cache */
#define FRAMES 1024
#define ROUNDS 40
#define TURNS 21

typedef struct law {
  const msnav_audio_codec *codec;
  uint8_t to[16384]; /* by the upper 14 bits */
  int16_t from[256];
} law;

static law ulaw, alaw;
static int16_t sound[FRAMES][FRAME], heard[FRAMES][FRAME];
static uint8_t coded[FRAMES][FRAME];

#define USE(object) __asm__ volatile("" : : "r"(object) : "memory")

static void law_init(law *l, const char *name) {
  l->codec = msnav_codec_find(msnav_str_of(name), 8000);
  for (int i = 0; i < 16384; i++) {
    int16_t pcm = (int16_t)(i << 2);
    l->codec->encode(NULL, &pcm, 1, &l->to[i], 1);
  }
  for (int i = 0; i < 256; i++) {
    uint8_t byte = (uint8_t)i;
    l->codec->decode(NULL, &byte, 1, &l->from[i], 1);
  }
}

/* Loud and soft, so that all segments occur. */
static void make_sound(void) {
  uint32_t noise = 1;
  for (int f = 0; f < FRAMES; f++) {
    for (int i = 0; i < FRAME; i++) {
      noise = noise * 1664525u + 1013904223u;
      sound[f][i] = (int16_t)((int32_t)noise >> (16 + f % 12));
      coded[f][i] = (uint8_t)(noise >> 24);
    }
  }
}

static double per_sample(double start) {
  return (bench_cpu() - start) / (1.0 * ROUNDS * FRAMES * FRAME);
}

static double our_encoder(void *arg) {
  const msnav_audio_codec *c = ((law *)arg)->codec;
  double start = bench_cpu();
  for (int k = 0; k < ROUNDS * FRAMES; k++) {
    c->encode(NULL, sound[k % FRAMES], FRAME, coded[k % FRAMES], FRAME);
  }
  USE(coded);
  return per_sample(start);
}

static double table_encoder(void *arg) {
  const law *l = arg;
  double start = bench_cpu();
  for (int k = 0; k < ROUNDS * FRAMES; k++) {
    const int16_t *in = sound[k % FRAMES];
    uint8_t *out = coded[k % FRAMES];
    for (int i = 0; i < FRAME; i++) {
      out[i] = l->to[(uint16_t)in[i] >> 2];
    }
    USE(out);
  }
  return per_sample(start);
}

static double our_decoder(void *arg) {
  const msnav_audio_codec *c = ((law *)arg)->codec;
  double start = bench_cpu();
  for (int k = 0; k < ROUNDS * FRAMES; k++) {
    c->decode(NULL, coded[k % FRAMES], FRAME, heard[k % FRAMES], FRAME);
  }
  USE(heard);
  return per_sample(start);
}

static double table_decoder(void *arg) {
  const law *l = arg;
  double start = bench_cpu();
  for (int k = 0; k < ROUNDS * FRAMES; k++) {
    const uint8_t *in = coded[k % FRAMES];
    int16_t *out = heard[k % FRAMES];
    for (int i = 0; i < FRAME; i++) {
      out[i] = l->from[in[i]];
    }
    USE(out);
  }
  return per_sample(start);
}

static void compare(const char *name, law *l, double (*ours)(void *),
                    double (*table)(void *)) {
  double ratio =
    bench_compare(name, "ns/sample", TURNS, (bench_side){"msnav", ours, l},
                  (bench_side){"table", table, l});
  bench_at_most(name, ratio, BAR);
}

int main(void) {
  bench_pin();
  law_init(&ulaw, "PCMU");
  law_init(&alaw, "PCMA");
  make_sound();
  compare("pcmu_decode", &ulaw, our_decoder, table_decoder);
  compare("pcma_decode", &alaw, our_decoder, table_decoder);
  compare("pcmu_encode", &ulaw, our_encoder, table_encoder);
  compare("pcma_encode", &alaw, our_encoder, table_encoder);
  return bench_end();
}

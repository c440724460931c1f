/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packets with hostile numbers, sizes and times through the jitter buffer and
 * the playout; after each step the buffer must be a sorted list inside its
 * pool. */
#include "fuzz/fuzz.h"
#include "media/playout.h"

typedef struct input {
  const uint8_t *data;
  size_t len;
} input;

static uint32_t take(input *in, size_t bytes) {
  uint32_t value = 0;
  for (; bytes > 0; bytes--) {
    value <<= 8;
    if (in->len > 0) {
      value |= *in->data++;
      in->len--;
    }
  }
  return value;
}

static void check(const msnav_playout *p) {
  const msnav_jitter *j = &p->jitter;
  unsigned at = j->pool.head;
  uint32_t used = 0, last = 0;
  CHECK(j->pool.count <= 64 && j->pool.fill <= j->pool.limit);
  CHECK(j->pool.limit <= MSNAV_POOL_BYTES / 4);
  CHECK(2u * p->room + 4u * j->pool.limit <= MSNAV_POOL_BYTES);
  CHECK(p->pending <= p->room);
  for (unsigned i = 0; i < j->pool.count; i++) {
    uint32_t word = j->pool.words[at + 1];
    uint32_t words = 3 + ((word >> 16 & 0x7ffu) + 3) / 4;
    CHECK(at + words <= j->pool.limit);
    CHECK(i == 0 || (int32_t)(j->pool.words[at] - last) > 0);
    last = j->pool.words[at];
    used += words;
    CHECK(i + 1u < j->pool.count || at == j->pool.tail);
    at = word & 0xffff;
  }
  CHECK(used <= j->pool.limit && j->pool.end <= j->pool.limit);
  CHECK(j->pool.count == 0 || at == j->pool.fill);
  CHECK(j->pool.count == 0 || j->pool.fill > j->pool.head ||
        j->pool.end <= j->pool.head);
  CHECK(j->delay.target >= j->delay.min && j->delay.target <= j->delay.max);
}

static void push(msnav_playout *p, input *in, uint32_t *sequence,
                 uint32_t *timestamp, msnav_usec now) {
  uint32_t kind = take(in, 1);
  /* mostly the next packet, sometimes any */
  int step = kind & 0x80 ? (int8_t)take(in, 1) : 1;
  *sequence += (uint32_t)step;
  *timestamp += (kind & 0xc0) == 0xc0 ? take(in, 4)
                : kind & 0x40         ? take(in, 2)
                                      : 160;
  size_t len = kind & 0x20 ? take(in, 2) % 1600 : take(in, 1);
  uint8_t *payload = malloc(len > 0 ? len : 1);
  for (size_t i = 0; i < len; i++) {
    payload[i] = (uint8_t)(i * 37 + kind);
  }
  msnav_jitter_frame f = {.sequence = *sequence,
                          .timestamp = *timestamp,
                          .duration = kind & 7 ? 160 : take(in, 4),
                          .data = payload,
                          .len = (uint16_t)len,
                          .decoder = (uint8_t)(kind & 7),
                          .marker = (kind & 8) != 0,
                          .redundant = (kind & 16) != 0};
  (void)msnav_playout_push(p, &f, now);
  free(payload);
}

static void pull(msnav_playout *p, input *in, msnav_usec now) {
  uint32_t what = take(in, 1);
  size_t samples = what & 1 ? msnav_playout_rate(p) / 50 : 1 + 4 * what;
  int16_t *pcm = malloc(samples * sizeof(*pcm));
  unsigned played = msnav_playout_pull(p, pcm, samples, now);
  CHECK(played != 0 && played < 16);
  volatile int16_t sink = 0;
  for (size_t i = 0; i < samples; i++) {
    sink = (int16_t)(sink ^ pcm[i]); /* each one was written */
  }
  free(pcm);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len) {
  input in = {data, len};
  msnav_decoder decoders[8] = {0};
  size_t count = 0;
  while (count < 7 && msnav_codec_builtin(count) != NULL) {
    msnav_decoder *d = &decoders[++count];
    d->codec = msnav_codec_builtin(count - 1);
    if (d->codec->open != NULL) {
      CHECK(d->codec->open(&d->state) == MSNAV_OK);
    }
  }
  msnav_playout *p = malloc(sizeof(*p));
  msnav_playout_init(p, decoders, take(&in, 2) * 10, take(&in, 2) * 10);
  uint32_t sequence = take(&in, 2), timestamp = take(&in, 4);
  msnav_usec now = take(&in, 4);
  while (in.len > 0) {
    uint32_t step = take(&in, 1);
    switch (step & 7) {
    case 0:
    case 1:
    case 2:
      push(p, &in, &sequence, &timestamp, now);
      break;
    case 3:
    case 4:
      pull(p, &in, now);
      break;
    case 5:
      now += step & 0x80 ? take(&in, 3) : 20000;
      break;
    case 6:
      msnav_playout_note(p, sequence + (step >> 3));
      break;
    default:
      if (step == 0xff) {
        msnav_playout_resync(p);
      } else if (step == 0xf7) {
        now += (msnav_usec)take(&in, 4) << 8;
      } else {
        now += 20000;
      }
      break;
    }
    check(p);
  }
  msnav_playout_stats stats;
  msnav_playout_get_stats(p, &stats);
  free(p);
  for (size_t i = 1; i <= count; i++) {
    if (decoders[i].codec->close != NULL) {
      decoders[i].codec->close(decoders[i].state);
    }
  }
  return 0;
}

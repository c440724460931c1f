/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where frames wait: packed one behind the other, as in a ring, in the order
 * in which they are to be played.  Part of a jitter buffer, which knows what
 * their times and numbers mean; no allocation.
 *
 * A frame is a header of three words and its payload: its media time; where
 * the next one lies and, above that, its packed length; its sequence number
 * and, above that, its duration.  Whole words are written and read, because a
 * frame is often played right after it came, and a load that spans two stores
 * waits until both have left the store buffer. */
#ifndef MSNAV_MEDIA_POOL_H
#define MSNAV_MEDIA_POOL_H

#include <msnav/base.h>

/* Bytes for waiting payloads (12 more are used for each) and, at its end,
 * for the PCM of who sets the limit. */
#define MSNAV_POOL_BYTES 2776

#define MSNAV_POOL_FRAMES 64 /* at most */
#define MSNAV_POOL_HEADER 3u /* words */

/* A packed length: 11 bits, above them the decoder (3 bits) and a flag. */
#define MSNAV_POOL_LEN 0x7ffu
#define MSNAV_POOL_DECODER_SHIFT 11
#define MSNAV_POOL_KIND 0x3fffu /* both, without the flag */
#define MSNAV_POOL_REDUNDANT 0x8000u

/* Media times that differ by less are the same: rounding of durations and of
 * RTP clocks that are no divisor of 1 MHz. */
#define MSNAV_POOL_SLACK_US 1000

/* Offsets are in words. */
typedef struct msnav_pool {
  uint16_t head, tail;  /* of waiting frames */
  uint16_t fill, limit; /* where to write next, and the end */
  uint16_t end;         /* up to here, at least, it is free behind fill */
  uint8_t count;        /* waiting frames */
  union {
    uint32_t words[MSNAV_POOL_BYTES / 4];
    uint8_t bytes[MSNAV_POOL_BYTES];
    int16_t pcm[MSNAV_POOL_BYTES / 2];
  };
} msnav_pool;

static inline uint32_t msnav_pool_media(const msnav_pool *p, unsigned at) {
  return p->words[at];
}

static inline unsigned msnav_pool_next(const msnav_pool *p, unsigned at) {
  return p->words[at + 1] & 0xffff;
}

static inline uint32_t msnav_pool_packed(const msnav_pool *p, unsigned at) {
  return p->words[at + 1] >> 16;
}

static inline uint8_t msnav_pool_decoder(uint32_t packed) {
  return (uint8_t)((packed & MSNAV_POOL_KIND) >> MSNAV_POOL_DECODER_SHIFT);
}

static inline uint16_t msnav_pool_number(const msnav_pool *p, unsigned at) {
  return (uint16_t)p->words[at + 2];
}

static inline unsigned msnav_pool_words(unsigned len) {
  return MSNAV_POOL_HEADER + (len + 3) / 4;
}

/* In an empty pool the next frame will be the first one: head is fill. */
static inline void msnav_pool_clear(msnav_pool *p) {
  p->head = 0;
  p->fill = 0;
  p->end = p->limit;
  p->count = 0;
}

static inline void msnav_pool_drop(msnav_pool *p) {
  p->count--;
  p->head = (uint16_t)msnav_pool_next(p, p->head);
  if (p->count == 0) {
    msnav_pool_clear(p);
  }
}

/* Write the header of a frame to where the next one lies; its payload comes to
 * what is returned. */
static inline void *
msnav_pool_put(msnav_pool *p, uint32_t media, uint32_t next, uint32_t last) {
  uint32_t *header = p->words + p->fill;
  header[0] = media;
  header[1] = next;
  header[2] = last;
  return header + MSNAV_POOL_HEADER;
}

static inline bool msnav_pool_is_last(const msnav_pool *p, uint32_t media) {
  return p->count == 0 ||
         (int32_t)(media - msnav_pool_media(p, p->tail)) > MSNAV_POOL_SLACK_US;
}

/* The frame that was put there is the last one. */
static inline void msnav_pool_append(msnav_pool *p, uint32_t next) {
  p->tail = p->fill;
  p->fill = (uint16_t)next;
  p->count++;
}

/* The frame that was put there is not the last one; false when its time is
 * taken. */
bool msnav_pool_insert(msnav_pool *p, uint32_t media);

/* Whether so many words can be written at fill, which goes to the begin when
 * there is no room behind it; false: the oldest frame has to go. */
bool msnav_pool_fits(msnav_pool *p, unsigned size);

/* Move the waiting frames to the begin, in order. */
void msnav_pool_compact(msnav_pool *p);

#endif

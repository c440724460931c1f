/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/jitter.h"

#include <string.h>

/* A waiting frame lies in the pool as three words and its payload: media
 * time; duration (us, 20 bits) and length (12 bits); sequence (16 bits),
 * offset of the next frame in words (11 bits), marker, redundant, decoder
 * (3 bits). */
#define HEADER 3u
#define NONE 0x7ffu
#define MARKER 0x10u
#define REDUNDANT 0x08u

/* Media times that differ by less are the same: rounding of RTP clocks that
 * are no divisor of 1 MHz. */
#define SLACK_US 1000

/* Frames that are this much too old, so many in a row, are a new time line;
 * so is one that is this much too early. */
#define STALE_US 1000000
#define STALE_FRAMES 3
#define JUMP_US 500000

/* Delay above the target, summed over frames, that is worth one frame. */
#define HURRY_CREDIT 1280000

#define FRAMES_MAX 64
#define DELAY_MAX 100000000

/* A loss is filled in steps of the last frame's length, or of this. */
#define LEAST_FILL_US 5000

static uint32_t media_of(const msnav_jitter *j, unsigned at) {
  return j->pool.words[at];
}

static uint32_t duration_of(const msnav_jitter *j, unsigned at) {
  return j->pool.words[at + 1] >> 12;
}

static unsigned len_of(const msnav_jitter *j, unsigned at) {
  return j->pool.words[at + 1] & 0xfff;
}

static uint16_t sequence_of(const msnav_jitter *j, unsigned at) {
  return (uint16_t)(j->pool.words[at + 2] >> 16);
}

static unsigned next_of(const msnav_jitter *j, unsigned at) {
  return j->pool.words[at + 2] >> 5 & NONE;
}

static void link_to(msnav_jitter *j, unsigned at, unsigned next) {
  uint32_t w = j->pool.words[at + 2];
  j->pool.words[at + 2] = (w & ~(NONE << 5)) | next << 5;
}

static unsigned words_for(unsigned len) {
  return HEADER + (len + 3) / 4;
}

static void clear(msnav_jitter *j) {
  j->head = NONE;
  j->tail = NONE;
  j->fill = 0;
  j->count = 0;
}

void msnav_jitter_init(msnav_jitter *j, msnav_usec min_delay,
                       msnav_usec max_delay) {
  memset(j, 0, offsetof(msnav_jitter, pool));
  msnav_delay_init(&j->delay, min_delay, max_delay);
  j->limit = MSNAV_JITTER_POOL / 4;
  msnav_jitter_set_clock(j, 8000);
  clear(j);
}

void msnav_jitter_set_clock(msnav_jitter *j, uint32_t hertz) {
  if (hertz == j->clock_rate || hertz == 0) {
    return;
  }
  j->remap = j->started;
  j->clock_rate = hertz;
  j->us_q16 = (uint32_t)(((uint64_t)1000000 << 16) / hertz);
}

void msnav_jitter_resync(msnav_jitter *j) {
  j->discarded += j->count;
  clear(j);
  msnav_delay_restart(&j->delay);
  j->seen = 0;
  j->stale = 0;
  j->started = false;
  j->playing = false;
  j->dry = false;
}

static void drop_head(msnav_jitter *j) {
  unsigned next = next_of(j, j->head);
  j->count--;
  if (next == NONE) {
    clear(j);
    return;
  }
  j->head = (uint16_t)next;
}

/* Move the waiting frames to the front of the pool, in order. */
static void compact(msnav_jitter *j) {
  uint32_t copy[MSNAV_JITTER_POOL / 4];
  unsigned at = j->head, fill = 0;
  while (at != NONE) {
    unsigned size = words_for(len_of(j, at)), next = next_of(j, at);
    memcpy(copy + fill, j->pool.words + at, size * 4);
    uint32_t link = next == NONE ? NONE : fill + size;
    copy[fill + 2] = (copy[fill + 2] & ~(NONE << 5)) | link << 5;
    if (next == NONE) {
      j->tail = (uint16_t)fill;
    }
    fill += size;
    at = next;
  }
  memcpy(j->pool.words, copy, fill * 4);
  j->fill = (uint16_t)fill;
  j->head = j->count > 0 ? 0 : NONE;
}

/* Room for `size` words at the end of what is used. */
static void make_room(msnav_jitter *j, unsigned size) {
  compact(j);
  while (j->count > 0 && j->fill + size > j->limit) {
    drop_head(j);
    j->discarded++;
    compact(j);
  }
}

void msnav_jitter_set_limit(msnav_jitter *j, size_t bytes) {
  j->limit =
    (uint16_t)((bytes < MSNAV_JITTER_POOL ? bytes : MSNAV_JITTER_POOL) / 4);
  if (j->fill > j->limit) {
    make_room(j, 0);
  }
}

static void start(msnav_jitter *j, const msnav_jitter_frame *f) {
  j->started = true;
  j->remap = false;
  j->anchor = f->timestamp;
  j->media_q16 = 0;
  j->top = f->sequence - 1;
  j->play = 0;
}

/* Whether this sequence number came before. */
static bool is_repeated(msnav_jitter *j, uint32_t sequence) {
  int32_t ahead = (int32_t)(sequence - j->top);
  if (ahead > 0) {
    j->seen = ahead < 64 ? j->seen << ahead | 1 : 1;
    j->top = sequence;
    return false;
  }
  if (ahead <= -64) {
    return false;
  }
  uint64_t bit = (uint64_t)1 << -ahead;
  bool repeated = (j->seen & bit) != 0;
  j->seen |= bit;
  return repeated;
}

/* The RTP clock changed: sequence numbers say how far the frame is. */
static void
map_again(msnav_jitter *j, const msnav_jitter_frame *f, uint32_t top) {
  int32_t frames = (int32_t)(f->sequence - top);
  frames = frames < -50 ? -50 : frames > 50 ? 50 : frames;
  int64_t us = (int64_t)frames * (int64_t)j->push_us;
  j->media_q16 += (uint64_t)(us * 65536);
  j->anchor = f->timestamp;
  j->remap = false;
}

/* Media time of a frame; the newest one becomes the anchor. */
static uint32_t to_media(msnav_jitter *j, uint32_t timestamp) {
  int32_t ahead = (int32_t)(timestamp - j->anchor);
  uint64_t q16 = j->media_q16 + (uint64_t)((int64_t)ahead * j->us_q16);
  if (ahead > 0) {
    j->anchor = timestamp;
    j->media_q16 = q16;
  }
  return (uint32_t)(q16 >> 16);
}

/* Put a frame that lies at `at` into its place; false when its time is
 * taken. */
static bool insert(msnav_jitter *j, unsigned at, uint32_t media) {
  if (j->head == NONE) {
    j->head = j->tail = (uint16_t)at;
    return true;
  }
  int32_t after = (int32_t)(media - media_of(j, j->tail));
  if (after > SLACK_US) {
    link_to(j, j->tail, at);
    j->tail = (uint16_t)at;
    return true;
  }
  unsigned prev = NONE, next = j->head;
  while (next != NONE && (int32_t)(media_of(j, next) - media) < -SLACK_US) {
    prev = next;
    next = next_of(j, next);
  }
  if (next == NONE || (int32_t)(media_of(j, next) - media) <= SLACK_US) {
    return false;
  }
  link_to(j, at, next);
  if (prev == NONE) {
    j->head = (uint16_t)at;
  } else {
    link_to(j, prev, at);
  }
  return true;
}

static msnav_error store(msnav_jitter *j, const msnav_jitter_frame *f,
                         uint32_t media, uint32_t duration) {
  unsigned size = words_for(f->len);
  if (j->fill + size > j->limit || j->count >= FRAMES_MAX) {
    if (j->count >= FRAMES_MAX) {
      drop_head(j);
      j->discarded++;
    }
    make_room(j, size);
  }
  unsigned at = j->fill;
  uint32_t *w = j->pool.words + at;
  w[0] = media;
  w[1] = duration << 12 | f->len;
  w[2] = f->sequence << 16 | NONE << 5 | (f->marker ? MARKER : 0) |
         (f->redundant ? REDUNDANT : 0) | (f->decoder & 7u);
  memcpy(w + HEADER, f->data, f->len);
  if (!insert(j, at, media)) {
    j->duplicate++;
    return MSNAV_ERR_DUPLICATE;
  }
  j->fill = (uint16_t)(at + size);
  j->count++;
  return MSNAV_OK;
}

static void learn(msnav_jitter *j, const msnav_jitter_frame *f,
                  uint32_t transit, msnav_usec now) {
  if (f->redundant && j->delay.started) {
    return;
  }
  if (j->delay.started && (int32_t)(j->delay.floor - transit) > JUMP_US) {
    j->resyncs++;
  }
  msnav_delay_observe(&j->delay, (uint32_t)now, transit);
}

/* A frame whose time has passed, or the sender has turned back its clock. */
static msnav_error too_late(msnav_jitter *j, const msnav_jitter_frame *f,
                            msnav_usec now, uint32_t media) {
  if ((int32_t)(media - j->play) > -STALE_US) {
    learn(j, f, (uint32_t)now - media, now);
  } else if (!f->redundant && ++j->stale >= STALE_FRAMES) {
    msnav_jitter_resync(j);
    j->resyncs++;
    return msnav_jitter_push(j, f, now);
  }
  j->late++;
  return MSNAV_ERR_LATE;
}

msnav_error msnav_jitter_push(msnav_jitter *j, const msnav_jitter_frame *f,
                              msnav_usec now) {
  uint64_t us = (uint64_t)f->duration * j->us_q16 >> 16;
  if (f->len == 0 || f->len > MSNAV_JITTER_PAYLOAD_MAX || us == 0 ||
      us > MSNAV_JITTER_FRAME_MAX_US || words_for(f->len) > j->limit) {
    return MSNAV_ERR_INVALID;
  }
  if (!j->started) {
    start(j, f);
  }
  uint32_t top = j->top;
  if (!f->redundant && is_repeated(j, f->sequence)) {
    j->duplicate++;
    return MSNAV_ERR_DUPLICATE;
  }
  if (j->remap) {
    map_again(j, f, top);
  }
  uint32_t media = to_media(j, f->timestamp);
  int32_t ahead = (int32_t)(media - j->play);
  if (ahead < -SLACK_US && j->playing) {
    return too_late(j, f, now, media);
  }
  learn(j, f, (uint32_t)now - media, now);
  j->push_us = (uint32_t)us;
  if (ahead < 0) {
    j->play = media;
  }
  j->stale = 0;
  return store(j, f, media, (uint32_t)us);
}

void msnav_jitter_note(msnav_jitter *j, uint32_t sequence) {
  if (j->started) {
    is_repeated(j, sequence);
  }
}

static void
take(msnav_jitter *j, unsigned at, int32_t delay, msnav_jitter_out *out) {
  uint32_t flags = j->pool.words[at + 2];
  out->data = j->pool.bytes + (at + HEADER) * 4;
  out->len = (uint16_t)len_of(j, at);
  out->decoder = flags & 7;
  out->marker = (flags & MARKER) != 0;
  out->duration_us = duration_of(j, at);
  j->play = media_of(j, at) + out->duration_us;
  j->play_us = out->duration_us;
  j->sequence = sequence_of(j, at);
  j->whole = (flags & REDUNDANT) == 0;
  j->playing = true;
  j->dry = false;
  j->held = delay;
  if (delay < j->low || j->settle) {
    j->low = delay;
    j->settle = false;
  } else {
    j->low += (delay - j->low) >> 3;
  }
  drop_head(j);
}

static msnav_jitter_result nothing(msnav_jitter *j) {
  if (!j->playing) {
    return MSNAV_JITTER_WAIT;
  }
  if (!j->dry) {
    j->dry = true;
    j->underruns++;
  }
  j->settle = true;
  return MSNAV_JITTER_EMPTY;
}

/* Whether every packet between the last frame played and the next one came:
 * then there was nothing to hear between them. */
static bool is_silence(const msnav_jitter *j) {
  unsigned at = j->head;
  if (!j->whole || (j->pool.words[at + 2] & REDUNDANT) != 0) {
    return false;
  }
  uint16_t top = (uint16_t)j->top;
  unsigned behind = (uint16_t)(top - sequence_of(j, at));
  unsigned missing = (uint16_t)(sequence_of(j, at) - j->sequence - 1);
  if (missing == 0) {
    return true;
  }
  if (missing > 63 || behind + 1 + missing > 64) {
    return false;
  }
  uint64_t mask = (((uint64_t)1 << missing) - 1) << (behind + 1);
  return (j->seen & mask) == mask;
}

/* The next frame is not the one that follows: lost, or never sent? */
static msnav_jitter_result
bridge(msnav_jitter *j, int32_t delay, int32_t gap, msnav_jitter_out *out) {
  bool silence = is_silence(j);
  int32_t wanted = j->delay.target;
  if (!silence) {
    wanted = j->by_frames ? j->delay.enough : wanted;
    wanted = j->held < wanted ? j->held : wanted;
  }
  unsigned at = j->head;
  if (delay >= wanted) {
    j->settle = true;
    take(j, at, delay, out);
    out->skipped_us = silence ? 0 : (uint32_t)gap;
    return MSNAV_JITTER_FRAME;
  }
  if (silence) {
    return MSNAV_JITTER_WAIT;
  }
  uint32_t fill = j->play_us > LEAST_FILL_US ? j->play_us : LEAST_FILL_US;
  fill = (uint32_t)gap < fill ? (uint32_t)gap : fill;
  j->play += fill;
  out->duration_us = fill;
  if (fill == (uint32_t)gap) {
    out->data = j->pool.bytes + (at + HEADER) * 4;
    out->len = (uint16_t)len_of(j, at);
    out->decoder = j->pool.words[at + 2] & 7;
  }
  return MSNAV_JITTER_LOST;
}

/* Time since a frame could have arrived at the earliest.  Hostile clocks are
 * cut to +-100 s, so that sums stay in range. */
static int32_t delay_of(const msnav_jitter *j, unsigned at, msnav_usec now) {
  int32_t us = (int32_t)((uint32_t)now - media_of(j, at) - j->delay.floor);
  return us > DELAY_MAX ? DELAY_MAX : us < -DELAY_MAX ? -DELAY_MAX : us;
}

msnav_jitter_result
msnav_jitter_pop(msnav_jitter *j, msnav_usec now, msnav_jitter_out *out) {
  out->data = NULL;
  out->skipped_us = 0;
  if (j->head == NONE) {
    return nothing(j);
  }
  int32_t delay = delay_of(j, j->head, now);
  if (!j->playing) {
    if (delay < j->delay.target) {
      return MSNAV_JITTER_WAIT;
    }
    j->settle = true;
    take(j, j->head, delay, out);
    return MSNAV_JITTER_FRAME;
  }
  int32_t gap = (int32_t)(media_of(j, j->head) - j->play);
  if (gap > SLACK_US) {
    return bridge(j, delay, gap, out);
  }
  take(j, j->head, delay, out);
  return MSNAV_JITTER_FRAME;
}

int32_t msnav_jitter_excess(const msnav_jitter *j) {
  return j->low - j->delay.target;
}

void msnav_jitter_settle(msnav_jitter *j) {
  j->settle = true;
}

bool msnav_jitter_hurry(msnav_jitter *j) {
  int32_t frame = (int32_t)j->play_us, over = msnav_jitter_excess(j);
  j->by_frames = true;
  /* 3/16 less than a frame: the delay swings around the target */
  if (j->head == NONE || over < frame - frame * 3 / 16) {
    j->credit = 0;
    return false;
  }
  j->credit += over;
  if (j->credit < HURRY_CREDIT) {
    return false;
  }
  j->credit = 0;
  j->settle = true;
  return true;
}

int msnav_jitter_next_decoder(const msnav_jitter *j) {
  return j->head == NONE ? -1 : (int)(j->pool.words[j->head + 2] & 7);
}

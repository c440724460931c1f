/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/jitter.h"

#include "media/hot.h"

#include <string.h>

/* No frame has this length and decoder. */
#define UNUSUAL 0xffffu

/* Durations are kept in units of 2 us. */
#define DURATION_US 2u

/* Frames that are this much too old, so many in a row, are a new time line. */
#define STALE_US 1000000
#define STALE_FRAMES 3

/* A loss is filled in steps of the last frame's length, or of this. */
#define LEAST_FILL_US 5000

/* Hostile clocks are cut to +-100 s, so that sums stay in range. */
#define DELAY_MAX 100000000

void msnav_jitter_init(msnav_jitter *j, msnav_usec min_delay,
                       msnav_usec max_delay) {
  memset(j, 0, offsetof(msnav_jitter, pool));
  msnav_delay_init(&j->delay, min_delay, max_delay);
  j->pool.limit = MSNAV_POOL_BYTES / 4;
  msnav_jitter_set_clock(j, 8000);
  msnav_pool_clear(&j->pool);
  j->settle = true;
}

void msnav_jitter_set_clock(msnav_jitter *j, uint32_t hertz) {
  if (hertz == j->clock_rate || hertz == 0) {
    return;
  }
  j->ticks = 0;
  j->clock_rate = hertz;
  j->us_q16 = (uint32_t)(((uint64_t)1000000 << 16) / hertz);
}

void msnav_jitter_resync(msnav_jitter *j) {
  j->discarded += j->pool.count;
  msnav_pool_clear(&j->pool);
  j->seen = 0;
  j->stale = 0;
  j->ticks = 0;
  j->started = false;
  j->playing = false;
  j->dry = false;
  j->full = false;
  j->settle = true;
}

/* ---- room */

/* It is missed as if it had never come: see is_silence(). */
static void discard_head(msnav_jitter *j) {
  const msnav_pool *p = &j->pool;
  unsigned behind = (uint16_t)(j->top - msnav_pool_number(p, p->head));
  if (behind < 64 &&
      (msnav_pool_packed(p, p->head) & MSNAV_POOL_REDUNDANT) == 0) {
    j->seen &= ~((uint64_t)1 << behind);
  }
  msnav_pool_drop(&j->pool);
  j->discarded++;
  j->full = true;
}

/* See to it that `size` words can be written; the oldest frames make room. */
static NOINLINE void make_room(msnav_jitter *j, unsigned size) {
  while (!msnav_pool_fits(&j->pool, size)) {
    discard_head(j);
  }
}

void msnav_jitter_set_limit(msnav_jitter *j, size_t bytes) {
  bytes = bytes < MSNAV_POOL_BYTES ? bytes : MSNAV_POOL_BYTES;
  j->pool.limit = (uint16_t)(bytes / 4);
  j->usual = UNUSUAL; /* it may be too long by now */
  msnav_pool_compact(&j->pool);
  while (j->pool.fill > j->pool.limit) {
    discard_head(j);
    msnav_pool_compact(&j->pool);
  }
}

static uint32_t pack(const msnav_jitter_frame *f) {
  return f->len | (uint32_t)f->decoder << MSNAV_POOL_DECODER_SHIFT;
}

static msnav_error store(msnav_jitter *j, const msnav_jitter_frame *f,
                         uint32_t media, uint32_t us) {
  unsigned size = msnav_pool_words(f->len);
  if (j->pool.count >= MSNAV_POOL_FRAMES) {
    discard_head(j);
  }
  make_room(j, size);
  uint32_t packed = pack(f) & MSNAV_POOL_KIND;
  packed |= f->redundant ? MSNAV_POOL_REDUNDANT : 0;
  uint32_t next = (j->pool.fill + size) | packed << 16;
  uint32_t last = (f->sequence & 0xffff) | us / DURATION_US << 16;
  memcpy(msnav_pool_put(&j->pool, media, next, last), f->data, f->len);
  if (msnav_pool_is_last(&j->pool, media)) {
    msnav_pool_append(&j->pool, next);
    return MSNAV_OK;
  }
  if (msnav_pool_insert(&j->pool, media)) {
    return MSNAV_OK;
  }
  j->duplicate++;
  return MSNAV_ERR_DUPLICATE;
}

/* ---- in */

/* The first frame of a time line, or the first one of another RTP clock:
 * then its sequence number says how far it is. */
static void
begin(msnav_jitter *j, const msnav_jitter_frame *f, msnav_usec now) {
  if (!j->started) {
    j->started = true;
    j->media_q16 = 0;
    j->top = f->sequence - 1;
    j->play = 0;
    msnav_delay_begin(&j->delay, (uint32_t)now, (uint32_t)now);
  } else {
    int32_t frames = (int32_t)(f->sequence - j->top);
    frames = frames < -50 ? -50 : frames > 50 ? 50 : frames;
    int64_t us = (int64_t)frames * (int64_t)j->push_us;
    j->media_q16 += (uint64_t)(us * 65536);
  }
  j->anchor = f->timestamp;
  j->usual = UNUSUAL;
}

/* Whether no packet with this sequence number came before. */
static bool is_new(msnav_jitter *j, uint32_t sequence) {
  int32_t ahead = (int32_t)(sequence - j->top);
  if (ahead > 0) {
    j->seen = ahead < 64 ? j->seen << ahead | 1 : 1;
    j->top = sequence;
    return true;
  }
  if (ahead <= -64) {
    return true;
  }
  uint64_t bit = (uint64_t)1 << -ahead;
  bool repeated = (j->seen & bit) != 0;
  j->seen |= bit;
  return !repeated;
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

/* One more frame from long ago; whether they are a new time line. */
static bool is_stale(msnav_jitter *j) {
  j->stale++;
  j->usual = UNUSUAL; /* push_any() begins to count anew */
  return j->stale >= STALE_FRAMES;
}

/* A frame from before what is played next: nothing was played yet, or it is
 * late, or the sender has turned back its clock. */
static msnav_error look_back(msnav_jitter *j, const msnav_jitter_frame *f,
                             msnav_usec now, uint32_t *media) {
  int32_t ahead = (int32_t)(*media - j->play);
  if (!j->playing || ahead >= -MSNAV_POOL_SLACK_US) {
    j->play = *media;
    return MSNAV_OK;
  }
  if (ahead > -STALE_US) {
    if (!f->redundant) {
      msnav_delay_observe(&j->delay, (uint32_t)now, (uint32_t)now - *media);
    }
  } else if (!f->redundant && is_stale(j)) {
    msnav_jitter_resync(j);
    j->resyncs++;
    begin(j, f, now);
    *media = to_media(j, f->timestamp);
    return MSNAV_OK;
  }
  j->late++;
  return MSNAV_ERR_LATE;
}

/* A frame of another RTP clock than the newest one that comes after it, as
 * packets that change places do while the codec changes: its timestamp says
 * nothing now, but its sequence number does.  The newest one stays the anchor,
 * and whatever comes next is of another clock again. */
static msnav_error
push_left_behind(msnav_jitter *j, const msnav_jitter_frame *f, uint32_t us,
                 msnav_usec now) {
  int32_t behind = (int32_t)(j->top - f->sequence);
  if (f->redundant || behind > 50) {
    j->late++;
    return MSNAV_ERR_LATE;
  }
  if (!is_new(j, f->sequence)) {
    j->duplicate++;
    return MSNAV_ERR_DUPLICATE;
  }
  j->usual = UNUSUAL;
  uint32_t media = (uint32_t)(j->media_q16 >> 16) - (uint32_t)behind * us;
  if ((int32_t)(media - j->play) < -MSNAV_POOL_SLACK_US) {
    j->late++;
    return MSNAV_ERR_LATE;
  }
  msnav_delay_observe(&j->delay, (uint32_t)now, (uint32_t)now - media);
  return store(j, f, media, us);
}

static NOINLINE msnav_error push_any(msnav_jitter *j,
                                     const msnav_jitter_frame *f,
                                     msnav_usec now) {
  uint64_t us = (uint64_t)f->duration * j->us_q16 >> 16;
  if (f->len == 0 || f->len > MSNAV_JITTER_PAYLOAD_MAX || us == 0 ||
      us > MSNAV_JITTER_FRAME_MAX_US ||
      msnav_pool_words(f->len) > j->pool.limit) {
    return MSNAV_ERR_INVALID;
  }
  if (j->ticks == 0) {
    if (j->started && (f->redundant || (int32_t)(f->sequence - j->top) <= 0)) {
      return push_left_behind(j, f, (uint32_t)us, now);
    }
    begin(j, f, now);
  }
  if (!f->redundant && !is_new(j, f->sequence)) {
    j->duplicate++;
    return MSNAV_ERR_DUPLICATE;
  }
  j->ticks = f->duration;
  j->push_us = (uint32_t)us;
  uint32_t media = to_media(j, f->timestamp);
  if ((int32_t)(media - j->play) < 0) {
    msnav_error err = look_back(j, f, now, &media);
    if (err != MSNAV_OK) {
      return err;
    }
  }
  if (!f->redundant) {
    msnav_delay_observe(&j->delay, (uint32_t)now, (uint32_t)now - media);
  }
  j->stale = 0;
  msnav_error err = store(j, f, media, (uint32_t)us);
  if (err == MSNAV_OK) {
    bool newest = msnav_pool_media(&j->pool, j->pool.tail) ==
                  (uint32_t)(j->media_q16 >> 16);
    j->usual =
      (uint16_t)(newest && us > MSNAV_POOL_SLACK_US ? pack(f) : UNUSUAL);
    j->usual_next = msnav_pool_words(f->len) | pack(f) << 16;
    j->usual_last = (uint32_t)us / DURATION_US << 16;
    j->step_q16 = (uint64_t)j->ticks * j->us_q16;
  }
  return err;
}

/* A call in the middle of push() would cost every frame the registers that it
 * saves. */
static NOINLINE msnav_error push_after_room(msnav_jitter *j,
                                            const msnav_jitter_frame *f,
                                            msnav_usec now) {
  make_room(j, j->usual_next & 0xffff);
  return msnav_jitter_push(j, f, now);
}

/* A frame that follows the newest one and resembles it, as nearly all do,
 * goes a short way, on which nothing is to be decided; push_any() does the
 * same for all frames.  While `usual` is set the newest frame is the last one
 * waiting, if any waits, and so this one goes behind it. */
static inline bool
is_usual(const msnav_jitter *j, const msnav_jitter_frame *f) {
  return f->sequence - j->top == 1 && f->duration == j->ticks &&
         !f->redundant && f->timestamp - j->anchor == f->duration &&
         pack(f) == j->usual && j->pool.count < MSNAV_POOL_FRAMES;
}

msnav_error msnav_jitter_push(msnav_jitter *j, const msnav_jitter_frame *f,
                              msnav_usec now) {
  uint64_t q16 = j->media_q16 + j->step_q16;
  uint32_t media = (uint32_t)(q16 >> 16), transit = (uint32_t)now - media;
  if (!LIKELY(is_usual(j, f) && (int32_t)(media - j->play) >= 0 &&
              msnav_delay_is_usual(&j->delay, (uint32_t)now, transit))) {
    return push_any(j, f, now);
  }
  uint32_t next = j->pool.fill + j->usual_next;
  if (!LIKELY((next & 0xffff) <= j->pool.end)) {
    return push_after_room(j, f, now);
  }
  /* the call comes last: what is needed after one has to be saved */
  uint32_t last = (f->sequence & 0xffff) | j->usual_last;
  void *payload = msnav_pool_put(&j->pool, media, next, last);
  msnav_pool_append(&j->pool, next);
  j->media_q16 = q16;
  j->anchor = f->timestamp;
  j->top = f->sequence;
  j->seen = j->seen << 1 | 1;
  msnav_delay_count(&j->delay, transit);
  memcpy(payload, f->data, f->len);
  return MSNAV_OK;
}

void msnav_jitter_note(msnav_jitter *j, uint32_t sequence) {
  if (j->started) {
    (void)is_new(j, sequence);
  }
}

/* ---- out */

static inline void describe(const uint32_t *header, msnav_jitter_out *out) {
  uint32_t packed = header[1] >> 16;
  out->data = (const uint8_t *)(header + MSNAV_POOL_HEADER);
  out->len = (uint16_t)(packed & MSNAV_POOL_LEN);
  out->decoder = msnav_pool_decoder(packed);
}

/* Hand out the next frame. */
static inline void hand_out(msnav_jitter *j, int32_t delay, uint32_t skipped,
                            msnav_jitter_out *out) {
  const uint32_t *header = j->pool.words + j->pool.head;
  uint32_t duration = (header[2] >> 16) * DURATION_US;
  describe(header, out);
  out->duration_us = duration;
  out->skipped_us = skipped;
  out->paused = false;
  j->play = header[0] + duration;
  j->play_us = duration;
  j->played = (uint16_t)header[2];
  j->played_kind = (uint16_t)(header[1] >> 16);
  j->held = delay;
  msnav_pool_drop(&j->pool);
}

/* The lower envelope of the delay rises by an eighth a frame. */
static inline int32_t envelope(const msnav_jitter *j, int32_t delay) {
  return delay < j->low ? delay : j->low + ((delay - j->low) >> 3);
}

static msnav_jitter_result
take(msnav_jitter *j, int32_t delay, uint32_t skipped, msnav_jitter_out *out) {
  j->low = j->settle ? delay : envelope(j, delay);
  j->settle = false;
  j->dry = false;
  j->full = false;
  hand_out(j, delay, skipped, out);
  return MSNAV_JITTER_FRAME;
}

static msnav_jitter_result nothing(msnav_jitter *j, msnav_jitter_out *out) {
  if (!j->playing) {
    return MSNAV_JITTER_WAIT;
  }
  out->ran_dry = !j->dry;
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
  uint16_t next = msnav_pool_number(&j->pool, j->pool.head);
  if (((j->played_kind | msnav_pool_packed(&j->pool, j->pool.head)) &
       MSNAV_POOL_REDUNDANT) != 0) {
    return false;
  }
  unsigned behind = (uint16_t)((uint16_t)j->top - next);
  unsigned missing = (uint16_t)(next - j->played - 1);
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
bridge(msnav_jitter *j, int32_t delay, uint32_t gap, msnav_jitter_out *out) {
  bool silence = is_silence(j);
  int32_t wanted = j->delay.target;
  if (!silence) {
    wanted = j->by_frames ? j->delay.enough : wanted;
    wanted = j->held < wanted ? j->held : wanted;
    wanted = wanted < j->delay.min ? j->delay.min : wanted;
  }
  if (delay >= wanted || j->full) {
    bool dry = j->dry;
    j->settle = true;
    (void)take(j, delay, silence ? 0 : gap, out);
    out->paused = silence && dry;
    return MSNAV_JITTER_FRAME;
  }
  if (silence) {
    return MSNAV_JITTER_WAIT;
  }
  uint32_t fill = j->play_us > LEAST_FILL_US ? j->play_us : LEAST_FILL_US;
  fill = gap < fill + MSNAV_POOL_SLACK_US ? gap : fill;
  j->play += fill;
  if (fill == gap) {
    describe(j->pool.words + j->pool.head, out);
  }
  out->duration_us = fill;
  return MSNAV_JITTER_LOST;
}

static NOINLINE msnav_jitter_result pop_any(msnav_jitter *j, msnav_usec now,
                                            msnav_jitter_out *out) {
  out->data = NULL;
  if (j->pool.count == 0) {
    return nothing(j, out);
  }
  uint32_t media = msnav_pool_media(&j->pool, j->pool.head);
  int32_t delay = (int32_t)((uint32_t)now - media - j->delay.floor);
  delay = delay > DELAY_MAX    ? DELAY_MAX
          : delay < -DELAY_MAX ? -DELAY_MAX
                               : delay;
  int32_t gap = (int32_t)(media - j->play);
  if (j->playing) {
    return gap > MSNAV_POOL_SLACK_US ? bridge(j, delay, (uint32_t)gap, out)
                                     : take(j, delay, 0, out);
  }
  /* the first frame of a time line waits until it has the target delay, if
   * there is room for it */
  if (delay < j->delay.target && !j->full) {
    return MSNAV_JITTER_WAIT;
  }
  j->playing = true;
  j->settle = true;
  return take(j, delay, 0, out);
}

/* Again the short way for what happens nearly always. */
msnav_jitter_result
msnav_jitter_pop(msnav_jitter *j, msnav_usec now, msnav_jitter_out *out) {
  if (!LIKELY(j->pool.count > 0 && !j->settle)) {
    return pop_any(j, now, out);
  }
  uint32_t media = msnav_pool_media(&j->pool, j->pool.head);
  int32_t delay = (int32_t)((uint32_t)now - media - j->delay.floor);
  if (!LIKELY((int32_t)(media - j->play) <= MSNAV_POOL_SLACK_US &&
              delay <= DELAY_MAX && delay >= -DELAY_MAX)) {
    return pop_any(j, now, out);
  }
  j->low = envelope(j, delay);
  hand_out(j, delay, 0, out);
  return MSNAV_JITTER_FRAME;
}

int msnav_jitter_next_decoder(const msnav_jitter *j) {
  const msnav_pool *p = &j->pool;
  return p->count > 0 ? msnav_pool_decoder(msnav_pool_packed(p, p->head)) : -1;
}

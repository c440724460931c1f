/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adaptive jitter buffer: payloads in, in order and at their time out.
 *
 * All times inside are microseconds modulo 2^32.  A frame's RTP timestamp
 * is turned into a media time when it comes in, so that codecs with another
 * RTP clock share one time line.  The delay of a frame is the time from its
 * earliest possible arrival (see media/delay.h) to the moment it is played.
 *
 * pop() is called when a frame's worth of sound is needed.  It hands out
 * frames as long as there are any: delay grows by itself when the network
 * is late, and nothing that comes late but unplayed is thrown away.  Coming
 * back to the target is the caller's part, by time-scaling as far as
 * msnav_jitter_excess() says, or by whole frames when
 * msnav_jitter_hurry() says so.  A lost frame is the one occasion at which
 * delay can be saved for nothing: when enough of it is there, the sound is
 * joined over the loss (msnav_jitter_out::skipped) instead of filled. */
#ifndef MSNAV_MEDIA_JITTER_H
#define MSNAV_MEDIA_JITTER_H

#include "media/delay.h"
#include "media/pool.h"

typedef struct msnav_jitter_frame {
  uint32_t sequence;  /* extended; redundant blocks of one packet share it */
  uint32_t timestamp; /* RTP timestamp of the first sample */
  uint32_t duration;  /* in units of the RTP clock */
  const uint8_t *data;
  uint16_t len;
  uint8_t decoder; /* index of the decoder, 0...7 */
  bool marker;     /* not needed: pauses show in the timestamps */
  bool redundant;  /* from a redundant block: no arrival statistics */
} msnav_jitter_frame;

/* Longest frame, and longest payload that is taken. */
#define MSNAV_JITTER_FRAME_MAX_US 120000
#define MSNAV_JITTER_PAYLOAD_MAX 1500

/* Delay above the target, summed over frames, that is worth one frame. */
#define MSNAV_JITTER_HURRY_CREDIT 1280000

/* Where whole frames are dropped the delay swings around its target. */
#define MSNAV_JITTER_SWING_US 3750

typedef enum msnav_jitter_result {
  MSNAV_JITTER_FRAME, /* decode and play it */
  MSNAV_JITTER_LOST,  /* conceal out->duration_us: a later frame is here */
  MSNAV_JITTER_EMPTY, /* conceal: nothing is here, the sender should speak */
  MSNAV_JITTER_WAIT   /* play silence: nothing is due */
} msnav_jitter_result;

typedef struct msnav_jitter_out {
  const uint8_t *data;  /* valid until the next push or limit; with LOST the
                           frame after the lost one, NULL if it is not here */
  uint16_t len;         /* bytes */
  uint8_t decoder;      /* as pushed */
  uint32_t duration_us; /* of the frame, or of what to conceal */
  uint32_t skipped_us;  /* lost sound to be joined over before this frame */
  bool ran_dry;         /* with EMPTY: the one before was not */
  bool paused;          /* with FRAME: after EMPTY, though all came that was
                           sent meanwhile */
} msnav_jitter_out;

typedef struct msnav_jitter {
  msnav_delay delay;
  uint32_t anchor;      /* RTP timestamp of the newest frame */
  uint64_t seen;        /* the 64 newest sequence numbers that came */
  uint64_t media_q16;   /* media time of the anchor, 1/65536 us */
  uint64_t step_q16;    /* duration of the newest frame, likewise */
  uint32_t us_q16;      /* length of a tick of the RTP clock */
  uint32_t clock_rate;  /* Hz */
  uint32_t top;         /* newest sequence number */
  uint32_t play;        /* media time that is played next */
  uint32_t play_us;     /* duration of the last frame played, */
  uint16_t played;      /* its sequence number, */
  uint16_t played_kind; /* and its packed length */
  uint32_t push_us;     /* duration of the newest frame */
  uint32_t ticks;       /* the same by the RTP clock; 0 when the next frame is
                           the first of its time line or clock */
  int32_t held;         /* delay of the last frame played, us */
  int32_t credit;       /* delay above the target, summed over frames, us */
  int32_t low;          /* lower envelope of it, us */
  uint32_t usual_last;  /* duration of the newest frame as in the pool, */
  uint32_t usual_next;  /* likewise its words, length and decoder, */
  uint16_t usual;       /* and these two alone */
  uint8_t stale;        /* frames in a row from long ago */
  bool by_frames;       /* the caller cannot stretch time */
  bool started;         /* a frame came since the last resync */
  bool playing;         /* a frame was played since the last resync */
  bool dry;             /* the last pop found nothing */
  bool full;            /* the oldest frame had to go since the last pop of one:
                           waiting for more delay would be in vain */
  bool settle;          /* take the next delay as it is; so it is whenever the
                           buffer is dry or does not play */
  uint32_t late, duplicate, discarded, underruns, resyncs;
  msnav_pool pool;
} msnav_jitter;

/* min_delay and max_delay bound the target. */
void msnav_jitter_init(msnav_jitter *j, msnav_usec min_delay,
                       msnav_usec max_delay);

/* RTP clock of the frames that come next; 8,000 Hz at first.  The time line
 * goes on over a change. */
void msnav_jitter_set_clock(msnav_jitter *j, uint32_t hertz);

/* Use only the first `bytes` of the pool; the oldest frames are discarded
 * when they do not fit any more. */
void msnav_jitter_set_limit(msnav_jitter *j, size_t bytes);

/* MSNAV_ERR_INVALID for an empty, oversized or endless frame,
 * MSNAV_ERR_DUPLICATE, MSNAV_ERR_LATE. */
msnav_error
msnav_jitter_push(msnav_jitter *j, const msnav_jitter_frame *f, msnav_usec now);

/* A packet came that carries no sound (a telephone-event): what it stands
 * for is silence, not loss. */
void msnav_jitter_note(msnav_jitter *j, uint32_t sequence);

/* What to play from `now` on. */
msnav_jitter_result
msnav_jitter_pop(msnav_jitter *j, msnav_usec now, msnav_jitter_out *out);

/* How far the last frame played is above (+) or below (-) the target, us.
 * After the caller has acted on a negative value it calls
 * msnav_jitter_settle(). */
static inline int32_t msnav_jitter_excess(const msnav_jitter *j) {
  return j->low - j->delay.target;
}
static inline void msnav_jitter_settle(msnav_jitter *j) {
  j->settle = true;
}

/* Whether the pool has no room for more delay than the last frame played had:
 * frames like the newest one would be discarded when they come early. */
static inline bool msnav_jitter_is_full(const msnav_jitter *j) {
  uint32_t held = j->held > 0 ? (uint32_t)j->held : 0;
  uint32_t words = j->usual_next & 0xffff;
  return (held / j->push_us + 2) * words > j->pool.limit;
}

/* For callers that cannot stretch time: after a frame, whether the next one
 * may be played at once, too.  Being late by one frame is tolerated for 64
 * frames, by n frames for 64 / n, so that 200 ms are gone in 4 s; meanwhile
 * losses may have done it. */
static inline bool msnav_jitter_hurry(msnav_jitter *j) {
  int32_t over = msnav_jitter_excess(j);
  j->by_frames = true;
  if (j->pool.count == 0 ||
      over < (int32_t)j->play_us - MSNAV_JITTER_SWING_US) {
    j->credit = 0;
    return false;
  }
  j->credit += over;
  if (j->credit < MSNAV_JITTER_HURRY_CREDIT) {
    return false;
  }
  j->credit = 0;
  j->settle = true;
  return true;
}

/* Decoder of the next frame, -1 when there is none. */
int msnav_jitter_next_decoder(const msnav_jitter *j);

/* Jumps of the time line that were followed, one way or the other. */
static inline uint32_t msnav_jitter_resyncs(const msnav_jitter *j) {
  return j->resyncs + j->delay.jumps;
}

/* Forget frames and time line; keep what was learnt about the network. */
void msnav_jitter_resync(msnav_jitter *j);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From packets to sound: jitter buffer, decoder, time-scaling, concealment.
 * Part of a stream's one contiguous state; no allocation.
 *
 * The pool of the jitter buffer is shared: at its end lie the newest decoded
 * samples.  The last `pending` of them wait to be played, the others are the
 * past that concealment looks at.  So much is kept as the codec's rate and
 * frames ask for; the rest of the pool holds payloads. */
#ifndef MSNAV_MEDIA_PLAYOUT_H
#define MSNAV_MEDIA_PLAYOUT_H

#include "media/conceal.h"
#include "media/jitter.h"
#include "media/noise.h"
#include <msnav/media.h>

/* Longest frame, in samples per channel: 120 ms at 8 kHz, 60 ms at 16 kHz, 20
 * ms at 48 kHz.  What one pull does not use must be kept. */
#define MSNAV_PLAYOUT_FRAME_MAX 1120

/* A frame, or a description of noise, whose length is not known. */
#define MSNAV_PLAYOUT_FRAME_US 20000

/* Most samples that are made up in one go: 20 ms at 48,000 Hz. */
#define MSNAV_PLAYOUT_PULL_MAX 960

/* A codec that may arrive, with its decoder state.  Owned by the stream.
 * Without a codec the payload type is comfort noise (RFC 3389), and the state
 * is a msnav_noise. */
typedef struct msnav_decoder {
  const msnav_audio_codec *codec;
  void *state;
} msnav_decoder;

typedef struct msnav_playout_stats {
  uint32_t late, duplicate, discarded, played, concealed, recovered, underruns,
    resyncs;
  uint32_t excused; /* of concealed: the peer paused, or may have */
  uint64_t concealed_us, inserted_us, removed_us;
  uint32_t delay_us, target_us;
} msnav_playout_stats;

/* Embedded in a stream; all members are private. */
typedef struct msnav_playout {
  const msnav_decoder *decoders;
  uint64_t concealed_us, inserted_us, removed_us;
  uint32_t played, concealed, recovered; /* frames */
  uint32_t excused;   /* of concealed: where the peer had paused */
  uint32_t steady;    /* concealed when the jitter buffer ran dry last */
  uint32_t rest_us;   /* made up, not yet a frame of concealed */
  uint32_t made;      /* samples made up by the codec since its last frame */
  uint32_t rate;      /* of what is played, Hz */
  uint16_t lost;      /* samples that are still to be made up */
  uint16_t room;      /* samples at the end of the pool */
  uint16_t pending;   /* of them not yet played */
  uint16_t ahead;     /* least ahead_now since time was scaled, us */
  uint16_t ahead_now; /* how far into its pull the last frame began, us */
  uint8_t decoder;    /* of the last frame */
  uint8_t rest;       /* frames until time may be scaled again */
  uint8_t noise;      /* 1 + decoder of the comfort noise, 0: none */
  uint8_t kind;       /* of the pending samples, a MSNAV_PLAYED_ bit */
  msnav_conceal conceal;
  msnav_jitter jitter;
} msnav_playout;

/* decoders (at most eight) outlive the playout and may be changed between
 * calls. */
void msnav_playout_init(msnav_playout *p, const msnav_decoder *decoders,
                        msnav_usec min_delay, msnav_usec max_delay);

/* Another lower bound of the delay from now on. */
void msnav_playout_set_min_delay(msnav_playout *p, msnav_usec min_delay);

/* A frame arrived, or was recovered from a redundant block.  decoder is an
 * index into decoders; sequence is extended.  f is completed: its duration is
 * what the codec says (20 ms of comfort noise when it has none), and of a
 * description of noise the used part is left.  MSNAV_ERR_PARSE when the codec
 * refuses the payload's size, MSNAV_ERR_INVALID when the frame is longer than
 * 120 ms, #MSNAV_PLAYOUT_FRAME_MAX or the pool, MSNAV_ERR_DUPLICATE,
 * MSNAV_ERR_LATE. */
msnav_error
msnav_playout_push(msnav_playout *p, msnav_jitter_frame *f, msnav_usec now);

/* A valid packet without sound arrived (a telephone-event): its place in the
 * stream is silence, not loss. */
void msnav_playout_note(msnav_playout *p, uint32_t sequence);

/* Fill pcm; MSNAV_PLAYED_ bits. */
unsigned msnav_playout_pull(msnav_playout *p, int16_t *pcm, size_t samples,
                            msnav_usec now);

/* The stream jumped (new SSRC, sequence, timestamp): start over, keep the
 * delay that was learnt. */
void msnav_playout_resync(msnav_playout *p);

/* Rate of the next pull, Hz; changes only in a push or at the end of a
 * pull. */
uint32_t msnav_playout_rate(const msnav_playout *p);
void msnav_playout_get_stats(const msnav_playout *p, msnav_playout_stats *out);

/* ---- for the other half of a playout, which makes sound (media/pull.h) */

static inline const msnav_audio_codec *
msnav_playout_codec(const msnav_playout *p, unsigned decoder) {
  return p->decoders[decoder & 7].codec;
}

/* Rate of the frame that is next; p->rate when there is none. */
static inline uint32_t msnav_playout_next_rate(const msnav_playout *p) {
  int next = msnav_jitter_next_decoder(&p->jitter);
  const msnav_audio_codec *codec =
    next < 0 ? NULL : msnav_playout_codec(p, (unsigned)next);
  return codec == NULL ? p->rate : codec->sample_rate;
}

/* Another rate from now on; nothing is pending. */
void msnav_playout_set_rate(msnav_playout *p, uint32_t rate);

/* Between pulls the rate follows the frame that is next. */
static inline void msnav_playout_follow(msnav_playout *p) {
  uint32_t rate = msnav_playout_next_rate(p);
  if (p->pending == 0 && rate != p->rate) {
    msnav_playout_set_rate(p, rate);
  }
}

#endif

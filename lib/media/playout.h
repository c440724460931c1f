/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* From packets to sound: jitter buffer, decoder, time-scaling, concealment.
 * Part of a stream's one contiguous state; no allocation. */
#ifndef MSNAV_MEDIA_PLAYOUT_H
#define MSNAV_MEDIA_PLAYOUT_H

#include "media/conceal.h"
#include "media/jitter.h"
#include <msnav/media.h>

/* A codec that may arrive, with its decoder state.  Owned by the stream. */
typedef struct msnav_decoder {
  const msnav_audio_codec *codec;
  void *state;
  uint8_t payload_type;
} msnav_decoder;

typedef struct msnav_playout_stats {
  uint32_t late, duplicate, discarded, played, concealed, recovered, underruns,
    resyncs;
  uint64_t concealed_us, inserted_us, removed_us;
  uint32_t delay_us, target_us;
} msnav_playout_stats;

/* See playout.c for struct msnav_playout, whose size counts towards the
 * stream's 4 KiB. */
typedef struct msnav_playout msnav_playout;

/* decoders outlive the playout and may be changed between calls. */
void msnav_playout_init(msnav_playout *p, const msnav_decoder *decoders,
                        msnav_usec min_delay, msnav_usec max_delay);

/* A frame arrived, or was recovered from a redundant block.  decoder is an
 * index into decoders; sequence is extended.  MSNAV_ERR_PARSE when the codec
 * refuses the payload's size, MSNAV_ERR_DUPLICATE, MSNAV_ERR_LATE. */
msnav_error msnav_playout_push(msnav_playout *p, const msnav_jitter_frame *f,
                               msnav_usec now);

/* Fill pcm; MSNAV_PLAYED_ bits. */
unsigned msnav_playout_pull(msnav_playout *p, int16_t *pcm, size_t samples,
                            msnav_usec now);

/* The stream jumped (new SSRC, sequence, timestamp): start over, keep the
 * delay that was learnt. */
void msnav_playout_resync(msnav_playout *p);

uint32_t msnav_playout_rate(const msnav_playout *p);
void msnav_playout_get_stats(const msnav_playout *p, msnav_playout_stats *out);

#endif

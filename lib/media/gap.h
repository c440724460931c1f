/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is heard where no frame is: losses are made up for by the codec or
 * from the past, pauses are filled with comfort noise or silence. */
#ifndef MSNAV_MEDIA_GAP_H
#define MSNAV_MEDIA_GAP_H

#include "media/pull.h"

/* Let the past fade out; noise after that.  Whether it stands for a loss or
 * for silence is said by `kind`, a MSNAV_PLAYED_ bit.  Fills some of the
 * samples. */
void msnav_gap_fill(msnav_playout *p, msnav_pull *u, size_t samples,
                    unsigned kind);

/* Nothing was heard yet, or it has faded: noise, or silence. */
void msnav_gap_noise(msnav_playout *p, msnav_pull *u, size_t samples);

/* Go on making up for p->lost samples. */
void msnav_gap_lost(msnav_playout *p, msnav_pull *u);

/* A loss of so many us by the codec's own ways; false when it has none that
 * helps.  f is the frame after the loss, if it has data. */
bool msnav_gap_by_codec(msnav_playout *p, msnav_pull *u,
                        const msnav_jitter_out *f, uint32_t us);

/* A description of comfort noise (RFC 3389): a pause begins or goes on. */
void msnav_gap_pause(msnav_playout *p, msnav_pull *u,
                     const msnav_jitter_out *f);

/* Here sound begins that does not follow what was heard last: join it. */
void msnav_gap_end(msnav_playout *p, const msnav_pull *u, int16_t *pcm,
                   size_t samples);

#endif

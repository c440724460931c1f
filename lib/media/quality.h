/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listener would say about it: the E-model (ITU-T G.107). */
#ifndef MSNAV_MEDIA_QUALITY_H
#define MSNAV_MEDIA_QUALITY_H

#include <msnav/base.h>

typedef struct msnav_quality {
  const char *codec;       /* encoding name, or NULL */
  uint32_t delay_us;       /* from mouth to ear */
  uint32_t loss_permyriad; /* of the frames, 1/10,000, as they are heard */
  double burst_ratio;      /* BurstR: mean length of a run of lost packets by
                              that of as much random loss; below 1: as 1 */
} msnav_quality;

/* Transmission rating R, 0...93, defaults of G.107 for all that is not
 * known here. */
double msnav_quality_r(const msnav_quality *q);

/* MOS-CQE of a rating, 1...4.5 (G.107 annex B). */
double msnav_quality_mos(double r);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a listener would say: ITU-T G.107 in the form that VoIP meters use,
 * and sound levels. */
#ifndef MSNAV_MEDIA_QUALITY_H
#define MSNAV_MEDIA_QUALITY_H

#include <stddef.h>
#include <stdint.h>

/* R, 0...100, of G.711 with concealment: one-way delay in ms, loss in
 * percent of packets. */
double msnav_quality_r(double delay_ms, double loss_percent);
/* MOS, 1...4.5, of R (G.107 annex B). */
double msnav_quality_mos(double r);
/* Level of a frame in -dBov, 0 (loudest)...127 (silence). */
uint8_t msnav_quality_level(const int16_t *pcm, size_t samples);

#endif

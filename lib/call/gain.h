/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef MSNAV_CALL_GAIN_H
#define MSNAV_CALL_GAIN_H

#include <stddef.h>
#include <stdint.h>

#define MSNAV_GAIN_ONE 1000   /* permille: unchanged */
#define MSNAV_GAIN_MAX 16000u /* 24 dB */

/* Multiply by to permille, rounded and saturated; when it was another one
 * before, in a straight line from that over these samples. */
void msnav_gain_apply(int16_t *pcm, size_t samples, uint32_t from, uint32_t to);

#endif

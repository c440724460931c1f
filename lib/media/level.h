/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Level of sound, without floating point. */
#ifndef MSNAV_MEDIA_LEVEL_H
#define MSNAV_MEDIA_LEVEL_H

#include <msnav/base.h>

#define MSNAV_LEVEL_SILENCE 127

/* RMS in -dBov (RFC 6464 section 3): 0 is a square wave of full scale, 127
 * is silence.  Within 1 dB down to -70 dBov; what is below counts as
 * silence. */
uint8_t msnav_level(const int16_t *pcm, size_t samples);

#endif

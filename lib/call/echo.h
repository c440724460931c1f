/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the microphone hears of the loudspeaker, taken out again; by speexdsp
 * where it is built in. */
#ifndef MSNAV_CALL_ECHO_H
#define MSNAV_CALL_ECHO_H

#include <msnav/base.h>

typedef struct msnav_echo msnav_echo;

bool msnav_echo_supported(void);
/* Frames of so many samples; tail: how long after it was played the end of
 * an echo is heard.  NULL: no memory. */
msnav_echo *msnav_echo_new(uint32_t rate, size_t frame, msnav_usec tail);
void msnav_echo_free(msnav_echo *e);
/* A frame goes to the loudspeaker; it is heard in the next one captured at
 * the soonest. */
void msnav_echo_played(msnav_echo *e, const int16_t *pcm);
/* A frame was captured. */
void msnav_echo_cancel(msnav_echo *e, int16_t *pcm);

#endif

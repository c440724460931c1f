/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP and RTCP of the calls: counted, heard, written to WAV files. */
#ifndef DECODE_SOUND_H
#define DECODE_SOUND_H

#include "capture.h"

typedef struct sounds sounds;

/* wav: files are named wav-1-to-inviter.wav and so on; NULL: none. */
sounds *sounds_new(trail *t, const char *wav);
/* The datagrams of the second reading. */
void sounds_take(sounds *s, const packet *p);
/* Finish: the flows stand in their calls, with rows in the ladders. */
void sounds_free(sounds *s);

#endif

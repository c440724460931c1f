/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codecs that this library brings itself. */
#ifndef MSNAV_CODEC_BUILTIN_H
#define MSNAV_CODEC_BUILTIN_H

#include <msnav/codec.h>

extern const msnav_audio_codec msnav_codec_pcmu;
extern const msnav_audio_codec msnav_codec_pcma;
extern const msnav_audio_codec msnav_codec_dvi4_16k;
extern const msnav_audio_codec msnav_codec_dvi4_8k;
extern const msnav_audio_codec msnav_codec_l16;
/* where they are built in */
extern const msnav_audio_codec msnav_codec_gsm;
extern const msnav_audio_codec msnav_codec_opus;

#endif

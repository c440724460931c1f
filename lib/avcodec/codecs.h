/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The codecs that libavcodec brings. */
#ifndef MSNAV_AVCODEC_CODECS_H
#define MSNAV_AVCODEC_CODECS_H

#include <msnav/codec.h>

extern const msnav_audio_codec msnav_avcodec_g723;

#endif

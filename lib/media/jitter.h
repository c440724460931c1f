/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Adaptive jitter buffer: payloads in, in order and at their time out. */
#ifndef MSNAV_MEDIA_JITTER_H
#define MSNAV_MEDIA_JITTER_H

#include <msnav/base.h>

typedef struct msnav_jitter_frame {
  uint32_t sequence;  /* extended; redundant blocks of one packet share it */
  uint32_t timestamp; /* RTP timestamp of the first sample */
  uint32_t duration;  /* in units of the RTP clock */
  const uint8_t *data;
  uint16_t len;
  uint8_t decoder; /* index of the decoder */
  bool marker;     /* first frame of a talk spurt */
  bool redundant;  /* from a redundant block: no arrival statistics */
} msnav_jitter_frame;

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of streams share beside the line of support/streams.h:
 * a stream of video. */
#ifndef MSNAV_STREAM_KIT_H
#define MSNAV_STREAM_KIT_H

#include "support/streams.h"

static inline msnav_stream_config video_config(void) {
  return (msnav_stream_config){
    .size = sizeof(msnav_stream_config),
    .kind = MSNAV_STREAM_VIDEO,
    .policy = MSNAV_SOURCE_LATCH,
    .remote_rtp = bob_rtp,
    .formats = {{NULL, 34}, {NULL, 31}},
    .format_count = 2,
    .send_payload_type = 34,
    .can_send = 1,
    .can_receive = 1,
    .ssrc = 7,
    .clock_rate = 90000,
    .cname = "video",
  };
}

#endif

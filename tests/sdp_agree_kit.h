/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of offer and answer share: their lines, what we can do, and
 * what has to stay as it was. */
#ifndef MSNAV_SDP_AGREE_KIT_H
#define MSNAV_SDP_AGREE_KIT_H

#include "sdp_kit.h"

#define THEM "v=0\r\no=- 0 0 IN IP4 10.0.0.2\r\ns=session\r\n"
#define THEIR_C "c=IN IP4 10.0.0.2\r\n"
#define OFFER THEM THEIR_C "b=CT:110\r\nt=0 0\r\n"
#define OUR_HEAD                                                               \
  "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\n"
#define ANSWER OUR_HEAD "b=CT:110\r\nt=0 0\r\n"
#define WITH_VIDEO OUR_HEAD "b=CT:512\r\nt=0 0\r\n"
#define REJECTED "a=encryption:rejected\r\n"

#define PCMU "a=rtpmap:0 PCMU/8000\r\n"
#define PCMA "a=rtpmap:8 PCMA/8000\r\n"
#define EVENT "a=rtpmap:101 telephone-event/8000\r\n"
#define OUR_EVENT EVENT "a=fmtp:101 0-15\r\n"
#define RED "a=rtpmap:97 red/8000\r\n"
#define H263 "a=rtpmap:34 H263/90000\r\n"
#define H261 "a=rtpmap:31 H261/90000\r\n"

/* Numbers unlike those of RTC/1.2, so that a mix-up shows. */
static inline msnav_sdp_ability our_audio(void) {
  msnav_sdp_ability ability = {
    .kind = MSNAV_SDP_AUDIO,
    .rtp = {0, 4000},
    .direction = BOTH,
    .format_count = 8,
    .formats = {FORMAT(120, "red", 8000), FORMAT(0, "PCMU", 8000),
                FORMAT(8, "PCMA", 8000),
                FORMAT_FMTP(121, "SIREN", 16000, "bitrate=16000"),
                FORMAT(5, "DVI4", 8000), FORMAT(13, "CN", 8000),
                FORMAT_FMTP(122, "opus", 48000, "useinbandfec=1"),
                FORMAT_FMTP(123, "telephone-event", 8000, "0-15")}};
  ability.formats[6].channels = 2;
  return ability;
}

static inline msnav_sdp_ability our_video(void) {
  return video_ability(4002);
}

static inline answered answer_to(const char *offer) {
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  return answer_with(offer, ours, 2);
}

static inline bool untouched(const void *bytes, size_t len) {
  const unsigned char *byte = bytes;
  for (size_t i = 0; i < len; i++) {
    if (byte[i] != 0x11) {
      return false;
    }
  }
  return true;
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

void msnav_sdp_fill_static(msnav_sdp_format *format) {
  /* RFC 3551 section 6, tables 4 and 5; 34 from the IANA registry */
  static const struct {
    const char *name;
    uint32_t clock_rate, channels;
  } known[] = {
    [0] = {"PCMU", 8000, 1},   [3] = {"GSM", 8000, 1},
    [4] = {"G723", 8000, 1},   [5] = {"DVI4", 8000, 1},
    [6] = {"DVI4", 16000, 1},  [7] = {"LPC", 8000, 1},
    [8] = {"PCMA", 8000, 1},   [9] = {"G722", 8000, 1},
    [10] = {"L16", 44100, 2},  [11] = {"L16", 44100, 1},
    [12] = {"QCELP", 8000, 1}, [13] = {"CN", 8000, 1},
    [14] = {"MPA", 90000, 1},  [15] = {"G728", 8000, 1},
    [16] = {"DVI4", 11025, 1}, [17] = {"DVI4", 22050, 1},
    [18] = {"G729", 8000, 1},  [25] = {"CelB", 90000, 1},
    [26] = {"JPEG", 90000, 1}, [28] = {"nv", 90000, 1},
    [31] = {"H261", 90000, 1}, [32] = {"MPV", 90000, 1},
    [33] = {"MP2T", 90000, 1}, [34] = {"H263", 90000, 1},
  };
  if (format->pt >= sizeof(known) / sizeof(known[0]) ||
      known[format->pt].name == NULL) {
    return;
  }
  format->name = msnav_str_of(known[format->pt].name);
  format->clock_rate = known[format->pt].clock_rate;
  format->channels = known[format->pt].channels;
}

msnav_sdp_role msnav_sdp_role_of(const msnav_sdp_format *format) {
  return MSNAV_TEXT_IS(format->name, "red")               ? MSNAV_SDP_ROLE_RED
         : MSNAV_TEXT_IS(format->name, "telephone-event") ? MSNAV_SDP_ROLE_DTMF
         : MSNAV_TEXT_IS(format->name, "CN")              ? MSNAV_SDP_ROLE_NOISE
                                             : MSNAV_SDP_ROLE_CODEC;
}

/* The value of a name=value parameter in a list parted by semicolons. */
static msnav_str parameter(msnav_str fmtp, msnav_str name) {
  while (fmtp.len > 0) {
    msnav_str value = msnav_text_until(&fmtp, ';');
    msnav_str key = msnav_text_trim(msnav_text_until(&value, '='));
    if (msnav_text_equal_nocase(key, name)) {
      return msnav_text_trim(value);
    }
  }
  return (msnav_str){NULL, 0};
}

/* SIREN and G7221 have modes that differ in the bit rate alone, and a decoder
 * for one makes noise of the other (RFC 5577 section 4.2). */
static bool same_mode(const msnav_sdp_format *a, const msnav_sdp_format *b) {
  msnav_str one = parameter(a->fmtp, MSNAV_LITERAL("bitrate"));
  msnav_str two = parameter(b->fmtp, MSNAV_LITERAL("bitrate"));
  return one.len == 0 || two.len == 0 || msnav_text_equal(one, two);
}

static uint32_t channels_of(const msnav_sdp_format *format) {
  return format->channels > 0 ? format->channels : 1;
}

bool msnav_sdp_same_format(const msnav_sdp_format *a,
                           const msnav_sdp_format *b) {
  return a->name.len > 0 && a->clock_rate == b->clock_rate &&
         channels_of(a) == channels_of(b) &&
         msnav_text_equal_nocase(a->name, b->name) && same_mode(a, b);
}

const msnav_sdp_format *
msnav_sdp_find_format(const msnav_sdp_format *formats, size_t count,
                      const msnav_sdp_format *wanted) {
  for (size_t i = 0; i < count; i++) {
    if (msnav_sdp_same_format(&formats[i], wanted)) {
      return &formats[i];
    }
  }
  return NULL;
}

const msnav_sdp_format *
msnav_sdp_by_pt(const msnav_sdp_format *formats, size_t count, uint8_t pt) {
  for (size_t i = 0; i < count; i++) {
    if (formats[i].pt == pt) {
      return &formats[i];
    }
  }
  return NULL;
}

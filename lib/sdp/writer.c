/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sdp/inner.h"

static void write_connection(msnav_out *out, uint32_t ip) {
  msnav_out_text(out, "c=IN IP4 ");
  msnav_out_ip(out, ip);
  msnav_out_text(out, "\r\n");
}

static bool lists_text(const msnav_sdp_media *media) {
  return media->kind == MSNAV_SDP_OTHER || media->format_count == 0 ||
         (media->rtp.port == 0 && media->formats_text.len > 0);
}

static void write_media_line(msnav_out *out, const msnav_sdp_media *media) {
  msnav_out_text(out, "m=");
  msnav_out_str(out, media->type);
  msnav_out_char(out, ' ');
  msnav_out_u32(out, media->rtp.port);
  msnav_out_char(out, ' ');
  msnav_out_str(out, media->transport);
  if (lists_text(media)) {
    msnav_out_char(out, ' ');
    msnav_out_str(out, media->formats_text);
  } else {
    for (size_t i = 0; i < media->format_count; i++) {
      msnav_out_char(out, ' ');
      msnav_out_u32(out, media->formats[i].pt);
    }
  }
  msnav_out_text(out, "\r\n");
}

static void write_format(msnav_out *out, const msnav_sdp_format *format) {
  if (format->name.len > 0) {
    msnav_out_text(out, "a=rtpmap:");
    msnav_out_u32(out, format->pt);
    msnav_out_char(out, ' ');
    msnav_out_str(out, format->name);
    msnav_out_char(out, '/');
    msnav_out_u32(out, format->clock_rate);
    if (format->channels > 1) {
      msnav_out_char(out, '/');
      msnav_out_u32(out, format->channels);
    }
    msnav_out_text(out, "\r\n");
  }
  if (format->fmtp.len > 0) {
    msnav_out_text(out, "a=fmtp:");
    msnav_out_u32(out, format->pt);
    msnav_out_char(out, ' ');
    msnav_out_str(out, format->fmtp);
    msnav_out_text(out, "\r\n");
  }
}

/* RFC 3605: only when RTCP is not where everybody expects it. */
static void write_rtcp(msnav_out *out, const msnav_sdp_media *media) {
  bool elsewhere = media->rtcp.ip != 0 && media->rtcp.ip != media->rtp.ip;
  if (media->rtcp.port == 0 ||
      (!elsewhere && media->rtcp.port == media->rtp.port + 1)) {
    return;
  }
  msnav_out_text(out, "a=rtcp:");
  msnav_out_u32(out, media->rtcp.port);
  if (elsewhere) {
    msnav_out_text(out, " IN IP4 ");
    msnav_out_ip(out, media->rtcp.ip);
  }
  msnav_out_text(out, "\r\n");
}

static void write_crypto(msnav_out *out, const msnav_sdp_crypto *crypto) {
  msnav_out_text(out, "a=crypto:");
  msnav_out_u32(out, crypto->tag);
  msnav_out_char(out, ' ');
  msnav_out_str(out, crypto->suite);
  msnav_out_char(out, ' ');
  msnav_out_str(out, crypto->params);
  msnav_out_text(out, "\r\n");
}

static void write_attributes(msnav_out *out, const msnav_sdp_media *media) {
  static const char *const directions[] = {
    [0] = "a=inactive\r\n",
    [MSNAV_SDP_SEND] = "a=sendonly\r\n",
    [MSNAV_SDP_RECV] = "a=recvonly\r\n",
    [MSNAV_SDP_SEND | MSNAV_SDP_RECV] = "",
  };
  static const char *const encryptions[] = {
    [MSNAV_SDP_ENC_NONE] = "",
    [MSNAV_SDP_ENC_REJECTED] = "a=encryption:rejected\r\n",
    [MSNAV_SDP_ENC_OPTIONAL] = "a=encryption:optional\r\n",
    [MSNAV_SDP_ENC_REQUIRED] = "a=encryption:required\r\n",
  };
  for (size_t i = 0; i < media->format_count; i++) {
    write_format(out, &media->formats[i]);
  }
  if (media->maxptime > 0) {
    msnav_out_text(out, "a=maxptime:");
    msnav_out_u32(out, media->maxptime);
    msnav_out_text(out, "\r\n");
  }
  msnav_out_text(out, directions[media->direction]);
  write_rtcp(out, media);
  if (media->metrics) {
    msnav_out_text(out, "a=rtcp-xr:" MSNAV_SDP_METRICS "\r\n");
  }
  for (size_t i = 0; i < media->crypto_count; i++) {
    write_crypto(out, &media->crypto[i]);
  }
  msnav_out_text(out, encryptions[media->encryption]);
}

static bool writable_format(const msnav_sdp_format *format) {
  return format->pt <= 127 &&
         (format->name.len == 0 ||
          (msnav_sdp_is_token(format->name) && format->clock_rate > 0)) &&
         format->channels <= 255 &&
         (format->fmtp.len == 0 || msnav_sdp_is_byte_string(format->fmtp));
}

static bool writable_media(const msnav_sdp_media *media) {
  if (media->direction > (MSNAV_SDP_SEND | MSNAV_SDP_RECV) ||
      (unsigned)media->encryption > MSNAV_SDP_ENC_REQUIRED ||
      !msnav_sdp_is_token(media->type) ||
      !msnav_sdp_is_token_list(media->transport, '/') ||
      (lists_text(media) &&
       !msnav_sdp_is_token_list(media->formats_text, ' '))) {
    return false;
  }
  for (size_t i = 0; i < media->format_count; i++) {
    if (!writable_format(&media->formats[i])) {
      return false;
    }
  }
  for (size_t i = 0; i < media->crypto_count; i++) {
    if (!msnav_sdp_is_token(media->crypto[i].suite) ||
        !msnav_sdp_is_byte_string(media->crypto[i].params)) {
      return false;
    }
  }
  return true;
}

msnav_error
msnav_sdp_write(const msnav_sdp *sdp, char *buf, size_t cap, size_t *len) {
  if (sdp == NULL || buf == NULL || len == NULL || !msnav_sdp_is_bounded(sdp)) {
    return MSNAV_ERR_INVALID;
  }
  for (size_t i = 0; i < sdp->media_count; i++) {
    if (!writable_media(&sdp->media[i])) {
      return MSNAV_ERR_INVALID;
    }
  }
  msnav_out out;
  msnav_out_init(&out, buf, cap);
  msnav_out_text(&out, "v=0\r\no=- 0 ");
  msnav_out_u32(&out, sdp->version);
  msnav_out_text(&out, " IN IP4 ");
  msnav_out_ip(&out, sdp->origin_ip);
  msnav_out_text(&out, "\r\ns=session\r\n");
  write_connection(&out, sdp->origin_ip);
  if (sdp->bandwidth > 0) {
    msnav_out_text(&out, "b=CT:");
    msnav_out_u32(&out, sdp->bandwidth);
    msnav_out_text(&out, "\r\n");
  }
  msnav_out_text(&out, "t=0 0\r\n");
  for (size_t i = 0; i < sdp->media_count; i++) {
    const msnav_sdp_media *media = &sdp->media[i];
    write_media_line(&out, media);
    if (media->rtp.port != 0 && media->rtp.ip != sdp->origin_ip) {
      write_connection(&out, media->rtp.ip);
    }
    if (msnav_sdp_is_alive(media)) {
      write_attributes(&out, media);
    }
  }
  return msnav_out_finish(&out, len);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Offers and answers of a call: what we can do, what was agreed, and the
 * streams that follow from it (RFC 3264). */
#include "base/text.h"
#include "call/context.h"
#include "media/playout.h"
#include <assert.h>
#include <stddef.h>
#include <string.h>

#define RED_TYPE 97 /* as the paper's client offers it */
#define NOISE_TYPE 13
#define NOISE_CLOCK 8000
#define DTMF_TYPE 101
#define FIRST_DYNAMIC 98

static msnav_sdp_kind kind_of(uint32_t media) {
  return media == MSNAV_AUDIO ? MSNAV_SDP_AUDIO : MSNAV_SDP_VIDEO;
}

static call_stream *stream_of(msnav_call *call, msnav_sdp_kind kind) {
  return kind == MSNAV_SDP_AUDIO   ? &call->streams[AUDIO_STREAM]
         : kind == MSNAV_SDP_VIDEO ? &call->streams[VIDEO_STREAM]
                                   : NULL;
}

static void add_format(msnav_sdp_ability *a, const msnav_sdp_format *format) {
  assert(a->format_count < MSNAV_SDP_MAX_FORMATS);
  a->formats[a->format_count++] = *format;
}

static void add_simple(msnav_sdp_ability *a, uint8_t pt, const char *name,
                       uint32_t clock_rate, const char *fmtp) {
  add_format(a, &(msnav_sdp_format){.pt = pt,
                                    .name = msnav_str_of(name),
                                    .clock_rate = clock_rate,
                                    .channels = 1,
                                    .fmtp = msnav_str_of(fmtp)});
}

/* The member came later than the struct. */
static uint32_t rtpmap_channels(const msnav_audio_codec *codec) {
  size_t end = offsetof(msnav_audio_codec, rtpmap_channels) +
               sizeof(codec->rtpmap_channels);
  return codec->size >= end && codec->rtpmap_channels != 0
           ? codec->rtpmap_channels
           : codec->channels;
}

/* Comfort noise of 8,000 Hz has a static type (RFC 3551 section 6); RTC 1.2
 * does not know it. */
static bool takes_noise(const msnav_context *ctx) {
  for (size_t i = 0; i < ctx->codec_count; i++) {
    if (ctx->codecs[i]->clock_rate == NOISE_CLOCK) {
      return ctx->config.profile != MSNAV_PROFILE_RTC_1_2;
    }
  }
  return false;
}

/* As many as a stream can hear, comfort noise being one of them; with red and
 * telephone-event an m= line has room for all of that. */
static size_t codecs_described(const msnav_context *ctx) {
  static_assert(MSNAV_STREAM_FORMATS + 2 <= MSNAV_SDP_MAX_FORMATS,
                "red and telephone-event need room in an m= line");
  size_t most = MSNAV_STREAM_FORMATS - (takes_noise(ctx) ? 1u : 0u);
  return MIN(ctx->codec_count, most);
}

/* Said with the first description of a call. */
static void warn_of_room(msnav_call *call) {
  const msnav_context *ctx = call->ctx;
  size_t count = codecs_described(ctx);
  if (count < ctx->codec_count && call->described == NULL &&
      call->offer == NULL) {
    msnav_call_log(call->ctx, MSNAV_LOG_WARNING, call,
                   "no room for the last %zu codecs, from %s on",
                   ctx->codec_count - count, ctx->codecs[count]->name);
  }
}

/* red first, then the codecs by preference, then telephone-event: the order
 * of the paper's own list. */
static void sound_formats(const msnav_context *ctx, msnav_sdp_ability *a) {
  size_t count = codecs_described(ctx);
  if (!ctx->config.no_red) {
    add_simple(a, RED_TYPE, "red", 8000, NULL);
  }
  uint32_t dynamic = FIRST_DYNAMIC;
  for (size_t i = 0; i < count; i++) {
    const msnav_audio_codec *codec = ctx->codecs[i];
    uint32_t pt = codec->payload_type;
    if (pt >= 96) {
      dynamic += dynamic == DTMF_TYPE;
      pt = dynamic++;
    }
    add_format(a, &(msnav_sdp_format){.pt = (uint8_t)pt,
                                      .name = msnav_str_of(codec->name),
                                      .clock_rate = codec->clock_rate,
                                      .channels = rtpmap_channels(codec),
                                      .fmtp = msnav_str_of(codec->fmtp)});
  }
  if (takes_noise(ctx)) {
    add_simple(a, NOISE_TYPE, "CN", NOISE_CLOCK, NULL);
  }
  if (!ctx->config.no_dtmf) {
    add_simple(a, DTMF_TYPE, "telephone-event", 8000, "0-16");
  }
}

/* What we can do with each kind of media now.  Kinds that are not wanted get
 * port 0. */
static msnav_error abilities(msnav_call *call, uint32_t media, bool hold,
                             uint32_t ip, msnav_sdp_ability out[STREAMS]) {
  memset(out, 0, STREAMS * sizeof(*out));
  for (int i = 0; i < STREAMS; i++) {
    call_stream *st = &call->streams[i];
    out[i].kind = kind_of(st->media);
    out[i].direction = hold ? MSNAV_SDP_SEND : MSNAV_SDP_SEND | MSNAV_SDP_RECV;
    if (st->media == MSNAV_AUDIO) {
      warn_of_room(call);
      sound_formats(call->ctx, &out[i]);
    } else {
      add_simple(&out[i], 34, "H263", 90000, NULL);
      add_simple(&out[i], 31, "H261", 90000, NULL);
    }
    if ((media & st->media) == 0) {
      continue;
    }
    msnav_error err = msnav_call_open_stream(st, ip);
    if (err != MSNAV_OK) {
      return err;
    }
    out[i].rtp = st->local;
  }
  return MSNAV_OK;
}

/* Our last description, which every later one follows (RFC 3264 section 8). */
static void keep_description(msnav_call *call, const char *text, size_t len) {
  char *before = call->described;
  size_t before_len = call->described_len;
  call->described = g_memdup2(text, len);
  call->described_len = len;
  msnav_call_forget(&before, &before_len);
}

/* ms of sound in a packet that the playout takes of every codec; 0: all that
 * RFC 3551 section 4.2 allows. */
static uint32_t longest_packet(const msnav_context *ctx) {
  uint32_t fastest = 0;
  for (size_t i = 0; i < ctx->codec_count; i++) {
    fastest = MAX(fastest, ctx->codecs[i]->sample_rate);
  }
  uint32_t ms = fastest > 0 ? 1000u * MSNAV_PLAYOUT_FRAME_MAX / fastest : 0;
  return ms < MSNAV_JITTER_FRAME_MAX_US / 1000 ? ms : 0;
}

/* Attributes that came after RTC 1.2, which is not asked what it cannot
 * know. */
static msnav_error
add_modern(msnav_call *call, bool answering, msnav_sdp_ability able[STREAMS]) {
  msnav_error err = MSNAV_OK;
  able[AUDIO_STREAM].metrics =
    answering || call->ctx->config.profile != MSNAV_PROFILE_RTC_1_2;
  if (call->ctx->config.profile != MSNAV_PROFILE_RTC_1_2) {
    able[AUDIO_STREAM].maxptime = longest_packet(call->ctx);
  }
  for (int i = 0; i < STREAMS && err == MSNAV_OK; i++) {
    err = msnav_call_add_crypto(&call->streams[i], answering, &able[i]);
  }
  return err;
}

/* Each description but the first one is a new version of it (RFC 3264 section
 * 8): peers that go by the number would take it for the old one.  RTC 1.2
 * does not count. */
static uint32_t next_version(msnav_call *call) {
  bool counts = call->ctx->config.profile != MSNAV_PROFILE_RTC_1_2;
  if (counts && (call->described != NULL || call->offer != NULL)) {
    call->version++;
  }
  return call->version;
}

msnav_error msnav_call_write_offer(msnav_call *call) {
  uint32_t ip = msnav_dialog_local(call->dialog)->ip;
  msnav_sdp_ability able[STREAMS];
  msnav_sdp offer;
  msnav_error err = abilities(call, call->wanted, call->wanted_hold, ip, able);
  if (err == MSNAV_OK) {
    err = add_modern(call, false, able);
  }
  if (err == MSNAV_OK && call->described == NULL) {
    err = msnav_sdp_offer(able, STREAMS, ip, &offer);
  } else if (err == MSNAV_OK) {
    msnav_sdp previous;
    err = msnav_sdp_read(call->described, call->described_len, &previous);
    if (err == MSNAV_OK) {
      err = msnav_sdp_reoffer(&previous, able, STREAMS, ip, &offer);
    }
  }
  char text[MSNAV_SDP_MAX_BYTES];
  size_t len = 0;
  if (err == MSNAV_OK) {
    offer.version = next_version(call);
    err = msnav_sdp_write(&offer, text, sizeof(text), &len);
  }
  if (err == MSNAV_OK) {
    msnav_call_forget(&call->offer, &call->offer_len);
    call->offer = g_memdup2(text, len);
    call->offer_len = len;
  }
  return err;
}

/* The peer may send and be sent to where it was negotiated, not elsewhere:
 * an SDP that names a third party makes us its weapon. */
static bool addresses_ok(const msnav_call *call, const msnav_sdp_agreed *a) {
  if (call->ctx->config.allow_relays) {
    return true;
  }
  uint32_t peer = msnav_dialog_remote(call->dialog)->ip;
  bool rtp = a->remote_rtp.ip == peer || a->remote_rtp.ip == 0; /* on hold */
  bool rtcp = a->remote_rtcp.ip == peer || a->remote_rtcp.ip == 0 ||
              a->remote_rtcp.port == 0;
  return rtp && rtcp;
}

/* Whether all of it can be had, before any of it changes a stream. */
static msnav_error check(msnav_call *call, const msnav_sdp_result *result) {
  msnav_error err = MSNAV_OK;
  for (size_t i = 0; i < result->count && err == MSNAV_OK; i++) {
    const msnav_sdp_agreed *agreed = &result->agreed[i];
    msnav_stream_config keys = {.size = sizeof(keys)};
    err =
      addresses_ok(call, agreed)
        ? msnav_call_take_crypto(stream_of(call, agreed->kind), agreed, &keys)
        : MSNAV_ERR_ADDRESS;
    explicit_bzero(&keys, sizeof(keys));
  }
  return err;
}

/* Bring the streams in line with what was agreed. */
static msnav_error apply(msnav_call *call, const msnav_sdp_result *result) {
  msnav_error err = check(call, result);
  if (err != MSNAV_OK) {
    return err;
  }
  uint32_t media = 0;
  for (size_t i = 0; i < result->count; i++) {
    call_stream *st = stream_of(call, result->agreed[i].kind);
    err = st != NULL ? msnav_call_apply(st, &result->agreed[i])
                     : MSNAV_ERR_UNSUPPORTED; /* we offer nothing else */
    if (err != MSNAV_OK) {
      return err;
    }
    media |= st->media;
  }
  for (int k = 0; k < STREAMS; k++) {
    call->streams[k].agreed = (media & call->streams[k].media) != 0;
  }
  msnav_call_close_unused(call);
  call->media = media;
  if (call->talking) {
    msnav_call_start_media(call); /* streams that are new */
  }
  return MSNAV_OK;
}

msnav_error msnav_call_take_offer(msnav_call *call, msnav_str text, char *buf,
                                  size_t cap, size_t *len) {
  msnav_sdp offer;
  msnav_error err = msnav_limits_sdp(call->ctx, text);
  if (err == MSNAV_OK) {
    err = msnav_sdp_read(text.ptr, text.len, &offer);
  }
  if (err != MSNAV_OK) {
    return err;
  }
  /* In mid-call the peer may add what we can do at all. */
  uint32_t media = call->talking ? call->ctx->config.media : call->media;
  uint32_t offered = 0;
  for (size_t i = 0; i < offer.media_count; i++) {
    call_stream *st = stream_of(call, offer.media[i].kind);
    if (st != NULL && offer.media[i].rtp.port != 0) {
      offered |= st->media;
    }
  }
  uint32_t ip = msnav_dialog_local(call->dialog)->ip;
  msnav_sdp_ability all[STREAMS];
  err = abilities(call, media & offered, call->hold, ip, all);
  if (err == MSNAV_OK) {
    err = add_modern(call, true, all);
  }
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_sdp answer;
  msnav_sdp_result result;
  err = msnav_sdp_answer(&offer, all, STREAMS, ip, &answer, &result);
  if (err == MSNAV_OK) {
    answer.version = next_version(call);
    err = msnav_sdp_write(&answer, buf, cap, len);
  }
  if (err == MSNAV_OK) {
    err = apply(call, &result);
  }
  if (err == MSNAV_OK) {
    keep_description(call, buf, *len);
  }
  return err;
}

msnav_error msnav_call_take_answer(msnav_call *call, msnav_str text) {
  msnav_sdp offer;
  msnav_sdp answer;
  msnav_sdp_result result;
  msnav_error err = msnav_sdp_read(call->offer, call->offer_len, &offer);
  if (err == MSNAV_OK) {
    err = msnav_limits_sdp(call->ctx, text);
  }
  if (err == MSNAV_OK) {
    err = msnav_sdp_read(text.ptr, text.len, &answer);
  }
  if (err == MSNAV_OK) {
    err = msnav_sdp_accept_answer(&offer, &answer, &result);
  }
  if (err == MSNAV_OK) {
    call->hold = call->wanted_hold;
    keep_description(call, call->offer, call->offer_len);
    err = apply(call, &result);
  }
  return err;
}

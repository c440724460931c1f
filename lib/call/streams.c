/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTP sessions of a call: a pair of sockets (ports.c) and a media stream
 * each. */
#include "base/text.h"
#include "call/context.h"
#include "sip/random.h"
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH 4   /* datagrams per system call; fewer means the socket is dry */
#define ROUNDS 16 /* per readiness, so that a flood cannot starve others */
#define NTP_UNIX_EPOCH 2208988800u /* seconds from 1900 to 1970 */

static struct sockaddr_in to_sockaddr(const msnav_addr *addr) {
  return (struct sockaddr_in){.sin_family = AF_INET,
                              .sin_port = htons(addr->port),
                              .sin_addr.s_addr = htonl(addr->ip)};
}

static void unwatch(call_stream *st) {
  const msnav_loop *loop = st->call->ctx->loop;
  if (st->rtp_io != NULL) {
    loop->io_del(loop->data, st->rtp_io);
  }
  if (st->rtcp_io != NULL) {
    loop->io_del(loop->data, st->rtcp_io);
  }
  st->rtp_io = st->rtcp_io = NULL;
}

static void close_fd(int *fd) {
  if (*fd >= 0) {
    close(*fd);
  }
  *fd = -1;
}

void msnav_call_close_stream(call_stream *st) {
  unwatch(st);
  if (st->media == MSNAV_AUDIO) {
    msnav_call_sound_free(&st->call->sound);
  }
  if (st->stream != NULL) {
    if (st->last == NULL) {
      st->last = g_new(msnav_stream_stats, 1);
      *st->last = (msnav_stream_stats){.size = sizeof(*st->last)};
    }
    (void)msnav_stream_get_stats(st->stream, st->last);
    msnav_stream_free(st->stream);
    st->stream = NULL;
  }
  close_fd(&st->rtp_fd);
  close_fd(&st->rtcp_fd);
  st->local.port = 0;
  /* the next one counts from somewhere else, with the same SSRC: its packets
   * must not be encrypted as those of this one were */
  if (st->keys != NULL) {
    st->keys->made = 0;
  }
}

void msnav_call_forget_stream(call_stream *st) {
  if (st->keys != NULL) {
    explicit_bzero(st->keys, sizeof(*st->keys));
  }
  g_free(st->keys);
  g_free(st->last);
}

void msnav_call_close_unused(msnav_call *call) {
  for (int i = 0; i < STREAMS; i++) {
    if (!call->streams[i].agreed) {
      msnav_call_close_stream(&call->streams[i]);
    }
  }
}

static void trace(call_stream *st, bool rtcp, bool out, const uint8_t *data,
                  size_t len, const msnav_addr *remote) {
  msnav_context *ctx = st->call->ctx;
  if (!ctx->config.trace_media || ctx->events.trace == NULL) {
    return;
  }
  msnav_trace record = {.kind = rtcp ? MSNAV_TRACE_RTCP : MSNAV_TRACE_RTP,
                        .direction = out ? MSNAV_OUT : MSNAV_IN,
                        .local = st->local,
                        .remote = *remote,
                        .data = data,
                        .len = len};
  record.local.port = (uint16_t)(st->local.port + (rtcp ? 1 : 0));
  msnav_call_trace(ctx, &record, st->call);
}

void msnav_call_send_rtp(call_stream *st, const uint8_t *data, size_t len) {
  const msnav_addr *remote = msnav_stream_remote(st->stream);
  struct sockaddr_in to = to_sockaddr(remote);
  trace(st, false, true, data, len, remote);
  /* A full buffer or an ICMP error is a lost packet, as on the way. */
  (void)sendto(st->rtp_fd, data, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static void send_rtcp(call_stream *st, const uint8_t *data, size_t len) {
  const msnav_addr *remote = msnav_stream_remote_rtcp(st->stream);
  struct sockaddr_in to = to_sockaddr(remote);
  trace(st, true, true, data, len, remote);
  (void)sendto(st->rtcp_fd, data, len, 0, (struct sockaddr *)&to, sizeof(to));
}

static uint64_t ntp_now(void) {
  gint64 us = g_get_real_time();
  uint64_t seconds = (uint64_t)us / 1000000 + NTP_UNIX_EPOCH;
  return seconds << 32 | ((uint64_t)us % 1000000 << 32) / 1000000;
}

void msnav_call_serve_rtcp(call_stream *st, msnav_usec now) {
  if (st->stream == NULL || msnav_stream_rtcp_due(st->stream) > now) {
    return;
  }
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (msnav_stream_write_rtcp(st->stream, now, ntp_now(), out, &len) ==
      MSNAV_OK) {
    send_rtcp(st, out, len);
  }
}

void msnav_call_serve_events(call_stream *st) {
  static const char keys[] = "0123456789*#ABCDF";
  msnav_call *call = st->call;
  msnav_context *ctx = call->ctx;
  msnav_stream_event e;
  while (st->stream != NULL &&
         msnav_stream_next_event(st->stream, &e) == MSNAV_OK) {
    bool key =
      e.kind == MSNAV_STREAM_DTMF_BEGIN || e.kind == MSNAV_STREAM_DTMF_END;
    if (key && e.value < sizeof(keys) - 1 && ctx->events.dtmf != NULL &&
        !call->released) {
      ctx->events.dtmf(ctx->self, call, keys[e.value],
                       e.kind == MSNAV_STREAM_DTMF_END ? e.duration : 0);
    }
  }
}

static void receive_one(call_stream *st, bool rtcp, uint8_t *data, size_t len,
                        const struct sockaddr_in *sa) {
  msnav_call *call = st->call;
  msnav_context *ctx = call->ctx;
  msnav_addr from = {ntohl(sa->sin_addr.s_addr), ntohs(sa->sin_port)};
  msnav_usec now = msnav_call_now(ctx);
  if (!msnav_limits_packet(st, rtcp, &from, now)) {
    return;
  }
  trace(st, rtcp, false, data, len, &from);
  msnav_error err =
    rtcp ? msnav_stream_receive_rtcp(st->stream, data, len, &from, now)
         : msnav_stream_receive(st->stream, data, len, &from, now);
  if (err != MSNAV_OK) {
    return;
  }
  call->media_seen = true;
  msnav_payload payload;
  if (!rtcp && st->media == MSNAV_VIDEO && ctx->events.video != NULL &&
      !call->released &&
      msnav_stream_payload(st->stream, &payload) == MSNAV_OK) {
    ctx->events.video(ctx->self, call, &payload);
  }
}

static void drain(call_stream *st, int fd, bool rtcp) {
  static const size_t size = 2048;
  uint8_t data[BATCH][2048];
  struct sockaddr_in from[BATCH] = {0};
  struct iovec iov[BATCH];
  struct mmsghdr msgs[BATCH];
  for (int round = 0; round < ROUNDS; round++) {
    memset(msgs, 0, sizeof(msgs));
    for (int i = 0; i < BATCH; i++) {
      iov[i] = (struct iovec){data[i], size};
      msgs[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                        .msg_namelen = sizeof(from[i]),
                                        .msg_iov = &iov[i],
                                        .msg_iovlen = 1};
    }
    int n = recvmmsg(fd, msgs, BATCH, MSG_DONTWAIT, NULL);
    for (int i = 0; i < n; i++) {
      receive_one(st, rtcp, data[i], msgs[i].msg_len, &from[i]);
      if (st->stream == NULL || (rtcp ? st->rtcp_io : st->rtp_io) == NULL) {
        return; /* a callback ended the stream */
      }
    }
    if (n < BATCH) {
      return;
    }
  }
}

static void on_rtp(int fd, unsigned events, void *arg) {
  (void)events;
  drain(arg, fd, false);
}

static void on_rtcp(int fd, unsigned events, void *arg) {
  (void)events;
  drain(arg, fd, true);
}

void msnav_call_receive_waiting(call_stream *st) {
  if (st->rtp_io != NULL) {
    drain(st, st->rtp_fd, false);
  }
  if (st->rtcp_io != NULL) {
    drain(st, st->rtcp_fd, true);
  }
}

static const msnav_audio_codec *
codec_of(const msnav_context *ctx, const msnav_sdp_format *f) {
  for (size_t i = 0; i < ctx->codec_count; i++) {
    const msnav_audio_codec *codec = ctx->codecs[i];
    if (codec->clock_rate == f->clock_rate &&
        msnav_text_equal_nocase(msnav_str_of(codec->name), f->name)) {
      return codec;
    }
  }
  return NULL;
}

/* What may arrive: codecs, comfort noise, redundancy, telephone-events. */
static void receive_formats(call_stream *st, const msnav_sdp_agreed *agreed,
                            msnav_stream_config *config) {
  for (size_t i = 0; i < agreed->format_count; i++) {
    const msnav_sdp_format *f = &agreed->formats[i];
    const msnav_audio_codec *codec =
      st->media == MSNAV_AUDIO ? codec_of(st->call->ctx, f) : NULL;
    bool room = config->format_count < MSNAV_STREAM_FORMATS;
    switch (msnav_sdp_role_of(f)) {
    case MSNAV_SDP_ROLE_DTMF:
      config->dtmf_receive_type = f->pt;
      break;
    case MSNAV_SDP_ROLE_RED:
      config->red_receive_type = f->pt;
      break;
    case MSNAV_SDP_ROLE_CODEC:
      if (room && (codec != NULL || st->media == MSNAV_VIDEO)) {
        config->formats[config->format_count++] =
          (msnav_stream_format){codec, f->pt};
      }
      break;
    case MSNAV_SDP_ROLE_NOISE:
      if (room) {
        config->formats[config->format_count++] =
          (msnav_stream_format){NULL, f->pt};
      }
      break;
    }
  }
}

/* Where the stream sends; while the peer holds with 0.0.0.0, RTCP goes on to
 * the host that was negotiated. */
static msnav_addr remote_of(const call_stream *st, msnav_addr agreed) {
  if (agreed.ip == 0 && agreed.port != 0) {
    agreed.ip = msnav_dialog_remote(st->call->dialog)->ip;
  }
  return agreed;
}

static msnav_stream_config
stream_config(call_stream *st, const msnav_sdp_agreed *agreed) {
  msnav_call *call = st->call;
  const msnav_config *c = &call->ctx->config;
  bool sound = st->media == MSNAV_AUDIO;
  msnav_stream_config config = {
    .size = sizeof(config),
    .kind = sound ? MSNAV_STREAM_AUDIO : MSNAV_STREAM_VIDEO,
    .policy = c->source_policy != 0 ? c->source_policy - 1 : MSNAV_SOURCE_LATCH,
    .remote_rtp = remote_of(st, agreed->remote_rtp),
    .remote_rtcp = remote_of(st, agreed->remote_rtcp),
    .remote_host = msnav_dialog_remote(call->dialog)->ip,
    .send_codec = sound ? codec_of(call->ctx, &agreed->codec) : NULL,
    .send_payload_type = agreed->codec.pt,
    .dtmf_payload_type = agreed->dtmf_pt,
    .red_payload_type = agreed->red_pt,
    .cn_payload_type = agreed->noise_pt,
    .silence_suppression = c->silence_suppression,
    .can_send =
      (agreed->direction & MSNAV_SDP_SEND) != 0 && agreed->remote_rtp.ip != 0,
    .can_receive = (agreed->direction & MSNAV_SDP_RECV) != 0,
    .ssrc = st->ssrc,
    .clock_rate = agreed->codec.clock_rate,
    .cname = c->account,
    .min_delay = c->min_delay,
    .max_delay = c->max_delay,
    .xr = agreed->metrics,
  };
  msnav_random_bytes(msnav_sip_random_pool(call->ctx->sip), &config.random,
                     sizeof(config.random));
  receive_formats(st, agreed, &config);
  return config;
}

static msnav_error
change_stream(call_stream *st, const msnav_stream_config *config) {
  msnav_call *call = st->call;
  msnav_usec now = msnav_call_now(call->ctx);
  msnav_error err = st->media == MSNAV_AUDIO
                      ? msnav_call_sound_prepare(call, config)
                      : MSNAV_OK;
  if (err != MSNAV_OK) {
    return err;
  }
  return st->stream == NULL ? msnav_stream_new(config, now, &st->stream)
                            : msnav_stream_update(st->stream, config, now);
}

msnav_error msnav_call_apply(call_stream *st, const msnav_sdp_agreed *agreed) {
  msnav_stream_config config = stream_config(st, agreed);
  msnav_error err = msnav_call_take_crypto(st, agreed, &config);
  if (err == MSNAV_OK) {
    err = change_stream(st, &config);
  }
  explicit_bzero(config.srtp_send_key, sizeof(config.srtp_send_key));
  explicit_bzero(config.srtp_receive_key, sizeof(config.srtp_receive_key));
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_call_use_suite(st, config.srtp_suite);
  st->call->encrypted =
    st->call->encrypted || config.srtp_suite != MSNAV_SRTP_NONE;
  st->held_by_peer = agreed->held;
  st->codec = config.send_codec != NULL ? config.send_codec->name : NULL;
  st->video_type =
    st->media == MSNAV_VIDEO && config.can_send ? agreed->codec.pt : 0;
  return MSNAV_OK;
}

static void watch(call_stream *st) {
  const msnav_loop *loop = st->call->ctx->loop;
  if (st->stream == NULL || st->rtp_io != NULL) {
    return;
  }
  st->rtp_io = loop->io_add(loop->data, st->rtp_fd, MSNAV_IO_READ, on_rtp, st);
  st->rtcp_io =
    loop->io_add(loop->data, st->rtcp_fd, MSNAV_IO_READ, on_rtcp, st);
  if (st->rtp_io == NULL || st->rtcp_io == NULL) {
    msnav_call_log(st->call->ctx, MSNAV_LOG_ERROR, st->call,
                   "cannot watch RTP: %s", msnav_strerror(MSNAV_ERR_NOMEM));
    (void)msnav_call_feed(st->call, MSNAV_EV_FAILED);
  }
}

void msnav_call_start_media(msnav_call *call) {
  for (int i = 0; i < STREAMS; i++) {
    watch(&call->streams[i]);
  }
  if (!call->talking) {
    call->talking = true;
    call->ctx->talking++;
    msnav_call_clock(call->ctx);
  }
}

static void say_bye(call_stream *st) {
  uint8_t out[MSNAV_STREAM_MTU];
  size_t len;
  if (st->stream != NULL &&
      msnav_stream_write_bye(st->stream, msnav_call_now(st->call->ctx),
                             ntp_now(), out, &len) == MSNAV_OK) {
    send_rtcp(st, out, len);
  }
}

void msnav_call_stop_media(msnav_call *call) {
  if (call->talking) {
    call->talking = false;
    call->talk_ended = msnav_call_now(call->ctx);
    call->ctx->talking--;
    msnav_call_clock(call->ctx);
    for (int i = 0; i < STREAMS; i++) {
      say_bye(&call->streams[i]);
    }
  }
  for (int i = 0; i < STREAMS; i++) {
    msnav_call_close_stream(&call->streams[i]);
  }
}

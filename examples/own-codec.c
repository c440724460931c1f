/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A messenger brings a codec of its own: 16-bit samples without their lower
 * eight bits.  Two contexts of one program talk with it; doc/codec.md has what
 * a codec must promise. */
#include <msnav/call.h>
#include <msnav/loop.h>
#include <stdio.h>
#include <stdlib.h>

#define FRAME 160 /* 20 ms */
#define ENOUGH 8000

static int encode(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                  size_t cap) {
  (void)state;
  if (samples > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < samples; i++) {
    out[i] = (uint8_t)((uint16_t)pcm[i] >> 8);
  }
  return (int)samples;
}

static int duration(const uint8_t *in, size_t len) {
  (void)in;
  return len > 0 && len <= 6 * (size_t)FRAME ? (int)len : MSNAV_ERR_PARSE;
}

static int
decode(void *state, const uint8_t *in, size_t len, int16_t *pcm, size_t cap) {
  (void)state;
  if (duration(in, len) < 0) {
    return MSNAV_ERR_PARSE;
  }
  if (len > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  for (size_t i = 0; i < len; i++) {
    pcm[i] = (int16_t)(uint16_t)(in[i] << 8);
  }
  return (int)len;
}

static const msnav_audio_codec linear8 = {
  .size = sizeof(msnav_audio_codec),
  .name = "X-LINEAR8", /* of a=rtpmap; a name of your own begins with X- */
  .clock_rate = 8000,
  .sample_rate = 8000,
  .bitrate = 64000,
  .frame_samples = FRAME,
  .payload_type = 110, /* to offer; the peer's answer decides */
  .channels = 1,
  .encode = encode,
  .decode = decode,
  .duration = duration,
};

/* ---- two ends */

typedef struct person {
  const char *account;
  struct person *other;
  msnav_context *ctx;
  msnav_epoll *epoll;
  unsigned said, heard, wrong;
  int ended;
} person;

static void hand_over(void *self, msnav_call *call, msnav_str peer,
                      const char *payload, size_t len) {
  person *me = self;
  (void)call, (void)peer;
  msnav_context_receive(me->other->ctx, msnav_str_of(me->account), payload,
                        len);
}

static void incoming(void *self, msnav_call *call) {
  (void)self;
  (void)!msnav_call_accept(call, 0);
}

/* A saw-tooth: each sample is as much above the one before. */
static bool capture(void *self, msnav_call *call, int16_t *pcm, size_t n) {
  person *me = self;
  (void)call;
  for (size_t i = 0; i < n; i++) {
    pcm[i] = (int16_t)(me->said++ % 64 * 512 - 16384);
  }
  return true;
}

static void play(void *self, msnav_call *call, const int16_t *pcm, size_t n,
                 unsigned played) {
  person *me = self;
  if (played != MSNAV_PLAYED_FRAME) {
    return;
  }
  for (size_t i = 1; i < n; i++) {
    int step = pcm[i] - pcm[i - 1];
    me->wrong += step != 512 && step != 512 - 64 * 512;
  }
  me->heard += (unsigned)n;
  if (me->heard >= ENOUGH && me->other->heard >= ENOUGH) {
    (void)msnav_call_hangup(call);
  }
}

static void
changed(void *self, msnav_call *call, msnav_state state, msnav_reason reason) {
  person *me = self;
  msnav_call_info info = {.size = sizeof(info)};
  if (state == MSNAV_STATE_TALKING &&
      msnav_call_get_info(call, &info) == MSNAV_OK) {
    printf("%s talks with codec %s\n", me->account, info.codec);
  }
  if (state == MSNAV_STATE_ENDED) {
    printf("%s: %s, %u samples heard, %u of them wrong\n", me->account,
           msnav_reason_name(reason), me->heard, me->wrong);
    me->ended = 1;
    msnav_call_free(call);
    if (me->other->ended) {
      msnav_epoll_stop(me->epoll);
    }
  }
}

int main(void) {
  static const msnav_sound sound = {sizeof(sound), capture, play};
  static const msnav_events events = {sizeof(events), hand_over, incoming,
                                      changed, .sound = &sound};
  static const msnav_config config = {.size = sizeof(config),
                                      .bind_ip = 0x7f000001};
  person people[2] = {{.account = "alice@example.com", .other = &people[1]},
                      {.account = "bob@example.com", .other = &people[0]}};
  msnav_epoll *epoll;
  msnav_call *call;
  msnav_error err = msnav_epoll_new(&epoll);
  for (int i = 0; i < 2 && err == MSNAV_OK; i++) {
    person *p = &people[i];
    p->epoll = epoll;
    err =
      msnav_context_new(msnav_epoll_loop(epoll), &config, &events, p, &p->ctx);
    if (err == MSNAV_OK) {
      err = msnav_context_add_codec(p->ctx, &linear8);
    }
  }
  if (err == MSNAV_OK) {
    err = msnav_call_start(people[0].ctx, msnav_str_of(people[1].account),
                           MSNAV_AUDIO, &call);
  }
  if (err == MSNAV_OK) {
    err = msnav_epoll_run(epoll);
  }
  for (int i = 0; i < 2; i++) {
    msnav_context_free(people[i].ctx);
  }
  msnav_epoll_free(epoll);
  bool good = err == MSNAV_OK;
  for (int i = 0; i < 2; i++) { /* a busy machine loses some */
    good = good && people[i].heard >= ENOUGH &&
           people[i].wrong < people[i].heard / 50;
  }
  return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Setting up, changing and ending a stream. */
#include "media/setup.h"

#include "media/level.h"
#include "media/random.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static_assert(sizeof(struct msnav_stream) <= 4096, "a stream outgrows 4 KiB");

#define BANDWIDTH_DEFAULT 64000

static void set_sender(msnav_sender *t, const msnav_stream_config *c) {
  const msnav_audio_codec *codec = c->send_codec;
  t->payload_type = (uint8_t)c->send_payload_type;
  t->event_type = (uint8_t)c->dtmf_payload_type;
  t->noise_type = c->silence_suppression != 0 ? (uint8_t)c->cn_payload_type : 0;
  t->red_type = (uint8_t)c->red_payload_type;
  t->distance = t->red_type != 0 ? t->distance : 0;
  if (codec != NULL) {
    t->clock_rate = codec->clock_rate;
    t->step = (uint32_t)((uint64_t)codec->frame_samples * codec->clock_rate /
                         codec->sample_rate);
    t->frame_us =
      (uint32_t)((uint64_t)codec->frame_samples * 1000000 / codec->sample_rate);
  } else if (c->kind == MSNAV_STREAM_VIDEO) {
    t->clock_rate = c->clock_rate;
  }
}

static void set_directions(msnav_stream *s, const msnav_stream_config *c) {
  s->can_send = c->can_send != 0;
  s->xr = c->xr != 0;
  if (!s->can_send) {
    msnav_dtmf_abort(&s->digits);
    s->tx.talking = false;
  }
  if (c->dtmf_payload_type == 0) {
    s->digits.count = 0;
    s->digits.busy = false;
  }
  /* what was not listened to in between is no loss */
  s->rx.fresh |= s->can_receive != (c->can_receive != 0);
  s->can_receive = c->can_receive != 0;
  s->event_type = (uint8_t)c->dtmf_receive_type;
  s->red_type = (uint8_t)c->red_receive_type;
}

static void set_source(msnav_stream *s, const msnav_stream_config *c) {
  if (msnav_source_is_same(&s->source, c)) {
    return;
  }
  msnav_source_init(&s->source, c);
  memset(&s->trial, 0, sizeof(s->trial));
  s->rx.known = false;
  s->rx.firm = false;
}

static msnav_error apply(msnav_stream *s, const msnav_stream_config *c) {
  msnav_srtp *srtp;
  msnav_error err = msnav_srtp_plan(s->srtp, c, &srtp);
  if (err != MSNAV_OK) {
    return err;
  }
  err = msnav_setup_codecs(s, c);
  if (err != MSNAV_OK) {
    msnav_srtp_abandon(s->srtp, srtp);
    return err;
  }
  msnav_srtp_adopt(&s->srtp, srtp);
  set_sender(&s->tx, c);
  set_directions(s, c);
  set_source(s, c);
  if (s->reports.remote_fraction > 0) {
    msnav_stream_adapt(s);
  }
  msnav_stream_distrust(s);
  return MSNAV_OK;
}

/* Of the copy on the stack. */
static void forget_keys(msnav_stream_config *c) {
  explicit_bzero(c->srtp_send_key, sizeof(c->srtp_send_key));
  explicit_bzero(c->srtp_receive_key, sizeof(c->srtp_receive_key));
}

static void set_cname(msnav_reports *r, const char *cname) {
  size_t len = strlen(cname);
  r->cname_len = (uint8_t)(len < MSNAV_CNAME_MAX ? len : MSNAV_CNAME_MAX);
  memcpy(r->cname, cname, r->cname_len);
}

static void
init(msnav_stream *s, const msnav_stream_config *c, msnav_usec now) {
  uint32_t random = c->random;
  s->kind = (uint8_t)c->kind;
  s->level = MSNAV_LEVEL_SILENCE;
  s->tx.level = MSNAV_LEVEL_SILENCE;
  s->tx.ssrc = c->ssrc;
  s->tx.sequence = (uint16_t)msnav_random(&random);
  s->tx.timestamp = msnav_random(&random);
  s->tx.clock_rate = 8000;
  s->rx.clock_rate = s->kind == MSNAV_STREAM_VIDEO ? c->clock_rate : 8000;
  set_cname(&s->reports, c->cname != NULL ? c->cname : "anonymous");
  s->reports.silent = 2;
  uint32_t bandwidth =
    c->rtcp_bandwidth != 0 ? c->rtcp_bandwidth : BANDWIDTH_DEFAULT;
  msnav_rtcp_timer_init(&s->reports.timer, bandwidth, msnav_random(&random),
                        now);
  msnav_source_init(&s->source, c);
  if (s->kind == MSNAV_STREAM_AUDIO) {
    s->min_delay =
      (uint32_t)(c->min_delay < UINT32_MAX ? c->min_delay : UINT32_MAX);
    msnav_playout_init(&s->u.playout, s->decoders, c->min_delay, c->max_delay);
  }
}

msnav_error msnav_stream_new(const msnav_stream_config *config, msnav_usec now,
                             msnav_stream **stream) {
  msnav_stream_config c;
  if (stream == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = msnav_setup_read(config, &c);
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_stream *s = calloc(1, sizeof(*s));
  if (s == NULL) {
    forget_keys(&c);
    return MSNAV_ERR_NOMEM;
  }
  init(s, &c, now);
  err = apply(s, &c);
  forget_keys(&c);
  if (err != MSNAV_OK) {
    free(s);
    return err;
  }
  s->rx.fresh = false;
  *stream = s;
  return MSNAV_OK;
}

void msnav_stream_free(msnav_stream *s) {
  if (s == NULL) {
    return;
  }
  msnav_setup_close(s);
  msnav_srtp_free(s->srtp);
  free(s);
}

msnav_error
msnav_stream_update(msnav_stream *s, const msnav_stream_config *config,
                    msnav_usec now) {
  msnav_stream_config c;
  (void)now;
  if (s == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = msnav_setup_read(config, &c);
  if (err != MSNAV_OK) {
    return err;
  }
  err = c.kind == s->kind ? apply(s, &c) : MSNAV_ERR_INVALID;
  forget_keys(&c);
  return err;
}

size_t msnav_stream_footprint(void) {
  return sizeof(struct msnav_stream);
}

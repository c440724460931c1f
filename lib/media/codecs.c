/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Codec states, and what else a stream needs memory for, over the changes of a
 * stream.
 *
 * A decoder keeps its slot as long as its codec is received, because waiting
 * frames name the slot; it is left open after that for those frames and in
 * case the codec comes back, until another one needs the slot.  The encoder
 * shares the state of the decoder with the same codec. */
#include "media/setup.h"

#include <stdlib.h>
#include <string.h>

#define SLOTS MSNAV_STREAM_FORMATS

/* What will be, while nothing has changed yet. */
typedef struct plan {
  msnav_decoder decoders[SLOTS];
  uint8_t types[SLOTS];
  msnav_red_history *history;
  msnav_pause *pause;
  void *send_state;
  unsigned used;    /* decoders of the new configuration */
  unsigned opened;  /* of them, those that are new */
  unsigned pinned;  /* decoder whose state the encoder shares */
  bool send_own;    /* the encoder has a state of its own ... */
  bool send_opened; /* ... and it is new */
  bool displaced;   /* a decoder took the place of another one */
} plan;

static bool has_bit(unsigned bits, int i) {
  return (bits >> i & 1) != 0;
}

static msnav_error open_codec(const msnav_audio_codec *codec, void **state) {
  *state = NULL;
  return codec != NULL && codec->open != NULL ? codec->open(state) : MSNAV_OK;
}

static void close_codec(const msnav_audio_codec *codec, void *state) {
  if (codec != NULL && codec->close != NULL) {
    codec->close(state);
  }
}

/* Comfort noise and video have no codec, but a slot. */
static msnav_error open_noise(void **state) {
  msnav_noise *noise = malloc(sizeof(*noise));
  *state = noise;
  if (noise == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  msnav_noise_init(noise);
  return MSNAV_OK;
}

static void close_decoder(const msnav_decoder *d) {
  if (d->codec == NULL) {
    free(d->state);
  } else {
    close_codec(d->codec, d->state);
  }
}

static bool is_free(const msnav_stream *s, const plan *p, int i) {
  return !has_bit(p->used | s->usable, i) && p->decoders[i].codec == NULL;
}

static int find_kept(const msnav_stream *s, const plan *p,
                     const msnav_audio_codec *codec) {
  for (int i = 0; i < SLOTS; i++) {
    if (!has_bit(p->used, i) && !is_free(s, p, i) &&
        p->decoders[i].codec == codec) {
      return i;
    }
  }
  return -1;
}

/* A free slot, else one that is left, else the one the encoder shares.  There
 * are no more formats than slots. */
static int find_slot(const msnav_stream *s, plan *p) {
  int left = -1, pinned = 0;
  for (int i = 0; i < SLOTS; i++) {
    if (is_free(s, p, i)) {
      return i;
    }
    if (!has_bit(p->used, i)) {
      *(has_bit(p->pinned, i) ? &pinned : &left) = i;
    }
  }
  p->displaced = true;
  return left >= 0 ? left : pinned;
}

static msnav_error
plan_new(const msnav_stream *s, plan *p, const msnav_stream_format *format) {
  void *state;
  msnav_error err = format->codec == NULL && s->kind == MSNAV_STREAM_AUDIO
                      ? open_noise(&state)
                      : open_codec(format->codec, &state);
  if (err != MSNAV_OK) {
    return err;
  }
  int i = find_slot(s, p);
  p->decoders[i] = (msnav_decoder){
    .codec = format->codec,
    .state = state,
  };
  p->types[i] = (uint8_t)format->payload_type;
  p->used |= 1u << i;
  p->opened |= 1u << i;
  return MSNAV_OK;
}

/* Of two formats with one payload type the first counts. */
static bool is_first(const msnav_stream_config *c, uint32_t k) {
  for (uint32_t i = 0; i < k; i++) {
    if (c->formats[i].payload_type == c->formats[k].payload_type) {
      return false;
    }
  }
  return true;
}

static msnav_error
plan_decoders(const msnav_stream *s, plan *p, const msnav_stream_config *c) {
  unsigned kept = 0;
  for (uint32_t k = 0; k < c->format_count; k++) {
    int i = is_first(c, k) ? find_kept(s, p, c->formats[k].codec) : -1;
    if (i >= 0) {
      p->types[i] = (uint8_t)c->formats[k].payload_type;
      p->used |= 1u << i;
      kept |= 1u << k;
    }
  }
  msnav_error err = MSNAV_OK;
  for (uint32_t k = 0; k < c->format_count && err == MSNAV_OK; k++) {
    if ((kept >> k & 1) == 0 && is_first(c, k)) {
      err = plan_new(s, p, &c->formats[k]);
    }
  }
  return err;
}

static int slot_of(const plan *p, const msnav_audio_codec *codec) {
  for (int i = 0; i < SLOTS && codec != NULL; i++) {
    if (p->decoders[i].codec == codec) {
      return i;
    }
  }
  return -1;
}

static msnav_error
plan_encoder(const msnav_stream *s, plan *p, const msnav_stream_config *c) {
  int i = slot_of(p, c->send_codec);
  if (i >= 0) {
    p->send_state = p->decoders[i].state;
    return MSNAV_OK;
  }
  p->send_own = c->send_codec != NULL;
  if (s->tx.own_state && s->tx.codec == c->send_codec) {
    p->send_state = s->tx.state;
    return MSNAV_OK;
  }
  msnav_error err = open_codec(c->send_codec, &p->send_state);
  p->send_opened = err == MSNAV_OK && p->send_own;
  return err;
}

static msnav_error plan_history(plan *p, const msnav_stream_config *c) {
  if (c->red_payload_type == 0 || p->history != NULL) {
    return MSNAV_OK;
  }
  p->history = calloc(1, sizeof(*p->history));
  return p->history != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

static msnav_error plan_pause(plan *p, const msnav_stream_config *c) {
  if (c->silence_suppression == 0 || c->cn_payload_type == 0 ||
      p->pause != NULL) {
    return MSNAV_OK;
  }
  p->pause = calloc(1, sizeof(*p->pause));
  return p->pause != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

static void
abandon(const msnav_stream *s, const plan *p, const msnav_stream_config *c) {
  for (int i = 0; i < SLOTS; i++) {
    if (has_bit(p->opened, i)) {
      close_decoder(&p->decoders[i]);
    }
  }
  if (p->send_opened) {
    close_codec(c->send_codec, p->send_state);
  }
  if (p->history != s->history) {
    free(p->history);
  }
  if (p->pause != s->pause) {
    free(p->pause);
  }
}

static void
adopt(msnav_stream *s, const plan *p, const msnav_stream_config *c) {
  if (p->displaced) {
    msnav_stream_cut(s);
  }
  for (int i = 0; i < SLOTS; i++) {
    if (has_bit(p->opened, i)) {
      close_decoder(&s->decoders[i]);
    }
  }
  if (s->tx.own_state && (!p->send_own || p->send_opened)) {
    close_codec(s->tx.codec, s->tx.state);
  }
  memcpy(s->decoders, p->decoders, sizeof(s->decoders));
  memcpy(s->types, p->types, sizeof(s->types));
  s->usable = (uint8_t)p->used;
  s->history = p->history;
  s->pause = p->pause;
  s->tx.codec = c->send_codec;
  s->tx.state = p->send_state;
  s->tx.own_state = p->send_own;
}

msnav_error msnav_setup_codecs(msnav_stream *s, const msnav_stream_config *c) {
  plan p = {.history = s->history, .pause = s->pause};
  memcpy(p.decoders, s->decoders, sizeof(p.decoders));
  memcpy(p.types, s->types, sizeof(p.types));
  int shared = slot_of(&p, c->send_codec);
  p.pinned = shared >= 0 ? 1u << shared : 0;
  msnav_error err = plan_decoders(s, &p, c);
  if (err == MSNAV_OK) {
    err = plan_encoder(s, &p, c);
  }
  if (err == MSNAV_OK) {
    err = plan_history(&p, c);
  }
  if (err == MSNAV_OK) {
    err = plan_pause(&p, c);
  }
  if (err != MSNAV_OK) {
    abandon(s, &p, c);
    return err;
  }
  adopt(s, &p, c);
  return MSNAV_OK;
}

void msnav_setup_close(msnav_stream *s) {
  for (int i = 0; i < SLOTS; i++) {
    close_decoder(&s->decoders[i]);
  }
  if (s->tx.own_state) {
    close_codec(s->tx.codec, s->tx.state);
  }
  free(s->history);
  free(s->pause);
}

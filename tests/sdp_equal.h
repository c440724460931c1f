/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Equality of session descriptions, for tests and fuzz targets. */
#ifndef MSNAV_SDP_EQUAL_H
#define MSNAV_SDP_EQUAL_H

#include "sdp/sdp.h"
#include <string.h>

static inline bool same_text(msnav_str a, msnav_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool same_addr(msnav_addr a, msnav_addr b) {
  return a.ip == b.ip && a.port == b.port;
}

static inline bool
same_media(const msnav_sdp_media *a, const msnav_sdp_media *b) {
  if (a->kind != b->kind || !same_text(a->type, b->type) ||
      !same_text(a->transport, b->transport) || !same_addr(a->rtp, b->rtp) ||
      !same_addr(a->rtcp, b->rtcp) ||
      a->on_hold_address != b->on_hold_address || a->maxptime != b->maxptime ||
      a->direction != b->direction || a->encryption != b->encryption ||
      a->format_count != b->format_count ||
      a->crypto_count != b->crypto_count) {
    return false;
  }
  if (a->format_count == 0 && !same_text(a->formats_text, b->formats_text)) {
    return false;
  }
  for (size_t i = 0; i < a->format_count; i++) {
    const msnav_sdp_format *x = &a->formats[i];
    const msnav_sdp_format *y = &b->formats[i];
    if (x->pt != y->pt || !same_text(x->name, y->name) ||
        x->clock_rate != y->clock_rate || x->channels != y->channels ||
        !same_text(x->fmtp, y->fmtp)) {
      return false;
    }
  }
  for (size_t i = 0; i < a->crypto_count; i++) {
    if (a->crypto[i].tag != b->crypto[i].tag ||
        !same_text(a->crypto[i].suite, b->crypto[i].suite) ||
        !same_text(a->crypto[i].params, b->crypto[i].params)) {
      return false;
    }
  }
  return true;
}

/* Everything but the format lists of streams that have formats: those may
 * have held entries that were dropped. */
static inline bool same_sdp(const msnav_sdp *a, const msnav_sdp *b) {
  if (a->origin_ip != b->origin_ip || a->bandwidth != b->bandwidth ||
      a->version != b->version || a->media_count != b->media_count) {
    return false;
  }
  for (size_t i = 0; i < a->media_count; i++) {
    if (!same_media(&a->media[i], &b->media[i])) {
      return false;
    }
  }
  return true;
}

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A description has room for far more than a call needs.  Clearing and copying
 * all of it would cost more than reading its text. */
#include "sdp/inner.h"
#include <stddef.h>
#include <string.h>

/* A member behind the lists would be neither cleared nor copied. */
#define ENDS_WITH(type, list, size)                                            \
  _Static_assert(offsetof(type, list) + (size) == sizeof(type),                \
                 #type " ends with its lists")
ENDS_WITH(msnav_sdp, media, sizeof(((msnav_sdp *)0)->media));
ENDS_WITH(msnav_sdp_media, formats,
          sizeof(((msnav_sdp_media *)0)->formats) +
            sizeof(((msnav_sdp_media *)0)->crypto));
ENDS_WITH(msnav_sdp_agreed, formats, sizeof(((msnav_sdp_agreed *)0)->formats));
ENDS_WITH(msnav_sdp_result, agreed, sizeof(((msnav_sdp_result *)0)->agreed));

void msnav_sdp_clear(msnav_sdp *sdp) {
  memset(sdp, 0, offsetof(msnav_sdp, media));
}

void msnav_sdp_clear_media(msnav_sdp_media *media) {
  memset(media, 0, offsetof(msnav_sdp_media, formats));
}

void msnav_sdp_clear_agreed(msnav_sdp_agreed *agreed) {
  memset(agreed, 0, offsetof(msnav_sdp_agreed, formats));
}

static void copy_media(msnav_sdp_media *to, const msnav_sdp_media *from) {
  memcpy(to, from, offsetof(msnav_sdp_media, formats));
  for (size_t i = 0; i < from->format_count; i++) {
    to->formats[i] = from->formats[i];
  }
  for (size_t i = 0; i < from->crypto_count; i++) {
    to->crypto[i] = from->crypto[i];
  }
}

void msnav_sdp_copy(msnav_sdp *to, const msnav_sdp *from) {
  memcpy(to, from, offsetof(msnav_sdp, media));
  for (size_t i = 0; i < from->media_count; i++) {
    copy_media(&to->media[i], &from->media[i]);
  }
}

static void copy_agreed(msnav_sdp_agreed *to, const msnav_sdp_agreed *from) {
  memcpy(to, from, offsetof(msnav_sdp_agreed, formats));
  for (size_t i = 0; i < from->format_count; i++) {
    to->formats[i] = from->formats[i];
  }
}

void msnav_sdp_copy_result(msnav_sdp_result *to, const msnav_sdp_result *from) {
  memcpy(to, from, offsetof(msnav_sdp_result, agreed));
  for (size_t i = 0; i < from->count; i++) {
    copy_agreed(&to->agreed[i], &from->agreed[i]);
  }
}

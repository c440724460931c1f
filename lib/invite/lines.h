/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines and fields.  Inline: a message is read in one go, field by field. */
#ifndef MSNAV_INVITE_LINES_H
#define MSNAV_INVITE_LINES_H

#include "base/text.h"
#include <msnav/invite.h>
#include <string.h>

/* One line without its end, which is CRLF or, from tools, LF; the last line
 * may have none. */
static inline msnav_str msnav_invite_line(msnav_invite_reader *r) {
  msnav_str line = {r->pos, (size_t)(r->end - r->pos)};
  const char *lf =
    line.len > 0 ? (const char *)memchr(line.ptr, '\n', line.len) : NULL;
  if (lf == NULL) {
    r->pos = r->end;
  } else {
    line.len = (size_t)(lf - line.ptr);
    r->pos = lf + 1;
  }
  if (line.len > 0 && line.ptr[line.len - 1] == '\r') {
    line.len--;
  }
  return line;
}

/* A line that is not empty; *field is written in any case. */
static inline msnav_error
msnav_invite_split(msnav_str line, msnav_field *field) {
  const char *colon = (const char *)memchr(line.ptr, ':', line.len);
  if (colon == NULL) {
    return MSNAV_ERR_PARSE;
  }
  size_t at = (size_t)(colon - line.ptr);
  field->name = msnav_text_trim((msnav_str){line.ptr, at});
  field->value =
    msnav_text_trim((msnav_str){line.ptr + at + 1, line.len - at - 1});
  return field->name.len > 0 ? MSNAV_OK : MSNAV_ERR_PARSE;
}

/* msnav_invite_next(), but that the reader moves on in any case. */
static inline msnav_error
msnav_invite_advance(msnav_invite_reader *r, msnav_field *field) {
  msnav_str line = msnav_invite_line(r);
  return line.len == 0 ? MSNAV_ERR_END : msnav_invite_split(line, field);
}

#endif

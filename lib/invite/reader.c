/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/names.h"
#include <string.h>

#define BLOCK 16

/* One line without its end, which is CRLF or, from tools, LF; the last line
 * may have none. */
static inline msnav_str next_line(msnav_invite_reader *r) {
  msnav_str line = {r->pos, (size_t)(r->end - r->pos)};
  const char *lf = line.len > 0 ? memchr(line.ptr, '\n', line.len) : NULL;
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

static inline msnav_error split(msnav_str line, msnav_field *field) {
  const char *colon = memchr(line.ptr, ':', line.len);
  if (colon == NULL) {
    return MSNAV_ERR_PARSE;
  }
  size_t at = (size_t)(colon - line.ptr);
  field->name = msnav_text_trim((msnav_str){line.ptr, at});
  field->value =
    msnav_text_trim((msnav_str){line.ptr + at + 1, line.len - at - 1});
  return field->name.len > 0 ? MSNAV_OK : MSNAV_ERR_PARSE;
}

/* What is wrong with a byte, as bits: 1 a NUL, 2 a CR that no LF follows. */
static inline unsigned flaw(char c, char next) {
  return (unsigned)(c == '\0') | (unsigned)((c == '\r') & (next != '\n')) << 1;
}

/* All flaws of the payload.  Blocks of a fixed size are what compilers turn
 * into vector instructions: every byte of a message goes through here. */
static unsigned flaws(const char *payload, size_t len) {
  unsigned char found[BLOCK] = {0};
  unsigned all = 0;
  size_t i = 0;
  for (; len - i > BLOCK; i += BLOCK) {
    for (size_t k = 0; k < BLOCK; k++) {
      found[k] |= (unsigned char)flaw(payload[i + k], payload[i + k + 1]);
    }
  }
  for (; i < len; i++) {
    all |= flaw(payload[i], (char)(i + 1 < len ? payload[i + 1] : '\0'));
  }
  for (size_t k = 0; k < BLOCK; k++) {
    all |= found[k];
  }
  return all;
}

/* "text/x-msmsgsinvite", parameters or not. */
static bool is_invitation(msnav_str type) {
  msnav_str rest = type;
  return msnav_text_equal_nocase(msnav_text_trim(msnav_text_until(&rest, ';')),
                                 MSNAV_LITERAL("text/x-msmsgsinvite"));
}

/* The MIME header up to its blank line. */
static msnav_error read_header(msnav_invite_reader *r) {
  bool version = false;
  bool type = false;
  bool ours = false;
  while (r->pos < r->end) {
    msnav_str line = next_line(r);
    msnav_field field;
    if (line.len == 0) {
      return !version || !type ? MSNAV_ERR_NO_MIME
             : ours            ? MSNAV_OK
                               : MSNAV_ERR_CONTENT_TYPE;
    }
    if (split(line, &field) != MSNAV_OK) {
      return MSNAV_ERR_NO_MIME;
    }
    if (msnav_text_equal_nocase(field.name, MSNAV_LITERAL("MIME-Version"))) {
      version = true;
    } else if (msnav_text_equal_nocase(field.name,
                                       MSNAV_LITERAL("Content-Type"))) {
      type = true;
      ours = is_invitation(field.value);
    }
  }
  return MSNAV_ERR_NO_MIME;
}

msnav_error msnav_invite_reader_init(msnav_invite_reader *r,
                                     const char *payload, size_t len) {
  if (r == NULL || payload == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (len > MSNAV_INVITE_MAX) {
    return MSNAV_ERR_TOO_LONG;
  }
  unsigned wrong = flaws(payload, len);
  if (wrong != 0) {
    return (wrong & 1) != 0 ? MSNAV_ERR_NUL : MSNAV_ERR_BARE_CR;
  }
  *r = (msnav_invite_reader){payload, payload + len};
  /* What the original writes, byte for byte, needs no second look. */
  static const char usual[] = MSNAV_INVITE_HEADER;
  if (len >= sizeof(usual) - 1 &&
      memcmp(payload, usual, sizeof(usual) - 1) == 0) {
    r->pos += sizeof(usual) - 1;
    return MSNAV_OK;
  }
  return read_header(r);
}

msnav_error msnav_invite_next(msnav_invite_reader *r, msnav_field *field) {
  if (r->pos >= r->end) {
    return MSNAV_ERR_END;
  }
  msnav_invite_reader after = *r; /* the end, or an error, stays */
  msnav_str line = next_line(&after);
  if (line.len == 0) {
    return MSNAV_ERR_END;
  }
  msnav_field found;
  if (split(line, &found) != MSNAV_OK) {
    return MSNAV_ERR_PARSE;
  }
  *r = after;
  *field = found;
  return MSNAV_OK;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/lines.h"
#include "invite/names.h"
#include <string.h>

#define BLOCK 64

/* What is wrong with a byte, as bits: 1 a NUL, 2 a CR that no LF follows. */
static inline unsigned flaw(char c, char next) {
  return (unsigned)(c == '\0') | (unsigned)((c == '\r') & (next != '\n')) << 1;
}

static inline void look(unsigned char found[BLOCK], const char *at) {
  for (size_t k = 0; k < BLOCK; k++) {
    found[k] |= (unsigned char)flaw(at[k], at[k + 1]);
  }
}

/* All flaws of the payload.  Blocks of a fixed size are what compilers turn
 * into vector instructions: every byte of a message goes through here.  The
 * last block overlaps the one before. */
static unsigned flaws(const char *payload, size_t len) {
  unsigned char found[BLOCK] = {0};
  unsigned all = 0;
  size_t i = 0;
  for (; len - i > BLOCK; i += BLOCK) {
    look(found, payload + i);
  }
  if (len > BLOCK) {
    i = len - 1;
    look(found, payload + i - BLOCK);
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
  msnav_str name = msnav_text_trim(msnav_text_until(&type, ';'));
  return MSNAV_TEXT_IS(name, "text/x-msmsgsinvite");
}

/* The MIME header up to its blank line. */
static msnav_error read_header(msnav_invite_reader *r) {
  bool version = false;
  bool type = false;
  bool ours = false;
  while (r->pos < r->end) {
    msnav_str line = msnav_invite_line(r);
    msnav_field field;
    if (line.len == 0) {
      return !version || !type ? MSNAV_ERR_NO_MIME
             : ours            ? MSNAV_OK
                               : MSNAV_ERR_CONTENT_TYPE;
    }
    if (msnav_invite_split(line, &field) != MSNAV_OK) {
      return MSNAV_ERR_NO_MIME;
    }
    if (MSNAV_TEXT_IS(field.name, "MIME-Version")) {
      version = true;
    } else if (MSNAV_TEXT_IS(field.name, "Content-Type")) {
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
  if (r == NULL || field == NULL) {
    return MSNAV_ERR_INVALID;
  }
  msnav_invite_reader after = *r; /* the end, or an error, stays */
  msnav_field found;
  msnav_error err = msnav_invite_advance(&after, &found);
  if (err == MSNAV_OK) {
    *r = after;
    *field = found;
  }
  return err;
}

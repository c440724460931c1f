/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <glib.h>
#include <locale.h>
#include <msnav/switchboard.h>
#include <string.h>

static bool utf8;

void text_init(void) {
  setlocale(LC_CTYPE, "");
  utf8 = g_get_charset(NULL);
}

bool text_is_utf8(void) {
  return utf8;
}

/* Marks that turn the direction of what follows, and others without a shape
 * of their own (Unicode 15, categories Cc, Cf, Zl, Zp, Co, Cn). */
static bool is_fit(gunichar c) {
  if (!utf8 && c >= 0x80) {
    return false;
  }
  return g_unichar_isprint(c) && g_unichar_type(c) != G_UNICODE_FORMAT &&
         g_unichar_type(c) != G_UNICODE_PRIVATE_USE;
}

char *text_safe(msnav_str text) {
  GString *out = g_string_sized_new(text.len + 1);
  while (text.len > 0) {
    gunichar c = g_utf8_get_char_validated(text.ptr, (gssize)text.len);
    bool whole = c != (gunichar)-1 && c != (gunichar)-2;
    size_t n = whole ? (size_t)g_unichar_to_utf8(c, NULL) : 1;
    if (whole && c != 0 && is_fit(c)) {
      g_string_append_len(out, text.ptr, (gssize)n);
    } else {
      for (size_t i = 0; i < n; i++) {
        g_string_append_printf(out, "\\x%02x", (unsigned char)text.ptr[i]);
      }
    }
    text.ptr += n;
    text.len -= n;
  }
  return g_string_free(out, FALSE);
}

char *text_name(msnav_str wire) {
  char *plain = g_malloc(wire.len + 1);
  size_t len = 0;
  if (msnav_switchboard_decode_name(wire, plain, wire.len + 1, &len) !=
      MSNAV_OK) {
    len = 0;
  }
  char *safe = text_safe((msnav_str){plain, len});
  g_free(plain);
  return safe;
}

static int columns_of(gunichar c) {
  if (g_unichar_iszerowidth(c)) {
    return 0;
  }
  return g_unichar_iswide(c) ? 2 : 1;
}

static const char *next(const char *p) {
  return p + g_utf8_skip[(unsigned char)*p];
}

int text_columns(const char *text) {
  int columns = 0;
  for (; *text != '\0'; text = next(text)) {
    columns += columns_of(g_utf8_get_char(text));
  }
  return columns;
}

size_t text_fit(const char *text, int columns) {
  const char *p = text;
  while (*p != '\0') {
    columns -= columns_of(g_utf8_get_char(p));
    if (columns < 0) {
      break;
    }
    p = next(p);
  }
  return (size_t)(p - text);
}

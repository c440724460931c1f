/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "model.h"

#include <string.h>

msnav_str str_of(const char *text) {
  return (msnav_str){text, text == NULL ? 0 : strlen(text)};
}

/* Line and paragraph separators end a line; what GLib calls unprintable are
 * control and format characters (those that turn text round, too). */
static bool harmless(gunichar c) {
  return g_unichar_isprint(c) && c != 0x2028 && c != 0x2029;
}

char *clean(msnav_str text) {
  GString *out = g_string_new(NULL);
  while (text.len > 0) {
    gunichar c = g_utf8_get_char_validated(text.ptr, (gssize)text.len);
    bool valid = c != (gunichar)-1 && c != (gunichar)-2 && c != 0;
    size_t n = valid ? (size_t)g_unichar_to_utf8(c, NULL) : 1;
    if (valid && harmless(c)) {
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

static size_t columns(gunichar c) {
  return g_unichar_iszerowidth(c) ? 0 : g_unichar_iswide(c) ? 2 : 1;
}

static size_t bytes_of(const char *character) {
  return (size_t)g_utf8_skip[(unsigned char)*character];
}

size_t text_width(const char *text) {
  size_t width = 0;
  while (*text != '\0') {
    width += columns(g_utf8_get_char(text));
    text += bytes_of(text);
  }
  return width;
}

char *text_cut(const char *text, size_t width) {
  if (text_width(text) <= width) {
    return g_strdup(text);
  }
  size_t used = 0;
  const char *p = text;
  while (width > 0) {
    size_t next = columns(g_utf8_get_char(p));
    if (used + next > width - 1) {
      break;
    }
    used += next;
    p += bytes_of(p);
  }
  GString *out = g_string_new_len(text, p - text);
  if (width > 0) {
    g_string_append(out, "…");
  }
  return g_string_free(out, FALSE);
}

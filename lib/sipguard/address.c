/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/address.h"
#include "base/text.h"
#include "sipguard/chars.h"

static void skip(msnav_str *rest, size_t n) {
  rest->ptr += n;
  rest->len -= n;
}

/* A quoted string at the start of the text. */
static bool skip_quoted(msnav_str *rest) {
  for (size_t i = 1; i < rest->len; i++) {
    if (rest->ptr[i] == '"') {
      skip(rest, i + 1);
      return true;
    }
    if (rest->ptr[i] == '\\') {
      i++;
    }
  }
  return false;
}

/* Up to the '<' or, when none follows, to the URI.  Names without quotes are
 * taken as they are: clients put blanks and UTF-8 there. */
static bool skip_display_name(msnav_str *rest) {
  if (rest->len > 0 && rest->ptr[0] == '"') {
    bool closed = skip_quoted(rest);
    *rest = msnav_text_trim(*rest);
    return closed && rest->len > 0 && rest->ptr[0] == '<';
  }
  for (size_t i = 0; i < rest->len && rest->ptr[i] != ';'; i++) {
    if (rest->ptr[i] == '<') {
      skip(rest, i);
      return true;
    }
    if (rest->ptr[i] == '"' || rest->ptr[i] == '>') {
      return false;
    }
  }
  return true;
}

/* "sip:" and at least one byte, up to stop, blanks or the end of the text. */
static bool read_uri(msnav_str *rest, bool brackets, msnav_str *uri) {
  if (!msnav_text_starts_nocase(*rest, MSNAV_LITERAL("sip:"))) {
    return false;
  }
  char stop = brackets ? '>' : ';';
  size_t n =
    msnav_guard_span(*rest, brackets ? MSNAV_GUARD_C_URI : MSNAV_GUARD_C_BARE);
  if (n < rest->len && rest->ptr[n] != stop && rest->ptr[n] != ' ') {
    return false;
  }
  *uri = (msnav_str){rest->ptr, n};
  skip(rest, n);
  return n > strlen("sip:");
}

static bool is_value(msnav_str value) {
  for (size_t i = 0; i < value.len; i++) {
    char c = value.ptr[i];
    if (c == '"' || c == '<' || c == '>' || c == ',') {
      return false;
    }
  }
  return true;
}

/* One parameter after its ';', up to the next one. */
static bool read_parameter(msnav_str *rest, msnav_str *tag) {
  const char *end = rest->len > 0 ? memchr(rest->ptr, ';', rest->len) : NULL;
  msnav_str value = *rest;
  value.len = end != NULL ? (size_t)(end - value.ptr) : value.len;
  skip(rest, value.len);
  msnav_str name = msnav_text_trim(msnav_text_until(&value, '='));
  if (!msnav_guard_is_token(name, 64)) {
    return false;
  }
  if (!msnav_text_equal_nocase(name, MSNAV_LITERAL("tag"))) {
    return is_value(value);
  }
  if (tag->len > 0) {
    return false;
  }
  *tag = msnav_text_trim(value);
  return msnav_guard_is_token(*tag, MSNAV_GUARD_MAX_TAG);
}

bool msnav_guard_address_read(msnav_str value, msnav_guard_address *address) {
  *address = (msnav_guard_address){.value = value};
  msnav_str rest = value;
  if (value.len > MSNAV_GUARD_MAX_ADDRESS || !skip_display_name(&rest)) {
    return false;
  }
  bool brackets = rest.len > 0 && rest.ptr[0] == '<';
  if (brackets) {
    skip(&rest, 1);
  }
  if (!read_uri(&rest, brackets, &address->uri)) {
    return false;
  }
  if (brackets) {
    if (rest.len == 0 || rest.ptr[0] != '>') {
      return false;
    }
    skip(&rest, 1);
  }
  address->name = (msnav_str){value.ptr, (size_t)(rest.ptr - value.ptr)};
  if (address->name.len > MSNAV_GUARD_MAX_NAME) {
    return false;
  }
  rest = msnav_text_trim(rest);
  if (rest.len > 0 && rest.ptr[0] != ';') {
    return false;
  }
  while (rest.len > 0) {
    skip(&rest, 1);
    if (!read_parameter(&rest, &address->tag)) {
      return false;
    }
  }
  return true;
}

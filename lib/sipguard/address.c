/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/address.h"
#include "base/text.h"
#include "sipguard/chars.h"

/* A quoted string at the start of the text. */
static bool skip_quoted(msnav_str *rest) {
  for (size_t i = 1; i < rest->len; i++) {
    if (rest->ptr[i] == '"') {
      msnav_guard_skip(rest, i + 1);
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
      msnav_guard_skip(rest, i);
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
  if (!MSNAV_TEXT_STARTS(*rest, "sip:")) {
    return false;
  }
  char stop = brackets ? '>' : ';';
  size_t n =
    msnav_guard_span(*rest, brackets ? MSNAV_GUARD_C_URI : MSNAV_GUARD_C_BARE);
  if (n < rest->len && rest->ptr[n] != stop && rest->ptr[n] != ' ') {
    return false;
  }
  *uri = (msnav_str){rest->ptr, n};
  msnav_guard_skip(rest, n);
  return n > strlen("sip:");
}

static msnav_str take_token(msnav_str *rest) {
  msnav_str token = msnav_guard_take(rest, MSNAV_GUARD_C_TOKEN);
  msnav_guard_skip_blanks(rest);
  return token;
}

/* Up to the next ';' or to what must not stand there. */
static void skip_value(msnav_str *rest) {
  size_t n = 0;
  while (n < rest->len && rest->ptr[n] != ';' && rest->ptr[n] != '"' &&
         rest->ptr[n] != '<' && rest->ptr[n] != '>' && rest->ptr[n] != ',') {
    n++;
  }
  msnav_guard_skip(rest, n);
}

/* One parameter, up to the ';' of the next one if all is well. */
static bool read_parameter(msnav_str *rest, msnav_str *tag) {
  msnav_guard_skip_blanks(rest);
  msnav_str name = take_token(rest);
  if (name.len == 0 || name.len > 64) {
    return false;
  }
  bool has_value = rest->len > 0 && rest->ptr[0] == '=';
  if (has_value) {
    msnav_guard_skip(rest, 1);
  }
  if (MSNAV_TEXT_IS(name, "tag")) {
    bool first = tag->len == 0;
    msnav_guard_skip_blanks(rest);
    *tag = take_token(rest);
    return first && has_value && tag->len > 0 &&
           tag->len <= MSNAV_GUARD_MAX_TAG;
  }
  if (has_value) {
    skip_value(rest);
  }
  return true;
}

bool msnav_guard_address_read(msnav_str value, msnav_guard_address *address) {
  *address = (msnav_guard_address){.value = value};
  msnav_str rest = value;
  if (value.len > MSNAV_GUARD_MAX_ADDRESS || !skip_display_name(&rest)) {
    return false;
  }
  bool brackets = rest.len > 0 && rest.ptr[0] == '<';
  if (brackets) {
    msnav_guard_skip(&rest, 1);
  }
  if (!read_uri(&rest, brackets, &address->uri)) {
    return false;
  }
  if (brackets) {
    if (rest.len == 0 || rest.ptr[0] != '>') {
      return false;
    }
    msnav_guard_skip(&rest, 1);
  }
  address->name = (msnav_str){value.ptr, (size_t)(rest.ptr - value.ptr)};
  if (address->name.len > MSNAV_GUARD_MAX_NAME) {
    return false;
  }
  msnav_guard_skip_blanks(&rest);
  while (rest.len > 0) {
    if (rest.ptr[0] != ';') {
      return false;
    }
    msnav_guard_skip(&rest, 1);
    if (!read_parameter(&rest, &address->tag)) {
      return false;
    }
  }
  return true;
}

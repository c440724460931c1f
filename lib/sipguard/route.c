/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/route.h"
#include "base/text.h"

/* One entry of a comma list; commas inside the URI do not count. */
static msnav_str next_entry(msnav_str *rest) {
  msnav_str entry = *rest;
  bool inside = false;
  for (size_t i = 0; i < rest->len; i++) {
    char c = rest->ptr[i];
    inside = c == '<' || (inside && c != '>');
    if (c == ',' && !inside) {
      entry.len = i;
      rest->ptr += i + 1;
      rest->len -= i + 1;
      return msnav_text_trim(entry);
    }
  }
  rest->len = 0;
  return msnav_text_trim(entry);
}

static bool sane(msnav_str entry) {
  msnav_guard_address address;
  return entry.len <= MSNAV_GUARD_MAX_ROUTE &&
         msnav_guard_address_read(entry, &address) &&
         address.uri.ptr > entry.ptr && address.uri.ptr[-1] == '<';
}

bool msnav_guard_route_read(const msnav_guard_lines *lines, bool reversed,
                            char buf[MSNAV_GUARD_ROUTES_TEXT],
                            msnav_str *text) {
  msnav_str entry[MSNAV_GUARD_MAX_ROUTES];
  size_t count = 0;
  if (lines->count > MSNAV_GUARD_MAX_LINES) {
    return false;
  }
  for (size_t i = 0; i < lines->count; i++) {
    msnav_str rest = lines->line[i];
    do {
      if (count == MSNAV_GUARD_MAX_ROUTES) {
        return false;
      }
      entry[count] = next_entry(&rest);
      if (!sane(entry[count])) {
        return false;
      }
      count++;
    } while (rest.len > 0);
  }
  msnav_out out;
  msnav_out_init(&out, buf, MSNAV_GUARD_ROUTES_TEXT);
  for (size_t i = 0; i < count; i++) {
    if (i > 0) {
      msnav_out_char(&out, '\n');
    }
    msnav_out_str(&out, entry[reversed ? count - 1 - i : i]);
  }
  *text = (msnav_str){buf, out.len};
  return true;
}

msnav_str msnav_guard_route_contact(const msnav_guard_message *m) {
  static const msnav_str none = {NULL, 0};
  msnav_guard_address address;
  msnav_str value = m->header[MSNAV_GUARD_H_CONTACT];
  if (value.len == 0 || !msnav_guard_address_read(value, &address) ||
      address.uri.len > MSNAV_GUARD_MAX_ROUTE) {
    return none;
  }
  for (size_t i = 0; i < address.uri.len; i++) {
    if (address.uri.ptr[i] == '?') { /* no headers in a Request-URI */
      return none;
    }
  }
  return address.uri;
}

msnav_str msnav_guard_route_strict(msnav_str text) {
  static const msnav_str none = {NULL, 0};
  msnav_guard_address first;
  if (text.len == 0 ||
      !msnav_guard_address_read(msnav_text_until(&text, '\n'), &first)) {
    return none;
  }
  msnav_str rest = first.uri;
  while (rest.len > 0) {
    msnav_str name = msnav_text_until(&rest, ';');
    name = msnav_text_until(&name, '=');
    if (msnav_text_equal_nocase(name, MSNAV_LITERAL("lr"))) {
      return none;
    }
  }
  return first.uri;
}

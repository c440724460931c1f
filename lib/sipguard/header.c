/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/text.h"
#include "sipguard/message.h"

static char lower(char letter) {
  return (char)(letter | 0x20);
}

static msnav_guard_header compact(char letter) {
  switch (lower(letter)) {
  case 'c':
    return MSNAV_GUARD_H_CONTENT_TYPE;
  case 'f':
    return MSNAV_GUARD_H_FROM;
  case 'i':
    return MSNAV_GUARD_H_CALL_ID;
  case 'l':
    return MSNAV_GUARD_H_CONTENT_LENGTH;
  case 'm':
    return MSNAV_GUARD_H_CONTACT;
  case 't':
    return MSNAV_GUARD_H_TO;
  case 'v':
    return MSNAV_GUARD_H_VIA;
  default:
    return MSNAV_GUARD_H_OTHER;
  }
}

/* The only one that it can be, by its length and its first letters. */
static msnav_guard_header candidate(msnav_str name) {
  char first = lower(name.ptr[0]);
  switch (name.len) {
  case 2:
    return MSNAV_GUARD_H_TO;
  case 3:
    return MSNAV_GUARD_H_VIA;
  case 4:
    return first == 'f' ? MSNAV_GUARD_H_FROM : MSNAV_GUARD_H_CSEQ;
  case 5:
    return MSNAV_GUARD_H_ALLOW;
  case 6:
    return MSNAV_GUARD_H_ACCEPT;
  case 7:
    return first == 'r'                ? MSNAV_GUARD_H_REQUIRE
           : lower(name.ptr[1]) == 'a' ? MSNAV_GUARD_H_CALL_ID
                                       : MSNAV_GUARD_H_CONTACT;
  case 10:
    return MSNAV_GUARD_H_USER_AGENT;
  case 11:
    return MSNAV_GUARD_H_UNSUPPORTED;
  case 12:
    return first == 'r' ? MSNAV_GUARD_H_RECORD_ROUTE
                        : MSNAV_GUARD_H_CONTENT_TYPE;
  case 14:
    return MSNAV_GUARD_H_CONTENT_LENGTH;
  default:
    return MSNAV_GUARD_H_OTHER;
  }
}

msnav_guard_header msnav_guard_header_of(msnav_str name) {
  static const char *const names[MSNAV_GUARD_H_OTHER] = {
    [MSNAV_GUARD_H_FROM] = "From",
    [MSNAV_GUARD_H_TO] = "To",
    [MSNAV_GUARD_H_CALL_ID] = "Call-ID",
    [MSNAV_GUARD_H_CSEQ] = "CSeq",
    [MSNAV_GUARD_H_CONTENT_LENGTH] = "Content-Length",
    [MSNAV_GUARD_H_CONTENT_TYPE] = "Content-Type",
    [MSNAV_GUARD_H_CONTACT] = "Contact",
    [MSNAV_GUARD_H_USER_AGENT] = "User-Agent",
    [MSNAV_GUARD_H_ALLOW] = "Allow",
    [MSNAV_GUARD_H_ACCEPT] = "Accept",
    [MSNAV_GUARD_H_UNSUPPORTED] = "Unsupported",
    [MSNAV_GUARD_H_VIA] = "Via",
    [MSNAV_GUARD_H_RECORD_ROUTE] = "Record-Route",
    [MSNAV_GUARD_H_REQUIRE] = "Require",
  };
  if (name.len == 1) {
    return compact(name.ptr[0]);
  }
  msnav_guard_header header =
    name.len > 0 ? candidate(name) : MSNAV_GUARD_H_OTHER;
  if (header == MSNAV_GUARD_H_OTHER) {
    return header;
  }
  /* the candidate is as long; most write it just so */
  msnav_str known = {names[header], name.len};
  return msnav_text_equal(name, known) || msnav_text_equal_nocase(name, known)
           ? header
           : MSNAV_GUARD_H_OTHER;
}

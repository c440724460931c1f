/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/chars.h"
#include "sipguard/message.h"

static char lower(char letter) {
  return (char)(letter | 0x20);
}

static msnav_guard_header compact(char letter) {
  switch (letter) {
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

/* Length and first letters leave one at most; this tells whether it is that. */
#define IF_IS(word, header)                                                    \
  (MSNAV_TEXT_IS(name, word) ? MSNAV_GUARD_H_##header : MSNAV_GUARD_H_OTHER)

msnav_guard_header msnav_guard_header_of(msnav_str name) {
  if (name.len == 0) {
    return MSNAV_GUARD_H_OTHER;
  }
  char first = lower(name.ptr[0]);
  switch (name.len) {
  case 1:
    return compact(first);
  case 2:
    return IF_IS("To", TO);
  case 3:
    return IF_IS("Via", VIA);
  case 4:
    return first == 'f' ? IF_IS("From", FROM) : IF_IS("CSeq", CSEQ);
  case 5:
    return IF_IS("Allow", ALLOW);
  case 6:
    return IF_IS("Accept", ACCEPT);
  case 7:
    return first == 'r'                ? IF_IS("Require", REQUIRE)
           : lower(name.ptr[1]) == 'a' ? IF_IS("Call-ID", CALL_ID)
                                       : IF_IS("Contact", CONTACT);
  case 10:
    return IF_IS("User-Agent", USER_AGENT);
  case 11:
    return IF_IS("Unsupported", UNSUPPORTED);
  case 12:
    return first == 'r' ? IF_IS("Record-Route", RECORD_ROUTE)
                        : IF_IS("Content-Type", CONTENT_TYPE);
  case 14:
    return IF_IS("Content-Length", CONTENT_LENGTH);
  default:
    return MSNAV_GUARD_H_OTHER;
  }
}

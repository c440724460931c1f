/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guard's tests and its fuzz target share: messages with defaults,
 * and what must hold for everything the guard hands on. */
#ifndef MSNAV_GUARD_WIRE_H
#define MSNAV_GUARD_WIRE_H

#include "sipguard/guard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* 10.0.0.1 are we, 10.0.0.2 is the peer, Sofia lives on 127.1.2.3; what she is
 * told of addresses is 127.0.0.1:9. */
#define OUTER_LOCAL ((msnav_addr){0x0a000001, 5060})
#define OUTER_REMOTE ((msnav_addr){0x0a000002, 5062})

/* One message; what is NULL has the default of its sender. */
typedef struct wire {
  const char *start;
  const char *via;
  const char *from;
  const char *to;
  const char *call_id;
  const char *cseq;
  const char *more; /* whole lines */
  const char *body; /* SDP */
} wire;

#define PEER_VIA "SIP/2.0/UDP 10.0.0.2:5062;branch=z9hG4bKpeer"
#define SOFIA_VIA "SIP/2.0/UDP 127.1.2.3:4001;branch=z9hG4bKsofia"
#define SDP "v=0\r\no=- 0 0 IN IP4 10.0.0.2\r\n"

static inline size_t wire_write(char *buf, size_t cap, const wire *w) {
  const char *body = w->body != NULL ? w->body : "";
  int n =
    snprintf(buf, cap,
             "%s\r\nVia: %s\r\nMax-Forwards: 70\r\nFrom: %s\r\nTo: %s\r\n"
             "Call-ID: %s\r\nCSeq: %s\r\n%s%sContent-Length: %zu\r\n\r\n%s",
             w->start, w->via, w->from, w->to,
             w->call_id != NULL ? w->call_id : "call", w->cseq,
             w->more != NULL ? w->more : "",
             body[0] != '\0' ? "Content-Type: application/sdp\r\n" : "",
             strlen(body), body);
  return n > 0 && (size_t)n < cap ? (size_t)n : 0;
}

/* ---- what must hold for every message that passed */

/* The value of a header, which must stand there exactly so; NULL: missing.
 * *rest is moved behind it. */
static inline const char *
wire_find(const char **rest, const char *end, const char *name) {
  size_t len = strlen(name);
  for (const char *at = *rest; (size_t)(end - at) > len; at++) {
    if (memcmp(at, name, len) == 0) {
      *rest = at + len;
      return at + len;
    }
  }
  return NULL;
}

static inline size_t
wire_count(const char *head, const char *end, const char *name) {
  size_t n = 0;
  while (wire_find(&head, end, name) != NULL) {
    n++;
  }
  return n;
}

/* Where the header section ends; NULL: it is not closed, or has something
 * else than printable bytes and CRLF. */
static inline const char *wire_head_end(const char *msg, size_t len) {
  for (size_t i = 0; i < len; i++) {
    unsigned char c = (unsigned char)msg[i];
    if (i + 4 <= len && memcmp(msg + i, "\r\n\r\n", 4) == 0) {
      return msg + i + 2;
    }
    bool crlf = (c == '\r' && i + 1 < len && msg[i + 1] == '\n') ||
                (c == '\n' && i > 0 && msg[i - 1] == '\r');
    if (!crlf && ((c < ' ' && c != '\t') || c == 127)) {
      return NULL;
    }
  }
  return NULL;
}

/* NULL when all is well, else what is wrong.  in: it is for Sofia. */
static inline const char *wire_fault(const char *msg, size_t len, bool in) {
  static const char inner_via[] = "SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKguard";
  static const char *const once[] = {"\r\nFrom: ", "\r\nTo: ", "\r\nCall-ID: ",
                                     "\r\nCSeq: ", "\r\nContent-Length: "};
  const char *end = wire_head_end(msg, len);
  if (end == NULL) {
    return "header section";
  }
  for (size_t i = 0; i < sizeof(once) / sizeof(once[0]); i++) {
    if (wire_count(msg, end, once[i]) != 1) {
      return once[i];
    }
  }
  const char *rest = msg;
  const char *length = wire_find(&rest, end, "\r\nContent-Length: ");
  if (strtoul(length, NULL, 10) != (size_t)(msg + len - end) - 2) {
    return "Content-Length is not true";
  }
  bool response = memcmp(msg, "SIP/2.0 ", 8) == 0;
  size_t vias = wire_count(msg, end, "\r\nVia: ");
  rest = msg;
  const char *via = wire_find(&rest, end, "\r\nVia: ");
  if (via == NULL || vias > 4 || ((in || !response) && vias != 1)) {
    return "Via";
  }
  if (in && !response && memcmp(via, inner_via, strlen(inner_via)) != 0) {
    return "Via is not the guard's";
  }
  rest = msg;
  if (in && wire_find(&rest, end, "\r\nContact: ") != NULL) {
    return "Contact";
  }
  if (in && wire_count(msg, end, "\r\nUser-Agent: ") > 0) {
    return "User-Agent";
  }
  if (in && wire_count(msg, end, "\r\nRecord-Route: ") > 0) {
    return "Record-Route";
  }
  return NULL;
}

#endif

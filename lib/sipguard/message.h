/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A bounded parser: one datagram into slices of itself.  Nothing is copied,
 * nothing is believed about the dialog. */
#ifndef MSNAV_SIPGUARD_MESSAGE_H
#define MSNAV_SIPGUARD_MESSAGE_H

#include "sipguard/address.h"
#include "sipguard/guard.h"

#define MSNAV_GUARD_MAX_LINE 1024 /* bytes in a header line */
#define MSNAV_GUARD_MAX_HEADERS 48
#define MSNAV_GUARD_MAX_BODY 4096
#define MSNAV_GUARD_MAX_CALL_ID 128
#define MSNAV_GUARD_MAX_CSEQ 0x7fffffffu /* RFC 3261 section 8.1.1.5 */
#define MSNAV_GUARD_MAX_PHRASE 64
#define MSNAV_GUARD_MAX_USER_AGENT 128
#define MSNAV_GUARD_MAX_LINES 8   /* Via, Record-Route or Require lines */
#define MSNAV_GUARD_MAX_OPTION 64 /* bytes in an option tag */
#define MSNAV_GUARD_MAX_OPTIONS 16
#define MSNAV_GUARD_MAX_VIAS 8
#define MSNAV_GUARD_MAX_VIA 256      /* bytes in one of them */
#define MSNAV_GUARD_MAX_VIA_ALL 1024 /* in all of them */

typedef enum msnav_guard_method {
  MSNAV_GUARD_NONE = 0,
  MSNAV_GUARD_INVITE,
  MSNAV_GUARD_ACK,
  MSNAV_GUARD_BYE,
  MSNAV_GUARD_CANCEL,
  MSNAV_GUARD_OPTIONS
} msnav_guard_method;

/* "INVITE", ... */
msnav_str msnav_guard_method_name(msnav_guard_method method);

/* The headers that are read; the others go no further. */
typedef enum msnav_guard_header {
  MSNAV_GUARD_H_FROM,
  MSNAV_GUARD_H_TO,
  MSNAV_GUARD_H_CALL_ID,
  MSNAV_GUARD_H_CSEQ,
  MSNAV_GUARD_H_CONTENT_LENGTH,
  MSNAV_GUARD_H_CONTENT_TYPE, /* up to here twice is an error, */
  MSNAV_GUARD_H_CONTACT,      /* from here the first one counts */
  MSNAV_GUARD_H_USER_AGENT,
  MSNAV_GUARD_H_ALLOW,
  MSNAV_GUARD_H_ACCEPT,
  MSNAV_GUARD_H_UNSUPPORTED,
  MSNAV_GUARD_HEADERS, /* how many are kept as one value */
  MSNAV_GUARD_H_VIA,   /* these have lines */
  MSNAV_GUARD_H_RECORD_ROUTE,
  MSNAV_GUARD_H_REQUIRE,
  MSNAV_GUARD_H_OTHER
} msnav_guard_header;

/* By its name or its compact form (RFC 3261 section 7.3.3), case aside. */
msnav_guard_header msnav_guard_header_of(msnav_str name);

/* Headers that may stand in a message several times. */
typedef struct msnav_guard_lines {
  msnav_str line[MSNAV_GUARD_MAX_LINES];
  size_t count; /* may be more than were kept */
} msnav_guard_lines;

typedef struct msnav_guard_message {
  msnav_guard_method method; /* of the request, or of a response's CSeq */
  uint32_t status;           /* 100...699, or 0 for a request */
  msnav_str phrase;          /* printable ASCII */
  msnav_str header[MSNAV_GUARD_HEADERS]; /* trimmed; ptr NULL when missing */
  msnav_guard_lines via;
  msnav_guard_lines record_route;
  msnav_guard_lines require; /* lists of option tags */
  msnav_guard_address from;
  msnav_guard_address to;
  msnav_str call_id;
  uint32_t cseq;
  size_t hops;          /* Vias, comma lists counted */
  msnav_str branch;     /* of the first of them, or empty */
  msnav_str user_agent; /* printable ASCII, or empty */
  msnav_str body;       /* application/sdp, or empty */
} msnav_guard_message;

/* Everything that can be said of a message alone.  MSNAV_GUARD_PASS: m is
 * filled in and borrows from data. */
msnav_guard_verdict
msnav_guard_message_read(const char *data, size_t len, msnav_guard_message *m);

#endif

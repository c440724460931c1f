/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The values of From, To, Contact and Record-Route (RFC 3261 section 20.10):
 *   "display name" <sip:user@host:port;param>;param
 *   sip:user@host:port;param */
#ifndef MSNAV_SIPGUARD_ADDRESS_H
#define MSNAV_SIPGUARD_ADDRESS_H

#include <msnav/base.h>

#define MSNAV_GUARD_MAX_ADDRESS 512 /* bytes in a value */
/* Bytes in display name and URI: MSN lets a name have 387, and a tag must
 * still fit behind it. */
#define MSNAV_GUARD_MAX_NAME 448
#define MSNAV_GUARD_MAX_TAG 128

/* Slices of one value. */
typedef struct msnav_guard_address {
  msnav_str value; /* all of it */
  msnav_str name;  /* display name and URI, without the parameters behind */
  msnav_str uri;   /* "sip:..." without the angle brackets */
  msnav_str tag;   /* empty when there is none */
} msnav_guard_address;

/* False when the value is too long, not of this form, not a sip: URI or has
 * two tags; *address is filled in part then. */
bool msnav_guard_address_read(msnav_str value, msnav_guard_address *address);

#endif

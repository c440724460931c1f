/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts that all clean messages share, and the four who write them. */
#ifndef MSNAV_SIPGUARD_WRITE_H
#define MSNAV_SIPGUARD_WRITE_H

#include "sipguard/state.h"

/* "10.0.0.1:5060" */
void msnav_guard_write_hostport(msnav_out *out,
                                const msnav_guard_hostport *hostport);
/* "SIP/2.0 200 OK" */
void msnav_guard_write_status(msnav_out *out, const msnav_guard_message *m);
/* "Name: value" */
void msnav_guard_write_header(msnav_out *out, const char *name,
                              msnav_str value);
/* The same once for each line of a text from the pool, none when empty. */
void msnav_guard_write_lines(msnav_out *out, const char *name, msnav_str text);
/* "Name: value;tag=..."; without the tag when it is empty */
void msnav_guard_write_tagged(msnav_out *out, const char *name, msnav_str value,
                              msnav_str tag);
/* Call-ID and CSeq */
void msnav_guard_write_id(msnav_out *out, const msnav_guard_message *m,
                          uint32_t cseq);
/* Contact with this place, if such a message has one: requests and 2xx
 * responses of an INVITE */
void msnav_guard_write_contact(msnav_out *out, const msnav_guard_message *m,
                               msnav_str user,
                               const msnav_guard_hostport *hostport);
/* What a request wants to be understood (RFC 3261 section 8.2.2.3) */
void msnav_guard_write_require(msnav_out *out, const msnav_guard_message *m);
/* What a 200 to OPTIONS tells (RFC 3261 section 11.2) and a 420 to Require, if
 * Sofia was given it */
void msnav_guard_write_options(msnav_out *out, const msnav_guard_message *m);
void msnav_guard_write_user_agent(msnav_out *out, const msnav_guard_message *m);
/* All behind it, the body included */
void msnav_guard_write_tail(msnav_out *out, const msnav_guard_message *m);

/* Each checks a message against the state, changes the state and writes the
 * message as the other side gets it.  What they leave behind on a refusal is
 * thrown away: they work on a copy.  Nothing written: absorbed. */
msnav_guard_verdict
msnav_guard_request_in(msnav_guard *g, const msnav_guard_message *m,
                       msnav_out *out);
msnav_guard_verdict
msnav_guard_response_in(msnav_guard *g, const msnav_guard_message *m,
                        msnav_out *out);
msnav_guard_verdict
msnav_guard_request_out(msnav_guard *g, const msnav_guard_message *m,
                        msnav_out *out);
msnav_guard_verdict
msnav_guard_response_out(msnav_guard *g, const msnav_guard_message *m,
                         msnav_out *out);

#endif

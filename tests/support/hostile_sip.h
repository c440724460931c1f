/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIP that nobody should send: made by a grammar that knows what the library
 * knows, or by changing and repeating what was really said.  For tests and
 * fuzzers; one at a time. */
#ifndef TESTS_HOSTILE_SIP_H
#define TESTS_HOSTILE_SIP_H

#include "support/simnet.h"

/* Forgets all.  source: a number below n, from which everything comes; NULL:
 * the simulation's. */
void hostile_sip_begin(unsigned (*source)(unsigned n));
/* For simnet_tap(): learns from what is said, unless it is deaf. */
void hostile_sip_see(void *arg, const simnet_record *record);
/* While it is the attacker who speaks. */
void hostile_sip_deaf(bool deaf);
/* The next message, until the one after it. */
const char *hostile_sip_message(size_t *len);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers, alice and bob, on one stage: SIP, RTP and RTCP through
 * sockets, guard and all; MSNP through memory.  A message arrives when nothing
 * else is under way, as by way of a server: the BYE is there before the
 * CANCEL.  Else both would send a BYE.  They have no sound, so that no RTP
 * flows.
 *
 * What alice sends to somebody whose name begins with PEOPLE_FAR goes through
 * a socket instead, to carol in another process. */
#ifndef TESTS_PEOPLE_H
#define TESTS_PEOPLE_H

#include "stage.h"
#include <msnav/call.h>

#define PEOPLE_FAR "far"
#define PEOPLE_CALLS 100  /* per turn */
#define PEOPLE_MANY 10000 /* calls that a context allows */

typedef struct person {
  struct person *other;
  msnav_context *ctx;
  msnav_call *call; /* the newest */
  unsigned talking, ended;
  bool wrong;
  int far; /* SOCK_SEQPACKET to another process, -1: none */
} person;

extern stage world;
extern person alice, bob;

/* Open the stage with alice and bob on it; far as in person, calls_per_agent
 * as in msnav_config. */
void people_open(int far, unsigned calls_per_agent);
void people_close(void);

/* Be carol, until far is closed. */
void people_be_carol(int far);

/* One call from alice, until both talk.  The peer's name is the prefix and a
 * number. */
void people_place_call(const char *prefix);
/* Hang up a call of alice's, until both know. */
void people_end_call(msnav_call *call);

/* PEOPLE_CALLS whole calls between alice and bob, one after the other: start,
 * accept, talk, hang up, both ended, both freed.  Calls per CPU second. */
double people_turn(void *arg);

#endif

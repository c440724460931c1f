/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Two messengers on a simulated network (simnet.h): MSNP arrives whole and in
 * order, as over TCP, after a while; SIP and RTP cross the network. */
#ifndef TESTS_WORLD_H
#define TESTS_WORLD_H

#include "support/simnet.h"
#include <msnav/call.h>

#define WORLD_ALICE_IP 0x0a000001u /* 10.0.0.1 */
#define WORLD_BOB_IP 0x0a000002u   /* 10.0.0.2 */
/* 198.51.100.2, behind which Bob may be */
#define WORLD_BOB_PUBLIC 0xc6336402u
#define WORLD_SECOND UINT64_C(1000000) /* µs */

typedef struct world_person {
  const char *account;
  struct world_person *other;
  struct world *world;
  msnav_context *ctx;
  msnav_call *call; /* the newest; NULL once it ended and was freed */
  bool answers;     /* says yes after a while */
  bool rejects;     /* says no after a while */
  bool dumb;        /* has no microphone */
  bool keep;        /* does not free calls that ended */
  msnav_usec rings; /* how long it takes */
  bool loses_msnp;  /* what it writes does not arrive */
  /* what happened */
  unsigned incoming, talking, ended;
  msnav_reason reason; /* of the last end */
  msnav_usec talked_at, ended_at;
  unsigned long played, heard; /* frames, and those that are not silent */
  unsigned after_end;          /* events that should not have been */
  char states[256];
} world_person;

typedef struct world {
  msnav_epoll *epoll;
  const msnav_loop *loop;
  /* before world_open(): gives the loop that the contexts get; NULL: none */
  const msnav_loop *(*wrap)(const msnav_loop *loop);
  /* likewise: sees everything, with the person; NULL: nobody */
  void (*trace)(const msnav_trace *record, void *person);
  unsigned failed_steps; /* of the loop */
  world_person alice, bob;
  msnav_usec msnp_delay;
  msnav_usec msnp_last; /* when the last message on its way arrives */
} world;

/* A config to change and to give to world_open(). */
msnav_config world_config(uint32_t ip);
/* simnet_begin() must have been called; all of *w but wrap and
 * trace is set.  NULL
 * configs: the above.
 * MSNAV_OK, or why there is no such world. */
msnav_error
world_open(world *w, const msnav_config *alice, const msnav_config *bob);
void world_close(world *w);
/* Alice calls Bob. */
msnav_error world_call(world *w);
/* Alice calls; somebody at that address, who is no more than that, takes the
 * call in Bob's name.  Where Alice waits for his SIP; port 0: it failed. */
msnav_addr world_listen(world *w, const msnav_addr *somebody);
/* Run until a time, or until *count reaches a number; whether it does. */
bool world_run(world *w, msnav_usec until, const unsigned *count, unsigned n);
bool world_talk(world *w, msnav_usec patience); /* until both do */
bool world_end(world *w, msnav_usec patience);  /* likewise */
uint32_t world_state(const world_person *who);

#endif

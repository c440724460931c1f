/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of fuzz_call.c share: two messengers, their calls, and the
 * input that decides about them.
 *
 *   fuzz_call.c    how time goes on, from the input's begin to its end
 *   call_users.c   what users and programs do
 *   call_events.c  what callbacks are told, and what must hold of it
 *   call_others.c  what becomes of messages and datagrams, and what others send
 */
#ifndef TESTS_FUZZ_CALL_H
#define TESTS_FUZZ_CALL_H

#include "fuzz/fuzz.h"
#include "support/simnet.h"
#include <msnav/call.h>

#define SECOND UINT64_C(1000000)
enum { SLOTS = 24, KEPT = 8, PIECE = 1500, STRANGER = 0x0a000009 };

typedef struct person person;

typedef struct slot {
  person *of;
  msnav_call *call;  /* NULL: freed, or none yet */
  uint32_t told;     /* the last state */
  bool used, orphan; /* orphan: its context was freed */
} slot;

struct person {
  const char *account;
  uint32_t ip;
  person *other;
  msnav_context *ctx;
  slot slots[SLOTS];
  uint32_t named[16]; /* hosts that peers named */
  unsigned named_count;
  uint32_t early; /* the last state of a call that is being made */
  unsigned sound_left, sound_act; /* what to do in which sound callback */
};

typedef struct piece {
  size_t len;
  uint8_t bytes[PIECE];
} piece;

typedef struct call_world {
  fuzz_input in;
  msnav_epoll *epoll;
  person people[2];
  piece letters[KEPT], datagrams[KEPT];
  unsigned letter_count, datagram_count;
  msnav_usec letters_until, end;
  unsigned depth; /* callbacks in callbacks */
} call_world;

extern call_world w;

/* ---- call_events.c */

msnav_events call_events(void);
void call_tap(void *arg, const simnet_record *r);
msnav_call_info call_info_of(const msnav_call *call);
/* A host that a peer named: something may be sent to it. */
void call_note(person *p, uint32_t ip);
void call_note_peers(person *p);
/* NULL: one too many, and freed. */
slot *call_new_slot(person *me, msnav_call *call);

/* ---- call_others.c */

void call_receive(person *to, const char *from, const uint8_t *bytes,
                  size_t len);
void call_mail(person *to, const char *payload, size_t len, msnav_usec delay);
void call_keep_letter(const char *payload, size_t len);
void call_forge(person *to, const slot *s);
void call_repeat(person *to);
void call_inject(const slot *s);
void call_set_network(void);
void call_set_fault(void);

/* ---- call_users.c */

/* plain: with the settings that nearly everybody has. */
void call_open_context(person *me, bool plain);
void call_close_context(person *me);
void call_release(slot *s);
/* s may be NULL. */
void call_act(person *me, slot *s, unsigned what);

#endif

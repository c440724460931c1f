/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of whole calls share: a pair for each, what was sent last, an
 * answer made up, and changes of media. */
#ifndef MSNAV_CALL_KIT_H
#define MSNAV_CALL_KIT_H

#include "test.h"

#include "support/pair.h"

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

static inline int setup(void **state) {
  *state = calloc(1, sizeof(pair));
  return 0;
}

static inline int teardown(void **state) {
  free(*state);
  return 0;
}

static inline const char *field(const person *who, const char *name) {
  static char value[128];
  const char *at = strstr(who->last_sent, name);
  value[0] = '\0';
  if (at != NULL) {
    sscanf(at + strlen(name), ": %127[^\r]", value);
  }
  return value;
}

/* An ACCEPT from nobody's address: what a dead or lying peer sends. */
static inline void accept_with(person *bob, const char *address) {
  char payload[700];
  person *alice = bob->other;
  snprintf(payload, sizeof(payload),
           "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
           "charset=UTF-8\r\n\r\nInvitation-Command: ACCEPT\r\n"
           "Context-Data: Requested:SIP_A,;\r\nInvitation-Cookie: %s\r\n"
           "Launch-Application: TRUE\r\nRequest-Data: IP-Address:\r\n"
           "IP-Address: %s\r\n\r\n",
           field(alice, "Invitation-Cookie"), address);
  msnav_context_receive(alice->ctx, msnav_str_of(bob->account), payload,
                        strlen(payload));
}

static inline bool media_changed(pair *p) {
  return p->people[ALICE].media_changes > 0 && p->people[BOB].media_changes > 0;
}

static inline void next_change(pair *p) {
  p->people[ALICE].media_changes = p->people[BOB].media_changes = 0;
}

#endif

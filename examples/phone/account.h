/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An account on a notification server: logging in, the contact list,
 * presence, rooms asked for and rings (MSNP7). */
#ifndef EXAMPLES_PHONE_ACCOUNT_H
#define EXAMPLES_PHONE_ACCOUNT_H

#include "../msnp.h"

typedef struct account account;

/* Why an account is not connected any more. */
typedef enum account_end {
  ACCOUNT_UNREACHABLE, /* no such server, or nobody answers there */
  ACCOUNT_REFUSED,     /* wrong account or password */
  ACCOUNT_ELSEWHERE,   /* logged in at another place */
  ACCOUNT_PROTOCOL,    /* the server does not speak MSNP7 */
  ACCOUNT_LOST         /* the connection broke */
} account_end;

/* Slices are valid until the callback returns; texts are as on the wire. */
typedef struct account_events {
  void (*online)(void *self);
  /* name: empty when it is not told; status: "NLN" and so on, "FLN" for
   * offline, NULL when it is not told. */
  void (*contact)(void *self, msnav_str who, msnav_str name,
                  const char *status);
  void (*ring)(void *self, const msnav_switchboard_command *ring);
  /* What account_ask_room() asked for; host is empty when there is none. */
  void (*room)(void *self, uint32_t request, msnav_str host, msnav_str token);
  /* The last event; the account may be freed inside. */
  void (*gone)(void *self, account_end why, const char *text);
} account_events;

typedef struct account_config {
  const char *server; /* "host:port" */
  const char *account, *password;
  msnav_usec keep_alive; /* how often to ask whether the server is there */
  const char *name;      /* to be shown to others; NULL: as the server has it */
} account_config;

/* Everything in config must outlive the account.  NULL: the server's name
 * cannot be one. */
account *account_new(const msnav_loop *loop, const account_config *config,
                     const account_events *events, void *self);
/* A request number for the room event, 0 while not online. */
uint32_t account_ask_room(account *a);
/* "NLN", "BSY", "AWY", "HDN" ... */
void account_set_status(account *a, const char *status);
void account_free(account *a);

#endif

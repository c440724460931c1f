/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the parts of the server share: who is connected, and who may be. */
#ifndef EXAMPLES_SWITCHBOARD_SERVER_H
#define EXAMPLES_SWITCHBOARD_SERVER_H

#include "../msnp.h"

#define TEXT 256
#define PING_SECONDS 50

/* An account that may log in with its password. */
typedef struct user {
  struct user *next;
  char account[TEXT], password[TEXT], name[TEXT];
} user;

typedef enum guest_kind {
  GUEST_NEW,          /* has not said what it is */
  GUEST_NOTIFICATION, /* began with VER */
  GUEST_WAITING,      /* logged in with the token: can be called, or calls */
  GUEST_TALKING       /* came to make or to enter a room */
} guest_kind;

typedef struct guest {
  struct guest *next;
  struct server *server;
  msnp *connection;
  guest_kind kind;
  char account[TEXT], name[TEXT];
  unsigned room; /* 0: in none */
  /* of notification connections */
  user *user; /* known once logged in */
  char challenge[64], status[4];
  unsigned passes[8]; /* cookies that XFR gave out and nobody used yet */
} guest;

typedef struct server {
  msnav_epoll *epoll;
  msnav_addr at;
  const char *token; /* of USR; NULL: any */
  bool json;
  guest *guests;
  user *users;
  unsigned rooms, secrets;
} server;

/* main.c */
void tell(guest *g, msnav_switchboard_command c);
void tell_line(guest *g, const char *format, ...)
  __attribute__((format(printf, 2, 3)));
void fail(guest *g, uint32_t transaction, uint32_t error);
void leave(guest *g);
void copy(char to[TEXT], msnav_str from);
bool same(const char *account, msnav_str other);

/* rooms.c: what is said in and around rooms */
void rooms_command(guest *g, const msnav_switchboard_command *c);
void rooms_left(const guest *g);

/* notification.c: logging in, who is there, and the way into a room */
void notification_command(guest *g, const msnav_switchboard_command *raw);
void notification_left(const guest *g);
/* The online connection of an account, or NULL. */
guest *notification_of(server *s, msnav_str account);
/* Use up a cookie that XFR gave out. */
bool notification_pass(server *s, msnav_str account, msnav_str cookie);
/* "ACCOUNT:PASSWORD"; false when it is not. */
bool notification_add_user(server *s, const char *text);

#endif

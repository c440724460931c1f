/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rooms: who is in which, who is called into one, and what is said there. */
#include "server.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void rooms_left(const guest *g) {
  for (guest *o = g->server->guests; o != NULL && g->room != 0; o = o->next) {
    if (o->room == g->room) {
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_BYE,
                                          .account = msnav_str_of(g->account)});
    }
  }
}

/* Its name is that of the notification connection, or what stands before
 * the @. */
static void introduce(guest *g, msnav_str account) {
  const guest *known = notification_of(g->server, account);
  copy(g->account, account);
  if (known != NULL) {
    copy(g->name, msnav_str_of(known->name));
    return;
  }
  copy(g->name, account);
  g->name[strcspn(g->name, "@")] = '\0';
}

static void log_in(guest *g, const msnav_switchboard_command *c) {
  server *s = g->server;
  if (notification_pass(s, c->account, c->token)) {
    g->kind = GUEST_TALKING;
  } else if (s->users == NULL || s->token != NULL) {
    g->kind = GUEST_WAITING;
  }
  if (g->kind == GUEST_NEW || (g->kind == GUEST_WAITING && s->token != NULL &&
                               !msnp_is(c->token, s->token))) {
    fail(g, c->transaction, 911);
    leave(g);
    return;
  }
  introduce(g, c->account);
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_USR_OK,
                                      .transaction = c->transaction,
                                      .account = msnav_str_of(g->account),
                                      .name = msnav_str_of(g->name)});
}

/* The connection on which an account can be called. */
static guest *reachable(server *s, msnav_str account) {
  guest *online = notification_of(s, account);
  if (online != NULL) {
    return online;
  }
  for (guest *g = s->guests; g != NULL; g = g->next) {
    if (g->kind == GUEST_WAITING && g->room == 0 && same(g->account, account)) {
      return g;
    }
  }
  return NULL;
}

static bool in_room(server *s, unsigned room, msnav_str account) {
  for (guest *g = s->guests; g != NULL; g = g->next) {
    if (g->room == room && same(g->account, account)) {
      return true;
    }
  }
  return false;
}

static void room_words(unsigned room, char id[32], char token[32]) {
  snprintf(id, 32, "%u", 17054420 + room);
  snprintf(token, 32, "1064898110.%u", 23580 + room);
}

static void invite(guest *g, const msnav_switchboard_command *c) {
  server *s = g->server;
  guest *callee = reachable(s, c->account);
  if (g->room != 0 && in_room(s, g->room, c->account)) {
    fail(g, c->transaction, 215);
    return;
  }
  if (callee == NULL || same(g->account, c->account)) {
    fail(g, c->transaction, 217);
    return;
  }
  if (g->room == 0) {
    g->room = ++s->rooms;
  }
  char id[32];
  char token[32];
  char host[MSNAV_ADDR_TEXT];
  room_words(g->room, id, token);
  msnav_addr_format(&s->at, host);
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_RINGING,
                                      .transaction = c->transaction,
                                      .id = msnav_str_of(id)});
  tell(callee, (msnav_switchboard_command){.verb = MSNAV_SB_RNG,
                                           .id = msnav_str_of(id),
                                           .host = msnav_str_of(host),
                                           .token = msnav_str_of(token),
                                           .account = msnav_str_of(g->account),
                                           .name = msnav_str_of(g->name)});
}

static unsigned people(server *s, unsigned room) {
  unsigned n = 0;
  for (guest *g = s->guests; g != NULL; g = g->next) {
    n += g->room == room;
  }
  return n;
}

static void answer(guest *g, const msnav_switchboard_command *c) {
  server *s = g->server;
  unsigned room = (unsigned)strtoul(c->id.ptr, NULL, 10) - 17054420;
  char id[32];
  char token[32];
  room_words(room, id, token);
  if (room == 0 || room > s->rooms || !msnp_is(c->token, token)) {
    fail(g, c->transaction, 911);
    leave(g);
    return;
  }
  introduce(g, c->account);
  g->kind = GUEST_TALKING;
  uint32_t count = people(s, room);
  uint32_t index = 0;
  for (guest *o = s->guests; o != NULL; o = o->next) {
    if (o->room == room) {
      index++;
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_JOI,
                                          .account = msnav_str_of(g->account),
                                          .name = msnav_str_of(g->name)});
      tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_IRO,
                                          .transaction = c->transaction,
                                          .index = index,
                                          .count = count,
                                          .account = msnav_str_of(o->account),
                                          .name = msnav_str_of(o->name)});
    }
  }
  g->room = room;
  tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_ANS_OK,
                                      .transaction = c->transaction});
}

static void relay(guest *g, const msnav_switchboard_command *c) {
  bool heard = g->room != 0 && people(g->server, g->room) > 1;
  bool wants_ack = c->ack == 'A' || c->ack == 'D' || c->ack == 'S';
  if (heard ? wants_ack : c->ack != 'U') {
    tell(g, (msnav_switchboard_command){.verb =
                                          heard ? MSNAV_SB_ACK : MSNAV_SB_NAK,
                                        .transaction = c->transaction});
  }
  for (guest *o = g->server->guests; o != NULL && heard; o = o->next) {
    if (o != g && o->room == g->room) {
      tell(o, (msnav_switchboard_command){.verb = MSNAV_SB_MSG,
                                          .account = msnav_str_of(g->account),
                                          .name = msnav_str_of(g->name),
                                          .payload = c->payload});
    }
  }
}

void rooms_command(guest *g, const msnav_switchboard_command *c) {
  switch (c->verb) {
  case MSNAV_SB_USR:
    log_in(g, c);
    break;
  case MSNAV_SB_CAL:
    invite(g, c);
    break;
  case MSNAV_SB_ANS:
    answer(g, c);
    break;
  case MSNAV_SB_SEND:
    relay(g, c);
    break;
  case MSNAV_SB_PNG:
    tell(g, (msnav_switchboard_command){.verb = MSNAV_SB_QNG,
                                        .count = PING_SECONDS});
    break;
  default:
    break;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Switchboard connections: from bytes to invitations. */
#ifndef DECODE_CHAT_H
#define DECODE_CHAT_H

#include "invitation.h"
#include "tcp.h"

typedef struct chats chats;

chats *chats_new(trail *t);
void chats_take(chats *c, const packet *p);
void chats_free(chats *c);

#endif

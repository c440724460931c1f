/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invitations put together to calls. */
#ifndef DECODE_INVITATION_H
#define DECODE_INVITATION_H

#include "model.h"

/* A text/x-msmsgsinvite payload on its way. */
typedef struct delivery {
  uint64_t time;
  bool to_server;   /* from a client to the switchboard; else on from there */
  msnav_str client; /* account of the client's end, empty: unknown */
  msnav_str sender; /* account that a switchboard names, empty: the client */
  const void *room; /* the connection, to tell whose end it is */
  msnav_str payload;
} delivery;

/* Take one payload; anything but an invitation is none of ours. */
void invitation_take(trail *t, const delivery *d);

#endif

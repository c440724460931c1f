/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Switchboard conversations, one for each peer: opened when something is to
 * be said, and when a peer opens one. */
#ifndef EXAMPLES_PHONE_ROOMS_H
#define EXAMPLES_PHONE_ROOMS_H

#include "../pcap.h"
#include "account.h"

typedef struct rooms rooms;

typedef struct rooms_events {
  /* A payload arrived. */
  void (*received)(void *self, msnav_str peer, msnav_str name,
                   msnav_str payload);
  /* What was given to rooms_send() did not arrive: NAK, the peer is offline,
   * or there is no connection.  tag as given. */
  void (*undelivered)(void *self, msnav_str peer, uint64_t tag);
} rooms_events;

/* me: our account, which must outlive the rooms; so must capture, where all
 * that is said goes (NULL: nowhere). */
rooms *rooms_new(const msnav_loop *loop, const char *me,
                 const rooms_events *events, void *self, pcap *capture);
/* Where new rooms are asked for; NULL while not online. */
void rooms_set_account(rooms *all, account *a);
/* Say it, now or when the peer has come.  undelivered may be called inside. */
void rooms_send(rooms *all, msnav_str peer, msnav_str payload, uint64_t tag);
/* From account_events. */
void rooms_ring(rooms *all, const msnav_switchboard_command *ring);
void rooms_granted(rooms *all, uint32_t request, msnav_str host,
                   msnav_str token);
void rooms_free(rooms *all);

#endif

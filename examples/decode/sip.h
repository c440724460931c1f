/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIP datagrams, joined to the calls that invitations began. */
#ifndef DECODE_SIP_H
#define DECODE_SIP_H

#include "model.h"

/* Whether a datagram is SIP. */
bool sip_is(msnav_str datagram);
void sip_take(trail *t, uint64_t time, const msnav_addr *from,
              const msnav_addr *to, msnav_str datagram);

/* A session description: what its writer receives. */
void sdp_learn(party *p, uint64_t time, msnav_str body);

#endif

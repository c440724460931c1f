/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/trial.h"

#include <string.h>

/* Whether somebody else is on trial and stays there. */
static bool
is_taken(const msnav_trial *t, const msnav_trial_packet *p, msnav_usec now) {
  if (t->run == 0 || now - t->last > MSNAV_TRIAL_EXPIRES_US) {
    return false;
  }
  if (t->from.ip == p->from.ip && t->from.port == p->from.port) {
    return false; /* another SSRC starts over */
  }
  return t->preferred || !p->preferred;
}

bool msnav_trial_take(msnav_trial *t, const msnav_trial_packet *p,
                      unsigned needed, msnav_usec now) {
  if (is_taken(t, p, now)) {
    return false;
  }
  bool continues = t->run > 0 && t->ssrc == p->ssrc && t->next == p->sequence &&
                   t->from.ip == p->from.ip && t->from.port == p->from.port;
  t->run = continues ? (uint8_t)(t->run + 1) : 1;
  t->last = now;
  t->from = p->from;
  t->ssrc = p->ssrc;
  t->next = (uint16_t)(p->sequence + 1);
  t->preferred = p->preferred;
  if (t->run < needed) {
    return false;
  }
  memset(t, 0, sizeof(*t));
  return true;
}

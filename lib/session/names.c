/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msnav/session.h>

#define NAME(list, index)                                                      \
  ((index) < sizeof(list) / sizeof((list)[0]) ? (list)[index] : "unknown")

const char *msnav_state_name(msnav_state state) {
  static const char *const names[] = {"idle",     "inviting",   "ringing",
                                      "accepted", "answered",   "connecting",
                                      "talking",  "hanging up", "ended"};
  return NAME(names, (unsigned)state);
}

const char *msnav_reason_name(msnav_reason reason) {
  static const char *const names[] = {"none",
                                      "hung up",
                                      "hung up by the peer",
                                      "rejected",
                                      "rejected by the peer",
                                      "cancelled",
                                      "cancelled by the peer",
                                      "no answer",
                                      "missed",
                                      "not installed at the peer",
                                      "nothing in common",
                                      "bad address",
                                      "no address",
                                      "SIP timed out",
                                      "SIP refused",
                                      "SIP lost",
                                      "no media",
                                      "hung up, not confirmed",
                                      "failure at the peer",
                                      "not delivered",
                                      "crossed by another call",
                                      "network failure",
                                      "shut down"};
  return NAME(names, (unsigned)reason);
}

const char *msnav_event_name(msnav_event event) {
  static const char *const names[] = {"start",       "accept",
                                      "reject",      "hang up",
                                      "INVITE",      "nothing in common",
                                      "ACCEPT",      "ACCEPT, no address",
                                      "CANCEL",      "listening",
                                      "SIP INVITE",  "SIP up",
                                      "SIP failed",  "SIP BYE",
                                      "SIP closed",  "media seen",
                                      "undelivered", "crossed",
                                      "failed",      "shut down",
                                      "time-out",    "dial",
                                      "await",       "ready"};
  return NAME(names, (unsigned)event);
}

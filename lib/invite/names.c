/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/names.h"
#include <string.h>

const char *const msnav_invite_commands[4] = {"", "INVITE", "ACCEPT", "CANCEL"};

const char *const msnav_invite_cancel_codes[7] = {
  "",     "REJECT",    "TIMEOUT",      "REJECT_NOT_INSTALLED",
  "FAIL", "FTTIMEOUT", "OUTBANDCANCEL"};

const char *const msnav_invite_conn_types[8] = {"",
                                                "Direct-Connect",
                                                "IP-Restrict-NAT",
                                                "Port-Restrict-NAT",
                                                "Symmetric-NAT",
                                                "Unknown-NAT",
                                                "Firewall",
                                                "Unknown-Connect"};

uint32_t
msnav_invite_lookup(msnav_str word, const char *const *list, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    if (msnav_text_equal_nocase(word, msnav_str_of(list[i]))) {
      return i;
    }
  }
  return 0;
}

/* As written by the original, or in any other case. */
static bool is(msnav_str name, const char *known) {
  return memcmp(name.ptr, known, name.len) == 0 ||
         msnav_text_equal_nocase(name, (msnav_str){known, name.len});
}

/* The length decides first: most lengths belong to one name. */
uint32_t msnav_invite_field(msnav_str name) {
  switch (name.len) {
  case 4:
    return is(name, "UPnP") ? MSNAV_HAS_UPNP : 0;
  case 9:
    return is(name, "Conn-Type")   ? (uint32_t)MSNAV_HAS_CONN_TYPE
           : is(name, "Public-IP") ? (uint32_t)MSNAV_HAS_PUBLIC_IP
                                   : 0;
  case 10:
    return is(name, "Session-ID")   ? (uint32_t)MSNAV_HAS_SESSION_ID
           : is(name, "Private-IP") ? (uint32_t)MSNAV_HAS_PRIVATE_IP
           : is(name, "IP-Address") ? (uint32_t)MSNAV_HAS_ADDRESS
                                    : 0;
  case 11:
    return is(name, "Cancel-Code") ? MSNAV_HAS_CANCEL_CODE : 0;
  case 12:
    return is(name, "Context-Data")   ? (uint32_t)MSNAV_HAS_REQUESTED
           : is(name, "Request-Data") ? (uint32_t)MSNAV_HAS_REQUEST_DATA
                                      : 0;
  case 14:
    return is(name, "Sip-Capability") ? MSNAV_HAS_SIP_CAPABILITY : 0;
  case 16:
    return is(name, "Application-Name")   ? (uint32_t)MSNAV_HAS_APP_NAME
           : is(name, "Application-GUID") ? (uint32_t)MSNAV_HAS_APP_GUID
           : is(name, "Session-Protocol") ? (uint32_t)MSNAV_HAS_PROTOCOL
           : is(name, "IP-Address-Enc64") ? (uint32_t)MSNAV_HAS_ADDRESS_ENC64
                                          : 0;
  case 17:
    return is(name, "Invitation-Cookie") ? MSNAV_HAS_COOKIE : 0;
  case 18:
    return is(name, "Invitation-Command")   ? (uint32_t)MSNAV_HAS_COMMAND
           : is(name, "Launch-Application") ? (uint32_t)MSNAV_HAS_LAUNCH
                                            : 0;
  default:
    return 0;
  }
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/names.h"

#define IS MSNAV_TEXT_IS
#define W(s)                                                                   \
  { (s), sizeof(s) - 1 }

const msnav_str msnav_invite_commands[4] = {W(""), W("INVITE"), W("ACCEPT"),
                                            W("CANCEL")};

const msnav_str msnav_invite_cancel_codes[7] = {
  W(""),     W("REJECT"),    W("TIMEOUT"),      W("REJECT_NOT_INSTALLED"),
  W("FAIL"), W("FTTIMEOUT"), W("OUTBANDCANCEL")};

const msnav_str msnav_invite_conn_types[8] = {W(""),
                                              W("Direct-Connect"),
                                              W("IP-Restrict-NAT"),
                                              W("Port-Restrict-NAT"),
                                              W("Symmetric-NAT"),
                                              W("Unknown-NAT"),
                                              W("Firewall"),
                                              W("Unknown-Connect")};

uint32_t
msnav_invite_lookup(msnav_str word, const msnav_str *list, uint32_t count) {
  for (uint32_t i = 1; i < count; i++) {
    if (msnav_text_equal_nocase(word, list[i])) {
      return i;
    }
  }
  return 0;
}

/* The length decides first: most lengths belong to one name. */
uint32_t msnav_invite_field(msnav_str name) {
  switch (name.len) {
  case 4:
    return IS(name, "UPnP") ? MSNAV_HAS_UPNP : 0;
  case 9:
    return IS(name, "Conn-Type")   ? (uint32_t)MSNAV_HAS_CONN_TYPE
           : IS(name, "Public-IP") ? (uint32_t)MSNAV_HAS_PUBLIC_IP
                                   : 0;
  case 10:
    return IS(name, "Session-ID")   ? (uint32_t)MSNAV_HAS_SESSION_ID
           : IS(name, "Private-IP") ? (uint32_t)MSNAV_HAS_PRIVATE_IP
           : IS(name, "IP-Address") ? (uint32_t)MSNAV_HAS_ADDRESS
                                    : 0;
  case 11:
    return IS(name, "Cancel-Code") ? MSNAV_HAS_CANCEL_CODE : 0;
  case 12:
    return IS(name, "Context-Data")   ? (uint32_t)MSNAV_HAS_REQUESTED
           : IS(name, "Request-Data") ? (uint32_t)MSNAV_HAS_REQUEST_DATA
                                      : 0;
  case 14:
    return IS(name, "Sip-Capability") ? MSNAV_HAS_SIP_CAPABILITY : 0;
  case 16:
    return IS(name, "Application-Name")   ? (uint32_t)MSNAV_HAS_APP_NAME
           : IS(name, "Application-GUID") ? (uint32_t)MSNAV_HAS_APP_GUID
           : IS(name, "Session-Protocol") ? (uint32_t)MSNAV_HAS_PROTOCOL
           : IS(name, "IP-Address-Enc64") ? (uint32_t)MSNAV_HAS_ADDRESS_ENC64
                                          : 0;
  case 17:
    return IS(name, "Invitation-Cookie") ? MSNAV_HAS_COOKIE : 0;
  case 18:
    return IS(name, "Invitation-Command")   ? (uint32_t)MSNAV_HAS_COMMAND
           : IS(name, "Launch-Application") ? (uint32_t)MSNAV_HAS_LAUNCH
                                            : 0;
  default:
    return 0;
  }
}

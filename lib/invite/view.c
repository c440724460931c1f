/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/lines.h"
#include "invite/names.h"

/* "SIP_A,SIP_V," as bits; items that are not known are nobody's. */
static uint32_t media_list(msnav_str list) {
  uint32_t media = 0;
  while (list.len > 0) {
    msnav_str item = msnav_text_trim(msnav_text_until(&list, ','));
    if (MSNAV_TEXT_IS(item, "SIP_A")) {
      media |= MSNAV_AUDIO;
    } else if (MSNAV_TEXT_IS(item, "SIP_V")) {
      media |= MSNAV_VIDEO;
    }
  }
  return media;
}

/* "Requested:SIP_A,;Capabilities:SIP_A,;", each list as often as it likes;
 * the last ';' may be missing. */
static uint32_t context_data(msnav_invite *v, msnav_str value) {
  uint32_t has = 0;
  while (value.len > 0) {
    msnav_str list = msnav_text_until(&value, ';');
    msnav_str name = msnav_text_trim(msnav_text_until(&list, ':'));
    if (MSNAV_TEXT_IS(name, "Requested")) {
      v->requested = media_list(list);
      has |= MSNAV_HAS_REQUESTED;
    } else if (MSNAV_TEXT_IS(name, "Capabilities")) {
      v->capabilities = media_list(list);
      has |= MSNAV_HAS_CAPABILITIES;
    }
  }
  return has;
}

static bool boolean(msnav_str value, uint32_t *to) {
  *to = MSNAV_TEXT_IS(value, "TRUE");
  return *to != 0 || MSNAV_TEXT_IS(value, "FALSE");
}

static bool dotted_quad(msnav_str value, uint32_t *ip) {
  msnav_addr addr;
  if (msnav_addr_parse(value, &addr) != MSNAV_OK || addr.port != 0) {
    return false;
  }
  *ip = addr.ip;
  return true;
}

/* An address that SIP can be sent to has a port. */
static bool address(msnav_str value, msnav_addr *to) {
  msnav_addr addr;
  if (msnav_addr_parse(value, &addr) != MSNAV_OK || addr.port == 0) {
    return false;
  }
  *to = addr;
  return true;
}

static bool encoded_address(msnav_str value, msnav_addr *to) {
  char text[MSNAV_ADDR_TEXT];
  size_t len;
  return msnav_base64_decode(value, text, sizeof(text), &len) == MSNAV_OK &&
         address((msnav_str){text, len}, to);
}

/* "IP-Address:", after a server's rewriting with the next line joined to it:
 * "IP-Address: 1.2.3.4:5" or "IP-Address:IP-Address: 1.2.3.4:5". */
static uint32_t request_data(msnav_invite *v, msnav_str value) {
  static const char word[] = "IP-Address:";
  uint32_t has = 0;
  while (msnav_text_starts_nocase(value, MSNAV_LITERAL(word))) {
    has = MSNAV_HAS_REQUEST_DATA;
    value.ptr += sizeof(word) - 1;
    value.len -= sizeof(word) - 1;
    value = msnav_text_trim(value);
  }
  if (has != 0 && value.len > 0 && address(value, &v->address)) {
    has |= MSNAV_HAS_ADDRESS;
  }
  return has;
}

static uint32_t keep(msnav_str value, msnav_str *to, uint32_t bit) {
  *to = value;
  return value.len > 0 ? bit : 0;
}

/* The bits that are there now; a value of the wrong form gives none. */
static uint32_t take(msnav_invite *v, uint32_t bit, msnav_str value) {
  switch (bit) {
  case MSNAV_HAS_APP_NAME:
    return keep(value, &v->app_name, bit);
  case MSNAV_HAS_APP_GUID:
    return keep(value, &v->app_guid, bit);
  case MSNAV_HAS_PROTOCOL:
    return keep(value, &v->protocol, bit);
  case MSNAV_HAS_REQUESTED:
    return context_data(v, value);
  case MSNAV_HAS_COMMAND:
    v->command = msnav_invite_lookup(value, msnav_invite_commands, 4);
    return bit;
  case MSNAV_HAS_COOKIE:
    return keep(value, &v->cookie, bit);
  case MSNAV_HAS_SESSION_ID:
    return keep(value, &v->session_id, bit);
  case MSNAV_HAS_CONN_TYPE:
    v->conn_type = msnav_invite_lookup(value, msnav_invite_conn_types, 8);
    return keep(value, &v->conn_text, bit);
  case MSNAV_HAS_SIP_CAPABILITY:
    return msnav_text_u32(value, UINT32_MAX, &v->sip_capability) == MSNAV_OK
             ? bit
             : 0;
  case MSNAV_HAS_PRIVATE_IP:
    return dotted_quad(value, &v->private_ip) ? bit : 0;
  case MSNAV_HAS_PUBLIC_IP:
    return dotted_quad(value, &v->public_ip) ? bit : 0;
  case MSNAV_HAS_UPNP:
    return boolean(value, &v->upnp) ? bit : 0;
  case MSNAV_HAS_LAUNCH:
    return boolean(value, &v->launch) ? bit : 0;
  case MSNAV_HAS_REQUEST_DATA:
    return request_data(v, value);
  case MSNAV_HAS_ADDRESS:
    return address(value, &v->address) ? bit : 0;
  case MSNAV_HAS_ADDRESS_ENC64:
    return encoded_address(value, &v->address_enc64) ? bit : 0;
  case MSNAV_HAS_CANCEL_CODE:
    v->cancel_code = msnav_invite_lookup(value, msnav_invite_cancel_codes, 7);
    return keep(value, &v->cancel_text, bit);
  default:
    return 0;
  }
}

/* What a second field of a name takes back. */
static uint32_t replaced(uint32_t bit) {
  return bit == MSNAV_HAS_REQUESTED
           ? (uint32_t)(MSNAV_HAS_REQUESTED | MSNAV_HAS_CAPABILITIES)
           : bit;
}

msnav_error
msnav_invite_read(const char *payload, size_t len, msnav_invite *invite) {
  msnav_invite_reader r;
  if (!msnav_sized_ok(invite, MSNAV_INVITE_LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_error err = msnav_invite_reader_init(&r, payload, len);
  if (err != MSNAV_OK) {
    return err;
  }
  msnav_invite v = {.source = {payload, len}};
  msnav_field field;
  while ((err = msnav_invite_advance(&r, &field)) == MSNAV_OK) {
    uint32_t bit = msnav_invite_field(field.name);
    if (bit != 0) {
      v.has &= ~replaced(bit);
      v.has |= take(&v, bit, field.value);
    }
  }
  if (err != MSNAV_ERR_END) {
    return err;
  }
  msnav_sized_give(invite, &v, sizeof(v));
  return MSNAV_OK;
}

bool msnav_invite_is_ours(const msnav_invite *invite) {
  if (invite == NULL) {
    return false;
  }
  if ((invite->has & MSNAV_HAS_APP_GUID) != 0) {
    return MSNAV_TEXT_IS(invite->app_guid, MSNAV_INVITE_GUID);
  }
  return invite->command != MSNAV_INVITE_INVITE;
}

msnav_error msnav_invite_address(const msnav_invite *invite, msnav_addr *addr,
                                 bool *conflict) {
  if (invite == NULL || addr == NULL) {
    return MSNAV_ERR_INVALID;
  }
  bool plain = (invite->has & MSNAV_HAS_ADDRESS) != 0;
  bool coded = (invite->has & MSNAV_HAS_ADDRESS_ENC64) != 0;
  if (!plain && !coded) {
    return MSNAV_ERR_NOT_FOUND;
  }
  *addr = plain ? invite->address : invite->address_enc64;
  if (conflict != NULL) {
    *conflict = plain && coded &&
                (invite->address.ip != invite->address_enc64.ip ||
                 invite->address.port != invite->address_enc64.port);
  }
  return MSNAV_OK;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invite/names.h"
#include <string.h>

/* Fields with a text of the caller's are bounded before, all others have a
 * length that is known: the scratch buffer cannot overflow, so that nothing
 * is checked while writing.  Of the source the shortest line, "a:" and LF,
 * grows from three bytes to five. */
#define MOST_FIXED 1024
#define MOST_TEXTS (2 * MSNAV_INVITE_MAX) /* with the source */
#define MOST_GROWTH (MSNAV_INVITE_MAX / 3 * 2 + 2)
#define SCRATCH (MOST_FIXED + MOST_TEXTS + MOST_GROWTH)

typedef struct pen {
  char *at;
} pen;

static void put(pen *p, const char *text, size_t len) {
  memcpy(p->at, text, len);
  p->at += len;
}

#define PUT(p, literal) put(p, literal, sizeof(literal) - 1)

static void put_text(pen *p, msnav_str text) {
  if (text.len > 0) {
    put(p, text.ptr, text.len);
  }
}

static void put_number(pen *p, uint32_t value) {
  p->at = msnav_text_put_u32(p->at, value);
}

static void put_ip(pen *p, uint32_t ip) {
  p->at = msnav_text_put_ip(p->at, ip);
}

static void
put_word(pen *p, const msnav_str *list, uint32_t index, msnav_str text) {
  put_text(p, index != 0 ? list[index] : text);
}

static void put_boolean(pen *p, uint32_t value) {
  if (value != 0) {
    PUT(p, "TRUE");
  } else {
    PUT(p, "FALSE");
  }
}

static void put_media(pen *p, uint32_t media) {
  if ((media & MSNAV_AUDIO) != 0) {
    PUT(p, "SIP_A,");
  }
  if ((media & MSNAV_VIDEO) != 0) {
    PUT(p, "SIP_V,");
  }
  *p->at++ = ';';
}

static void put_address(pen *p, const msnav_addr *addr) {
  put_ip(p, addr->ip);
  *p->at++ = ':';
  put_number(p, addr->port);
}

static void put_encoded(pen *p, const msnav_addr *addr) {
  char text[MSNAV_ADDR_TEXT];
  pen plain = {text};
  put_address(&plain, addr);
  msnav_out out;
  msnav_out_init(&out, p->at, (size_t)4 * MSNAV_ADDR_TEXT);
  msnav_out_base64(&out, text, (size_t)(plain.at - text));
  p->at += out.len;
}

static void context_data(pen *p, const msnav_invite *v) {
  if ((v->has & (MSNAV_HAS_REQUESTED | MSNAV_HAS_CAPABILITIES)) == 0) {
    return;
  }
  PUT(p, "Context-Data: ");
  if ((v->has & MSNAV_HAS_REQUESTED) != 0) {
    PUT(p, "Requested:");
    put_media(p, v->requested);
  }
  if ((v->has & MSNAV_HAS_CAPABILITIES) != 0) {
    PUT(p, "Capabilities:");
    put_media(p, v->capabilities);
  }
  PUT(p, "\r\n");
}

#define FIELD(bit, name, value)                                                \
  do {                                                                         \
    if ((v->has & (bit)) != 0) {                                               \
      PUT(p, name ": ");                                                       \
      value;                                                                   \
      PUT(p, "\r\n");                                                          \
    }                                                                          \
  } while (0)

static void application(pen *p, const msnav_invite *v) {
  FIELD(MSNAV_HAS_APP_NAME, "Application-Name", put_text(p, v->app_name));
  FIELD(MSNAV_HAS_APP_GUID, "Application-GUID", put_text(p, v->app_guid));
}

static void protocol(pen *p, const msnav_invite *v) {
  FIELD(MSNAV_HAS_PROTOCOL, "Session-Protocol", put_text(p, v->protocol));
}

static void command(pen *p, const msnav_invite *v) {
  PUT(p, "Invitation-Command: ");
  put_text(p, msnav_invite_commands[v->command]);
  PUT(p, "\r\n");
  FIELD(MSNAV_HAS_CANCEL_CODE, "Cancel-Code",
        put_word(p, msnav_invite_cancel_codes, v->cancel_code, v->cancel_text));
}

static void identity(pen *p, const msnav_invite *v) {
  FIELD(MSNAV_HAS_COOKIE, "Invitation-Cookie", put_text(p, v->cookie));
  FIELD(MSNAV_HAS_SESSION_ID, "Session-ID", put_text(p, v->session_id));
}

static void connection(pen *p, const msnav_invite *v) {
  FIELD(MSNAV_HAS_CONN_TYPE, "Conn-Type",
        put_word(p, msnav_invite_conn_types, v->conn_type, v->conn_text));
  FIELD(MSNAV_HAS_SIP_CAPABILITY, "Sip-Capability",
        put_number(p, v->sip_capability));
  FIELD(MSNAV_HAS_PRIVATE_IP, "Private-IP", put_ip(p, v->private_ip));
  FIELD(MSNAV_HAS_PUBLIC_IP, "Public-IP", put_ip(p, v->public_ip));
  FIELD(MSNAV_HAS_UPNP, "UPnP", put_boolean(p, v->upnp));
  FIELD(MSNAV_HAS_LAUNCH, "Launch-Application", put_boolean(p, v->launch));
  FIELD(MSNAV_HAS_REQUEST_DATA, "Request-Data", PUT(p, "IP-Address:"));
  FIELD(MSNAV_HAS_ADDRESS, "IP-Address", put_address(p, &v->address));
  FIELD(MSNAV_HAS_ADDRESS_ENC64, "IP-Address-Enc64",
        put_encoded(p, &v->address_enc64));
}

/* What the view has no place for, as it came. */
static void unknown(pen *p, const msnav_invite *v) {
  msnav_invite_reader r;
  msnav_field field;
  if (v->source.len == 0 ||
      msnav_invite_reader_init(&r, v->source.ptr, v->source.len) != MSNAV_OK) {
    return;
  }
  while (msnav_invite_next(&r, &field) == MSNAV_OK) {
    if (msnav_invite_field(field.name) == 0) {
      put_text(p, field.name);
      PUT(p, ": ");
      put_text(p, field.value);
      PUT(p, "\r\n");
    }
  }
}

/* Every text of the caller's, bounded and without line ends. */
static msnav_error check(const msnav_invite *v) {
  if (v->command == MSNAV_INVITE_OTHER || v->command > MSNAV_INVITE_CANCEL ||
      (v->has & MSNAV_HAS_COOKIE) == 0 || v->cookie.len == 0 ||
      v->cancel_code > MSNAV_CANCEL_OUTBAND ||
      v->conn_type > MSNAV_CONN_UNKNOWN) {
    return MSNAV_ERR_INVALID;
  }
  const msnav_str texts[] = {v->app_name, v->app_guid,   v->protocol,
                             v->cookie,   v->session_id, v->cancel_text,
                             v->conn_text};
  size_t total = v->source.len;
  for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
    if (texts[i].len > MSNAV_INVITE_MAX ||
        (total += texts[i].len) > (size_t)MOST_TEXTS) {
      return MSNAV_ERR_TOO_LONG;
    }
    if ((texts[i].ptr == NULL && texts[i].len > 0) ||
        !msnav_text_is_printable(texts[i], SIZE_MAX)) {
      return MSNAV_ERR_INVALID;
    }
  }
  return v->source.len <= MSNAV_INVITE_MAX ? MSNAV_OK : MSNAV_ERR_TOO_LONG;
}

msnav_error msnav_invite_write(const msnav_invite *invite, char *buf,
                               size_t cap, size_t *len) {
  char scratch[SCRATCH];
  if (buf == NULL || len == NULL ||
      !msnav_sized_ok(invite, MSNAV_INVITE_LEAST)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_invite copy;
  const msnav_invite *v = msnav_sized_view(&copy, sizeof(copy), invite);
  msnav_error err = check(v);
  if (err != MSNAV_OK) {
    return err;
  }
  pen p = {scratch};
  PUT(&p, MSNAV_INVITE_HEADER);
  if (v->command == MSNAV_INVITE_INVITE) { /* paper section 1 */
    application(&p, v);
    protocol(&p, v);
    context_data(&p, v);
    command(&p, v);
    identity(&p, v);
  } else { /* ACCEPT and CANCEL: paper sections 1, 4 and 6 */
    command(&p, v);
    application(&p, v);
    context_data(&p, v);
    identity(&p, v);
    protocol(&p, v);
  }
  connection(&p, v);
  unknown(&p, v);
  PUT(&p, "\r\n");
  size_t n = (size_t)(p.at - scratch);
  if (n > MSNAV_INVITE_MAX) {
    return MSNAV_ERR_TOO_LONG;
  }
  if (n > cap) {
    return MSNAV_ERR_NOSPACE;
  }
  memcpy(buf, scratch, n);
  *len = n;
  return MSNAV_OK;
}

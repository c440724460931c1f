/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The messages of paper sections 1, 4 and 6, from a conversation's view. */
#include "session/inner.h"

/* Of the paper: "audio conversation" in Chinese. */
static const char paper_name[] =
  "\xe9\x9f\xb3\xe9\xa2\x91\xe5\xaf\xb9\xe8\xaf\x9d";

static void say_who(const msnav_session *s, msnav_invite *v) {
  const msnav_session_config *c = &s->set->config;
  v->has |= MSNAV_HAS_COOKIE | MSNAV_HAS_SESSION_ID | MSNAV_HAS_CONN_TYPE |
            MSNAV_HAS_SIP_CAPABILITY;
  v->cookie = msnav_session_cookie(s);
  v->session_id = (msnav_str){s->session_id, MSNAV_GUID_TEXT};
  v->conn_type = c->conn_type;
  v->sip_capability = 1;
  if (c->conn_type == MSNAV_CONN_FIREWALL) {
    return; /* such a client knows no more about itself */
  }
  v->has |= MSNAV_HAS_UPNP;
  v->upnp = c->upnp != 0;
  if (c->private_ip != 0) {
    v->has |= MSNAV_HAS_PRIVATE_IP;
    v->private_ip = c->private_ip;
  }
  if (c->public_ip != 0) {
    v->has |= MSNAV_HAS_PUBLIC_IP;
    v->public_ip = c->public_ip;
  }
}

static void say_protocol(msnav_invite *v) {
  v->has |= MSNAV_HAS_PROTOCOL;
  v->protocol = MSNAV_LITERAL("SM1");
}

static void invite(const msnav_session *s, msnav_invite *v) {
  v->command = MSNAV_INVITE_INVITE;
  v->has |= MSNAV_HAS_APP_NAME | MSNAV_HAS_APP_GUID | MSNAV_HAS_REQUESTED |
            MSNAV_HAS_CAPABILITIES;
  v->app_name = msnav_str_of(s->set->config.app_name);
  if (v->app_name.len == 0) {
    v->app_name = MSNAV_LITERAL(paper_name);
  }
  v->app_guid = MSNAV_LITERAL(MSNAV_INVITE_GUID);
  v->requested = s->requested;
  v->capabilities = s->set->config.capabilities;
  say_protocol(v);
}

static void accept(const msnav_session *s, msnav_invite *v) {
  v->command = MSNAV_INVITE_ACCEPT;
  v->has |= MSNAV_HAS_LAUNCH | MSNAV_HAS_ADDRESS | MSNAV_HAS_ADDRESS_ENC64;
  v->launch = 1;
  v->address = v->address_enc64 = s->local;
  if (s->role == MSNAV_ROLE_INVITEE) {
    v->has |= MSNAV_HAS_REQUESTED | MSNAV_HAS_REQUEST_DATA;
    v->requested = s->media;
    say_protocol(v);
  }
}

static void cancel(const msnav_session *s, msnav_invite *v) {
  static const uint8_t codes[] = {
    [MESSAGE_TIMEOUT] = MSNAV_CANCEL_TIMEOUT,
    [MESSAGE_REJECT] = MSNAV_CANCEL_REJECT,
    [MESSAGE_NOT_INSTALLED] = MSNAV_CANCEL_NOT_INSTALLED,
    [MESSAGE_FAIL] = MSNAV_CANCEL_FAIL,
  };
  v->command = MSNAV_INVITE_CANCEL;
  v->has |= MSNAV_HAS_CANCEL_CODE;
  v->cancel_code = codes[s->message];
  if (s->message == MESSAGE_REJECT || s->message == MESSAGE_NOT_INSTALLED) {
    say_protocol(v);
  }
}

msnav_error msnav_session_compose(msnav_session *s, msnav_str *payload) {
  msnav_invite v = {.size = sizeof(v)};
  say_who(s, &v);
  switch ((session_message)s->message) {
  case MESSAGE_INVITE:
    invite(s, &v);
    break;
  case MESSAGE_ACCEPT:
    accept(s, &v);
    break;
  case MESSAGE_TIMEOUT:
  case MESSAGE_REJECT:
  case MESSAGE_NOT_INSTALLED:
  case MESSAGE_FAIL:
    cancel(s, &v);
    break;
  case MESSAGE_NONE:
    return MSNAV_ERR_STATE;
  }
  size_t len;
  msnav_error err =
    msnav_invite_write(&v, s->set->payload, sizeof(s->set->payload), &len);
  if (err == MSNAV_OK) {
    *payload = (msnav_str){s->set->payload, len};
  }
  return err;
}

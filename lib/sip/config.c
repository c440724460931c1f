/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checking and copying what the caller configured. */
#include "base/hosts.h"
#include "sip/inner.h"
#include "sip/texts.h"
#include "sipguard/address.h"
#include <stdlib.h>
#include <string.h>

#define DEFAULT_SETUP UINT64_C(8000000)

bool msnav_dialog_may_call(const msnav_dialog *d, const msnav_addr *addr) {
  return addr->port != 0 && msnav_ip_is_host(addr->ip) &&
         (d->loopback || !msnav_ip_is_loopback(addr->ip));
}

/* ---- texts */

/* "sip:" and bytes that need no quoting between angle brackets. */
static bool is_uri(const char *uri) {
  msnav_str text = msnav_str_of(uri);
  if (text.len < 5 || text.len > MSNAV_SIP_MAX_URI ||
      !msnav_text_starts_nocase(text, MSNAV_LITERAL("sip:"))) {
    return false;
  }
  for (size_t i = 4; i < text.len; i++) {
    if (!msnav_text_is_alnum(text.ptr[i]) &&
        strchr("@.:-_+%~!$&'()*=;", text.ptr[i]) == NULL) {
      return false;
    }
  }
  return true;
}

static bool texts_ok(const msnav_dialog_config *c) {
  return msnav_text_is_printable(msnav_str_of(c->from_name),
                                 MSNAV_SIP_MAX_NAME) &&
         msnav_text_is_printable(msnav_str_of(c->user_agent),
                                 MSNAV_SIP_MAX_USER_AGENT) &&
         (c->from_uri == NULL || is_uri(c->from_uri)) &&
         (c->to_uri == NULL || is_uri(c->to_uri)) &&
         (c->user == NULL ||
          msnav_text_is_token(msnav_str_of(c->user), MSNAV_SIP_MAX_USER));
}

static char *copy(const char *text, size_t len) {
  char *bytes = malloc(len + 1);
  if (bytes != NULL) {
    memcpy(bytes, text, len);
    bytes[len] = '\0';
  }
  return bytes;
}

/* name <uri>, the name quoted (RFC 3261 section 25.1, quoted-string).
 * MSNAV_ERR_INVALID when it is longer than the guard lets pass. */
static msnav_error
make_header(const char *name, const char *uri, const char *user,
            const msnav_addr *addr, char **header) {
  char buf[MSNAV_GUARD_MAX_NAME];
  msnav_out out;
  msnav_out_init(&out, buf, sizeof(buf));
  if (name != NULL && name[0] != '\0') {
    msnav_out_char(&out, '"');
    for (; *name != '\0'; name++) {
      if (*name == '"' || *name == '\\') {
        msnav_out_char(&out, '\\');
      }
      msnav_out_char(&out, *name);
    }
    msnav_out_text(&out, "\" ");
  }
  msnav_out_char(&out, '<');
  if (uri != NULL) {
    msnav_out_text(&out, uri);
  } else {
    msnav_out_text(&out, "sip:");
    if (user != NULL) {
      msnav_out_text(&out, user);
      msnav_out_char(&out, '@');
    }
    msnav_out_addr(&out, addr);
  }
  msnav_out_char(&out, '>');
  if (out.full) {
    return MSNAV_ERR_INVALID;
  }
  *header = copy(buf, out.len);
  return *header != NULL ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

/* The user part of a URI, for the Request-URI; what is no token stays in To
 * alone. */
static char *user_of(const char *uri) {
  msnav_str rest = msnav_str_of(uri + strlen("sip:"));
  msnav_str user = msnav_text_until(&rest, '@');
  return rest.len > 0 && msnav_text_is_token(user, MSNAV_SIP_MAX_USER)
           ? copy(user.ptr, user.len)
           : NULL;
}

static msnav_error copy_texts(msnav_dialog *d, const msnav_dialog_config *c) {
  if (!texts_ok(c)) {
    return MSNAV_ERR_INVALID;
  }
  const char *user = d->standard ? c->user : NULL;
  const char *agent =
    c->user_agent != NULL ? c->user_agent : "msnav/" MSNAV_VERSION;
  msnav_error err =
    make_header(c->from_name, c->from_uri, user, &d->local, &d->from);
  if (err == MSNAV_OK && c->to_uri != NULL) {
    err = make_header(NULL, c->to_uri, NULL, NULL, &d->to);
    d->remote_user = d->standard ? user_of(c->to_uri) : NULL;
  }
  if (err != MSNAV_OK) {
    return err;
  }
  d->user_agent = copy(agent, strlen(agent));
  d->user = user != NULL ? copy(user, strlen(user)) : NULL;
  bool ok = d->user_agent != NULL && (user == NULL || d->user != NULL);
  return ok ? MSNAV_OK : MSNAV_ERR_NOMEM;
}

/* ---- addresses */

static msnav_error
check_addresses(const msnav_dialog *d, const msnav_dialog_config *c) {
  if (c->profile > MSNAV_PROFILE_RTC_1_2 || c->accept_first > 1 ||
      (c->accept_first == 1 && c->remote.port != 0)) {
    return MSNAV_ERR_INVALID;
  }
  if (c->bind.ip == 0 && c->advertised_ip == 0) {
    return MSNAV_ERR_INVALID; /* the peer must be told something */
  }
  if ((c->bind.ip != 0 && !msnav_ip_is_host(c->bind.ip)) ||
      (c->advertised_ip != 0 && !msnav_ip_is_host(c->advertised_ip)) ||
      (c->remote.port != 0 && !msnav_dialog_may_call(d, &c->remote)) ||
      (c->proxy.port != 0 && !msnav_dialog_may_call(d, &c->proxy))) {
    return MSNAV_ERR_ADDRESS;
  }
  return MSNAV_OK;
}

msnav_error
msnav_dialog_configure(msnav_dialog *d, const msnav_dialog_config *c) {
  d->standard = c->profile == MSNAV_PROFILE_STANDARD;
  d->accept_first = c->accept_first == 1;
  d->loopback = msnav_ip_is_loopback(c->bind.ip);
  d->proxy = c->proxy;
  d->max_message = c->max_message != 0 && c->max_message < MSNAV_GUARD_MAX_IN
                     ? c->max_message
                     : MSNAV_GUARD_MAX_IN;
  d->setup_limit = c->setup_limit != 0 ? c->setup_limit : DEFAULT_SETUP;
  msnav_error err = check_addresses(d, c);
  if (err != MSNAV_OK) {
    return err;
  }
  d->local.ip = c->advertised_ip != 0 ? c->advertised_ip : c->bind.ip;
  if (c->remote.port != 0) {
    msnav_transport_set_peer(d, &c->remote);
  }
  err = msnav_transport_open(d, &c->bind);
  if (err != MSNAV_OK) {
    return err;
  }
  if (c->advertised_port != 0) {
    d->local.port = c->advertised_port;
  }
  return copy_texts(d, c);
}

void msnav_dialog_unconfigure(msnav_dialog *d) {
  msnav_transport_close(d);
  free(d->from);
  free(d->to);
  free(d->user);
  free(d->remote_user);
  free(d->user_agent);
  msnav_body_drop(&d->sdp);
  msnav_body_drop(&d->asked);
  msnav_body_drop(&d->answer);
}

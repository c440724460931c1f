/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What no call could be made with is refused with the context, and what is
 * only too long for SIP is made to fit. */
#include "base/hosts.h"
#include "base/text.h"
#include "call/context.h"
#include "sip/texts.h"
#include <string.h>

#define MOST_QUOTED 200 /* with what quoting adds; the URI stands behind */
#define SCHEME "sip:"

static bool addresses_ok(const msnav_config *c) {
  bool proxy =
    c->proxy.port == 0 ||
    (msnav_ip_is_host(c->proxy.ip) &&
     (msnav_ip_is_loopback(c->bind_ip) || !msnav_ip_is_loopback(c->proxy.ip)));
  return proxy && (c->bind_ip == 0 || msnav_ip_is_host(c->bind_ip)) &&
         (c->advertised_ip == 0 || msnav_ip_is_host(c->advertised_ip));
}

unsigned msnav_call_rtp_pairs(const msnav_config *c, uint16_t *first) {
  unsigned least = c->rtp_port_min > 2 ? c->rtp_port_min : 2;
  *first = (uint16_t)((least + 1) & ~1u);
  return c->rtp_port_max > *first ? (c->rtp_port_max - *first + 1u) / 2 : 0;
}

static bool ports_ok(const msnav_config *c) {
  uint16_t first;
  return c->rtp_port_max == 0 ? c->rtp_port_min == 0
                              : c->rtp_port_min < UINT16_MAX &&
                                  msnav_call_rtp_pairs(c, &first) > 0;
}

bool msnav_call_can_use(const msnav_config *c) {
  return msnav_text_is_printable(msnav_str_of(c->name), SIZE_MAX) &&
         msnav_text_is_printable(msnav_str_of(c->user_agent),
                                 MSNAV_SIP_MAX_USER_AGENT) &&
         addresses_ok(c) && ports_ok(c) &&
         (c->max_delay == 0 || c->min_delay <= c->max_delay);
}

/* Bytes of the character at the start, which is there. */
static size_t one_character(const char *text) {
  size_t n = 1;
  while (((unsigned char)text[n] & 0xc0) == 0x80) {
    n++;
  }
  return n;
}

char *msnav_call_display_name(const char *name) {
  size_t len = 0;
  size_t quoted = 0;
  while (name != NULL && name[len] != '\0') {
    size_t n = one_character(name + len);
    quoted += n + (name[len] == '"' || name[len] == '\\');
    if (len + n > MSNAV_SIP_MAX_NAME || quoted > MOST_QUOTED) {
      break;
    }
    len += n;
  }
  return len > 0 ? g_strndup(name, len) : NULL;
}

/* "user@host", or a host alone. */
static bool is_account(const char *account) {
  const char *at = strchr(account, '@');
  size_t len = strlen(account);
  return len > 0 && len + strlen(SCHEME) <= MSNAV_SIP_MAX_URI &&
         (at == NULL ||
          (at > account && at[1] != '\0' && strchr(at + 1, '@') == NULL));
}

char *msnav_call_sip_uri(const char *account) {
  for (const char *c = account; *c != '\0'; c++) {
    if (!g_ascii_isalnum(*c) && strchr("@.-_+", *c) == NULL) {
      return NULL;
    }
  }
  return is_account(account) ? g_strconcat(SCHEME, account, NULL) : NULL;
}

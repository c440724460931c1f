/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is written: to others, and by them; the rest goes to the calls. */
#include "phone.h"

#include "text.h"

#include <string.h>

#define CHAT_HEADER                                                            \
  "MIME-Version: 1.0\r\n"                                                      \
  "Content-Type: text/plain; charset=UTF-8\r\n"                                \
  "X-MMS-IM-Format: FN=Arial; EF=; CO=0; CS=0; PF=0\r\n\r\n"

void chat_say(phone *p, msnav_str peer, msnav_str text) {
  char *payload = g_strdup_printf(CHAT_HEADER "%.*s", (int)text.len, text.ptr);
  char *who = contacts_name(&p->contacts, peer);
  char *safe = text_safe(text);
  if (strlen(payload) > MSNAV_SWITCHBOARD_PAYLOAD) {
    phone_complain(p, "too long to be said at once");
  } else {
    event e = {.kind = "said"};
    event_text(&e, "peer", peer);
    event_text(&e, "text", text);
    event_say(&e, "to %s: %s", who, safe);
    phone_tell(p, &e);
    rooms_send(p->rooms, peer, msnav_str_of(payload), 0);
  }
  g_free(payload);
  g_free(who);
  g_free(safe);
}

/* The value of a MIME header's field, and what follows the header. */
static msnav_str field(msnav_str payload, const char *name, msnav_str *body) {
  msnav_str value = {"", 0};
  while (payload.len > 0) {
    const char *lf = memchr(payload.ptr, '\n', payload.len);
    size_t whole = lf != NULL ? (size_t)(lf - payload.ptr) + 1 : payload.len;
    size_t n = whole - (lf != NULL);
    n -= n > 0 && payload.ptr[n - 1] == '\r';
    msnav_str line = {payload.ptr, n};
    payload = (msnav_str){payload.ptr + whole, payload.len - whole};
    if (n == 0) {
      break;
    }
    size_t skip = strlen(name);
    if (n > skip && g_ascii_strncasecmp(line.ptr, name, skip) == 0) {
      value = (msnav_str){line.ptr + skip, n - skip};
    }
  }
  *body = payload;
  return value;
}

static bool begins(msnav_str text, const char *with) {
  return text.len >= strlen(with) &&
         g_ascii_strncasecmp(text.ptr, with, strlen(with)) == 0;
}

void chat_received(void *self, msnav_str peer, msnav_str name,
                   msnav_str payload) {
  phone *p = self;
  msnav_str body;
  msnav_str type = field(payload, "Content-Type: ", &body);
  if (name.len > 0) {
    contacts_update(&p->contacts, peer, name, NULL);
  }
  if (!begins(type, "text/plain")) {
    (void)calls_received(p, peer, payload);
    return;
  }
  event e = {.kind = "chat"};
  char *who = contacts_name(&p->contacts, peer);
  char *safe = text_safe(body);
  event_text(&e, "peer", peer);
  event_text(&e, "text", body);
  event_say(&e, "%s: %s", who, safe);
  g_free(who);
  g_free(safe);
  phone_tell(p, &e);
}

void chat_undelivered(void *self, msnav_str peer, uint64_t tag) {
  phone *p = self;
  if (tag != 0) {
    calls_undelivered(p, peer, tag);
    return;
  }
  char *who = contacts_name(&p->contacts, peer);
  phone_complain(p, "not delivered to %s", who);
  g_free(who);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "invitation.h"

#include "explain.h"

#include <string.h>

static bool same(msnav_str a, const char *b) {
  return b != NULL && a.len == strlen(b) &&
         g_ascii_strncasecmp(a.ptr, b, a.len) == 0;
}

static bool fits(msnav_str account, const char *known) {
  return account.len == 0 || known == NULL || same(account, known);
}

/* Who sent a message, when the accounts do not tell. */
static unsigned guess_sender(const call *c, const msnav_invite *v) {
  for (unsigned i = 0; i < PARTIES; i++) {
    if (v->session_id.len > 0 &&
        same(v->session_id, c->parties[i].session_id)) {
      return i;
    }
  }
  if (v->command == MSNAV_INVITE_INVITE) {
    return INVITER;
  }
  if (v->command == MSNAV_INVITE_ACCEPT) {
    return (v->has & (MSNAV_HAS_REQUEST_DATA | MSNAV_HAS_REQUESTED)) != 0
             ? INVITEE
             : INVITER;
  }
  return v->cancel_code == MSNAV_CANCEL_REJECT ? INVITEE : INVITER;
}

/* The inviter's account, as far as an INVITE tells; of other messages both
 * are tried. */
static bool matches(const call *c, const delivery *d, const msnav_invite *v) {
  if (!same(v->cookie, c->cookie)) {
    return false;
  }
  msnav_str from = d->sender.len > 0 ? d->sender
                   : d->to_server    ? d->client
                                     : d->sender;
  msnav_str to = d->to_server ? (msnav_str){NULL, 0} : d->client;
  const char *a = c->parties[INVITER].account;
  const char *b = c->parties[INVITEE].account;
  bool forth = fits(from, a) && fits(to, b);
  bool back = fits(from, b) && fits(to, a);
  if (v->command == MSNAV_INVITE_INVITE) {
    return forth && !c->cancelled && c->down == 0;
  }
  return forth || back;
}

static call *find(const trail *t, const delivery *d, const msnav_invite *v) {
  for (guint i = t->calls->len; i > 0; i--) {
    call *c = g_ptr_array_index(t->calls, i - 1);
    if (matches(c, d, v)) {
      return c;
    }
  }
  return NULL;
}

static void learn(char **account, msnav_str told) {
  if (*account == NULL && told.len > 0) {
    *account = clean(told);
  }
}

static unsigned sender_of(call *c, const delivery *d, const msnav_invite *v) {
  msnav_str from = d->to_server ? d->client : d->sender;
  for (unsigned i = 0; i < PARTIES && from.len > 0; i++) {
    if (same(from, c->parties[i].account)) {
      return i;
    }
  }
  return guess_sender(c, v);
}

static void add_fields(trail *t, message *m, const char *payload, size_t len) {
  msnav_invite_reader r;
  msnav_field f;
  msnav_error err = msnav_invite_reader_init(&r, payload, len);
  while (err == MSNAV_OK && (err = msnav_invite_next(&r, &f)) == MSNAV_OK) {
    char *meaning = explain_invitation(f.name, f.value);
    char *name = g_strndup(f.name.ptr, f.name.len);
    message_field(m, name, f.value, meaning);
    g_free(name);
    g_free(meaning);
  }
  if (err != MSNAV_OK && err != MSNAV_ERR_END) {
    trail_note(t, true, "an invitation with a malformed line: %s",
               msnav_strerror(err));
  }
}

static void describe(message *m, const msnav_invite *v) {
  static const char *const commands[] = {"?", "INVITE", "ACCEPT", "CANCEL"};
  GString *label = g_string_new(commands[v->command]);
  if (v->command == MSNAV_INVITE_CANCEL) {
    char *why = clean(v->cancel_text);
    g_string_append_printf(label, " %s", why);
    g_free(why);
  }
  uint32_t media = v->requested;
  if (v->command == MSNAV_INVITE_INVITE && media != 0) {
    g_string_append(label, media == MSNAV_AUDIO   ? " sound"
                           : media == MSNAV_VIDEO ? " pictures"
                                                  : " sound, pictures");
  }
  m->label = g_string_free(label, FALSE);
  msnav_addr at;
  bool conflict;
  char text[MSNAV_ADDR_TEXT];
  if (v->command == MSNAV_INVITE_ACCEPT &&
      msnav_invite_address(v, &at, &conflict) == MSNAV_OK) {
    msnav_addr_format(&at, text);
    m->note = g_strdup_printf("SIP at %s%s", text,
                              conflict ? ", and Enc64 says another" : "");
  } else {
    char *cookie = clean(v->cookie);
    m->note = g_strdup_printf("cookie %s", cookie);
    g_free(cookie);
  }
}

static void learn_call(call *c, unsigned sender, const msnav_invite *v) {
  party *p = &c->parties[sender];
  if (p->session_id == NULL && v->session_id.len > 0) {
    p->session_id = g_strndup(v->session_id.ptr, v->session_id.len);
  }
  msnav_addr at;
  if (v->command == MSNAV_INVITE_ACCEPT &&
      msnav_invite_address(v, &at, NULL) == MSNAV_OK) {
    p->sip = at;
  }
  if (v->command == MSNAV_INVITE_INVITE) {
    c->requested = v->requested;
  } else if (v->command == MSNAV_INVITE_ACCEPT && sender == INVITEE) {
    c->accepted |= v->requested;
  } else if (v->command == MSNAV_INVITE_CANCEL && !c->cancelled) {
    c->cancelled = true;
    c->cancelled_by = sender;
    c->cancel_code = v->cancel_code;
  }
}

/* A message of a call; it is in a capture twice when both its hops are. */
static void add(trail *t, call *c, const delivery *d, const msnav_invite *v) {
  unsigned sender = sender_of(c, d, v);
  party *p = c->parties;
  if (d->to_server) {
    learn(&p[sender].account, d->client);
  } else {
    learn(&p[sender].account, d->sender);
    learn(&p[1 - sender].account, d->client);
  }
  lane_id from = d->to_server ? lane_of(sender) : LANE_SERVER;
  lane_id to = d->to_server ? LANE_SERVER : lane_of(1 - sender);
  message *m = call_message(c, KIND_MSNP, d->time, from, to);
  describe(m, v);
  add_fields(t, m, d->payload.ptr, d->payload.len);
  learn_call(c, sender, v);
  t->invitations++;
}

static bool is_invitation(msnav_str payload) {
  static const char type[] = "text/x-msmsgsinvite";
  size_t look = payload.len < 512 ? payload.len : 512;
  return look > 0 && g_strstr_len(payload.ptr, (gssize)look, type) != NULL;
}

/* ACCEPT and CANCEL do not say whose they are: those of a conversation have
 * fields that file transfers do not. */
static bool of_a_call(const msnav_invite *v) {
  const uint32_t marks = MSNAV_HAS_SESSION_ID | MSNAV_HAS_CONN_TYPE |
                         MSNAV_HAS_SIP_CAPABILITY | MSNAV_HAS_ADDRESS_ENC64;
  return v->command == MSNAV_INVITE_INVITE ? msnav_invite_is_ours(v)
                                           : (v->has & marks) != 0;
}

void invitation_take(trail *t, const delivery *d) {
  if (!is_invitation(d->payload)) {
    return;
  }
  msnav_invite v = {.size = sizeof(v)};
  msnav_error err = msnav_invite_read(d->payload.ptr, d->payload.len, &v);
  if (err != MSNAV_OK) {
    trail_note(t, true, "an invitation that cannot be read: %s",
               msnav_strerror(err));
    return;
  }
  if (v.command == MSNAV_INVITE_OTHER || v.cookie.len == 0) {
    trail_note(t, true, "an invitation without command or cookie");
    return;
  }
  call *c = find(t, d, &v);
  if (c == NULL) {
    if (!of_a_call(&v)) {
      t->foreign++;
      return;
    }
    c = call_new(t, d->time);
    c->cookie = clean(v.cookie);
    if (v.command != MSNAV_INVITE_INVITE) {
      trail_note(t, false, "call %u began before the capture", c->number);
    }
  }
  add(t, c, d, &v);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What becomes of messages and datagrams, what others send, and which system
 * call fails. */
#include "fuzz/call.h"
#include <errno.h>
#include <glib.h>
#include <stdio.h>

/* ---- messages */

void call_receive(person *to, const char *from, const uint8_t *bytes,
                  size_t len) {
  if (to->ctx == NULL) {
    return;
  }
  char *copy = fuzz_copy((fuzz_input){bytes, len});
  (void)msnav_context_receive(to->ctx, msnav_str_of(from), copy, len);
  free(copy);
}

typedef struct letter {
  person *to;
  size_t len;
  uint8_t bytes[];
} letter;

static void deliver(void *arg) {
  letter *l = arg;
  call_receive(l->to, l->to->other->account, l->bytes, l->len);
  g_free(l);
}

void call_mail(person *to, const char *payload, size_t len, msnav_usec delay) {
  letter *l = g_malloc(sizeof(*l) + len);
  l->to = to;
  l->len = len;
  memcpy(l->bytes, payload, len);
  msnav_usec at = simnet_now() + delay;
  w.letters_until = at > w.letters_until ? at : w.letters_until;
  simnet_at(at, deliver, l);
}

/* What was sent, for later. */
void call_keep_letter(const char *payload, size_t len) {
  piece *kept = &w.letters[w.letter_count++ % KEPT];
  kept->len = len < PIECE ? len : PIECE;
  memcpy(kept->bytes, payload, kept->len);
}

static void edit(uint8_t *bytes, size_t len) {
  for (unsigned n = fuzz_byte(&w.in) % 4; n > 0 && len > 0; n--) {
    size_t at = fuzz_word(&w.in) % len;
    bytes[at] = (uint8_t)fuzz_byte(&w.in);
  }
}

/* A message about a call that there is, or about none. */
void call_forge(person *to, const slot *s) {
  static const char *const commands[] = {"INVITE", "ACCEPT", "CANCEL",
                                         "cancel"};
  static const char *const lists[] = {
    "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;\r\n",
    "Context-Data: Requested:SIP_A,SIP_V,;Capabilities:SIP_A,SIP_V,;\r\n", "",
    "Context-Data: Requested:;\r\n"};
  static const char *const addresses[] = {"IP-Address: 10.0.0.2:5060\r\n",
                                          "IP-Address: 10.0.0.9:5060\r\n", "",
                                          "IP-Address: 224.0.0.1:5060\r\n"};
  static const char *const more[] = {"",
                                     "Application-GUID: " MSNAV_INVITE_GUID
                                     "\r\n",
                                     "Cancel-Code: REJECT\r\n",
                                     "Request-Data: IP-Address:\r\n"};
  static const char *const strangers[] = {"third@x.org", "%n\x1b[2J\xc2\x85@x"};
  char text[900];
  unsigned how = fuzz_word(&w.in);
  msnav_str cookie = {"12345", 5};
  if (s != NULL && s->call != NULL && !s->orphan) {
    cookie = call_info_of(s->call).cookie;
  }
  int len =
    snprintf(text, sizeof(text),
             "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
             "charset=UTF-8\r\n\r\nInvitation-Command: %s\r\n"
             "Invitation-Cookie: %.*s\r\n%s%s%s%s\r\n",
             commands[how & 3], (int)cookie.len, cookie.ptr,
             lists[how >> 2 & 3], addresses[how >> 4 & 3], more[how >> 6 & 3],
             (how & 3) == 0 ? "Session-Protocol: SM1\r\n" : "");
  const char *from =
    how >> 8 < 240 ? to->other->account : strangers[how >> 8 & 1];
  call_receive(to, from, (uint8_t *)text, (size_t)len);
}

/* Something that was written before, once more, changed or not. */
void call_repeat(person *to) {
  unsigned how = fuzz_byte(&w.in);
  piece copy = w.letters[how % KEPT];
  if (copy.len > 0) {
    edit(copy.bytes, copy.len);
    call_receive(to, how & 128 ? to->account : to->other->account, copy.bytes,
                 copy.len);
  }
}

/* ---- datagrams */

static void swap_host(piece *p) {
  static const char from[] = "10.0.0.2";
  for (size_t i = 0; i + 8 <= p->len; i++) {
    if (memcmp(p->bytes + i, from, 8) == 0) {
      p->bytes[i + 7] = '9';
    }
  }
}

void call_inject(const slot *s) {
  unsigned how = fuzz_byte(&w.in);
  if (s->call == NULL || s->orphan) {
    return;
  }
  msnav_call_info info = call_info_of(s->call);
  msnav_addr to = how & 1 ? info.local_sip : info.local_rtp;
  msnav_addr from = how & 1 ? info.remote_sip : info.remote_rtp;
  piece p = w.datagrams[fuzz_byte(&w.in) % KEPT];
  if ((how & 6) == 6) { /* bytes of the input's own */
    fuzz_input raw = fuzz_bytes(&w.in, fuzz_byte(&w.in));
    p.len = raw.left;
    if (raw.left > 0) {
      memcpy(p.bytes, raw.at, raw.left);
    }
  }
  if ((how & 8) != 0) {
    edit(p.bytes, p.len);
  }
  if ((how & 16) != 0) {
    swap_host(&p);
  }
  if ((how & 32) != 0) {
    to.port = (uint16_t)(to.port + 1);
    from.port = (uint16_t)(from.port + 1);
  }
  if ((how & 192) == 192 || from.port == 0) {
    from = (msnav_addr){STRANGER, 4000};
  }
  if (to.port != 0) {
    to.ip = s->of->ip;
    simnet_inject(&from, &to, p.bytes, p.len);
  }
}

void call_set_network(void) {
  unsigned how = fuzz_byte(&w.in);
  double level = (how >> 4) / 30.0;
  const simnet_path path = {.loss = how & 1 ? level : 0,
                            .duplicate = how & 2 ? level : 0,
                            .corrupt = how & 4 ? level : 0,
                            .reorder = how & 8 ? level : 0,
                            .reorder_delay = 30000,
                            .delay = 5000,
                            .jitter = how & 8 ? 20000 : 0};
  simnet_set_path(0, 0, &path);
}

void call_set_fault(void) {
  static const int errors[] = {ENOMEM, EAGAIN,       ENETUNREACH, EINTR,
                               EMFILE, ECONNREFUSED, EADDRINUSE,  EPERM};
  unsigned which = fuzz_byte(&w.in);
  unsigned nth = fuzz_byte(&w.in);
  simnet_fail((simnet_call)(which % SIMNET_CALLS), nth, errors[which >> 5],
              false);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "support/hostile_sip.h"
#include "support/world.h"
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAX_TEXT 12000
#define KEPT 32 /* messages to learn from */
#define ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))

/* ---- what was said */

typedef struct text {
  size_t len;
  char bytes[2048];
} text;

static struct {
  text said[KEPT];
  unsigned count;
  char call_id[130], alice_tag[130], bob_tag[130];
  char branch[130], cseq[130]; /* of Alice's last request */
  bool deaf;                   /* while it is the attacker who speaks */
} known;

/* What follows a mark, up to one of the ends. */
static void
learn(char to[130], const char *in, const char *mark, const char *ends) {
  const char *at = strstr(in, mark);
  if (at == NULL) {
    return;
  }
  at += strlen(mark);
  size_t n = strcspn(at, ends);
  if (n > 0 && n < 129) {
    memcpy(to, at, n);
    to[n] = '\0';
  }
}

void hostile_sip_see(void *arg, const simnet_record *r) {
  (void)arg;
  if (known.deaf || r->len < 100 || r->len >= sizeof(known.said[0].bytes) ||
      r->data[0] < 'A' || r->data[0] > 'Z') {
    return;
  }
  text *t = &known.said[known.count++ % KEPT];
  memcpy(t->bytes, r->data, r->len);
  t->bytes[r->len] = '\0';
  t->len = r->len;
  learn(known.call_id, t->bytes, "Call-ID: ", "\r\n");
  bool request = strncmp(t->bytes, "SIP/", 4) != 0;
  if (request && r->from.ip == WORLD_ALICE_IP) {
    learn(known.branch, t->bytes, "branch=", ";\r\n");
    learn(known.cseq, t->bytes, "CSeq: ", " ");
  }
  bool from_alice = (r->from.ip == WORLD_ALICE_IP) == request;
  const char *from = strstr(t->bytes, "\r\nFrom: ");
  const char *to = strstr(t->bytes, "\r\nTo: ");
  if (from != NULL && to != NULL) {
    learn(from_alice ? known.alice_tag : known.bob_tag, from, "tag=", ";\r\n");
    learn(from_alice ? known.bob_tag : known.alice_tag, to, "tag=", ";\r\n");
  }
}

/* ---- the grammar */

static char out[MAX_TEXT];
static size_t out_len;

static unsigned by_seed(unsigned n) {
  return (unsigned)(simnet_random() % n);
}

static unsigned (*any)(unsigned n) = by_seed;

static void put(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void put(const char *format, ...) {
  va_list args;
  va_start(args, format);
  int n = vsnprintf(out + out_len, MAX_TEXT - out_len, format, args);
  va_end(args);
  out_len +=
    (size_t)n < MAX_TEXT - out_len ? (size_t)n : MAX_TEXT - out_len - 1;
}

static const char *one_of(const char *const *list, unsigned n) {
  return list[any(n)];
}

#define ONE_OF(list) one_of(list, ARRAY_LEN(list))

static const char *const methods[] = {
  "INVITE", "INVITE",  "ACK",      "ACK",   "BYE",       "BYE",      "CANCEL",
  "CANCEL", "OPTIONS", "REGISTER", "REFER", "NOTIFY",    "UPDATE",   "PRACK",
  "INFO",   "MESSAGE", "invite",   "",      "SUBSCRIBE", "X!%*_+`'~"};
static const char *const uris[] = {"sip:10.0.0.1",
                                   "sip:alice@10.0.0.1:5060",
                                   "sip:me@127.0.0.1",
                                   "sip:",
                                   "sips:a@b",
                                   "tel:+1",
                                   "sip:a b@c",
                                   "<sip:a@b>",
                                   "sip:%00@a",
                                   "sip:a@[::1]:5060",
                                   "*",
                                   "",
                                   "sip:a?Route=%3Csip:b%3E"};
static const char *const phrases[] = {"OK",       "",         "Ringing",
                                      "%n%s%x",   "\xff\xfe", "\x1b[2J",
                                      "Busy Here"};
static const char *const ends[] = {"\r\n", "\r\n",  "\r\n", "\r\n",    "\r\n",
                                   "\n",   "\r\n ", "\r",   "\r\n\r\n"};
static const char *const odd[] = {"",
                                  "0",
                                  "-1",
                                  "4294967296",
                                  "99999999999999999999",
                                  "\"",
                                  "%n",
                                  "\xc3\x28",
                                  "\x01",
                                  "a\tb",
                                  ";;;;",
                                  ",,,,",
                                  "<<<",
                                  "\\",
                                  "\"\\",
                                  "::1",
                                  "255.255.255.255",
                                  "0.0.0.0"};
static const char *const names[] = {"Subject",   "Require",       "Supported",
                                    "Route",     "Record-Route",  "Allow",
                                    "Accept",    "Date",          "Expires",
                                    "Replaces",  "Proxy-Require", "X-\xff",
                                    "Timestamp", "MIME-Version"};

/* How wrong a message is to be, and what it is to be. */
static struct {
  unsigned mischief; /* 0: not at all */
  bool response, inside;
} plan;

static bool wrong(void) {
  return plan.mischief == 2 ? any(4) == 0 : plan.mischief == 1 && any(25) == 0;
}

static const char *tag(const char *real) {
  return real[0] != '\0' && !wrong() ? real : ONE_OF(odd);
}

static void put_number(void) {
  if (plan.response && known.cseq[0] != '\0' && !wrong()) {
    put("%s", known.cseq);
    return;
  }
  static const unsigned long long numbers[] = {0,
                                               1,
                                               2,
                                               3,
                                               4,
                                               100,
                                               0x7fffffff,
                                               0x80000000ull,
                                               0xffffffffull,
                                               0x100000000ull};
  put("%llu", numbers[any(any(3) == 0 ? 10 : 5)]);
}

static void put_address(bool bob) {
  static const char *const forms[] = {"<sip:x@10.0.0.2>",
                                      "\"n\" <sip:x>",
                                      "sip:x",
                                      "<sip:",
                                      "\"open <sip:x>",
                                      "x",
                                      "<sip:x@y>;lr;a=b"};
  put("%s", wrong() ? ONE_OF(forms) : "<sip:x@10.0.0.2:5060>");
  bool tagged = plan.inside || bob; /* who asks has one always */
  if (tagged != wrong()) {
    put(";tag=%s", tag(bob ? known.bob_tag : known.alice_tag));
  }
}

static void put_via(void) {
  static const char *const hosts[] = {"10.0.0.2:5060",   "10.0.0.2",
                                      "10.0.0.2:0",      "127.0.0.1:5060",
                                      "255.255.255.255", "host.invalid",
                                      "[::1]:9",         "10.0.0.2:65536"};
  static const char *const transports[] = {"UDP", "UDP", "UDP",
                                           "TCP", "",    "TLS"};
  put("SIP/2.0/%s %s", wrong() ? ONE_OF(transports) : "UDP",
      wrong()         ? ONE_OF(hosts)
      : plan.response ? "10.0.0.1:5060"
                      : "10.0.0.2:5060");
  if (!wrong()) {
    put(";branch=%s", plan.response ? known.branch : "z9hG4bKx");
  }
  if (wrong()) {
    put(";rport;received=%s;ttl=%s", ONE_OF(odd), ONE_OF(odd));
  }
}

static void put_sdp(void) {
  static const char *const lines[] = {
    "v=0",
    "o=- 0 0 IN IP4 10.0.0.2",
    "s=-",
    "c=IN IP4 10.0.0.2",
    "t=0 0",
    "m=audio 4000 RTP/AVP 0 8",
    "m=audio 0 RTP/AVP 0",
    "a=sendonly",
    "m=audio 1 UDP \"",
    "a=rtpmap:0 PCMU/8000",
    "b=CT:110",
    "k=base64:x",
    "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:x",
    "c=IN IP4 0.0.0.0",
    "c=IN IP4 224.0.0.1",
    "m=video 4002 RTP/AVP 34",
    "a=fmtp:101 0-16",
    "m=application 1 udp msdata",
    "a=rtpmap:96 \xff/0/0"};
  unsigned n = any(12);
  if (any(2) == 0) {
    put("v=0\r\no=- 0 0 IN IP4 10.0.0.2\r\ns=session\r\nc=IN IP4 10.0.0.2\r\n"
        "t=0 0\r\nm=audio 4000 RTP/AVP 0\r\n");
  }
  while (n-- > 0) {
    put("%s%s", ONE_OF(lines), ONE_OF(ends));
  }
}

static void put_header(unsigned which, const char *method) {
  switch (which) {
  case 0:
    put("%s", wrong() ? "v:" : "Via: ");
    put_via();
    break;
  case 1:
    put("%s", wrong() ? "f : " : "From: ");
    put_address(plan.response == wrong());
    break;
  case 2:
    put("%s", wrong() ? "t:" : "To: ");
    put_address(plan.response != wrong());
    break;
  case 3:
    put("Call-ID: %s", plan.inside ? tag(known.call_id)
                       : wrong()   ? ONE_OF(odd)
                                   : "new@10.0.0.2");
    break;
  case 4:
    put("CSeq: ");
    put_number();
    put(" %s", wrong() ? ONE_OF(methods) : method);
    break;
  case 5:
    put("Contact: %s", wrong() ? ONE_OF(odd) : "<sip:10.0.0.2:5060>");
    break;
  case 6:
    put("Content-Type: %s", wrong() ? ONE_OF(odd) : "application/sdp");
    break;
  default:
    put("%s: %s", ONE_OF(names), ONE_OF(odd));
    break;
  }
  put("%s", wrong() ? ONE_OF(ends) : "\r\n");
}

static void make_message(void) {
  out_len = 0;
  plan.mischief = any(3);
  plan.response = any(3) == 0;
  plan.inside = plan.response || any(2) == 0;
  const char *method =
    one_of(methods, plan.mischief > 0 ? ARRAY_LEN(methods) : 9);
  if (plan.response) {
    put("SIP/2.0 %u %s\r\n",
        wrong() ? any(100000) : 100 + any(6) * 100 + any(3) * 40,
        ONE_OF(phrases));
  } else {
    put("%s %s SIP/2.0\r\n", method, wrong() ? ONE_OF(uris) : "sip:10.0.0.1");
  }
  for (unsigned i = 0; i < 7; i++) {
    for (unsigned copies = wrong() ? any(4) : 1; copies > 0; copies--) {
      put_header(i, method);
    }
  }
  for (unsigned n = wrong() ? any(60) : any(2) * plan.mischief; n > 0; n--) {
    put_header(7, method);
  }
  if (wrong()) {
    put("Content-Length: %s\r\n", ONE_OF(odd));
  }
  put("\r\n");
  if (any(2) == 0) {
    put_sdp();
  }
  if (plan.mischief > 0 && any(40) == 0) { /* beyond what is looked at */
    while (out_len < MAX_TEXT - 100) {
      put("%s\r\n", ONE_OF(odd));
    }
  }
}

/* Something that was said, as it was or not. */
static void twist_message(void) {
  const text *t = &known.said[any(known.count < KEPT ? known.count : KEPT)];
  memcpy(out, t->bytes, t->len);
  out_len = t->len;
  for (unsigned n = any(3) == 0 ? 0 : 1 + any(6); n > 0; n--) {
    size_t at = any((unsigned)out_len);
    switch (any(4)) {
    case 0:
      out[at] = (char)any(256);
      break;
    case 1: /* cut */
      out_len = at > 20 ? at : out_len;
      break;
    case 2: { /* say again what came before */
      size_t len = any(200);
      len = len < at ? len : at;
      len = len < MAX_TEXT - out_len ? len : 0;
      memmove(out + at + len, out + at, out_len - at);
      memcpy(out + at, out + at - len, len);
      out_len += len;
      break;
    }
    default: { /* a digit counts on */
      out[at] = (char)(out[at] >= '0' && out[at] <= '8' ? out[at] + 1 : ' ');
      break;
    }
    }
  }
}

/* ---- both */

void hostile_sip_begin(unsigned (*source)(unsigned n)) {
  memset(&known, 0, sizeof(known));
  any = source != NULL ? source : by_seed;
}

void hostile_sip_deaf(bool deaf) {
  known.deaf = deaf;
}

const char *hostile_sip_message(size_t *len) {
  if (known.count > 0 && any(2) == 0) {
    twist_message();
  } else {
    make_message();
  }
  *len = out_len;
  return out;
}

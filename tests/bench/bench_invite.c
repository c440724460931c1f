/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The INVITE of paper section 1: msnav_invite_read() and _write() beside the
 * least that a typed reader and writer of this one message can do. */
#include "bench.h"

#include <msnav/invite.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAR 2.0
#define MESSAGES 100000 /* per turn: some 30 ms */

static char message[MSNAV_INVITE_MAX];
static size_t message_len;

/* ---- the least: one pass, names told apart by length, every value checked
 * for its form, no other case, order or line end than the original's */

typedef struct least {
  const char *name;
  size_t name_len;
  const char *context;
  size_t context_len;
  uint8_t guid[16], session[16];
  uint32_t cookie, sip, private_ip, public_ip;
  uint8_t mime, type, protocol, command, conn, upnp;
} least;

static int hex(char c) {
  return c >= '0' && c <= '9'   ? c - '0'
         : c >= 'A' && c <= 'F' ? c - 'A' + 10
         : c >= 'a' && c <= 'f' ? c - 'a' + 10
                                : -1;
}

static bool take_guid(const char *v, size_t len, uint8_t guid[16]) {
  if (len != 38 || v[0] != '{' || v[37] != '}') {
    return false;
  }
  const char *at = v + 1;
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      if (*at++ != '-') {
        return false;
      }
    }
    int high = hex(at[0]);
    int low = hex(at[1]);
    if ((high | low) < 0) {
      return false;
    }
    guid[i] = (uint8_t)(high << 4 | low);
    at += 2;
  }
  return true;
}

static bool take_number(const char *v, size_t len, uint32_t *value) {
  uint64_t n = 0;
  if (len == 0 || len > 10) {
    return false;
  }
  for (size_t i = 0; i < len; i++) {
    unsigned digit = (unsigned)(v[i] - '0');
    if (digit > 9) {
      return false;
    }
    n = n * 10 + digit;
  }
  *value = (uint32_t)n;
  return n <= UINT32_MAX;
}

static bool take_ip(const char *v, size_t len, uint32_t *ip) {
  uint32_t whole = 0;
  uint32_t part = 0;
  int digits = 0;
  int dots = 0;
  for (size_t i = 0; i < len; i++) {
    unsigned digit = (unsigned)(v[i] - '0');
    if (v[i] == '.' && digits > 0) {
      whole = whole << 8 | part;
      part = 0;
      digits = 0;
      dots++;
    } else if (digit <= 9 && part * 10 + digit <= 255) {
      part = part * 10 + digit;
      digits++;
    } else {
      return false;
    }
  }
  *ip = whole << 8 | part;
  return dots == 3 && digits > 0;
}

#define IS(at, len, word)                                                      \
  ((len) == sizeof(word) - 1 && memcmp((at), (word), sizeof(word) - 1) == 0)

static bool take_boolean(const char *v, size_t len, uint8_t *value) {
  *value = IS(v, len, "TRUE");
  return *value || IS(v, len, "FALSE");
}

static bool
take_field(least *m, const char *k, size_t kn, const char *v, size_t vn) {
  switch (kn) {
  case 4:
    return !IS(k, kn, "UPnP") || take_boolean(v, vn, &m->upnp);
  case 9:
    if (IS(k, kn, "Conn-Type")) {
      m->conn = IS(v, vn, "Direct-Connect")    ? 1
                : IS(v, vn, "IP-Restrict-NAT") ? 2
                                               : 3;
      return true;
    }
    return !IS(k, kn, "Public-IP") || take_ip(v, vn, &m->public_ip);
  case 10:
    if (IS(k, kn, "Session-ID")) {
      return take_guid(v, vn, m->session);
    }
    return !IS(k, kn, "Private-IP") || take_ip(v, vn, &m->private_ip);
  case 12:
    if (IS(k, kn, "MIME-Version")) {
      m->mime = IS(v, vn, "1.0");
      return m->mime;
    }
    if (IS(k, kn, "Content-Type")) {
      m->type = vn >= 19 && memcmp(v, "text/x-msmsgsinvite", 19) == 0;
      return m->type;
    }
    if (IS(k, kn, "Context-Data")) {
      m->context = v;
      m->context_len = vn;
    }
    return true;
  case 14:
    return !IS(k, kn, "Sip-Capability") || take_number(v, vn, &m->sip);
  case 16:
    if (IS(k, kn, "Application-Name")) {
      m->name = v;
      m->name_len = vn;
    } else if (IS(k, kn, "Application-GUID")) {
      return take_guid(v, vn, m->guid);
    } else if (IS(k, kn, "Session-Protocol")) {
      m->protocol = IS(v, vn, "SM1");
    }
    return true;
  case 17:
    return !IS(k, kn, "Invitation-Cookie") || take_number(v, vn, &m->cookie);
  case 18:
    if (IS(k, kn, "Invitation-Command")) {
      m->command = IS(v, vn, "INVITE")   ? 1
                   : IS(v, vn, "ACCEPT") ? 2
                   : IS(v, vn, "CANCEL") ? 3
                                         : 0;
    }
    return true;
  default:
    return true;
  }
}

static bool least_read(const char *p, size_t len, least *m) {
  const char *end = p + len;
  bool body = false;
  *m = (least){0};
  while (p < end) {
    const char *cr = memchr(p, '\r', (size_t)(end - p));
    if (cr == NULL || cr + 1 == end || cr[1] != '\n') {
      return false;
    }
    if (cr == p) {
      if (body) {
        return true;
      }
      body = m->mime && m->type;
      if (!body) {
        return false;
      }
    } else {
      const char *colon = memchr(p, ':', (size_t)(cr - p));
      if (colon == NULL) {
        return false;
      }
      const char *value = colon + 1;
      while (value < cr && *value == ' ') {
        value++;
      }
      if (!take_field(m, p, (size_t)(colon - p), value, (size_t)(cr - value))) {
        return false;
      }
    }
    p = cr + 2;
  }
  return false;
}

#define PUT(at, text)                                                          \
  (memcpy((at), (text), sizeof(text) - 1), (at) += sizeof(text) - 1)

static char *put_number(char *at, uint32_t n) {
  char digits[10];
  int count = 0;
  do {
    digits[count++] = (char)('0' + n % 10);
    n /= 10;
  } while (n > 0);
  while (count > 0) {
    *at++ = digits[--count];
  }
  return at;
}

static char *put_ip(char *at, uint32_t ip) {
  for (int shift = 24; shift >= 0; shift -= 8) {
    at = put_number(at, ip >> shift & 255);
    if (shift > 0) {
      *at++ = '.';
    }
  }
  return at;
}

static char *put_guid(char *at, const uint8_t guid[16]) {
  *at++ = '{';
  for (int i = 0; i < 16; i++) {
    if (i == 4 || i == 6 || i == 8 || i == 10) {
      *at++ = '-';
    }
    *at++ = "0123456789ABCDEF"[guid[i] >> 4];
    *at++ = "0123456789ABCDEF"[guid[i] & 15];
  }
  *at++ = '}';
  return at;
}

static size_t least_write(const least *m, char *to) {
  char *at = to;
  PUT(at, "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "
          "charset=UTF-8\r\n\r\nApplication-Name: ");
  memcpy(at, m->name, m->name_len);
  at += m->name_len;
  PUT(at, "\r\nApplication-GUID: ");
  at = put_guid(at, m->guid);
  PUT(at, "\r\nSession-Protocol: SM1\r\nContext-Data: ");
  memcpy(at, m->context, m->context_len);
  at += m->context_len;
  PUT(at, "\r\nInvitation-Command: INVITE\r\nInvitation-Cookie: ");
  at = put_number(at, m->cookie);
  PUT(at, "\r\nSession-ID: ");
  at = put_guid(at, m->session);
  PUT(at, "\r\nConn-Type: IP-Restrict-NAT\r\nSip-Capability: ");
  at = put_number(at, m->sip);
  PUT(at, "\r\nPrivate-IP: ");
  at = put_ip(at, m->private_ip);
  PUT(at, "\r\nPublic-IP: ");
  at = put_ip(at, m->public_ip);
  PUT(at, "\r\nUPnP: ");
  if (m->upnp) {
    PUT(at, "TRUE");
  } else {
    PUT(at, "FALSE");
  }
  PUT(at, "\r\n\r\n");
  return (size_t)(at - to);
}

/* ---- turns: nanoseconds per message */

/* Makes the compiler believe that somebody looks at the result. */
#define USE(object) __asm__ volatile("" : : "r"(&(object)) : "memory")

static double read_least(void *arg) {
  least m;
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < MESSAGES; i++) {
    bench_require(least_read(message, message_len, &m), "read (least)");
    USE(m);
  }
  return (bench_cpu() - start) / MESSAGES;
}

static double read_msnav(void *arg) {
  msnav_invite m = {.size = sizeof(m)};
  (void)arg;
  double start = bench_cpu();
  for (int i = 0; i < MESSAGES; i++) {
    bench_require(msnav_invite_read(message, message_len, &m) == MSNAV_OK,
                  "read");
    USE(m);
  }
  return (bench_cpu() - start) / MESSAGES;
}

static double write_least(void *arg) {
  char out[MSNAV_INVITE_MAX];
  double start = bench_cpu();
  for (int i = 0; i < MESSAGES; i++) {
    bench_require(least_write(arg, out) == message_len, "write (least)");
    USE(out);
  }
  return (bench_cpu() - start) / MESSAGES;
}

static double write_msnav(void *arg) {
  char out[MSNAV_INVITE_MAX];
  size_t len = 0;
  double start = bench_cpu();
  for (int i = 0; i < MESSAGES; i++) {
    bench_require(msnav_invite_write(arg, out, sizeof(out), &len) == MSNAV_OK,
                  "write");
    USE(out);
  }
  return (bench_cpu() - start) / MESSAGES;
}

static void load(void) {
  char path[512];
  const char *dir = getenv("MSNAV_TEST_DATA");
  snprintf(path, sizeof(path), "%s/paper-1-invite.msg",
           dir != NULL ? dir : "tests/data");
  FILE *f = fopen(path, "rb");
  bench_require(f != NULL, "open paper-1-invite.msg");
  message_len = fread(message, 1, sizeof(message), f);
  fclose(f);
}

int main(void) {
  least m;
  msnav_invite v = {.size = sizeof(v)};
  char out[MSNAV_INVITE_MAX];
  size_t len = 0;
  bench_pin();
  load();
  bench_require(least_read(message, message_len, &m) &&
                  least_write(&m, out) == message_len &&
                  memcmp(out, message, message_len) == 0,
                "the least reads and writes the message");
  bench_require(msnav_invite_read(message, message_len, &v) == MSNAV_OK,
                "the library reads the message");
  v.source = (msnav_str){NULL, 0}; /* as when it is composed, not forwarded */
  bench_require(msnav_invite_write(&v, out, sizeof(out), &len) == MSNAV_OK &&
                  len == message_len && memcmp(out, message, len) == 0,
                "the library writes the message");

  unsigned long before = bench_mallocs();
  double reading = bench_compare("invite_read", "ns/message", BENCH_TURNS,
                                 (bench_side){"msnav", read_msnav, NULL},
                                 (bench_side){"least", read_least, NULL});
  double writing = bench_compare("invite_write", "ns/message", BENCH_TURNS,
                                 (bench_side){"msnav", write_msnav, &v},
                                 (bench_side){"least", write_least, &m});
  unsigned long after = bench_mallocs();
  bench_at_most("invite_read", reading, BAR);
  bench_at_most("invite_write", writing, BAR);
  bench_at_most("invite_mallocs", (double)(after - before), 0);
  return bench_end();
}

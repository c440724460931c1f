/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A switchboard's bytes in any pieces: however the stream is cut, the same
 * commands come out; each one that can be written is read back as it was. */
#include "fuzz/fuzz.h"
#include <msnav/switchboard.h>
#include <stdio.h>

enum { MOST = 8192, MOST_BYTEWISE = 700 };

typedef struct stream {
  uint8_t *bytes;
  size_t len;
  size_t room;
} stream;

/* What happened, as bytes that can be compared. */
typedef struct story {
  uint8_t *bytes;
  size_t len;
  size_t room;
} story;

static void tell(story *s, const void *bytes, size_t len) {
  if (s->len + len > s->room) {
    s->room = 2 * s->room + len + 1024;
    s->bytes = realloc(s->bytes, s->room);
    CHECK(s->bytes != NULL);
  }
  if (len > 0) {
    memcpy(s->bytes + s->len, bytes, len);
  }
  s->len += len;
}

static void tell_number(story *s, uint32_t number) {
  tell(s, &number, sizeof(number));
}

static void tell_text(story *s, msnav_str text) {
  tell_number(s, (uint32_t)text.len);
  tell(s, text.ptr, text.len);
}

static bool same(msnav_str a, msnav_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static bool by_client(uint32_t verb) {
  return verb == MSNAV_SB_USR || verb == MSNAV_SB_CAL || verb == MSNAV_SB_ANS ||
         verb == MSNAV_SB_SEND || verb == MSNAV_SB_PNG;
}

/* Unescaped and escaped again it means the same, whatever it was. */
static void check_name(msnav_str name) {
  static char plain[MSNAV_SWITCHBOARD_LINE];
  static char again[MSNAV_SWITCHBOARD_LINE];
  static char escaped[3 * MSNAV_SWITCHBOARD_LINE];
  size_t plain_len = 0;
  size_t escaped_len = 0;
  size_t again_len = 0;
  CHECK(msnav_switchboard_decode_name(name, plain, sizeof(plain), &plain_len) ==
        MSNAV_OK);
  msnav_str decoded = {plain, plain_len};
  CHECK(plain_len <= name.len);
  CHECK(msnav_switchboard_encode_name(decoded, escaped, sizeof(escaped),
                                      &escaped_len) == MSNAV_OK);
  CHECK(memchr(escaped, ' ', escaped_len) == NULL);
  msnav_str encoded = {escaped, escaped_len};
  CHECK(msnav_switchboard_decode_name(encoded, again, sizeof(again),
                                      &again_len) == MSNAV_OK);
  CHECK(same(decoded, (msnav_str){again, again_len}));
}

/* Written and read again by the side that reads such commands. */
static void write_back(const msnav_switchboard_command *c) {
  static char out[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
  size_t len = 99;
  msnav_error err = msnav_switchboard_write(c, out, sizeof(out), &len);
  if (err != MSNAV_OK) { /* control characters, or names that grew the line */
    CHECK(len == 99 && (err == MSNAV_ERR_INVALID || err == MSNAV_ERR_TOO_LONG));
    return;
  }
  msnav_switchboard *sb;
  msnav_switchboard_command again = {.size = sizeof(again)};
  CHECK(msnav_switchboard_new(by_client(c->verb) ? MSNAV_SB_SERVER
                                                 : MSNAV_SB_CLIENT,
                              &sb) == MSNAV_OK);
  CHECK(msnav_switchboard_feed(sb, out, len) == len);
  CHECK(msnav_switchboard_next(sb, &again) == MSNAV_OK);
  CHECK(again.verb == c->verb && again.transaction == c->transaction &&
        again.error == c->error && again.index == c->index &&
        again.count == c->count && again.idle == c->idle &&
        again.ack == c->ack);
  CHECK(same(again.account, c->account) && same(again.token, c->token) &&
        same(again.id, c->id) && same(again.host, c->host) &&
        same(again.payload, c->payload));
  CHECK(same(again.name, c->name) ||
        (c->name.len == 0 && same(again.name, c->account)));
  msnav_switchboard_free(sb);
}

static void
tell_command(story *s, msnav_error err, const msnav_switchboard_command *c) {
  tell_number(s, (uint32_t)err);
  tell_number(s, c->verb);
  tell_number(s, c->transaction);
  tell_number(s, c->error);
  tell_number(s, c->index);
  tell_number(s, c->count);
  tell_number(s, c->idle);
  tell(s, &c->ack, 1);
  const msnav_str texts[] = {c->account, c->name, c->token,  c->id,
                             c->host,    c->line, c->payload};
  for (size_t i = 0; i < 7; i++) {
    tell_text(s, texts[i]);
  }
}

/* Read all that is there.  false: the stream is lost. */
static bool drain(msnav_switchboard *sb, story *s) {
  for (;;) {
    msnav_switchboard_command c = {.size = sizeof(c)};
    msnav_error err = msnav_switchboard_next(sb, &c);
    if (err == MSNAV_ERR_AGAIN) {
      return true;
    }
    if (err == MSNAV_ERR_TOO_LONG) {
      CHECK(msnav_switchboard_next(sb, &c) == MSNAV_ERR_TOO_LONG);
      return false;
    }
    CHECK(err == MSNAV_OK || err == MSNAV_ERR_PARSE);
    CHECK(c.line.len < MSNAV_SWITCHBOARD_LINE &&
          c.payload.len <= MSNAV_SWITCHBOARD_PAYLOAD);
    tell_command(s, err, &c);
    check_name(c.name);
    if (err == MSNAV_OK && c.verb != MSNAV_SB_UNKNOWN) {
      write_back(&c);
    }
  }
}

/* cuts NULL: all at once; behind their end in pieces of so many. */
static void read_stream(msnav_switchboard_side side, const stream *from,
                        fuzz_input *cuts, size_t rest, story *s) {
  msnav_switchboard *sb;
  CHECK(msnav_switchboard_new(side, &sb) == MSNAV_OK);
  size_t at = 0;
  while (at < from->len) {
    size_t n = from->len - at;
    if (cuts != NULL) {
      size_t piece = cuts->left > 0 ? 1u + fuzz_byte(cuts) : rest;
      n = piece < n ? piece : n;
    }
    char *exact = fuzz_copy((fuzz_input){from->bytes + at, n});
    size_t taken = msnav_switchboard_feed(sb, exact, n);
    free(exact);
    CHECK(taken <= n);
    at += taken;
    if (!drain(sb, s)) {
      tell_number(s, 0xdead);
      break;
    }
    CHECK(taken > 0); /* what is complete was fetched: it goes on */
  }
  msnav_switchboard_free(sb);
}

static void add(stream *to, const void *bytes, size_t len) {
  if (to->len + len > to->room) {
    to->room = 2 * to->room + len + 256;
    to->bytes = realloc(to->bytes, to->room);
    CHECK(to->bytes != NULL);
  }
  if (len > 0) {
    memcpy(to->bytes + to->len, bytes, len);
  }
  to->len += len;
}

/* Lines that mean something, with numbers and payloads of the input's. */
static void add_command(stream *to, fuzz_input *in, unsigned which) {
  static const char *const lines[] = {
    "USR %u a@b token\r\n",
    "USR %u OK a@b Name%%20x\r\n",
    "CAL %u a@b\r\n",
    "CAL %u RINGING 17\r\n",
    "RNG 1 1.2.3.4:%u CKI token a@b \xc2\xa0n\r\n",
    "ANS %u a@b token 17\r\n",
    "ANS %u OK\r\n",
    "IRO 1 %u 2 a@b n\r\n",
    "JOI a@b n%u\r\n",
    "BYE a@b %u\r\n",
    "OUT\r\n",
    "ACK %u\r\n",
    "NAK %u\n",
    "PNG\r\n",
    "QNG %u\r\n",
    "%u 5\r\n",
    "MSG 5 A %u\r\n",
    "MSG a@b n %u\r\n",
    "MSG a@b %u\r\n",
    "NOT %u\r\n",
    "IPG %u\r\n",
    "QRY 9 msmsgs@msnmsgr.com %u\r\n",
    "  %u  ",
    "\r\n",
  };
  char line[128];
  unsigned number = fuzz_byte(in);
  number = number < 224 ? number : number * 64;
  /* the formats are the table's */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
#pragma GCC diagnostic ignored "-Wformat-extra-args"
  int n = snprintf(line, sizeof(line),
                   lines[which % (sizeof(lines) / sizeof(lines[0]))], number);
#pragma GCC diagnostic pop
  add(to, line, (size_t)n);
  static const char filler[64] = "To: x\r\n\r\nACK 1\r\n";
  bool payload = strncmp(line, "MSG", 3) == 0 || strncmp(line, "NOT", 3) == 0 ||
                 strncmp(line, "IPG", 3) == 0 || strncmp(line, "QRY", 3) == 0;
  for (unsigned left = payload ? number : 0; left > 0;) {
    unsigned part = left < sizeof(filler) ? left : (unsigned)sizeof(filler);
    add(to, filler, part);
    left -= part;
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, size};
  unsigned how = fuzz_byte(&in);
  msnav_switchboard_side side = how & 1 ? MSNAV_SB_SERVER : MSNAV_SB_CLIENT;
  fuzz_input cuts = fuzz_bytes(&in, how >> 4);
  stream s = {NULL, 0, 0};
  if ((how & 2) != 0) { /* lines and raw bytes in turn */
    while (in.left > 0 && s.len < MOST) {
      unsigned op = fuzz_byte(&in);
      if (op < 128) {
        fuzz_input raw = fuzz_bytes(&in, op % 32);
        add(&s, raw.at, raw.left);
      } else {
        add_command(&s, &in, op - 128);
      }
    }
  } else {
    fuzz_input all = fuzz_bytes(&in, MOST);
    add(&s, all.at, all.left);
  }
  story whole = {NULL, 0, 0};
  story pieces = {NULL, 0, 0};
  read_stream(side, &s, NULL, 0, &whole);
  read_stream(side, &s, &cuts, s.len < MOST_BYTEWISE ? 1 : 257, &pieces);
  CHECK(whole.len == pieces.len);
  CHECK(whole.len == 0 || memcmp(whole.bytes, pieces.bytes, whole.len) == 0);
  free(whole.bytes);
  free(pieces.bytes);
  free(s.bytes);
  return 0;
}

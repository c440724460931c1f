/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The SIP guard between a hostile peer and a Sofia that answers by the book.
 * The input is a script: whole datagrams, damaged templates, and answers to
 * what went through before, so that deep states are reached.  What passes
 * must be clean; what is refused must change nothing. */
#include "fuzz/fuzz.h"
#include "guard_wire.h"
#include "sipguard/state.h"

typedef struct script {
  const uint8_t *at;
  const uint8_t *end;
} script;

typedef struct text {
  char bytes[MSNAV_GUARD_MAX_OUT];
  size_t len;
} text;

typedef struct world {
  msnav_guard g;
  text to_sofia;     /* last request that came through */
  text to_peer;      /* last request that went out */
  text answer_peer;  /* last response that went out */
  text answer_sofia; /* last response that came through */
} world;

static unsigned next_byte(script *s) {
  return s->at < s->end ? *s->at++ : 0;
}

static void check(bool fine) {
  if (!fine) {
    abort();
  }
}

/* Hand a message to the guard in a block of its exact size. */
static void send(world *w, const char *bytes, size_t len, bool in) {
  const msnav_addr peer = OUTER_REMOTE;
  msnav_guard was = w->g;
  static text got;
  got.len = 0;
  char *copy = malloc(len > 0 ? len : 1);
  if (len > 0) {
    memcpy(copy, bytes, len);
  }
  msnav_guard_verdict verdict =
    in ? msnav_guard_in(&w->g, copy, len, &peer, got.bytes, sizeof(got.bytes),
                        &got.len)
       : msnav_guard_out(&w->g, copy, len, got.bytes, sizeof(got.bytes),
                         &got.len);
  free(copy);
  if (verdict != MSNAV_GUARD_PASS) {
    memcpy(was.counts, w->g.counts, sizeof(was.counts));
    check(got.len == 0 && memcmp(&was, &w->g, sizeof(was)) == 0);
    return;
  }
  check(w->g.pool_used <= MSNAV_GUARD_POOL);
  if (got.len == 0) {
    return;
  }
  check(wire_fault(got.bytes, got.len, in) == NULL);
  bool response = memcmp(got.bytes, "SIP/2.0 ", 8) == 0;
  text *to = in ? &w->to_sofia : &w->to_peer;
  if (response) {
    to = in ? &w->answer_sofia : &w->answer_peer;
  }
  memcpy(to->bytes, got.bytes, got.len);
  to->len = got.len;
}

/* Copy the lines of a header to the end of a message. */
static void copy_lines(text *to, const text *from, const char *name) {
  const char *end = from->bytes + from->len;
  const char *rest = from->bytes;
  const char *value = NULL;
  char header[32];
  size_t skip = (size_t)snprintf(header, sizeof(header), "\r\n%s: ", name);
  while ((value = wire_find(&rest, end, header)) != NULL) {
    const char *stop = memchr(value, '\r', (size_t)(end - value));
    size_t len = (size_t)(stop - value) + skip;
    if (to->len + len + 16 < sizeof(to->bytes)) {
      memcpy(to->bytes + to->len, value - skip, len);
      to->len += len;
    }
  }
}

static void add(text *to, const char *more) {
  size_t len = strlen(more);
  if (to->len + len < sizeof(to->bytes)) {
    memcpy(to->bytes + to->len, more, len);
    to->len += len;
  }
}

/* Answer a request that went through, as the one who got it. */
static void answer(world *w, const text *request, unsigned choice, bool in) {
  static const char *const starts[] = {
    "SIP/2.0 100 Trying",     "SIP/2.0 180 Ringing", "SIP/2.0 200 OK",
    "SIP/2.0 487 Terminated", "SIP/2.0 491 Pending", "SIP/2.0 481 Gone"};
  static text t;
  t.len = 0;
  if (request->len == 0) {
    return;
  }
  add(&t, starts[choice % 6]);
  copy_lines(&t, request, "Via");
  copy_lines(&t, request, "From");
  copy_lines(&t, request, "To");
  const char *rest = t.bytes;
  const char *to = wire_find(&rest, t.bytes + t.len, "\r\nTo: ");
  if (to != NULL && wire_find(&rest, t.bytes + t.len, ";tag=") == NULL) {
    add(&t, in ? ";tag=peer" : ";tag=own");
  }
  copy_lines(&t, request, "Call-ID");
  copy_lines(&t, request, "CSeq");
  add(&t, choice & 64 ? "\r\nRecord-Route: <sip:a;lr>, <sip:b>" : "");
  add(&t, choice & 128 ? "\r\nContact: <sip:x@y>" : "");
  add(&t, "\r\n\r\n");
  send(w, t.bytes, t.len, in);
}

/* Acknowledge a final response that went through. */
static void acknowledge(world *w, const text *response, bool in) {
  static text t;
  t.len = 0;
  if (response->len == 0) {
    return;
  }
  add(&t, in ? "ACK sip:10.0.0.1 SIP/2.0" : "ACK sip:127.1.2.3 SIP/2.0");
  copy_lines(&t, response, "Via");
  copy_lines(&t, response, "From");
  copy_lines(&t, response, "To");
  copy_lines(&t, response, "Call-ID");
  const char *rest = response->bytes;
  const char *cseq =
    wire_find(&rest, response->bytes + response->len, "\r\nCSeq: ");
  char line[48];
  snprintf(line, sizeof(line), "\r\nCSeq: %lu ACK\r\n\r\n",
           strtoul(cseq, NULL, 10));
  add(&t, line);
  send(w, t.bytes, t.len, in);
}

/* A request of either side, with a few bytes changed. */
static void request(world *w, script *s, bool in) {
  static const char *const methods[] = {"INVITE", "BYE", "CANCEL", "OPTIONS",
                                        "ACK"};
  unsigned kind = next_byte(s);
  unsigned flags = next_byte(s);
  const char *method = methods[kind % 5];
  char start[64];
  char cseq[32];
  char id[16];
  char via[300];
  char name[500];
  static text t;
  snprintf(start, sizeof(start), "%s sip:x@10.0.0.1 SIP/2.0", method);
  snprintf(cseq, sizeof(cseq), "%u %s", next_byte(s) % 16, method);
  snprintf(id, sizeof(id), "id%u", flags >> 6);
  /* long ones that differ fill the pool */
  unsigned fill = flags & 32 ? next_byte(s) : 0;
  int width = flags & 32 ? 1 : 0;
  snprintf(via, sizeof(via), "%s;p=%0*u", in ? PEER_VIA : SOFIA_VIA,
           width * 200, fill);
  snprintf(name, sizeof(name), "\"%0*u\" %s", width * 400, fill,
           in ? "<sip:peer@p>;tag=peer" : "<sip:own@o>;tag=own");
  const char *mine = name;
  const char *your = in ? "<sip:own@o>;tag=own" : "<sip:peer@p>;tag=peer";
  const char *bare = in ? "<sip:own@o>" : "<sip:peer@p>";
  wire m = {.start = start,
            .via = via,
            .from = flags & 1 ? your : mine,
            .to = flags & 1   ? mine
                  : flags & 2 ? your
                              : bare,
            .call_id = id,
            .cseq = cseq,
            .more = flags & 4   ? "Record-Route: <sip:a>,<sip:b;lr>\r\n"
                    : flags & 8 ? "Contact: <sip:c@d:1>\r\nVia: "
                                  "SIP/2.0/TCP [::1]:7;received=[::2]\r\n"
                                : NULL,
            .body = flags & 16 ? SDP : NULL};
  t.len = wire_write(t.bytes, sizeof(t.bytes), &m);
  for (unsigned edits = next_byte(s) % 4; edits > 0; edits--) {
    size_t at = next_byte(s) * 2U + next_byte(s) % 2U;
    t.bytes[at % t.len] = (char)next_byte(s);
  }
  send(w, t.bytes, t.len, in);
}

static void datagram(world *w, script *s, bool in) {
  size_t len = next_byte(s);
  len |= (size_t)next_byte(s) << 8;
  size_t left = (size_t)(s->end - s->at);
  len = len < left ? len : left;
  send(w, (const char *)s->at, len, in);
  s->at += len;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static world w;
  script s = {data, data + size};
  unsigned flags = next_byte(&s);
  const msnav_guard_config config = {
    .outer_local = OUTER_LOCAL,
    .outer_remote = OUTER_REMOTE,
    .branch = (flags & 1) != 0,
    .user = msnav_str_of(flags & 2 ? "me" : NULL),
    .remote_user = msnav_str_of(flags & 4 ? "you" : NULL),
    .target = flags & 8 ? (msnav_addr){1, 2} : (msnav_addr){0, 0},
  };
  w.to_sofia.len = w.to_peer.len = 0;
  w.answer_sofia.len = w.answer_peer.len = 0;
  check(msnav_guard_init(&w.g, &config) == MSNAV_OK);
  while (s.at < s.end) {
    unsigned op = next_byte(&s);
    bool in = (op & 1) != 0;
    switch (op >> 1 & 3) {
    case 0:
      datagram(&w, &s, in);
      break;
    case 1:
      request(&w, &s, in);
      break;
    case 2:
      answer(&w, in ? &w.to_peer : &w.to_sofia, next_byte(&s), in);
      break;
    default:
      acknowledge(&w, in ? &w.answer_peer : &w.answer_sofia, in);
      break;
    }
  }
  return 0;
}

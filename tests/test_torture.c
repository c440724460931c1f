/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The 49 messages of RFC 4475, each sent by the negotiated peer before a call
 * and in one.  doc/torture.md has the same table for people. */
#include "test.h"

#include "support/world.h"

#include <stdio.h>

/* What the RFC wants of an endpoint like ours. */
typedef enum wish {
  CALL,   /* a call comes about */
  ANSWER, /* OPTIONS is answered 200 */
  METHOD, /* well-formed, but no method of ours: refuse it */
  REFUSE, /* malformed, or asks for what nobody has: refuse it */
  EITHER, /* refuse it, or take what was meant */
  IGNORE  /* a response to nothing */
} wish;

typedef struct row {
  const char *name, *section, *title;
  wish wish;
  const char *wanted;          /* in words */
  const char *before, *during; /* what happens: see result_of() */
} row;

static const row rows[] = {
  {"wsinv", "3.1.1.1", "A short tortuous INVITE", REFUSE,
   "valid; its To tag is of no dialog here: 481", "refused: no-dialog",
   "refused: no-dialog"},
  {"intmeth", "3.1.1.2", "Wide range of valid characters", METHOD,
   "valid; unknown method: 405 or 501", "refused: method", "refused: method"},
  {"esc01", "3.1.1.3", "Valid use of the % escaping mechanism", CALL, "accept",
   "200", "refused: no-dialog"},
  {"escnull", "3.1.1.4", "Escaped nulls in URIs", METHOD,
   "valid; REGISTER to no registrar: 405", "refused: method",
   "refused: method"},
  {"esc02", "3.1.1.5", "Use of % when it is not an escape", METHOD,
   "valid; unknown method: 405 or 501", "refused: method", "refused: method"},
  {"lwsdisp", "3.1.1.6", "Message with no LWS between display name and <",
   ANSWER, "answer", "200", "200"},
  {"longreq", "3.1.1.7", "Long values in header fields", CALL, "accept",
   "refused: via", "refused: via"},
  {"dblreq", "3.1.1.8", "Extra trailing octets in a UDP datagram", METHOD,
   "valid REGISTER, the rest ignored: 405", "refused: method",
   "refused: method"},
  {"semiuri", "3.1.1.9", "Semicolon-separated parameters in URI user part",
   ANSWER, "answer", "200", "200"},
  {"transports", "3.1.1.10", "Varied and unknown transport types", ANSWER,
   "answer", "200", "200"},
  {"mpart01", "3.1.1.11", "Multipart MIME message", METHOD,
   "valid; MESSAGE to no pager: 405", "refused: method", "refused: method"},
  {"unreason", "3.1.1.12", "Unusual reason phrase", IGNORE,
   "valid response, of no transaction here: discard", "refused: no-transaction",
   "refused: no-transaction"},
  {"noreason", "3.1.1.13", "Empty reason phrase", IGNORE,
   "valid response, of no transaction here: discard", "refused: no-transaction",
   "refused: no-transaction"},
  {"badinv01", "3.1.2.1", "Extraneous header field separators", REFUSE, "400",
   "refused: via", "refused: via"},
  {"clerr", "3.1.2.2", "Content length larger than message", REFUSE, "400",
   "200", "refused: no-dialog"},
  {"ncl", "3.1.2.3", "Negative content length", REFUSE, "400", "refused: body",
   "refused: body"},
  {"scalar02", "3.1.2.4", "Request scalar fields with overlarge values", REFUSE,
   "400", "refused: method", "refused: method"},
  {"scalarlg", "3.1.2.5", "Response scalar fields with overlarge values",
   IGNORE, "discard", "refused: via", "refused: via"},
  {"quotbal", "3.1.2.6", "Unterminated quoted string in display name", EITHER,
   "400, or infer the quote", "refused: address", "refused: address"},
  {"ltgtruri", "3.1.2.7", "<> enclosing Request-URI", EITHER,
   "400, or be liberal", "refused: start", "refused: start"},
  {"lwsruri", "3.1.2.8", "Malformed SIP Request-URI (embedded LWS)", EITHER,
   "400, or be liberal", "refused: start", "refused: start"},
  {"lwsstart", "3.1.2.9", "Multiple SP separating Request-Line elements",
   EITHER, "400, or be liberal", "refused: start", "refused: start"},
  {"trws", "3.1.2.10", "SP characters at end of Request-Line", EITHER,
   "400, or be liberal", "refused: start", "refused: start"},
  {"escruri", "3.1.2.11", "Escaped headers in SIP Request-URI", EITHER,
   "400, or ignore them", "200", "refused: no-dialog"},
  {"baddate", "3.1.2.12", "Invalid time zone in Date header field", EITHER,
   "ignore the Date, or 400", "200", "refused: no-dialog"},
  {"regbadct", "3.1.2.13", "Failure to enclose name-addr URI in <>", REFUSE,
   "400", "refused: method", "refused: method"},
  {"badaspec", "3.1.2.14", "Spaces within addr-spec", EITHER,
   "400, or be liberal", "refused: address", "refused: address"},
  {"baddn", "3.1.2.15", "Non-token characters in display name", EITHER,
   "400, or be liberal", "200", "200"},
  {"badvers", "3.1.2.16", "Unknown protocol version", REFUSE, "505",
   "refused: start", "refused: start"},
  {"mismatch01", "3.1.2.17", "Start line and CSeq method mismatch", REFUSE,
   "400", "refused: cseq", "refused: cseq"},
  {"mismatch02", "3.1.2.18", "Unknown method with CSeq method mismatch", REFUSE,
   "400 or 501", "refused: method", "refused: method"},
  {"bigcode", "3.1.2.19", "Overlarge response code", IGNORE, "discard",
   "refused: start", "refused: start"},
  {"badbranch", "3.2.1", "Missing transaction identifier", ANSWER,
   "answer, matched as in RFC 2543", "200", "200"},
  {"insuf", "3.3.1", "Missing required header fields", REFUSE, "400",
   "refused: missing", "refused: missing"},
  {"unkscm", "3.3.2", "Request-URI with unknown scheme", REFUSE, "416",
   "refused: start", "refused: start"},
  {"novelsc", "3.3.3", "Request-URI with known but atypical scheme", REFUSE,
   "416", "refused: start", "refused: start"},
  {"unksm2", "3.3.4", "Unknown URI schemes in header fields", METHOD,
   "a registrar answers 400; we are none: 405", "refused: method",
   "refused: method"},
  {"bext01", "3.3.5", "Proxy-Require and Require", REFUSE, "420",
   "refused: via", "refused: via"},
  {"invut", "3.3.6", "Unknown Content-Type", REFUSE, "415", "488",
   "refused: no-dialog"},
  {"regaut01", "3.3.7", "Unknown authorization scheme", METHOD,
   "REGISTER to no registrar: 405", "refused: method", "refused: method"},
  {"multi01", "3.3.8", "Multiple values in single value required fields",
   REFUSE, "400", "refused: duplicate", "refused: duplicate"},
  {"mcl01", "3.3.9", "Multiple Content-Length values", REFUSE, "400",
   "refused: duplicate", "refused: duplicate"},
  {"bcast", "3.3.10", "200 OK response with broadcast Via header field value",
   IGNORE, "discard", "refused: via", "refused: via"},
  {"zeromf", "3.3.11", "Max-Forwards of zero", EITHER, "answer, or 483", "200",
   "200"},
  {"cparam01", "3.3.12", "REGISTER with a contact header parameter", METHOD,
   "REGISTER to no registrar: 405", "refused: method", "refused: method"},
  {"cparam02", "3.3.13", "REGISTER with a url parameter", METHOD,
   "REGISTER to no registrar: 405", "refused: method", "refused: method"},
  {"regescrt", "3.3.14", "REGISTER with a URL escaped header", METHOD,
   "REGISTER to no registrar: 405", "refused: method", "refused: method"},
  {"sdp01", "3.3.15", "Unacceptable Accept offering", REFUSE, "406",
   "refused: body", "refused: body"},
  {"inv2543", "3.3.16", "INVITE with RFC 2543 syntax", CALL, "accept",
   "refused: tag", "refused: tag"},
};

/* ---- what came back */

static struct {
  char statuses[64]; /* finals and 180, in their order */
  char verdict[24];  /* of the guard: the last one */
  msnav_addr from, to;
} seen;

static void see(void *arg, const simnet_record *r) {
  (void)arg;
  bool ours = r->from.ip == seen.to.ip && r->from.port == seen.to.port &&
              r->to.ip == seen.from.ip && r->to.port == seen.from.port;
  if (!ours || r->len < 12 || memcmp(r->data, "SIP/2.0 ", 8) != 0) {
    return;
  }
  char status[5] = {' ', (char)r->data[8], (char)r->data[9], (char)r->data[10]};
  if (status[1] != '1' && strstr(seen.statuses, status) == NULL) {
    strcat(seen.statuses, status);
  }
}

static void trace(const msnav_trace *record, void *person) {
  const world_person *who = person;
  if (who == &who->world->alice && record->kind == MSNAV_TRACE_REFUSED &&
      record->direction == MSNAV_IN && record->verdict != NULL) {
    snprintf(seen.verdict, sizeof(seen.verdict), "%s", record->verdict);
  }
}

static const char *result_of(void) {
  static char text[128];
  if (seen.statuses[0] != '\0') {
    snprintf(text, sizeof(text), "%s", seen.statuses + 1);
  } else if (seen.verdict[0] != '\0') {
    snprintf(text, sizeof(text), "refused: %s", seen.verdict);
  } else {
    snprintf(text, sizeof(text), "nothing");
  }
  return text;
}

static void
send_message(world *w, const char *name, msnav_addr from, msnav_addr to) {
  char file[64];
  size_t len;
  snprintf(file, sizeof(file), "torture/%s.sip", name);
  char *data = load_data(file, &len);
  memset(&seen, 0, sizeof(seen));
  seen.from = from;
  seen.to = to;
  simnet_inject(&from, &to, data, len);
  free(data);
  (void)world_run(w, simnet_now() + 3 * WORLD_SECOND, NULL, 0);
}

/* ---- before a call */

static const msnav_addr bob_sip = {WORLD_BOB_IP, 5060};

static void end(world *w) {
  if (w->alice.call != NULL) {
    (void)msnav_call_hangup(w->alice.call);
  }
  (void)world_run(w, simnet_now() + 5 * WORLD_SECOND, NULL, 0);
  assert_null(w->alice.call);
  assert_int_not_equal(w->alice.reason, MSNAV_REASON_NONE);
}

/* ---- in a call; afterwards it is as it was */

static const char *call_again(world *w, const char *name) {
  static char result[128];

  msnav_call_info alice = {.size = sizeof(alice)}, bob = {.size = sizeof(bob)};
  w->bob.answers = true;
  w->alice.talking = w->bob.talking = 0;
  assert_int_equal(world_call(w), MSNAV_OK);
  assert_true(world_talk(w, 5 * WORLD_SECOND));
  assert_int_equal(msnav_call_get_info(w->alice.call, &alice), MSNAV_OK);
  assert_int_equal(msnav_call_get_info(w->bob.call, &bob), MSNAV_OK);
  if (name != NULL) {
    send_message(w, name, bob.local_sip, alice.local_sip);
    strcpy(result, result_of());
  }
  unsigned long heard = w->bob.heard;
  (void)world_run(w, simnet_now() + WORLD_SECOND, NULL, 0);
  assert_true(w->bob.heard > heard + 40);
  assert_int_equal(world_state(&w->alice), MSNAV_STATE_TALKING);
  assert_int_equal(world_state(&w->bob), MSNAV_STATE_TALKING);
  assert_int_equal(msnav_call_hangup(w->bob.call), MSNAV_OK);
  (void)world_run(w, simnet_now() + 5 * WORLD_SECOND, NULL, 0);
  assert_int_equal(w->alice.reason, MSNAV_REASON_HANGUP_REMOTE);
  assert_int_equal(w->bob.reason, MSNAV_REASON_HANGUP_LOCAL);
  return result;
}

/* ---- the score: strict */

static bool is_refusal(const char *what) {
  return what[0] == '4' || what[0] == '5' || what[0] == '6' ||
         strncmp(what, "refused", 7) == 0;
}

static bool as_wished(const row *r) {
  bool taken = strncmp(r->before, "200", 3) == 0;
  switch (r->wish) {
  case CALL:
  case ANSWER:
    return taken;
  case METHOD:
  case REFUSE:
    return is_refusal(r->before) && is_refusal(r->during);
  case EITHER:
    return taken || is_refusal(r->before);
  case IGNORE:
    return strncmp(r->before, "refused", 7) == 0;
  }
  return false;
}

/* ---- doc/torture.md shows the table to people */

static void the_page_has_the_same_table(void **state) {
  (void)state;
  size_t len;
  char *page = load_data("../../doc/torture.md", &len);
  page = realloc(page, len + 1);
  page[len] = '\0';
  const char *at = page;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const row *r = &rows[i];
    char line[400];
    snprintf(line, sizeof(line), "\n| %s | %s | %s | %s | %s | %s |\n",
             r->section, r->name, r->title, r->wanted, r->before, r->during);
    const char *found = strstr(at, line);
    if (found == NULL) {
      fail_msg("doc/torture.md lacks this row, or has it elsewhere:%s", line);
    }
    at = found + 1;
  }
  free(page);
}

static void each_message_is_answered_or_refused(void **state) {
  (void)state;
  unsigned score = 0;
  unsigned wrong = 0;
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const row *r = &rows[i];
    world w = {.trace = trace};
    simnet_begin(i);
    simnet_tap(see, NULL);
    /* their SDP names the RFC's hosts, not the peer */
    msnav_config config = world_config(WORLD_ALICE_IP);
    config.allow_relays = 1;
    assert_int_equal(world_open(&w, &config, NULL), MSNAV_OK);
    send_message(&w, r->name, bob_sip, world_listen(&w, &bob_sip));
    char before[128], during[128];
    strcpy(before, result_of());
    end(&w);
    strcpy(during, call_again(&w, r->name));
    (void)call_again(&w, NULL);
    world_close(&w);
    assert_int_equal(simnet_end(), 0);
    bool same =
      strcmp(before, r->before) == 0 && strcmp(during, r->during) == 0;
    if (!same) {
      print_message("# %s: \"%s\", \"%s\"\n", r->name, before, during);
      wrong++;
    }
    score += same && as_wished(r);
    if (same && !as_wished(r)) {
      print_message("# %s is not as RFC 4475 has it\n", r->name);
    }
  }
  print_message("# %u of %zu\n", score, ARRAY_LEN(rows));
  assert_int_equal(wrong, 0);
  assert_int_equal(ARRAY_LEN(rows), 49);
  assert_true(score >= 46);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(each_message_is_answered_or_refused),
    cmocka_unit_test(the_page_has_the_same_table),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A set of conversations from outside: arguments, keys, limits, memory and
 * the order of actions. */
#include "session_kit.h"

#include "session/inner.h"

/* ---- keys */

#define ACCEPT(cookie)                                                         \
  "Invitation-Command: ACCEPT\r\nInvitation-Cookie: " cookie                   \
  "\r\nIP-Address: 192.168.0.165:11630\r\n"
#define CANCEL(cookie)                                                         \
  "Invitation-Command: CANCEL\r\nCancel-Code: TIMEOUT\r\n"                     \
  "Invitation-Cookie: " cookie "\r\n"

static void set_up_one(side *a, const msnav_session_config *config) {
  assert_int_equal(msnav_session_set_new(config, &a->set), MSNAV_OK);
}

static side one(void) {
  return (side){.cookie = 1000, .guid = guid_a, .sip = {0xc0a8007f, 12449}};
}

static msnav_session *start(side *a, const char *peer) {
  msnav_session *s = NULL;
  assert_int_equal(msnav_session_start(a->set, msnav_str_of(peer), MSNAV_AUDIO,
                                       START, &s),
                   MSNAV_OK);
  return s;
}

/* The payloads that wait to be sent, in the wires. */
static void collect(side *a) {
  msnav_action action;
  a->wires = 0;
  while (msnav_session_next_action(a->set, &action) == MSNAV_OK) {
    if (action.kind == MSNAV_ACTION_SEND && a->wires < 8) {
      memcpy(a->wire[a->wires], action.payload.ptr, action.payload.len);
      a->wire_len[a->wires++] = action.payload.len;
    }
  }
}

/* Vector of the SipHash paper, appendix A: key 00...0f, text 00...0e. */
static void keys_are_hashed_with_a_secret(void **state) {
  (void)state;
  uint64_t secret[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
  char text[14];
  for (size_t i = 0; i < sizeof(text); i++) {
    text[i] = (char)(i + 1);
  }
  msnav_str none = {"", 0};
  msnav_str cookie = {text, sizeof(text)};
  assert_int_equal(msnav_session_hash(secret, none, cookie),
                   0xa129ca6149be45e5);
  /* only the account is compared without case */
  msnav_str lower = STR("p@q.z");
  msnav_str upper = STR("P@Q.Z");
  assert_int_equal(msnav_session_hash(secret, lower, cookie),
                   msnav_session_hash(secret, upper, cookie));
  assert_int_not_equal(msnav_session_hash(secret, none, lower),
                       msnav_session_hash(secret, none, upper));
  secret[1]++;
  assert_int_not_equal(msnav_session_hash(secret, none, cookie),
                       0xa129ca6149be45e5);
}

/* A server relays an INVITE to everybody in the room, also what comes late. */
static void those_who_were_not_invited_are_not_heard(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *call = start(&a, "yxu68@hotmail.com");
  collect(&a);
  msnav_session *s = call;
  assert_int_equal(from(&a, "third@x", ACCEPT("1000"), &s), MSNAV_OK);
  assert_null(s);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  assert_int_equal(info_of(call).state, MSNAV_STATE_INVITING);
  assert_int_equal(msnav_session_feed(call, MSNAV_EV_HANGUP, START), MSNAV_OK);
  collect(&a);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  msnav_session_free(call);
  assert_int_equal(from(&a, "third@x", CANCEL("1000"), &s), MSNAV_OK);
  assert_int_equal(from(&a, "yxu68@hotmail.com", ACCEPT("1000"), &s), MSNAV_OK);
  collect(&a);
  assert_int_equal(a.wires, 0);
  assert_int_equal(counters_of(&a).unknown, 5);
  msnav_session_set_free(a.set);
}

/* ACCEPT and CANCEL have no Application-GUID: they may be the host's. */
static void cookies_never_seen_are_left_to_the_host(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  static const char *const bodies[] = {ACCEPT("7"), CANCEL("7")};
  for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
    msnav_session *s = (msnav_session *)&a;
    assert_int_equal(from(&a, "p@q", bodies[i], &s), MSNAV_ERR_NOT_OURS);
    assert_null(s);
  }
  /* an incoming cookie is that of its peer alone */
  assert_int_equal(from(&a, "p@q", INVITE "8\r\n", NULL), MSNAV_OK);
  assert_int_equal(from(&a, "r@s", CANCEL("8"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("08"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("8"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "r@s", CANCEL("8"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(counters_of(&a).unknown, 5);
  collect(&a);
  assert_int_equal(a.wires, 0);
  msnav_session_set_free(a.set);
}

static void the_last_64_ended_keys_are_remembered(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  char body[256];
  for (int i = 0; i < 65; i++) {
    snprintf(body, sizeof(body), INVITE "%d\r\n", i);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", body, &s), MSNAV_OK);
    msnav_session_free(s);
  }
  assert_int_equal(from(&a, "p@q", CANCEL("0"), NULL), MSNAV_ERR_NOT_OURS);
  assert_int_equal(from(&a, "p@q", CANCEL("1"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", CANCEL("64"), NULL), MSNAV_OK);
  /* an ended key is free: this is a new invitation */
  msnav_session *again;
  assert_int_equal(from(&a, "p@q", INVITE "64\r\n", &again), MSNAV_OK);
  assert_int_equal(info_of(again).state, MSNAV_STATE_RINGING);
  assert_int_equal(counters_of(&a).repeated, 0);
  msnav_session_set_free(a.set);
}

/* Both directions can have the same cookie, by chance or malice. */
static void one_cookie_in_both_directions(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *out = start(&a, "p@q");
  msnav_session *in;
  assert_int_equal(from(&a, "p@q", INVITE "1000\r\n", &in), MSNAV_OK);
  assert_ptr_not_equal(in, out);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q", CANCEL("1000"), &s), MSNAV_OK);
  assert_ptr_equal(s, out);
  assert_int_equal(from(&a, "p@q", CANCEL("1000"), &s), MSNAV_OK);
  assert_ptr_equal(s, in);
  assert_int_equal(info_of(in).reason, MSNAV_REASON_CANCELLED_REMOTE);
  assert_int_equal(info_of(out).reason, MSNAV_REASON_CANCELLED_REMOTE);
  msnav_session_set_free(a.set);
}

/* protocol: an opaque token on input, some clients print negative numbers */
static void cookies_of_peers_come_back_as_they_were(void **state) {
  (void)state;
  static const char *const cookies[] = {
    "-559038737",
    "007",
    "4294967296",
    "\xc3\xa9t\xc3\xa9",
    "a b",
    "1234567890123456789012345678901234567890123456789012345678901234"};
  for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    set_up_one(&a, &c);
    char body[300];
    snprintf(body, sizeof(body), INVITE "%s\r\n", cookies[i]);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", body, &s), MSNAV_OK);
    assert_int_equal(msnav_session_feed(s, MSNAV_EV_REJECT, START), MSNAV_OK);
    collect(&a);
    assert_int_equal(a.wires, 1);
    msnav_invite v = {.size = sizeof(v)};
    assert_int_equal(msnav_invite_read(a.wire[0], a.wire_len[0], &v), MSNAV_OK);
    assert_str(v.cookie, cookies[i]);
    msnav_session_set_free(a.set);
  }
}

static void cookies_that_cannot_be_written_are_refused(void **state) {
  (void)state;
  static const char *const cookies[] = {
    "", "1\t2", "\x01", "1\x7f",
    "12345678901234567890123456789012345678901234567890123456789012345"};
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  for (size_t i = 0; i < ARRAY_LEN(cookies); i++) {
    char body[300];
    snprintf(body, sizeof(body), INVITE "%s\r\n", cookies[i]);
    assert_int_equal(from(&a, "p@q", body, NULL), MSNAV_ERR_PARSE);
  }
  assert_int_equal(counters_of(&a).malformed, ARRAY_LEN(cookies));
  assert_int_equal(counters_of(&a).live, 0);
  msnav_session_set_free(a.set);
}

static uint32_t dice; /* what they show, always */
static void stuck(void *arg, void *bytes, size_t len) {
  (void)arg;
  memset(bytes, 0, len);
  memcpy(bytes, &dice, len < sizeof(dice) ? len : sizeof(dice));
}

/* protocol: decimal, 1...2^31-1 on output */
static void our_cookies_are_positive_and_all_different(void **state) {
  (void)state;
  static const struct {
    uint32_t dice;
    const char *cookies[3];
  } rows[] = {
    {0, {"1", "2", "3"}},
    {1, {"1", "2", "3"}},
    {0x7ffffffe, {"2147483646", "2147483647", "1"}},
    {0xffffffff, {"2147483647", "1", "2"}},
    {0x80000000, {"1", "2", "3"}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    c.random = stuck;
    dice = rows[i].dice;
    set_up_one(&a, &c);
    for (size_t k = 0; k < 3; k++) {
      /* also with different peers: each cookie tells one call */
      msnav_session *s = start(&a, k == 2 ? "r@s" : "p@q");
      assert_str(info_of(s).cookie, rows[i].cookies[k]);
    }
    msnav_session_set_free(a.set);
  }
}

/* ---- actions */

/* An adapter may answer SIP_HANGUP at once, before the CANCEL was fetched:
 * paper section 4 has both, BYE and CANCEL. */
static void cancel_is_sent_though_sip_closes_at_once(void **state) {
  (void)state;
  static const msnav_event closing[] = {MSNAV_EV_SIP_CLOSED, MSNAV_EV_SIP_BYE,
                                        MSNAV_EV_SIP_FAILED, MSNAV_EV_FAILED,
                                        MSNAV_EV_TIMEOUT,    MSNAV_EV_SHUTDOWN};
  for (size_t i = 0; i < ARRAY_LEN(closing); i++) {
    side a;
    side b;
    connect_both(&a, &b);
    a.done[0] = '\0';
    feed(&a, MSNAV_EV_HANGUP, START);
    feed(&a, closing[i], START + 60000000);
    pump(&a, START);
    assert_string_equal(a.done, "stop hangup send close ended");
    assert_wire(&a, 2, "paper-4-cancel-timeout-inviter.msg");
    tear_down(&a, &b);
  }
}

/* ---- what is agreed */

/* The invitee's ACCEPT to a call of ours; the conversation. */
static msnav_session *
answered(side *a, uint32_t can, uint32_t asked, const char *fields) {
  *a = one();
  msnav_session_config c = config_of(a);
  c.capabilities = can;
  set_up_one(a, &c);
  msnav_session *s = NULL;
  assert_int_equal(msnav_session_start(a->set, msnav_str_of("p@q"), asked,
                                       START, &s),
                   MSNAV_OK);
  collect(a);
  char body[400];
  snprintf(body, sizeof(body),
           "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 1000\r\n%s",
           fields);
  assert_int_equal(from(a, "p@q", body, NULL), MSNAV_OK);
  return s;
}

static void assert_only_cancel(side *a, const char *code) {
  collect(a);
  assert_int_equal(a->wires, 1);
  msnav_invite v = {.size = sizeof(v)};
  assert_int_equal(msnav_invite_read(a->wire[0], a->wire_len[0], &v), MSNAV_OK);
  assert_int_equal(v.command, MSNAV_INVITE_CANCEL);
  assert_str(v.cancel_text, code);
}

#define HERE "IP-Address: 192.168.0.165:11630\r\n"
enum { A = MSNAV_AUDIO, V = MSNAV_VIDEO, AV = MSNAV_AUDIO | MSNAV_VIDEO };

/* paper section 1: the ACCEPT lists what is taken of what was requested */
static void media_are_what_was_asked_and_taken(void **state) {
  (void)state;
  static const struct {
    uint32_t asked;
    const char *list;
    uint32_t agreed; /* 0: nothing in common */
  } rows[] = {
    {A, "Context-Data: Requested:SIP_A,;\r\n", A},
    {AV, "Context-Data: Requested:SIP_A,SIP_V,;\r\n", AV},
    {AV, "Context-Data: Requested:SIP_A,;\r\n", A},
    {AV, "Context-Data: Requested:SIP_V,;\r\n", V},
    {A, "Context-Data: Requested:SIP_A,SIP_V,;\r\n", A},
    {A, "", A}, /* the paper's damaged print */
    {AV, "", A},
    {V, "", V},
    {AV, "Context-Data: Requested:;\r\n", A},
    {A, "Context-Data: Requested:SIP_V,;\r\n", 0},
    {V, "Context-Data: Requested:SIP_A,;\r\n", 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a;
    char fields[200];
    snprintf(fields, sizeof(fields), "%s" HERE, rows[i].list);
    msnav_session *s = answered(&a, AV, rows[i].asked, fields);
    if (rows[i].agreed != 0) {
      assert_int_equal(info_of(s).state, MSNAV_STATE_ANSWERED);
      assert_int_equal(info_of(s).media, rows[i].agreed);
    } else {
      assert_int_equal(info_of(s).reason, MSNAV_REASON_NOTHING_COMMON);
      assert_only_cancel(&a, "REJECT_NOT_INSTALLED");
      assert_int_equal(counters_of(&a).bad_address, 0);
    }
    msnav_session_set_free(a.set);
  }
}

/* design: what we cannot do is left out; nothing in common is refused */
static void invitations_are_taken_as_far_as_we_can(void **state) {
  (void)state;
  static const struct {
    uint32_t can;
    const char *list;
    uint32_t takes;
  } rows[] = {
    {A, "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,;\r\n", A},
    {A, "Context-Data: Requested:SIP_A,SIP_V,;\r\n", A},
    {AV, "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;\r\n", A},
    {AV, "Context-Data: Requested:SIP_V,\r\n", V},
    {V, "Context-Data: Requested:SIP_A,SIP_V,;\r\n", V},
    {A, "", A}, /* no list: sound */
    {V, "", 0},
    {A, "Context-Data: Requested:SIP_V,;\r\n", 0},
    {AV, "Context-Data: Requested:SIP_X,;\r\n", 0},
    {AV, "Context-Data: Requested:;\r\n", 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    c.capabilities = rows[i].can;
    set_up_one(&a, &c);
    char body[400];
    snprintf(body, sizeof(body),
             "Application-GUID: " MSNAV_INVITE_GUID "\r\n%s"
             "Invitation-Command: INVITE\r\nInvitation-Cookie: 5\r\n",
             rows[i].list);
    msnav_session *s;
    assert_int_equal(from(&a, "p@q", body, &s), MSNAV_OK);
    if (rows[i].takes != 0) {
      assert_int_equal(info_of(s).state, MSNAV_STATE_RINGING);
      assert_int_equal(info_of(s).media, rows[i].takes);
    } else {
      assert_int_equal(info_of(s).reason, MSNAV_REASON_NOTHING_COMMON);
      assert_only_cancel(&a, "REJECT_NOT_INSTALLED");
    }
    msnav_session_set_free(a.set);
  }
}

static const struct {
  const char *fields;
  bool loopback;
  uint32_t ip; /* 0: refused */
} addresses[] = {
  {"IP-Address: 1.0.0.1:1\r\n", false, 0x01000001},
  {"IP-Address: 223.255.255.254:65535\r\n", false, 0xdffffffe},
  {"IP-Address: 127.0.0.1:5060\r\n", true, 0x7f000001},
  {"IP-Address: 127.0.0.1:5060\r\n", false, 0},
  {"IP-Address: 127.255.255.255:5060\r\n", false, 0},
  {"IP-Address: 0.0.0.0:5060\r\n", true, 0},
  {"IP-Address: 0.255.255.255:5060\r\n", true, 0},
  {"IP-Address: 224.0.0.1:5060\r\n", true, 0},       /* multicast */
  {"IP-Address: 239.255.255.255:5060\r\n", true, 0}, /* multicast */
  {"IP-Address: 240.0.0.1:5060\r\n", true, 0},       /* class E */
  {"IP-Address: 255.255.255.255:5060\r\n", true, 0}, /* broadcast */
  {"IP-Address: 1.2.3.4\r\n", true, 0},              /* no port */
  {"IP-Address: 1.2.3.4:0\r\n", true, 0},
  {"IP-Address: 1.2.3.4:65536\r\n", true, 0},
  {"IP-Address: example.com:5060\r\n", true, 0},
  {"", true, 0},
  /* paper section 1: MTkyLjE2OC4wLjE2NToxMTYzMA== is 192.168.0.165:11630 */
  {"IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n", false, 0xc0a800a5},
  {"IP-Address: broken\r\n"
   "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
   false, 0xc0a800a5},
  {"IP-Address: 1.2.3.4:5\r\n"
   "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
   false, 0x01020304},
};

static void check_address(size_t row, msnav_session *s, side *a, bool sip) {
  if (addresses[row].ip != 0) {
    assert_int_equal(info_of(s).remote.ip, addresses[row].ip);
    assert_int_equal(info_of(s).address_conflict,
                     row == ARRAY_LEN(addresses) - 1);
    assert_int_equal(info_of(s).state,
                     sip ? MSNAV_STATE_CONNECTING : MSNAV_STATE_ANSWERED);
    return;
  }
  assert_int_equal(info_of(s).reason, MSNAV_REASON_BAD_ADDRESS);
  assert_int_equal(info_of(s).remote.port, 0);
  assert_int_equal(counters_of(a).bad_address, 1);
  assert_only_cancel(a, "FAIL");
}

static void peers_are_called_only_where_a_peer_can_be(void **state) {
  (void)state;
  for (size_t i = 0; i < 2 * ARRAY_LEN(addresses); i++) {
    size_t row = i / 2;
    side a = one();
    msnav_session_config c = config_of(&a);
    c.allow_loopback = addresses[row].loopback;
    set_up_one(&a, &c);
    msnav_session *s = NULL;
    const char *cookie = "1000";
    if (i % 2 == 0) { /* the invitee's ACCEPT */
      s = start(&a, "p@q");
      collect(&a);
    } else { /* the inviter's */
      cookie = "5";
      assert_int_equal(from(&a, "p@q", INVITE "5\r\n", &s), MSNAV_OK);
      assert_int_equal(msnav_session_feed(s, MSNAV_EV_ACCEPT, START), MSNAV_OK);
      assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
      collect(&a);
    }
    char body[300];
    snprintf(body, sizeof(body),
             "Invitation-Command: ACCEPT\r\nInvitation-Cookie: %s\r\n%s",
             cookie, addresses[row].fields);
    assert_int_equal(from(&a, "p@q", body, NULL), MSNAV_OK);
    check_address(row, s, &a, i % 2 != 0);
    msnav_session_set_free(a.set);
  }
}

/* An ACCEPT has its place: before ours went out, or again, it means nothing. */
static void accepts_out_of_place_are_ignored(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q", INVITE "5\r\n", &s), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", ACCEPT("5"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_RINGING);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_ACCEPT, START), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", ACCEPT("5"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_ACCEPTED);
  assert_int_equal(info_of(s).remote.port, 0);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", ACCEPT("5"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_CONNECTING);
  static const char elsewhere[] =
    "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 5\r\n"
    "IP-Address: 6.6.6.6:6\r\n";
  static const char nowhere[] =
    "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 5\r\n";
  assert_int_equal(from(&a, "p@q", elsewhere, NULL), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", nowhere, NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_CONNECTING);
  assert_int_equal(info_of(s).remote.ip, 0xc0a800a5);
  assert_int_equal(counters_of(&a).out_of_state, 4);
  msnav_session_set_free(a.set);
}

/* NetMeeting also says SM1: the Application-GUID decides, in every message */
static void other_applications_are_left_alone(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s = start(&a, "p@q");
  collect(&a);
#define THEIRS "Application-GUID: {44BBA842-CC51-11CF-AAFA-00AA00B6015C}\r\n"
  static const char *const bodies[] = {
    THEIRS "Session-Protocol: SM1\r\nInvitation-Command: INVITE\r\n"
           "Invitation-Cookie: 1\r\n",
    THEIRS ACCEPT("1000"), THEIRS CANCEL("1000")};
  for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
    assert_int_equal(from(&a, "p@q", bodies[i], NULL), MSNAV_ERR_NOT_OURS);
  }
  assert_int_equal(info_of(s).state, MSNAV_STATE_INVITING);
  assert_int_equal(counters_of(&a).foreign, 3);
  assert_int_equal(counters_of(&a).live, 1);
  msnav_session_set_free(a.set);
}

/* ---- time */

#define SECOND ((msnav_usec)1000000)

/* Up to a state, in seconds that the test never lets pass. */
static msnav_session *reach(side *a, side *b, msnav_state goal) {
  call(a, START);
  pump_both(a, b, START);
  if (goal == MSNAV_STATE_INVITING) {
    return a->last;
  }
  if (goal == MSNAV_STATE_RINGING) {
    return b->last;
  }
  a->lossy = goal == MSNAV_STATE_ACCEPTED;
  feed(b, MSNAV_EV_ACCEPT, START);
  pump_both(a, b, START);
  if (goal == MSNAV_STATE_ACCEPTED) {
    return b->last;
  }
  static const msnav_event way[] = {MSNAV_EV_SIP_INCOMING, MSNAV_EV_SIP_UP,
                                    MSNAV_EV_HANGUP};
  for (size_t i = 0; info_of(a->last).state != goal; i++) {
    feed(a, way[i], START);
  }
  pump_both(a, b, START);
  return a->last;
}

static const struct {
  msnav_state state;
  size_t member;    /* of the configuration */
  unsigned seconds; /* design, session policy */
} limits[] = {
  {MSNAV_STATE_INVITING, offsetof(msnav_session_config, ring_out), 60},
  {MSNAV_STATE_RINGING, offsetof(msnav_session_config, ring_in), 60},
  {MSNAV_STATE_ACCEPTED, offsetof(msnav_session_config, exchange), 20},
  {MSNAV_STATE_ANSWERED, offsetof(msnav_session_config, exchange), 20},
  {MSNAV_STATE_CONNECTING, offsetof(msnav_session_config, setup), 8},
  {MSNAV_STATE_TALKING, offsetof(msnav_session_config, silence), 30},
  {MSNAV_STATE_HANGING_UP, offsetof(msnav_session_config, bye), 2},
};

/* The deadline of a state with one limit configured, 0: none. */
static msnav_usec deadline_with(size_t row, msnav_usec value) {
  side a;
  side b;
  set_up_with(&a, &b, limits[row].member, value);
  msnav_usec deadline =
    msnav_session_deadline(reach(&a, &b, limits[row].state));
  tear_down(&a, &b);
  return deadline;
}

static void each_limit_can_be_chosen(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
    assert_int_equal(deadline_with(i, 0), START + limits[i].seconds * SECOND);
    assert_int_equal(deadline_with(i, 7 * SECOND), START + 7 * SECOND);
    assert_int_equal(deadline_with(i, 1), START + 1);
    assert_int_equal(deadline_with(i, MSNAV_NEVER), MSNAV_NEVER);
    assert_int_equal(deadline_with(i, MSNAV_NEVER - START), MSNAV_NEVER);
    assert_int_equal(deadline_with(i, MSNAV_NEVER - START - 1),
                     MSNAV_NEVER - 1);
  }
}

static void without_a_deadline_nothing_times_out(void **state) {
  (void)state;
  side a;
  side b;
  set_up_with(&a, &b, offsetof(msnav_session_config, ring_out), MSNAV_NEVER);
  msnav_session *s = reach(&a, &b, MSNAV_STATE_INVITING);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_TIMEOUT, MSNAV_NEVER),
                   MSNAV_ERR_STATE);
  tear_down(&a, &b);
}

/* A timer of the caller may fire for a deadline that has moved. */
static void media_moves_the_deadline(void **state) {
  (void)state;
  side a;
  side b;
  connect_both(&a, &b);
  msnav_usec first = msnav_session_deadline(a.last);
  a.done[0] = '\0';
  feed(&a, MSNAV_EV_MEDIA_SEEN, START + 10 * SECOND);
  assert_int_equal(msnav_session_deadline(a.last), first + 10 * SECOND);
  assert_int_equal(msnav_session_feed(a.last, MSNAV_EV_TIMEOUT, first),
                   MSNAV_ERR_STATE);
  pump(&a, first);
  assert_string_equal(a.done, ""); /* nothing to tell */
  feed(&a, MSNAV_EV_TIMEOUT, first + 10 * SECOND);
  tear_down(&a, &b);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(cancel_is_sent_though_sip_closes_at_once),
    cmocka_unit_test(keys_are_hashed_with_a_secret),
    cmocka_unit_test(those_who_were_not_invited_are_not_heard),
    cmocka_unit_test(cookies_never_seen_are_left_to_the_host),
    cmocka_unit_test(the_last_64_ended_keys_are_remembered),
    cmocka_unit_test(one_cookie_in_both_directions),
    cmocka_unit_test(cookies_of_peers_come_back_as_they_were),
    cmocka_unit_test(cookies_that_cannot_be_written_are_refused),
    cmocka_unit_test(our_cookies_are_positive_and_all_different),
    cmocka_unit_test(media_are_what_was_asked_and_taken),
    cmocka_unit_test(invitations_are_taken_as_far_as_we_can),
    cmocka_unit_test(peers_are_called_only_where_a_peer_can_be),
    cmocka_unit_test(accepts_out_of_place_are_ignored),
    cmocka_unit_test(other_applications_are_left_alone),
    cmocka_unit_test(each_limit_can_be_chosen),
    cmocka_unit_test(without_a_deadline_nothing_times_out),
    cmocka_unit_test(media_moves_the_deadline),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

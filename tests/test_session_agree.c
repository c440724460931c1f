/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What two sides agree on: media, addresses, and messages out of place. */
#include "session_kit.h"

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

/* ---- what we say about ourselves */

/* The INVITE that this configuration writes, NUL-terminated. */
static const char *
invitation(side *a, const msnav_session_config *config, uint32_t media) {
  msnav_session *s;
  set_up_one(a, config);
  assert_int_equal(msnav_session_start(a->set, msnav_str_of("p@q"), media,
                                       START, &s),
                   MSNAV_OK);
  collect(a);
  assert_int_equal(a->wires, 1);
  a->wire[0][a->wire_len[0]] = '\0';
  msnav_session_set_free(a->set);
  return a->wire[0];
}

/* protocol: no Private-IP, Public-IP and UPnP with Firewall, and only what is
 * known otherwise */
static void what_is_not_known_is_not_written(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  c.private_ip = 0xc0a8007f;
  c.upnp = 1;
  const char *text = invitation(&a, &c, A);
  assert_non_null(strstr(text, "\r\nConn-Type: IP-Restrict-NAT\r\n"));
  assert_non_null(strstr(text, "\r\nPrivate-IP: 192.168.0.127\r\n"));
  assert_non_null(strstr(text, "\r\nPublic-IP: 211.91.101.105\r\n"));
  assert_non_null(strstr(text, "\r\nUPnP: TRUE\r\n"));
  c.conn_type = MSNAV_CONN_FIREWALL;
  text = invitation(&a, &c, A);
  assert_non_null(strstr(text, "\r\nConn-Type: Firewall\r\n"));
  assert_null(strstr(text, "Private-IP"));
  assert_null(strstr(text, "Public-IP"));
  assert_null(strstr(text, "UPnP"));
  c.conn_type = MSNAV_CONN_NONE;
  c.private_ip = c.public_ip = c.upnp = 0;
  text = invitation(&a, &c, A);
  assert_non_null(strstr(text, "\r\nConn-Type: Direct-Connect\r\n"));
  assert_null(strstr(text, "Private-IP"));
  assert_null(strstr(text, "Public-IP"));
  assert_non_null(strstr(text, "\r\nUPnP: FALSE\r\n"));
}

static void all_alike(void *arg, void *bytes, size_t len) {
  memset(bytes, *(const int *)arg, len);
}

/* RFC 4122 section 4.4, version 4 as the paper's */
static void session_ids_are_random_guids(void **state) {
  (void)state;
  static const struct {
    int byte;
    const char *id;
  } rows[] = {
    {0, "\r\nSession-ID: {00000000-0000-4000-8000-000000000000}\r\n"},
    {255, "\r\nSession-ID: {FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF}\r\n"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    side a = one();
    msnav_session_config c = config_of(&a);
    int byte = rows[i].byte;
    c.random = all_alike;
    c.random_arg = &byte;
    assert_non_null(strstr(invitation(&a, &c, A), rows[i].id));
  }
}

/* paper section 1: what is requested and what we can are different lists */
static void an_invitation_says_what_is_asked_and_what_we_can(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  c.capabilities = AV;
  c.app_name = "\xd0\x94\xd0\xb0";
  const char *text = invitation(&a, &c, A);
  assert_non_null(strstr(text, "\r\nContext-Data: Requested:SIP_A,;"
                               "Capabilities:SIP_A,SIP_V,;\r\n"));
  assert_non_null(strstr(text, "\r\nApplication-Name: \xd0\x94\xd0\xb0\r\n"));
  text = invitation(&a, &c, AV);
  assert_non_null(strstr(text, "\r\nContext-Data: Requested:SIP_A,SIP_V,;"
                               "Capabilities:SIP_A,SIP_V,;\r\n"));
}

/* The invitee's ACCEPT lists what the user takes (paper section 1). */
static void the_user_may_take_less(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  c.capabilities = AV;
  set_up_one(&a, &c);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q",
                        "Application-GUID: " MSNAV_INVITE_GUID
                        "\r\nInvitation-Command: INVITE\r\nContext-Data: "
                        "Requested:SIP_A,SIP_V,;\r\nInvitation-Cookie: 3\r\n",
                        &s),
                   MSNAV_OK);
  assert_int_equal(info_of(s).media, AV);
  assert_int_equal(msnav_session_accept(s, V, START), MSNAV_OK);
  assert_int_equal(info_of(s).media, V);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
  collect(&a);
  msnav_invite v = {.size = sizeof(v)};
  assert_int_equal(msnav_invite_read(a.wire[0], a.wire_len[0], &v), MSNAV_OK);
  assert_int_equal(v.requested, V);
  msnav_session_set_free(a.set);
}

/* paper section 1: both INVITE and ACCEPT say how their sender is connected */
static void how_the_peer_is_connected_is_known(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s;
  assert_int_equal(from(&a, "p@q", INVITE "3\r\nConn-Type: Firewall\r\n", &s),
                   MSNAV_OK);
  assert_int_equal(info_of(s).peer_conn_type, MSNAV_CONN_FIREWALL);
  msnav_session_set_free(a.set);
  s = answered(&a, A, A, HERE "Conn-Type: Symmetric-NAT\r\n");
  assert_int_equal(info_of(s).state, MSNAV_STATE_ANSWERED);
  assert_int_equal(info_of(s).peer_conn_type, MSNAV_CONN_SYMMETRIC_NAT);
  msnav_session_set_free(a.set);
}

/* A name of the greatest length that is taken still fits into a message. */
static void the_longest_name_fits(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  char name[257];
  memset(name, 'n', sizeof(name));
  name[255] = '\0';
  c.app_name = name;
  c.private_ip = 0xffffffff;
  (void)invitation(&a, &c, A);
  name[255] = 'n';
  name[256] = '\0';
  assert_int_equal(msnav_session_set_new(&c, &a.set), MSNAV_ERR_INVALID);
}

/* ---- order */

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

/* Its cookie is nobody's yet: who names it guesses. */
static void an_invitation_is_answered_after_it_went_out(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s = start(&a, "p@q");
  assert_int_equal(from(&a, "p@q", ACCEPT("1000"), NULL), MSNAV_OK);
  assert_int_equal(from(&a, "p@q", CANCEL("1000"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_INVITING);
  assert_int_equal(counters_of(&a).unknown, 2);
  collect(&a);
  assert_int_equal(from(&a, "p@q", ACCEPT("1000"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_ANSWERED);
  msnav_session_set_free(a.set);
}

/* Who calls an address that we have not got was not told of it by us. */
static void no_sip_comes_before_we_listen(void **state) {
  (void)state;
  side a = one();
  msnav_session_config c = config_of(&a);
  set_up_one(&a, &c);
  msnav_session *s = start(&a, "p@q");
  collect(&a);
  assert_int_equal(from(&a, "p@q", ACCEPT("1000"), NULL), MSNAV_OK);
  assert_int_equal(info_of(s).state, MSNAV_STATE_ANSWERED);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_SIP_INCOMING, START),
                   MSNAV_ERR_STATE);
  assert_int_equal(msnav_session_listening(s, &a.sip, START), MSNAV_OK);
  assert_int_equal(msnav_session_feed(s, MSNAV_EV_SIP_INCOMING, START),
                   MSNAV_OK);
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(media_are_what_was_asked_and_taken),
    cmocka_unit_test(invitations_are_taken_as_far_as_we_can),
    cmocka_unit_test(peers_are_called_only_where_a_peer_can_be),
    cmocka_unit_test(what_is_not_known_is_not_written),
    cmocka_unit_test(session_ids_are_random_guids),
    cmocka_unit_test(an_invitation_says_what_is_asked_and_what_we_can),
    cmocka_unit_test(the_user_may_take_less),
    cmocka_unit_test(how_the_peer_is_connected_is_known),
    cmocka_unit_test(the_longest_name_fits),
    cmocka_unit_test(accepts_out_of_place_are_ignored),
    cmocka_unit_test(an_invitation_is_answered_after_it_went_out),
    cmocka_unit_test(no_sip_comes_before_we_listen),
    cmocka_unit_test(other_applications_are_left_alone),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

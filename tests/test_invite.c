/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the invite codec reads, of the paper's clients and of others. */
#include "test.h"

#include <msnav/invite.h>

#define HEAD                                                                   \
  "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; "                   \
  "charset=UTF-8\r\n\r\n"

/* Read a body behind the usual header from an exact-size block; the block
 * stays allocated, because the view points into it. */
static msnav_error
read_bytes(const char *bytes, size_t len, msnav_invite *v, char **block) {
  *block = exact_copy(bytes, len);
  v->size = sizeof(*v);
  return msnav_invite_read(*block, len, v);
}

static void assert_body(const char *body, msnav_invite *v, char **block) {
  char payload[2000];
  int n = snprintf(payload, sizeof(payload), HEAD "%s", body);
  assert_int_equal(read_bytes(payload, (size_t)n, v, block), MSNAV_OK);
}

static const char *const golden[] = {"paper-1-invite.msg",
                                     "paper-2-accept1.msg",
                                     "paper-3-accept2.msg",
                                     "paper-4-cancel-timeout-inviter.msg",
                                     "paper-5-cancel-timeout-invitee.msg",
                                     "paper-6-cancel-reject.msg"};

static void papers_messages_survive_reading_and_writing(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
    size_t len;
    size_t out = 0;
    char buf[MSNAV_INVITE_MAX];
    char *payload = load_data(golden[i], &len);
    msnav_invite v = {.size = sizeof(v)};
    assert_int_equal(msnav_invite_read(payload, len, &v), MSNAV_OK);
    assert_true(msnav_invite_is_ours(&v));
    assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &out), MSNAV_OK);
    assert_int_equal(out, len);
    assert_memory_equal(buf, payload, len);
    free(payload);
  }
}

static void view_tells_every_field_of_the_papers_accept(void **state) {
  (void)state;
  size_t len;
  char *payload = load_data("paper-2-accept1.msg", &len);
  msnav_invite v = {.size = sizeof(v)};
  assert_int_equal(msnav_invite_read(payload, len, &v), MSNAV_OK);
  assert_int_equal(v.command, MSNAV_INVITE_ACCEPT);
  assert_int_equal(v.requested, MSNAV_AUDIO);
  assert_str(v.cookie, "23939640");
  assert_str(v.session_id, "{0EF9084D-18D1-44FE-B0E8-BCC4723AE2D9}");
  assert_str(v.protocol, "SM1");
  assert_int_equal(v.conn_type, MSNAV_CONN_IP_RESTRICT_NAT);
  assert_str(v.conn_text, "IP-Restrict-NAT");
  assert_int_equal(v.sip_capability, 1);
  assert_int_equal(v.private_ip, 0xc0a800a5);
  assert_int_equal(v.public_ip, 0xd35b6569);
  assert_int_equal(v.upnp, 0);
  assert_int_equal(v.launch, 1);
  assert_int_equal(v.address.ip, 0xc0a800a5);
  assert_int_equal(v.address.port, 11630);
  assert_int_equal(v.address_enc64.port, 11630);
  assert_int_equal(v.has & (MSNAV_HAS_APP_NAME | MSNAV_HAS_APP_GUID |
                            MSNAV_HAS_CAPABILITIES | MSNAV_HAS_CANCEL_CODE),
                   0);
  assert_int_not_equal(v.has & MSNAV_HAS_REQUEST_DATA, 0);
  free(payload);
}

/* protocol.md section 2: the damaged print lacks Session-ID, Launch and
 * Request-Data */
static void papers_damaged_accept_is_understood(void **state) {
  (void)state;
  size_t len;
  char *payload = load_data("paper-2b-accept1-relayed-as-printed.msg", &len);
  msnav_invite v = {.size = sizeof(v)};
  msnav_addr addr;
  bool conflict = true;
  assert_int_equal(msnav_invite_read(payload, len, &v), MSNAV_OK);
  assert_int_equal(v.command, MSNAV_INVITE_ACCEPT);
  assert_int_equal(v.has & (MSNAV_HAS_SESSION_ID | MSNAV_HAS_LAUNCH), 0);
  assert_int_equal(msnav_invite_address(&v, &addr, &conflict), MSNAV_OK);
  assert_int_equal(addr.port, 11630);
  assert_false(conflict);
  free(payload);
}

static void real_peers_dialects_are_read(void **state) {
  (void)state;
  msnav_invite v;
  char *block;
  /* no blank line at the end, or two; any order; any case */
  assert_body("invitation-COOKIE: -5\r\nInvitation-Command: invite", &v,
              &block);
  assert_int_equal(v.command, MSNAV_INVITE_INVITE);
  assert_str(v.cookie, "-5");
  free(block);
  assert_body("Invitation-Command: CANCEL\r\nInvitation-Cookie: 1\r\n\r\n\r\n",
              &v, &block);
  assert_int_equal(v.command, MSNAV_INVITE_CANCEL);
  free(block);
  /* no semicolon; both media; false in lower case; Session-ID {0} */
  assert_body("Context-Data: Requested:SIP_A,\r\nUPnP: false\r\n"
              "Session-ID: {0}\r\n\r\n",
              &v, &block);
  assert_int_equal(v.requested, MSNAV_AUDIO);
  assert_int_equal(v.has & MSNAV_HAS_CAPABILITIES, 0);
  assert_int_not_equal(v.has & MSNAV_HAS_UPNP, 0);
  assert_str(v.session_id, "{0}");
  free(block);
  assert_body("Context-Data: Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;\r\n",
              &v, &block);
  assert_int_equal(v.requested, MSNAV_AUDIO);
  assert_int_equal(v.capabilities, MSNAV_AUDIO | MSNAV_VIDEO);
  free(block);
  /* bare line feeds */
  assert_body("Invitation-Command: ACCEPT\nInvitation-Cookie: 9\n\n", &v,
              &block);
  assert_str(v.cookie, "9");
  free(block);
  /* a cancel code that is not in the list keeps its text */
  assert_body("Cancel-Code: USER_CANCEL\r\n", &v, &block);
  assert_int_equal(v.cancel_code, MSNAV_CANCEL_OTHER);
  assert_str(v.cancel_text, "USER_CANCEL");
  free(block);
}

static void request_data_joined_with_the_next_line_is_read(void **state) {
  (void)state;
  static const char *const bodies[] = {
    "Request-Data: IP-Address: 1.2.3.4:5\r\n",
    "Request-Data: IP-Address:IP-Address: 1.2.3.4:5\r\n",
    "Request-Data: IP-Address:\r\nIP-Address: 1.2.3.4:5\r\n"};
  for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
    msnav_invite v;
    msnav_addr addr;
    char *block;
    assert_body(bodies[i], &v, &block);
    assert_int_not_equal(v.has & MSNAV_HAS_REQUEST_DATA, 0);
    assert_int_equal(msnav_invite_address(&v, &addr, NULL), MSNAV_OK);
    assert_int_equal(addr.ip, 0x01020304);
    assert_int_equal(addr.port, 5);
    free(block);
  }
}

static void addresses_that_differ_are_both_reported(void **state) {
  (void)state;
  static const struct {
    const char *body;
    msnav_error err;
    uint16_t port;
    bool conflict;
  } rows[] = {
    /* the paper's A, once rewritten by a gateway */
    {"IP-Address: 10.0.0.1:99\r\n"
     "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
     MSNAV_OK, 99, true},
    {"IP-Address: 192.168.0.165:11630\r\n"
     "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
     MSNAV_OK, 11630, false},
    {"IP-Address: 192.168.0.165:11631\r\n"
     "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
     MSNAV_OK, 11631, true},
    {"IP-Address: not.an.address\r\n"
     "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
     MSNAV_OK, 11630, false},
    {"IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n", MSNAV_OK, 11630,
     false},
    {"IP-Address: 192.168.0.165\r\n", MSNAV_ERR_NOT_FOUND, 0, false},
    {"IP-Address-Enc64: !!!!\r\n", MSNAV_ERR_NOT_FOUND, 0, false},
    {"UPnP: TRUE\r\n", MSNAV_ERR_NOT_FOUND, 0, false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_invite v;
    msnav_addr addr = {0, 0};
    bool conflict = false;
    char *block;
    assert_body(rows[i].body, &v, &block);
    assert_int_equal(msnav_invite_address(&v, &addr, &conflict), rows[i].err);
    assert_int_equal(addr.port, rows[i].port);
    assert_int_equal(conflict, rows[i].conflict);
    free(block);
  }
}

static void last_of_two_counts_and_both_are_kept(void **state) {
  (void)state;
  msnav_invite v;
  msnav_invite_reader r;
  msnav_field f;
  char *block;
  assert_body("Invitation-Cookie: 1\r\nInvitation-Cookie: 2\r\n"
              "Private-IP: 1.2.3.4\r\nPrivate-IP: nonsense\r\n"
              "Public-IP: 1.2.3.4\r\nPublic-IP: 1.2.3.4:0\r\n"
              "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,;\r\n"
              "Context-Data: Requested:SIP_V,;\r\n",
              &v, &block);
  assert_str(v.cookie, "2");
  assert_int_equal(v.requested, MSNAV_VIDEO);
  assert_int_equal(v.has & MSNAV_HAS_CAPABILITIES, 0);
  assert_int_equal(v.has & (MSNAV_HAS_PRIVATE_IP | MSNAV_HAS_PUBLIC_IP), 0);
  assert_int_equal(msnav_invite_reader_init(&r, v.source.ptr, v.source.len),
                   MSNAV_OK);
  int cookies = 0;
  while (msnav_invite_next(&r, &f) == MSNAV_OK) {
    cookies += f.name.len == 17;
  }
  assert_int_equal(cookies, 2);
  assert_int_equal(msnav_invite_next(&r, &f), MSNAV_ERR_END);
  free(block);
}

static void unknown_fields_survive(void **state) {
  (void)state;
  msnav_invite v;
  char *block;
  char buf[MSNAV_INVITE_MAX];
  size_t len = 0;
  assert_body("Avm-Support: 7\r\nInvitation-Command: CANCEL\r\n"
              "Invitation-Cookie: 5\r\nUsingRendezvous: FALSE\r\n"
              "Avm-Support: 8\r\n\r\n",
              &v, &block);
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len), MSNAV_OK);
  assert_str(((msnav_str){buf, len}),
             HEAD "Invitation-Command: CANCEL\r\nInvitation-Cookie: 5\r\n"
                  "Avm-Support: 7\r\nUsingRendezvous: FALSE\r\n"
                  "Avm-Support: 8\r\n\r\n");
  free(block);
}

static void each_fault_has_its_own_error(void **state) {
  (void)state;
  static const struct {
    msnav_str payload;
    msnav_error err;
  } rows[] = {
    {STR(""), MSNAV_ERR_NO_MIME},
    {STR("\r\n"), MSNAV_ERR_NO_MIME},
    {STR("Invitation-Command: INVITE\r\n\r\n"), MSNAV_ERR_NO_MIME},
    {STR("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite\r\n"),
     MSNAV_ERR_NO_MIME}, /* header not closed */
    {STR("Content-Type: text/x-msmsgsinvite\r\n\r\n"), MSNAV_ERR_NO_MIME},
    {STR("MIME-Version: 1.0\r\n\r\n"), MSNAV_ERR_NO_MIME},
    {STR("MIME-Version: 1.0\r\nContent-Type: text/plain\r\n\r\nhello"),
     MSNAV_ERR_CONTENT_TYPE},
    {STR("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvites\r\n\r\n"),
     MSNAV_ERR_CONTENT_TYPE},
    {STR(HEAD "A: b\0c\r\n"), MSNAV_ERR_NUL},
    {STR(HEAD "A: b\rc\r\n"), MSNAV_ERR_BARE_CR},
    {STR(HEAD "A: b\r"), MSNAV_ERR_BARE_CR},
    {STR(HEAD "A: b\r\r\n"), MSNAV_ERR_BARE_CR},
    {STR(HEAD "no colon\r\n"), MSNAV_ERR_PARSE},
    {STR(HEAD ": empty name\r\n"), MSNAV_ERR_PARSE},
    {STR(HEAD " : blank name\r\n"), MSNAV_ERR_PARSE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_invite v = {.size = sizeof(v), .has = 77};
    char *block = exact_copy(rows[i].payload.ptr, rows[i].payload.len);
    assert_int_equal(msnav_invite_read(block, rows[i].payload.len, &v),
                     rows[i].err);
    assert_int_equal(v.has, 77); /* untouched */
    free(block);
  }
  msnav_invite v = {.size = sizeof(v)};
  msnav_invite small = {.size = 4};
  assert_int_equal(msnav_invite_read(NULL, 0, &v), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_invite_read("", 0, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_invite_read("", 0, &small), MSNAV_ERR_INVALID);
}

/* Of payloads of each length, for they are looked at in blocks. */
static void no_place_hides_a_nul_or_a_bare_cr(void **state) {
  (void)state;
  char text[sizeof(HEAD) + 300] = HEAD "A: ";
  size_t head = strlen(text);
  memset(text + head, 'x', sizeof(text) - head);
  for (size_t len = head; len < sizeof(text); len++) {
    char *block = exact_copy(text, len);
    msnav_invite v = {.size = sizeof(v)};
    assert_int_equal(msnav_invite_read(block, len, &v), MSNAV_OK);
    for (size_t at = 0; at < len; at++) {
      char was = block[at];
      bool ends_line = at + 1 < len && block[at + 1] == '\n';
      block[at] = '\0';
      assert_int_equal(msnav_invite_read(block, len, &v), MSNAV_ERR_NUL);
      block[at] = '\r';
      assert_int_equal(msnav_invite_read(block, len, &v),
                       ends_line ? MSNAV_OK : MSNAV_ERR_BARE_CR);
      block[at] = was;
    }
    free(block);
  }
}

static void payloads_end_at_1664_bytes(void **state) {
  (void)state;
  char payload[MSNAV_INVITE_MAX + 1];
  memset(payload, 'x', sizeof(payload));
  memcpy(payload, HEAD "A: ", sizeof(HEAD "A: ") - 1);
  msnav_invite v;
  char *block;
  assert_int_equal(read_bytes(payload, MSNAV_INVITE_MAX, &v, &block), MSNAV_OK);
  free(block);
  assert_int_equal(read_bytes(payload, MSNAV_INVITE_MAX + 1, &v, &block),
                   MSNAV_ERR_TOO_LONG);
  free(block);
}

static void guid_decides_whose_invitation_it_is(void **state) {
  (void)state;
  msnav_invite v;
  char *block;
  assert_body("Application-GUID: {02d3c01f-bf30-4825-a83a-de7af41648aa}\r\n"
              "Invitation-Command: INVITE\r\n",
              &v, &block);
  assert_true(msnav_invite_is_ours(&v));
  free(block);
  /* NetMeeting says SM1 too */
  assert_body("Application-GUID: {44BBA842-CC51-11CF-AAFA-00AA00B6015C}\r\n"
              "Session-Protocol: SM1\r\nInvitation-Command: INVITE\r\n",
              &v, &block);
  assert_false(msnav_invite_is_ours(&v));
  free(block);
  assert_body("Invitation-Command: INVITE\r\n", &v, &block);
  assert_false(msnav_invite_is_ours(&v));
  free(block);
  assert_body("Invitation-Command: ACCEPT\r\n", &v, &block);
  assert_true(msnav_invite_is_ours(&v));
  free(block);
}

/* Whatever one byte is changed to, what was read can be written and comes
 * out the same when it is read again. */
static void any_changed_byte_is_read_or_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(golden); i++) {
    size_t len;
    char *payload = load_data(golden[i], &len);
    for (size_t at = 0; at < len; at++) {
      static const char bytes[] = {'\0', '\r', '\n', ':', ' ', 'x', '\xff'};
      char was = payload[at];
      for (size_t k = 0; k < sizeof(bytes); k++) {
        msnav_invite v = {.size = sizeof(v)};
        msnav_invite w = {.size = sizeof(w)};
        char buf[2 * MSNAV_INVITE_MAX];
        size_t out;
        payload[at] = bytes[k];
        if (msnav_invite_read(payload, len, &v) == MSNAV_OK &&
            msnav_invite_write(&v, buf, sizeof(buf), &out) == MSNAV_OK) {
          assert_int_equal(msnav_invite_read(buf, out, &w), MSNAV_OK);
          assert_int_equal(w.command, v.command);
          assert_int_equal(w.has, v.has);
        }
      }
      payload[at] = was;
    }
    free(payload);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(papers_messages_survive_reading_and_writing),
    cmocka_unit_test(view_tells_every_field_of_the_papers_accept),
    cmocka_unit_test(papers_damaged_accept_is_understood),
    cmocka_unit_test(real_peers_dialects_are_read),
    cmocka_unit_test(request_data_joined_with_the_next_line_is_read),
    cmocka_unit_test(addresses_that_differ_are_both_reported),
    cmocka_unit_test(last_of_two_counts_and_both_are_kept),
    cmocka_unit_test(unknown_fields_survive),
    cmocka_unit_test(each_fault_has_its_own_error),
    cmocka_unit_test(no_place_hides_a_nul_or_a_bare_cr),
    cmocka_unit_test(payloads_end_at_1664_bytes),
    cmocka_unit_test(guid_decides_whose_invitation_it_is),
    cmocka_unit_test(any_changed_byte_is_read_or_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

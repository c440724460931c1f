/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the invite codec writes. */
#include "test.h"

#include <msnav/invite.h>

/* What A and B of the paper are, section 1. */
static const msnav_invite alice = {
  .size = sizeof(msnav_invite),
  .has = MSNAV_HAS_COOKIE | MSNAV_HAS_SESSION_ID | MSNAV_HAS_CONN_TYPE |
         MSNAV_HAS_SIP_CAPABILITY | MSNAV_HAS_PRIVATE_IP | MSNAV_HAS_PUBLIC_IP |
         MSNAV_HAS_UPNP,
  .cookie = STR("23939640"),
  .session_id = STR("{B939BBE1-5049-4D9D-8BF6-3B17C8F48821}"),
  .conn_type = MSNAV_CONN_IP_RESTRICT_NAT,
  .sip_capability = 1,
  .private_ip = 0xc0a8007f,
  .public_ip = 0xd35b6569,
};

static msnav_invite bob(void) {
  msnav_invite v = alice;
  v.session_id = msnav_str_of("{0EF9084D-18D1-44FE-B0E8-BCC4723AE2D9}");
  v.private_ip = 0xc0a800a5;
  return v;
}

static void assert_writes(const msnav_invite *v, const char *file) {
  size_t want_len;
  size_t len = 0;
  char *want = load_data(file, &want_len);
  char *buf = malloc(want_len);
  assert_int_equal(msnav_invite_write(v, buf, want_len, &len), MSNAV_OK);
  assert_int_equal(len, want_len);
  assert_memory_equal(buf, want, want_len);
  len = 7;
  assert_int_equal(msnav_invite_write(v, buf, want_len - 1, &len),
                   MSNAV_ERR_NOSPACE);
  assert_int_equal(len, 7);
  free(buf);
  free(want);
}

static void papers_messages_come_out_byte_for_byte(void **state) {
  (void)state;
  msnav_invite v = alice;
  v.has |= MSNAV_HAS_APP_NAME | MSNAV_HAS_APP_GUID | MSNAV_HAS_PROTOCOL |
           MSNAV_HAS_REQUESTED | MSNAV_HAS_CAPABILITIES | MSNAV_HAS_COMMAND;
  v.command = MSNAV_INVITE_INVITE;
  v.app_name = msnav_str_of("\xe9\x9f\xb3\xe9\xa2\x91\xe5\xaf\xb9\xe8\xaf\x9d");
  v.app_guid = msnav_str_of(MSNAV_INVITE_GUID);
  v.protocol = msnav_str_of("SM1");
  v.requested = v.capabilities = MSNAV_AUDIO;
  assert_writes(&v, "paper-1-invite.msg");

  v = bob();
  v.has |= MSNAV_HAS_PROTOCOL | MSNAV_HAS_REQUESTED | MSNAV_HAS_LAUNCH |
           MSNAV_HAS_REQUEST_DATA | MSNAV_HAS_ADDRESS | MSNAV_HAS_ADDRESS_ENC64;
  v.command = MSNAV_INVITE_ACCEPT;
  v.protocol = msnav_str_of("SM1");
  v.requested = MSNAV_AUDIO;
  v.launch = 1;
  v.address = v.address_enc64 = (msnav_addr){0xc0a800a5, 11630};
  assert_writes(&v, "paper-2-accept1.msg");

  v = alice;
  v.has |= MSNAV_HAS_LAUNCH | MSNAV_HAS_ADDRESS | MSNAV_HAS_ADDRESS_ENC64;
  v.command = MSNAV_INVITE_ACCEPT;
  v.launch = 1;
  v.address = v.address_enc64 = (msnav_addr){0xc0a8007f, 12449};
  assert_writes(&v, "paper-3-accept2.msg");

  v = alice;
  v.has |= MSNAV_HAS_CANCEL_CODE;
  v.command = MSNAV_INVITE_CANCEL;
  v.cancel_code = MSNAV_CANCEL_TIMEOUT;
  assert_writes(&v, "paper-4-cancel-timeout-inviter.msg");

  v = bob();
  v.has |= MSNAV_HAS_CANCEL_CODE;
  v.command = MSNAV_INVITE_CANCEL;
  v.cancel_code = MSNAV_CANCEL_TIMEOUT;
  assert_writes(&v, "paper-5-cancel-timeout-invitee.msg");

  v.has |= MSNAV_HAS_PROTOCOL;
  v.protocol = msnav_str_of("SM1");
  v.cancel_code = MSNAV_CANCEL_REJECT;
  assert_writes(&v, "paper-6-cancel-reject.msg");
}

static void the_longest_message_is_written(void **state) {
  (void)state;
  char buf[MSNAV_INVITE_MAX];
  char name[MSNAV_INVITE_MAX];
  size_t len = 0;
  memset(name, 'n', sizeof(name));
  msnav_invite v = alice;
  v.command = MSNAV_INVITE_INVITE;
  v.has |= MSNAV_HAS_APP_NAME;
  v.app_name = (msnav_str){name, 1};
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len), MSNAV_OK);
  v.app_name.len += sizeof(buf) - len;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf) - 1, &len),
                   MSNAV_ERR_NOSPACE);
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len), MSNAV_OK);
  assert_int_equal(len, MSNAV_INVITE_MAX);
  v.app_name.len++;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_TOO_LONG);
}

static void writer_refuses_what_would_break_a_message(void **state) {
  (void)state;
  char buf[2 * MSNAV_INVITE_MAX];
  char name[1700];
  size_t len = 7;
  msnav_invite v = alice;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID); /* no command */
  v.command = MSNAV_INVITE_CANCEL;
  v.cookie = msnav_str_of("1\r\nInvitation-Command: INVITE");
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  v.has &= ~(uint32_t)MSNAV_HAS_COOKIE;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  v = alice;
  v.command = MSNAV_INVITE_INVITE;
  v.has |= MSNAV_HAS_APP_NAME;
  memset(name, 'n', sizeof(name));
  v.app_name = (msnav_str){name, 1600};
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_TOO_LONG);
  v.app_name.len = 1700;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_TOO_LONG);
  v = alice;
  v.command = MSNAV_INVITE_CANCEL;
  v.has |= MSNAV_HAS_CANCEL_CODE;
  v.cancel_code = MSNAV_CANCEL_OUTBAND + 1;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(len, 7);
  assert_int_equal(msnav_invite_write(NULL, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
}

/* Lines of a peer that are as short as they can be get longer when they are
 * written, beside texts of our own that are as long as they can be. */
static void writer_has_room_for_whatever_grows(void **state) {
  (void)state;
  static const char header[] =
    "MIME-Version:\nContent-Type:text/x-msmsgsinvite\n\n";
  char source[MSNAV_INVITE_MAX];
  char name[MSNAV_INVITE_MAX];
  char buf[2 * MSNAV_INVITE_MAX];
  size_t len = sizeof(header) - 1;
  memset(name, 'n', sizeof(name));
  memcpy(source, header, len);
  for (; len + 3 <= sizeof(source); len += 3) {
    memcpy(source + len, "a:\n", 3);
  }
  for (size_t own = 0; own < sizeof(name); own += 7) {
    msnav_invite v = {.size = sizeof(v)};
    assert_int_equal(msnav_invite_read(source, len, &v), MSNAV_OK);
    v.has |= MSNAV_HAS_COOKIE | MSNAV_HAS_APP_NAME;
    v.command = MSNAV_INVITE_INVITE;
    v.cookie = msnav_str_of("1");
    v.app_name = (msnav_str){name, own};
    size_t written = 7;
    assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &written),
                     MSNAV_ERR_TOO_LONG);
    assert_int_equal(written, 7);
  }
}

static void writer_takes_texts_that_are_not_there(void **state) {
  (void)state;
  char buf[MSNAV_INVITE_MAX];
  size_t len = 0;
  msnav_invite v = alice;
  v.command = MSNAV_INVITE_CANCEL;
  v.has = MSNAV_HAS_COOKIE | MSNAV_HAS_APP_NAME | MSNAV_HAS_CANCEL_CODE;
  v.cookie = msnav_str_of("1");
  v.app_name = v.cancel_text = (msnav_str){NULL, 0};
  v.cancel_code = MSNAV_CANCEL_OTHER;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len), MSNAV_OK);
  v.app_name.len = 1;
  assert_int_equal(msnav_invite_write(&v, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(papers_messages_come_out_byte_for_byte),
    cmocka_unit_test(the_longest_message_is_written),
    cmocka_unit_test(writer_refuses_what_would_break_a_message),
    cmocka_unit_test(writer_has_room_for_whatever_grows),
    cmocka_unit_test(writer_takes_texts_that_are_not_there),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

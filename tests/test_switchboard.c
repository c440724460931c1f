/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The switchboard codec: bytes, however they are cut, become commands, and
 * these become bytes. */
#include "test.h"

#include <msnav/switchboard.h>

typedef msnav_switchboard_command command;

/* What a server writes to A and to B in paper sections 1 and 4, other lines
 * of doc/protocol.md section 3 among them. */
static const char from_server[] =
  "USR 1 OK taogx@163.com dd\r\n"
  "QNG 43\r\n"
  "CAL 39 RINGING 17054421\r\n"
  "RNG 17054421 207.46.108.35:1863 CKI 1064898110.23581 taogx@163.com dd\r\n"
  "JOI yxu68@hotmail.com \xc2\xa0\xe5\xbe\x90\xe6\xb3\xb3\r\n"
  "IRO 44 1 1 taogx@163.com dd\r\n"
  "ANS 44 OK\r\n"
  "MSG yxu68@hotmail.com \xc2\xa0\xe5\xbe\x90\xe6\xb3\xb3 12\r\n"
  "a\r\nMSG b 5\r\n"
  "ACK 45\r\n"
  "NAK 46\r\n"
  "217 47\r\n"
  "BYE yxu68@hotmail.com\r\n"
  "BYE yxu68@hotmail.com 1\r\n"
  "XYZ 1 2 3\r\n"
  "OUT\r\n";

/* Commands as one text, so that two decodings can be compared. */
static void describe(const command *c, char *text, size_t cap) {
  size_t n = strlen(text);
  snprintf(text + n, cap - n,
           "%u t%u e%u i%u/%u idle%u ack%c [%.*s][%.*s][%.*s][%.*s][%.*s]"
           "<%.*s>\n",
           c->verb, c->transaction, c->error, c->index, c->count, c->idle,
           c->ack != '\0' ? c->ack : '-', (int)c->account.len, c->account.ptr,
           (int)c->name.len, c->name.ptr, (int)c->token.len, c->token.ptr,
           (int)c->id.len, c->id.ptr, (int)c->host.len, c->host.ptr,
           (int)c->payload.len, c->payload.ptr);
}

/* Decode a stream that arrives in two pieces. */
static void decode(msnav_switchboard_side side, const char *bytes, size_t len,
                   size_t cut, char *text, size_t cap) {
  msnav_switchboard *sb;
  assert_int_equal(msnav_switchboard_new(side, &sb), MSNAV_OK);
  text[0] = '\0';
  for (int part = 0; part < 2; part++) {
    size_t size = part == 0 ? cut : len - cut;
    char *block = exact_copy(bytes + (part == 0 ? 0 : cut), size);
    for (size_t at = 0;;) {
      at += msnav_switchboard_feed(sb, block + at, size - at);
      command c = {.size = sizeof(c)};
      msnav_error err = msnav_switchboard_next(sb, &c);
      if (err == MSNAV_ERR_AGAIN) {
        assert_int_equal(at, size);
        break;
      }
      assert_int_equal(err, MSNAV_OK);
      describe(&c, text, cap);
    }
    free(block);
  }
  msnav_switchboard_free(sb);
}

static void papers_lines_are_understood(void **state) {
  (void)state;
  char text[4096];
  decode(MSNAV_SB_CLIENT, from_server, sizeof(from_server) - 1, 0, text,
         sizeof(text));
  assert_string_equal(
    text, "2 t1 e0 i0/0 idle0 ack- [taogx@163.com][dd][][][]<>\n"
          "17 t0 e0 i0/43 idle0 ack- [][][][][]<>\n"
          "4 t39 e0 i0/0 idle0 ack- [][][][17054421][]<>\n"
          "5 t0 e0 i0/0 idle0 ack- [taogx@163.com][dd][1064898110.23581]"
          "[17054421][207.46.108.35:1863]<>\n"
          "9 t0 e0 i0/0 idle0 ack- [yxu68@hotmail.com]"
          "[\xc2\xa0\xe5\xbe\x90\xe6\xb3\xb3][][][]<>\n"
          "8 t44 e0 i1/1 idle0 ack- [taogx@163.com][dd][][][]<>\n"
          "7 t44 e0 i0/0 idle0 ack- [][][][][]<>\n"
          "13 t0 e0 i0/0 idle0 ack- [yxu68@hotmail.com]"
          "[\xc2\xa0\xe5\xbe\x90\xe6\xb3\xb3][][][]<a\r\nMSG b 5\r\n>\n"
          "14 t45 e0 i0/0 idle0 ack- [][][][][]<>\n"
          "15 t46 e0 i0/0 idle0 ack- [][][][][]<>\n"
          "18 t47 e217 i0/0 idle0 ack- [][][][][]<>\n"
          "10 t0 e0 i0/0 idle0 ack- [yxu68@hotmail.com][][][][]<>\n"
          "10 t0 e0 i0/0 idle1 ack- [yxu68@hotmail.com][][][][]<>\n"
          "0 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"
          "11 t0 e0 i0/0 idle0 ack- [][][][][]<>\n");
}

static void any_cut_gives_the_same_commands(void **state) {
  (void)state;
  char whole[4096];
  char cut[4096];
  size_t len = sizeof(from_server) - 1;
  decode(MSNAV_SB_CLIENT, from_server, len, 0, whole, sizeof(whole));
  for (size_t at = 1; at <= len; at++) {
    decode(MSNAV_SB_CLIENT, from_server, len, at, cut, sizeof(cut));
    assert_string_equal(cut, whole);
  }
}

static void golden_payloads_pass_byte_by_byte(void **state) {
  (void)state;
  size_t len;
  char *payload = load_data("paper-2-accept1.msg", &len);
  char stream[2048];
  command out = {.size = sizeof(out),
                 .verb = MSNAV_SB_SEND,
                 .transaction = 45,
                 .ack = 'A',
                 .payload = {payload, len}};
  size_t n = 0;
  assert_int_equal(msnav_switchboard_write(&out, stream, sizeof(stream), &n),
                   MSNAV_OK);
  assert_memory_equal(stream, "MSG 45 A 486\r\n", 14); /* paper section 1 */
  msnav_switchboard *sb;
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_SERVER, &sb), MSNAV_OK);
  command in = {.size = sizeof(in)};
  for (size_t i = 0; i < n; i++) {
    assert_int_equal(msnav_switchboard_next(sb, &in), MSNAV_ERR_AGAIN);
    assert_int_equal(msnav_switchboard_feed(sb, stream + i, 1), 1);
  }
  assert_int_equal(msnav_switchboard_next(sb, &in), MSNAV_OK);
  assert_int_equal(in.verb, MSNAV_SB_SEND);
  assert_int_equal(in.ack, 'A');
  assert_int_equal(in.payload.len, len);
  assert_memory_equal(in.payload.ptr, payload, len);
  msnav_switchboard_free(sb);
  free(payload);
}

/* Each line of the protocol, written and read back. */
static void every_command_goes_both_ways(void **state) {
  (void)state;
#define S(text)                                                                \
  { text, sizeof(text) - 1 }
  static const struct {
    msnav_switchboard_side reader;
    command c;
    const char *line;
  } rows[] = {
    {MSNAV_SB_SERVER,
     {.verb = MSNAV_SB_USR,
      .transaction = 1,
      .account = S("a@b"),
      .token = S("tok")},
     "USR 1 a@b tok\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_USR_OK,
      .transaction = 1,
      .account = S("a@b"),
      .name = S("A%20B")},
     "USR 1 OK a@b A%20B\r\n"},
    {MSNAV_SB_SERVER,
     {.verb = MSNAV_SB_CAL,
      .transaction = 39,
      .account = S("yxu68@hotmail.com")},
     "CAL 39 yxu68@hotmail.com\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_RINGING, .transaction = 39, .id = S("17054421")},
     "CAL 39 RINGING 17054421\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_RNG,
      .id = S("17054421"),
      .host = S("207.46.108.35:1863"),
      .token = S("1064898110.23581"),
      .account = S("taogx@163.com"),
      .name = S("dd")},
     "RNG 17054421 207.46.108.35:1863 CKI 1064898110.23581 taogx@163.com "
     "dd\r\n"},
    {MSNAV_SB_SERVER,
     {.verb = MSNAV_SB_ANS,
      .transaction = 44,
      .account = S("yxu68@hotmail.com"),
      .token = S("1064898110.23581"),
      .id = S("17054421")},
     "ANS 44 yxu68@hotmail.com 1064898110.23581 17054421\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_ANS_OK, .transaction = 44},
     "ANS 44 OK\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_IRO,
      .transaction = 44,
      .index = 1,
      .count = 1,
      .account = S("taogx@163.com"),
      .name = S("dd")},
     "IRO 44 1 1 taogx@163.com dd\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_JOI, .account = S("a@b"), .name = S("A")},
     "JOI a@b A\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_BYE, .account = S("a@b")},
     "BYE a@b\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_BYE, .account = S("a@b"), .idle = 1},
     "BYE a@b 1\r\n"},
    {MSNAV_SB_CLIENT, {.verb = MSNAV_SB_OUT}, "OUT\r\n"},
    {MSNAV_SB_SERVER, {.verb = MSNAV_SB_OUT}, "OUT\r\n"},
    {MSNAV_SB_SERVER,
     {.verb = MSNAV_SB_SEND,
      .transaction = 40,
      .ack = 'S',
      .payload = S("xyz")},
     "MSG 40 S 3\r\nxyz"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_MSG,
      .account = S("a@b"),
      .name = S("A"),
      .payload = S("\0\r\n")},
     "MSG a@b A 3\r\n"},
    {MSNAV_SB_CLIENT, {.verb = MSNAV_SB_ACK, .transaction = 45}, "ACK 45\r\n"},
    {MSNAV_SB_CLIENT, {.verb = MSNAV_SB_NAK, .transaction = 45}, "NAK 45\r\n"},
    {MSNAV_SB_SERVER, {.verb = MSNAV_SB_PNG}, "PNG\r\n"},
    {MSNAV_SB_CLIENT, {.verb = MSNAV_SB_QNG, .count = 43}, "QNG 43\r\n"},
    {MSNAV_SB_CLIENT,
     {.verb = MSNAV_SB_ERROR, .error = 911, .transaction = 3},
     "911 3\r\n"},
  };
#undef S
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char wire[4096];
    char want[1024] = "";
    char got[1024] = "";
    size_t len = 0;
    command c = rows[i].c;
    c.size = sizeof(c);
    assert_int_equal(msnav_switchboard_write(&c, wire, sizeof(wire), &len),
                     MSNAV_OK);
    assert_memory_equal(wire, rows[i].line, strlen(rows[i].line));
    describe(&c, want, sizeof(want));
    decode(rows[i].reader, wire, len, len / 2, got, sizeof(got));
    assert_string_equal(got, want);
  }
}

static void all_classes_of_acknowledgement_are_read(void **state) {
  (void)state;
  for (const char *k = "UNADS"; *k != '\0'; k++) {
    char line[32];
    char got[256];
    char want[64];
    snprintf(line, sizeof(line), "MSG 7 %c 1\r\nx", *k);
    decode(MSNAV_SB_SERVER, line, strlen(line), 0, got, sizeof(got));
    snprintf(want, sizeof(want), "12 t7 e0 i0/0 idle0 ack%c [", *k);
    assert_memory_equal(got, want, strlen(want));
  }
}

/* MSNP7 on a notification server: a client answers CHL with QRY and 32 bytes
 * behind it, a server writes NOT and IPG. */
static void payloads_of_notification_servers_are_no_commands(void **state) {
  (void)state;
  static const struct {
    msnav_switchboard_side side;
    const char *stream, *want;
  } rows[] = {
    {MSNAV_SB_SERVER, "QRY 9 msmsgs@msnmsgr.com 6\r\nOUT\r\n2PNG\r\n",
     "0 t0 e0 i0/0 idle0 ack- [][][][][]<OUT\r\n2>\n"
     "16 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"},
    {MSNAV_SB_CLIENT, "NOT 5\r\nOUT\r\nQNG\r\n",
     "0 t0 e0 i0/0 idle0 ack- [][][][][]<OUT\r\n>\n"
     "17 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"},
    {MSNAV_SB_CLIENT, "IPG 2\r\n\r\nQNG\r\n",
     "0 t0 e0 i0/0 idle0 ack- [][][][][]<\r\n>\n"
     "17 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"},
    /* the other way round they are lines as any */
    {MSNAV_SB_CLIENT, "QRY 9\r\nQNG\r\n",
     "0 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"
     "17 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"},
    {MSNAV_SB_SERVER, "NOT x\r\nPNG\r\n",
     "0 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"
     "16 t0 e0 i0/0 idle0 ack- [][][][][]<>\n"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    size_t len = strlen(rows[i].stream);
    for (size_t at = 0; at <= len; at++) {
      char got[512];
      decode(rows[i].side, rows[i].stream, len, at, got, sizeof(got));
      assert_string_equal(got, rows[i].want);
    }
  }
}

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  msnav_switchboard *sb;
  command c = {.size = sizeof(c), .verb = MSNAV_SB_OUT};
  char buf[16];
  size_t len = 7;
  const msnav_str nothing = {NULL, 3}, name = msnav_str_of("n");
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_CLIENT, NULL),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_new((msnav_switchboard_side)7, &sb),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_new(MSNAV_SB_SERVER, &sb), MSNAV_OK);
  assert_int_equal(msnav_switchboard_feed(NULL, "x", 1), 0);
  assert_int_equal(msnav_switchboard_feed(sb, NULL, 1), 0);
  assert_int_equal(msnav_switchboard_next(NULL, &c), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_next(sb, NULL), MSNAV_ERR_INVALID);
  c.size--;
  assert_int_equal(msnav_switchboard_next(sb, &c), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_write(&c, buf, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  c.size++;
  assert_int_equal(msnav_switchboard_write(&c, NULL, sizeof(buf), &len),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_switchboard_write(&c, buf, sizeof(buf), NULL),
                   MSNAV_ERR_INVALID);
  msnav_error (*const convert[])(msnav_str, char *, size_t,
                                 size_t *) = {msnav_switchboard_decode_name,
                                              msnav_switchboard_encode_name};
  for (size_t i = 0; i < ARRAY_LEN(convert); i++) {
    assert_int_equal(convert[i](name, NULL, 8, &len), MSNAV_ERR_INVALID);
    assert_int_equal(convert[i](name, buf, 8, NULL), MSNAV_ERR_INVALID);
    assert_int_equal(convert[i](nothing, buf, 8, &len), MSNAV_ERR_INVALID);
  }
  assert_int_equal(len, 7);
  msnav_switchboard_free(sb);
  msnav_switchboard_free(NULL);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(papers_lines_are_understood),
    cmocka_unit_test(any_cut_gives_the_same_commands),
    cmocka_unit_test(golden_payloads_pass_byte_by_byte),
    cmocka_unit_test(every_command_goes_both_ways),
    cmocka_unit_test(all_classes_of_acknowledgement_are_read),
    cmocka_unit_test(payloads_of_notification_servers_are_no_commands),
    cmocka_unit_test(wrong_arguments_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writing session descriptions: all that is said, and nothing that breaks. */
#include "sdp_kit.h"

#define ENDS_WITH(text, end)                                                   \
  (strlen(text) >= strlen(end) &&                                              \
   strcmp((text) + strlen(text) - strlen(end), (end)) == 0)

static msnav_sdp paper_offer(void) {
  msnav_sdp_ability ability = paper_ability(36772);
  msnav_sdp offer;
  assert_int_equal(msnav_sdp_offer(&ability, 1, IP(192, 168, 0, 165), &offer),
                   MSNAV_OK);
  return offer;
}

static void never_writes_beyond_its_buffer(void **state) {
  (void)state;
  msnav_sdp offer = paper_offer();
  for (size_t cap = 0; cap <= 286; cap++) {
    char *buf = malloc(cap > 0 ? cap : 1);
    size_t len = 7;
    assert_int_equal(msnav_sdp_write(&offer, buf, cap, &len),
                     cap < 286 ? MSNAV_ERR_NOSPACE : MSNAV_OK);
    assert_int_equal(len, cap < 286 ? 7 : 286);
    free(buf);
  }
}

static void writes_what_differs_from_the_default(void **state) {
  (void)state;
  msnav_sdp sdp = paper_offer();
  sdp.bandwidth = 0;
  sdp.version = 4294967295;
  msnav_sdp_media *m = &sdp.media[0];
  m->format_count = 2;
  m->formats[0] = (msnav_sdp_format)FORMAT_FMTP(96, "opus", 48000, "a=b; c");
  m->formats[0].channels = 2;
  m->formats[1] = (msnav_sdp_format){.pt = 99, .fmtp = STR("x")};
  m->direction = MSNAV_SDP_SEND;
  m->rtp = (msnav_addr){IP(10, 0, 0, 1), 5000};
  m->rtcp = (msnav_addr){IP(10, 0, 0, 2), 5003};
  m->crypto[m->crypto_count++] =
    (msnav_sdp_crypto){7, STR("AEAD_AES_128_GCM"), STR("inline:abc")};
  m->encryption = MSNAV_SDP_ENC_OPTIONAL;
  char *text = written(&sdp);
  assert_string_equal(
    text, "v=0\r\no=- 0 4294967295 IN IP4 192.168.0.165\r\ns=session\r\n"
          "c=IN IP4 192.168.0.165\r\nt=0 0\r\nm=audio 5000 RTP/AVP 96 99\r\n"
          "c=IN IP4 10.0.0.1\r\na=rtpmap:96 opus/48000/2\r\n"
          "a=fmtp:96 a=b; c\r\na=fmtp:99 x\r\na=sendonly\r\n"
          "a=rtcp:5003 IN IP4 10.0.0.2\r\n"
          "a=crypto:7 AEAD_AES_128_GCM inline:abc\r\n"
          "a=encryption:optional\r\n");
  parsed p = parse(text);
  assert_int_equal(p.err, MSNAV_OK);
  assert_true(same_sdp(&sdp, &p.sdp));
  done(&p);
  free(text);
}

static void end_of_a_stream_rows(void **state) {
  (void)state;
  static const struct {
    unsigned direction;
    msnav_addr rtcp;
    msnav_sdp_encryption encryption;
    const char *end;
  } rows[] = {
    {BOTH, {0, 0}, MSNAV_SDP_ENC_NONE, "a=fmtp:101 0-16\r\n"},
    {BOTH, {0, 36773}, MSNAV_SDP_ENC_NONE, "a=fmtp:101 0-16\r\n"},
    {BOTH, {0, 36774}, MSNAV_SDP_ENC_NONE, "0-16\r\na=rtcp:36774\r\n"},
    {BOTH,
     {IP(192, 168, 0, 165), 36773},
     MSNAV_SDP_ENC_NONE,
     "a=fmtp:101 0-16\r\n"},
    {BOTH,
     {IP(1, 2, 3, 4), 36773},
     MSNAV_SDP_ENC_NONE,
     "0-16\r\na=rtcp:36773 IN IP4 1.2.3.4\r\n"},
    {0, {0, 0}, MSNAV_SDP_ENC_NONE, "0-16\r\na=inactive\r\n"},
    {MSNAV_SDP_RECV, {0, 0}, MSNAV_SDP_ENC_NONE, "0-16\r\na=recvonly\r\n"},
    {MSNAV_SDP_RECV,
     {0, 9},
     MSNAV_SDP_ENC_REQUIRED,
     "0-16\r\na=recvonly\r\na=rtcp:9\r\na=encryption:required\r\n"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp sdp = paper_offer();
    sdp.media[0].direction = rows[i].direction;
    sdp.media[0].rtcp = rows[i].rtcp;
    sdp.media[0].encryption = rows[i].encryption;
    char *text = written(&sdp);
    assert_true(ENDS_WITH(text, rows[i].end));
    free(text);
  }
}

static void rejected_streams_are_one_line(void **state) {
  (void)state;
  msnav_sdp sdp = paper_offer();
  sdp.media[0].rtp.port = 0;
  char *text = written(&sdp);
  assert_true(ENDS_WITH(text, "t=0 0\r\nm=audio 0 RTP/AVP 97 0 8 4 101\r\n"));
  free(text);
  sdp.media[0].formats_text = (msnav_str)STR("97 0 300");
  text = written(&sdp);
  assert_true(ENDS_WITH(text, "t=0 0\r\nm=audio 0 RTP/AVP 97 0 300\r\n"));
  free(text);
}

static void never_writes_a_text_that_breaks_a_line(void **state) {
  (void)state;
  static const msnav_str bad_words[] = {
    STR("a b"),  STR("a\r\nb"), STR("a\nb"), STR("a\""),
    STR("a\0b"), STR("a\r"),    STR("\xc3"), {NULL, 0},
  };
  static const msnav_str bad_values[] = {STR("a\nb"), STR("\r"), STR("a\0")};
  char buf[1000];
  size_t len = 0;
  for (size_t i = 0; i < ARRAY_LEN(bad_words); i++) {
    msnav_sdp bad[5];
    for (size_t j = 0; j < ARRAY_LEN(bad); j++) {
      bad[j] = paper_offer();
    }
    bad[0].media[0].type = bad_words[i];
    bad[1].media[0].transport = bad_words[i];
    bad[2].media[0].formats[1].name = bad_words[i];
    bad[3].media[0].crypto_count = 1;
    bad[3].media[0].crypto[0] =
      (msnav_sdp_crypto){1, bad_words[i], STR("inline:x")};
    bad[4].media[0].kind = MSNAV_SDP_OTHER;
    bad[4].media[0].formats_text = bad_words[i];
    for (size_t j = 0; j < ARRAY_LEN(bad); j++) {
      bool no_name = j == 2 && bad_words[i].len == 0;
      bool two_formats = j == 4 && i == 0;
      assert_int_equal(msnav_sdp_write(&bad[j], buf, sizeof(buf), &len),
                       no_name || two_formats ? MSNAV_OK : MSNAV_ERR_INVALID);
    }
  }
  for (size_t i = 0; i < ARRAY_LEN(bad_values); i++) {
    msnav_sdp bad = paper_offer();
    bad.media[0].formats[4].fmtp = bad_values[i];
    assert_int_equal(msnav_sdp_write(&bad, buf, sizeof(buf), &len),
                     MSNAV_ERR_INVALID);
    bad = paper_offer();
    bad.media[0].crypto_count = 1;
    bad.media[0].crypto[0] = (msnav_sdp_crypto){1, STR("A"), bad_values[i]};
    assert_int_equal(msnav_sdp_write(&bad, buf, sizeof(buf), &len),
                     MSNAV_ERR_INVALID);
  }
}

static void lists_have_no_empty_words(void **state) {
  (void)state;
  static const struct {
    msnav_str transport, formats;
    msnav_error err;
  } rows[] = {
    {STR("RTP/AVP"), STR("0  8"), MSNAV_OK},
    {STR("udp"), STR("wb"), MSNAV_OK},
    {STR("RTP//AVP"), STR("0"), MSNAV_ERR_INVALID},
    {STR("/AVP"), STR("0"), MSNAV_ERR_INVALID},
    {STR("RTP/"), STR("0"), MSNAV_ERR_INVALID},
    {STR("RTP/AVP"), STR("0 "), MSNAV_ERR_INVALID},
    {STR("RTP/AVP"), STR(" "), MSNAV_ERR_INVALID},
    {STR("RTP/AVP"), STR("0/8"), MSNAV_ERR_INVALID},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char buf[1000];
    size_t len = 0;
    msnav_sdp sdp = paper_offer();
    sdp.media[0].kind = MSNAV_SDP_OTHER;
    sdp.media[0].transport = rows[i].transport;
    sdp.media[0].formats_text = rows[i].formats;
    assert_int_equal(msnav_sdp_write(&sdp, buf, sizeof(buf), &len),
                     rows[i].err);
  }
}

/* RFC 4566 section 9 */
static void names_are_tokens(void **state) {
  (void)state;
  static const char set[] = "abcdefghijklmnopqrstuvwxyz"
                            "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                            "!#$%&'*+-.^_`{|}~";
  for (int c = 0; c < 256; c++) {
    char name[] = {'a', (char)c, 'b'};
    char buf[1000];
    size_t len = 0;
    msnav_sdp sdp = paper_offer();
    sdp.media[0].formats[1].name = (msnav_str){name, sizeof(name)};
    assert_int_equal(msnav_sdp_write(&sdp, buf, sizeof(buf), &len),
                     memchr(set, c, sizeof(set) - 1) != NULL
                       ? MSNAV_OK
                       : MSNAV_ERR_INVALID);
  }
}

static void never_writes_a_number_out_of_range(void **state) {
  (void)state;
  msnav_sdp bad[8];
  char buf[1000];
  size_t len = 3;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    bad[i] = paper_offer();
  }
  bad[0].media_count = MSNAV_SDP_MAX_MEDIA + 1;
  bad[1].media[0].format_count = MSNAV_SDP_MAX_FORMATS + 1;
  bad[2].media[0].crypto_count = MSNAV_SDP_MAX_CRYPTO + 1;
  bad[3].media[0].direction = 4;
  bad[4].media[0].encryption = (msnav_sdp_encryption)4;
  bad[5].media[0].formats[0].pt = 128;
  bad[6].media[0].formats[0].clock_rate = 0;
  bad[7].media[0].formats[0].channels = 256;
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    assert_int_equal(msnav_sdp_write(&bad[i], buf, sizeof(buf), &len),
                     MSNAV_ERR_INVALID);
    assert_int_equal(len, 3);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(never_writes_beyond_its_buffer),
    cmocka_unit_test(writes_what_differs_from_the_default),
    cmocka_unit_test(end_of_a_stream_rows),
    cmocka_unit_test(rejected_streams_are_one_line),
    cmocka_unit_test(never_writes_a_text_that_breaks_a_line),
    cmocka_unit_test(lists_have_no_empty_words),
    cmocka_unit_test(names_are_tokens),
    cmocka_unit_test(never_writes_a_number_out_of_range),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

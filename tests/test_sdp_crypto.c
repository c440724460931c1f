/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Agreeing on SRTP keys by a=crypto lines (RFC 4568), the way two libmsnavs
 * do it beside `a=encryption:rejected`. */
#include "sdp_kit.h"

#define OFFER                                                                  \
  "v=0\r\no=- 0 0 IN IP4 10.0.0.2\r\ns=session\r\nc=IN IP4 10.0.0.2\r\n"       \
  "t=0 0\r\n"
#define AVP OFFER "m=audio 5000 RTP/AVP 0\r\n"
#define SAVP OFFER "m=audio 5000 RTP/SAVP 0\r\n"
#define GCM "AEAD_AES_128_GCM"
#define CM "AES_CM_128_HMAC_SHA1_80"

static msnav_sdp_ability ability(void) {
  msnav_sdp_ability ours = {
    .kind = MSNAV_SDP_AUDIO,
    .rtp = {0, 4000},
    .direction = BOTH,
    .format_count = 1,
    .formats = {FORMAT(0, "PCMU", 8000)},
    .crypto_count = 2,
    .crypto = {{1, STR(GCM), STR("inline:OurGcm//")},
               {2, STR(CM), STR("inline:OurCm///")}},
  };
  return ours;
}

static void best_effort_offer_is_plain_rtp_with_crypto_lines(void **state) {
  (void)state;
  msnav_sdp_ability ours = ability();
  msnav_sdp offer;
  assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
  char *text = written(&offer);
  assert_non_null(strstr(text, "m=audio 4000 RTP/AVP 0\r\n"
                               "a=rtpmap:0 PCMU/8000\r\n"
                               "a=crypto:1 " GCM " inline:OurGcm//\r\n"
                               "a=crypto:2 " CM " inline:OurCm///\r\n"
                               "a=encryption:rejected\r\n"));
  free(text);
}

static void mandatory_offer_is_rtp_savp(void **state) {
  (void)state;
  msnav_sdp_ability ours = ability();
  msnav_sdp offer;
  ours.secure_only = true;
  assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
  char *text = written(&offer);
  assert_non_null(strstr(text, "m=audio 4000 RTP/SAVP 0\r\n"));
  assert_non_null(strstr(text, "a=encryption:rejected\r\n"));
  free(text);
}

static void answer_rows(void **state) {
  (void)state;
  static const struct {
    const char *offer;
    bool secure_only;
    msnav_error err;
    const char *line;  /* our a=crypto line; NULL: none */
    const char *their; /* key of the peer */
  } rows[] = {
    /* no line at all: plain, unless plain will not do */
    {AVP, false, MSNAV_OK, NULL, ""},
    {AVP, true, MSNAV_ERR_UNSUPPORTED, NULL, ""},
    {SAVP, false, MSNAV_ERR_UNSUPPORTED, NULL, ""},
    /* the offerer's first that we know, under its tag */
    {AVP "a=crypto:7 " CM " inline:Their1st\r\na=crypto:8 " GCM
         " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:7 " CM " inline:OurCm///\r\n",
     "inline:Their1st"},
    {SAVP "a=crypto:7 F8_128_HMAC_SHA1_80 inline:Their1st\r\na=crypto:8 " GCM
          " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:8 " GCM " inline:OurGcm//\r\n",
     "inline:Their2nd"},
    {AVP "a=crypto:7 " CM " inline:Their1st|2^20\r\n", true, MSNAV_OK,
     "a=crypto:7 " CM " inline:OurCm///\r\n", "inline:Their1st|2^20"},
    /* a suite we do not know */
    {AVP "a=crypto:7 F8_128_HMAC_SHA1_80 inline:Their1st\r\n", false, MSNAV_OK,
     NULL, ""},
    {SAVP "a=crypto:7 F8_128_HMAC_SHA1_80 inline:Their1st\r\n", false,
     MSNAV_ERR_UNSUPPORTED, NULL, ""},
    /* a key of another length is none (section 6.1), nor is what is no key */
    {SAVP "a=crypto:7 " GCM " inline:Their1stLonger00\r\na=crypto:8 " CM
          " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:8 " CM " inline:OurCm///\r\n",
     "inline:Their2nd"},
    {SAVP "a=crypto:7 " GCM " inline:Short\r\na=crypto:8 " CM
          " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:8 " CM " inline:OurCm///\r\n",
     "inline:Their2nd"},
    {SAVP "a=crypto:7 " GCM " inline:*heir1st\r\na=crypto:8 " CM
          " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:8 " CM " inline:OurCm///\r\n",
     "inline:Their2nd"},
    {SAVP "a=crypto:7 " GCM " inline:Short\r\n", false, MSNAV_ERR_UNSUPPORTED,
     NULL, ""},
    /* what we do not understand must not be accepted (sections 6.1, 6.3) */
    {AVP "a=crypto:7 " CM " inline:Their1st|2^20|1:4\r\n", false, MSNAV_OK,
     NULL, ""},
    {AVP "a=crypto:7 " CM " inline:Their1st;inline:Their2nd\r\n", false,
     MSNAV_OK, NULL, ""},
    {AVP "a=crypto:7 " CM " inline:Their1st UNENCRYPTED_SRTP\r\n", false,
     MSNAV_OK, NULL, ""},
    {AVP "a=crypto:7 " CM " inline:Their1st;\r\n", false, MSNAV_OK, NULL, ""},
    {AVP "a=crypto:7 " CM " uri:Their1st\r\n", false, MSNAV_OK, NULL, ""},
    {AVP "a=crypto:7 " CM " inline:\r\n", false, MSNAV_OK, NULL, ""},
    {SAVP "a=crypto:7 " CM " inline:Their1st KDR=1\r\na=crypto:8 " CM
          " inline:Their2nd\r\n",
     false, MSNAV_OK, "a=crypto:8 " CM " inline:OurCm///\r\n",
     "inline:Their2nd"},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp_ability ours = ability();
    ours.secure_only = rows[i].secure_only;
    answered a = answer_with(rows[i].offer, &ours, 1);
    assert_int_equal(a.err, rows[i].err);
    if (a.err == MSNAV_OK) {
      const msnav_sdp_agreed *agreed = &a.result.agreed[0];
      bool secure = strstr(rows[i].offer, "RTP/SAVP") != NULL;
      assert_non_null(strstr(a.text, secure ? " RTP/SAVP " : " RTP/AVP "));
      assert_int_equal(strstr(a.text, "a=crypto") != NULL,
                       rows[i].line != NULL);
      assert_int_equal(a.sdp.media[0].crypto_count, rows[i].line != NULL);
      assert_str(agreed->remote_crypto.params, rows[i].their);
      assert_int_equal(agreed->local_crypto.suite.len > 0,
                       rows[i].line != NULL);
      if (rows[i].line != NULL) {
        assert_non_null(strstr(a.text, rows[i].line));
        assert_true(
          same_text(agreed->local_crypto.suite, agreed->remote_crypto.suite));
      }
    }
    answer_done(&a);
  }
}

static void taking_rows(void **state) {
  (void)state;
  static const struct {
    const char *answer;
    bool secure_only, offers;
    msnav_error err;
    const char *our, *their; /* keys */
  } rows[] = {
    {AVP, false, true, MSNAV_OK, "", ""}, /* RTC/1.2: plain */
    {AVP "a=crypto:1 " GCM " inline:Their1st\r\n", false, true, MSNAV_OK,
     "inline:OurGcm//", "inline:Their1st"},
    {AVP "a=crypto:2 " CM " inline:Their1st\r\n", false, true, MSNAV_OK,
     "inline:OurCm///", "inline:Their1st"},
    {SAVP "a=crypto:2 " CM " inline:Their1st\r\n", true, true, MSNAV_OK,
     "inline:OurCm///", "inline:Their1st"},
    {SAVP, true, true, MSNAV_ERR_UNSUPPORTED, "", ""},
    {AVP, true, true, MSNAV_ERR_PARSE, "", ""}, /* another transport */
    /* section 5.1.3: a line that takes up none of ours is a failure */
    {AVP "a=crypto:2 " GCM " inline:Their1st\r\n", false, true,
     MSNAV_ERR_UNSUPPORTED, "", ""},
    {AVP "a=crypto:3 " CM " inline:Their1st\r\n", false, true,
     MSNAV_ERR_UNSUPPORTED, "", ""},
    {AVP "a=crypto:2 " CM " inline:Their1st KDR=2\r\n", false, true,
     MSNAV_ERR_UNSUPPORTED, "", ""},
    {AVP "a=crypto:2 " CM " inline:Short\r\n", false, true,
     MSNAV_ERR_UNSUPPORTED, "", ""},
    /* but nobody asked: then it is an unknown attribute */
    {AVP "a=crypto:1 " GCM " inline:Their1st\r\n", false, false, MSNAV_OK, "",
     ""},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp_ability ours = ability();
    msnav_sdp offer;
    msnav_sdp_result result;
    ours.secure_only = rows[i].secure_only;
    ours.crypto_count = rows[i].offers ? 2 : 0;
    assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
    parsed answer = parse(rows[i].answer);
    assert_int_equal(msnav_sdp_accept_answer(&offer, &answer.sdp, &result),
                     rows[i].err);
    if (rows[i].err == MSNAV_OK) {
      assert_str(result.agreed[0].local_crypto.params, rows[i].our);
      assert_str(result.agreed[0].remote_crypto.params, rows[i].their);
    }
    done(&answer);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(best_effort_offer_is_plain_rtp_with_crypto_lines),
    cmocka_unit_test(mandatory_offer_is_rtp_savp),
    cmocka_unit_test(answer_rows),
    cmocka_unit_test(taking_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

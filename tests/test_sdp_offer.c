/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our offers (RFC 3264): what they hold, and what none can be made of. */
#include "sdp_agree_kit.h"

static void offer_with_video_on_the_wire(void **state) {
  (void)state;
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  msnav_sdp offer;
  ours[0].format_count = 3;
  ours[1].direction = MSNAV_SDP_RECV;
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &offer), MSNAV_OK);
  char *text = written(&offer);
  assert_string_equal(text,
                      WITH_VIDEO "m=audio 4000 RTP/AVP 120 0 8\r\n"
                                 "a=rtpmap:120 red/8000\r\n" PCMU PCMA REJECTED
                                 "m=video 4002 RTP/AVP 34 31\r\n" H263 H261
                                 "a=recvonly\r\n" REJECTED);
  free(text);
  offer.bandwidth = 300; /* the caller's choice */
  text = written(&offer);
  assert_non_null(strstr(text, "b=CT:300\r\n"));
  free(text);
}

static void offers_only_what_takes_part(void **state) {
  (void)state;
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  msnav_sdp offer;
  ours[1].rtp.port = 0;
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &offer), MSNAV_OK);
  assert_int_equal(offer.media_count, 1);
  assert_int_equal(offer.media[0].kind, MSNAV_SDP_AUDIO);
  assert_int_equal(offer.bandwidth, MSNAV_SDP_BANDWIDTH_AUDIO);
  ours[0].rtp.port = 0;
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &offer), MSNAV_ERR_INVALID);
}

static void broken_abilities_are_refused(void **state) {
  (void)state;
  msnav_sdp_ability bad[19];
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    bad[i] = our_audio();
  }
  bad[0].kind = MSNAV_SDP_OTHER;
  bad[1].kind = (msnav_sdp_kind)3;
  bad[2].format_count = 0;
  bad[3].format_count = MSNAV_SDP_MAX_FORMATS + 1;
  bad[4].formats[0].pt = 128;
  bad[5].formats[1].pt = 120; /* twice */
  bad[6].formats[0].name = (msnav_str){NULL, 0};
  bad[7].formats[0].name = (msnav_str)STR("a/b");
  bad[8].formats[0].clock_rate = 0;
  bad[9].formats[0].channels = 256;
  bad[10].formats[0].fmtp = (msnav_str)STR("a\r\nb");
  bad[11].direction = 4;
  bad[12].crypto_count = MSNAV_SDP_MAX_CRYPTO + 1;
  bad[13].crypto_count = 1; /* empty */
  bad[14].crypto_count = 1;
  bad[14].crypto[0] = (msnav_sdp_crypto){1, STR("A"), STR("\n")};
  bad[15].secure_only = true; /* with what? */
  bad[16].formats[1] = (msnav_sdp_format)FORMAT(0, "red", 8000);
  bad[17].formats[1] = (msnav_sdp_format)FORMAT(0, "telephone-event", 8000);
  bad[18].crypto_count = 2; /* one tag for both */
  bad[18].crypto[0] = (msnav_sdp_crypto){1, STR("A"), STR("inline:a")};
  bad[18].crypto[1] = (msnav_sdp_crypto){1, STR("B"), STR("inline:b")};
  parsed peer = parse(OFFER "m=audio 5000 RTP/AVP 0\r\n");
  for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
    msnav_sdp sdp;
    msnav_sdp_result result;
    memset(&sdp, 0x11, sizeof(sdp));
    assert_int_equal(msnav_sdp_offer(&bad[i], 1, US, &sdp), MSNAV_ERR_INVALID);
    assert_int_equal(msnav_sdp_answer(&peer.sdp, &bad[i], 1, US, &sdp, &result),
                     MSNAV_ERR_INVALID);
    assert_true(untouched(&sdp, sizeof(sdp)));
  }
  done(&peer);
}

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  msnav_sdp_ability ours[3] = {our_audio(), our_audio(), our_video()};
  msnav_sdp sdp = {0};
  msnav_sdp broken = {.media_count = MSNAV_SDP_MAX_MEDIA + 1};
  msnav_sdp wide = {.media_count = 1};
  wide.media[0].format_count = MSNAV_SDP_MAX_FORMATS + 1;
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_offer(NULL, 1, US, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_offer(ours, 0, US, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_offer(ours, 3, US, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_offer(ours, 1, 0, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_offer(ours, 1, US, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_reoffer(&broken, ours, 1, US, &sdp),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_answer(NULL, ours, 1, US, &sdp, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_answer(&sdp, ours, 1, US, NULL, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_answer(&sdp, ours, 1, US, &sdp, NULL),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_answer(&broken, ours, 1, US, &sdp, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_answer(&wide, ours, 1, US, &sdp, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_accept_answer(NULL, &sdp, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_accept_answer(&sdp, NULL, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_accept_answer(&sdp, &sdp, NULL),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_accept_answer(&broken, &broken, &result),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_accept_answer(&wide, &wide, &result),
                   MSNAV_ERR_INVALID);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(offer_with_video_on_the_wire),
    cmocka_unit_test(offers_only_what_takes_part),
    cmocka_unit_test(broken_abilities_are_refused),
    cmocka_unit_test(wrong_arguments_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Attributes of a medium that RTC 1.2 does not have: asking for VoIP metrics
 * by a=rtcp-xr (RFC 3611 section 5), the longest packet. */
#include "sdp_kit.h"

#define SESSION                                                                \
  "v=0\r\no=- 0 0 IN IP4 10.0.0.2\r\ns=session\r\nc=IN IP4 10.0.0.2\r\n"       \
  "t=0 0\r\n"
#define AUDIO "m=audio 5000 RTP/AVP 0\r\n"
#define ASK "a=rtcp-xr:voip-metrics\r\n"

static msnav_sdp_ability ability(bool metrics) {
  msnav_sdp_ability ours = {
    .kind = MSNAV_SDP_AUDIO,
    .rtp = {0, 4000},
    .direction = BOTH,
    .format_count = 1,
    .formats = {FORMAT(0, "PCMU", 8000)},
    .metrics = metrics,
  };
  return ours;
}

static void attribute_is_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    bool metrics;
  } rows[] = {
    {SESSION AUDIO, false},
    {SESSION AUDIO ASK, true},
    {SESSION AUDIO "a=RTCP-XR: VoIP-Metrics\r\n", true},
    {SESSION AUDIO "a=rtcp-xr:rcvr-rtt=all:10 loss-rle voip-metrics\r\n", true},
    {SESSION AUDIO "a=rtcp-xr:rcvr-rtt=all:10 loss-rle\r\n", false},
    {SESSION AUDIO "a=rtcp-xr:voip-metrics2 xvoip-metrics\r\n", false},
    {SESSION AUDIO "a=rtcp-xr:\r\n", false},
    {SESSION AUDIO "a=rtcp-xr\r\n", false},
    {SESSION AUDIO "a=rtcp:5009\r\n", false},
    /* of the session, unless the medium has its own */
    {SESSION ASK AUDIO, true},
    {SESSION ASK AUDIO "a=rtcp-xr:\r\n", false},
    {SESSION "a=rtcp-xr:\r\n" AUDIO ASK, true},
    /* of two the first */
    {SESSION AUDIO "a=rtcp-xr:\r\n" ASK, false},
    {SESSION AUDIO ASK "a=rtcp-xr:\r\n", true},
    /* another medium's */
    {SESSION AUDIO "m=video 5002 RTP/AVP 34\r\n" ASK, false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp sdp;
    assert_int_equal(msnav_sdp_read(rows[i].text, strlen(rows[i].text), &sdp),
                     MSNAV_OK);
    if (sdp.media[0].metrics != rows[i].metrics) {
      fail_msg("row %zu", i);
    }
  }
}

/* a=maxptime (RFC 4566 section 6) */
static void longest_packet_is_read(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t ms;
  } rows[] = {
    {SESSION AUDIO, 0},
    {SESSION AUDIO "a=maxptime:60\r\n", 60},
    {SESSION AUDIO "a=maxptime: 1000 \r\n", 1000},
    {SESSION AUDIO "a=maxptime:1001\r\n", 0},
    {SESSION AUDIO "a=maxptime:-1\r\n", 0},
    {SESSION AUDIO "a=maxptime:60.5\r\n", 0},
    {SESSION AUDIO "a=maxptime\r\n", 0},
    {SESSION AUDIO "a=maxptime:20\r\na=maxptime:40\r\n", 20},
    {SESSION "a=maxptime:60\r\n" AUDIO, 0}, /* of media only */
    {SESSION AUDIO "m=video 5002 RTP/AVP 34\r\na=maxptime:60\r\n", 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp sdp;
    assert_int_equal(msnav_sdp_read(rows[i].text, strlen(rows[i].text), &sdp),
                     MSNAV_OK);
    assert_int_equal(sdp.media[0].maxptime, rows[i].ms);
  }
}

static void longest_packet_is_offered_and_answered(void **state) {
  (void)state;
  for (uint32_t ms = 0; ms <= 60; ms += 60) {
    msnav_sdp_ability ours = ability(false);
    ours.maxptime = ms;
    msnav_sdp offer, answer, read;
    msnav_sdp_result result;
    char text[2048];
    size_t len = 0;
    assert_int_equal(msnav_sdp_offer(&ours, 1, 0x0a000001, &offer), MSNAV_OK);
    assert_int_equal(msnav_sdp_write(&offer, text, sizeof(text), &len),
                     MSNAV_OK);
    assert_int_equal(memmem(text, len, "a=maxptime:60\r\n", 15) != NULL,
                     ms > 0);
    assert_int_equal(msnav_sdp_read(text, len, &read), MSNAV_OK);
    assert_int_equal(read.media[0].maxptime, ms);
    /* what the peer can take says nothing about us */
    ours.maxptime = 40;
    assert_int_equal(msnav_sdp_answer(&read, &ours, 1, 0x0a000001, &answer,
                                      &result),
                     MSNAV_OK);
    assert_int_equal(answer.media[0].maxptime, 40);
  }
}

static void offer_asks(void **state) {
  (void)state;
  for (int asks = 0; asks < 2; asks++) {
    msnav_sdp_ability ours = ability(asks != 0);
    msnav_sdp offer;
    assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
    char *text = written(&offer);
    assert_int_equal(strstr(text, "a=rtpmap:0 PCMU/8000\r\n" ASK
                                  "a=encryption:rejected\r\n") != NULL,
                     asks);
    assert_int_equal(strstr(text, "rtcp-xr") != NULL, asks);
    free(text);
  }
}

/* Who did not ask is not asked: what RTC 1.2 gets is as the paper has it. */
static void answer_asks_who_asked(void **state) {
  (void)state;
  for (unsigned i = 0; i < 4; i++) {
    bool theirs = (i & 1) != 0, able = (i & 2) != 0;
    const char *text = theirs ? SESSION AUDIO ASK : SESSION AUDIO;
    msnav_sdp_ability ours = ability(able);
    msnav_sdp offer, answer;
    msnav_sdp_result result;
    assert_int_equal(msnav_sdp_read(text, strlen(text), &offer), MSNAV_OK);
    assert_int_equal(msnav_sdp_answer(&offer, &ours, 1, US, &answer, &result),
                     MSNAV_OK);
    assert_int_equal(result.agreed[0].metrics, theirs);
    char *said = written(&answer);
    assert_int_equal(strstr(said, ASK) != NULL, theirs && able);
    free(said);
  }
}

static void answers_are_heeded(void **state) {
  (void)state;
  for (int asks = 0; asks < 2; asks++) {
    const char *text = asks != 0 ? SESSION AUDIO ASK : SESSION AUDIO;
    msnav_sdp_ability ours = ability(true);
    msnav_sdp offer, answer;
    msnav_sdp_result result;
    assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
    assert_int_equal(msnav_sdp_read(text, strlen(text), &answer), MSNAV_OK);
    assert_int_equal(msnav_sdp_accept_answer(&offer, &answer, &result),
                     MSNAV_OK);
    assert_int_equal(result.agreed[0].metrics, asks);
  }
}

static void refused_media_are_bare(void **state) {
  (void)state;
  msnav_sdp_ability ours = ability(true);
  msnav_sdp offer, again;
  assert_int_equal(msnav_sdp_offer(&ours, 1, US, &offer), MSNAV_OK);
  ours.kind = MSNAV_SDP_VIDEO;
  ours.metrics = false;
  ours.formats[0] = (msnav_sdp_format)FORMAT(34, "H263", 90000);
  assert_int_equal(msnav_sdp_reoffer(&offer, &ours, 1, US, &again), MSNAV_OK);
  char *text = written(&again);
  assert_non_null(strstr(text, "m=audio 0 "));
  assert_null(strstr(text, "rtcp-xr"));
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(attribute_is_read),
    cmocka_unit_test(longest_packet_is_read),
    cmocka_unit_test(longest_packet_is_offered_and_answered),
    cmocka_unit_test(offer_asks),
    cmocka_unit_test(answer_asks_who_asked),
    cmocka_unit_test(answers_are_heeded),
    cmocka_unit_test(refused_media_are_bare),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

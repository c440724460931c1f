/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Answers to offers (RFC 3264) as doc/protocol.md section 5 has them.  They
 * are written out: what a peer would see on the wire. */
#include "sdp_agree_kit.h"

/* ---- the bytes of answers */

static void answers_on_the_wire(void **state) {
  (void)state;
  static const struct {
    const char *offer, *answer;
  } rows[] = {
    /* the offerer's order and payload types, whatever ours are; our fmtp */
    {OFFER "m=audio 5000 RTP/AVP 97 0 8 4 101\r\n" RED PCMU PCMA
           "a=rtpmap:4 G723/8000\r\n" EVENT "a=fmtp:101 0-16\r\n",
     ANSWER
     "m=audio 4000 RTP/AVP 97 0 8 101\r\n" RED PCMU PCMA OUR_EVENT REJECTED},
    {OFFER "m=audio 5000 RTP/AVP 8 101 0 97\r\n" RED EVENT, ANSWER
     "m=audio 4000 RTP/AVP 8 101 0 97\r\n" PCMA OUR_EVENT PCMU RED REJECTED},
    /* static types by their number alone */
    {OFFER "m=audio 5000 RTP/AVP 0\r\n",
     ANSWER "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* a dynamic type for a static codec, and names without case */
    {OFFER "m=audio 5000 RTP/AVP 96 98\r\na=rtpmap:96 pcmu/8000/1\r\n"
           "a=rtpmap:98 RED/8000\r\n",
     ANSWER "m=audio 4000 RTP/AVP 96 98\r\na=rtpmap:96 PCMU/8000\r\n"
            "a=rtpmap:98 red/8000\r\n" REJECTED},
    /* our payload types mean nothing to the peer */
    {OFFER "m=audio 5000 RTP/AVP 120 121 0\r\na=rtpmap:120 SPEEX/8000\r\n"
           "a=rtpmap:121 red/8000\r\n",
     ANSWER
     "m=audio 4000 RTP/AVP 121 0\r\na=rtpmap:121 red/8000\r\n" PCMU REJECTED},
    /* everything of RTC/1.2 that we have */
    {OFFER "m=audio 5000 RTP/AVP 97 111 112 6 0 8 4 5 3 101\r\n" RED
           "a=rtpmap:111 SIREN/16000\r\na=fmtp:111 bitrate=16000\r\n"
           "a=rtpmap:112 G7221/16000\r\na=fmtp:112 bitrate=24000\r\n"
           "a=rtpmap:6 DVI4/16000\r\n" PCMU PCMA "a=rtpmap:4 G723/8000\r\n"
           "a=rtpmap:5 DVI4/8000\r\na=rtpmap:3 GSM/8000\r\n" EVENT,
     ANSWER "m=audio 4000 RTP/AVP 97 111 0 8 5 101\r\n" RED
            "a=rtpmap:111 SIREN/16000\r\na=fmtp:111 bitrate=16000\r\n" PCMU PCMA
            "a=rtpmap:5 DVI4/8000\r\n" OUR_EVENT REJECTED},
    /* two channels are not one, another rate is another codec */
    {OFFER "m=audio 5000 RTP/AVP 96 98 99 0\r\na=rtpmap:96 opus/48000\r\n"
           "a=rtpmap:98 PCMU/16000\r\na=rtpmap:99 OPUS/48000/2\r\n",
     ANSWER "m=audio 4000 RTP/AVP 99 0\r\na=rtpmap:99 opus/48000/2\r\n"
            "a=fmtp:99 useinbandfec=1\r\n" PCMU REJECTED},
    /* a mode we do not have is another codec (RFC 5577) */
    {OFFER "m=audio 5000 RTP/AVP 98 99 8\r\na=rtpmap:98 SIREN/16000\r\n"
           "a=fmtp:98 x=1; bitrate=24000\r\na=rtpmap:99 SIREN/16000\r\n",
     ANSWER "m=audio 4000 RTP/AVP 99 8\r\na=rtpmap:99 SIREN/16000\r\n"
            "a=fmtp:99 bitrate=16000\r\n" PCMA REJECTED},
    /* video as a second stream, both with the session's c= */
    {OFFER "m=audio 5000 RTP/AVP 0\r\nm=video 5002 RTP/AVP 34 31\r\n" H263 H261,
     WITH_VIDEO "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED
                "m=video 4002 RTP/AVP 34 31\r\n" H263 H261 REJECTED},
    {OFFER "m=video 5002 RTP/AVP 31\r\nm=audio 5000 RTP/AVP 0\r\n",
     WITH_VIDEO "m=video 4002 RTP/AVP 31\r\n" H261 REJECTED
                "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* a peer without a camera */
    {OFFER
     "m=audio 5000 RTP/AVP 0\r\nm=video 5002 RTP/AVP 34\r\na=recvonly\r\n",
     WITH_VIDEO "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED
                "m=video 4002 RTP/AVP 34\r\n" H263 "a=sendonly\r\n" REJECTED},
    /* unknown streams are answered with port 0 in their place */
    {OFFER "m=application 5004 RTP/AVP msdata\r\nm=audio 5000 RTP/AVP 0\r\n",
     ANSWER "m=application 0 RTP/AVP msdata\r\n"
            "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    {OFFER "m=audio 5000 RTP/AVP 0\r\nm=application 1503 tcp msdata\r\n"
           "m=text 5008 RTP/AVP 98\r\n",
     ANSWER "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED
            "m=application 0 tcp msdata\r\nm=text 0 RTP/AVP 98\r\n"},
    {OFFER "m=audio 5000 udp 0\r\nm=audio 5002 RTP/AVPF 0\r\n"
           "m=audio 5004 RTP/AVP 0\r\n",
     ANSWER "m=audio 0 udp 0\r\nm=audio 0 RTP/AVPF 0\r\n"
            "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* RTP/SAVP wants a key, and we have none to give */
    {OFFER "m=audio 5000 RTP/SAVP 0\r\na=crypto:1 A inline:x\r\n"
           "m=audio 5002 RTP/AVP 0\r\n",
     ANSWER "m=audio 0 RTP/SAVP 0\r\nm=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* one stream of each kind: the first that fits */
    {OFFER "m=audio 5000 RTP/AVP 0\r\nm=audio 5002 RTP/AVP 8\r\n", ANSWER
     "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED "m=audio 0 RTP/AVP 8\r\n"},
    {OFFER "m=audio 5000 RTP/AVP 18\r\nm=audio 5002 RTP/AVP 8\r\n",
     ANSWER "m=audio 0 RTP/AVP 18\r\n"
            "m=audio 4000 RTP/AVP 8\r\n" PCMA REJECTED},
    /* a removed stream stays removed (RFC 3264 section 8.2) */
    {OFFER "m=audio 5000 RTP/AVP 0\r\nm=video 0 RTP/AVP 34 300\r\n", ANSWER
     "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED "m=video 0 RTP/AVP 34 300\r\n"},
    /* some write it without formats, of which RFC 4566 wants one */
    {OFFER "m=audio 5000 RTP/AVP 0\r\nm=video 0 RTP/AVP\r\n", ANSWER
     "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED "m=video 0 RTP/AVP 0\r\n"},
    /* formats that are none are not answered */
    {OFFER "m=audio 49170/2 RTP/AVP 300 x 0 96 19\r\n",
     ANSWER "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* nor is what nobody can mean by payload type 0 */
    {OFFER "m=audio 5000 RTP/AVP 0 8\r\na=rtpmap:0 red/8000\r\n",
     ANSWER "m=audio 4000 RTP/AVP 8\r\n" PCMA REJECTED},
    /* we reject encryption, and the offer lives with it */
    {OFFER "k=base64:QUJD\r\nm=audio 5000 RTP/AVP 0\r\n"
           "a=encryption:optional\r\n",
     ANSWER "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
    /* a stream that is refused anyway may require what it likes */
    {OFFER "m=application 1503 tcp msdata\r\na=encryption:required\r\n"
           "m=audio 5000 RTP/AVP 0\r\n",
     ANSWER
     "m=application 0 tcp msdata\r\nm=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    answered a = answer_to(rows[i].offer);
    assert_int_equal(a.err, MSNAV_OK);
    assert_string_equal(a.text, rows[i].answer);
    assert_int_equal(a.sdp.media_count, a.offer.sdp.media_count);
    answer_done(&a);
  }
}

static void refuses_what_does_not_fit_at_all(void **state) {
  (void)state;
  static const char *const rows[] = {
    OFFER,
    OFFER "m=application 1503 tcp msdata\r\n",
    OFFER "m=audio 5000 RTP/AVP 18 4\r\n",
    OFFER "m=audio 0 RTP/AVP 0\r\n",
    OFFER "m=audio 5000 udp 0\r\n",
    OFFER "m=audio 5000 RTP/SAVP 0\r\n",
    OFFER "m=audio 5000 RTP/AVP 96\r\n", /* dynamic without a mapping */
    /* a codec is needed: events, redundancy and noise of what? */
    OFFER "m=audio 5000 RTP/AVP 101\r\n" EVENT,
    OFFER "m=audio 5000 RTP/AVP 97\r\n" RED,
    OFFER "m=audio 5000 RTP/AVP 13\r\n",
    OFFER "m=audio 5000 RTP/AVP 97 13 101 18\r\n" RED EVENT,
    /* encryption required: by one stream, the other, the session */
    OFFER "m=audio 5000 RTP/AVP 0\r\nk=base64:QUJD\r\n"
          "a=encryption:required\r\n",
    OFFER "m=audio 5000 RTP/AVP 0\r\nm=video 5002 RTP/AVP 34\r\n"
          "a=encryption:required\r\n",
    OFFER "a=encryption:required\r\nm=audio 5000 RTP/AVP 0\r\n",
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    answered a = answer_to(rows[i]);
    assert_int_equal(a.err, MSNAV_ERR_UNSUPPORTED);
    assert_true(untouched(&a.sdp, sizeof(a.sdp)));
    assert_true(untouched(&a.result, sizeof(a.result)));
    answer_done(&a);
  }
}

static void a_kind_without_ability_is_refused(void **state) {
  (void)state;
  static const char offer[] = OFFER "m=audio 5000 RTP/AVP 0\r\n"
                                    "m=video 5002 RTP/AVP 34\r\n";
  static const char expected[] = ANSWER
    "m=audio 4000 RTP/AVP 0\r\n" PCMU REJECTED "m=video 0 RTP/AVP 34\r\n";
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  answered a = answer_with(offer, ours, 1);
  assert_int_equal(a.err, MSNAV_OK);
  assert_string_equal(a.text, expected);
  answer_done(&a);
  ours[1].rtp.port = 0; /* can, but does not want to */
  a = answer_with(offer, ours, 2);
  assert_int_equal(a.err, MSNAV_OK);
  assert_string_equal(a.text, expected);
  assert_int_equal(a.result.count, 1);
  answer_done(&a);
}

static void addresses_of_ours_are_written_where_they_differ(void **state) {
  (void)state;
  msnav_sdp_ability ours = our_audio();
  ours.rtp.ip = IP(10, 0, 0, 7);
  ours.rtcp = (msnav_addr){0, 4009};
  answered a = answer_with(OFFER "m=audio 5000 RTP/AVP 0\r\n", &ours, 1);
  assert_int_equal(a.err, MSNAV_OK);
  assert_string_equal(a.text, ANSWER "m=audio 4000 RTP/AVP 0\r\n"
                                     "c=IN IP4 10.0.0.7\r\n" PCMU
                                     "a=rtcp:4009\r\n" REJECTED);
  answer_done(&a);
}

/* ---- what was agreed */

static void result_says_what_to_send_and_receive(void **state) {
  (void)state;
  answered a = answer_to(
    OFFER "m=application 1503 tcp msdata\r\n"
          "m=audio 5000 RTP/AVP 97 4 111 0 101\r\na=rtcp:5007\r\n" RED
          "a=rtpmap:111 SIREN/16000\r\na=fmtp:111 bitrate=16000;x=y\r\n" EVENT
          "a=fmtp:101 0-11\r\nm=video 5002 RTP/AVP 31 34\r\n");
  assert_int_equal(a.err, MSNAV_OK);
  assert_int_equal(a.result.bandwidth, 110);
  assert_int_equal(a.result.count, 2);
  const msnav_sdp_agreed *audio = &a.result.agreed[0];
  assert_int_equal(audio->kind, MSNAV_SDP_AUDIO);
  assert_int_equal(audio->index, 1);
  assert_int_equal(audio->remote_rtp.ip, IP(10, 0, 0, 2));
  assert_int_equal(audio->remote_rtp.port, 5000);
  assert_int_equal(audio->remote_rtcp.ip, IP(10, 0, 0, 2));
  assert_int_equal(audio->remote_rtcp.port, 5007);
  assert_int_equal(audio->direction, BOTH);
  assert_false(audio->held);
  assert_int_equal(audio->codec.pt, 111);
  assert_str(audio->codec.name, "SIREN");
  assert_int_equal(audio->codec.clock_rate, 16000);
  assert_str(audio->codec.fmtp, "bitrate=16000;x=y"); /* the peer's wish */
  assert_int_equal(audio->red_pt, 97);
  assert_int_equal(audio->dtmf_pt, 101);
  assert_int_equal(audio->format_count, 4);
  assert_int_equal(audio->formats[0].pt, 97);
  assert_int_equal(audio->formats[1].pt, 111);
  assert_str(audio->formats[1].fmtp, "bitrate=16000"); /* ours */
  assert_int_equal(audio->formats[2].pt, 0);
  assert_int_equal(audio->formats[3].pt, 101);
  assert_str(audio->formats[3].fmtp, "0-15");
  assert_int_equal(audio->local_crypto.suite.len, 0);
  assert_int_equal(audio->remote_crypto.suite.len, 0);
  const msnav_sdp_agreed *video = &a.result.agreed[1];
  assert_int_equal(video->kind, MSNAV_SDP_VIDEO);
  assert_int_equal(video->index, 2);
  assert_str(video->codec.name, "H261");
  assert_int_equal(video->codec.pt, 31);
  assert_int_equal(video->red_pt, 0);
  assert_int_equal(video->dtmf_pt, 0);
  assert_int_equal(video->format_count, 2);
  answer_done(&a);
}

static void codec_choice_rows(void **state) {
  (void)state;
  static const struct {
    const char *media;
    const char *codec;
    unsigned pt, red, dtmf;
  } rows[] = {
    /* doc/protocol.md section 6: neither red nor telephone-event */
    {"97 0 101\r\n" RED EVENT, "PCMU", 0, 97, 101},
    {"97 101 8 0\r\n" RED EVENT, "PCMA", 8, 97, 101},
    {"101 97 0\r\n" RED EVENT, "PCMU", 0, 97, 101},
    {"13 0\r\n", "PCMU", 0, 0, 0}, /* comfort noise is not speech */
    {"0 13\r\n", "PCMU", 0, 0, 0},
    {"0\r\n", "PCMU", 0, 0, 0},
    {"18 4 8\r\n", "PCMA", 8, 0, 0}, /* first common one */
    {"98 0\r\na=rtpmap:98 red/8000\r\n", "PCMU", 0, 98, 0},
    /* a repeated name: the first */
    {"0 98 99\r\na=rtpmap:98 red/8000\r\na=rtpmap:99 red/8000\r\n", "PCMU", 0,
     98, 0},
    {"0 102 101\r\na=rtpmap:102 telephone-event/8000\r\n" EVENT, "PCMU", 0, 0,
     102},
    /* nobody can mean payload type 0 by these; it says "not agreed" */
    {"0 8\r\na=rtpmap:0 telephone-event/8000\r\n", "PCMA", 8, 0, 0},
    {"0 8\r\na=rtpmap:0 red/8000\r\n", "PCMA", 8, 0, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char offer[500];
    snprintf(offer, sizeof(offer), OFFER "m=audio 5000 RTP/AVP %s",
             rows[i].media);
    answered a = answer_to(offer);
    assert_int_equal(a.err, MSNAV_OK);
    const msnav_sdp_agreed *agreed = &a.result.agreed[0];
    assert_str(agreed->codec.name, rows[i].codec);
    assert_int_equal(agreed->codec.pt, rows[i].pt);
    assert_int_equal(agreed->red_pt, rows[i].red);
    assert_int_equal(agreed->dtmf_pt, rows[i].dtmf);
    answer_done(&a);
  }
}

/* RFC 4733 section 2.1: the clock of the codec */
static void events_on_the_clock_of_the_codec_are_preferred(void **state) {
  (void)state;
  msnav_sdp_ability ours = our_audio();
  ours.formats[5] = (msnav_sdp_format)FORMAT(124, "telephone-event", 16000);
  answered a = answer_with(
    OFFER "m=audio 5000 RTP/AVP 101 111 102\r\n" EVENT
          "a=rtpmap:111 SIREN/16000\r\na=rtpmap:102 telephone-event/16000\r\n",
    &ours, 1);
  assert_int_equal(a.err, MSNAV_OK);
  assert_int_equal(a.result.agreed[0].codec.pt, 111);
  assert_int_equal(a.result.agreed[0].dtmf_pt, 102);
  answer_done(&a);
}

/* RFC 3389 section 4: comfort noise has the clock of the codec. */
static void noise_of_another_clock_is_not_sent(void **state) {
  (void)state;
  static const struct {
    const char *media;
    uint8_t pt;
  } rows[] = {
    {"m=audio 5000 RTP/AVP 0 118\r\na=rtpmap:118 CN/16000\r\n", 0},
    {"m=audio 5000 RTP/AVP 0 118 13\r\na=rtpmap:118 CN/16000\r\n", 13},
  };
  msnav_sdp_ability ours = our_audio();
  ours.formats[6] = (msnav_sdp_format)FORMAT(124, "CN", 16000);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char offer[300];
    snprintf(offer, sizeof(offer), OFFER "%s", rows[i].media);
    answered a = answer_with(offer, &ours, 1);
    assert_int_equal(a.err, MSNAV_OK);
    assert_int_equal(a.result.agreed[0].codec.pt, 0);
    assert_int_equal(a.result.agreed[0].noise_pt, rows[i].pt);
    answer_done(&a);
  }
}

/* ---- direction and hold */

static void answered_direction_rows(void **state) {
  (void)state;
  enum { S = MSNAV_SDP_SEND, R = MSNAV_SDP_RECV };
  static const struct {
    const char *c, *offered;
    unsigned wish;
    const char *answer;
    unsigned direction;
    bool held;
  } rows[] = {
    /* RFC 3264 section 6.1 */
    {"10.0.0.2", "", BOTH, "", BOTH, false},
    {"10.0.0.2", "a=sendrecv\r\n", BOTH, "", BOTH, false},
    {"10.0.0.2", "a=sendonly\r\n", BOTH, "a=recvonly\r\n", R, true},
    {"10.0.0.2", "a=recvonly\r\n", BOTH, "a=sendonly\r\n", S, false},
    {"10.0.0.2", "a=inactive\r\n", BOTH, "a=inactive\r\n", 0, true},
    /* and our own wish */
    {"10.0.0.2", "", S, "a=sendonly\r\n", S, false},
    {"10.0.0.2", "", R, "a=recvonly\r\n", R, false},
    {"10.0.0.2", "", 0, "a=inactive\r\n", 0, false},
    {"10.0.0.2", "a=sendonly\r\n", S, "a=inactive\r\n", 0, true},
    {"10.0.0.2", "a=sendonly\r\n", R, "a=recvonly\r\n", R, true},
    {"10.0.0.2", "a=recvonly\r\n", R, "a=inactive\r\n", 0, false},
    {"10.0.0.2", "a=recvonly\r\n", S, "a=sendonly\r\n", S, false},
    /* hold by address: nothing can be sent to 0.0.0.0 */
    {"0.0.0.0", "", BOTH, "a=recvonly\r\n", R, true},
    {"0.0.0.0", "a=sendonly\r\n", BOTH, "a=recvonly\r\n", R, true},
    {"0.0.0.0", "a=recvonly\r\n", BOTH, "a=inactive\r\n", 0, true},
    {"0.0.0.0", "a=inactive\r\n", BOTH, "a=inactive\r\n", 0, true},
    {"0.0.0.0", "", S, "a=inactive\r\n", 0, true},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char offer[300];
    char expected[300];
    snprintf(offer, sizeof(offer),
             THEM "c=IN IP4 %s\r\nt=0 0\r\nm=audio 5000 RTP/AVP 0\r\n%s",
             rows[i].c, rows[i].offered);
    snprintf(expected, sizeof(expected),
             ANSWER "m=audio 4000 RTP/AVP 0\r\n" PCMU "%s" REJECTED,
             rows[i].answer);
    msnav_sdp_ability ours = our_audio();
    ours.direction = rows[i].wish;
    answered a = answer_with(offer, &ours, 1);
    assert_int_equal(a.err, MSNAV_OK);
    assert_string_equal(a.text, expected);
    assert_int_equal(a.result.agreed[0].direction, rows[i].direction);
    assert_int_equal(a.result.agreed[0].held, rows[i].held);
    answer_done(&a);
  }
}

static void hold_by_address_names_nobody_to_send_to(void **state) {
  (void)state;
  answered a = answer_to(THEM "c=IN IP4 0.0.0.0\r\nm=audio 5000 RTP/AVP 0\r\n");
  assert_int_equal(a.err, MSNAV_OK);
  assert_int_equal(a.result.agreed[0].remote_rtp.ip, 0);
  assert_int_equal(a.result.agreed[0].remote_rtcp.ip, 0);
  assert_int_equal(a.result.agreed[0].direction & MSNAV_SDP_SEND, 0);
  answer_done(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_on_the_wire),
    cmocka_unit_test(refuses_what_does_not_fit_at_all),
    cmocka_unit_test(a_kind_without_ability_is_refused),
    cmocka_unit_test(addresses_of_ours_are_written_where_they_differ),
    cmocka_unit_test(result_says_what_to_send_and_receive),
    cmocka_unit_test(codec_choice_rows),
    cmocka_unit_test(events_on_the_clock_of_the_codec_are_preferred),
    cmocka_unit_test(noise_of_another_clock_is_not_sent),
    cmocka_unit_test(answered_direction_rows),
    cmocka_unit_test(hold_by_address_names_nobody_to_send_to),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Further offers in a running session (RFC 3264 section 8): hold, resume,
 * video that comes and goes. */
#include "sdp_kit.h"

#define HEAD                                                                   \
  "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\n"
#define ONLY_AUDIO HEAD "b=CT:110\r\nt=0 0\r\n"
#define WITH_VIDEO HEAD "b=CT:512\r\nt=0 0\r\n"
#define REJECTED "a=encryption:rejected\r\n"
#define PCMU "a=rtpmap:0 PCMU/8000\r\n"
#define PCMA "a=rtpmap:8 PCMA/8000\r\n"
#define RED97 "a=rtpmap:97 red/8000\r\n"
#define RED120 "a=rtpmap:120 red/8000\r\n"
#define H263 "a=rtpmap:34 H263/90000\r\n"
#define H261 "a=rtpmap:31 H261/90000\r\n"
#define AUDIO "m=audio 4000 RTP/AVP 97 0\r\n" RED97 PCMU
#define VIDEO "m=video 4002 RTP/AVP 34 31\r\n" H263 H261
#define FULL "m=audio 4000 RTP/AVP 120 0 8\r\n" RED120 PCMU PCMA

static msnav_sdp_ability audio_ability(void) {
  msnav_sdp_ability ours = {
    .kind = MSNAV_SDP_AUDIO,
    .rtp = {0, 4000},
    .direction = BOTH,
    .format_count = 3,
    .formats = {FORMAT(120, "red", 8000), FORMAT(0, "PCMU", 8000),
                FORMAT(8, "PCMA", 8000)},
  };
  return ours;
}

static void offers_again_on_the_wire(void **state) {
  (void)state;
  enum { S = MSNAV_SDP_SEND };
  static const struct {
    const char *previous;
    unsigned audio_direction; /* 9: no audio */
    bool video;
    const char *offer;
  } rows[] = {
    /* hold and resume, with what was agreed under its payload types */
    {ONLY_AUDIO AUDIO REJECTED, S, false,
     ONLY_AUDIO AUDIO "a=sendonly\r\n" REJECTED},
    {ONLY_AUDIO AUDIO "a=sendonly\r\n" REJECTED, BOTH, false,
     ONLY_AUDIO AUDIO REJECTED},
    {ONLY_AUDIO AUDIO REJECTED, 0, false,
     ONLY_AUDIO AUDIO "a=inactive\r\n" REJECTED},
    /* video comes, behind the others */
    {ONLY_AUDIO AUDIO REJECTED, BOTH, true,
     WITH_VIDEO AUDIO REJECTED VIDEO REJECTED},
    {HEAD "m=application 0 tcp msdata\r\n" AUDIO, BOTH, true,
     WITH_VIDEO "m=application 0 tcp msdata\r\n" AUDIO REJECTED VIDEO REJECTED},
    /* and goes, but its place stays */
    {WITH_VIDEO AUDIO VIDEO, BOTH, false,
     ONLY_AUDIO AUDIO REJECTED "m=video 0 RTP/AVP 34 31\r\n"},
    {WITH_VIDEO VIDEO AUDIO, BOTH, false,
     ONLY_AUDIO "m=video 0 RTP/AVP 34 31\r\n" AUDIO REJECTED},
    /* and comes back into its place */
    {HEAD "m=video 0 RTP/AVP 31\r\n" AUDIO, BOTH, true,
     WITH_VIDEO VIDEO REJECTED AUDIO REJECTED},
    {HEAD AUDIO "m=video 0 RTP/AVP 31\r\nm=video 0 RTP/AVP 34\r\n", BOTH, true,
     WITH_VIDEO AUDIO REJECTED VIDEO REJECTED "m=video 0 RTP/AVP 34\r\n"},
    /* the one that runs is meant, not the removed ones around it */
    {HEAD "m=audio 0 RTP/AVP 8\r\n" AUDIO "m=audio 0 RTP/AVP 8\r\n", S, false,
     ONLY_AUDIO "m=audio 0 RTP/AVP 8\r\n" AUDIO "a=sendonly\r\n" REJECTED
                "m=audio 0 RTP/AVP 8\r\n"},
    /* audio goes, too: a session may be without streams */
    {ONLY_AUDIO AUDIO, 9, false, ONLY_AUDIO "m=audio 0 RTP/AVP 97 0\r\n"},
    /* nothing of what ran is left: the rest, under types that were free */
    {HEAD "m=audio 4000 RTP/AVP 97 3\r\n" RED97, BOTH, false,
     ONLY_AUDIO "m=audio 4000 RTP/AVP 97 0 8\r\n" RED97 PCMU PCMA REJECTED},
    {HEAD "m=audio 4000 RTP/AVP 97 3 0\r\n" RED97 "a=rtpmap:0 GSM/8000\r\n",
     BOTH, false,
     ONLY_AUDIO "m=audio 4000 RTP/AVP 97 8\r\n" RED97 PCMA REJECTED},
    /* every type that we know means something else there: no stream is left */
    {HEAD "m=audio 4000 RTP/AVP 8 0 97\r\na=rtpmap:8 GSM/8000\r\n"
          "a=rtpmap:0 L8/8000\r\na=rtpmap:97 L16/8000\r\n",
     BOTH, false, ONLY_AUDIO "m=audio 0 RTP/AVP 8 0 97\r\n"},
    /* a stream that was removed starts afresh */
    {HEAD "m=audio 0 RTP/AVP 97 0\r\n", BOTH, false, ONLY_AUDIO FULL REJECTED},
    /* the version goes on as it was */
    {"v=0\r\no=- 0 5 IN IP4 10.0.0.9\r\nc=IN IP4 10.0.0.9\r\n" AUDIO, BOTH,
     false,
     "v=0\r\no=- 0 5 IN IP4 10.0.0.1\r\ns=session\r\nc=IN IP4 10.0.0.1\r\n"
     "b=CT:110\r\nt=0 0\r\n" AUDIO REJECTED},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    msnav_sdp_ability ours[2] = {audio_ability(), video_ability(4002)};
    if (rows[i].audio_direction == 9) {
      ours[0].rtp.port = 0;
    } else {
      ours[0].direction = rows[i].audio_direction;
    }
    ours[1].rtp.port = rows[i].video ? 4002 : 0;
    parsed previous = parse(rows[i].previous);
    assert_int_equal(previous.err, MSNAV_OK);
    msnav_sdp offer;
    assert_int_equal(msnav_sdp_reoffer(&previous.sdp, ours, 2, US, &offer),
                     MSNAV_OK);
    char *text = written(&offer);
    assert_string_equal(text, rows[i].offer);
    free(text);
    done(&previous);
  }
}

static void without_a_previous_one_it_is_an_offer(void **state) {
  (void)state;
  msnav_sdp_ability ours = audio_ability();
  msnav_sdp one, two;
  assert_int_equal(msnav_sdp_offer(&ours, 1, US, &one), MSNAV_OK);
  assert_int_equal(msnav_sdp_reoffer(NULL, &ours, 1, US, &two), MSNAV_OK);
  char *text = written(&one);
  char *again = written(&two);
  assert_string_equal(text, ONLY_AUDIO FULL REJECTED);
  assert_string_equal(text, again);
  free(text);
  free(again);
}

/* The same from descriptions that were never on the wire. */
static void video_goes_and_comes_back_with_more(void **state) {
  (void)state;
  msnav_sdp_ability ours[2] = {audio_ability(), video_ability(4002)};
  msnav_sdp first, second, third;
  ours[1].format_count = 1;
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &first), MSNAV_OK);
  assert_int_equal(msnav_sdp_reoffer(&first, ours, 1, US, &second), MSNAV_OK);
  char *text = written(&second);
  assert_string_equal(text,
                      ONLY_AUDIO FULL REJECTED "m=video 0 RTP/AVP 34\r\n");
  free(text);
  ours[1].format_count = 2;
  assert_int_equal(msnav_sdp_reoffer(&second, ours, 2, US, &third), MSNAV_OK);
  text = written(&third);
  assert_string_equal(text, WITH_VIDEO FULL REJECTED VIDEO REJECTED);
  free(text);
}

static void a_full_description_has_no_place_for_more(void **state) {
  (void)state;
  char text[1000] = HEAD AUDIO;
  for (int i = 1; i < MSNAV_SDP_MAX_MEDIA; i++) {
    strcat(text, "m=application 0 tcp msdata\r\n");
  }
  parsed previous = parse(text);
  assert_int_equal(previous.err, MSNAV_OK);
  msnav_sdp_ability ours[2] = {audio_ability(), video_ability(4002)};
  msnav_sdp offer = {.version = 77};
  assert_int_equal(msnav_sdp_reoffer(&previous.sdp, ours, 2, US, &offer),
                   MSNAV_ERR_LIMIT);
  assert_int_equal(offer.version, 77);
  assert_int_equal(msnav_sdp_reoffer(&previous.sdp, ours, 1, US, &offer),
                   MSNAV_OK);
  assert_int_equal(offer.media_count, MSNAV_SDP_MAX_MEDIA);
  done(&previous);
}

static void srtp_stays_mandatory_where_it_was(void **state) {
  (void)state;
  parsed previous = parse(HEAD "m=audio 4000 RTP/SAVP 0\r\n"
                               "a=crypto:4 A inline:old\r\n");
  msnav_sdp_ability ours = audio_ability();
  ours.crypto_count = 1;
  ours.crypto[0] = (msnav_sdp_crypto){1, STR("A"), STR("inline:new")};
  msnav_sdp offer;
  assert_int_equal(msnav_sdp_reoffer(&previous.sdp, &ours, 1, US, &offer),
                   MSNAV_OK);
  assert_str(offer.media[0].transport, "RTP/SAVP");
  assert_int_equal(offer.media[0].crypto_count, 1);
  assert_str(offer.media[0].crypto[0].params, "inline:new");
  done(&previous);
}

/* Hold as a whole: A holds, B answers, A resumes. */
static void a_call_is_held_and_resumed(void **state) {
  (void)state;
  msnav_sdp_ability here = audio_ability();
  static const struct {
    unsigned wish;
    unsigned here, there;
    bool held_there;
  } steps[] = {
    {BOTH, BOTH, BOTH, false},
    {MSNAV_SDP_SEND, MSNAV_SDP_SEND, MSNAV_SDP_RECV, true},
    {0, 0, 0, true},
    {BOTH, BOTH, BOTH, false},
  };
  msnav_sdp previous, offer;
  assert_int_equal(msnav_sdp_offer(&here, 1, US, &previous), MSNAV_OK);
  for (size_t i = 0; i < ARRAY_LEN(steps); i++) {
    msnav_sdp_ability there = paper_ability(5000);
    there.rtp.ip = IP(10, 0, 0, 2);
    msnav_sdp_result result;
    here.direction = steps[i].wish;
    assert_int_equal(msnav_sdp_reoffer(&previous, &here, 1, US, &offer),
                     MSNAV_OK);
    char *text = written(&offer);
    answered a = answer_with(text, &there, 1);
    assert_int_equal(a.err, MSNAV_OK);
    assert_int_equal(a.result.agreed[0].direction, steps[i].there);
    assert_int_equal(a.result.agreed[0].held, steps[i].held_there);
    assert_int_equal(msnav_sdp_accept_answer(&offer, &a.sdp, &result),
                     MSNAV_OK);
    assert_int_equal(result.agreed[0].direction, steps[i].here);
    assert_false(result.agreed[0].held);
    assert_int_equal(result.agreed[0].codec.pt, 0);
    previous = offer;
    answer_done(&a);
    free(text);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(offers_again_on_the_wire),
    cmocka_unit_test(without_a_previous_one_it_is_an_offer),
    cmocka_unit_test(video_goes_and_comes_back_with_more),
    cmocka_unit_test(a_full_description_has_no_place_for_more),
    cmocka_unit_test(srtp_stays_mandatory_where_it_was),
    cmocka_unit_test(a_call_is_held_and_resumed),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Taking the peer's answer to our offer (RFC 3264), and both ends at once. */
#include "sdp_agree_kit.h"

typedef struct taken {
  msnav_sdp offer;
  parsed answer;
  msnav_error err;
  msnav_sdp_result result;
} taken;

static taken
take_with(const msnav_sdp_ability *ours, size_t count, const char *answer) {
  taken t = {.answer = parse(answer)};
  assert_int_equal(t.answer.err, MSNAV_OK);
  memset(&t.result, 0x11, sizeof(t.result));
  assert_int_equal(msnav_sdp_offer(ours, count, US, &t.offer), MSNAV_OK);
  t.err = msnav_sdp_accept_answer(&t.offer, &t.answer.sdp, &t.result);
  if (t.err != MSNAV_OK) {
    assert_true(untouched(&t.result, sizeof(t.result)));
  }
  return t;
}

static taken take(const char *answer) {
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  return take_with(ours, 2, answer);
}

static void takes_an_answer_under_our_payload_types(void **state) {
  (void)state;
  taken t = take(OFFER "m=audio 5000 RTP/AVP 120 8 0 123\r\n"
                       "a=rtpmap:120 red/8000\r\n"
                       "a=rtpmap:123 telephone-event/8000\r\na=fmtp:123 0-9\r\n"
                       "a=rtcp:5009 IN IP4 10.0.0.3\r\n"
                       "m=video 5002 RTP/AVP 31\r\nc=IN IP4 10.0.0.4\r\n");
  assert_int_equal(t.err, MSNAV_OK);
  assert_int_equal(t.result.bandwidth, 110);
  assert_int_equal(t.result.count, 2);
  const msnav_sdp_agreed *audio = &t.result.agreed[0];
  assert_int_equal(audio->kind, MSNAV_SDP_AUDIO);
  assert_int_equal(audio->index, 0);
  assert_int_equal(audio->remote_rtp.ip, IP(10, 0, 0, 2));
  assert_int_equal(audio->remote_rtp.port, 5000);
  assert_int_equal(audio->remote_rtcp.ip, IP(10, 0, 0, 3));
  assert_int_equal(audio->remote_rtcp.port, 5009);
  assert_int_equal(audio->direction, BOTH);
  assert_false(audio->held);
  assert_str(audio->codec.name, "PCMA"); /* the answer's first */
  assert_int_equal(audio->codec.pt, 8);
  assert_int_equal(audio->red_pt, 120);
  assert_int_equal(audio->dtmf_pt, 123);
  assert_int_equal(audio->format_count, 4);
  assert_int_equal(audio->formats[0].pt, 120);
  assert_int_equal(audio->formats[1].pt, 8);
  assert_int_equal(audio->formats[2].pt, 0);
  assert_int_equal(audio->formats[3].pt, 123);
  assert_str(audio->formats[3].fmtp, "0-15"); /* what we said of ourselves */
  const msnav_sdp_agreed *video = &t.result.agreed[1];
  assert_int_equal(video->index, 1);
  assert_int_equal(video->remote_rtp.ip, IP(10, 0, 0, 4));
  assert_int_equal(video->codec.pt, 31);
  assert_int_equal(video->format_count, 1);
  done(&t.answer);
}

/* RFC 3264 section 7: the types of the answer to send, of the offer to
 * receive */
static void takes_an_answer_under_other_payload_types(void **state) {
  (void)state;
  taken t =
    take(OFFER "m=audio 5000 RTP/AVP 97 111 101\r\n" RED EVENT
               "a=rtpmap:111 siren/16000\r\na=fmtp:111 bitrate=16000;q\r\n"
               "m=video 0 RTP/AVP 34\r\n");
  assert_int_equal(t.err, MSNAV_OK);
  assert_int_equal(t.result.count, 1);
  const msnav_sdp_agreed *audio = &t.result.agreed[0];
  assert_str(audio->codec.name, "SIREN");
  assert_int_equal(audio->codec.pt, 111);
  assert_str(audio->codec.fmtp, "bitrate=16000;q");
  assert_int_equal(audio->red_pt, 97);
  assert_int_equal(audio->dtmf_pt, 101);
  assert_int_equal(audio->format_count, 3);
  assert_int_equal(audio->formats[0].pt, 120);
  assert_int_equal(audio->formats[1].pt, 121);
  assert_int_equal(audio->formats[2].pt, 123);
  done(&t.answer);
}

static void taking_rows(void **state) {
  (void)state;
  static const struct {
    const char *media;
    msnav_error err;
    size_t count;
    const char *codec;
  } rows[] = {
#define NO_VIDEO "m=video 0 RTP/AVP 34\r\n"
    {"m=audio 5 RTP/AVP 0\r\n" NO_VIDEO, MSNAV_OK, 1, "PCMU"},
    {"m=audio 5 rtp/avp 0\r\nm=VIDEO 0 RTP/AVP 34\r\n", MSNAV_OK, 1, "PCMU"},
    {"m=audio 0 RTP/AVP 0\r\nm=video 5 RTP/AVP 34\r\n", MSNAV_OK, 1, "H263"},
    /* a refused stream may say what it likes of its transport */
    {"m=audio 5 RTP/AVP 0\r\nm=video 0 udp 34\r\n", MSNAV_OK, 1, "PCMU"},
    {"m=audio 5 RTP/AVP 0\r\nm=video 0 RTP/AVP\r\n", MSNAV_OK, 1, "PCMU"},
    /* what was not offered is ignored */
    {"m=audio 5 RTP/AVP 18 3 0\r\n" NO_VIDEO, MSNAV_OK, 1, "PCMU"},
    {"m=audio 5 RTP/AVP 0\r\nm=video 5 RTP/AVP 26\r\n", MSNAV_OK, 1, "PCMU"},
    {"m=audio 5 RTP/AVP 13 0\r\n" NO_VIDEO, MSNAV_OK, 1, "PCMU"},
    /* nothing left */
    {"m=audio 0 RTP/AVP 0\r\n" NO_VIDEO, MSNAV_ERR_UNSUPPORTED, 0, ""},
    {"m=audio 5 RTP/AVP 18\r\n" NO_VIDEO, MSNAV_ERR_UNSUPPORTED, 0, ""},
    {"m=audio 5 RTP/AVP 101\r\n" EVENT NO_VIDEO, MSNAV_ERR_UNSUPPORTED, 0, ""},
    {"m=audio 5 RTP/AVP 97\r\n" RED NO_VIDEO, MSNAV_ERR_UNSUPPORTED, 0, ""},
    {"m=audio 5 RTP/AVP 0\r\na=encryption:required\r\n" NO_VIDEO,
     MSNAV_ERR_UNSUPPORTED, 0, ""},
    /* no answer to this offer */
    {"", MSNAV_ERR_PARSE, 0, ""},
    {"m=audio 5 RTP/AVP 0\r\n", MSNAV_ERR_PARSE, 0, ""},
    {"m=audio 5 RTP/AVP 0\r\n" NO_VIDEO NO_VIDEO, MSNAV_ERR_PARSE, 0, ""},
    {NO_VIDEO "m=audio 5 RTP/AVP 0\r\n", MSNAV_ERR_PARSE, 0, ""},
    {"m=audio 5 RTP/AVP 0\r\nm=application 0 tcp msdata\r\n", MSNAV_ERR_PARSE,
     0, ""},
    {"m=audio 5 udp 0\r\n" NO_VIDEO, MSNAV_ERR_PARSE, 0, ""},
    {"m=audio 5 RTP/SAVP 0\r\n" NO_VIDEO, MSNAV_ERR_PARSE, 0, ""},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char answer[400];
    snprintf(answer, sizeof(answer), OFFER "%s", rows[i].media);
    taken t = take(answer);
    assert_int_equal(t.err, rows[i].err);
    if (t.err == MSNAV_OK) {
      assert_int_equal(t.result.count, rows[i].count);
      assert_str(t.result.agreed[0].codec.name, rows[i].codec);
      assert_int_equal(t.result.agreed[0].index,
                       strcmp(rows[i].codec, "H263") == 0);
    }
    done(&t.answer);
  }
}

/* We receive under our types: an answer that has two for one of them. */
static void what_we_receive_has_each_type_once(void **state) {
  (void)state;
  taken t = take(OFFER "m=audio 5000 RTP/AVP 0 97 98\r\n" RED
                       "a=rtpmap:98 red/8000\r\nm=video 0 RTP/AVP 34\r\n");
  assert_int_equal(t.err, MSNAV_OK);
  const msnav_sdp_agreed *audio = &t.result.agreed[0];
  assert_int_equal(audio->format_count, 2);
  assert_int_equal(audio->formats[0].pt, 0);
  assert_int_equal(audio->formats[1].pt, 120);
  assert_int_equal(audio->red_pt, 97);
  done(&t.answer);
}

static void a_stream_we_removed_is_not_taken(void **state) {
  (void)state;
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  parsed answer = parse(OFFER "m=audio 5000 RTP/AVP 0\r\n"
                              "m=video 5002 RTP/AVP 34\r\n");
  msnav_sdp previous, offer;
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_offer(ours, 2, US, &previous), MSNAV_OK);
  assert_int_equal(msnav_sdp_reoffer(&previous, ours, 1, US, &offer), MSNAV_OK);
  assert_int_equal(msnav_sdp_accept_answer(&offer, &answer.sdp, &result),
                   MSNAV_OK);
  assert_int_equal(result.count, 1);
  assert_int_equal(result.agreed[0].kind, MSNAV_SDP_AUDIO);
  done(&answer);
}

static void formats_without_a_name_are_not_the_same(void **state) {
  (void)state;
  parsed offer = parse(OFFER "m=audio 5000 RTP/AVP 96 0\r\n");
  parsed answer = parse(OFFER "m=audio 5000 RTP/AVP 96 0\r\n");
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_accept_answer(&offer.sdp, &answer.sdp, &result),
                   MSNAV_OK);
  assert_int_equal(result.agreed[0].codec.pt, 0);
  assert_int_equal(result.agreed[0].format_count, 1);
  done(&offer);
  done(&answer);
}

static void taken_direction_rows(void **state) {
  (void)state;
  enum { S = MSNAV_SDP_SEND, R = MSNAV_SDP_RECV };
  static const struct {
    unsigned offered;
    const char *c, *answer;
    unsigned direction;
    bool held;
  } rows[] = {
    {BOTH, "10.0.0.2", "", BOTH, false},
    {BOTH, "10.0.0.2", "a=sendonly\r\n", R, true},
    {BOTH, "10.0.0.2", "a=recvonly\r\n", S, false},
    {BOTH, "10.0.0.2", "a=inactive\r\n", 0, true},
    {BOTH, "0.0.0.0", "", R, true},
    /* we hold: the peer does as it is told, and does not hold us */
    {S, "10.0.0.2", "a=recvonly\r\n", S, false},
    {S, "10.0.0.2", "a=inactive\r\n", 0, true},
    {0, "10.0.0.2", "a=inactive\r\n", 0, false},
    /* no camera */
    {R, "10.0.0.2", "a=sendonly\r\n", R, false},
    /* an answer that allows itself more than was offered gets no more */
    {R, "10.0.0.2", "", R, false},
    {S, "10.0.0.2", "", S, false},
    {0, "10.0.0.2", "", 0, false},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char answer[300];
    snprintf(answer, sizeof(answer),
             THEM "c=IN IP4 %s\r\nm=audio 5000 RTP/AVP 0\r\n%s", rows[i].c,
             rows[i].answer);
    msnav_sdp_ability ours = our_audio();
    ours.direction = rows[i].offered;
    taken t = take_with(&ours, 1, answer);
    assert_int_equal(t.err, MSNAV_OK);
    assert_int_equal(t.result.agreed[0].direction, rows[i].direction);
    assert_int_equal(t.result.agreed[0].held, rows[i].held);
    done(&t.answer);
  }
}

/* ---- both ends */

static void two_of_us_agree(void **state) {
  (void)state;
  msnav_sdp_ability ours[2] = {our_audio(), our_video()};
  msnav_sdp_ability theirs[2] = {paper_ability(5000), video_ability(5002)};
  msnav_sdp offer;
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_offer(theirs, 2, IP(10, 0, 0, 2), &offer),
                   MSNAV_OK);
  char *text = written(&offer);
  answered a = answer_with(text, ours, 2);
  assert_int_equal(a.err, MSNAV_OK);
  parsed back = parse(a.text);
  assert_int_equal(back.err, MSNAV_OK);
  assert_int_equal(msnav_sdp_accept_answer(&offer, &back.sdp, &result),
                   MSNAV_OK);
  assert_int_equal(result.count, 2);
  assert_int_equal(a.result.count, 2);
  for (size_t i = 0; i < 2; i++) {
    const msnav_sdp_agreed *here = &a.result.agreed[i];
    const msnav_sdp_agreed *there = &result.agreed[i];
    assert_true(same_text(here->codec.name, there->codec.name));
    assert_int_equal(here->codec.pt, there->codec.pt);
    assert_int_equal(here->red_pt, there->red_pt);
    assert_int_equal(here->dtmf_pt, there->dtmf_pt);
    assert_int_equal(here->format_count, there->format_count);
    assert_int_equal(there->remote_rtp.ip, US);
    assert_int_equal(there->remote_rtp.port, i == 0 ? 4000 : 4002);
    assert_int_equal(here->remote_rtp.port, i == 0 ? 5000 : 5002);
  }
  done(&back);
  answer_done(&a);
  free(text);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(takes_an_answer_under_our_payload_types),
    cmocka_unit_test(takes_an_answer_under_other_payload_types),
    cmocka_unit_test(taking_rows),
    cmocka_unit_test(what_we_receive_has_each_type_once),
    cmocka_unit_test(a_stream_we_removed_is_not_taken),
    cmocka_unit_test(formats_without_a_name_are_not_the_same),
    cmocka_unit_test(taken_direction_rows),
    cmocka_unit_test(two_of_us_agree),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

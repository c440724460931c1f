/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The formats of a session description: numbers, names, parameters, roles. */
#include "sdp_kit.h"

static void reads_the_full_list_of_rtc(void **state) {
  (void)state;
  parsed p = parse(PAPER_SESSION
                   "m=audio 5000 RTP/AVP 97 111 112 6 0 8 4 5 3 101\r\n"
                   "a=rtpmap:97 red/8000\r\n"
                   "a=rtpmap:111 SIREN/16000\r\na=fmtp:111 bitrate=16000\r\n"
                   "a=rtpmap:112 G7221/16000\r\na=fmtp:112 bitrate=24000\r\n"
                   "a=rtpmap:6 DVI4/16000\r\na=rtpmap:0 PCMU/8000\r\n"
                   "a=rtpmap:8 PCMA/8000\r\na=rtpmap:4 G723/8000\r\n"
                   "a=rtpmap:5 DVI4/8000\r\na=rtpmap:3 GSM/8000\r\n"
                   "a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-16\r\n"
                   "a=encryption:rejected\r\n"
                   "m=video 5002 RTP/AVP 34 31\r\na=recvonly\r\n"
                   "a=rtpmap:34 H263/90000\r\na=rtpmap:31 H261/90000\r\n"
                   "a=encryption:rejected\r\n");
  assert_int_equal(p.err, MSNAV_OK);
  assert_int_equal(p.sdp.media_count, 2);
  const msnav_sdp_media *audio = &p.sdp.media[0];
  assert_int_equal(audio->format_count, 10);
  check_format(&audio->formats[0], 97, "red", 8000, 1, "");
  check_format(&audio->formats[1], 111, "SIREN", 16000, 1, "bitrate=16000");
  check_format(&audio->formats[2], 112, "G7221", 16000, 1, "bitrate=24000");
  check_format(&audio->formats[3], 6, "DVI4", 16000, 1, "");
  check_format(&audio->formats[4], 0, "PCMU", 8000, 1, "");
  check_format(&audio->formats[5], 8, "PCMA", 8000, 1, "");
  check_format(&audio->formats[6], 4, "G723", 8000, 1, "");
  check_format(&audio->formats[7], 5, "DVI4", 8000, 1, "");
  check_format(&audio->formats[8], 3, "GSM", 8000, 1, "");
  check_format(&audio->formats[9], 101, "telephone-event", 8000, 1, "0-16");
  const msnav_sdp_media *video = &p.sdp.media[1];
  assert_int_equal(video->kind, MSNAV_SDP_VIDEO);
  assert_int_equal(video->rtp.ip, IP(192, 168, 0, 165));
  assert_int_equal(video->direction, MSNAV_SDP_RECV);
  assert_int_equal(video->format_count, 2);
  check_format(&video->formats[0], 34, "H263", 90000, 1, "");
  check_format(&video->formats[1], 31, "H261", 90000, 1, "");
  done(&p);
}

/* RFC 3551 tables 4 and 5, without a rtpmap line anywhere */
static void static_types_need_no_rtpmap(void **state) {
  (void)state;
  static const struct {
    unsigned pt;
    const char *name;
    unsigned rate, channels;
  } rows[] = {
    {0, "PCMU", 8000, 1},   {3, "GSM", 8000, 1},    {4, "G723", 8000, 1},
    {5, "DVI4", 8000, 1},   {6, "DVI4", 16000, 1},  {7, "LPC", 8000, 1},
    {8, "PCMA", 8000, 1},   {9, "G722", 8000, 1},   {10, "L16", 44100, 2},
    {11, "L16", 44100, 1},  {12, "QCELP", 8000, 1}, {13, "CN", 8000, 1},
    {14, "MPA", 90000, 1},  {15, "G728", 8000, 1},  {16, "DVI4", 11025, 1},
    {17, "DVI4", 22050, 1}, {18, "G729", 8000, 1},  {25, "CelB", 90000, 1},
    {26, "JPEG", 90000, 1}, {28, "nv", 90000, 1},   {31, "H261", 90000, 1},
    {32, "MPV", 90000, 1},  {33, "MP2T", 90000, 1}, {34, "H263", 90000, 1},
    {1, "", 0, 0},          {19, "", 0, 0},         {35, "", 0, 0},
    {96, "", 0, 0},         {127, "", 0, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[200];
    snprintf(text, sizeof(text), PAPER_SESSION "m=audio 5000 RTP/AVP %u\r\n",
             rows[i].pt);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].format_count, 1);
    check_format(&p.sdp.media[0].formats[0], rows[i].pt, rows[i].name,
                 rows[i].rate, rows[i].channels, "");
    done(&p);
  }
}

static void rtpmap_and_fmtp_rows(void **state) {
  (void)state;
  static const struct {
    const char *lines;
    unsigned pt;
    const char *name;
    unsigned rate, channels;
    const char *fmtp;
  } rows[] = {
    /* one format of the list `0 96`; the others are in the next test */
    {"a=rtpmap:96 opus/48000/2\r\n", 96, "opus", 48000, 2, ""},
    {"a=rtpmap:96 L16/8000/1\r\n", 96, "L16", 8000, 1, ""},
    {"a=rtpmap: 96  red/8000 \r\n", 96, "red", 8000, 1, ""},
    {"A=nothing\r\na=RTPMAP:96 red/8000\r\n", 96, "red", 8000, 1, ""},
    /* a static type that is mapped is what its rtpmap says */
    {"a=rtpmap:0 PCMA/8000\r\n", 0, "PCMA", 8000, 1, ""},
    /* of two mappings the first counts */
    {"a=rtpmap:96 red/8000\r\na=rtpmap:96 GSM/8000\r\n", 96, "red", 8000, 1,
     ""},
    {"a=fmtp:96 0-16\r\na=fmtp:96 0-15\r\n", 96, "", 0, 0, "0-16"},
    {"a=fmtp:0 annexa=no; x\r\n", 0, "PCMU", 8000, 1, "annexa=no; x"},
    /* broken mappings are as if they were not there */
    {"a=rtpmap:96 red\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/0\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/8k\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/99999999999\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/8000/\r\n", 96, "red", 8000, 1, ""},
    {"a=rtpmap:96 red/8000 1\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/8000/0\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/8000/256\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 red/8000/2/1\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 /8000\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 r\"d/8000\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96 two words/8000\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:96\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:x red/8000\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:0 PCMU\r\n", 0, "PCMU", 8000, 1, ""},
    /* of a type that is not listed */
    {"a=rtpmap:97 red/8000\r\na=fmtp:97 0/0\r\n", 96, "", 0, 0, ""},
    {"a=rtpmap:224 red/8000\r\n", 96, "", 0, 0, ""},
    {"a=fmtp:96\r\n", 96, "", 0, 0, ""},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[400];
    snprintf(text, sizeof(text),
             PAPER_SESSION "m=audio 5000 RTP/AVP 0 96\r\n%s", rows[i].lines);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].format_count, 2);
    check_format(&p.sdp.media[0].formats[rows[i].pt == 0 ? 0 : 1], rows[i].pt,
                 rows[i].name, rows[i].rate, rows[i].channels, rows[i].fmtp);
    done(&p);
  }
}

static void formats_that_are_none_are_dropped(void **state) {
  (void)state;
  static const struct {
    const char *list;
    size_t count;
    uint8_t pts[16];
  } rows[] = {
    {"0 8", 2, {0, 8}},
    {"0 128 8", 2, {0, 8}},
    {"127", 1, {127}},
    {"0 4294967296 8", 2, {0, 8}},
    {"0 -1 8", 2, {0, 8}},
    {"x 8", 1, {8}},
    {"0x8 8 8a", 1, {8}},
    {"0 0 8 0", 2, {0, 8}}, /* each once */
    {"0  8", 2, {0, 8}},
    {"300 *", 0, {0}},
    /* the sixteenth is kept, the seventeenth is not */
    {"0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15",
     16,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
    {"0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17",
     16,
     {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[300];
    snprintf(text, sizeof(text), PAPER_SESSION "m=audio 5000 RTP/AVP %s\r\n",
             rows[i].list);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].format_count, rows[i].count);
    for (size_t j = 0; j < rows[i].count; j++) {
      assert_int_equal(p.sdp.media[0].formats[j].pt, rows[i].pts[j]);
    }
    assert_str(p.sdp.media[0].formats_text, rows[i].list);
    done(&p);
  }
}

static void roles_do_not_depend_on_case(void **state) {
  (void)state;
  static const struct {
    msnav_sdp_format format;
    msnav_sdp_role role;
  } rows[] = {
    {FORMAT(97, "red", 8000), MSNAV_SDP_ROLE_RED},
    {FORMAT(5, "RED", 8000), MSNAV_SDP_ROLE_RED},
    {FORMAT(101, "telephone-event", 8000), MSNAV_SDP_ROLE_DTMF},
    {FORMAT(101, "Telephone-Event", 8000), MSNAV_SDP_ROLE_DTMF},
    {FORMAT(13, "CN", 8000), MSNAV_SDP_ROLE_NOISE},
    {FORMAT(0, "PCMU", 8000), MSNAV_SDP_ROLE_CODEC},
    {FORMAT(96, "reduced", 8000), MSNAV_SDP_ROLE_CODEC},
    {FORMAT(97, "H263", 90000), MSNAV_SDP_ROLE_CODEC},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    assert_int_equal(msnav_sdp_role_of(&rows[i].format), rows[i].role);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_the_full_list_of_rtc),
    cmocka_unit_test(static_types_need_no_rtpmap),
    cmocka_unit_test(rtpmap_and_fmtp_rows),
    cmocka_unit_test(formats_that_are_none_are_dropped),
    cmocka_unit_test(roles_do_not_depend_on_case),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

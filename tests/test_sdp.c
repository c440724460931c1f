/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading and writing session descriptions: the paper's two, the dialects of
 * doc/protocol.md section 5, and every limit. */
#include "sdp_kit.h"
#include <time.h>

#define HEAD                                                                   \
  "v=0\r\no=- 0 0 IN IP4 192.168.0.165\r\ns=session\r\n"                       \
  "c=IN IP4 192.168.0.165\r\nb=CT:110\r\nt=0 0\r\n"
#define AUDIO "m=audio 36772 RTP/AVP 97 0 8 4 101\r\n"
#define ENDS_WITH(text, end)                                                   \
  (strlen(text) >= strlen(end) &&                                              \
   strcmp((text) + strlen(text) - strlen(end), (end)) == 0)

static void
check_format(const msnav_sdp_format *format, unsigned pt, const char *name,
             unsigned rate, unsigned channels, const char *fmtp) {
  assert_int_equal(format->pt, pt);
  assert_str(format->name, name);
  assert_int_equal(format->clock_rate, rate);
  assert_int_equal(format->channels, channels);
  assert_str(format->fmtp, fmtp);
}

/* ---- the paper */

static void reads_the_offer_of_the_paper(void **state) {
  (void)state;
  size_t len = 0;
  char *text = load_data("paper-offer.sdp", &len);
  msnav_sdp sdp;
  assert_int_equal(len, 286);
  assert_int_equal(msnav_sdp_read(text, len, &sdp), MSNAV_OK);
  assert_int_equal(sdp.origin_ip, IP(192, 168, 0, 165));
  assert_int_equal(sdp.bandwidth, 110);
  assert_int_equal(sdp.version, 0);
  assert_int_equal(sdp.media_count, 1);
  const msnav_sdp_media *m = &sdp.media[0];
  assert_int_equal(m->kind, MSNAV_SDP_AUDIO);
  assert_str(m->type, "audio");
  assert_str(m->transport, "RTP/AVP");
  assert_str(m->formats_text, "97 0 8 4 101");
  assert_int_equal(m->rtp.ip, IP(192, 168, 0, 165));
  assert_int_equal(m->rtp.port, 36772);
  assert_int_equal(m->rtcp.ip, IP(192, 168, 0, 165));
  assert_int_equal(m->rtcp.port, 36773);
  assert_false(m->on_hold_address);
  assert_int_equal(m->direction, BOTH);
  assert_int_equal(m->encryption, MSNAV_SDP_ENC_REJECTED);
  assert_int_equal(m->crypto_count, 0);
  assert_int_equal(m->format_count, 5);
  check_format(&m->formats[0], 97, "red", 8000, 1, "");
  check_format(&m->formats[1], 0, "PCMU", 8000, 1, "");
  check_format(&m->formats[2], 8, "PCMA", 8000, 1, "");
  check_format(&m->formats[3], 4, "G723", 8000, 1, "");
  check_format(&m->formats[4], 101, "telephone-event", 8000, 1, "0-16");
  free(text);
}

static void the_paper_survives_read_and_write(void **state) {
  (void)state;
  static const char *const files[] = {"paper-offer.sdp", "paper-answer.sdp"};
  for (size_t i = 0; i < ARRAY_LEN(files); i++) {
    size_t len = 0;
    char *text = load_data(files[i], &len);
    msnav_sdp sdp;
    assert_int_equal(msnav_sdp_read(text, len, &sdp), MSNAV_OK);
    char *again = written(&sdp);
    assert_int_equal(strlen(again), len);
    assert_memory_equal(again, text, len);
    free(again);
    free(text);
  }
}

static void offer_of_the_paper_is_composed_byte_for_byte(void **state) {
  (void)state;
  size_t len = 0;
  char *text = load_data("paper-offer.sdp", &len);
  msnav_sdp_ability ability = paper_ability(36772);
  msnav_sdp offer;
  assert_int_equal(msnav_sdp_offer(&ability, 1, IP(192, 168, 0, 165), &offer),
                   MSNAV_OK);
  char *made = written(&offer);
  assert_int_equal(strlen(made), len);
  assert_memory_equal(made, text, len);
  free(made);
  free(text);
}

static void answer_of_the_paper_is_composed_byte_for_byte(void **state) {
  (void)state;
  size_t len = 0;
  char *text = load_data("paper-answer.sdp", &len);
  msnav_sdp_ability theirs = paper_ability(36772);
  msnav_sdp_ability ours = paper_ability(36768);
  msnav_sdp offer, answer;
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_offer(&theirs, 1, IP(192, 168, 0, 165), &offer),
                   MSNAV_OK);
  assert_int_equal(msnav_sdp_answer(&offer, &ours, 1, IP(192, 168, 0, 127),
                                    &answer, &result),
                   MSNAV_OK);
  char *made = written(&answer);
  assert_int_equal(strlen(made), len);
  assert_memory_equal(made, text, len);
  free(made);
  free(text);
}

/* ---- formats */

static void reads_the_full_list_of_rtc(void **state) {
  (void)state;
  parsed p =
    parse(HEAD "m=audio 5000 RTP/AVP 97 111 112 6 0 8 4 5 3 101\r\n"
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
    snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP %u\r\n",
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
    snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP 0 96\r\n%s",
             rows[i].lines);
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
    snprintf(text, sizeof(text), HEAD "m=audio 5000 RTP/AVP %s\r\n",
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

/* ---- m= lines */

static void media_line_rows(void **state) {
  (void)state;
  static const struct {
    const char *line;
    msnav_error err;
    msnav_sdp_kind kind;
    unsigned port;
  } rows[] = {
    {"audio 5000 RTP/AVP 0", MSNAV_OK, MSNAV_SDP_AUDIO, 5000},
    {"audio 49170/2 RTP/AVP 0", MSNAV_OK, MSNAV_SDP_AUDIO, 49170},
    {"video 5000 RTP/AVP 34", MSNAV_OK, MSNAV_SDP_VIDEO, 5000},
    {"audio 5000 RTP/SAVP 0", MSNAV_OK, MSNAV_SDP_AUDIO, 5000},
    {"AUDIO 5000 rtp/avp 0", MSNAV_OK, MSNAV_SDP_AUDIO, 5000},
    {"audio  5000 RTP/AVP  0 ", MSNAV_OK, MSNAV_SDP_AUDIO, 5000},
    {"audio 65535 RTP/AVP 0", MSNAV_OK, MSNAV_SDP_AUDIO, 65535},
    {"audio 0 RTP/AVP 0", MSNAV_OK, MSNAV_SDP_AUDIO, 0},
    {"audio 5000 RTP/AVPF 0", MSNAV_OK, MSNAV_SDP_OTHER, 5000},
    {"audio 5000 udp 0", MSNAV_OK, MSNAV_SDP_OTHER, 5000},
    {"audio 5000 UDP/TLS/RTP/SAVPF 0", MSNAV_OK, MSNAV_SDP_OTHER, 5000},
    {"application 1503 tcp msdata", MSNAV_OK, MSNAV_SDP_OTHER, 1503},
    {"application 5000 RTP/AVP msdata", MSNAV_OK, MSNAV_SDP_OTHER, 5000},
    {"message 2855 TCP/MSRP *", MSNAV_OK, MSNAV_SDP_OTHER, 2855},
    {"audio 65536 RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio -1 RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio x RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 49170/ RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 49170/x RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 49170/0 RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio /2 RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/AVP", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000", MSNAV_ERR_PARSE, 0, 0},
    {"audio", MSNAV_ERR_PARSE, 0, 0},
    {"", MSNAV_ERR_PARSE, 0, 0},
    {"aud\"io 5000 RTP/AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/ 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 /AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP//AVP 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/AVP \"", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/AVP 0 (8)", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/AVP 0\t8", MSNAV_ERR_PARSE, 0, 0},
    {"audio 5000 RTP/AVP 0 \xc3\xa9", MSNAV_ERR_PARSE, 0, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[300];
    snprintf(text, sizeof(text), HEAD "m=%s\r\n", rows[i].line);
    parsed p = parse(text);
    assert_int_equal(p.err, rows[i].err);
    if (p.err == MSNAV_OK) {
      assert_int_equal(p.sdp.media_count, 1);
      assert_int_equal(p.sdp.media[0].kind, rows[i].kind);
      assert_int_equal(p.sdp.media[0].rtp.port, rows[i].port);
    }
    done(&p);
  }
}

static void of_other_streams_only_the_line_is_kept(void **state) {
  (void)state;
  parsed p =
    parse(HEAD "m=application 1503 tcp msdata\r\n"
               "c=IN IP6 2001:db8::1\r\na=sendonly\r\n"
               "a=encryption:required\r\na=crypto:1 A inline:x\r\n"
               "a=rtcp:99\r\na=rtpmap:0 PCMU/8000\r\n" AUDIO "a=inactive\r\n");
  assert_int_equal(p.err, MSNAV_OK);
  const msnav_sdp_media *m = &p.sdp.media[0];
  assert_str(m->type, "application");
  assert_str(m->transport, "tcp");
  assert_str(m->formats_text, "msdata");
  assert_int_equal(m->rtp.ip, IP(192, 168, 0, 165));
  assert_int_equal(m->rtcp.port, 0);
  assert_int_equal(m->direction, BOTH);
  assert_int_equal(m->encryption, MSNAV_SDP_ENC_NONE);
  assert_int_equal(m->crypto_count, 0);
  assert_int_equal(m->format_count, 0);
  /* and what was said of it is not said of the next one */
  assert_int_equal(p.sdp.media[1].encryption, MSNAV_SDP_ENC_NONE);
  assert_int_equal(p.sdp.media[1].direction, 0);
  done(&p);
}

static void of_rejected_streams_only_the_line_is_kept(void **state) {
  (void)state;
  parsed p = parse(HEAD "m=audio 0 RTP/AVP 97 0\r\nc=IN IP6 ::1\r\n"
                        "a=rtpmap:97 red/8000\r\na=sendonly\r\na=rtcp:77\r\n"
                        "a=encryption:required\r\na=crypto:1 A inline:x\r\n");
  assert_int_equal(p.err, MSNAV_OK);
  const msnav_sdp_media *m = &p.sdp.media[0];
  assert_int_equal(m->kind, MSNAV_SDP_AUDIO);
  assert_str(m->formats_text, "97 0");
  assert_int_equal(m->format_count, 0);
  assert_int_equal(m->rtp.ip, 0);
  assert_int_equal(m->rtp.port, 0);
  assert_int_equal(m->rtcp.port, 0);
  assert_int_equal(m->direction, BOTH);
  assert_int_equal(m->encryption, MSNAV_SDP_ENC_NONE);
  assert_int_equal(m->crypto_count, 0);
  done(&p);
}

/* ---- addresses */

#define PLAIN "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=-\r\n"
#define SESSION_C "c=IN IP4 10.0.0.2\r\n"
#define STREAM "t=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"

static void address_rows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    msnav_error err;
    uint32_t ip;
  } rows[] = {
    {PLAIN SESSION_C STREAM, MSNAV_OK, IP(10, 0, 0, 2)},
    /* that of the stream wins (RFC 4566 section 5.7) */
    {PLAIN SESSION_C STREAM "c=IN IP4 10.0.0.3\r\n", MSNAV_OK, IP(10, 0, 0, 3)},
    {PLAIN STREAM "c=IN IP4 10.0.0.3\r\n", MSNAV_OK, IP(10, 0, 0, 3)},
    {PLAIN STREAM "c=IN IP4 10.0.0.3\r\nc=IN IP4 10.0.0.4\r\n", MSNAV_OK,
     IP(10, 0, 0, 3)},
    {PLAIN SESSION_C "c=IN IP4 10.0.0.4\r\n" STREAM, MSNAV_OK, IP(10, 0, 0, 2)},
    /* no c= at all: that of o= */
    {PLAIN STREAM, MSNAV_OK, IP(10, 0, 0, 1)},
    {"v=0\r\no=- 0 0 IN IP4 host.example\r\n" SESSION_C STREAM, MSNAV_OK,
     IP(10, 0, 0, 2)},
    {"v=0\r\no=what\r\n" SESSION_C STREAM, MSNAV_OK, IP(10, 0, 0, 2)},
    {"v=0\r\n" SESSION_C STREAM, MSNAV_OK, IP(10, 0, 0, 2)},
    {PLAIN "c=in ip4  10.0.0.9 \r\n" STREAM, MSNAV_OK, IP(10, 0, 0, 9)},
    {"v=0\r\no=- 0 0 IN IP4 host.example\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {"v=0\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {"v=0\r\no=- 0 0 IN IP4 224.0.0.1\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP6 ::1\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    /* that of the session is for streams without their own (RFC 4566 section
     * 5.7) */
    {PLAIN "c=IN IP6 ::1\r\n" STREAM "c=IN IP4 10.0.0.3\r\n", MSNAV_OK,
     IP(10, 0, 0, 3)},
    {PLAIN "c=IN IP6 ::1\r\n" SESSION_C STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN SESSION_C "c=IN IP6 ::1\r\n" STREAM, MSNAV_OK, IP(10, 0, 0, 2)},
    {PLAIN SESSION_C STREAM "c=IN IP6 ::1\r\n", MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 host.example\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 10.0.0.256\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 10.0.0.2:80\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 10.0.0.2/127\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 10.0.0.2 x\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=ATM IP4 10.0.0.2\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    /* multicast and broadcast: nobody's answer may be multiplied */
    {PLAIN "c=IN IP4 224.2.1.1\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 224.2.1.1/127\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
    {PLAIN "c=IN IP4 255.255.255.255\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    parsed p = parse(rows[i].text);
    assert_int_equal(p.err, rows[i].err);
    if (p.err == MSNAV_OK) {
      assert_int_equal(p.sdp.media[0].rtp.ip, rows[i].ip);
      assert_int_equal(p.sdp.media[0].rtcp.ip, rows[i].ip);
      assert_false(p.sdp.media[0].on_hold_address);
    }
    done(&p);
  }
}

/* RFC 3605 */
static void rtcp_rows(void **state) {
  (void)state;
  static const struct {
    unsigned port;
    const char *lines;
    uint32_t ip;
    unsigned want;
  } rows[] = {
    {5000, "", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:53020\r\n", IP(10, 0, 0, 2), 53020},
    {5000, "a=rtcp:53020 IN IP4 126.16.64.4\r\n", IP(126, 16, 64, 4), 53020},
    /* before the c= that it takes its address from */
    {5000, "a=rtcp:9\r\nc=IN IP4 10.0.0.3\r\n", IP(10, 0, 0, 3), 9},
    {5000, "c=IN IP4 10.0.0.3\r\na=rtcp:9\r\n", IP(10, 0, 0, 3), 9},
    {5000, "a=rtcp:9\r\na=rtcp:10\r\n", IP(10, 0, 0, 2), 9},
    {65535, "", 0, 0}, /* there is no port 65536 */
    {65535, "a=rtcp:7\r\n", IP(10, 0, 0, 2), 7},
    /* broken: as if it were not there */
    {5000, "a=rtcp:0\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:65536\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:x\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:9 IN IP6 ::1\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:9 IN IP4 0.0.0.0\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:9 IN IP4 224.0.0.1\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp:9 IN IP4 1.2.3.4 x\r\n", IP(10, 0, 0, 2), 5001},
    {5000, "a=rtcp-mux\r\na=rtcp-fb:0 nack\r\n", IP(10, 0, 0, 2), 5001},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[300];
    snprintf(text, sizeof(text),
             PLAIN SESSION_C "a=rtcp:4\r\nm=audio %u RTP/AVP 0\r\n%s",
             rows[i].port, rows[i].lines);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].rtcp.ip, rows[i].ip);
    assert_int_equal(p.sdp.media[0].rtcp.port, rows[i].want);
    done(&p);
  }
}

/* ---- attributes of session and stream */

static void direction_rows(void **state) {
  (void)state;
  static const struct {
    const char *session, *stream;
    unsigned direction;
  } rows[] = {
    {"", "", BOTH},
    {"", "a=sendrecv\r\n", BOTH},
    {"", "a=sendonly\r\n", MSNAV_SDP_SEND},
    {"", "a=recvonly\r\n", MSNAV_SDP_RECV},
    {"", "a=inactive\r\n", 0},
    {"a=sendonly\r\n", "", MSNAV_SDP_SEND},
    {"a=inactive\r\n", "", 0},
    {"a=inactive\r\n", "a=sendrecv\r\n", BOTH},
    {"a=sendonly\r\n", "a=recvonly\r\n", MSNAV_SDP_RECV},
    {"", "a=SendOnly \r\n", MSNAV_SDP_SEND},
    {"", "a=recvonly\r\na=sendrecv\r\n", MSNAV_SDP_RECV},
    {"", "a=sendonlyx\r\n", BOTH},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[300];
    snprintf(text, sizeof(text), HEAD "%s" AUDIO "%s", rows[i].session,
             rows[i].stream);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].direction, rows[i].direction);
    done(&p);
  }
}

static void hold_by_address_is_seen(void **state) {
  (void)state;
  static const struct {
    const char *text;
    uint32_t rtcp_ip;
  } rows[] = {
    {PLAIN "c=IN IP4 0.0.0.0\r\n" STREAM, 0},
    {PLAIN SESSION_C STREAM "c=IN IP4 0.0.0.0\r\n", 0},
    {PLAIN "c=IN IP4 0.0.0.0\r\n" STREAM "a=rtcp:5001 IN IP4 10.0.0.9\r\n",
     IP(10, 0, 0, 9)},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    parsed p = parse(rows[i].text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_true(p.sdp.media[0].on_hold_address);
    assert_int_equal(p.sdp.media[0].rtp.ip, 0);
    assert_int_equal(p.sdp.media[0].rtp.port, 5000);
    assert_int_equal(p.sdp.media[0].rtcp.ip, rows[i].rtcp_ip);
    done(&p);
  }
}

static void encryption_rows(void **state) {
  (void)state;
  static const struct {
    const char *session, *stream;
    msnav_sdp_encryption encryption;
  } rows[] = {
    {"", "", MSNAV_SDP_ENC_NONE},
    {"", "a=encryption:rejected\r\n", MSNAV_SDP_ENC_REJECTED},
    {"", "k=base64:QUJD\r\na=encryption:optional\r\n", MSNAV_SDP_ENC_OPTIONAL},
    {"", "k=base64:QUJD\r\na=encryption:required\r\n", MSNAV_SDP_ENC_REQUIRED},
    {"", "a=encryption: Required\r\n", MSNAV_SDP_ENC_REQUIRED},
    {"k=base64:QUJD\r\na=encryption:required\r\n", "", MSNAV_SDP_ENC_REQUIRED},
    {"a=encryption:required\r\n", "a=encryption:rejected\r\n",
     MSNAV_SDP_ENC_REJECTED},
    {"", "a=encryption:required\r\na=encryption:rejected\r\n",
     MSNAV_SDP_ENC_REQUIRED},
    {"", "a=encryption:perhaps\r\n", MSNAV_SDP_ENC_NONE},
    {"", "a=encryption\r\n", MSNAV_SDP_ENC_NONE},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char text[300];
    snprintf(text, sizeof(text), HEAD "%s" AUDIO "%s", rows[i].session,
             rows[i].stream);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].encryption, rows[i].encryption);
    done(&p);
  }
}

/* RFC 4568 section 9.1 */
static void crypto_lines_are_kept(void **state) {
  (void)state;
  parsed p =
    parse(HEAD AUDIO
          "a=crypto:x A inline:x\r\na=crypto:1 A\r\na=crypto:2\r\na=crypto\r\n"
          "a=crypto:3 \"A\" inline:x\r\na=crypto:1000000000 A inline:x\r\n"
          "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:abc|2^20|1:4 KDR=1 X\r\n"
          "a=crypto:1 AES_CM_128_HMAC_SHA1_32 inline:def\r\n"
          "a=crypto:2 A inline:2\r\na=crypto:3 B inline:3\r\n"
          "a=crypto:999999999 C inline:4\r\na=crypto:5 D inline:5\r\n");
  assert_int_equal(p.err, MSNAV_OK);
  const msnav_sdp_media *m = &p.sdp.media[0];
  assert_int_equal(m->crypto_count, MSNAV_SDP_MAX_CRYPTO);
  assert_int_equal(m->crypto[0].tag, 1);
  assert_str(m->crypto[0].suite, "AES_CM_128_HMAC_SHA1_80");
  assert_str(m->crypto[0].params, "inline:abc|2^20|1:4 KDR=1 X");
  assert_int_equal(m->crypto[1].tag, 2);
  assert_int_equal(m->crypto[2].tag, 3);
  assert_int_equal(m->crypto[3].tag, 999999999);
  assert_str(m->crypto[3].suite, "C");
  done(&p);
}

static void bandwidth_and_version_rows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    unsigned bandwidth, version;
  } rows[] = {
    {"v=0\no=- 5 7 IN IP4 1.2.3.4\nb=CT:110\n", 110, 7},
    {"v=0\no=- 5 7 IN IP4 1.2.3.4\no=- 5 8 IN IP4 1.2.3.5\n", 0, 7},
    {"v=0\no=- 1 4294967296 IN IP4 1.2.3.4\nb=AS:64\nb=CT:99\n", 99, 0},
    {"v=0\no=- 1 2 IN IP4 1.2.3.4\nb=CT:1\nb=CT:2\n", 1, 2},
    {"v=0\no=- 1 2 IN IP4 1.2.3.4\nb=CT:x\nb=CT\nb=\nb=ct: 3\n", 3, 2},
    {"v=0\no=- 1 2 IN IP4 1.2.3.4\nm=audio 5 RTP/AVP 0\nb=CT:64\n", 0, 2},
    {"v=0\no=\nb=CT:4294967296\n", 0, 0},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    parsed p = parse(rows[i].text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.bandwidth, rows[i].bandwidth);
    assert_int_equal(p.sdp.version, rows[i].version);
    done(&p);
  }
}

/* ---- lines */

static void line_rows(void **state) {
  (void)state;
  static const struct {
    const char *text;
    msnav_error err;
  } rows[] = {
    {"v=0", MSNAV_OK},
    {"v=0\n", MSNAV_OK},
    {"v=0 \r\n", MSNAV_OK},
    {"v=0\r\n\r\n", MSNAV_OK},
    {"v=0\ns=\nx=1\nz=?\nM=1\n0=\n", MSNAV_OK}, /* unknown types */
    {"v=0\na=\na=:\na= \na=unknown:x y z\n", MSNAV_OK},
    {"v=0\nt=0 0\nr=1\ne=me@x\np=+1\nu=x\ni=x\nk=clear:x\n", MSNAV_OK},
    {"", MSNAV_ERR_PARSE},
    {"\r\nv=0\r\n", MSNAV_ERR_PARSE},
    {"v=1\r\n", MSNAV_ERR_PARSE},
    {"v=00\r\n", MSNAV_ERR_PARSE},
    {"V=0\r\n", MSNAV_ERR_PARSE},
    {"o=- 0 0 IN IP4 1.2.3.4\r\nv=0\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\nno\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\ns\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\n=\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\n==\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\ns =x\r\n", MSNAV_ERR_PARSE},
    {"v=0\r\n s=x\r\n", MSNAV_ERR_PARSE},
    {"v=0\rs=x\r\n", MSNAV_ERR_BARE_CR},
    {"v=0\r", MSNAV_ERR_BARE_CR},
    {"v=0\r\r\n", MSNAV_ERR_BARE_CR},
    {"v=0\r\ns=a\rb\r\n", MSNAV_ERR_BARE_CR},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    parsed p = parse(rows[i].text);
    assert_int_equal(p.err, rows[i].err);
    done(&p);
  }
}

static void line_ends_do_not_matter(void **state) {
  (void)state;
  size_t len = 0;
  char *text = load_data("paper-offer.sdp", &len);
  char bare[300];
  size_t n = 0;
  for (size_t i = 0; i < len; i++) {
    if (text[i] != '\r') {
      bare[n++] = text[i];
    }
  }
  parsed crlf = parse_bytes(text, len);
  parsed lf = parse_bytes(bare, n);
  parsed cut = parse_bytes(bare, n - 1); /* the last one missing */
  assert_int_equal(crlf.err, MSNAV_OK);
  assert_int_equal(lf.err, MSNAV_OK);
  assert_int_equal(cut.err, MSNAV_OK);
  assert_true(same_sdp(&crlf.sdp, &lf.sdp));
  assert_true(same_sdp(&crlf.sdp, &cut.sdp));
  done(&crlf);
  done(&lf);
  done(&cut);
  free(text);
}

static void every_prefix_of_an_offer_is_safe_to_read(void **state) {
  (void)state;
  size_t len = 0;
  char *text = load_data("paper-offer.sdp", &len);
  for (size_t n = 0; n <= len; n++) {
    parsed p = parse_bytes(text, n);
    assert_true(p.err == MSNAV_OK || p.err == MSNAV_ERR_PARSE ||
                p.err == MSNAV_ERR_ADDRESS || p.err == MSNAV_ERR_BARE_CR);
    done(&p);
  }
  free(text);
}

/* ---- limits: each its own error */

/* A description of exactly this many bytes, in lines of 100. */
static char *of_bytes(size_t len) {
  char *text = malloc(len);
  memset(text, 'x', len);
  memcpy(text, "v=0\ns=", 6);
  for (size_t at = 100; at + 3 < len; at += 100) {
    memcpy(text + at, "\ni=", 3);
  }
  return text;
}

static void bytes_are_limited(void **state) {
  (void)state;
  static const struct {
    size_t len;
    msnav_error err;
  } rows[] = {{MSNAV_SDP_MAX_BYTES, MSNAV_OK},
              {MSNAV_SDP_MAX_BYTES + 1, MSNAV_ERR_TOO_LONG},
              {65535, MSNAV_ERR_TOO_LONG}};
  assert_int_equal(MSNAV_SDP_MAX_BYTES, 4096);
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    char *text = of_bytes(rows[i].len);
    parsed p = parse_bytes(text, rows[i].len);
    assert_int_equal(p.err, rows[i].err);
    done(&p);
    free(text);
  }
}

static void lines_are_limited_in_length(void **state) {
  (void)state;
  static const char *const ends[] = {"", "\n", "\r\n"};
  assert_int_equal(MSNAV_SDP_MAX_LINE, 512);
  for (size_t i = 0; i < ARRAY_LEN(ends); i++) {
    for (size_t more = 0; more < 2; more++) {
      char text[600] = "v=0\ns=";
      size_t len = strlen("v=0\n") + MSNAV_SDP_MAX_LINE + more;
      memset(text + 6, 'x', len - 6);
      strcpy(text + len, ends[i]);
      parsed p = parse(text);
      assert_int_equal(p.err, more ? MSNAV_ERR_LINE_TOO_LONG : MSNAV_OK);
      done(&p);
    }
  }
}

static void lines_are_limited_in_number(void **state) {
  (void)state;
  assert_int_equal(MSNAV_SDP_MAX_LINES, 128);
  static const char *const fillers[] = {"a=x\r\n", "\n", "s=\n"};
  for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
    for (size_t more = 0; more < 2; more++) {
      char text[1000] = "v=0\r\n";
      for (size_t n = 1; n < MSNAV_SDP_MAX_LINES + more; n++) {
        strcat(text, fillers[i]);
      }
      parsed p = parse(text);
      assert_int_equal(p.err, more ? MSNAV_ERR_TOO_MANY_LINES : MSNAV_OK);
      done(&p);
    }
  }
}

static void streams_are_limited(void **state) {
  (void)state;
  assert_int_equal(MSNAV_SDP_MAX_MEDIA, 8);
  for (size_t more = 0; more < 2; more++) {
    char text[1000] = HEAD;
    for (size_t n = 0; n < MSNAV_SDP_MAX_MEDIA + more; n++) {
      strcat(text, "m=application 0 tcp msdata\r\n");
    }
    parsed p = parse(text);
    assert_int_equal(p.err, more ? MSNAV_ERR_LIMIT : MSNAV_OK);
    done(&p);
  }
}

static void nul_is_refused_everywhere(void **state) {
  (void)state;
  static const char good[] = HEAD AUDIO;
  for (size_t i = 0; i < sizeof(good) - 1; i++) {
    char text[sizeof(good)];
    memcpy(text, good, sizeof(good));
    text[i] = '\0';
    parsed p = parse_bytes(text, sizeof(good) - 1);
    assert_int_equal(p.err, MSNAV_ERR_NUL);
    done(&p);
  }
}

static void failure_leaves_the_description_untouched(void **state) {
  (void)state;
  static const char text[] = HEAD AUDIO "m=audio x\r\n";
  msnav_sdp before, after;
  memset(&before, 0x77, sizeof(before));
  memset(&after, 0x77, sizeof(after));
  assert_int_equal(msnav_sdp_read(text, sizeof(text) - 1, &after),
                   MSNAV_ERR_PARSE);
  assert_memory_equal(&before, &after, sizeof(before));
}

static void wrong_arguments_are_refused(void **state) {
  (void)state;
  msnav_sdp sdp = {0};
  char buf[10];
  size_t len = 0;
  assert_int_equal(msnav_sdp_read(NULL, 0, &sdp), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_read("v=0", 3, NULL), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_write(NULL, buf, 10, &len), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_write(&sdp, NULL, 10, &len), MSNAV_ERR_INVALID);
  assert_int_equal(msnav_sdp_write(&sdp, buf, 10, NULL), MSNAV_ERR_INVALID);
}

static void a_description_fits_on_a_stack(void **state) {
  (void)state;
  assert_true(sizeof(msnav_sdp) < 16 * 1024);
}

/* ---- time */

static double
microseconds_per_read(const char *text, size_t len, msnav_error want) {
  enum { TIMES = 10000 };
  clock_t start = clock(); /* of the processor: the machine may be busy */
  for (int i = 0; i < TIMES; i++) {
    msnav_sdp sdp;
    if (msnav_sdp_read(text, len, &sdp) != want) {
      fail_msg("another result on the way");
    }
  }
  return (double)(clock() - start) * 1e6 / CLOCKS_PER_SEC / TIMES;
}

/* 76 bytes that make Sofia's parser eat all memory */
static void the_bomb_is_refused_in_microseconds(void **state) {
  (void)state;
  size_t len = 0;
  char *bomb = load_data("bomb.sdp", &len);
  assert_int_equal(len, 76);
  assert_true(microseconds_per_read(bomb, len, MSNAV_ERR_PARSE) < 50);
  free(bomb);
}

/* What costs most: as many formats as fit, looked for by as many lines. */
static void the_worst_that_fits_is_read_in_bounded_time(void **state) {
  (void)state;
  char text[MSNAV_SDP_MAX_BYTES + 200] = HEAD;
  for (int i = 0; i < MSNAV_SDP_MAX_MEDIA; i++) {
    strcat(text, "m=audio 5 RTP/AVP 80 81 82 83 84 85 86 87 88 89 90 91 92 93 "
                 "94 95 128 128 128 128 128 128 128 128 128 128 128\r\n");
    for (int j = 0; j < 14; j++) {
      strcat(text, "a=rtpmap:95 x/x\r\n");
    }
  }
  assert_true(strlen(text) < MSNAV_SDP_MAX_BYTES);
  assert_true(microseconds_per_read(text, strlen(text), MSNAV_OK) < 1000);
}

/* ---- writing */

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

/* ---- both */

static void dialects_survive_read_write_read(void **state) {
  (void)state;
  static const char *const rows[] = {
    HEAD AUDIO,
    PLAIN SESSION_C STREAM "a=sendonly\na=rtcp:9 IN IP4 1.2.3.4\n",
    PLAIN "c=IN IP4 0.0.0.0\n" STREAM,
    PLAIN SESSION_C STREAM "c=IN IP4 0.0.0.0\na=inactive\n",
    "v=0\nc=IN IP4 10.0.0.2\nm=audio 65535 RTP/SAVP 97 8 300 13\n"
    "a=rtpmap:97 L16/44100/2\na=crypto:9 A b c d\na=encryption:optional\n",
    HEAD "m=application 1503 tcp msdata\nm=audio 0 RTP/AVP 0 x\n" AUDIO
         "a=fmtp:97 0/0\nm=video 5 RTP/AVP 34 31\nc=IN IP4 10.0.0.2\n"
         "m=audio 5 RTP/AVP 300 x\n",
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    parsed first = parse(rows[i]);
    assert_int_equal(first.err, MSNAV_OK);
    char *text = written(&first.sdp);
    parsed second = parse(text);
    assert_int_equal(second.err, MSNAV_OK);
    assert_true(same_sdp(&first.sdp, &second.sdp));
    char *again = written(&second.sdp);
    assert_string_equal(again, text);
    free(again);
    free(text);
    done(&first);
    done(&second);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(reads_the_offer_of_the_paper),
    cmocka_unit_test(the_paper_survives_read_and_write),
    cmocka_unit_test(offer_of_the_paper_is_composed_byte_for_byte),
    cmocka_unit_test(answer_of_the_paper_is_composed_byte_for_byte),
    cmocka_unit_test(reads_the_full_list_of_rtc),
    cmocka_unit_test(static_types_need_no_rtpmap),
    cmocka_unit_test(rtpmap_and_fmtp_rows),
    cmocka_unit_test(formats_that_are_none_are_dropped),
    cmocka_unit_test(roles_do_not_depend_on_case),
    cmocka_unit_test(media_line_rows),
    cmocka_unit_test(of_other_streams_only_the_line_is_kept),
    cmocka_unit_test(of_rejected_streams_only_the_line_is_kept),
    cmocka_unit_test(address_rows),
    cmocka_unit_test(rtcp_rows),
    cmocka_unit_test(direction_rows),
    cmocka_unit_test(hold_by_address_is_seen),
    cmocka_unit_test(encryption_rows),
    cmocka_unit_test(crypto_lines_are_kept),
    cmocka_unit_test(bandwidth_and_version_rows),
    cmocka_unit_test(line_rows),
    cmocka_unit_test(line_ends_do_not_matter),
    cmocka_unit_test(every_prefix_of_an_offer_is_safe_to_read),
    cmocka_unit_test(bytes_are_limited),
    cmocka_unit_test(lines_are_limited_in_length),
    cmocka_unit_test(lines_are_limited_in_number),
    cmocka_unit_test(streams_are_limited),
    cmocka_unit_test(nul_is_refused_everywhere),
    cmocka_unit_test(failure_leaves_the_description_untouched),
    cmocka_unit_test(wrong_arguments_are_refused),
    cmocka_unit_test(a_description_fits_on_a_stack),
    cmocka_unit_test(the_bomb_is_refused_in_microseconds),
    cmocka_unit_test(the_worst_that_fits_is_read_in_bounded_time),
    cmocka_unit_test(never_writes_beyond_its_buffer),
    cmocka_unit_test(writes_what_differs_from_the_default),
    cmocka_unit_test(end_of_a_stream_rows),
    cmocka_unit_test(rejected_streams_are_one_line),
    cmocka_unit_test(never_writes_a_text_that_breaks_a_line),
    cmocka_unit_test(never_writes_a_number_out_of_range),
    cmocka_unit_test(dialects_survive_read_write_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

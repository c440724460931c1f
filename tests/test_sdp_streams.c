/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The streams of a session description: m= lines and attributes. */
#include "sdp_kit.h"

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
    {"audio 0 RTP/AVP", MSNAV_OK, MSNAV_SDP_AUDIO, 0}, /* refused */
    {"video 0 RTP/SAVP ", MSNAV_OK, MSNAV_SDP_VIDEO, 0},
    {"application 0 tcp", MSNAV_OK, MSNAV_SDP_OTHER, 0},
    {"audio 0", MSNAV_ERR_PARSE, 0, 0},
    {"audio RTP/AVP", MSNAV_ERR_PARSE, 0, 0},
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
    snprintf(text, sizeof(text), PAPER_SESSION "m=%s\r\n", rows[i].line);
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
    parse(PAPER_SESSION "m=application 1503 tcp msdata\r\n"
                        "c=IN IP6 2001:db8::1\r\na=sendonly\r\n"
                        "a=encryption:required\r\na=crypto:1 A inline:x\r\n"
                        "a=rtcp:99\r\na=rtpmap:0 PCMU/8000\r\n" PAPER_AUDIO
                        "a=inactive\r\n");
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
  parsed p =
    parse(PAPER_SESSION "m=audio 0 RTP/AVP 97 0\r\nc=IN IP6 ::1\r\n"
                        "a=rtpmap:97 red/8000\r\na=sendonly\r\na=rtcp:77\r\n"
                        "a=encryption:required\r\na=crypto:1 A inline:x\r\n"
                        "a=maxptime:20\r\n");
  assert_int_equal(p.err, MSNAV_OK);
  const msnav_sdp_media *m = &p.sdp.media[0];
  assert_int_equal(m->maxptime, 0);
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
    snprintf(text, sizeof(text), PAPER_SESSION "%s" PAPER_AUDIO "%s",
             rows[i].session, rows[i].stream);
    parsed p = parse(text);
    assert_int_equal(p.err, MSNAV_OK);
    assert_int_equal(p.sdp.media[0].direction, rows[i].direction);
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
    snprintf(text, sizeof(text), PAPER_SESSION "%s" PAPER_AUDIO "%s",
             rows[i].session, rows[i].stream);
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
    parse(PAPER_SESSION PAPER_AUDIO
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(media_line_rows),
    cmocka_unit_test(of_other_streams_only_the_line_is_kept),
    cmocka_unit_test(of_rejected_streams_only_the_line_is_kept),
    cmocka_unit_test(direction_rows),
    cmocka_unit_test(encryption_rows),
    cmocka_unit_test(crypto_lines_are_kept),
    cmocka_unit_test(bandwidth_and_version_rows),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

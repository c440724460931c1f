/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The addresses of a session description: where RTP and RTCP go. */
#include "sdp_kit.h"

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
    {PLAIN "c=IN IP4 224.0.0.0\r\n" STREAM, MSNAV_ERR_ADDRESS, 0},
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

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(address_rows),
    cmocka_unit_test(rtcp_rows),
    cmocka_unit_test(hold_by_address_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

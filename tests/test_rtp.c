/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The RTP header (RFC 3550 section 5.1). */
#include "test.h"

#include "media/rtp.h"

/* V=2, PT 0, sequence 0x0102, timestamp 0x03040506, SSRC 0x0708090a */
#define HEAD "\x80\x00\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"
/* the same with other first bytes */
#define HEAD_OF(first, second)                                                 \
  first second "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a"

static const struct header_row {
  const char *what;
  msnav_str in;
  msnav_error err;
  size_t at, len; /* of the payload */
} header_rows[] = {
  {"the least", STR(HEAD), MSNAV_OK, 12, 0},
  {"a payload", STR(HEAD "abc"), MSNAV_OK, 12, 3},
  {"nothing", STR(""), MSNAV_ERR_PARSE, 0, 0},
  {"one byte short", STR("\x80\0\1\2\3\4\5\6\7\x8\x9"), MSNAV_ERR_PARSE, 0, 0},
  {"version 0", STR(HEAD_OF("\x00", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"version 1", STR(HEAD_OF("\x40", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"version 3", STR(HEAD_OF("\xc0", "\x00") "a"), MSNAV_ERR_PARSE, 0, 0},
  {"one contributing source", STR(HEAD_OF("\x81", "\x00") "ssrcP"), MSNAV_OK,
   16, 1},
  {"its last byte missing", STR(HEAD_OF("\x81", "\x00") "ssr"), MSNAV_ERR_PARSE,
   0, 0},
  {"fifteen, two there", STR(HEAD_OF("\x8f", "\x00") "ssrcssrc"),
   MSNAV_ERR_PARSE, 0, 0},
  {"an empty extension", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\0P"), MSNAV_OK,
   16, 1},
  {"an extension of a word", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\1extnPQ"),
   MSNAV_OK, 20, 2},
  {"its header cut off", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0"),
   MSNAV_ERR_PARSE, 0, 0},
  {"its word cut off", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\0\1ext"),
   MSNAV_ERR_PARSE, 0, 0},
  {"an extension of 256 KiB", STR(HEAD_OF("\x90", "\x00") "\xbe\xde\xff\xff"),
   MSNAV_ERR_PARSE, 0, 0},
  {"a source and an extension",
   STR(HEAD_OF("\x91", "\x00") "ssrc\xbe\xde\0\1extnP"), MSNAV_OK, 24, 1},
  {"padding of three", STR(HEAD_OF("\xa0", "\x00") "PP\0\0\3"), MSNAV_OK, 12,
   2},
  {"nothing but padding", STR(HEAD_OF("\xa0", "\x00") "\0\0\3"), MSNAV_OK, 12,
   0},
  {"padding of none", STR(HEAD_OF("\xa0", "\x00") "PP\0"), MSNAV_ERR_PARSE, 0,
   0},
  {"padding into the header", STR(HEAD_OF("\xa0", "\x00") "\0\0\4"),
   MSNAV_ERR_PARSE, 0, 0},
  {"padding without a byte for it", STR(HEAD_OF("\xa0", "\x00")),
   MSNAV_ERR_PARSE, 0, 0},
  {"padding into the extension",
   STR(HEAD_OF("\xb0", "\x00") "\xbe\xde\0\1ext\1"), MSNAV_ERR_PARSE, 0, 0},
};

static void headers_are_bounded(void **state) {
  (void)state;
  for (size_t i = 0; i < ARRAY_LEN(header_rows); i++) {
    const struct header_row *row = &header_rows[i];
    uint8_t *in = (uint8_t *)exact_copy(row->in.ptr, row->in.len);
    msnav_rtp rtp = {.len = 77};
    msnav_error err = msnav_rtp_parse(in, row->in.len, &rtp);
    if (err != row->err) {
      fail_msg("%s: %d", row->what, err);
    }
    if (err != MSNAV_OK) {
      assert_int_equal(rtp.len, 77);
      assert_null(rtp.payload);
    } else {
      assert_ptr_equal(rtp.payload, in + row->at);
      assert_int_equal(rtp.len, row->len);
      assert_int_equal(rtp.sequence, 0x0102);
      assert_int_equal(rtp.timestamp, 0x03040506);
      assert_int_equal(rtp.ssrc, 0x0708090a);
    }
    free(in);
  }
}

static void marker_and_type_share_a_byte(void **state) {
  (void)state;
  static const struct {
    uint8_t byte, type;
    bool marker;
  } rows[] = {{0x00, 0, false},  {0x80, 0, true},    {0x65, 101, false},
              {0xe5, 101, true}, {0x7f, 127, false}, {0xff, 127, true}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    uint8_t in[12] = {0x80, rows[i].byte};
    msnav_rtp rtp;
    assert_int_equal(msnav_rtp_parse(in, sizeof(in), &rtp), MSNAV_OK);
    assert_int_equal(rtp.payload_type, rows[i].type);
    assert_int_equal(rtp.marker, rows[i].marker);
    uint8_t out[MSNAV_RTP_HEADER];
    msnav_rtp_write(out, &rtp);
    assert_memory_equal(out, in, sizeof(in));
  }
}

static void header_is_written_in_network_order(void **state) {
  (void)state;
  const msnav_rtp rtp = {.sequence = 0x0102,
                         .timestamp = 0x03040506,
                         .ssrc = 0x0708090a};
  uint8_t out[MSNAV_RTP_HEADER];
  msnav_rtp_write(out, &rtp);
  assert_memory_equal(out, HEAD, sizeof(out));
}

static void rtcp_is_told_from_rtp(void **state) {
  (void)state;
  for (unsigned byte = 0; byte < 256; byte++) {
    uint8_t in[8] = {0x80, (uint8_t)byte};
    /* RFC 5761 section 4: 192...223 */
    assert_int_equal(msnav_rtp_is_rtcp(in, sizeof(in)),
                     byte >= 192 && byte <= 223);
  }
  uint8_t old[8] = {0x40, 200};
  assert_false(msnav_rtp_is_rtcp(old, sizeof(old)));
  uint8_t cut[3] = {0x80, 200, 0};
  assert_false(msnav_rtp_is_rtcp(cut, sizeof(cut)));
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(headers_are_bounded),
    cmocka_unit_test(marker_and_type_share_a_byte),
    cmocka_unit_test(header_is_written_in_network_order),
    cmocka_unit_test(rtcp_is_told_from_rtp),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

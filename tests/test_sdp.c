/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session descriptions as a whole: the paper's two, line by line and byte for
 * byte, and that writing keeps what reading found. */
#include "sdp_kit.h"

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

/* ---- both */

static void dialects_survive_read_write_read(void **state) {
  (void)state;
  static const char *const rows[] = {
    PAPER_SESSION PAPER_AUDIO,
    PLAIN SESSION_C STREAM "a=sendonly\na=rtcp:9 IN IP4 1.2.3.4\n",
    PLAIN "c=IN IP4 0.0.0.0\n" STREAM,
    PLAIN SESSION_C STREAM "c=IN IP4 0.0.0.0\na=inactive\n",
    "v=0\nc=IN IP4 10.0.0.2\nm=audio 65535 RTP/SAVP 97 8 300 13\n"
    "a=rtpmap:97 L16/44100/2\na=crypto:9 A b c d\na=encryption:optional\n",
    PAPER_SESSION
    "m=application 1503 tcp msdata\nm=audio 0 RTP/AVP 0 x\n" PAPER_AUDIO
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
    cmocka_unit_test(line_rows),
    cmocka_unit_test(line_ends_do_not_matter),
    cmocka_unit_test(every_prefix_of_an_offer_is_safe_to_read),
    cmocka_unit_test(dialects_survive_read_write_read),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

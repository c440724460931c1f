/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The limits of session descriptions: each its own error, and time. */
#include "sdp_kit.h"
#include <time.h>

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
    char text[1000] = PAPER_SESSION;
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
  static const char good[] = PAPER_SESSION PAPER_AUDIO;
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
  static const char text[] = PAPER_SESSION PAPER_AUDIO "m=audio x\r\n";
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
  char text[MSNAV_SDP_MAX_BYTES + 200] = PAPER_SESSION;
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

int main(void) {
  const struct CMUnitTest tests[] = {
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
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

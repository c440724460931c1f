/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* G.711 against the output of the ITU-T's own software and against the
 * definition of the decoders in the recommendation. */
#include "test.h"

#include <msnav/codec.h>

#define EVERY_SAMPLE 65536

static const msnav_audio_codec *codec_named(const char *name) {
  const msnav_audio_codec *codec = msnav_codec_find(msnav_str_of(name), 8000);
  assert_non_null(codec);
  return codec;
}

/* all int16 values in order, as the files of G.191 have them */
static int16_t *every_sample(void) {
  int16_t *pcm = malloc(EVERY_SAMPLE * sizeof(*pcm));
  for (int i = 0; i < EVERY_SAMPLE; i++) {
    pcm[i] = (int16_t)(i - 32768);
  }
  return pcm;
}

static void check_encoder(const char *name, const char *file) {
  const msnav_audio_codec *codec = codec_named(name);
  size_t len = 0;
  char *want = load_data(file, &len);
  assert_int_equal(len, EVERY_SAMPLE);
  int16_t *pcm = every_sample();
  uint8_t *got = malloc(EVERY_SAMPLE);
  /* in packets of an odd size too, so that no alignment is assumed */
  static const size_t packets[] = {160, 1, 31, 33, 240, 509};
  for (size_t k = 0; k < ARRAY_LEN(packets); k++) {
    memset(got, 0, EVERY_SAMPLE);
    for (size_t i = 0; i < EVERY_SAMPLE; i += packets[k]) {
      size_t n = EVERY_SAMPLE - i < packets[k] ? EVERY_SAMPLE - i : packets[k];
      assert_int_equal(codec->encode(NULL, pcm + i, n, got + i, n), n);
    }
    int differences = 0;
    for (size_t i = 0; i < EVERY_SAMPLE; i++) {
      differences += got[i] != (uint8_t)want[i];
    }
    assert_int_equal(differences, 0);
  }
  free(want);
  free(pcm);
  free(got);
}

static void ulaw_encodes_all_samples_as_g191_does(void **state) {
  (void)state;
  check_encoder("PCMU", "g191_ulaw_encode_all_s16.bin");
}

static void alaw_encodes_all_samples_as_g191_does(void **state) {
  (void)state;
  check_encoder("PCMA", "g191_alaw_encode_all_s16.bin");
}

/* G.711 table 2: decoder output of the 14-bit scale, times 4 for 16 bits */
static int ulaw_by_definition(int code) {
  int inverted = ~code & 0xff;
  int segment = inverted >> 4 & 7, step = inverted & 15;
  int value = ((2 * step + 33) * (1 << segment) - 33) * 4;
  return inverted & 0x80 ? -value : value;
}

/* G.711 table 1: middle of each interval of the 13-bit scale, times 8 */
static int alaw_by_definition(int code) {
  int plain = code ^ 0x55;
  int segment = plain >> 4 & 7, step = plain & 15;
  int value =
    segment == 0 ? 2 * step + 1 : (2 * step + 33) * (1 << (segment - 1));
  return plain & 0x80 ? value * 8 : -value * 8;
}

static void decodes_all_codes_by_definition(void **state) {
  (void)state;
  uint8_t codes[256];
  int16_t ulaw[256], alaw[256];
  for (int i = 0; i < 256; i++) {
    codes[i] = (uint8_t)i;
  }
  assert_int_equal(codec_named("PCMU")->decode(NULL, codes, 256, ulaw, 256),
                   256);
  assert_int_equal(codec_named("PCMA")->decode(NULL, codes, 256, alaw, 256),
                   256);
  for (int i = 0; i < 256; i++) {
    assert_int_equal(ulaw[i], ulaw_by_definition(i));
    assert_int_equal(alaw[i], alaw_by_definition(i));
  }
}

/* what the tables of the recommendation print */
static void decodes_values_printed_in_g711(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint8_t code;
    int sample;
  } rows[] = {
    {"PCMU", 0x80, 8031 * 4}, {"PCMU", 0x00, -8031 * 4},
    {"PCMU", 0xff, 0},        {"PCMU", 0x7f, 0},
    {"PCMU", 0xef, 33 * 4},   {"PCMU", 0x8f, 4191 * 4},
    {"PCMA", 0xaa, 4032 * 8}, {"PCMA", 0x2a, -4032 * 8},
    {"PCMA", 0xd5, 8},        {"PCMA", 0x55, -8},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    int16_t sample = 1;
    const msnav_audio_codec *codec = codec_named(rows[i].name);
    assert_int_equal(codec->decode(NULL, &rows[i].code, 1, &sample, 1), 1);
    assert_int_equal(sample, rows[i].sample);
  }
}

static void decoding_what_was_encoded_is_near(void **state) {
  (void)state;
  static const char *const names[] = {"PCMU", "PCMA"};
  int16_t *pcm = every_sample();
  for (size_t k = 0; k < ARRAY_LEN(names); k++) {
    const msnav_audio_codec *codec = codec_named(names[k]);
    for (int i = 0; i < EVERY_SAMPLE; i++) {
      uint8_t code;
      int16_t back;
      assert_int_equal(codec->encode(NULL, pcm + i, 1, &code, 1), 1);
      assert_int_equal(codec->decode(NULL, &code, 1, &back, 1), 1);
      /* half of the largest step of a segment, and the clipped ends */
      int wrong = abs(back - pcm[i]);
      assert_true(wrong <= abs(pcm[i]) / 32 + 16);
    }
  }
  free(pcm);
}

static void refuses_impossible_sizes(void **state) {
  (void)state;
  static const char *const names[] = {"PCMU", "PCMA"};
  uint8_t bytes[1700] = {0};
  int16_t pcm[1700];
  for (size_t k = 0; k < ARRAY_LEN(names); k++) {
    const msnav_audio_codec *codec = codec_named(names[k]);
    assert_int_equal(codec->duration(bytes, 0), MSNAV_ERR_PARSE);
    assert_int_equal(codec->duration(bytes, 1), 1);
    assert_int_equal(codec->duration(bytes, 160), 160);
    assert_int_equal(codec->duration(bytes, 1600), 1600);
    assert_int_equal(codec->duration(bytes, 1601), MSNAV_ERR_PARSE);
    assert_int_equal(codec->decode(NULL, bytes, 160, pcm, 159),
                     MSNAV_ERR_NOSPACE);
    assert_int_equal(codec->encode(NULL, pcm, 160, bytes, 159),
                     MSNAV_ERR_NOSPACE);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(ulaw_encodes_all_samples_as_g191_does),
    cmocka_unit_test(alaw_encodes_all_samples_as_g191_does),
    cmocka_unit_test(decodes_all_codes_by_definition),
    cmocka_unit_test(decodes_values_printed_in_g711),
    cmocka_unit_test(decoding_what_was_encoded_is_near),
    cmocka_unit_test(refuses_impossible_sizes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

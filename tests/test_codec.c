/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The registry, and the codecs that are not G.711. */
#include "test.h"

#include <msnav/codec.h>

/* ---- registry */

static int some_duration(const uint8_t *in, size_t len) {
  (void)in;
  return (int)len;
}

static int some_encode(void *state, const int16_t *pcm, size_t samples,
                       uint8_t *out, size_t cap) {
  (void)state, (void)pcm, (void)out, (void)cap;
  return (int)samples;
}

static int some_decode(void *state, const uint8_t *in, size_t len, int16_t *pcm,
                       size_t cap) {
  (void)state, (void)in, (void)pcm, (void)cap;
  return (int)len;
}

static msnav_error some_open(void **state) {
  *state = NULL;
  return MSNAV_OK;
}

static msnav_audio_codec usable_codec(void) {
  msnav_audio_codec codec = {
    .size = sizeof(codec),
    .name = "X-TEST.1",
    .clock_rate = 8000,
    .sample_rate = 16000,
    .frame_samples = 320,
    .payload_type = 127,
    .channels = 1,
    .encode = some_encode,
    .decode = some_decode,
    .duration = some_duration,
  };
  return codec;
}

static void accepts_a_usable_codec(void **state) {
  (void)state;
  msnav_audio_codec codec = usable_codec();
  assert_int_equal(msnav_codec_check(&codec), MSNAV_OK);
  codec.size += 8; /* of a newer header */
  assert_int_equal(msnav_codec_check(&codec), MSNAV_OK);
  codec.frame_samples = 16 * 5;
  assert_int_equal(msnav_codec_check(&codec), MSNAV_OK);
  codec.frame_samples = 16 * 120; /* more than is received, but not sent */
  assert_int_equal(msnav_codec_check(&codec), MSNAV_OK);
}

static void refuses_each_missing_or_wrong_member(void **state) {
  (void)state;
  assert_int_equal(msnav_codec_check(NULL), MSNAV_ERR_INVALID);
  for (int what = 0; what < 17; what++) {
    msnav_audio_codec codec = usable_codec();
    switch (what) {
    case 0:
      codec.size = sizeof(size_t);
      break;
    case 1:
      codec.name = NULL;
      break;
    case 2:
      codec.name = "";
      break;
    case 3:
      codec.name = "two words";
      break;
    case 4:
      codec.name = "A/B";
      break;
    case 5:
      codec.clock_rate = 7999;
      break;
    case 6:
      codec.clock_rate = 90000;
      break;
    case 7:
      codec.sample_rate = 0;
      break;
    case 8:
      codec.sample_rate = 48001;
      break;
    case 9:
      codec.frame_samples = 16 * 5 - 1;
      break;
    case 10:
      codec.frame_samples = 16 * 120 + 1;
      break;
    case 11:
      codec.channels = 0;
      break;
    case 12:
      codec.channels = 3;
      break;
    case 13:
      codec.encode = NULL;
      break;
    case 14:
      codec.decode = NULL;
      break;
    case 15:
      codec.duration = NULL;
      break;
    case 16:
      codec.payload_type = 128;
      break;
    default:
      fail();
    }
    assert_int_equal(msnav_codec_check(&codec), MSNAV_ERR_INVALID);
  }
}

static void open_and_close_come_together(void **state) {
  (void)state;
  msnav_audio_codec codec = usable_codec();
  codec.open = some_open;
  assert_int_equal(msnav_codec_check(&codec), MSNAV_ERR_INVALID);
}

static void every_built_in_codec_is_usable_and_found(void **state) {
  (void)state;
  size_t count = 0;
  const msnav_audio_codec *codec;
  while ((codec = msnav_codec_builtin(count)) != NULL) {
    assert_int_equal(msnav_codec_check(codec), MSNAV_OK);
    assert_ptr_equal(msnav_codec_find(msnav_str_of(codec->name),
                                      codec->clock_rate),
                     codec);
    count++;
  }
  assert_true(count >= 5);
  assert_null(msnav_codec_builtin(count + 1));
  assert_null(msnav_codec_builtin(SIZE_MAX));
}

/* RFC 3551 tables 4 and 5 */
static void static_payload_types_are_those_of_rfc_3551(void **state) {
  (void)state;
  static const struct {
    const char *name;
    uint32_t rate;
    int type;
    int samples;
  } rows[] = {
    {"PCMU", 8000, 0, 160},
    {"PCMA", 8000, 8, 160},
    {"DVI4", 8000, 5, 160},
    {"DVI4", 16000, 6, 320},
  };
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    const msnav_audio_codec *codec =
      msnav_codec_find(msnav_str_of(rows[i].name), rows[i].rate);
    assert_non_null(codec);
    assert_int_equal(codec->payload_type, rows[i].type);
    assert_int_equal(codec->sample_rate, rows[i].rate);
    assert_int_equal(codec->frame_samples, rows[i].samples);
  }
}

static void finds_by_name_without_case_and_by_rate(void **state) {
  (void)state;
  const msnav_audio_codec *pcmu = msnav_codec_builtin(0);
  assert_ptr_equal(msnav_codec_find((msnav_str)STR("pcmu"), 0), pcmu);
  assert_ptr_equal(msnav_codec_find((msnav_str)STR("PcMu"), 8000), pcmu);
  assert_null(msnav_codec_find((msnav_str)STR("PCMU"), 16000));
  assert_null(msnav_codec_find((msnav_str)STR("PCM"), 0));
  assert_null(msnav_codec_find((msnav_str)STR("PCMUX"), 0));
  assert_null(msnav_codec_find((msnav_str){NULL, 0}, 0));
  const msnav_audio_codec *dvi4 =
    msnav_codec_find((msnav_str)STR("dvi4"), 8000);
  assert_int_equal(dvi4->clock_rate, 8000);
}

/* ---- L16 (RFC 3551 section 4.5.11) */

static void l16_is_in_network_byte_order(void **state) {
  (void)state;
  const msnav_audio_codec *l16 = msnav_codec_find((msnav_str)STR("L16"), 0);
  static const int16_t pcm[] = {0, 1, -1, 0x1234, INT16_MIN, INT16_MAX};
  static const uint8_t wire[] = {0,    0,    0,    1,    0xff, 0xff,
                                 0x12, 0x34, 0x80, 0x00, 0x7f, 0xff};
  uint8_t out[sizeof(wire)];
  int16_t back[ARRAY_LEN(pcm)];
  assert_int_equal(l16->encode(NULL, pcm, 6, out, sizeof(out)), 12);
  assert_memory_equal(out, wire, sizeof(wire));
  assert_int_equal(l16->duration(wire, 12), 6);
  assert_int_equal(l16->decode(NULL, wire, 12, back, 6), 6);
  assert_memory_equal(back, pcm, sizeof(pcm));
}

static void l16_refuses_impossible_sizes(void **state) {
  (void)state;
  const msnav_audio_codec *l16 = msnav_codec_find((msnav_str)STR("L16"), 0);
  uint8_t bytes[4000] = {0};
  int16_t pcm[2000] = {0};
  assert_int_equal(l16->duration(bytes, 0), MSNAV_ERR_PARSE);
  assert_int_equal(l16->duration(bytes, 3), MSNAV_ERR_PARSE);
  assert_int_equal(l16->duration(bytes, 3200), 1600);
  assert_int_equal(l16->duration(bytes, 3202), MSNAV_ERR_PARSE);
  assert_int_equal(l16->decode(NULL, bytes, 5, pcm, 2000), MSNAV_ERR_PARSE);
  assert_int_equal(l16->decode(NULL, bytes, 8, pcm, 3), MSNAV_ERR_NOSPACE);
  assert_int_equal(l16->encode(NULL, pcm, 4, bytes, 7), MSNAV_ERR_NOSPACE);
}

/* ---- DVI4 (RFC 3551 section 4.5.1) */

/* The sound, the codes and what the codes decode to, made with an
 * independent implementation of the IMA's algorithm (audioop of CPython
 * 3.11): quiet, louder and clipped noise. */
static const uint8_t dvi4_codes[] = {
  0x7f, 0xf7, 0xac, 0x31, 0x8b, 0x70, 0x9c, 0x22, 0x92, 0x90, 0xd1, 0xa5, 0xa4,
  0xb2, 0x9b, 0x80, 0x7b, 0x49, 0x0b, 0x11, 0x28, 0xf1, 0x08, 0x80, 0x21, 0xd0,
  0x94, 0x0c, 0x2a, 0x84, 0xb3, 0x08, 0x90, 0x89, 0x6c, 0x03, 0xc8, 0x2a, 0x31,
  0x09, 0xff, 0x7d, 0x40, 0x1f, 0x19, 0x2c, 0x10, 0x19, 0x80, 0x3a, 0x5a, 0x18,
  0xe0, 0x38, 0xa9, 0x87, 0xb1, 0x80, 0x94, 0x1c, 0x91, 0x29, 0x90, 0x2b, 0x02,
  0xa1, 0x34, 0xf9, 0x10, 0x1a, 0xb8, 0x72, 0xaa, 0x58, 0xb4, 0xa2, 0xaa, 0x98,
  0x14, 0xaa, 0xff, 0x1e, 0x29, 0x92, 0x19, 0x2c, 0xb1, 0xb7, 0xa2, 0x2b, 0x2a,
  0x39, 0xe5, 0xb3, 0xb6, 0x80, 0x0a, 0x8b, 0x40, 0xba, 0x7a, 0x18, 0x2c, 0x08,
  0x29, 0x18, 0x92, 0xd3, 0x10, 0x9b, 0x79, 0xa3, 0x92, 0x18, 0xf3, 0x0a, 0xb0,
  0x80, 0x79, 0xb1, 0x92, 0x29, 0x0c, 0x6c, 0x82, 0x0b, 0x41, 0xb2, 0xa5, 0xab,
  0x14, 0x09, 0xd3, 0x98, 0x88, 0x90, 0x07, 0xb3, 0x89, 0x98, 0x4a, 0x23, 0xe9,
  0x1a, 0x19, 0x70, 0x91, 0x9b, 0x19, 0x81, 0x98, 0x71, 0x08, 0xd8, 0x84, 0x0c,
  0x08, 0x08, 0x50, 0xc2,
};

static const int16_t dvi4_decoded[] = {
  11,     -19,    -82,    54,     -43,    -203,   -53,    5,      -12,
  -125,   95,     126,    41,     -194,   -37,    106,    28,     146,
  82,     101,    -94,    -16,    -134,   103,    -54,    204,    -38,
  119,    34,     -148,   -171,   -150,   143,    -151,   194,    56,
  98,     -169,   -66,    28,     171,    145,    -210,   -57,    -11,
  -53,    -91,    -57,    100,    185,    -102,   -64,    -167,   117,
  155,    -158,   52,     -139,   -173,   111,    -156,   86,     117,
  89,     11,     34,     13,     -45,    186,    -98,    -60,    182,
  -102,   -140,   33,     -124,   76,     154,    177,    113,    -180,
  -811,   546,    -1588,  968,    1311,   2247,   -2013,  -188,   -1848,
  668,    -3449,  -1789,  -1286,  86,     -1160,  -1538,  -1195,  990,
  -430,   2410,   520,    1550,   1238,   -2454,  -1951,  1251,   836,
  -1054,  -2084,  -2396,  1864,   -2396,  -736,   -1239,  -782,   -2028,
  1374,   2746,   -996,   -2505,  -1133,  945,    -189,   -1219,  -907,
  513,    -1294,  -1060,  6,      -964,   -436,   685,    1996,   -648,
  -1782,  -752,   -440,   412,    -879,   -2521,  -2734,  176,    2254,
  364,    -1353,  2082,   1625,   -1284,  2118,   -169,   1909,   19,
  -1698,  -2634,  -2918,  -2144,  -32,    -1452,  -2743,  -6263,  -13811,
  -10576, -23323, -14637, -19374, -23680, -17154, -13595, -16830, -11928,
  -19951, -27501, -24560, -30800, -18643, -27329, -19433, -12255, -21391,
  -15459, -20852, -13989, -16663, -27199, -11406, -26121, -12744, -24904,
  -4373,  -7171,  -4628,  -2316,  -12827, -14738, -26898, -12684, -10773,
  -22933, -30829, -9293,  -24681, -16287, -18830, -7268,  -26188, -23645,
  -25957, -15446, -21179, -15968, -17547, -21853, -15327, -28379, -16219,
  -11482, -10047, -13962, -22267, -6087,  -13024, -23535, -10158, -15369,
  -7473,  -3167,  -4472,  -22270, -4465,  -2153,  -12664, -26041, -24304,
  -25883, -24448, -4870,  -13264, -31069, -24132, -30438, -20883, -12197,
  -16934, -15499, -27246, -6715,  -31898, -32768, -17380, -14582, -32387,
  -11575, -3181,  -20986, -9424,  -19935, 1087,   -12903, -30708, -23771,
  -4851,  -2308,  -9245,  -32369, -10826, -19220, -21763, -24075, -26177,
  -31910, -30173, -28594, -7058,  -28601, -9015,  -11558, -18495, -24801,
  -26712, -11076, -21587, -12032, 128,    -20403, -28797, -21167, -32729,
  -26423, -32156, -6097,  -2373,  -12529, -3297,  -11691, -29496, -22559,
  -28865, -30776, -25565, -30302, -31737, -12159, -3765,  -1222,  -3534,
  -26658, -29735, -32533, -9640,  -6563,  -31746, -28361, -31438, -28640,
  -31183, -5746,  -2361,  -30061, -11440,
};

/* states of the independent encoder after 160 and 320 samples */
#define AFTER_160_PREDICTED -2743
#define AFTER_160_INDEX 58

static void make_noise(int16_t pcm[320]) {
  uint32_t seed = 1;
  for (int i = 0; i < 320; i++) {
    seed = (seed * 1103515245u + 12345u) & 0x7fffffffu;
    int amplitude = i < 80 ? 200 : i < 160 ? 3000 : 32767;
    pcm[i] = (int16_t)((int)((seed >> 16) % (2 * (uint32_t)amplitude + 1)) -
                       amplitude);
  }
}

static void dvi4_encodes_as_another_implementation_does(void **state) {
  (void)state;
  const msnav_audio_codec *dvi4 =
    msnav_codec_find((msnav_str)STR("DVI4"), 8000);
  int16_t pcm[320];
  uint8_t out[84];
  void *encoder = NULL;
  make_noise(pcm);
  assert_int_equal(dvi4->open(&encoder), MSNAV_OK);
  assert_int_equal(dvi4->encode(encoder, pcm, 160, out, sizeof(out)), 84);
  static const uint8_t fresh[4] = {0, 0, 0, 0};
  assert_memory_equal(out, fresh, 4);
  assert_memory_equal(out + 4, dvi4_codes, 80);
  /* the second packet begins with the state after the first */
  assert_int_equal(dvi4->encode(encoder, pcm + 160, 160, out, sizeof(out)), 84);
  assert_int_equal((int16_t)(out[0] << 8 | out[1]), AFTER_160_PREDICTED);
  assert_int_equal(out[2], AFTER_160_INDEX);
  assert_int_equal(out[3], 0); /* reserved */
  assert_memory_equal(out + 4, dvi4_codes + 80, 80);
  dvi4->close(encoder);
}

static void dvi4_decodes_as_another_implementation_does(void **state) {
  (void)state;
  const msnav_audio_codec *dvi4 =
    msnav_codec_find((msnav_str)STR("DVI4"), 16000);
  uint8_t packet[84] = {0};
  int16_t pcm[160];
  memcpy(packet + 4, dvi4_codes, 80);
  assert_int_equal(dvi4->duration(packet, 84), 160);
  assert_int_equal(dvi4->decode(NULL, packet, 84, pcm, 160), 160);
  assert_memory_equal(pcm, dvi4_decoded, sizeof(pcm));
  packet[0] = (uint8_t)((uint16_t)AFTER_160_PREDICTED >> 8);
  packet[1] = (uint8_t)(AFTER_160_PREDICTED & 0xff);
  packet[2] = AFTER_160_INDEX;
  memcpy(packet + 4, dvi4_codes + 80, 80);
  assert_int_equal(dvi4->decode(NULL, packet, 84, pcm, 160), 160);
  assert_memory_equal(pcm, dvi4_decoded + 160, sizeof(pcm));
}

static void dvi4_refuses_what_cannot_be(void **state) {
  (void)state;
  const msnav_audio_codec *dvi4 =
    msnav_codec_find((msnav_str)STR("DVI4"), 8000);
  uint8_t packet[1700] = {0};
  int16_t pcm[3400] = {0};
  assert_int_equal(dvi4->duration(packet, 0), MSNAV_ERR_PARSE);
  assert_int_equal(dvi4->duration(packet, 4), MSNAV_ERR_PARSE);
  assert_int_equal(dvi4->duration(packet, 5), 2);
  assert_int_equal(dvi4->duration(packet, 1604), 3200);
  assert_int_equal(dvi4->duration(packet, 1605), MSNAV_ERR_PARSE);
  packet[2] = 88; /* the last entry of the step table */
  assert_int_equal(dvi4->duration(packet, 84), 160);
  packet[2] = 89;
  assert_int_equal(dvi4->duration(packet, 84), MSNAV_ERR_PARSE);
  assert_int_equal(dvi4->decode(NULL, packet, 84, pcm, 3400), MSNAV_ERR_PARSE);
  packet[2] = 0;
  assert_int_equal(dvi4->decode(NULL, packet, 84, pcm, 159), MSNAV_ERR_NOSPACE);
  void *encoder = NULL;
  assert_int_equal(dvi4->open(&encoder), MSNAV_OK);
  assert_int_equal(dvi4->encode(encoder, pcm, 160, packet, 83),
                   MSNAV_ERR_NOSPACE);
  assert_int_equal(dvi4->encode(encoder, pcm, 161, packet, 1700),
                   MSNAV_ERR_NOSPACE);
  dvi4->close(encoder);
}

/* exact-size blocks: a byte too many is seen by the sanitizer */
static void decoders_read_nothing_beyond_the_payload(void **state) {
  (void)state;
  const msnav_audio_codec *codec;
  for (size_t i = 0; (codec = msnav_codec_builtin(i)) != NULL; i++) {
    void *decoder = NULL;
    if (codec->open != NULL) {
      assert_int_equal(codec->open(&decoder), MSNAV_OK);
    }
    for (size_t len = 0; len < 200; len++) {
      uint8_t zero[200] = {0};
      uint8_t *in = (uint8_t *)exact_copy(zero, len);
      int samples = codec->duration(in, len);
      if (samples > 0) {
        int16_t *pcm = malloc((size_t)samples * sizeof(*pcm));
        assert_int_equal(codec->decode(decoder, in, len, pcm, (size_t)samples),
                         samples);
        free(pcm);
      }
      free(in);
    }
    if (codec->close != NULL) {
      codec->close(decoder);
    }
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(accepts_a_usable_codec),
    cmocka_unit_test(refuses_each_missing_or_wrong_member),
    cmocka_unit_test(open_and_close_come_together),
    cmocka_unit_test(every_built_in_codec_is_usable_and_found),
    cmocka_unit_test(static_payload_types_are_those_of_rfc_3551),
    cmocka_unit_test(finds_by_name_without_case_and_by_rate),
    cmocka_unit_test(l16_is_in_network_byte_order),
    cmocka_unit_test(l16_refuses_impossible_sizes),
    cmocka_unit_test(dvi4_encodes_as_another_implementation_does),
    cmocka_unit_test(dvi4_decodes_as_another_implementation_does),
    cmocka_unit_test(dvi4_refuses_what_cannot_be),
    cmocka_unit_test(decoders_read_nothing_beyond_the_payload),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

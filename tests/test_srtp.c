/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Encrypted streams.  What others encrypt was computed from RFC 3711 sections
 * 4.1 to 4.3 and RFC 7714 sections 8, 9 and 11 with nothing but AES and
 * SHA-1, from the master key and salt of RFC 3711 B.3 (for GCM the first
 * twelve bytes of that salt). */
#include "support/oom.h"
#include "support/streams.h"

#include "media/setup.h"

#define SUITES 3

static const uint8_t master[30] = {0xe1, 0xf9, 0x7a, 0x0d, 0x3e, 0x01,
                                   0x8b, 0xe0, 0xd6, 0x4f, 0xa3, 0x2c,
                                   0x06, 0xde, 0x41, 0x39, 0x0e, 0xc6,
                                   0x75, 0xad, 0x49, 0x8a, 0xfe, 0xeb,
                                   0xb6, 0x96, 0x0b, 0x3a, 0xab, 0xe6};
static const uint8_t other[30] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static const struct {
  uint32_t suite;
  size_t tag;
  const char *before, *after; /* RTP 65535 and 0 of SSRC 0xb0b: a roll-over */
  const char *rtcp;
} suites[SUITES] = {
  {MSNAV_SRTP_AES_128_GCM, 16,
   "8000ffff000000a000000b0b775d649d7eee6f71ab6cba027a319784cb53225c2467a95a78"
   "b408d1d603105dc73eced8",
   "800000000000014000000b0b7c455e8066fe180fe0f5e05951bae9eacabc6b5cd66ef4d972"
   "404c0d6f8978743a567a0e",
   "80c9000100000b0b2dee69e4fa25c8242048a87985cf34bab42ad58cb76ed5eaeb6d945f80"
   "000001"},
  {MSNAV_SRTP_AES_CM_SHA1_80, 10,
   "8000ffff000000a000000b0ba840d408cf2f362434b7ce8c447c11849dc8510a3d8895533d"
   "0b0dff4a44",
   "800000000000014000000b0baeced3e1a1b6d05b1d18125e961c748538c3b92d0edd50f238"
   "9eb82a8bef",
   "80c9000100000b0be83c477f99c3881d6493fd06800000019de61122faabe2967dd7"},
  {MSNAV_SRTP_AES_CM_SHA1_32, 4,
   "8000ffff000000a000000b0ba840d408cf2f362434b7ce8c447c11849dc8510a3d889553",
   "800000000000014000000b0baeced3e1a1b6d05b1d18125e961c748538c3b92d0edd50f2",
   /* of RTCP the tag is never shortened, RFC 4568 section 6.2.2 */
   "80c9000100000b0be83c477f99c3881d6493fd06800000019de61122faabe2967dd7"},
};

static size_t unhex(const char *text, uint8_t *out) {
  size_t n = strlen(text) / 2;
  for (size_t i = 0; i < n; i++) {
    unsigned byte;
    assert_int_equal(sscanf(text + 2 * i, "%2x", &byte), 1);
    out[i] = (uint8_t)byte;
  }
  return n;
}

static void set_keys(msnav_stream_config *c, uint32_t suite,
                     const uint8_t *send, const uint8_t *receive) {
  c->srtp_suite = suite;
  memcpy(c->srtp_send_key, send, 30);
  memcpy(c->srtp_receive_key, receive, 30);
}

/* Alice's, who hears payloads as they are. */
static msnav_stream_config listener(uint32_t suite) {
  msnav_stream_config c = alice_config();
  c.kind = MSNAV_STREAM_VIDEO;
  c.formats[0].codec = NULL;
  c.send_codec = NULL;
  c.dtmf_payload_type = c.dtmf_receive_type = 0;
  c.clock_rate = 90000;
  set_keys(&c, suite, other, master);
  return c;
}

static msnav_stream *stream_with(const msnav_stream_config *c) {
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(c, LINE_START, &s), MSNAV_OK);
  return s;
}

static msnav_error give(msnav_stream *s, const uint8_t *bytes, size_t len,
                        const msnav_addr *from, bool rtcp) {
  uint8_t *data = (uint8_t *)exact_copy(bytes, len);
  msnav_error err =
    rtcp ? msnav_stream_receive_rtcp(s, data, len, from, LINE_START)
         : msnav_stream_receive(s, data, len, from, LINE_START);
  free(data);
  return err;
}

static msnav_error give_hex(msnav_stream *s, const char *text, bool rtcp) {
  uint8_t bytes[128];
  size_t len = unhex(text, bytes);
  return give(s, bytes, len, rtcp ? &bob_rtcp : &bob_rtp, rtcp);
}

static void what_others_encrypt_is_understood(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = listener(suites[i].suite);
    msnav_stream *s = stream_with(&c);
    const char *packets[] = {suites[i].before, suites[i].after};
    for (size_t k = 0; k < ARRAY_LEN(packets); k++) {
      uint8_t bytes[128];
      size_t len = unhex(packets[k], bytes);
      assert_int_equal(msnav_stream_receive(s, bytes, len, &bob_rtp,
                                            LINE_START),
                       MSNAV_OK);
      msnav_payload p;
      assert_int_equal(msnav_stream_payload(s, &p), MSNAV_OK);
      assert_int_equal(p.len, 20);
      for (size_t n = 0; n < p.len; n++) {
        assert_int_equal(p.data[n], 0x55 + n);
      }
    }
    assert_int_equal(give_hex(s, suites[i].rtcp, true), MSNAV_OK);
    msnav_stream_stats stats = stats_of(s);
    assert_int_equal(stats.received_packets, 2);
    assert_int_equal(stats.received_bytes, 40);
    assert_int_equal(stats.received_rtcp, 1);
    assert_int_equal(stats.refused_srtp, 0);
    msnav_stream_free(s);
  }
}

/* ---- two ends */

static void line_up_secure(line *l, uint32_t suite) {
  msnav_stream_config a = alice_config(), b = bob_config();
  set_keys(&a, suite, master, other);
  set_keys(&b, suite, other, master);
  line_up_as(l, &a, &b);
}

static void both_sides_hear_each_other(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    line l;
    line_up_secure(&l, suites[i].suite);
    line_run(&l, 10000);
    assert_true(line_alike(&l.a, &l.b, 1000, 9000) > 0.9);
    assert_true(line_alike(&l.b, &l.a, 1000, 9000) > 0.9);
    msnav_stream_stats stats = stats_of(l.b.s);
    assert_int_equal(stats.refused_srtp, 0);
    assert_true(stats.received_packets > 490);
    assert_true(stats.received_rtcp > 0);
    assert_true(stats.round_trip_us > 0);
    assert_int_equal(l.a.last_len, 12 + 160 + suites[i].tag);
    line_down(&l);
  }
}

/* Silence is 160 equal bytes in PCMU: not when it is encrypted. */
static void nothing_is_sent_in_the_clear(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = alice_config();
    set_keys(&c, suites[i].suite, master, other);
    msnav_stream *s = stream_with(&c);
    int16_t silence[FRAME] = {0};
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len, equal = 0;
    assert_int_equal(msnav_stream_send(s, silence, LINE_START, out, &len),
                     MSNAV_OK);
    for (size_t k = 13; k < 12 + FRAME; k++) {
      equal += out[k] == out[12];
    }
    assert_true(equal < 10);
    assert_int_equal(msnav_stream_write_bye(s, LINE_START, 1, out, &len),
                     MSNAV_OK);
    assert_null(memmem(out, len, "alice@example.com", 17));
    msnav_stream_free(s);
  }
}

static void largest_payload_leaves_room_for_the_tag(void **state) {
  (void)state;
  static uint8_t bytes[MSNAV_STREAM_MTU];
  msnav_stream_config c = listener(MSNAV_SRTP_AES_128_GCM);
  c.send_payload_type = 34;
  msnav_stream *s = stream_with(&c);
  for (size_t len = MSNAV_STREAM_MTU - 40; len < MSNAV_STREAM_MTU; len++) {
    msnav_payload p = {.data = bytes, .len = len};
    uint8_t *out = (uint8_t *)exact_copy(bytes, MSNAV_STREAM_MTU);
    size_t written = 0;
    msnav_error err =
      msnav_stream_send_payload(s, &p, LINE_START, out, &written);
    if (len <= MSNAV_STREAM_MTU - 12 - 20) {
      assert_int_equal(err, MSNAV_OK);
      assert_int_equal(written, 12 + len + 16);
    } else {
      assert_int_equal(err, MSNAV_ERR_TOO_LONG);
    }
    free(out);
  }
  msnav_stream_free(s);
}

/* ---- hostile datagrams */

static void every_changed_byte_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = listener(suites[i].suite);
    msnav_stream *s = stream_with(&c);
    uint8_t bytes[128];
    size_t len = unhex(suites[i].before, bytes);
    uint64_t refused = 0;
    for (size_t k = 0; k < len; k++) {
      bytes[k] ^= 0x40;
      assert_int_not_equal(give(s, bytes, len, &bob_rtp, false), MSNAV_OK);
      bytes[k] ^= 0x40;
    }
    for (size_t k = 0; k < len; k++) {
      assert_int_not_equal(give(s, bytes, k, &bob_rtp, false), MSNAV_OK);
    }
    refused = stats_of(s).refused_srtp;
    assert_int_equal(refused, 2 * len);
    assert_int_equal(stats_of(s).received_packets, 0);
    assert_int_equal(give(s, bytes, len, &bob_rtp, false), MSNAV_OK);
    msnav_stream_free(s);
  }
}

static void every_changed_byte_of_rtcp_is_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = listener(suites[i].suite);
    msnav_stream *s = stream_with(&c);
    uint8_t bytes[128];
    size_t len = unhex(suites[i].rtcp, bytes);
    for (size_t k = 0; k < len; k++) {
      bytes[k] ^= 0x40;
      assert_int_equal(give(s, bytes, len, &bob_rtcp, true), MSNAV_ERR_PARSE);
      bytes[k] ^= 0x40;
      assert_int_equal(give(s, bytes, k, &bob_rtcp, true), MSNAV_ERR_PARSE);
    }
    assert_int_equal(stats_of(s).refused_srtp, 2 * len);
    /* so many have not used up what the peer may send in this second */
    assert_int_equal(give(s, bytes, len, &bob_rtcp, true), MSNAV_OK);
    msnav_stream_free(s);
  }
}

static void replayed_packets_are_refused(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = listener(suites[i].suite);
    msnav_stream *s = stream_with(&c);
    assert_int_equal(give_hex(s, suites[i].before, false), MSNAV_OK);
    assert_int_equal(give_hex(s, suites[i].before, false), MSNAV_ERR_PARSE);
    assert_int_equal(give_hex(s, suites[i].rtcp, true), MSNAV_OK);
    assert_int_equal(give_hex(s, suites[i].rtcp, true), MSNAV_ERR_PARSE);
    assert_int_equal(stats_of(s).refused_srtp, 2);
    assert_int_equal(stats_of(s).received_packets, 1);
    msnav_stream_free(s);
  }
}

static void plain_packets_are_refused(void **state) {
  (void)state;
  msnav_stream_config c = listener(MSNAV_SRTP_AES_128_GCM);
  msnav_stream *s = stream_with(&c);
  made m = {.ssrc = 0xb0b, .sequence = 1};
  assert_int_equal(hand_in(s, &m, &bob_rtp, LINE_START), MSNAV_ERR_PARSE);
  assert_int_equal(stats_of(s).refused_srtp, 1);
  uint8_t nothing[12] = {0x80};
  assert_int_equal(msnav_stream_receive(s, NULL, 12, &bob_rtp, LINE_START),
                   MSNAV_ERR_INVALID);
  assert_int_equal(msnav_stream_receive(s, nothing, 12, NULL, LINE_START),
                   MSNAV_ERR_INVALID);
  msnav_stream_free(s);
}

static void strangers_do_not_cost_a_decryption(void **state) {
  (void)state;
  static const msnav_addr mallory = {0x0a0000ff, 5000};
  msnav_stream_config c = listener(MSNAV_SRTP_AES_128_GCM);
  msnav_stream *s = stream_with(&c);
  uint8_t bytes[128];
  size_t len = unhex(suites[0].before, bytes);
  assert_int_equal(give(s, bytes, len, &mallory, false), MSNAV_ERR_SOURCE);
  assert_int_equal(give(s, bytes, len, &mallory, true), MSNAV_ERR_SOURCE);
  assert_int_equal(stats_of(s).refused_srtp, 0);
  /* and are not taken for the peer's: it can still be heard */
  assert_int_equal(give(s, bytes, len, &bob_rtp, false), MSNAV_OK);
  msnav_stream_free(s);
}

/* Each SSRC of an authentic peer needs memory: there is an end to it. */
static void ninth_ssrc_of_a_key_is_refused(void **state) {
  (void)state;
  msnav_stream_config c = listener(MSNAV_SRTP_AES_CM_SHA1_80);
  msnav_stream *s = stream_with(&c);
  for (uint32_t i = 0; i < 10; i++) {
    msnav_stream_config b = bob_config();
    b.ssrc = 100 + i;
    set_keys(&b, MSNAV_SRTP_AES_CM_SHA1_80, master, other);
    msnav_stream *peer = stream_with(&b);
    int16_t silence[FRAME] = {0};
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    assert_int_equal(msnav_stream_send(peer, silence, LINE_START, out, &len),
                     MSNAV_OK);
    (void)give(s, out, len, &bob_rtp, false);
    assert_int_equal(stats_of(s).refused_srtp, i < 8 ? 0 : i - 7);
    msnav_stream_free(peer);
  }
  msnav_stream_free(s);
}

/* ---- changes */

/* Twenty-five minutes of packets: the sequence numbers wrap. */
static void speak_long(msnav_stream *from, msnav_stream *to, unsigned packets) {
  int16_t silence[FRAME] = {0};
  int16_t heard[FRAME];
  static msnav_usec now = LINE_START;
  for (unsigned i = 0; i < packets; i++) {
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    now += 20 * MS;
    assert_int_equal(msnav_stream_send(from, silence, now, out, &len),
                     MSNAV_OK);
    assert_int_equal(msnav_stream_receive(to, out, len, &alice_rtp, now),
                     MSNAV_OK);
    (void)msnav_stream_play(to, heard, FRAME, now);
  }
}

static void roll_over_goes_on_over_changes(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config a = alice_config(), b = bob_config();
    set_keys(&a, suites[i].suite, master, other);
    set_keys(&b, suites[i].suite, other, master);
    msnav_stream *from = stream_with(&a), *to = stream_with(&b);
    speak_long(from, to, 70000);
    a.formats[0].codec = b.formats[0].codec = codec_of("PCMA");
    a.send_codec = b.send_codec = codec_of("PCMA");
    if (suites[i].suite == MSNAV_SRTP_AES_128_GCM) { /* of 28 bytes */
      a.srtp_send_key[28] = a.srtp_receive_key[29] = 0xa5;
    }
    assert_int_equal(msnav_stream_update(from, &a, LINE_START), MSNAV_OK);
    assert_int_equal(msnav_stream_update(to, &b, LINE_START), MSNAV_OK);
    speak_long(from, to, 70000);
    assert_int_equal(stats_of(to).received_packets, 140000);
    assert_int_equal(stats_of(to).refused_srtp, 0);
    msnav_stream_free(from);
    msnav_stream_free(to);
  }
}

/* The other direction does not begin anew. */
static void one_new_key_leaves_the_other_direction_alone(void **state) {
  (void)state;
  static const uint8_t fresh[30] = {9};
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config a = alice_config(), b = bob_config();
    set_keys(&a, suites[i].suite, master, other);
    set_keys(&b, suites[i].suite, other, master);
    msnav_stream *from = stream_with(&a), *to = stream_with(&b);
    speak_long(from, to, 70000);
    set_keys(&a, suites[i].suite, master, fresh); /* of what Bob sends */
    set_keys(&b, suites[i].suite, fresh, master);
    assert_int_equal(msnav_stream_update(from, &a, LINE_START), MSNAV_OK);
    speak_long(from, to, 100); /* or both could begin anew, unnoticed */
    assert_int_equal(msnav_stream_update(to, &b, LINE_START), MSNAV_OK);
    speak_long(from, to, 100);
    assert_int_equal(stats_of(to).received_packets, 70200);
    assert_int_equal(stats_of(to).refused_srtp, 0);
    msnav_stream_free(from);
    msnav_stream_free(to);
  }
}

static void new_keys_replace_the_old_ones(void **state) {
  (void)state;
  line l;
  line_up_secure(&l, MSNAV_SRTP_AES_128_GCM);
  line_run(&l, 1000);
  uint8_t old[MSNAV_STREAM_MTU];
  size_t len = l.a.last_len;
  memcpy(old, l.a.last, len);
  msnav_stream_config a = alice_config(), b = bob_config();
  uint8_t fresh[30] = {9, 9, 9};
  set_keys(&a, MSNAV_SRTP_AES_CM_SHA1_80, fresh, other);
  set_keys(&b, MSNAV_SRTP_AES_CM_SHA1_80, other, fresh);
  assert_int_equal(msnav_stream_update(l.a.s, &a, l.now), MSNAV_OK);
  assert_int_equal(msnav_stream_update(l.b.s, &b, l.now), MSNAV_OK);
  assert_int_equal(give(l.b.s, old, len, &alice_rtp, false), MSNAV_ERR_PARSE);
  uint64_t before = stats_of(l.b.s).received_packets;
  l.a.queued = l.b.queued = 0; /* what is on the way has the old keys */
  line_run(&l, 1000);
  assert_true(stats_of(l.b.s).received_packets > before + 40);
  line_down(&l);
}

static void encrypted_streams_stay_so(void **state) {
  (void)state;
  line l;
  line_up_secure(&l, MSNAV_SRTP_AES_128_GCM);
  line_run(&l, 500);
  msnav_stream_config plain = bob_config();
  assert_int_equal(msnav_stream_update(l.b.s, &plain, l.now),
                   MSNAV_ERR_INVALID);
  line_run(&l, 500);
  assert_int_equal(stats_of(l.b.s).refused_srtp, 0);
  made m = {.ssrc = 0xa11ce, .sequence = 1};
  assert_int_equal(hand_in(l.b.s, &m, &alice_rtp, l.now), MSNAV_ERR_PARSE);
  line_down(&l);
}

/* The whole of it fails or nothing: what goes on has the keys of before. */
static void failed_changes_keep_the_keys(void **state) {
  (void)state;
  unsigned failures = 0;
  for (unsigned nth = 1;; nth++) {
    line l;
    line_up_secure(&l, MSNAV_SRTP_AES_128_GCM);
    line_run(&l, 200);
    msnav_stream_config b = bob_config();
    uint8_t fresh[30] = {9};
    b.red_payload_type = 97;
    set_keys(&b, MSNAV_SRTP_AES_128_GCM, fresh, fresh);
    oom_fail(nth);
    msnav_error err = msnav_stream_update(l.b.s, &b, l.now);
    bool failed = oom_failed();
    if (failed) {
      assert_int_equal(err, MSNAV_ERR_NOMEM);
      failures++;
      line_run(&l, 200);
      assert_int_equal(stats_of(l.b.s).refused_srtp, 0);
      assert_int_equal(stats_of(l.a.s).refused_srtp, 0);
    }
    line_down(&l);
    if (!failed) {
      break;
    }
  }
  assert_true(failures >= 2);
}

static void keys_are_wiped(void **state) {
  (void)state;
  msnav_stream_config a = alice_config();
  set_keys(&a, MSNAV_SRTP_AES_128_GCM, master, other);
  msnav_stream *s = stream_with(&a);
  oom_watch(master, 28);
  char *control = exact_copy(master, sizeof(master));
  assert_memory_equal(control, master, sizeof(master)); /* or it is not made */
  free(control);
  assert_int_equal(oom_found(), 1); /* it would be noticed */
  uint8_t fresh[30] = {9};
  set_keys(&a, MSNAV_SRTP_AES_128_GCM, fresh, other);
  assert_int_equal(msnav_stream_update(s, &a, LINE_START), MSNAV_OK);
  set_keys(&a, MSNAV_SRTP_AES_128_GCM, master, other);
  assert_int_equal(msnav_stream_update(s, &a, LINE_START), MSNAV_OK);
  msnav_stream_free(s);
  assert_int_equal(oom_found(), 1);
  oom_watch(NULL, 0);
}

static void build_without_it_says_so(void **state) {
  (void)state;
  msnav_stream_config a = alice_config();
  msnav_stream *s;
  set_keys(&a, MSNAV_SRTP_AES_128_GCM, master, other);
  assert_int_equal(msnav_stream_new(&a, LINE_START, &s), MSNAV_ERR_UNSUPPORTED);
}

/* Of an SSRC that was left nothing is kept. */
static void keys_of_refused_configurations_are_wiped(void **state) {
  (void)state;
  static const uint8_t nothing[sizeof(msnav_stream_config)];
  msnav_stream_config a = alice_config(), copy;
  set_keys(&a, MSNAV_SRTP_AES_128_GCM, master, other);
  assert_int_equal(msnav_setup_read(&a, &copy), MSNAV_OK);
  assert_memory_equal(copy.srtp_send_key, master, sizeof(master));
  a.send_payload_type = 70;
  assert_int_equal(msnav_setup_read(&a, &copy), MSNAV_ERR_INVALID);
  assert_memory_equal(&copy, nothing, sizeof(copy));
}

static void ssrcs_that_are_left_are_forgotten(void **state) {
  (void)state;
  for (size_t i = 0; i < SUITES; i++) {
    msnav_stream_config c = listener(suites[i].suite);
    msnav_srtp *s;
    assert_int_equal(msnav_srtp_plan(NULL, &c, &s), MSNAV_OK);
    assert_false(msnav_srtp_forget(s, 0x01020304));
    for (unsigned round = 0; round < 2; round++) {
      uint8_t rtp[64] = {0x80, 0, 0, 1, 0, 0, 0, 0, 1, 2, 3, 4};
      size_t len = 20;
      rtp[3] = (uint8_t)round;
      assert_int_equal(msnav_srtp_protect(s, rtp, &len), MSNAV_OK);
      assert_true(msnav_srtp_forget(s, 0x01020304));
      assert_false(msnav_srtp_forget(s, 0x01020304));
    }
    msnav_srtp_free(s);
  }
}

int main(void) {
  const struct CMUnitTest without[] = {
    cmocka_unit_test(build_without_it_says_so),
  };
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_others_encrypt_is_understood),
    cmocka_unit_test(both_sides_hear_each_other),
    cmocka_unit_test(nothing_is_sent_in_the_clear),
    cmocka_unit_test(largest_payload_leaves_room_for_the_tag),
    cmocka_unit_test(every_changed_byte_is_refused),
    cmocka_unit_test(every_changed_byte_of_rtcp_is_refused),
    cmocka_unit_test(replayed_packets_are_refused),
    cmocka_unit_test(plain_packets_are_refused),
    cmocka_unit_test(strangers_do_not_cost_a_decryption),
    cmocka_unit_test(ninth_ssrc_of_a_key_is_refused),
    cmocka_unit_test(roll_over_goes_on_over_changes),
    cmocka_unit_test(one_new_key_leaves_the_other_direction_alone),
    cmocka_unit_test(new_keys_replace_the_old_ones),
    cmocka_unit_test(encrypted_streams_stay_so),
    cmocka_unit_test(failed_changes_keep_the_keys),
    cmocka_unit_test(keys_are_wiped),
    cmocka_unit_test(keys_of_refused_configurations_are_wiped),
    cmocka_unit_test(ssrcs_that_are_left_are_forgotten),
  };
  return msnav_has_feature("srtp")
           ? cmocka_run_group_tests(tests, NULL, NULL)
           : cmocka_run_group_tests(without, NULL, NULL);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* States of codecs: opened when they are needed, kept over changes, closed in
 * the end, whatever fails. */
#include "support/streams.h"

static int states, open_limit;

static msnav_error counted_open(void **state) {
  if (states >= open_limit) {
    return MSNAV_ERR_NOMEM;
  }
  *state = malloc(1);
  states++;
  return MSNAV_OK;
}

static void counted_close(void *state) {
  free(state);
  states--;
}

/* Codecs that share everything but their name. */
static msnav_audio_codec counted[10];

static void counted_init(void) {
  for (size_t i = 0; i < ARRAY_LEN(counted); i++) {
    counted[i] = *codec_of("PCMU");
    counted[i].open = counted_open;
    counted[i].close = counted_close;
  }
}

static msnav_stream_config
counted_config(unsigned first, unsigned count, unsigned send) {
  msnav_stream_config c = alice_config();
  c.format_count = count;
  for (unsigned i = 0; i < count; i++) {
    c.formats[i] = (msnav_stream_format){&counted[first + i], 110 + i};
  }
  c.send_codec = &counted[send];
  c.send_payload_type = 120;
  return c;
}

static void codec_that_cannot_open_leaves_nothing_behind(void **state) {
  (void)state;
  counted_init();
  states = 0;
  msnav_stream_config c = counted_config(0, 4, 5);
  for (open_limit = 0; open_limit < 5; open_limit++) {
    msnav_stream *s = NULL;
    assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_ERR_NOMEM);
    assert_null(s);
    assert_int_equal(states, 0);
  }
  msnav_stream *s;
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(states, 5);
  /* an update that fails keeps what there was */
  c = counted_config(4, 3, 7); /* three decoders and an encoder, all new */
  c.remote_rtp = alice_rtp;
  c.can_send = 0;
  for (open_limit = 5; open_limit < 9; open_limit++) {
    assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_ERR_NOMEM);
    assert_int_equal(states, 5);
    int16_t pcm[FRAME] = {0};
    uint8_t out[MSNAV_STREAM_MTU];
    size_t len;
    assert_int_equal(msnav_stream_send(s, pcm, 0, out, &len), MSNAV_OK);
    assert_int_equal(out[1] & 0x7f, 120);
    assert_int_equal(msnav_stream_remote(s)->ip, bob_rtp.ip);
    made m = {.type = 113, .ssrc = 1, .sequence = (uint16_t)open_limit};
    assert_int_equal(hand_in(s, &m, &bob_rtp, 0), MSNAV_OK);
  }
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(msnav_stream_remote(s)->ip, alice_rtp.ip);
  msnav_stream_free(s);
  assert_int_equal(states, 0);
}

static void codecs_that_stay_keep_their_state(void **state) {
  (void)state;
  counted_init();
  states = 0;
  open_limit = 100;
  msnav_stream *s;
  msnav_stream_config c = counted_config(0, 3, 0);
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(states, 3); /* encoder and decoder share theirs */
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(states, 3);
  c = counted_config(1, 2, 2); /* other payload types, other encoder */
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(states, 3); /* frames of the first may still wait */
  open_limit = 3;
  c = counted_config(0, 3, 0); /* which comes back */
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  open_limit = 100;
  for (unsigned round = 0; round < 20; round++) { /* and never piles up */
    c = counted_config(round % 3, 1 + round % 8, round % 10);
    if (c.formats[c.format_count - 1].codec >= counted + ARRAY_LEN(counted)) {
      continue;
    }
    assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
    assert_in_range(states, c.format_count, 9);
  }
  msnav_stream_free(s);
  assert_int_equal(states, 0);
}

static void codecs_take_the_places_of_others(void **state) {
  (void)state;
  counted_init();
  states = 0;
  open_limit = 100;
  msnav_stream *s;
  msnav_stream_config c = counted_config(0, 8, 0);
  assert_int_equal(msnav_stream_new(&c, 0, &s), MSNAV_OK);
  assert_int_equal(states, 8);
  c = counted_config(1, 8, 0); /* the encoder's decoder has to go */
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(states, 9);
  c = counted_config(2, 8, 9);
  assert_int_equal(msnav_stream_update(s, &c, 0), MSNAV_OK);
  assert_int_equal(states, 8);
  for (uint16_t i = 0; i < 8; i++) { /* all of them are heard */
    made m = {.type = (uint8_t)(110 + i),
              .ssrc = 1,
              .sequence = i,
              .timestamp = i * 160u};
    assert_int_equal(hand_in(s, &m, &bob_rtp, i * 20 * MS), MSNAV_OK);
  }
  msnav_stream_free(s);
  assert_int_equal(states, 0);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(codec_that_cannot_open_leaves_nothing_behind),
    cmocka_unit_test(codecs_that_stay_keep_their_state),
    cmocka_unit_test(codecs_take_the_places_of_others),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

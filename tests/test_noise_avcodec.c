/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Comfort noise against libavcodec's: what we describe it makes, what it
 * describes we make. */
#include "test.h"

#include "media/noise.h"
#include "support/sound.h"
#include <libavcodec/avcodec.h>

#define N 16000
#define FRAME 160

static AVCodecContext *peer(bool encoder) {
  const AVCodec *codec = encoder
                           ? avcodec_find_encoder(AV_CODEC_ID_COMFORT_NOISE)
                           : avcodec_find_decoder(AV_CODEC_ID_COMFORT_NOISE);
  assert_non_null(codec);
  AVCodecContext *c = avcodec_alloc_context3(codec);
  c->sample_rate = 8000;
  c->sample_fmt = AV_SAMPLE_FMT_S16;
  av_channel_layout_default(&c->ch_layout, 1);
  assert_int_equal(avcodec_open2(c, codec, NULL), 0);
  return c;
}

/* Low-pass noise, as of a fan, or high-pass, as of a hiss. */
static void fan(int16_t *pcm, size_t n, double a) {
  uint32_t seed = 3;
  double past = 0;
  for (size_t i = 0; i < n; i++) {
    seed = seed * 1664525u + 1013904223u;
    past = ((double)(seed >> 8) / 0x800000 - 1) * 200 - a * past;
    pcm[i] = (int16_t)lrint(past);
  }
}

static double neighbours(const int16_t *pcm, size_t n) {
  double both = 0, all = 0;
  for (size_t i = 1; i < n; i++) {
    both += (double)pcm[i] * pcm[i - 1];
    all += (double)pcm[i] * pcm[i];
  }
  return both / all;
}

static void assert_alike(const int16_t *a, const int16_t *b, double softer) {
  double level = 20 * log10(sound_rms(a, N) / sound_rms(b, N));
  assert_true(fabs(level - softer) < 1.5);
  assert_true(fabs(neighbours(a, N) - neighbours(b, N)) < 0.12);
}

static const double colours[] = {-0.8, 0, 0.6};

static void it_makes_what_we_describe(void **state) {
  (void)state;
  for (size_t k = 0; k < ARRAY_LEN(colours); k++) {
    int16_t said[N], heard[N];
    uint8_t payload[MSNAV_NOISE_PAYLOAD + AV_INPUT_BUFFER_PADDING_SIZE] = {0};
    msnav_background b = {.known = false};
    fan(said, N, colours[k]);
    for (size_t i = 0; i < N; i += FRAME) {
      msnav_background_hear(&b, said + i, FRAME);
    }
    msnav_background_describe(&b, payload);
    AVCodecContext *c = peer(false);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    size_t n = 0;
    for (int warm = 50; n < N; warm--) { /* it glides */
      packet->data = payload;
      packet->size = MSNAV_NOISE_PAYLOAD;
      assert_int_equal(avcodec_send_packet(c, packet), 0);
      assert_int_equal(avcodec_receive_frame(c, frame), 0);
      size_t more = (size_t)frame->nb_samples;
      more = more < N - n ? more : N - n;
      memcpy(heard + n, frame->data[0], more * sizeof(int16_t));
      n += warm > 0 ? 0 : more;
    }
    /* its excitation is uniform and takes the level for the peak: sqrt(3) */
    assert_alike(said, heard, 4.77);
    av_frame_free(&frame);
    packet->data = NULL;
    av_packet_free(&packet);
    avcodec_free_context(&c);
  }
}

static void we_make_what_it_describes(void **state) {
  (void)state;
  for (size_t k = 0; k < ARRAY_LEN(colours); k++) {
    int16_t said[N], heard[N];
    fan(said, N, colours[k]);
    AVCodecContext *c = peer(true);
    AVPacket *packet = av_packet_alloc();
    AVFrame *frame = av_frame_alloc();
    frame->nb_samples = c->frame_size;
    frame->format = AV_SAMPLE_FMT_S16;
    av_channel_layout_default(&frame->ch_layout, 1);
    assert_int_equal(av_frame_get_buffer(frame, 0), 0);
    msnav_noise noise;
    msnav_noise_init(&noise);
    size_t step = (size_t)c->frame_size;
    for (size_t i = 0; i + step <= N; i += step) {
      assert_int_equal(av_frame_make_writable(frame), 0);
      memcpy(frame->data[0], said + i, step * sizeof(int16_t));
      assert_int_equal(avcodec_send_frame(c, frame), 0);
      assert_int_equal(avcodec_receive_packet(c, packet), 0);
      msnav_noise_follow(&noise, packet->data, (size_t)packet->size);
      msnav_noise_make(&noise, heard + i, step);
      av_packet_unref(packet);
    }
    memset(heard + N / step * step, 0, N % step * sizeof(int16_t));
    assert_alike(said, heard, 0);
    av_frame_free(&frame);
    av_packet_free(&packet);
    avcodec_free_context(&c);
  }
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(it_makes_what_we_describe),
    cmocka_unit_test(we_make_what_it_describes),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

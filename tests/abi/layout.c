/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every released layout of a size-tagged struct.  Never edit one; add the
 * next version below it. */
#include <msnav/base.h>
#include <msnav/codec.h>
#include <msnav/loop.h>

struct loop_0_1 {
  size_t size;
  void *data;
  msnav_usec (*now)(void *);
  void *(*io_add)(void *, int, unsigned, msnav_io_fn, void *);
  void (*io_mod)(void *, void *, unsigned);
  void (*io_del)(void *, void *);
  void *(*timer_add)(void *, msnav_timer_fn, void *);
  void (*timer_set)(void *, void *, msnav_usec);
  void (*timer_del)(void *, void *);
};

struct audio_codec_0_1 {
  size_t size;
  const char *name;
  const char *fmtp;
  uint32_t clock_rate;
  uint32_t sample_rate;
  uint32_t bitrate;
  uint16_t frame_samples;
  uint8_t payload_type;
  uint8_t channels;
  msnav_error (*open)(void **);
  void (*close)(void *);
  int (*encode)(void *, const int16_t *, size_t, uint8_t *, size_t);
  int (*decode)(void *, const uint8_t *, size_t, int16_t *, size_t);
  int (*duration)(const uint8_t *, size_t);
  int (*conceal)(void *, int16_t *, size_t);
  int (*recover)(void *, const uint8_t *, size_t, int16_t *, size_t);
  void (*expect_loss)(void *, unsigned);
  void (*reset)(void *);
};

#define SAME(old, now, m)                                                      \
  _Static_assert(offsetof(struct old, m) == offsetof(now, m), #m " moved")
SAME(loop_0_1, msnav_loop, data);
SAME(loop_0_1, msnav_loop, now);
SAME(loop_0_1, msnav_loop, io_add);
SAME(loop_0_1, msnav_loop, io_del);
SAME(loop_0_1, msnav_loop, timer_add);
SAME(loop_0_1, msnav_loop, timer_del);
_Static_assert(sizeof(struct loop_0_1) <= sizeof(msnav_loop), "loop shrank");
SAME(audio_codec_0_1, msnav_audio_codec, name);
SAME(audio_codec_0_1, msnav_audio_codec, clock_rate);
SAME(audio_codec_0_1, msnav_audio_codec, payload_type);
SAME(audio_codec_0_1, msnav_audio_codec, open);
SAME(audio_codec_0_1, msnav_audio_codec, decode);
SAME(audio_codec_0_1, msnav_audio_codec, reset);
_Static_assert(sizeof(struct audio_codec_0_1) <= sizeof(msnav_audio_codec),
               "codec shrank");

/* frozen for ever */
_Static_assert(sizeof(msnav_addr) == 8, "address changed");
_Static_assert(sizeof(msnav_str) == 2 * sizeof(void *), "string changed");
_Static_assert(MSNAV_ERR_PARSE == -3, "error renumbered");
_Static_assert(MSNAV_ERR_AGAIN == -22, "error renumbered");
_Static_assert(MSNAV_ERR_LINE_TOO_LONG == -23, "error renumbered");
_Static_assert(MSNAV_ERR_TOO_MANY_LINES == -24, "error renumbered");

int main(void) {
  return 0;
}

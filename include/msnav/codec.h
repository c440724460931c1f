/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Audio codecs: one vtable each, the built-in ones here, others brought by
 *  the application with msnav_context_add_codec() or in
 *  msnav_stream_config::formats. */
#ifndef MSNAV_CODEC_H
#define MSNAV_CODEC_H

#include <msnav/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** An audio codec.  Declare it static const and start with
 *  `.size = sizeof(msnav_audio_codec)`: members are only ever appended, and
 *  the library never reads past @c size.  The struct must outlive every
 *  context and stream that uses it.  Audio is 16-bit, interleaved when there
 *  are two channels, at msnav_audio_codec::sample_rate; counts are samples per
 * channel. A state is used by one thread at a time. */
typedef struct msnav_audio_codec {
  size_t size;            /**< sizeof of the struct the caller was built with */
  const char *name;       /**< rtpmap encoding name, for example "PCMU" */
  const char *fmtp;       /**< fmtp parameters to offer, or NULL */
  uint32_t clock_rate;    /**< RTP clock in Hz */
  uint32_t sample_rate;   /**< PCM rate in Hz */
  uint32_t bitrate;       /**< of the payload while speech flows, in bit/s */
  uint16_t frame_samples; /**< what one call of encode() takes, one packet */
  uint8_t payload_type;   /**< static type of RFC 3551, or 96...127 to offer */
  uint8_t channels;       /**< 1 or 2 */

  /** Create encoder and decoder state; NULL when the codec has none.
   *  @param[out] state receives the state.
   *  @return MSNAV_OK, MSNAV_ERR_NOMEM or MSNAV_ERR_UNSUPPORTED. */
  msnav_error (*open)(void **state);
  /** Destroy what open() made. */
  void (*close)(void *state);
  /** Encode one frame of frame_samples into at most @p cap bytes.
   *  @return bytes written, 0 when the codec chose to send nothing
   *          (discontinuous transmission), or a negative #msnav_error. */
  int (*encode)(void *state, const int16_t *pcm, size_t samples, uint8_t *out,
                size_t cap);
  /** Decode one payload.
   *  @return samples written, at most @p cap, or a negative #msnav_error;
   *          MSNAV_ERR_PARSE when the payload is none of this codec's. */
  int (*decode)(void *state, const uint8_t *in, size_t len, int16_t *pcm,
                size_t cap);
  /** How many samples a payload holds, without decoding it.  Required.
   *  What is received may hold 1,120 samples and 120 ms; a longer payload is
   *  refused and counted in msnav_stream_stats::refused_payload, and offers
   *  say so (a=maxptime).  frame_samples is bound by 120 ms alone: other
   *  receivers may take more.
   *  @return samples, or MSNAV_ERR_PARSE when the size is impossible. */
  int (*duration)(const uint8_t *in, size_t len);
  /** Make up @p samples of a lost frame; NULL when the library's own
   *  concealment shall be used.
   *  @return samples written or a negative #msnav_error. */
  int (*conceal)(void *state, int16_t *pcm, size_t samples);
  /** Recover a lost frame from the one after it (in-band error correction);
   *  NULL when the codec has no such thing.
   *  @return samples written, 0 when @p next carries nothing of it, or a
   *          negative #msnav_error. */
  int (*recover)(void *state, const uint8_t *next, size_t len, int16_t *pcm,
                 size_t samples);
  /** Tell the encoder how much the peer loses, in percent; may be NULL. */
  void (*expect_loss)(void *state, unsigned percent);
  /** Forget the decoder's past after a jump of the stream; may be NULL. */
  void (*reset)(void *state);
  /** Channels that rtpmap names when they are not @c channels: Opus has 2
   *  there whatever is encoded (RFC 7587 section 7); 0: as @c channels. */
  uint8_t rtpmap_channels;
} msnav_audio_codec;

/** Check that a codec can be used.
 *  @param codec the codec.
 *  @retval MSNAV_OK          usable
 *  @retval MSNAV_ERR_INVALID a required member (name, rates, encode, decode,
 *          duration, frame_samples) is missing or out of range: a frame is
 *          5 to 120 ms, a rate 8,000 to 48,000 Hz, channels 1 or 2, a name a
 *          token of at most 32 bytes; or of open and close there is only one */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_codec_check(const msnav_audio_codec *codec);

/** Walk through the built-in codecs in order of preference.
 *  @param index 0, 1, ...
 *  @return a static codec, or NULL past the last one. */
MSNAV_API const msnav_audio_codec *msnav_codec_builtin(size_t index);

/** Find a built-in codec.
 *  @param name       encoding name; case does not matter.
 *  @param clock_rate RTP clock in Hz, or 0 for any.
 *  @return a static codec, or NULL when this build has none of that name. */
MSNAV_API const msnav_audio_codec *
msnav_codec_find(msnav_str name, uint32_t clock_rate);

#ifdef __cplusplus
}
#endif
#endif

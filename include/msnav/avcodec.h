/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Codecs of libavcodec, in a library of their own: libmsnav-avcodec, found
 *  with `pkg-config msnav-avcodec`.  libmsnav itself does not need it, and a
 *  program that does not link it loads no libavcodec, whose licence may be the
 *  GPL, depending on how it was built.
 *
 *  G.723.1 (payload type 4, RFC 3551 section 4.5.3): packets of 30, 60, 90 and
 *  120 ms are decoded, with frames of 6.3 kbit/s (24 bytes), 5.3 kbit/s (20),
 *  silence descriptors (4) and untransmitted ones (1) in any mixture; what is
 *  sent is one frame of 6.3 kbit/s in each packet.  libavcodec allocates memory
 *  for each frame.
 *  @see doc/protocol.md section 6 */
#ifndef MSNAV_AVCODEC_H
#define MSNAV_AVCODEC_H

#include <msnav/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Walk through the audio codecs of this library.
 *  @param index 0, 1, ...
 *  @return a static codec that streams may use as well, or NULL past the last
 *          one.  Its open() returns #MSNAV_ERR_UNSUPPORTED where libavcodec
 *          was built without it. */
MSNAV_API const msnav_audio_codec *msnav_avcodec_audio(size_t index);

/** Add every codec of this library that works here to a context.  Calls that
 *  begin later offer them after those the context has already; to prefer one,
 *  give it to msnav_context_add_codec() instead.
 *  @param ctx context.
 *  @retval MSNAV_OK              added
 *  @retval MSNAV_ERR_INVALID     @p ctx is NULL
 *  @retval MSNAV_ERR_UNSUPPORTED libavcodec has none of them, or this build of
 *                                libmsnav cannot resample to sound_rate
 *  @return otherwise as msnav_context_add_codec() or the codec's open(); those
 *          before the one that failed stay added */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_avcodec_register(msnav_context *ctx);

#ifdef __cplusplus
}
#endif
#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of setting up a stream. */
#ifndef MSNAV_MEDIA_SETUP_H
#define MSNAV_MEDIA_SETUP_H

#include "media/stream.h"

/* ---- config.c */

/* Copy a configuration that may come from an older or newer caller, and
 * check it; nothing is left of one that is refused.  MSNAV_ERR_INVALID,
 * MSNAV_ERR_UNSUPPORTED. */
msnav_error
msnav_setup_read(const msnav_stream_config *config, msnav_stream_config *c);

/* ---- codecs.c */

/* Open what a checked configuration needs in addition, keep the states of
 * codecs that stay, close what nothing can refer to any more.  On failure
 * nothing has changed. */
msnav_error msnav_setup_codecs(msnav_stream *s, const msnav_stream_config *c);

/* Close everything. */
void msnav_setup_close(msnav_stream *s);

#endif

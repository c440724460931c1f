/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SRTP and SRTCP of a stream (RFC 3711, RFC 7714), on libsrtp2.  Allocates
 * when keys are set, and once for each SSRC that has proved to know the key.
 * The master keys are kept to tell whether an update brings others, and wiped
 * when they go. */
#ifndef MSNAV_MEDIA_SRTP_H
#define MSNAV_MEDIA_SRTP_H

#include <msnav/media.h>

/* The most that encryption adds to a datagram: GCM's tag and SRTCP's index. */
#define MSNAV_SRTP_TRAILER 20

/* SSRCs one key is good for.  A peer changes its own when it collides with
 * another one, which does not go on happening. */
#define MSNAV_SRTP_SSRCS 8

typedef struct msnav_srtp msnav_srtp;

/* What a checked configuration needs: *next is old itself when nothing
 * changes, NULL without SRTP, else a new state.  Nothing of old changes.
 * MSNAV_ERR_UNSUPPORTED, MSNAV_ERR_NOMEM; MSNAV_ERR_INVALID when a stream that
 * is encrypted would not be any more. */
msnav_error msnav_srtp_plan(msnav_srtp *old, const msnav_stream_config *c,
                            msnav_srtp **next);
/* Take next: a direction whose key is the same goes on where it was. */
void msnav_srtp_adopt(msnav_srtp **old, msnav_srtp *next);
/* Or do not. */
void msnav_srtp_abandon(msnav_srtp *old, msnav_srtp *next);

void msnav_srtp_free(msnav_srtp *s);

/* In place; data has MSNAV_SRTP_TRAILER bytes to spare.  MSNAV_ERR_LIMIT when
 * the key is worn out. */
msnav_error msnav_srtp_protect(msnav_srtp *s, uint8_t *data, size_t *len);
msnav_error msnav_srtp_protect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len);

/* Nothing more will be sent from this SSRC; false when nothing was. */
bool msnav_srtp_forget(msnav_srtp *s, uint32_t ssrc);

/* In place.  MSNAV_ERR_PARSE when it is not authentic, was received before or
 * has one SSRC too many; data is garbage then and nothing has changed. */
msnav_error msnav_srtp_unprotect(msnav_srtp *s, uint8_t *data, size_t *len);
msnav_error
msnav_srtp_unprotect_rtcp(msnav_srtp *s, uint8_t *data, size_t *len);

#endif

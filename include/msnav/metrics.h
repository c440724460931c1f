/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  Statistics of many calls as text for Prometheus: calls by end reason, and
 *  histograms of set-up time, duration, loss, jitter, round trip and MOS.
 *  Pure: it neither listens nor sends.  Feed it the calls that end, write the
 *  text when somebody asks for `/metrics`, and send it as
 *  #MSNAV_METRICS_TYPE.
 *  @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
#ifndef MSNAV_METRICS_H
#define MSNAV_METRICS_H

#include <msnav/call.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Content-Type of the text. */
#define MSNAV_METRICS_TYPE "text/plain; version=0.0.4; charset=utf-8"

/** Bytes that the text never exceeds. */
#define MSNAV_METRICS_MAX 16384

/** What has been counted; never reset. */
typedef struct msnav_metrics msnav_metrics;

/** Start counting.
 *  @param[out] metrics receives the counters, owned by the caller.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID @p metrics is NULL
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_metrics_new(msnav_metrics **metrics);

/** Stop counting.
 *  @param m may be NULL. */
MSNAV_API void msnav_metrics_free(msnav_metrics *m);

/** Count a call that has ended, once: in msnav_events::state at
 *  MSNAV_STATE_ENDED.
 *  @param m     counters.
 *  @param info  what msnav_call_get_info() says: reason, set-up time and
 *               duration are used.  A set-up time of 0 is not counted.
 *  @param stats what msnav_call_get_stats() says, NULL when there was no
 *               sound.  Loss and jitter count when anything was received,
 *               MOS when anything was heard, the round trip when it is
 *               known.
 *  @retval MSNAV_OK          counted
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small;
 *                            nothing was counted */
MSNAV_API msnav_error msnav_metrics_ended(msnav_metrics *m,
                                          const msnav_call_info *info,
                                          const msnav_stream_stats *stats);

/** Write everything in text format 0.0.4.
 *  @param m        counters.
 *  @param counters what msnav_context_get_counters() says, for the calls that
 *                  are up and for refusals; NULL: without these.
 *  @param[out] buf receives the text, without a NUL.
 *  @param cap      bytes in @p buf; #MSNAV_METRICS_MAX is always enough.
 *  @param[out] len bytes written; untouched on failure.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small
 *  @retval MSNAV_ERR_NOSPACE @p cap is too small */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_metrics_write(
  const msnav_metrics *m, const msnav_context_counters *counters, char *buf,
  size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif
#endif

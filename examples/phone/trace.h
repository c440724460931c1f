/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the phone writes down for those who look into a call: the library's
 * log, and a capture of the switchboard, SIP and sound.  The capture has no
 * password, because the notification server is not in it; but it has the keys
 * of encrypted calls. */
#ifndef EXAMPLES_PHONE_TRACE_H
#define EXAMPLES_PHONE_TRACE_H

#include "../pcap.h"

#include <stdio.h>

typedef struct trace {
  const char *log_path, *capture_path; /* NULL: not asked for */
  FILE *log;
  pcap *capture;
} trace;

/* Makes the files of the two paths, which must outlive it.
 * Returns NULL, or the path of the one that cannot be made, errno set. */
const char *trace_open(trace *t);
/* For msnav_events. */
void trace_log(trace *t, msnav_log_level level, const char *line, size_t len);
void trace_record(trace *t, const msnav_trace *record);
/* NULL, or the path of a file that is not complete. */
const char *trace_close(trace *t);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What one side heard: a stream of the library, played in capture time. */
#ifndef DECODE_EAR_H
#define DECODE_EAR_H

#include "model.h"

typedef struct ear ear;

/* m: what the listener receives; speaker: what the other side does, for its
 * keys. */
ear *ear_new(const medium *m, const medium *speaker, const msnav_addr *from,
             uint64_t time);
/* One datagram.  base: the path of the WAV to write, NULL: none. */
void ear_take(ear *e, const uint8_t *data, size_t len, const msnav_addr *from,
              uint64_t time, bool rtcp);
/* Write what is heard to this file from now on; *why says why not. */
bool ear_record(ear *e, const char *path, uint32_t rate, const char **why);
/* Keys pressed: calls fn for each that has ended. */
typedef void (*ear_key_fn)(char key, uint64_t time, uint64_t duration,
                           void *arg);
void ear_on_key(ear *e, ear_key_fn fn, void *arg);
/* Play what is left, fill in what was counted. */
bool ear_finish(ear *e, flow *f);

#endif

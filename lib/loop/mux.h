/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Many watches and timers behind one descriptor and one timer of the host's
 * loop: an epoll set of our own and a heap of deadlines.  The host sees no
 * watch while the set is empty and no armed timer while nothing is due. */
#ifndef MSNAV_LOOP_MUX_H
#define MSNAV_LOOP_MUX_H

#include <msnav/loop.h>

typedef struct msnav_mux msnav_mux;

/* Attach to a host loop.  MSNAV_ERR_INVALID, MSNAV_ERR_NOMEM (also when the
 * host's io_add or timer_add returns NULL), MSNAV_ERR_SYSTEM. */
msnav_error msnav_mux_new(const msnav_loop *host, msnav_mux **out);

/* Detach.  Watches and timers that are left are dropped.  Allowed inside a
 * callback of the mux: memory is released when the dispatch unwinds. */
void msnav_mux_free(msnav_mux *m);

/* The inner loop, used by the layers to the right; valid as long as m. */
const msnav_loop *msnav_mux_loop(msnav_mux *m);

/* Called around every dispatch of a watch or timer: enter before the first
 * callback, leave after the last.  The façade counts its re-entrancy here. */
void msnav_mux_hooks(msnav_mux *m, void (*enter)(void *), void (*leave)(void *),
                     void *arg);

#endif

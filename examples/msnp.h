/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One TCP connection that speaks switchboard commands, on any msnav_loop. */
#ifndef EXAMPLES_MSNP_H
#define EXAMPLES_MSNP_H

#include <msnav/loop.h>
#include <msnav/switchboard.h>

typedef struct msnp msnp;

/* A command arrived, or (NULL) the connection is gone.  The connection may
 * be freed inside. */
typedef void (*msnp_fn)(msnp *m, const msnav_switchboard_command *command,
                        void *arg);
/* Every byte that goes either way, for captures. */
typedef void (*msnp_tap_fn)(msnp *m, bool out, const void *bytes, size_t len,
                            void *arg);

/* Take over a connected socket.  NULL without memory. */
msnp *msnp_new(const msnav_loop *loop, int fd, msnav_switchboard_side side,
               msnp_fn fn, void *arg);
/* Connect; NULL with errno set. */
msnp *msnp_connect(const msnav_loop *loop, const msnav_addr *to, msnp_fn fn,
                   void *arg);
void msnp_tap(msnp *m, msnp_tap_fn tap);
/* false when it cannot be written as a command, or the connection is gone. */
bool msnp_send(msnp *m, const msnav_switchboard_command *command);
void msnp_local(const msnp *m, msnav_addr *local);
void msnp_free(msnp *m);

/* A listening socket; -1 with errno set.  The port is filled in. */
int msnp_listen(msnav_addr *at);

#endif

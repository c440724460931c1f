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
/* false when it cannot be written as a command, or the connection is gone.
 * Nothing waits: who does not read for so long that the system keeps no more
 * is taken for gone. */
bool msnp_send(msnp *m, const msnav_switchboard_command *command);
/* A line as it stands, CRLF added, and what follows it: the commands that
 * msnav/switchboard.h does not know.  false when it would hold a control
 * character, is too long, or the connection is gone. */
bool msnp_say(msnp *m, msnav_str payload, const char *format, ...)
  __attribute__((format(printf, 3, 4)));
/* Zero for an end that is not connected any more. */
void msnp_ends(const msnp *m, msnav_addr *local, msnav_addr *remote);
void msnp_free(msnp *m);

/* The words of a line, split at single blanks: names may hold U+00A0. */
typedef struct msnp_words {
  size_t count;
  msnav_str at[16]; /* empty behind count */
} msnp_words;

msnp_words msnp_split(msnav_str line);
bool msnp_is(msnav_str word, const char *text);
/* Accounts are compared without case. */
bool msnp_same(msnav_str account, msnav_str other);

/* A listening socket; -1 with errno set.  The port is filled in. */
int msnp_listen(msnav_addr *at);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A TCP connection by name or address, made while the loop goes on. */
#ifndef EXAMPLES_PHONE_CONNECT_H
#define EXAMPLES_PHONE_CONNECT_H

#include <msnav/loop.h>

typedef struct connecting connecting;

/* fd, or -1 and why; the attempt is over and must not be cancelled then. */
typedef void (*connect_fn)(int fd, const char *why, void *arg);

/* host: "name:port" or "address:port"; NULL when it is neither. */
connecting *
connect_start(const msnav_loop *loop, msnav_str host, connect_fn fn, void *arg);
/* May be NULL. */
void connect_cancel(connecting *c);

#endif

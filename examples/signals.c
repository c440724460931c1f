/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "signals.h"

#include <signal.h>
#include <sys/signalfd.h>
#include <unistd.h>

static void on_readable(int fd, unsigned events, void *arg) {
  signals *s = arg;
  struct signalfd_siginfo info;
  (void)events;
  if (read(fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
    s->fn(s->arg);
  }
}

bool signals_watch(signals *s, const msnav_loop *loop, void (*fn)(void *arg),
                   void *arg) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  struct sigaction hup;
  if (sigaction(SIGHUP, NULL, &hup) == 0 && hup.sa_handler != SIG_IGN) {
    sigaddset(&set, SIGHUP); /* not under nohup(1) */
  }
  *s = (signals){.loop = *loop, .fd = -1, .fn = fn, .arg = arg};
  if (sigprocmask(SIG_BLOCK, &set, NULL) != 0) {
    return false;
  }
  s->fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  s->io = s->fd >= 0
            ? loop->io_add(loop->data, s->fd, MSNAV_IO_READ, on_readable, s)
            : NULL;
  return s->io != NULL;
}

void signals_unwatch(signals *s) {
  if (s->io != NULL) {
    s->loop.io_del(s->loop.data, s->io);
  }
  if (s->fn != NULL && s->fd >= 0) {
    close(s->fd);
  }
  *s = (signals){.fd = -1};
}

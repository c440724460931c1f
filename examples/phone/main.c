/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msnav-phone: a messenger for a terminal, and for scripts, that telephones
 * through libmsnav.  See --help and the man page. */
#include "phone.h"
#include "screen.h"
#include "text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A dumb terminal has no cursor to move. */
static bool wants_screen(const options *o) {
  const char *term = getenv("TERM");
  return !o->json && !o->plain && isatty(STDIN_FILENO) &&
         isatty(STDOUT_FILENO) && (term == NULL || strcmp(term, "dumb") != 0);
}

static void run(phone *p) {
  if (wants_screen(&p->options)) {
    p->screen = screen_start(p);
  }
  if (phone_start(p)) {
    if (p->screen == NULL) {
      p->commands = commands_start(p);
    }
    if (!p->stopped && msnav_epoll_run(p->epoll) != MSNAV_OK) {
      p->code = EXIT_SYSTEM;
    }
  }
  commands_stop(p->commands);
  phone_clean_up(p);
  screen_stop(p->screen);
}

int main(int argc, char **argv) {
  phone p = {0};
  signal(SIGPIPE, SIG_IGN); /* whoever reads our lines may go first */
  text_init();
  int code = options_read(&p.options, argc, argv);
  if (code == -1 && msnav_epoll_new(&p.epoll) != MSNAV_OK) {
    fprintf(stderr, "msnav-phone: no memory\n");
    code = EXIT_SYSTEM;
  }
  if (code == -1) {
    p.loop = *msnav_epoll_loop(p.epoll);
    run(&p);
    code = p.code;
  }
  msnav_epoll_free(p.epoll);
  options_clear(&p.options);
  return code;
}

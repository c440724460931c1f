/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"
#include "text.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define LONGEST 256
#define CTRL_C 3

void password_free(char *password) {
  if (password != NULL) {
    explicit_bzero(password, strlen(password));
    g_free(password);
  }
}

static char *first_line(FILE *f) {
  char text[LONGEST + 2];
  char *line = NULL;
  if (fgets(text, sizeof(text), f) != NULL) {
    text[strcspn(text, "\r\n")] = '\0';
    line = text[0] != '\0' ? g_strdup(text) : NULL;
  }
  explicit_bzero(text, sizeof(text));
  return line;
}

static char *from_file(const char *path) {
  FILE *f = fopen(path, "re");
  char *line = NULL;
  if (f != NULL) {
    setvbuf(f, NULL, _IONBF, 0); /* leave no copy in a buffer */
    errno = 0;
    line = first_line(f);
    int error = errno;
    fclose(f);
    errno = error;
  }
  if (line == NULL) {
    fprintf(stderr, "msnav-phone: no password in %s%s%s\n", path,
            errno != 0 ? ": " : "", errno != 0 ? strerror(errno) : "");
  }
  return line;
}

/* A line that ends at Ctrl-C, too: none then. */
static char *read_secret(int fd) {
  char text[LONGEST + 1];
  size_t len = 0;
  char c = '\0';
  while (len < LONGEST && read(fd, &c, 1) == 1 && c != '\n' && c != CTRL_C) {
    text[len++] = c;
  }
  text[len] = '\0';
  char *line = len > 0 && c == '\n' ? g_strdup(text) : NULL;
  explicit_bzero(text, sizeof(text));
  return line;
}

/* Asked for with the echo off, which is on again whatever happens: signals
 * wait until it is. */
static char *from_terminal(const char *account) {
  FILE *tty = fopen("/dev/tty", "r+e");
  if (tty == NULL) {
    fprintf(stderr, "msnav-phone: no terminal to ask for the password at; "
                    "see --password-file\n");
    return NULL;
  }
  struct termios before;
  sigset_t set;
  sigset_t old;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGTSTP);
  sigprocmask(SIG_BLOCK, &set, &old);
  bool quiet = tcgetattr(fileno(tty), &before) == 0;
  if (quiet) {
    struct termios hidden = before;
    hidden.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    hidden.c_cc[VEOL] = CTRL_C;
    tcsetattr(fileno(tty), TCSAFLUSH, &hidden);
  }
  char *who = text_safe(msnav_str_of(account));
  fprintf(tty, "Password of %s: ", who);
  fflush(tty);
  char *line = read_secret(fileno(tty));
  fputc('\n', tty);
  if (quiet) {
    tcsetattr(fileno(tty), TCSAFLUSH, &before);
  }
  g_free(who);
  fclose(tty);
  sigprocmask(SIG_SETMASK, &old, NULL);
  if (line == NULL) {
    fprintf(stderr, "msnav-phone: no password\n");
  }
  return line;
}

char *password_get(const char *file, const char *account) {
  if (file != NULL) {
    return from_file(file);
  }
  char *set = getenv("MSNAV_PASSWORD");
  if (set != NULL && set[0] != '\0') {
    char *password = g_strdup(set);
    explicit_bzero(set, strlen(set)); /* not for our children either */
    unsetenv("MSNAV_PASSWORD");
    return password;
  }
  return from_terminal(account);
}

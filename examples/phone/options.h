/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the user asked for: the command line over the configuration file. */
#ifndef EXAMPLES_PHONE_OPTIONS_H
#define EXAMPLES_PHONE_OPTIONS_H

#include <msnav/base.h>

/* What the program returns; the reasons of calls follow. */
enum {
  EXIT_OK = 0,
  EXIT_SYSTEM = 1,      /* no memory, no socket */
  EXIT_USAGE = 2,       /* wrong use or configuration */
  EXIT_UNREACHABLE = 3, /* no such server */
  EXIT_REFUSED = 4,     /* wrong account or password */
  EXIT_LOST = 5,        /* the connection to the server broke */
  EXIT_NO_DEVICE = 6,   /* no sound device */
  EXIT_BAD_FILE = 7,    /* no WAV, or it could not be written */
  EXIT_PROTOCOL = 8,    /* the server speaks something else */
  EXIT_ELSEWHERE = 9,   /* logged in at another place */
  EXIT_CALL = 20        /* + a #msnav_reason */
};

/* From the lower to the upper one; 0: any. */
typedef struct port_range {
  uint16_t min, max;
} port_range;

typedef struct options {
  char *server; /* "host:port" */
  char *account, *password, *name;
  char *call, *keys, *chat; /* --call, --press, --say */
  char *play, *record, *device, *codecs;
  char *log, *capture;
  uint32_t bind_ip, advertised_ip;
  uint32_t encryption; /* a #msnav_encryption */
  unsigned sip_port;   /* 0: any */
  port_range rtp_ports;
  double seconds;        /* 0: until somebody hangs up */
  double keep_alive;     /* between two questions to the server */
  double ring;           /* 0: the library's */
  unsigned calls;        /* leave after so many; 0: stay */
  unsigned metrics_port; /* 0: none */
  uint32_t rate;
  bool auto_answer, auto_reject, json, plain, reconnect;
  bool no_sound, optional_sound, cancel_echo, suppress_silence;
} options;

/* -1: go on; else an exit code: --help, --version or something wrong, which
 * has been said. */
int options_read(options *o, int argc, char **argv);
void options_clear(options *o);

/* help.c */
void help_print(void);

/* password.c: from a file, the environment, or the terminal.  NULL after
 * saying why not; for password_free(). */
char *password_get(const char *file, const char *account);
/* Wiped first. */
void password_free(char *password);

#endif

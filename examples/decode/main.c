/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* msnav-decode: the calls in a capture. */
#include "capture.h"
#include "chat.h"
#include "dump.h"
#include "report.h"
#include "sip.h"
#include "sound.h"
#include "spool.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/* Exit codes. */
enum {
  DECODED = 0,
  FAILED = 1, /* a file cannot be read or written */
  USAGE = 2,
  CUT = 3,     /* the capture ends within a packet */
  DAMAGED = 4, /* something is missing or wrong; all else was decoded */
  NO_CALL = 5
};

typedef struct options {
  gboolean json, svg, html, summary, ladder, version;
  char *wav, *output;
  int width;
  char **files;
} options;

typedef struct readers {
  trail *t;
  chats *chats;
} readers;

static void first_reading(const packet *p, void *arg) {
  readers *r = arg;
  msnav_str data = {(const char *)p->data, p->len};
  if (p->tcp) {
    chats_take(r->chats, p);
  } else if (sip_is(data)) {
    sip_take(r->t, p->time, &p->from, &p->to, data);
  }
}

static void second_reading(const packet *p, void *arg) {
  sounds_take(arg, p);
}

/* false with a line on stderr when the file cannot be read at all. */
static bool read_file(const char *path, trail *t, const char *wav) {
  char *why = NULL;
  readers r = {t, chats_new(t)};
  t->timed = true;
  capture_result got = capture_read(path, t, first_reading, &r, &why);
  chats_free(r.chats);
  bool ok = got == CAPTURE_READ;
  if (ok) {
    sounds *s = sounds_new(t, wav);
    (void)capture_read(path, NULL, second_reading, s, &why);
    sounds_free(s);
  } else if (got == CAPTURE_NONE) {
    t->timed = false;
    ok = dump_read(path, t, &why);
  }
  if (!ok) {
    fprintf(stderr, "msnav-decode: %s: %s\n", t->file, why);
  }
  g_free(why);
  return ok;
}

static size_t terminal_width(const options *o) {
  struct winsize size;
  const char *columns = getenv("COLUMNS");
  if (o->width > 0) {
    return (size_t)o->width;
  }
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) {
    return size.ws_col;
  }
  int width = columns != NULL ? atoi(columns) : 0; /* NOLINT(cert-err34-c) */
  return width > 0 ? (size_t)width : 80;
}

static void report(FILE *f, const trail *t, const options *o) {
  if (o->json) {
    report_json(f, t);
  } else if (o->svg) {
    report_svg(f, t);
  } else if (o->html) {
    report_html(f, t);
  } else if (o->summary) {
    report_summary(f, t);
  } else {
    report_text(f, t, terminal_width(o), !o->ladder);
  }
}

static int fail(const char *file, const char *why) {
  fprintf(stderr, "msnav-decode: %s: %s\n", file, why);
  return FAILED;
}

static bool write_report(const trail *t, const options *o) {
  FILE *f = o->output == NULL ? stdout : fopen(o->output, "wb");
  if (f == NULL) {
    (void)fail(o->output, strerror(errno));
    return false;
  }
  report(f, t, o);
  bool ok = fflush(f) == 0 && ferror(f) == 0;
  if (f != stdout) {
    ok = fclose(f) == 0 && ok;
  }
  if (!ok) {
    fprintf(stderr, "msnav-decode: cannot write: %s\n", strerror(errno));
  }
  return ok;
}

static void say_notes(const trail *t) {
  for (guint i = 0; i < t->notes->len; i++) {
    const note *n = g_ptr_array_index(t->notes, i);
    fprintf(stderr, "msnav-decode: %s: %s\n", t->file, n->text);
  }
  if (t->more_notes > 0) {
    fprintf(stderr, "msnav-decode: %s: and %u more\n", t->file, t->more_notes);
  }
  if (t->calls->len == 0) {
    fprintf(stderr, "msnav-decode: %s: no call in it\n", t->file);
  }
}

/* The report must not take the place of what it is about. */
static bool is_same(const char *a, const char *b) {
  struct stat s, t;
  return b != NULL && stat(a, &s) == 0 && stat(b, &t) == 0 &&
         S_ISREG(s.st_mode) && s.st_dev == t.st_dev && s.st_ino == t.st_ino;
}

static int decode(const options *o) {
  const char *file = o->files[0];
  spool source;
  if (is_same(file, o->output)) {
    return fail(file, "it is what the report would replace");
  }
  if (!spool_open(&source, file)) {
    return fail(file, strerror(errno));
  }
  trail *t = trail_new(file);
  int code = FAILED;
  if (read_file(source.use, t, o->wav)) {
    bool ok = write_report(t, o) && !t->unwritten;
    say_notes(t);
    code = !ok                  ? FAILED
           : t->cut             ? CUT
           : trail_damaged(t)   ? DAMAGED
           : t->calls->len == 0 ? NO_CALL
                                : DECODED;
  }
  trail_free(t);
  spool_close(&source);
  return code;
}

static const char about[] =
  "Shows the calls in a capture (pcap, pcapng) or a text dump: the "
  "invitations of MSN Messenger, SIP and RTP as a ladder, every field "
  "explained.  FILE - is standard input.\n\nExit status: 0 decoded, 1 a file "
  "cannot be read or written, "
  "2 wrong usage, 3 the capture is cut within a packet, 4 something in it is "
  "missing or damaged (all else was decoded), 5 no call in it.";

static bool parse(options *o, int argc, char **argv) {
  const GOptionEntry entries[] = {
    {"ladder", 'l', 0, G_OPTION_ARG_NONE, &o->ladder,
     "ladders only, without the fields", NULL},
    {"summary", 's', 0, G_OPTION_ARG_NONE, &o->summary,
     "a few lines for each call", NULL},
    {"json", 'j', 0, G_OPTION_ARG_NONE, &o->json, "everything as JSON", NULL},
    {"svg", 0, 0, G_OPTION_ARG_NONE, &o->svg, "ladders as a picture", NULL},
    {"html", 0, 0, G_OPTION_ARG_NONE, &o->html, "one self-contained page",
     NULL},
    {"wav", 'w', 0, G_OPTION_ARG_FILENAME, &o->wav,
     "write what each side heard to BASE-CALL-to-inviter.wav and "
     "BASE-CALL-to-invitee.wav",
     "BASE"},
    {"output", 'o', 0, G_OPTION_ARG_FILENAME, &o->output,
     "write the report to FILE", "FILE"},
    {"width", 0, 0, G_OPTION_ARG_INT, &o->width, "columns of the text", "N"},
    {"version", 'V', 0, G_OPTION_ARG_NONE, &o->version, "show the version",
     NULL},
    {G_OPTION_REMAINING, 0, 0, G_OPTION_ARG_FILENAME_ARRAY, &o->files, NULL,
     NULL},
    {0}};
  GOptionContext *context = g_option_context_new("FILE");
  GError *error = NULL;
  g_option_context_set_summary(context, about);
  g_option_context_add_main_entries(context, entries, NULL);
  bool ok = g_option_context_parse(context, &argc, &argv, &error);
  g_option_context_free(context);
  if (!ok) {
    char *text = clean(str_of(error->message));
    fprintf(stderr, "msnav-decode: %s\n", text);
    g_free(text);
    g_error_free(error);
    return false;
  }
  int forms = (o->json ? 1 : 0) + (o->svg ? 1 : 0) + (o->html ? 1 : 0) +
              (o->summary ? 1 : 0) + (o->ladder ? 1 : 0);
  bool one = o->files != NULL && o->files[0] != NULL && o->files[1] == NULL;
  if (!o->version && (!one || forms > 1)) {
    fprintf(stderr, "msnav-decode: %s; see --help\n",
            forms > 1 ? "only one form at a time" : "name one file");
    return false;
  }
  return true;
}

int main(int argc, char **argv) {
  options o = {.wav = NULL};
  int code = USAGE;
  if (parse(&o, argc, argv)) {
    if (o.version) {
      printf("msnav-decode %s\n", msnav_version());
      code = DECODED;
    } else {
      code = decode(&o);
    }
  }
  g_free(o.wav);
  g_free(o.output);
  g_strfreev(o.files);
  return code;
}

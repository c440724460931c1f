/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include "../wav.h"
#include "text.h"

#include <getopt.h>
#include <glib.h>
#include <math.h>
#include <msnav/call.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEEP_ALIVE 45 /* s; servers drop who says nothing for a minute */
#define PORT "1863"   /* IANA: msnp */

/* What is not an option of the program but says where options are. */
typedef struct sources {
  options *o;
  char *server, *port, *config, *password_file;
} sources;

static int wrong(const char *what, const char *value) {
  char *safe = text_safe(msnav_str_of(value));
  fprintf(stderr, "msnav-phone: %s: %s\n", what, safe);
  g_free(safe);
  return EXIT_USAGE;
}

static void set(char **text, const char *value) {
  g_free(*text);
  *text = g_strdup(value);
}

/* More than 0, which stands for what is so without the option. */
static bool read_number(const char *text, double most, double *value) {
  char *end = NULL;
  double n = g_ascii_strtod(text, &end);
  if (end == text || *end != '\0' || !isfinite(n) || n <= 0 || n > most) {
    return false;
  }
  *value = n;
  return true;
}

static bool read_address(const char *text, uint32_t *ip) {
  msnav_addr addr;
  if (msnav_addr_parse(msnav_str_of(text), &addr) != MSNAV_OK ||
      addr.port != 0) {
    return false;
  }
  *ip = addr.ip;
  return true;
}

/* "5004-5011": even ports of it for RTP, the next ones for RTCP */
static bool read_ports(const char *text, port_range *range) {
  char *rest = NULL;
  guint64 min = g_ascii_strtoull(text, &rest, 10);
  if (!g_ascii_isdigit(text[0]) || rest[0] != '-' ||
      !g_ascii_isdigit(rest[1])) {
    return false;
  }
  guint64 max = g_ascii_strtoull(rest + 1, &rest, 10);
  guint64 first = min + min % 2;
  if (rest[0] != '\0' || min == 0 || max > UINT16_MAX || first >= max) {
    return false;
  }
  *range = (port_range){(uint16_t)min, (uint16_t)max};
  return true;
}

static bool read_when(const char *text, uint32_t *encryption) {
  static const char *const names[] = {
    [MSNAV_ENCRYPT_IF_POSSIBLE] = "if-possible",
    [MSNAV_ENCRYPT_NEVER] = "never",
    [MSNAV_ENCRYPT_ALWAYS] = "always",
  };
  for (uint32_t i = 0; i < G_N_ELEMENTS(names); i++) {
    if (strcmp(text, names[i]) == 0) {
      *encryption = i;
      return true;
    }
  }
  return false;
}

typedef enum kind { TEXT, NUMBER, WHOLE, ADDRESS, PORTS, WHEN, FLAG } kind;

/* Every option: its name on the command line and in the file, and where it
 * goes. */
typedef struct known {
  const char *name;
  void *to;
  double most;
  kind kind;
  bool in_file;
} known;

enum { KNOWN = 33 };

static void know(sources *s, known table[KNOWN]) {
  options *o = s->o;
  const known all[KNOWN] = {
    {"server", &s->server, 0, TEXT, true},
    {"port", &s->port, 0, TEXT, true},
    {"account", &o->account, 0, TEXT, true},
    {"name", &o->name, 0, TEXT, true},
    {"password-file", &s->password_file, 0, TEXT, true},
    {"config", &s->config, 0, TEXT, false},
    {"bind", &o->bind_ip, 0, ADDRESS, true},
    {"advertise", &o->advertised_ip, 0, ADDRESS, true},
    {"sip-port", &o->sip_port, 65535, WHOLE, true},
    {"rtp-ports", &o->rtp_ports, 0, PORTS, true},
    {"encryption", &o->encryption, 0, WHEN, true},
    {"call", &o->call, 0, TEXT, false},
    {"seconds", &o->seconds, 1e6, NUMBER, false},
    {"ring", &o->ring, 3600, NUMBER, true},
    {"press", &o->keys, 0, TEXT, false},
    {"say", &o->chat, 0, TEXT, false},
    {"auto-answer", &o->auto_answer, 0, FLAG, true},
    {"auto-reject", &o->auto_reject, 0, FLAG, true},
    {"calls", &o->calls, 1e6, WHOLE, false},
    {"play", &o->play, 0, TEXT, false},
    {"record", &o->record, 0, TEXT, false},
    {"device", &o->device, 0, TEXT, true},
    {"codecs", &o->codecs, 0, TEXT, true},
    {"rate", &o->rate, 48000, WHOLE, true},
    {"no-sound", &o->no_sound, 0, FLAG, true},
    {"optional-sound", &o->optional_sound, 0, FLAG, true},
    {"cancel-echo", &o->cancel_echo, 0, FLAG, true},
    {"suppress-silence", &o->suppress_silence, 0, FLAG, true},
    {"metrics", &o->metrics_port, 65535, WHOLE, true},
    {"keep-alive", &o->keep_alive, 3600, NUMBER, true},
    {"reconnect", &o->reconnect, 0, FLAG, true},
    {"log", &o->log, 0, TEXT, true},
    {"capture", &o->capture, 0, TEXT, false},
  };
  memcpy(table, all, sizeof(all));
}

static bool take(const known *k, const char *value) {
  double number = 0;
  switch (k->kind) {
  case TEXT:
    set(k->to, value);
    return true;
  case NUMBER:
    return read_number(value, k->most, k->to);
  case WHOLE:
    if (!read_number(value, k->most, &number) || number != floor(number)) {
      return false;
    }
    *(uint32_t *)k->to = (uint32_t)number;
    return true;
  case ADDRESS:
    return read_address(value, k->to);
  case PORTS:
    return read_ports(value, k->to);
  case WHEN:
    return read_when(value, k->to);
  case FLAG:
    *(bool *)k->to = true;
    return true;
  }
  return false;
}

/* ---- the file */

static int read_key(const known *table, GKeyFile *file, const char *key) {
  for (size_t i = 0; i < KNOWN; i++) {
    if (!table[i].in_file || strcmp(table[i].name, key) != 0) {
      continue;
    }
    char *value = g_key_file_get_string(file, "phone", key, NULL);
    bool off = table[i].kind == FLAG && g_strcmp0(value, "true") != 0;
    bool ok = off ? g_strcmp0(value, "false") == 0
                  : value != NULL && take(&table[i], value);
    g_free(value);
    return ok ? -1 : wrong("wrong value in the configuration file", key);
  }
  return wrong(strcmp(key, "password") == 0
                 ? "a password belongs into a file of its own, see "
                   "password-file"
                 : "unknown key in the configuration file",
               key);
}

static int read_file(sources *s, const known *table) {
  bool given = s->config != NULL;
  char *path = given ? g_strdup(s->config)
                     : g_build_filename(g_get_user_config_dir(), "msnav",
                                        "phone.conf", NULL);
  GKeyFile *file = g_key_file_new();
  GError *error = NULL;
  int code = -1;
  if (!g_key_file_load_from_file(file, path, G_KEY_FILE_NONE, &error)) {
    if (given || !g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT)) {
      char *text = g_strdup_printf("%s: %s", path, error->message);
      code = wrong("configuration", text);
      g_free(text);
    }
    g_error_free(error);
  } else {
    gsize count = 0;
    char **keys = g_key_file_get_keys(file, "phone", &count, NULL);
    for (gsize i = 0; i < count && code == -1; i++) {
      code = read_key(table, file, keys[i]);
    }
    g_strfreev(keys);
  }
  g_key_file_free(file);
  g_free(path);
  return code;
}

/* ---- the command line */

static int read_line(options *o, const known *table, int argc, char **argv) {
  struct option list[KNOWN + 6] = {{0}};
  for (int i = 0; i < KNOWN; i++) {
    list[i] = (struct option){table[i].name, table[i].kind != FLAG, NULL, i};
  }
  list[KNOWN] = (struct option){"json", 0, NULL, KNOWN};
  list[KNOWN + 1] = (struct option){"plain", 0, NULL, KNOWN + 1};
  list[KNOWN + 2] = (struct option){"help", 0, NULL, KNOWN + 2};
  list[KNOWN + 3] = (struct option){"version", 0, NULL, KNOWN + 3};
  list[KNOWN + 4] = (struct option){"password", 1, NULL, KNOWN + 4};
  optind = 1;
  for (int c; (c = getopt_long(argc, argv, "hV", list, NULL)) != -1;) {
    if (c == '?') {
      fputs("msnav-phone: see --help\n", stderr);
      return EXIT_USAGE;
    }
    if (c == KNOWN + 2 || c == 'h') {
      help_print();
      return EXIT_OK;
    }
    if (c == KNOWN + 3 || c == 'V') {
      printf("msnav-phone %s, libmsnav %s\n", MSNAV_VERSION, msnav_version());
      return EXIT_OK;
    }
    if (c == KNOWN + 4) { /* everybody on the machine can read it there */
      return wrong("a password is no argument", "see --password-file");
    }
    if (c >= KNOWN) {
      *(c == KNOWN ? &o->json : &o->plain) = true;
    } else if (!take(&table[c], optarg)) {
      char *what = g_strdup_printf("wrong value of --%s", table[c].name);
      int code = wrong(what, optarg);
      g_free(what);
      return code;
    }
  }
  return optind == argc ? -1 : wrong("what is this", argv[optind]);
}

/* --config itself must be known before the file, and the line goes over the
 * file: so the line is read twice. */
static int read_both(sources *s, int argc, char **argv) {
  known table[KNOWN];
  know(s, table);
  int code = read_line(s->o, table, argc, argv);
  if (code == -1) {
    code = read_file(s, table);
  }
  return code == -1 ? read_line(s->o, table, argc, argv) : code;
}

/* ---- what they say together */

static bool is_word(const char *text) {
  for (; *text != '\0'; text++) {
    if ((unsigned char)*text <= 0x20 || *text == 0x7f) {
      return false;
    }
  }
  return true;
}

static int check_who(const char *what, const char *who) {
  size_t len = strlen(who);
  return len > 0 && len < 130 && is_word(who) ? -1 : wrong(what, who);
}

static bool is_port(const char *text) {
  double number = 0;
  return read_number(text, 65535, &number) &&
         strspn(text, "0123456789") == strlen(text);
}

static int check_server(sources *s) {
  options *o = s->o;
  if (s->server == NULL || o->account == NULL) {
    fprintf(stderr, "msnav-phone: %s is missing; see --help\n",
            s->server == NULL ? "--server" : "--account");
    return EXIT_USAGE;
  }
  if (s->port != NULL && !is_port(s->port)) {
    return wrong("wrong value of --port", s->port);
  }
  const char *colon = strchr(s->server, ':');
  const char *port = s->port != NULL ? s->port : PORT;
  char *host = g_strndup(s->server, strcspn(s->server, ":"));
  if (colon != NULL) {
    port = colon + 1;
  }
  bool ok = host[0] != '\0' && is_word(host) && is_port(port);
  o->server = g_strdup_printf("%s:%s", host, port);
  g_free(host);
  return ok ? -1 : wrong("not a server and port", o->server);
}

static int no_codec(const char *name) {
  GString *text = g_string_new("not among this build's codecs");
  const msnav_audio_codec *codec = NULL;
  const char *last = "";
  for (size_t i = 0; (codec = msnav_codec_builtin(i)) != NULL; i++) {
    if (strcmp(codec->name, last) != 0) { /* some have several rates */
      g_string_append_printf(text, "%s%s", i == 0 ? " (" : ", ", codec->name);
      last = codec->name;
    }
  }
  g_string_append(text, ")");
  int code = wrong(text->str, name);
  g_string_free(text, TRUE);
  return code;
}

/* "PCMU,DVI4/8000" */
static int check_codecs(const char *list) {
  char **names = g_strsplit(list, ",", -1);
  int code = -1;
  for (size_t i = 0; names[i] != NULL && code == -1; i++) {
    const char *name = g_strstrip(names[i]);
    msnav_str bare = {name, strcspn(name, "/")};
    const char *rate = name + bare.len;
    double hertz = 0;
    bool ok = *rate == '\0' || read_number(rate + 1, 192000, &hertz);
    if (!ok || msnav_codec_find(bare, (uint32_t)hertz) == NULL) {
      code = no_codec(name);
    }
  }
  g_strfreev(names);
  return code;
}

static int check(sources *s) {
  options *o = s->o;
  int code = check_server(s);
  if (code == -1) {
    code = check_who("not an account", o->account);
  }
  if (code == -1 && o->call != NULL) {
    code = check_who("nobody to be called", o->call);
  }
  if (code == -1 && o->codecs != NULL) {
    code = check_codecs(o->codecs);
  }
  if (code == -1 && o->keys != NULL &&
      o->keys[strspn(o->keys, "0123456789*#ABCD")] != '\0') {
    code = wrong("not keys of a telephone", o->keys);
  }
  if (code == -1 && o->rate != 0 && o->rate < 8000) {
    code = wrong("not a rate of 8000 to 48000 Hz", "--rate");
  }
  if (code == -1 && o->keep_alive < 1) {
    code = wrong("not 1 to 3600 seconds", "--keep-alive");
  }
  if (code == -1 && o->auto_answer && o->auto_reject) {
    code = wrong("--auto-answer or --auto-reject", "not both");
  }
  if (code == -1 && o->play != NULL && o->record != NULL &&
      wav_is_same(o->play, o->record)) {
    code = wrong("--play and --record name the same file", o->record);
  }
  return code;
}

int options_read(options *o, int argc, char **argv) {
  o->keep_alive = KEEP_ALIVE;
  sources s = {.o = o};
  int code = read_both(&s, argc, argv);
  if (code == -1) {
    code = check(&s);
  }
  if (code == -1) {
    o->password = password_get(s.password_file, o->account);
    code = o->password != NULL ? -1 : EXIT_USAGE;
  }
  g_free(s.server);
  g_free(s.port);
  g_free(s.config);
  g_free(s.password_file);
  return code;
}

void options_clear(options *o) {
  char *const texts[] = {o->server, o->account, o->name, o->call,
                         o->keys,   o->chat,    o->play, o->record,
                         o->device, o->codecs,  o->log,  o->capture};
  for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
    g_free(texts[i]);
  }
  password_free(o->password);
  *o = (options){0};
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dump.h"

#include "invitation.h"
#include "sip.h"

#include <stdlib.h>
#include <string.h>

/* A message that is being put together. */
typedef struct reader {
  trail *t;
  uint64_t rank; /* instead of a clock */
  enum { NOTHING, INVITATION, DATAGRAM } what;
  GString *text;
  size_t due;    /* length that a MSG line told, 0: unknown */
  char *account; /* of the MSG line, NULL: one that a client sent */
  unsigned line, began;
} reader;

static const char *field_names[] = {
  "Application-Name",   "Application-GUID",   "Session-Protocol",
  "Context-Data",       "Invitation-Command", "Invitation-Cookie",
  "Session-ID",         "Conn-Type",          "Sip-Capability",
  "Private-IP",         "Public-IP",          "UPnP",
  "Launch-Application", "Request-Data",       "IP-Address",
  "IP-Address-Enc64",   "Cancel-Code",        "Avm-Support",
  "Avm-Request",        "UsingRendezvous",    "MIME-Version",
  "Content-Type",
};

/* Line ends in letters, and what follows them as a remark. */
static void strip(char *line) {
  char *end = strstr(line, "\\r\\n");
  if (end == NULL && g_str_has_suffix(line, "\\r")) {
    end = line + strlen(line) - 2;
  }
  if (end != NULL) {
    *end = '\0';
  }
  size_t n = strlen(line);
  while (n > 0 && (line[n - 1] == '\r' || line[n - 1] == ' ')) {
    line[--n] = '\0';
  }
}

/* The address behind a mark; zero when there is none. */
static msnav_addr address_after(const char *text, const char *mark) {
  msnav_addr a = {0, 0};
  const char *at = strstr(text, mark);
  if (at != NULL) {
    at += strlen(mark);
    msnav_str word = {at, strcspn(at, ";,> \r\n")};
    if (msnav_addr_parse(word, &a) != MSNAV_OK) {
      a = (msnav_addr){0, 0};
    }
  }
  return a;
}

/* A dump tells no addresses: a request comes from its Via and goes to its
 * target, an answer goes back to Via. */
static void sip_ends_of(const char *text, msnav_addr *from, msnav_addr *to) {
  bool answer = strncmp(text, "SIP/2.0", 7) == 0;
  msnav_addr via = address_after(text, "Via: SIP/2.0/UDP ");
  msnav_addr target = {0, 0};
  if (!answer) {
    target = address_after(text, " sip:");
  }
  *from = answer ? target : via;
  *to = answer ? via : target;
}

static void finish(reader *r) {
  if (r->what == INVITATION) {
    if (r->due > 0 && r->text->len != r->due) {
      trail_note(r->t, false, "line %u: a message of %zu bytes that says %zu",
                 r->began, (size_t)r->text->len, r->due);
    }
    delivery d = {.time = r->rank++,
                  .to_server = r->account == NULL,
                  .sender = str_of(r->account),
                  .payload = {r->text->str, r->text->len}};
    invitation_take(r->t, &d);
  } else if (r->what == DATAGRAM) {
    msnav_addr from, to;
    sip_ends_of(r->text->str, &from, &to);
    sip_take(r->t, r->rank++, &from, &to,
             (msnav_str){r->text->str, r->text->len});
  }
  r->what = NOTHING;
  g_string_truncate(r->text, 0);
  g_free(r->account);
  r->account = NULL;
  r->due = 0;
}

static void add_line(reader *r, const char *line) {
  if (r->text->len < 65536) {
    g_string_append(r->text, line);
    g_string_append(r->text, "\r\n");
  }
}

/* "MSG 40 S 462" or "MSG account name 462". */
static bool msg_line(reader *r, const char *line) {
  if (strncmp(line, "MSG ", 4) != 0) {
    return false;
  }
  char **word = g_strsplit(line, " ", 8);
  guint n = g_strv_length(word);
  if (n >= 4) {
    finish(r);
    r->what = INVITATION;
    r->began = r->line;
    r->due = strtoul(word[n - 1], NULL, 10);
    if (!(n == 4 && strlen(word[2]) == 1 && g_ascii_isdigit(word[1][0]))) {
      r->account = g_strdup(word[1]);
    }
  }
  g_strfreev(word);
  return n >= 4;
}

static bool sip_line(reader *r, const char *line) {
  msnav_str text = str_of(line);
  const char *version = strstr(line, " SIP/2.0");
  bool answer = strncmp(line, "SIP/2.0 ", 8) == 0 && g_ascii_isdigit(line[8]);
  bool request = sip_is(text) && version != NULL && version[8] == '\0';
  if (!answer && !request) {
    return false;
  }
  finish(r);
  r->what = DATAGRAM;
  r->began = r->line;
  add_line(r, line);
  return true;
}

static bool command_line(const char *line) {
  static const char *const verbs[] = {"CAL ", "PNG",  "QNG ", "RNG ",
                                      "ANS ", "JOI ", "IRO ", "ACK ",
                                      "NAK ", "BYE ", "OUT",  "USR "};
  for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++) {
    if (strncmp(line, verbs[i], strlen(verbs[i])) == 0) {
      return true;
    }
  }
  return false;
}

static bool known_field(const char *line) {
  for (size_t i = 0; i < G_N_ELEMENTS(field_names); i++) {
    size_t n = strlen(field_names[i]);
    if (strncmp(line, field_names[i], n) == 0 && line[n] == ':') {
      return true;
    }
  }
  return false;
}

static void invitation_line(reader *r, const char *line) {
  bool mime = strncmp(line, "MIME-Version:", 13) == 0;
  if (mime && r->text->len > 0) {
    finish(r);
    r->what = INVITATION;
    r->began = r->line;
  }
  bool header = r->text->len < 80;
  if (known_field(line) || (line[0] == '\0' && (header || r->due > 0))) {
    if (!(line[0] == '\0' && r->due > 0 && r->text->len + 2 > r->due)) {
      add_line(r, line);
    }
  }
}

static bool sip_part(const char *line) {
  const char *colon = strchr(line, ':');
  bool name = colon != NULL && colon > line &&
              strcspn(line, " (\t") > (size_t)(colon - line) - 1;
  return line[0] == '\0' || name || (line[0] != '\0' && line[1] == '=');
}

static void take_line(reader *r, char *line) {
  strip(line);
  if (msg_line(r, line) || sip_line(r, line)) {
    return;
  }
  if (command_line(line)) {
    finish(r);
  } else if (r->what == NOTHING && strncmp(line, "MIME-Version:", 13) == 0) {
    r->what = INVITATION;
    r->began = r->line;
    add_line(r, line);
  } else if (r->what == INVITATION) {
    invitation_line(r, line);
  } else if (r->what == DATAGRAM && sip_part(line)) {
    add_line(r, line);
  }
}

bool dump_read(const char *path, trail *t, char **why) {
  char *bytes = NULL;
  gsize len = 0;
  GError *error = NULL;
  if (!g_file_get_contents(path, &bytes, &len, &error)) {
    *why = g_strdup(error->message);
    g_error_free(error);
    return false;
  }
  for (gsize i = 0; i < len; i++) {
    if (bytes[i] == '\0') {
      bytes[i] = ' ';
    }
  }
  reader r = {.t = t, .rank = 1, .text = g_string_new(NULL)};
  char *rest = bytes;
  while (rest != NULL && *rest != '\0') {
    char *end = strchr(rest, '\n');
    if (end != NULL) {
      *end = '\0';
    }
    r.line++;
    take_line(&r, rest);
    rest = end != NULL ? end + 1 : NULL;
  }
  finish(&r);
  g_string_free(r.text, TRUE);
  g_free(bytes);
  t->packets = r.line;
  return true;
}

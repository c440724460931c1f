/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dump.h"

#include "invitation.h"
#include "sip.h"

#include <stdlib.h>
#include <string.h>

enum { NOTHING, INVITATION, DATAGRAM };

/* A message that is being put together. */
typedef struct reader {
  trail *t;
  uint64_t rank; /* instead of a clock */
  int what;
  bool in_body; /* of a datagram: its session description */
  GString *head, *text;
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
  "Avm-Request",        "UsingRendezvous",
};

/* What typesetting puts in front of and between letters. */
static void unset(char *line) {
  char *to = line;
  for (const char *p = line; *p != '\0'; p++) {
    bool escape = *p == '\\' && p[1] != '\0' && strchr("_{}/<> ", p[1]) != NULL;
    if (*p != '$' && *p != '\r' && !escape) {
      *to++ = *p;
    }
  }
  *to = '\0';
}

/* Cut a line at its end in letters; what stands behind that, often the next
 * line, NULL: nothing. */
static char *cut_line(char *line) {
  for (char *p = line; *p != '\0'; p++) {
    bool slash = *p == '\\' || *p == '/';
    if (slash && p[1] == 'r' &&
        (p[2] == '\\' || p[2] == '\0' || p[2] == ' ' || p[2] == '/')) {
      *p = '\0';
      p += 2;
      p += strspn(p, "\\/ ");
      return *p == 'n' ? p + 1 : p;
    }
  }
  return NULL;
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

/* Blank lines of a dump mean little: those of the message are put where
 * they belong. */
static void finish(reader *r) {
  g_string_prepend(r->text, r->head->str);
  if (r->what == INVITATION) {
    g_string_append(r->text, "\r\n");
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
  r->in_body = false;
  g_string_truncate(r->text, 0);
  g_string_truncate(r->head, 0);
  g_free(r->account);
  r->account = NULL;
  r->due = 0;
}

static void begin(reader *r, int what) {
  finish(r);
  r->what = what;
  r->began = r->line;
  if (what == INVITATION) {
    g_string_assign(r->head, "MIME-Version: 1.0\r\nContent-Type: "
                             "text/x-msmsgsinvite; charset=UTF-8\r\n\r\n");
  }
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
    begin(r, INVITATION);
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
  begin(r, DATAGRAM);
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

static bool is_mime(const char *line) {
  return strncmp(line, "MIME-Version:", 13) == 0 ||
         strncmp(line, "Content-Type:", 13) == 0;
}

static void invitation_line(reader *r, const char *line) {
  if (is_mime(line)) {
    if (line[0] == 'M' && r->text->len > 0) {
      begin(r, INVITATION); /* the next payload */
    }
  } else if (known_field(line)) {
    add_line(r, line);
  }
}

static void sip_part(reader *r, const char *line) {
  const char *colon = strchr(line, ':');
  if (line[1] == '=' && g_ascii_islower(line[0])) {
    if (!r->in_body) {
      add_line(r, "");
      r->in_body = true;
    }
    add_line(r, line);
  } else if (!r->in_body && colon != NULL && colon > line &&
             strcspn(line, " (\t") > (size_t)(colon - line) - 1) {
    add_line(r, line);
  }
}

static void take_line(reader *r, char *line) {
  g_strstrip(line);
  if (line[0] == '\0' || msg_line(r, line) || sip_line(r, line)) {
    return;
  }
  if (command_line(line)) {
    finish(r);
  } else if (r->what == INVITATION) {
    invitation_line(r, line);
  } else if (r->what == DATAGRAM) {
    sip_part(r, line);
  } else if (strncmp(line, "MIME-Version:", 13) == 0) {
    begin(r, INVITATION);
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
  reader r = {.t = t,
              .rank = 1,
              .head = g_string_new(NULL),
              .text = g_string_new(NULL)};
  char *rest = bytes;
  while (rest != NULL && *rest != '\0') {
    char *end = strchr(rest, '\n');
    if (end != NULL) {
      *end = '\0';
    }
    r.line++;
    unset(rest);
    for (char *line = rest; line != NULL;) {
      char *behind = cut_line(line);
      take_line(&r, line);
      line = behind;
    }
    rest = end != NULL ? end + 1 : NULL;
  }
  finish(&r);
  g_string_free(r.head, TRUE);
  g_string_free(r.text, TRUE);
  g_free(bytes);
  t->packets = r.line;
  return true;
}

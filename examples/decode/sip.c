/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sip.h"

#include "explain.h"

#include <stdlib.h>
#include <string.h>

/* The parts of a datagram that matter here. */
typedef struct view {
  char *first, *call_id, *cseq, *content_type;
  char method[16]; /* of the request, or of CSeq */
  unsigned status; /* 0: a request */
  msnav_str body;
} view;

static bool starts(msnav_str text, const char *with) {
  size_t n = strlen(with);
  return text.len >= n && memcmp(text.ptr, with, n) == 0;
}

bool sip_is(msnav_str d) {
  static const char *const methods[] = {"INVITE ", "ACK ",     "BYE ",
                                        "CANCEL ", "OPTIONS ", "INFO ",
                                        "NOTIFY ", "MESSAGE ", "REGISTER "};
  if (starts(d, "SIP/2.0 ")) {
    return true;
  }
  for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
    if (starts(d, methods[i])) {
      size_t look = d.len < 512 ? d.len : 512;
      return g_strstr_len(d.ptr, (gssize)look, " SIP/2.0") != NULL;
    }
  }
  return false;
}

/* One line without its end; false at the end. */
static bool next_line(msnav_str *rest, msnav_str *line) {
  if (rest->len == 0) {
    return false;
  }
  const char *end = memchr(rest->ptr, '\n', rest->len);
  size_t n = end != NULL ? (size_t)(end - rest->ptr) : rest->len;
  *line = (msnav_str){rest->ptr, n};
  n += end != NULL;
  rest->ptr += n;
  rest->len -= n;
  if (line->len > 0 && line->ptr[line->len - 1] == '\r') {
    line->len--;
  }
  return true;
}

static msnav_str trim(msnav_str t) {
  while (t.len > 0 && (t.ptr[0] == ' ' || t.ptr[0] == '\t')) {
    t.ptr++, t.len--;
  }
  while (t.len > 0 && (t.ptr[t.len - 1] == ' ' || t.ptr[t.len - 1] == '\t')) {
    t.len--;
  }
  return t;
}

static void keep(char **where, msnav_str value) {
  if (*where == NULL) {
    *where = g_strndup(value.ptr, value.len);
  }
}

static bool named(msnav_str name, const char *full, char brief) {
  return (name.len == 1 && g_ascii_tolower(name.ptr[0]) == brief) ||
         (name.len == strlen(full) &&
          g_ascii_strncasecmp(name.ptr, full, name.len) == 0);
}

static void header(view *v, msnav_str line) {
  const char *colon = line.len > 0 ? memchr(line.ptr, ':', line.len) : NULL;
  if (colon == NULL) {
    return;
  }
  size_t at = (size_t)(colon - line.ptr);
  msnav_str name = trim((msnav_str){line.ptr, at});
  msnav_str value = trim((msnav_str){colon + 1, line.len - at - 1});
  if (named(name, "Call-ID", 'i')) {
    if (v->call_id == NULL) {
      v->call_id = clean(value);
    }
  } else if (named(name, "CSeq", '\0')) {
    keep(&v->cseq, value);
  } else if (named(name, "Content-Type", 'c')) {
    keep(&v->content_type, value);
  }
}

static void view_read(view *v, msnav_str rest) {
  msnav_str line;
  *v = (view){.method = ""};
  if (!next_line(&rest, &line)) {
    return;
  }
  v->first = g_strndup(line.ptr, line.len);
  if (strncmp(v->first, "SIP/2.0 ", 8) == 0) {
    unsigned long status = strtoul(v->first + 8, NULL, 10);
    v->status = status > 999 ? 999 : status < 100 ? 100 : (unsigned)status;
  }
  while (next_line(&rest, &line) && line.len > 0) {
    header(v, line);
  }
  v->body = rest;
  const char *word = v->status == 0 ? v->first : v->cseq;
  if (v->status != 0 && word != NULL) {
    word = strchr(word, ' ');
    word = word != NULL ? word + 1 : NULL;
  }
  if (word != NULL) {
    size_t n = strcspn(word, " ");
    g_strlcpy(v->method, word,
              n + 1 < sizeof(v->method) ? n + 1 : sizeof(v->method));
  }
}

static void view_clear(view *v) {
  g_free(v->first);
  g_free(v->call_id);
  g_free(v->cseq);
  g_free(v->content_type);
}

static bool at(const msnav_addr *a, const msnav_addr *b) {
  return a->port != 0 && a->ip == b->ip && a->port == b->port;
}

/* By its Call-ID, or the call whose invitation named one of the addresses. */
static call *
find(trail *t, const view *v, const msnav_addr *from, const msnav_addr *to) {
  for (guint i = t->calls->len; i > 0; i--) {
    call *c = g_ptr_array_index(t->calls, i - 1);
    if (c->call_id != NULL && v->call_id != NULL &&
        strcmp(c->call_id, v->call_id) == 0) {
      return c;
    }
  }
  for (guint i = t->calls->len; i > 0; i--) {
    call *c = g_ptr_array_index(t->calls, i - 1);
    const party *p = c->parties;
    if (c->call_id == NULL && c->cookie != NULL &&
        (at(&p[INVITER].sip, to) || at(&p[INVITER].sip, from) ||
         at(&p[INVITEE].sip, from) || at(&p[INVITEE].sip, to))) {
      return c;
    }
  }
  return NULL;
}

/* The party that sent it. */
static unsigned sender(const call *c, const view *v, const msnav_addr *from,
                       const msnav_addr *to) {
  const party *p = c->parties;
  if (at(&p[INVITER].sip, from) || at(&p[INVITEE].sip, to)) {
    return INVITER;
  }
  if (at(&p[INVITEE].sip, from) || at(&p[INVITER].sip, to)) {
    return INVITEE;
  }
  bool calling = (v->status == 0) == (strcmp(v->method, "BYE") != 0);
  return calling ? c->caller : 1 - c->caller;
}

static void progress(call *c, const view *v, unsigned from, uint64_t time) {
  bool invite = strcmp(v->method, "INVITE") == 0;
  if (v->status >= 200 && v->status < 300 && invite && c->up == 0) {
    c->up = time;
  } else if (v->status >= 300 && invite && c->up == 0) {
    c->refused = v->status;
  } else if (v->status == 0 && strcmp(v->method, "BYE") == 0 && c->down == 0) {
    c->down = time;
    c->bye_by = from;
  } else if (v->status == 0 && strcmp(v->method, "CANCEL") == 0 &&
             !c->cancelled) {
    c->cancelled = true;
    c->cancelled_by = from;
  }
}

static void add_body(message *m, msnav_str body) {
  msnav_str line;
  while (next_line(&body, &line)) {
    if (line.len >= 2 && line.ptr[1] == '=') {
      char name[3] = {line.ptr[0], '=', '\0'};
      msnav_str value = {line.ptr + 2, line.len - 2};
      char *meaning = explain_sdp(line.ptr[0], value);
      message_field(m, name, value, meaning);
      g_free(meaning);
    } else if (line.len > 0) {
      message_field(m, "", line, "");
    }
  }
}

static void add_headers(message *m, const view *v, msnav_str rest) {
  msnav_str line;
  msnav_str method = str_of(v->method);
  if (!next_line(&rest, &line)) {
    return;
  }
  message_field(m, v->status == 0 ? "request" : "status", line,
                v->status == 0 ? explain_method(method)
                               : explain_status(v->status));
  while (next_line(&rest, &line) && line.len > 0) {
    const char *colon = memchr(line.ptr, ':', line.len);
    size_t n = colon != NULL ? (size_t)(colon - line.ptr) : 0;
    msnav_str name = trim((msnav_str){line.ptr, n});
    msnav_str value =
      colon == NULL ? line : trim((msnav_str){colon + 1, line.len - n - 1});
    char *text = g_strndup(name.ptr, name.len);
    message_field(m, text, value, explain_header(name));
    g_free(text);
  }
}

static void describe(message *m, const view *v, bool sdp) {
  if (v->status == 0) {
    m->label = clean(str_of(v->method));
  } else {
    m->label = clean(str_of(v->first + strlen("SIP/2.0 ")));
  }
  char *cseq = clean(str_of(v->cseq));
  m->note =
    g_strdup_printf("%s%s", v->status == 0 ? "" : cseq,
                    sdp ? v->status == 0 ? "with SDP" : ", with SDP" : "");
  g_free(cseq);
}

void sip_take(trail *t, uint64_t time, const msnav_addr *from,
              const msnav_addr *to, msnav_str datagram) {
  view v;
  view_read(&v, datagram);
  call *c = find(t, &v, from, to);
  if (c == NULL) {
    c = call_new(t, time);
    c->caller = INVITER;
    c->parties[INVITER].sip = v.status == 0 ? *from : *to;
    c->parties[INVITEE].sip = v.status == 0 ? *to : *from;
  }
  if (c->call_id == NULL && v.call_id != NULL) {
    c->call_id = g_strdup(v.call_id);
  }
  unsigned who = sender(c, &v, from, to);
  message *m = call_message(c, KIND_SIP, time, lane_of(who), lane_of(1 - who));
  bool sdp = v.body.len > 2 && v.content_type != NULL &&
             strstr(v.content_type, "sdp") != NULL;
  describe(m, &v, sdp);
  add_headers(m, &v, datagram);
  if (sdp) {
    add_body(m, v.body);
    sdp_learn(&c->parties[who], time, v.body);
  }
  progress(c, &v, who, time);
  view_clear(&v);
}

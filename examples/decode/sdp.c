/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"
#include "sip.h"

#include <stdio.h>
#include <string.h>

static void add_format(medium *m, unsigned payload_type) {
  if (m->count >= G_N_ELEMENTS(m->formats) || payload_type > 127) {
    return;
  }
  format *f = &m->formats[m->count++];
  *f = (format){.payload_type = payload_type};
  const char *name;
  if (static_format(payload_type, &name, &f->rate)) {
    g_strlcpy(f->name, name, sizeof(f->name));
  }
}

static medium *
media_line(party *p, uint64_t time, const char *text, uint32_t ip) {
  char what[16] = "";
  unsigned port = 0;
  int at = 0;
  if (sscanf(text, "%15s %u %*s%n", what, &port, &at) != 2 || at == 0) {
    return NULL;
  }
  bool video = strcmp(what, "video") == 0;
  if ((!video && strcmp(what, "audio") != 0) || port > 65535) {
    return NULL;
  }
  medium *m = &p->media[video ? PICTURE : SOUND];
  *m = (medium){.there = port != 0,
                .since = time,
                .rtp = {ip, (uint16_t)port},
                .rtcp = {ip, (uint16_t)(port + 1)}};
  char **word = g_strsplit(text + at, " ", 64);
  for (char **w = word; *w != NULL; w++) {
    if (g_ascii_isdigit((*w)[0])) {
      add_format(m, (unsigned)strtoul(*w, NULL, 10));
    }
  }
  g_strfreev(word);
  return m;
}

static void name_format(medium *m, const char *text) {
  unsigned payload_type = 0, rate = 0;
  char name[32] = "";
  if (sscanf(text, "rtpmap:%u %31[^/ ]/%u", &payload_type, name, &rate) != 3) {
    return;
  }
  for (unsigned i = 0; i < m->count; i++) {
    if (m->formats[i].payload_type == payload_type) {
      char *harmless = clean(str_of(name));
      g_strlcpy(m->formats[i].name, harmless, sizeof(m->formats[i].name));
      g_free(harmless);
      m->formats[i].rate = rate;
    }
  }
}

static bool connection_line(const char *text, uint32_t *ip) {
  char address[32] = "";
  msnav_addr a;
  if (sscanf(text, "IN IP4 %31s", address) != 1 ||
      msnav_addr_parse(str_of(address), &a) != MSNAV_OK) {
    return false;
  }
  *ip = a.ip;
  return true;
}

void sdp_learn(party *p, uint64_t time, msnav_str body) {
  char *text = g_strndup(body.ptr, body.len);
  char **line = g_strsplit_set(text, "\r\n", 512);
  uint32_t ip = 0;
  medium *m = NULL;
  for (char **l = line; *l != NULL; l++) {
    unsigned port;
    if (strncmp(*l, "c=", 2) == 0 && connection_line(*l + 2, &ip) &&
        m != NULL) {
      m->rtp.ip = m->rtcp.ip = ip;
    } else if (strncmp(*l, "m=", 2) == 0) {
      m = media_line(p, time, *l + 2, ip);
    } else if (m != NULL && strncmp(*l, "a=rtpmap:", 9) == 0) {
      name_format(m, *l + 2);
    } else if (m != NULL && sscanf(*l, "a=rtcp:%u", &port) == 1 &&
               port < 65536) {
      m->rtcp.port = (uint16_t)port;
    }
  }
  g_strfreev(line);
  g_free(text);
}

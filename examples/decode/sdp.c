/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"
#include "sip.h"

#include <msnav/media.h>

#include <stdlib.h>
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

/* A decimal up to most; false when there is none. */
static bool number(const char *text, unsigned long most, unsigned *value) {
  unsigned long n = g_ascii_isdigit(text[0]) ? strtoul(text, NULL, 10) : ~0UL;
  if (n > most) {
    return false;
  }
  *value = (unsigned)n;
  return true;
}

static medium *
media_line(party *p, uint64_t time, const char *text, uint32_t ip) {
  char **word = g_strsplit(text, " ", 64);
  unsigned port = 0, payload_type;
  medium *m = NULL;
  bool video = word[0] != NULL && strcmp(word[0], "video") == 0;
  bool ours = video || (word[0] != NULL && strcmp(word[0], "audio") == 0);
  if (ours && g_strv_length(word) > 3 && number(word[1], 65535, &port)) {
    m = &p->media[video ? PICTURE : SOUND];
    *m = (medium){.there = port != 0,
                  .since = time,
                  .rtp = {ip, (uint16_t)port},
                  .rtcp = {ip, (uint16_t)(port + 1)}};
    for (char **w = word + 3; *w != NULL; w++) {
      if (number(*w, 127, &payload_type)) {
        add_format(m, payload_type);
      }
    }
  }
  g_strfreev(word);
  return m;
}

/* "0 PCMU/8000" */
static void name_format(medium *m, const char *text) {
  char **word = g_strsplit(text, " ", 2);
  bool two = g_strv_length(word) == 2;
  char **part = g_strsplit(two ? word[1] : "", "/", 3);
  unsigned payload_type = 0, rate = 0;
  bool good = g_strv_length(part) >= 2 && number(word[0], 127, &payload_type) &&
              number(part[1], 1000000, &rate);
  for (unsigned i = 0; good && i < m->count; i++) {
    if (m->formats[i].payload_type == payload_type) {
      char *harmless = clean(str_of(part[0]));
      if (strlen(harmless) < sizeof(m->formats[i].name)) {
        g_strlcpy(m->formats[i].name, harmless, sizeof(m->formats[i].name));
        m->formats[i].rate = rate;
      }
      g_free(harmless);
    }
  }
  g_strfreev(part);
  g_strfreev(word);
}

/* "1 AEAD_AES_128_GCM inline:KEY|lifetime" */
static void add_key(medium *m, const char *text) {
  static const struct {
    const char *name;
    uint32_t suite;
    gsize len;
  } suites[] = {
    {"AEAD_AES_128_GCM", MSNAV_SRTP_AES_128_GCM, 28},
    {"AES_CM_128_HMAC_SHA1_80", MSNAV_SRTP_AES_CM_SHA1_80, 30},
    {"AES_CM_128_HMAC_SHA1_32", MSNAV_SRTP_AES_CM_SHA1_32, 30},
  };
  char **word = g_strsplit(text, " ", 4);
  crypto k = {.suite = MSNAV_SRTP_NONE};
  bool good = g_strv_length(word) >= 3 && number(word[0], 999999999, &k.tag) &&
              g_str_has_prefix(word[2], "inline:") &&
              m->key_count < G_N_ELEMENTS(m->keys);
  for (size_t i = 0; good && i < G_N_ELEMENTS(suites); i++) {
    const char *key = word[2] + strlen("inline:");
    gsize len = 0;
    char *base64 = g_strndup(key, strcspn(key, "|"));
    guchar *bytes = base64[0] != '\0' ? g_base64_decode(base64, &len) : NULL;
    if (strcmp(word[1], suites[i].name) == 0 && len == suites[i].len) {
      k.suite = suites[i].suite;
      memcpy(k.key, bytes, len);
      m->keys[m->key_count++] = k;
      good = false;
    }
    g_free(bytes);
    g_free(base64);
  }
  g_strfreev(word);
}

static bool connection_line(const char *text, uint32_t *ip) {
  msnav_addr a;
  if (strncmp(text, "IN IP4 ", 7) != 0 ||
      msnav_addr_parse((msnav_str){text + 7, strcspn(text + 7, " /")}, &a) !=
        MSNAV_OK) {
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
    unsigned port = 0;
    if (strncmp(*l, "c=", 2) == 0 && connection_line(*l + 2, &ip) &&
        m != NULL) {
      m->rtp.ip = m->rtcp.ip = ip;
    } else if (strncmp(*l, "m=", 2) == 0) {
      m = media_line(p, time, *l + 2, ip);
    } else if (m != NULL && strncmp(*l, "a=rtpmap:", 9) == 0) {
      name_format(m, *l + 9);
    } else if (m != NULL && strncmp(*l, "a=crypto:", 9) == 0) {
      add_key(m, *l + 9);
    } else if (m != NULL && strncmp(*l, "a=rtcp:", 7) == 0 &&
               number(*l + 7, 65535, &port)) {
      m->rtcp.port = (uint16_t)port;
    }
  }
  g_strfreev(line);
  g_free(text);
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include <stdlib.h>
#include <string.h>

bool static_format(unsigned payload_type, const char **name, uint32_t *rate) {
  static const struct {
    const char *name;
    unsigned payload_type;
    uint32_t rate;
  } rows[] = {
    {"PCMU", 0, 8000},   {"GSM", 3, 8000},    {"G723", 4, 8000},
    {"DVI4", 5, 8000},   {"DVI4", 6, 16000},  {"PCMA", 8, 8000},
    {"G722", 9, 8000},   {"CN", 13, 8000},    {"G729", 18, 8000},
    {"H261", 31, 90000}, {"H263", 34, 90000},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (rows[i].payload_type == payload_type) {
      *name = rows[i].name;
      *rate = rows[i].rate;
      return true;
    }
  }
  return false;
}

static char *media_line(const char *text) {
  char **word = g_strsplit(text, " ", 4);
  char *meaning;
  if (g_strv_length(word) < 3 || !g_ascii_isdigit(word[1][0])) {
    meaning = g_strdup("malformed");
  } else {
    const char *name = strcmp(word[0], "audio") == 0   ? "sound"
                       : strcmp(word[0], "video") == 0 ? "pictures"
                                                       : word[0];
    unsigned long port = strtoul(word[1], NULL, 10);
    meaning = port == 0
                ? g_strdup_printf("%s: refused", name)
                : g_strdup_printf("%s is received on port %lu; by preference",
                                  name, port);
  }
  g_strfreev(word);
  return meaning;
}

static const char *attribute(const char *text) {
  static const struct {
    const char *start, *meaning;
  } rows[] = {
    {"rtpmap:", "format: its number, name, clock rate"},
    {"fmtp:", "parameters of a format"},
    {"encryption:rejected", "no DES encryption"},
    {"encryption:", "the original's DES encryption"},
    {"rtcp:", "port of RTCP (RFC 3605)"},
    {"rtcp-xr:", "extended reports that are asked for (RFC 3611)"},
    {"crypto:", "a key for SRTP (RFC 4568)"},
    {"sendrecv", "sends and receives"},
    {"sendonly", "sends only: the other side is on hold"},
    {"recvonly", "receives only"},
    {"inactive", "neither sends nor receives: on hold"},
    {"ptime:", "milliseconds in a packet"},
  };
  for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
    if (strncmp(text, rows[i].start, strlen(rows[i].start)) == 0) {
      return rows[i].meaning;
    }
  }
  return "an attribute";
}

char *explain_sdp(char type, msnav_str value) {
  char *text = g_strndup(value.ptr, value.len);
  char *meaning = NULL;
  switch (type) {
  case 'm':
    meaning = media_line(text);
    break;
  case 'a':
    meaning = g_strdup(attribute(text));
    break;
  case 'c':
    meaning =
      g_strdup(strstr(text, "0.0.0.0") != NULL ? "no address: on hold"
                                               : "where media are received");
    break;
  case 'v':
    meaning = g_strdup("version of SDP");
    break;
  case 'o':
    meaning = g_strdup("who made it; RTC never raises the version");
    break;
  case 's':
    meaning = g_strdup("name of the session");
    break;
  case 'b':
    meaning = g_strdup("bandwidth, kbit/s");
    break;
  case 't':
    meaning = g_strdup("when: 0 0 is always");
    break;
  case 'k':
    meaning = g_strdup("key of the original's encryption");
    break;
  default:
    meaning = g_strdup("");
  }
  g_free(text);
  return meaning;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include <stdio.h>
#include <string.h>

bool static_format(unsigned payload_type, const char **name, uint32_t *rate) {
  static const struct {
    unsigned payload_type;
    const char *name;
    uint32_t rate;
  } rows[] = {
    {0, "PCMU", 8000},   {3, "GSM", 8000},    {4, "G723", 8000},
    {5, "DVI4", 8000},   {6, "DVI4", 16000},  {8, "PCMA", 8000},
    {9, "G722", 8000},   {13, "CN", 8000},    {18, "G729", 8000},
    {31, "H261", 90000}, {34, "H263", 90000},
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
  char what[16] = "", protocol[24] = "";
  unsigned port = 0;
  if (sscanf(text, "%15s %u %23s", what, &port, protocol) != 3) {
    return g_strdup("malformed");
  }
  const char *name = strcmp(what, "audio") == 0   ? "sound"
                     : strcmp(what, "video") == 0 ? "pictures"
                                                  : what;
  if (port == 0) {
    return g_strdup_printf("%s: refused", name);
  }
  return g_strdup_printf("%s is received on port %u; formats by preference",
                         name, port);
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

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "capture.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

static bool looks_like_capture(FILE *file) {
  static const uint8_t magic[][4] = {{0xd4, 0xc3, 0xb2, 0xa1},
                                     {0xa1, 0xb2, 0xc3, 0xd4},
                                     {0x4d, 0x3c, 0xb2, 0xa1},
                                     {0xa1, 0xb2, 0x3c, 0x4d},
                                     {0x0a, 0x0d, 0x0d, 0x0a}};
  uint8_t head[4];
  size_t n = fread(head, 1, 4, file);
  rewind(file);
  for (size_t i = 0; n == 4 && i < G_N_ELEMENTS(magic); i++) {
    if (memcmp(head, magic[i], 4) == 0) {
      return true;
    }
  }
  return false;
}

/* libpcap's words for a file that ends too early. */
static void note_end(trail *t, uint64_t packets, const char *error) {
  if (t == NULL) {
    return;
  }
  if (strstr(error, "truncated") != NULL) {
    t->cut = true;
    trail_note(t, true, "the capture is cut within packet %" PRIu64,
               packets + 1);
  } else {
    trail_note(t, true, "the capture is damaged after packet %" PRIu64 ": %s",
               packets, error);
  }
}

/* Four bytes of a classic capture in the byte order of its magic. */
static uint32_t word(const uint8_t *p, bool little) {
  return little ? (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                    (uint32_t)p[3] << 24
                : (uint32_t)p[3] | (uint32_t)p[2] << 8 | (uint32_t)p[1] << 16 |
                    (uint32_t)p[0] << 24;
}

/* Whether a record may begin here: about the time of the one before, with
 * lengths that a packet can have. */
static bool plausible(const uint8_t *p, bool little, uint64_t time) {
  uint64_t seconds = word(p, little);
  uint32_t have = word(p + 8, little), len = word(p + 12, little);
  return seconds + 86400 > time / 1000000 && seconds < time / 1000000 + 86400 &&
         have >= 20 && have <= len && len <= 65535;
}

/* Behind a damaged record header of a classic capture, the next whole one;
 * false: there is none, or it is a pcapng. */
static bool find_record(FILE *file, long from, uint64_t time) {
  static const uint8_t little_magic[] = {0xd4, 0xc3, 0xb2, 0xa1};
  static const uint8_t big_magic[] = {0xa1, 0xb2, 0xc3, 0xd4};
  uint8_t head[16];
  rewind(file);
  if (from < 0 || fread(head, 1, 4, file) != 4) {
    return false;
  }
  bool little = memcmp(head, little_magic, 4) == 0;
  if (!little && memcmp(head, big_magic, 4) != 0) {
    return false;
  }
  for (long at = from + 1; at < from + (1 << 20); at++) {
    if (fseek(file, at, SEEK_SET) != 0 || fread(head, 1, 16, file) != 16) {
      return false;
    }
    if (plausible(head, little, time)) {
      return fseek(file, at, SEEK_SET) == 0;
    }
  }
  return false;
}

static void read_packets(pcap_t *pcap, trail *t, network *n) {
  struct pcap_pkthdr *head;
  const u_char *data;
  frame f = {.link = pcap_datalink(pcap)};
  FILE *file = pcap_file(pcap);
  for (;;) {
    long at = ftell(file);
    int got = pcap_next_ex(pcap, &head, &data);
    if (got == 1) {
      f.number++;
      f.data = data;
      f.len = head->caplen;
      f.missing = head->len > head->caplen ? head->len - head->caplen : 0;
      f.time = (uint64_t)head->ts.tv_sec * 1000000 + (uint64_t)head->ts.tv_usec;
      network_take(n, &f);
      continue;
    }
    if (got == -1) {
      note_end(t, f.number, pcap_geterr(pcap));
    }
    if (got != -1 || strstr(pcap_geterr(pcap), "truncated") != NULL ||
        !find_record(file, at, f.time)) {
      break;
    }
  }
  if (t != NULL) {
    t->packets = f.number;
  }
}

capture_result
capture_read(const char *path, trail *t, packet_fn fn, void *arg, char **why) {
  FILE *file = fopen(path, "rb");
  if (file == NULL) {
    *why = g_strdup(strerror(errno));
    return CAPTURE_FAILED;
  }
  if (!looks_like_capture(file)) {
    fclose(file);
    return CAPTURE_NONE;
  }
  char error[PCAP_ERRBUF_SIZE] = "";
  pcap_t *pcap = pcap_fopen_offline(file, error);
  if (pcap == NULL) {
    fclose(file);
    note_end(t, 0, error);
    return CAPTURE_READ;
  }
  network *n = network_new(t, fn, arg);
  read_packets(pcap, t, n);
  network_free(n);
  pcap_close(pcap);
  return CAPTURE_READ;
}

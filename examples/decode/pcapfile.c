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

static void read_packets(pcap_t *pcap, trail *t, network *n) {
  struct pcap_pkthdr *head;
  const u_char *data;
  frame f = {.link = pcap_datalink(pcap)};
  int got;
  while ((got = pcap_next_ex(pcap, &head, &data)) == 1) {
    f.number++;
    f.data = data;
    f.len = head->caplen;
    f.missing = head->len > head->caplen ? head->len - head->caplen : 0;
    f.time = (uint64_t)head->ts.tv_sec * 1000000 + (uint64_t)head->ts.tv_usec;
    network_take(n, &f);
  }
  if (t != NULL) {
    t->packets = f.number;
  }
  if (got == -1) {
    note_end(t, f.number, pcap_geterr(pcap));
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

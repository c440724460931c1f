/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pcap.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define IP_HEADER 20
#define UDP_HEADER 8
#define TCP_HEADER 20
#define MOST_TCP 1400 /* payload of one segment */
#define LINKTYPE_RAW 101

enum { FIN = 1, SYN = 2, PSH = 8, ACK = 16 };

struct pcap {
  FILE *file;
  uint16_t id;
  bool failed;
  bool older; /* what the file held before is still in it */
};

static void be16(uint8_t *p, uint32_t v) {
  p[0] = (uint8_t)(v >> 8);
  p[1] = (uint8_t)v;
}

static void be32(uint8_t *p, uint32_t v) {
  be16(p, v >> 16);
  be16(p + 2, v & 0xffff);
}

/* Internet checksum (RFC 1071) of bytes on top of a running sum. */
static uint32_t sum(uint32_t s, const uint8_t *p, size_t len) {
  for (size_t i = 0; i + 1 < len; i += 2) {
    s += (uint32_t)p[i] << 8 | p[i + 1];
  }
  if (len % 2 != 0) {
    s += (uint32_t)p[len - 1] << 8;
  }
  return s;
}

static uint32_t fold(uint32_t s) {
  while (s >> 16 != 0) {
    s = (s & 0xffff) + (s >> 16);
  }
  return ~s & 0xffff;
}

static void write_header(pcap *p) {
  const uint32_t head[6] = {0xa1b2c3d4, 2 | 4u << 16, 0,
                            0,          65535,        LINKTYPE_RAW};
  fwrite(head, sizeof(head), 1, p->file);
}

static pcap *create(const char *path, int flags) {
  int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC | flags, 0666);
  pcap *p = fd >= 0 ? calloc(1, sizeof(*p)) : NULL;
  FILE *file = p != NULL ? fdopen(fd, "wb") : NULL;
  if (file == NULL) {
    int why = errno;
    free(p);
    if (fd >= 0) {
      close(fd);
    }
    errno = why;
    return NULL;
  }
  struct stat there;
  p->file = file;
  p->older = fstat(fd, &there) == 0 && there.st_size > 0;
  if (!p->older) {
    write_header(p);
  }
  return p;
}

pcap *pcap_create(const char *path) {
  return create(path, O_TRUNC);
}

pcap *pcap_replace(const char *path) {
  return create(path, 0);
}

typedef struct flow {
  const msnav_addr *from, *to;
} flow;

/* packet: an IPv4 header to fill in, then len bytes with a transport header
 * whose checksum stands at check. */
static void put(pcap *p, uint64_t time, flow between, uint8_t *packet,
                size_t len, size_t check) {
  if (p->older) {
    p->older = false;
    p->failed |= ftruncate(fileno(p->file), 0) != 0;
    write_header(p);
  }
  uint8_t protocol = check == 6 ? 17 : 6;
  size_t total = IP_HEADER + len;
  memset(packet, 0, IP_HEADER);
  packet[0] = 0x45;
  be16(packet + 2, (uint32_t)total);
  be16(packet + 4, p->id++);
  packet[8] = 64;
  packet[9] = protocol;
  be32(packet + 12, between.from->ip);
  be32(packet + 16, between.to->ip);
  be16(packet + 10, fold(sum(0, packet, IP_HEADER)));
  uint32_t pseudo = sum(0, packet + 12, 8) + protocol + (uint32_t)len;
  uint8_t *transport = packet + IP_HEADER;
  be16(transport + check, 0);
  uint32_t value = fold(sum(pseudo, transport, len));
  be16(transport + check, value == 0 ? 0xffff : value);
  const uint32_t record[4] = {(uint32_t)(time / 1000000),
                              (uint32_t)(time % 1000000), (uint32_t)total,
                              (uint32_t)total};
  fwrite(record, sizeof(record), 1, p->file);
  fwrite(packet, 1, total, p->file);
  fflush(p->file);
}

void pcap_udp(pcap *p, uint64_t time, const msnav_addr *from,
              const msnav_addr *to, const void *data, size_t len) {
  uint8_t packet[65535];
  if (p == NULL || len > sizeof(packet) - IP_HEADER - UDP_HEADER) {
    return;
  }
  uint8_t *udp = packet + IP_HEADER;
  be16(udp, from->port);
  be16(udp + 2, to->port);
  be16(udp + 4, (uint32_t)(UDP_HEADER + len));
  memcpy(udp + UDP_HEADER, data, len);
  put(p, time, (flow){from, to}, packet, UDP_HEADER + len, 6);
}

static void segment(pcap *p, uint64_t time, pcap_tcp *tcp, bool from_client,
                    unsigned flags, msnav_str data) {
  uint8_t packet[IP_HEADER + TCP_HEADER + MOST_TCP];
  const msnav_addr *from = from_client ? &tcp->client : &tcp->server;
  const msnav_addr *to = from_client ? &tcp->server : &tcp->client;
  uint32_t *sent = from_client ? &tcp->from_client : &tcp->from_server;
  uint32_t seen = from_client ? tcp->from_server : tcp->from_client;
  uint8_t *h = packet + IP_HEADER;
  memset(h, 0, TCP_HEADER);
  be16(h, from->port);
  be16(h + 2, to->port);
  be32(h + 4, *sent);
  be32(h + 8, (flags & ACK) != 0 ? seen : 0);
  h[12] = TCP_HEADER / 4 << 4;
  h[13] = (uint8_t)flags;
  be16(h + 14, 65535);
  memcpy(h + TCP_HEADER, data.ptr, data.len);
  put(p, time, (flow){from, to}, packet, TCP_HEADER + data.len, 16);
  *sent += (uint32_t)data.len + ((flags & (SYN | FIN)) != 0 ? 1 : 0);
}

static const msnav_str nothing = {"", 0};

void pcap_tcp_open(pcap *p, uint64_t time, pcap_tcp *tcp) {
  if (p != NULL) {
    segment(p, time, tcp, true, SYN, nothing);
    segment(p, time, tcp, false, SYN | ACK, nothing);
    segment(p, time, tcp, true, ACK, nothing);
  }
}

void pcap_tcp_data(pcap *p, uint64_t time, pcap_tcp *tcp, bool from_client,
                   const void *data, size_t len) {
  const char *at = data;
  while (p != NULL && len > 0) {
    msnav_str part = {at, len < MOST_TCP ? len : MOST_TCP};
    segment(p, time, tcp, from_client, PSH | ACK, part);
    at += part.len;
    len -= part.len;
  }
}

void pcap_tcp_close(pcap *p, uint64_t time, pcap_tcp *tcp) {
  if (p != NULL) {
    segment(p, time, tcp, true, FIN | ACK, nothing);
    segment(p, time, tcp, false, FIN | ACK, nothing);
    segment(p, time, tcp, true, ACK, nothing);
  }
}

bool pcap_close(pcap *p) {
  if (p == NULL) {
    return true;
  }
  bool whole = ferror(p->file) == 0 && !p->failed;
  whole = fclose(p->file) == 0 && whole;
  free(p);
  return whole;
}

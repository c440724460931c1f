/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Capture files for Wireshark (classic pcap, raw IPv4), made from what a
 * program knows of its own traffic: no capture rights are needed. */
#ifndef EXAMPLES_PCAP_H
#define EXAMPLES_PCAP_H

#include <msnav/base.h>

typedef struct pcap pcap;

/* NULL with errno set when the file cannot be made.  What was written stays
 * when the program is killed. */
pcap *pcap_create(const char *path);
/* The same, but a file that is there stays as it is until the first packet. */
pcap *pcap_replace(const char *path);
/* time: microseconds since 1970. */
void pcap_udp(pcap *p, uint64_t time, const msnav_addr *from,
              const msnav_addr *to, const void *data, size_t len);

/* One TCP connection, so that analysers can put its stream together. */
typedef struct pcap_tcp {
  msnav_addr client, server;
  uint32_t from_client, from_server; /* bytes so far */
} pcap_tcp;

void pcap_tcp_open(pcap *p, uint64_t time, pcap_tcp *tcp);
void pcap_tcp_data(pcap *p, uint64_t time, pcap_tcp *tcp, bool from_client,
                   const void *data, size_t len);
void pcap_tcp_close(pcap *p, uint64_t time, pcap_tcp *tcp);

/* false when something could not be written; NULL is fine. */
bool pcap_close(pcap *p);

#endif

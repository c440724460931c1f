/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Data link, IPv4 and its fragments, TCP and UDP headers. */
#include "capture.h"

#include <string.h>

#define MOST_DATAGRAM 65535
#define MOST_PIECES 64 /* datagrams that wait for fragments */

enum { NULL_LINK = 0, ETHERNET = 1, PPP = 9, RAW = 101, OLD_RAW = 12 };
enum { LOOP = 108, COOKED = 113, IPV4 = 228, COOKED2 = 276 };

/* A datagram of which fragments have come. */
typedef struct pieces {
  uint32_t from, to;
  uint16_t id;
  uint8_t protocol;
  size_t have, total; /* total 0: the last fragment is missing */
  uint8_t *data;
} pieces;

struct network {
  trail *t; /* NULL: count and note nothing */
  packet_fn fn;
  void *arg;
  GPtrArray *waiting;
  uint64_t malformed, partial;
};

static uint16_t be16(const uint8_t *p) {
  return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p) {
  return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static void pieces_free(gpointer p) {
  pieces *f = p;
  g_free(f->data);
  g_free(f);
}

network *network_new(trail *t, packet_fn fn, void *arg) {
  network *n = g_new0(network, 1);
  n->t = t;
  n->fn = fn;
  n->arg = arg;
  n->waiting = g_ptr_array_new_with_free_func(pieces_free);
  return n;
}

void network_free(network *n) {
  if (n->t != NULL && n->malformed > 0) {
    trail_note(n->t, true, "%" PRIu64 " packets with a malformed header",
               n->malformed);
  }
  if (n->t != NULL && n->partial > 0) {
    trail_note(n->t, true, "%" PRIu64 " packets were captured only in part",
               n->partial);
  }
  if (n->t != NULL && n->waiting->len > 0) {
    trail_note(n->t, true, "%u datagrams lack fragments", n->waiting->len);
  }
  g_ptr_array_free(n->waiting, TRUE);
  g_free(n);
}

/* Offset of the IPv4 header, 0 <= offset; -1: something else. */
static int link_header(int link, const uint8_t *p, size_t len) {
  size_t at = 0;
  switch (link) {
  case RAW:
  case OLD_RAW:
  case IPV4:
    return 0;
  case NULL_LINK:
  case LOOP:
    return 4;
  case PPP:
    return len >= 4 && be16(p + 2) == 0x0021 ? 4 : -1;
  case COOKED:
    return len >= 16 && be16(p + 14) == 0x0800 ? 16 : -1;
  case COOKED2:
    return len >= 20 && be16(p) == 0x0800 ? 20 : -1;
  case ETHERNET:
    for (at = 12; at + 2 <= len && at < 24; at += 4) {
      uint16_t type = be16(p + at);
      if (type == 0x0800) {
        return (int)at + 2;
      }
      if (type != 0x8100 && type != 0x88a8) {
        return -1;
      }
    }
    return -1;
  default:
    return -1;
  }
}

static void transport(network *n, packet *p, const uint8_t *at, size_t len) {
  size_t header = p->tcp ? 20 : 8;
  if (len < header) {
    n->malformed++;
    return;
  }
  p->from.port = be16(at);
  p->to.port = be16(at + 2);
  if (p->tcp) {
    header = (size_t)(at[12] >> 4) * 4;
    p->sequence = be32(at + 4);
    p->fin = (at[13] & 1) != 0;
    p->syn = (at[13] & 2) != 0;
    p->rst = (at[13] & 4) != 0;
    p->ack = (at[13] & 16) != 0;
  } else {
    size_t told = be16(at + 4);
    if (told >= header && told < len) {
      len = told;
    }
  }
  if (header > len || (p->tcp && header < 20)) {
    n->malformed++;
    return;
  }
  p->data = at + header;
  p->len = len - header;
  n->fn(p, n->arg);
}

static pieces *find_pieces(network *n, const pieces *key) {
  for (guint i = 0; i < n->waiting->len; i++) {
    pieces *f = g_ptr_array_index(n->waiting, i);
    if (f->from == key->from && f->to == key->to && f->id == key->id &&
        f->protocol == key->protocol) {
      return f;
    }
  }
  if (n->waiting->len >= MOST_PIECES) {
    g_ptr_array_remove_index(n->waiting, 0);
  }
  pieces *f = g_new0(pieces, 1);
  *f = *key;
  f->data = g_malloc0(MOST_DATAGRAM);
  g_ptr_array_add(n->waiting, f);
  return f;
}

static void fragment(network *n, packet *p, const uint8_t *ip,
                     const uint8_t *at, size_t len) {
  size_t offset = (size_t)(be16(ip + 6) & 0x1fff) * 8;
  bool more = (be16(ip + 6) & 0x2000) != 0;
  if (offset + len > MOST_DATAGRAM || p->missing > 0) {
    n->malformed++;
    return;
  }
  pieces key = {.from = p->from.ip,
                .to = p->to.ip,
                .id = be16(ip + 4),
                .protocol = ip[9]};
  pieces *f = find_pieces(n, &key);
  memcpy(f->data + offset, at, len);
  f->have += len;
  if (!more) {
    f->total = offset + len;
  }
  if (f->total > 0 && f->have >= f->total) {
    transport(n, p, f->data, f->total);
    g_ptr_array_remove(n->waiting, f);
  }
}

void network_take(network *n, const frame *f) {
  int skip = link_header(f->link, f->data, f->len);
  if (skip < 0 || f->len < (size_t)skip + 1 || f->data[skip] >> 4 != 4) {
    return;
  }
  const uint8_t *ip = f->data + skip;
  size_t len = f->len - (size_t)skip;
  size_t header = (size_t)(ip[0] & 15) * 4;
  size_t total = len >= 4 ? be16(ip + 2) : 0;
  total = total == 0 ? len : total; /* segmentation left to the card */
  if (len < 20 || header < 20 || header > len || total < header) {
    n->malformed++;
    return;
  }
  bool tcp = ip[9] == 6;
  if (!tcp && ip[9] != 17) {
    return;
  }
  packet p = {.time = f->time,
              .number = f->number,
              .tcp = tcp,
              .from.ip = be32(ip + 12),
              .to.ip = be32(ip + 16)};
  if (total > len) {
    p.missing = total - len;
    n->partial++;
  } else {
    len = total; /* what follows is padding of the link */
  }
  if ((be16(ip + 6) & 0x3fff) != 0) {
    fragment(n, &p, ip, ip + header, len - header);
  } else {
    transport(n, &p, ip + header, len - header);
  }
}

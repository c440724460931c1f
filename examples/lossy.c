/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Preloaded into a messenger (LD_PRELOAD), it loses some of the RTP that is
 * sent: MSNAV_DROP is the percentage, MSNAV_DROP_SEED makes it repeatable.
 * The program believes that it sent; the network lost. */
#include <dlfcn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

typedef ssize_t (*sendto_fn)(int, const void *, size_t, int,
                             const struct sockaddr *, socklen_t);

static int lost(void) {
  static uint32_t state;
  static int percent = -1;
  if (percent < 0) {
    const char *p = getenv("MSNAV_DROP");
    const char *seed = getenv("MSNAV_DROP_SEED");
    percent = p != NULL ? (int)strtol(p, NULL, 10) : 0;
    state =
      seed != NULL ? (uint32_t)strtoul(seed, NULL, 10) * 2654435761u + 1 : 1;
  }
  state = state * 1664525u + 1013904223u;
  return (int)((state >> 8) % 100) < percent;
}

/* RTP version 2 and no RTCP packet type (RFC 5761 section 4). */
static int is_rtp(const uint8_t *p, size_t len) {
  return len > 12 && p[0] >> 6 == 2 && (p[1] < 192 || p[1] > 223);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name) */
ssize_t sendto(int fd, const void *data, size_t len, int flags,
               const struct sockaddr *to, socklen_t to_len) {
  static sendto_fn next;
  if (next == NULL) {
    void *found = dlsym(RTLD_NEXT, "sendto");
    memcpy(&next, &found, sizeof(next)); /* POSIX lets pointers be alike */
  }
  if (is_rtp(data, len) && lost()) {
    return (ssize_t)len;
  }
  return next(fd, data, len, flags, to, to_len);
}

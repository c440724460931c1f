/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RFC 3550 section 6.3 and A.7 for two members.  With so few, senders never
 * are a quarter of them or less, so everybody shares the bandwidth. */
#include "media/random.h"
#include "media/rtcp.h"

#define SECOND 1000000u
#define LEAST_US (5 * SECOND)
#define INTERVALS_HEARD 5 /* section 6.3.5 */
#define LOWER_LAYERS 28   /* IPv4 and UDP, section 6.3.3 */
#define FIRST_SIZE 100    /* what our first datagram is about */

/* 1 / (e - 3/2), in 1/65536: makes up for reconsideration, which lets the
 * average come out too low */
#define COMPENSATION 53794u

void msnav_rtcp_timer_init(msnav_rtcp_timer *t, uint32_t bandwidth,
                           uint32_t random, msnav_usec now) {
  t->last = now;
  t->average_q4 = (FIRST_SIZE + LOWER_LAYERS) << 4;
  t->bytes_second = bandwidth / (20 * 8);
  t->bytes_second += t->bytes_second == 0;
  t->random = random;
  t->members = 1;
  t->initial = true;
  t->next = now + msnav_rtcp_interval(t);
}

/* Td of section 6.3.1, without its share of chance. */
static uint64_t calculated(const msnav_rtcp_timer *t, unsigned members) {
  uint64_t least = t->initial ? LEAST_US / 2 : LEAST_US;
  uint64_t us =
    (uint64_t)t->average_q4 * members * (SECOND >> 4) / t->bytes_second;
  return us < least ? least : us;
}

msnav_usec msnav_rtcp_interval(msnav_rtcp_timer *t) {
  uint64_t us = calculated(t, t->members);
  us = us * (0x8000u + (msnav_random(&t->random) >> 16)) >> 16; /* 0.5...1.5 */
  return us * COMPENSATION >> 16;
}

bool msnav_rtcp_timer_expire(msnav_rtcp_timer *t, msnav_usec now) {
  if (now < t->next) {
    return false;
  }
  msnav_usec next = t->last + msnav_rtcp_interval(t);
  if (next <= now) {
    return true;
  }
  t->next = next;
  return false;
}

static void learn_size(msnav_rtcp_timer *t, size_t len) {
  uint32_t size = (uint32_t)len + LOWER_LAYERS;
  t->average_q4 += size - (t->average_q4 >> 4);
}

void msnav_rtcp_timer_sent(msnav_rtcp_timer *t, size_t len, msnav_usec now) {
  learn_size(t, len);
  t->initial = false;
  t->last = now;
  t->next = now + msnav_rtcp_interval(t);
}

void msnav_rtcp_timer_heard(msnav_rtcp_timer *t, size_t len) {
  learn_size(t, len);
  t->members = 2;
}

void msnav_rtcp_timer_check(msnav_rtcp_timer *t, msnav_usec heard,
                            msnav_usec now) {
  bool here = heard != 0 && now - heard <= INTERVALS_HEARD * calculated(t, 2);
  t->members = here ? 2 : 1;
}

void msnav_rtcp_timer_left(msnav_rtcp_timer *t, msnav_usec now) {
  if (t->members < 2) {
    return;
  }
  /* section 6.3.4 with one of two members left */
  t->members = 1;
  t->next = t->next > now ? now + (t->next - now) / 2 : t->next;
  t->last = t->last < now ? now - (now - t->last) / 2 : t->last;
}

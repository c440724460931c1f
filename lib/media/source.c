/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/source.h"

#include <string.h>

/* An address that can be sent to, else none at all: 0.0.0.0 is how old peers
 * say hold (RFC 2543 section B.5). */
static msnav_addr usable(msnav_addr addr) {
  const msnav_addr none = {0, 0};
  return addr.ip != 0 && addr.port != 0 ? addr : none;
}

/* RFC 3550 section 11: the next port, unless the peer said otherwise (RFC
 * 3605).  No port follows the last one. */
static msnav_addr rtcp_of(const msnav_stream_config *config) {
  msnav_addr rtcp = config->remote_rtcp;
  if (rtcp.port == 0) {
    rtcp = usable(config->remote_rtp);
    rtcp.port = (uint16_t)(rtcp.port > 0 ? rtcp.port + 1 : 0);
  }
  return usable(rtcp);
}

void msnav_source_init(msnav_source *s, const msnav_stream_config *config) {
  memset(s, 0, sizeof(*s));
  s->signalled = usable(config->remote_rtp);
  s->signalled_rtcp = rtcp_of(config);
  s->rtp = s->signalled;
  s->rtcp = s->signalled_rtcp;
  s->host = config->remote_host;
  s->policy = (uint8_t)config->policy;
}

bool msnav_source_is_same(const msnav_source *s,
                          const msnav_stream_config *config) {
  msnav_addr rtp = usable(config->remote_rtp), rtcp = rtcp_of(config);
  return msnav_addr_equal(&s->signalled, &rtp) &&
         msnav_addr_equal(&s->signalled_rtcp, &rtcp) &&
         s->host == config->remote_host && s->policy == config->policy;
}

static bool is_named(const msnav_source *s, uint32_t ip) {
  return ip != 0 &&
         (ip == s->signalled.ip || ip == s->signalled_rtcp.ip || ip == s->host);
}

msnav_trust msnav_source_check(const msnav_source *s, const msnav_addr *from) {
  if (s->policy == MSNAV_SOURCE_SIGNALLED || s->locked) {
    return from->port != 0 && msnav_addr_equal(from, &s->rtp)
             ? MSNAV_TRUST_FULL
             : MSNAV_TRUST_NONE;
  }
  if (from->port == 0 || !is_named(s, from->ip)) {
    return MSNAV_TRUST_NONE;
  }
  return s->policy == MSNAV_SOURCE_SAME_HOST ? MSNAV_TRUST_FULL
                                             : MSNAV_TRUST_TRIAL;
}

bool msnav_source_check_rtcp(const msnav_source *s, const msnav_addr *from) {
  if (from->port == 0) {
    return false;
  }
  if (msnav_addr_equal(from, &s->rtcp) || msnav_addr_equal(from, &s->rtp)) {
    return true;
  }
  if (s->policy == MSNAV_SOURCE_SIGNALLED || s->rtcp_locked) {
    return false;
  }
  if (s->locked) {
    return from->ip == s->rtp.ip;
  }
  return is_named(s, from->ip);
}

bool msnav_source_lock(msnav_source *s, const msnav_addr *from) {
  if (s->policy != MSNAV_SOURCE_LATCH || s->locked) {
    return false;
  }
  s->rtp = *from;
  s->locked = true;
  return true;
}

void msnav_source_lock_rtcp(msnav_source *s, const msnav_addr *from) {
  /* RTCP that shares the RTP port says nothing about where the peer listens
   * for it */
  if (s->policy != MSNAV_SOURCE_LATCH || !s->locked || s->rtcp_locked ||
      msnav_addr_equal(from, &s->rtp)) {
    return;
  }
  s->rtcp = *from;
  s->rtcp_locked = true;
}

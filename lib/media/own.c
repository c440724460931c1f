/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our own SSRC in what comes in (RFC 3550 section 8.2): the peer has drawn the
 * same one, or what we send comes back.  The first time it is taken for the
 * one, and we choose another SSRC and say BYE for the former; if that does not
 * help within ten intervals of RTCP, it is the other.  From anywhere but where
 * we send to it can only be a loop, or a stranger who would have us jump.
 * Lists of contributing sources are not searched: we are in those of every
 * conference that we speak in. */
#include "media/stream.h"

#include "media/random.h"

/* Ten times the least interval, s. */
#define PATIENCE 50

static bool is_where_we_send(const msnav_stream *s, const msnav_addr *from) {
  return msnav_addr_equal(from, &s->source.rtp) ||
         msnav_addr_equal(from, &s->source.rtcp);
}

static void change(msnav_stream *s) {
  msnav_sender *t = &s->tx;
  uint32_t *random = &s->reports.timer.random;
  s->own.former = t->ssrc;
  /* section 6.3.7: who never sent anything does not say BYE */
  s->own.leaving = t->packets > 0 || s->reports.sent > 0;
  do {
    t->ssrc = msnav_random(random);
  } while (t->ssrc == s->own.former || t->ssrc == s->rx.ssrc || t->ssrc == 0);
  /* section 6.4.1: a sender report counts what its SSRC sent */
  s->own.packets_before = (uint32_t)t->packets;
  s->own.bytes_before = (uint32_t)t->bytes;
  s->own.changes++;
  msnav_stream_tell(s, MSNAV_STREAM_COLLISION, t->ssrc, 0);
}

bool msnav_stream_is_loop(msnav_stream *s, const msnav_addr *from,
                          msnav_usec now) {
  uint32_t second = (uint32_t)(now / 1000000);
  bool peer = is_where_we_send(s, from);
  bool again = s->own.met && second - s->own.at < PATIENCE;
  if (peer) {
    s->own.met = true;
    s->own.at = second;
  }
  if (!peer || again) {
    s->own.looped++;
    return true;
  }
  change(s);
  return false;
}

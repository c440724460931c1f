/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/receiver.h"

#define MAX_DROPOUT 3000 /* RFC 3550 A.1 */
#define MAX_MISORDER 100
#define NO_BAD_SEQ 0x10000u
#define GMIN 16 /* packets between losses of one burst, RFC 3611 */

static bool same(const msnav_addr *a, const msnav_addr *b) {
  return a->ip == b->ip && a->port == b->port;
}

void msnav_source_init(msnav_source *s, const msnav_stream_config *config) {
  *s = (msnav_source){.policy = config->policy,
                      .host = config->remote_rtp.ip,
                      .second_host = config->remote_host,
                      .signalled = config->remote_rtp};
}

static bool named(const msnav_source *s, uint32_t ip) {
  return ip != 0 && (ip == s->host || ip == s->second_host);
}

/* Packets in sequence from one port and SSRC. */
static bool
probation(msnav_source *s, const msnav_addr *from, const msnav_rtp *rtp) {
  bool goes_on = s->candidate_count > 0 && same(from, &s->candidate) &&
                 rtp->ssrc == s->candidate_ssrc &&
                 rtp->sequence == s->candidate_next;
  s->candidate_count = goes_on ? (uint8_t)(s->candidate_count + 1) : 1;
  s->candidate = *from;
  s->candidate_ssrc = rtp->ssrc;
  s->candidate_next = (uint16_t)(rtp->sequence + 1);
  return s->candidate_count >= MSNAV_PROBATION;
}

msnav_error msnav_source_check(msnav_source *s, const msnav_addr *from,
                               const msnav_rtp *rtp, bool *locked) {
  if (s->locked.port != 0) {
    return same(from, &s->locked) ? MSNAV_OK : MSNAV_ERR_SOURCE;
  }
  bool signalled = same(from, &s->signalled);
  switch ((msnav_source_policy)s->policy) {
  case MSNAV_SOURCE_SIGNALLED:
    return signalled ? MSNAV_OK : MSNAV_ERR_SOURCE;
  case MSNAV_SOURCE_SAME_HOST:
    return named(s, from->ip) ? MSNAV_OK : MSNAV_ERR_SOURCE;
  case MSNAV_SOURCE_LATCH:
    break;
  }
  if (!named(s, from->ip)) {
    return MSNAV_ERR_SOURCE;
  }
  if (signalled) { /* heard at once, locked when it goes on */
    *locked = ++s->trusted_count >= MSNAV_PROBATION;
  } else {
    *locked = probation(s, from, rtp);
  }
  if (*locked) {
    s->locked = *from;
  }
  return signalled || *locked ? MSNAV_OK : MSNAV_ERR_SOURCE;
}

bool msnav_source_allows_rtcp(const msnav_source *s, const msnav_addr *from) {
  return s->locked.port != 0 ? from->ip == s->locked.ip : named(s, from->ip);
}

void msnav_receiver_set_clock(msnav_receiver *r, uint32_t clock_rate) {
  r->clock_q32 = (uint32_t)(((uint64_t)clock_rate << 32) / 1000000);
}

static void start_ssrc(msnav_receiver *r, const msnav_rtp *rtp) {
  r->ssrc = rtp->ssrc;
  r->known = true;
  r->max_seq = (uint16_t)(rtp->sequence - 1);
  r->cycles = 0;
  r->base_seq = rtp->sequence;
  r->bad_seq = NO_BAD_SEQ;
  r->received = r->expected_prior = r->received_prior = 0;
  r->last_arrival = 0;
  r->new_count = 0;
}

bool msnav_receiver_accepts(msnav_receiver *r, const msnav_rtp *rtp,
                            msnav_usec now, bool *changed) {
  if (r->known && rtp->ssrc == r->ssrc) {
    return true;
  }
  if (!r->known) {
    start_ssrc(r, rtp);
    return true;
  }
  bool goes_on = r->new_count > 0 && rtp->ssrc == r->new_ssrc &&
                 rtp->sequence == r->new_next;
  r->new_count = goes_on ? (uint8_t)(r->new_count + (r->new_count < 255)) : 1;
  r->new_ssrc = rtp->ssrc;
  r->new_next = (uint16_t)(rtp->sequence + 1);
  if (r->new_count < MSNAV_PROBATION ||
      now - r->last_heard < MSNAV_SSRC_SILENCE) {
    return false;
  }
  start_ssrc(r, rtp);
  *changed = true;
  return true;
}

/* Losses that stand close to each other make a burst. */
static void note_gap(msnav_receiver *r, uint32_t lost) {
  if (lost == 0) {
    r->since_loss++;
    return;
  }
  r->losses += lost;
  if (lost > 1 || r->since_loss < GMIN) {
    r->burst_losses += lost;
  }
  r->since_loss = 0;
}

/* RFC 3550 A.8, from arrival to arrival. */
static void
note_arrival(msnav_receiver *r, const msnav_rtp *rtp, msnav_usec now) {
  r->last_heard = now;
  if (r->last_arrival != 0 && rtp->timestamp == r->last_timestamp) {
    return; /* more of a telephone-event, or of a picture */
  }
  if (r->last_arrival != 0) {
    uint32_t us = (uint32_t)(now - r->last_arrival);
    int32_t units = (int32_t)(((uint64_t)us * r->clock_q32) >> 32);
    int32_t d = units - (int32_t)(rtp->timestamp - r->last_timestamp);
    uint32_t magnitude = d < 0 ? 0u - (uint32_t)d : (uint32_t)d;
    if (magnitude < 1u << 20) {
      r->jitter_q4 += magnitude - ((r->jitter_q4 + 8) >> 4);
    }
  }
  r->last_arrival = now;
  r->last_timestamp = rtp->timestamp;
}

msnav_sequence_result
msnav_receiver_take(msnav_receiver *r, const msnav_rtp *rtp, msnav_usec now,
                    uint32_t *extended) {
  uint16_t ahead = (uint16_t)(rtp->sequence - r->max_seq);
  msnav_sequence_result result = MSNAV_SEQUENCE_NEXT;
  if (ahead != 0 && ahead < MAX_DROPOUT) {
    if (rtp->sequence < r->max_seq) {
      r->cycles += 65536;
    }
    if (r->received > 0) {
      note_gap(r, ahead - 1u);
    }
    r->max_seq = rtp->sequence;
    note_arrival(r, rtp, now);
  } else if (ahead != 0 && ahead <= 65536 - MAX_MISORDER) {
    if (rtp->sequence != r->bad_seq) {
      r->bad_seq = (rtp->sequence + 1u) & 0xffff;
      return MSNAV_SEQUENCE_REFUSED;
    }
    uint32_t jitter = r->jitter_q4; /* two in sequence: the peer restarted */
    start_ssrc(r, rtp);
    r->max_seq = rtp->sequence;
    r->jitter_q4 = jitter;
    note_arrival(r, rtp, now);
    result = MSNAV_SEQUENCE_JUMP;
  } else {
    result = MSNAV_SEQUENCE_OLD;
  }
  r->received++;
  *extended = r->cycles + rtp->sequence;
  if (result == MSNAV_SEQUENCE_OLD && rtp->sequence > r->max_seq &&
      r->cycles > 0) {
    *extended -= 65536; /* from before the wrap */
  }
  return result;
}

int64_t msnav_receiver_lost(const msnav_receiver *r) {
  if (!r->known) {
    return 0;
  }
  int64_t expected = (int64_t)r->cycles + r->max_seq - r->base_seq + 1;
  return expected - r->received;
}

uint8_t msnav_receiver_fraction(msnav_receiver *r) {
  uint32_t expected = r->cycles + r->max_seq - r->base_seq + 1;
  uint32_t expected_now = expected - r->expected_prior;
  uint32_t received_now = r->received - r->received_prior;
  r->expected_prior = expected;
  r->received_prior = r->received;
  if (expected_now == 0 || expected_now <= received_now) {
    return 0;
  }
  return (uint8_t)(((expected_now - received_now) << 8) / expected_now);
}

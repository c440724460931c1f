/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telephone-events (RFC 4733): payloads of any kind, and what our sender says
 * over a network that loses, doubles, reorders and damages.  Keys that begin
 * end, one before the next begins; without damage all that were pressed are
 * heard, in order and as long as they were. */
#include "fuzz/fuzz.h"
#include "media/dtmf.h"

#define MOST 64

typedef struct ear {
  msnav_dtmf_receiver receiver;
  bool on;
  uint8_t event;
  unsigned heard;
  uint8_t events[MOST];
  uint32_t lengths[MOST];
} ear;

static void ended(ear *e, uint8_t event, uint32_t length) {
  CHECK(e->on && event == e->event);
  e->on = false;
  e->events[e->heard % MOST] = event;
  e->lengths[e->heard % MOST] = length;
  e->heard++;
}

static void hear(ear *e, const msnav_dtmf_news *n) {
  /* only after it began, in the order of the news */
  if (n->ended) {
    ended(e, n->ended_event, n->ended_length);
  }
  if (n->began) {
    CHECK(!e->on && n->event <= MSNAV_DTMF_LAST_EVENT);
    e->on = true;
    e->event = n->event;
  }
  if (n->ended_too) {
    CHECK(n->began);
    ended(e, n->event, n->length);
  }
  CHECK(e->on == e->receiver.active);
}

static void listen_to(ear *e, const uint8_t *payload, uint32_t timestamp,
                      uint32_t rate, msnav_usec now) {
  msnav_dtmf_news news;
  if (msnav_dtmf_check(payload, MSNAV_DTMF_PAYLOAD) != MSNAV_OK) {
    return;
  }
  msnav_dtmf_arrival a = {payload, timestamp, rate, now};
  msnav_dtmf_receive(&e->receiver, &a, &news);
  hear(e, &news);
}

static void wait_until(ear *e, msnav_usec now) {
  msnav_dtmf_news news;
  msnav_dtmf_expire(&e->receiver, now, &news);
  hear(e, &news);
}

static uint32_t rate_of(unsigned how) {
  static const uint32_t rates[] = {8000, 16000, 48000, 8000};
  return rates[how & 3];
}

/* Raw payloads at raw times. */
static void raw(fuzz_input *in, uint32_t rate) {
  ear e = {.heard = 0};
  uint32_t timestamp = 0;
  msnav_usec now = 1000000;
  while (in->left > 0) {
    unsigned how = fuzz_byte(in);
    timestamp += how & 1 ? fuzz_word(in) * (how & 2 ? 65536u : 1u) : 0;
    now += how & 4 ? fuzz_word(in) * UINT64_C(20) : 20000;
    fuzz_input part = fuzz_bytes(in, how & 8 ? how >> 4 : MSNAV_DTMF_PAYLOAD);
    uint8_t *payload = (uint8_t *)fuzz_copy(part);
    if (msnav_dtmf_check(payload, part.left) == MSNAV_OK) {
      CHECK(part.left >= MSNAV_DTMF_PAYLOAD);
      listen_to(&e, payload, timestamp, rate, now);
    }
    free(payload);
    wait_until(&e, now + (how & 16 ? 1 : 0));
  }
  wait_until(&e, now + MSNAV_DTMF_SILENCE_US + 1);
  CHECK(!e.on);
}

typedef struct pressed {
  unsigned count;
  uint8_t events[MOST];
  uint32_t lengths[MOST];
} pressed;

static void
press(msnav_dtmf_sender *sender, pressed *p, fuzz_input *in, unsigned event) {
  unsigned byte = fuzz_byte(in); /* mostly short: each 20 ms are a step */
  msnav_usec length = 40000 + (msnav_usec)byte * (byte % 8 == 7 ? 40000 : 3000);
  if (p->count < MOST && msnav_dtmf_queue(sender, event, length) == MSNAV_OK) {
    CHECK(event <= MSNAV_DTMF_LAST_EVENT);
    CHECK(length <= MSNAV_DTMF_DURATION_MAX_US);
    p->events[p->count] = (uint8_t)event;
    p->lengths[p->count++] = (uint32_t)(length / 1000 * 1000);
  }
}

/* The network between our sender and our receiver. */
typedef struct network {
  fuzz_input *in;
  bool damages, holding;
  msnav_dtmf_packet held; /* for after the next one */
  uint32_t rate;
} network;

static void carry(network *n, ear *e, msnav_dtmf_packet *out, unsigned how,
                  msnav_usec now) {
  unsigned fate = how & 7;
  CHECK(msnav_dtmf_check(out->payload, sizeof(out->payload)) == MSNAV_OK);
  if (n->damages && fate == 3) { /* lost */
    return;
  }
  if (n->damages && fate == 4) {
    n->held = *out;
    n->holding = true;
    return;
  }
  if (n->damages && fate == 5) {
    out->payload[how >> 6] = (uint8_t)fuzz_byte(n->in);
  }
  listen_to(e, out->payload, out->timestamp, n->rate, now);
  if (fate == 6) { /* twice: no harm at any time */
    listen_to(e, out->payload, out->timestamp, n->rate, now);
  }
  if (n->holding) {
    n->holding = false;
    listen_to(e, n->held.payload, n->held.timestamp, n->rate, now);
  }
}

static void check_heard(const ear *e, const pressed *p) {
  CHECK(e->heard == p->count);
  for (unsigned i = 0; i < p->count; i++) {
    CHECK(e->events[i] == p->events[i]);
    CHECK(e->lengths[i] == p->lengths[i]);
  }
}

/* Our own sender at one end, keys as the input has them. */
static void whole(fuzz_input *in, uint32_t rate, bool damaged) {
  msnav_dtmf_sender sender = {.count = 0};
  network n = {.in = in, .damages = damaged, .rate = rate};
  ear e = {.heard = 0};
  pressed p = {.count = 0};
  uint32_t timestamp = fuzz_word(in) * 65537u;
  msnav_usec now = 1000000;
  for (unsigned steps = 0;
       (in->left > 0 || msnav_dtmf_is_due(&sender)) && steps < 20000; steps++) {
    unsigned how = fuzz_byte(in);
    if ((how & 7) == 1) {
      press(&sender, &p, in, how >> 3);
    }
    if (damaged && (how & 7) == 2) {
      msnav_dtmf_abort(&sender);
    }
    now += 20000;
    timestamp += rate / 50;
    if (msnav_dtmf_is_due(&sender)) {
      msnav_dtmf_packet out;
      msnav_dtmf_tick tick = {timestamp, 160, rate};
      msnav_dtmf_next(&sender, &tick, &out);
      carry(&n, &e, &out, how, now);
    }
    wait_until(&e, now);
  }
  wait_until(&e, now + MSNAV_DTMF_SILENCE_US + 1);
  CHECK(!e.on);
  if (!damaged && !msnav_dtmf_is_due(&sender)) {
    check_heard(&e, &p);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  fuzz_input in = {data, size};
  unsigned how = fuzz_byte(&in);
  if ((how & 3) == 0) {
    raw(&in, rate_of(how >> 2));
  } else {
    whole(&in, rate_of(how >> 2), (how & 3) == 1);
  }
  return 0;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/delay.h"

#include <string.h>

/* Weight of one frame and forgetting: a thirty-second of everything every 32
 * frames, so that a frame counts for about 1,024 frames (20 s) and a full
 * bin stays below 65,536. */
#define WEIGHT 30
#define BATCH 64
#define FORGET 5
#define PRIOR 640

/* The target before anything is known. */
#define FIRST_US 15000

#define WINDOW_US 500000u
#define STEP_US 24576
#define SILENCE_US 2000000u

/* Bins of 2.048 ms up to 65 ms, 4.096 ms up to 131 ms, 8.192 ms above. */
static unsigned bin_of(int32_t us) {
  unsigned u = (unsigned)us >> 11;
  if (u < 32) {
    return u;
  }
  if (u < 64) {
    return 16 + (u >> 1);
  }
  return u < 128 ? 32 + (u >> 2) : MSNAV_DELAY_BINS - 1;
}

/* Upper edge of a bin in us. */
static int32_t edge_of(unsigned bin) {
  if (bin < 32) {
    return (int32_t)((bin + 1) << 11);
  }
  if (bin < 48) {
    return (int32_t)((bin - 15) << 12);
  }
  return (int32_t)((bin - 31) << 13);
}

static int32_t clamp(const msnav_delay *d, int32_t us) {
  return us < d->min ? d->min : us > d->max ? d->max : us;
}

void msnav_delay_init(msnav_delay *d, msnav_usec min, msnav_usec max) {
  memset(d, 0, sizeof(*d));
  d->max = max < 260000 ? (int32_t)max : 260000;
  d->min = min < (msnav_usec)d->max ? (int32_t)min : d->max;
  d->target = clamp(d, FIRST_US);
  d->enough = d->target;
  d->bins[1] = PRIOR * WEIGHT;
}

void msnav_delay_restart(msnav_delay *d) {
  d->started = false;
}

static void set_floor(msnav_delay *d, uint32_t now, uint32_t transit) {
  for (unsigned i = 0; i < MSNAV_DELAY_WINDOWS; i++) {
    d->minima[i] = transit;
  }
  d->floor = transit;
  d->since = now;
}

/* Impairment by delay in thousandths of R (ITU-T G.107, in the form of Cole
 * and Rosenbluth): 0.024 per ms, and 0.11 more above 177.3 ms from mouth to
 * ear, of which 60 ms are assumed to lie outside this buffer. */
static uint32_t delay_damage(int32_t us) {
  uint32_t knee = us > 117300 ? (uint32_t)(us - 117300) * 110u : 0;
  return ((uint32_t)us * 24u + knee) / 1000u;
}

/* G.711 with concealment (Ie 0, Bpl 25.1) at about 2 % loss: 3.3 R for each
 * percent of frames that come too late. */
#define LATE_DAMAGE 330000u

/* The delay with the least damage. */
static void choose(msnav_delay *d) {
  uint32_t total = 0;
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    total += d->bins[i];
  }
  uint64_t best = UINT64_MAX;
  uint32_t late = 0;
  int32_t target = d->max, enough = d->max;
  for (unsigned i = MSNAV_DELAY_BINS; i-- > 0;) {
    int32_t edge = edge_of(i);
    uint64_t damage =
      (uint64_t)delay_damage(edge) * total + (uint64_t)late * LATE_DAMAGE;
    if (damage <= best) {
      best = damage;
      target = edge;
    }
    if (late * 10 <= total) {
      enough = edge;
    }
    late += d->bins[i];
  }
  d->target = clamp(d, target);
  d->enough = enough < d->target ? enough : d->target;
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    d->bins[i] =
      (uint16_t)(d->bins[i] - ((d->bins[i] + (1u << FORGET) - 1) >> FORGET));
  }
}

/* The route got longer: what was seen moves down with the new floor. */
static void shift(msnav_delay *d, int32_t rise) {
  uint16_t moved[MSNAV_DELAY_BINS] = {0};
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    int32_t us = edge_of(i) - 1 - rise;
    unsigned to = us > 0 ? bin_of(us) : 0;
    uint32_t sum = (uint32_t)moved[to] + d->bins[i];
    moved[to] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
  }
  memcpy(d->bins, moved, sizeof(moved));
}

static void next_window(msnav_delay *d, uint32_t now, uint32_t transit) {
  d->window = (uint8_t)((d->window + 1) % MSNAV_DELAY_WINDOWS);
  d->minima[d->window] = transit;
  d->since = now;
  uint32_t floor = transit;
  for (unsigned i = 0; i < MSNAV_DELAY_WINDOWS; i++) {
    if ((int32_t)(d->minima[i] - floor) < 0) {
      floor = d->minima[i];
    }
  }
  int32_t rise = (int32_t)(floor - d->floor);
  d->floor = floor;
  if (rise >= STEP_US) {
    shift(d, rise);
    choose(d);
  }
}

void msnav_delay_observe(msnav_delay *d, uint32_t now, uint32_t transit) {
  int32_t late = (int32_t)(transit - d->floor);
  if (!d->started || late > d->max + 50000 || now - d->since > SILENCE_US) {
    d->started = true;
    set_floor(d, now, transit);
    late = 0;
  } else if (now - d->since >= WINDOW_US) {
    next_window(d, now, transit);
    late = (int32_t)(transit - d->floor);
  } else if ((int32_t)(transit - d->minima[d->window]) < 0) {
    d->minima[d->window] = transit;
  }
  if (late < 0) {
    d->floor = transit;
    d->minima[d->window] = transit;
    late = 0;
  }
  unsigned bin = bin_of(late);
  d->bins[bin] = (uint16_t)(d->bins[bin] + WEIGHT);
  if (++d->pending >= BATCH) {
    d->pending = 0;
    choose(d);
  }
}

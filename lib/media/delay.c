/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/delay.h"

#include <string.h>

/* Every batch a thirty-second of everything is forgotten: a frame counts for
 * about 2,048 frames (40 s), and a full bin stays below 65,536. */
#define FORGET 5

/* What is believed before anything arrived, in frames: a good network, so
 * that one stall at the begin of a call is not taken for a habit. */
#define PRIOR 640

/* The target before anything is known. */
#define FIRST_US 15000

/* A floor that rises by so much at once is another route. */
#define STEP_US 24576

/* A frame that is so much too early or too late has another time line. */
#define JUMP_US 500000
#define GONE_US 10000000

/* After so long without a frame its transit is all that is known. */
#define SILENCE_US 2000000u

/* Upper edge of a bin in us, within what is of interest. */
static int32_t edge_of(unsigned bin) {
  int32_t us = (int32_t)(bin % 16 + 17) * (int32_t)(2048u << bin / 16);
  return us - 32768;
}

static int32_t clamp(const msnav_delay *d, int32_t us) {
  return us < d->min ? d->min : us > d->max ? d->max : us;
}

void msnav_delay_init(msnav_delay *d, msnav_usec min, msnav_usec max) {
  memset(d, 0, sizeof(*d));
  d->max = max < MSNAV_DELAY_MAX_US ? (int32_t)max : MSNAV_DELAY_MAX_US;
  d->min = min < (msnav_usec)d->max ? (int32_t)min : d->max;
  d->target = clamp(d, FIRST_US);
  d->enough = d->target;
  d->bins[1] = PRIOR * MSNAV_DELAY_WEIGHT;
}

void msnav_delay_set_min(msnav_delay *d, msnav_usec min) {
  d->min = min < (msnav_usec)d->max ? (int32_t)min : d->max;
  d->target = clamp(d, d->target);
}

void msnav_delay_begin(msnav_delay *d, uint32_t now, uint32_t transit) {
  for (unsigned i = 0; i < MSNAV_DELAY_WINDOWS; i++) {
    d->minima[i] = transit;
  }
  d->least = transit;
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

static void forget(msnav_delay *d) {
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    unsigned part = (d->bins[i] + (1u << FORGET) - 1) >> FORGET;
    d->bins[i] = (uint16_t)(d->bins[i] - part);
  }
}

static void choose(msnav_delay *d) {
  unsigned bins = MSNAV_DELAY_BINS;
  uint32_t total = 0, late = 0;
  while (bins > 1 && d->bins[bins - 1] == 0) {
    bins--;
  }
  for (unsigned i = 0; i < bins; i++) {
    total += d->bins[i];
  }
  uint64_t best = UINT64_MAX;
  int32_t target = d->max;
  int32_t enough = target;
  for (unsigned i = bins; i-- > 0;) {
    int32_t edge = edge_of(i);
    uint64_t damage = (uint64_t)delay_damage(edge) * total;
    damage += (uint64_t)late * LATE_DAMAGE;
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
  d->pending = 0;
  forget(d);
}

/* The route got longer: what was seen moves down with the new floor. */
static void shift(msnav_delay *d, int32_t rise) {
  uint16_t moved[MSNAV_DELAY_BINS] = {0};
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    int32_t us = edge_of(i) - 1 - rise;
    unsigned to = us > 0 ? msnav_delay_bin(us) : 0;
    uint32_t sum = (uint32_t)moved[to] + d->bins[i];
    moved[to] = (uint16_t)(sum < UINT16_MAX ? sum : UINT16_MAX);
  }
  memcpy(d->bins, moved, sizeof(moved));
}

static void next_window(msnav_delay *d, uint32_t now, uint32_t transit) {
  if (now - d->since > SILENCE_US) {
    msnav_delay_begin(d, now, transit);
    return;
  }
  uint32_t floor = transit;
  d->minima[d->window] = d->least;
  d->window = (uint8_t)((d->window + 1) % MSNAV_DELAY_WINDOWS);
  d->least = transit;
  d->since = now;
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
  if (late < -JUMP_US || late > GONE_US) {
    d->jumps++;
  }
  if (now - d->since >= MSNAV_DELAY_WINDOW_US) {
    next_window(d, now, transit);
    late = (int32_t)(transit - d->floor);
  }
  if (late < 0) {
    d->floor = transit;
  }
  if (late > d->max) {
    msnav_delay_begin(d, now, transit);
  }
  msnav_delay_count(d, transit);
  if (d->pending >= MSNAV_DELAY_BATCH) {
    choose(d);
  }
}

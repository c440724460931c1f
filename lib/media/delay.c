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
#define EDGE(bin) (((bin) % 16 + 17) * (2048 << (bin) / 16) - 32768)

static int32_t edge_of(unsigned bin) {
  return EDGE((int32_t)bin);
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
#define KNEE_US 117300
#define DAMAGE(us)                                                             \
  (((us)*24 + ((us) > KNEE_US ? ((us)-KNEE_US) * 110 : 0)) / 1000)
#define DAMAGE_1(bin) DAMAGE(EDGE(bin))
#define DAMAGE_4(bin)                                                          \
  DAMAGE_1(bin), DAMAGE_1((bin) + 1), DAMAGE_1((bin) + 2), DAMAGE_1((bin) + 3)

/* The same for the upper edge of each bin. */
static const uint16_t delay_damage[MSNAV_DELAY_BINS] = {
  DAMAGE_4(0),  DAMAGE_4(4),  DAMAGE_4(8),  DAMAGE_4(12), DAMAGE_4(16),
  DAMAGE_4(20), DAMAGE_4(24), DAMAGE_4(28), DAMAGE_4(32), DAMAGE_4(36),
  DAMAGE_4(40), DAMAGE_4(44), DAMAGE_4(48),
};

/* G.711 with concealment (Ie 0, Bpl 25.1) at about 2 % loss: 3.3 R for each
 * percent of frames that come too late. */
#define LATE_DAMAGE 330000u

static void forget(msnav_delay *d) {
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    unsigned part = (d->bins[i] + (1u << FORGET) - 1) >> FORGET;
    d->bins[i] = (uint16_t)(d->bins[i] - part);
  }
}

static uint32_t sum_of(const msnav_delay *d) {
  uint32_t sum = 0;
  for (unsigned i = 0; i < MSNAV_DELAY_BINS; i++) {
    sum += d->bins[i];
  }
  return sum;
}

/* The bin at whose edge the damage by delay and by late frames is least.  As
 * soon as the late ones alone do more than the best, none below is better. */
static unsigned least_damage(const msnav_delay *d, uint32_t total) {
  unsigned bin = MSNAV_DELAY_BINS - 1;
  while (bin > 0 && d->bins[bin] == 0) {
    bin--;
  }
  unsigned found = bin;
  uint64_t best = (uint64_t)delay_damage[bin] * total;
  uint64_t late = 0;
  while (late <= best && bin > 0) {
    late += (uint64_t)d->bins[bin--] * LATE_DAMAGE;
    uint64_t damage = (uint64_t)delay_damage[bin] * total + late;
    if (damage <= best) {
      best = damage;
      found = bin;
    }
  }
  return found;
}

/* The bin at whose edge nine of ten are there. */
static unsigned nine_of_ten(const msnav_delay *d, uint32_t total) {
  unsigned bin = 0;
  uint32_t late = total - d->bins[0];
  while (late * 10 > total) {
    late -= d->bins[++bin];
  }
  return bin;
}

static void choose(msnav_delay *d) {
  uint32_t total = sum_of(d);
  int32_t enough = edge_of(nine_of_ten(d, total));
  d->target = clamp(d, edge_of(least_damage(d, total)));
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
    d->jumps = (uint16_t)(d->jumps + (d->jumps < UINT16_MAX)); /* never falls */
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

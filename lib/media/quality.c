/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "media/quality.h"

#include "base/text.h"

/* R without any impairment that is computed here (G.107 table 3). */
#define R_DEFAULT 93.2

/* Equipment impairment and robustness against loss, ITU-T G.113 appendix I;
 * PCM with concealment is what unknown codecs are taken for. */
typedef struct impairment {
  const char *codec;
  double ie;
  double bpl;
} impairment;

static const impairment impairments[] = {
  {"PCMU", 0, 25.1}, {"PCMA", 0, 25.1}, {"G723", 15, 16.1},
  {"GSM", 20, 10},   {"DVI4", 7, 10}, /* as G.726 with 32 kbit/s */
};

static const impairment *impairment_of(const char *codec) {
  size_t count = sizeof(impairments) / sizeof(impairments[0]);
  for (size_t i = 1; codec != NULL && i < count; i++) {
    if (msnav_text_equal_nocase(msnav_str_of(codec),
                                msnav_str_of(impairments[i].codec))) {
      return &impairments[i];
    }
  }
  return &impairments[0];
}

/* Id without echo: the usual linear form of G.107 section 7.4 (R. Cole and
 * J. Rosenbluth, "Voice over IP performance monitoring", 2001). */
static double delay_impairment(uint32_t delay_us) {
  double ms = delay_us / 1000.0;
  double id = 0.024 * ms;
  return ms > 177.3 ? id + 0.11 * (ms - 177.3) : id;
}

double msnav_quality_r(const msnav_quality *q) {
  const impairment *im = impairment_of(q->codec);
  double loss = q->loss_permyriad / 100.0;
  double bursty = q->burst_ratio > 1 ? q->burst_ratio : 1;
  /* G.107 equation 7-29 */
  double ie = im->ie + (95 - im->ie) * loss / (loss / bursty + im->bpl);
  double r = R_DEFAULT - delay_impairment(q->delay_us) - ie;
  return r > 0 ? r : 0;
}

double msnav_quality_mos(double r) {
  if (r <= 0) {
    return 1;
  }
  if (r >= 100) {
    return 4.5;
  }
  double mos = 1 + 0.035 * r + r * (r - 60) * (100 - r) * 7e-6;
  return mos < 1 ? 1 : mos;
}

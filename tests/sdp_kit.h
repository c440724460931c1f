/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the tests of session descriptions share: the paper's formats, and
 * reading from an exact-size block. */
#ifndef MSNAV_SDP_KIT_H
#define MSNAV_SDP_KIT_H

#include "test.h"

#include "sdp/sdp.h"
#include "sdp_equal.h"

#define IP(a, b, c, d)                                                         \
  ((uint32_t)(a) << 24 | (uint32_t)(b) << 16 | (uint32_t)(c) << 8 | (d))
#define FORMAT(pt, name, rate)                                                 \
  {                                                                            \
    (pt), {(name), sizeof(name) - 1}, (rate), 1, {                             \
      NULL, 0                                                                  \
    }                                                                          \
  }
#define FORMAT_FMTP(pt, name, rate, fmtp)                                      \
  {                                                                            \
    (pt), {(name), sizeof(name) - 1}, (rate), 1, {                             \
      (fmtp), sizeof(fmtp) - 1                                                 \
    }                                                                          \
  }
#define US IP(10, 0, 0, 1)
#define BOTH (MSNAV_SDP_SEND | MSNAV_SDP_RECV)

/* The audio of paper section 2: `97 0 8 4 101`. */
#define PAPER_FORMATS                                                          \
  5, {                                                                         \
    FORMAT(97, "red", 8000), FORMAT(0, "PCMU", 8000), FORMAT(8, "PCMA", 8000), \
      FORMAT(4, "G723", 8000),                                                 \
      FORMAT_FMTP(101, "telephone-event", 8000, "0-16")                        \
  }

static inline msnav_sdp_ability paper_ability(uint16_t port) {
  static const struct {
    size_t count;
    msnav_sdp_format formats[MSNAV_SDP_MAX_FORMATS];
  } paper = {PAPER_FORMATS};
  msnav_sdp_ability ability = {.kind = MSNAV_SDP_AUDIO,
                               .rtp = {0, port},
                               .direction = BOTH};
  ability.format_count = paper.count;
  memcpy(ability.formats, paper.formats, sizeof(paper.formats));
  return ability;
}

static inline msnav_sdp_ability video_ability(uint16_t port) {
  msnav_sdp_ability ability = {.kind = MSNAV_SDP_VIDEO,
                               .rtp = {0, port},
                               .direction = BOTH,
                               .format_count = 2,
                               .formats = {FORMAT(34, "H263", 90000),
                                           FORMAT(31, "H261", 90000)}};
  return ability;
}

/* A description read from an exact-size block, which it points into. */
typedef struct parsed {
  msnav_error err;
  msnav_sdp sdp;
  char *text;
} parsed;

static inline parsed parse_bytes(const char *text, size_t len) {
  parsed p = {.text = exact_copy(text, len)};
  memset(&p.sdp, 0x5a, sizeof(p.sdp));
  p.err = msnav_sdp_read(p.text, len, &p.sdp);
  return p;
}

static inline parsed parse(const char *text) {
  return parse_bytes(text, strlen(text));
}

static inline void done(parsed *p) {
  free(p->text);
  p->text = NULL;
}

/* The text of a description, NUL-terminated; the caller frees it. */
static inline char *written(const msnav_sdp *sdp) {
  char *text = malloc(4 * MSNAV_SDP_MAX_BYTES);
  size_t len = 0;
  assert_int_equal(msnav_sdp_write(sdp, text, 4 * MSNAV_SDP_MAX_BYTES - 1,
                                   &len),
                   MSNAV_OK);
  text[len] = '\0';
  return text;
}

/* An offer from the wire and our answer, from 10.0.0.1. */
typedef struct answered {
  parsed offer;
  msnav_error err;
  msnav_sdp sdp;
  msnav_sdp_result result;
  char *text; /* of the answer; NULL when there is none */
} answered;

static inline answered
answer_with(const char *offer, const msnav_sdp_ability *abilities,
            size_t count) {
  answered a = {.offer = parse(offer)};
  assert_int_equal(a.offer.err, MSNAV_OK);
  memset(&a.sdp, 0x11, sizeof(a.sdp));
  memset(&a.result, 0x11, sizeof(a.result));
  a.err =
    msnav_sdp_answer(&a.offer.sdp, abilities, count, US, &a.sdp, &a.result);
  a.text = a.err == MSNAV_OK ? written(&a.sdp) : NULL;
  return a;
}

static inline void answer_done(answered *a) {
  free(a->text);
  done(&a->offer);
}

/* The lines of the paper's offer, and of plain ones. */
#define PAPER_SESSION                                                          \
  "v=0\r\no=- 0 0 IN IP4 192.168.0.165\r\ns=session\r\n"                       \
  "c=IN IP4 192.168.0.165\r\nb=CT:110\r\nt=0 0\r\n"
#define PAPER_AUDIO "m=audio 36772 RTP/AVP 97 0 8 4 101\r\n"
#define PLAIN "v=0\r\no=- 0 0 IN IP4 10.0.0.1\r\ns=-\r\n"
#define SESSION_C "c=IN IP4 10.0.0.2\r\n"
#define STREAM "t=0 0\r\nm=audio 5000 RTP/AVP 0\r\n"

static inline void
check_format(const msnav_sdp_format *format, unsigned pt, const char *name,
             unsigned rate, unsigned channels, const char *fmtp) {
  assert_int_equal(format->pt, pt);
  assert_str(format->name, name);
  assert_int_equal(format->clock_rate, rate);
  assert_int_equal(format->channels, channels);
  assert_str(format->fmtp, fmtp);
}

#endif

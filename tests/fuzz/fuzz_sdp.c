/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Session descriptions of any kind: what was read can be written, what was
 * written reads as the same, and every offer gets an answer with as many
 * streams or none at all. */
#include "fuzz/lines.h"
#include "sdp_equal.h"

#define TEXT(s)                                                                \
  { (s), sizeof(s) - 1 }
enum { ROOM = 65536, OUR_IP = 0x0a000001 };

#define CRYPTO                                                                 \
  "a=crypto:1 AES_CM_128_HMAC_SHA1_80 "                                        \
  "inline:d0RmdmcmVCspeEc3QGZiNWpVLFJhQX1cfHAwJSoj\r\n"
const char *const fuzz_lines[] = {
  "v=0\r\n",
  "o=- 0 0 IN IP4 10.0.0.2\r\n",
  "s=session\r\n",
  "c=IN IP4 10.0.0.2\r\n",
  "c=IN IP4 0.0.0.0\r\n",
  "c=IN IP4 224.2.1.1/127/3\r\n",
  "c=IN IP6 ::1\r\n",
  "b=CT:110\r\n",
  "t=0 0\r\n",
  "m=audio 4000 RTP/AVP 97 111 112 6 0 8 4 5 3 101\r\n",
  "m=audio 4000/2 RTP/SAVP 0 8 13 101\r\n",
  "m=audio 0 RTP/AVP 0\r\n",
  "m=video 4002 RTP/AVP 34 31\r\n",
  "m=application 1503 udp msdata\r\n",
  "a=rtpmap:97 red/8000\r\n",
  "a=rtpmap:111 SIREN/16000\r\n",
  "a=rtpmap:96 opus/48000/2\r\n",
  "a=rtpmap:101 telephone-event/8000\r\n",
  "a=rtpmap:0 PCMU/8000/1\r\n",
  "a=fmtp:111 bitrate=16000\r\n",
  "a=fmtp:97 0/0/0\r\n",
  "a=fmtp:101 0-16\r\n",
  "a=rtcp:5000 IN IP4 10.0.0.3\r\n",
  "a=rtcp:65535\r\n",
  "a=sendonly\r\n",
  "a=recvonly\r\n",
  "a=inactive\r\n",
  "a=sendrecv\r\n",
  "a=encryption:rejected\r\n",
  "a=encryption:required\r\n",
  "k=base64:AAAA\r\n",
  CRYPTO,
  "a=crypto:2 AEAD_AES_128_GCM inline:AAAA|2^20|1:4 KDR=1\r\n",
  "a=ptime:20\n",
};
const size_t fuzz_line_count = sizeof(fuzz_lines) / sizeof(fuzz_lines[0]);

static const msnav_sdp_ability abilities[2] = {
  {.kind = MSNAV_SDP_AUDIO,
   .rtp = {0, 4000},
   .direction = MSNAV_SDP_SEND | MSNAV_SDP_RECV,
   .format_count = 6,
   .formats = {{97, TEXT("red"), 8000, 1, {NULL, 0}},
               {0, TEXT("PCMU"), 8000, 1, {NULL, 0}},
               {8, TEXT("PCMA"), 8000, 1, {NULL, 0}},
               {111, TEXT("SIREN"), 16000, 1, TEXT("bitrate=16000")},
               {13, TEXT("CN"), 8000, 1, {NULL, 0}},
               {101, TEXT("telephone-event"), 8000, 1, TEXT("0-16")}},
   .crypto_count = 1,
   .crypto = {{1, TEXT("AES_CM_128_HMAC_SHA1_80"),
               TEXT("inline:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")}}},
  {.kind = MSNAV_SDP_VIDEO,
   .rtp = {0, 4002},
   .direction = MSNAV_SDP_RECV,
   .format_count = 2,
   .formats = {{34, TEXT("H263"), 90000, 1, {NULL, 0}},
               {31, TEXT("H261"), 90000, 1, {NULL, 0}}}},
};

/* Writing may add an rtpmap for every static type, so that the result can be
 * beyond the reader's limits; within them it must read as the same. */
static void check_round_trip(const msnav_sdp *sdp) {
  static char text[ROOM];
  msnav_sdp again;
  size_t len = 0;
  size_t lines = 0;
  CHECK(msnav_sdp_write(sdp, text, sizeof(text), &len) == MSNAV_OK);
  for (size_t i = 0; i < len; i++) {
    lines += text[i] == '\n';
  }
  msnav_error err = msnav_sdp_read(text, len, &again);
  if (len > MSNAV_SDP_MAX_BYTES) {
    CHECK(err == MSNAV_ERR_TOO_LONG);
  } else if (lines > MSNAV_SDP_MAX_LINES) {
    CHECK(err == MSNAV_ERR_TOO_MANY_LINES);
  } else {
    CHECK(err == MSNAV_OK && same_sdp(sdp, &again));
  }
}

static bool lists(const msnav_sdp_media *media, uint8_t pt) {
  for (size_t i = 0; i < media->format_count; i++) {
    if (media->formats[i].pt == pt) {
      return true;
    }
  }
  return false;
}

static void
check_agreed(const msnav_sdp_agreed *agreed, const msnav_sdp *theirs) {
  CHECK(agreed->index < theirs->media_count);
  const msnav_sdp_media *media = &theirs->media[agreed->index];
  CHECK(agreed->kind == media->kind && agreed->kind != MSNAV_SDP_OTHER);
  CHECK(media->rtp.port != 0 && agreed->format_count > 0);
  CHECK(msnav_sdp_role_of(&agreed->codec) == MSNAV_SDP_ROLE_CODEC);
  CHECK(lists(media, agreed->codec.pt));
  CHECK(agreed->red_pt == 0 || lists(media, agreed->red_pt));
  CHECK(agreed->dtmf_pt == 0 || lists(media, agreed->dtmf_pt));
  CHECK(!(agreed->direction & MSNAV_SDP_SEND) || agreed->remote_rtp.ip != 0);
}

static void check_answer(const msnav_sdp *offer) {
  msnav_sdp answer;
  msnav_sdp_result result;
  msnav_error err =
    msnav_sdp_answer(offer, abilities, 2, OUR_IP, &answer, &result);
  CHECK(err == MSNAV_OK || err == MSNAV_ERR_UNSUPPORTED);
  if (err != MSNAV_OK) {
    return;
  }
  CHECK(answer.media_count == offer->media_count);
  CHECK(result.count > 0 && result.count <= MSNAV_SDP_MAX_AGREED);
  size_t alive = 0;
  for (size_t i = 0; i < answer.media_count; i++) {
    alive += answer.media[i].rtp.port != 0;
  }
  CHECK(alive == result.count);
  for (size_t i = 0; i < result.count; i++) {
    const msnav_sdp_agreed *agreed = &result.agreed[i];
    check_agreed(agreed, offer);
    for (size_t j = 0; j < agreed->format_count; j++) {
      CHECK(lists(&offer->media[agreed->index], agreed->formats[j].pt));
    }
  }
  /* the offerer, were it one of us, would take this answer */
  msnav_sdp_result theirs;
  CHECK(msnav_sdp_accept_answer(offer, &answer, &theirs) == MSNAV_OK);
  CHECK(theirs.count == result.count);
  check_round_trip(&answer);
}

static void check_taking(const msnav_sdp *answer) {
  msnav_sdp offer;
  msnav_sdp_result result;
  CHECK(msnav_sdp_offer(abilities, 2, OUR_IP, &offer) == MSNAV_OK);
  msnav_error err = msnav_sdp_accept_answer(&offer, answer, &result);
  CHECK(err == MSNAV_OK || err == MSNAV_ERR_UNSUPPORTED ||
        err == MSNAV_ERR_PARSE);
  for (size_t i = 0; err == MSNAV_OK && i < result.count; i++) {
    const msnav_sdp_agreed *agreed = &result.agreed[i];
    check_agreed(agreed, answer);
    for (size_t j = 0; j < agreed->format_count; j++) {
      CHECK(lists(&offer.media[agreed->index], agreed->formats[j].pt));
    }
  }
}

static void check_reoffer(const msnav_sdp *previous) {
  msnav_sdp offer;
  msnav_error err = msnav_sdp_reoffer(previous, abilities, 2, OUR_IP, &offer);
  CHECK(err == MSNAV_OK || err == MSNAV_ERR_LIMIT);
  if (err == MSNAV_OK) {
    CHECK(offer.media_count >= previous->media_count);
    static char text[ROOM];
    size_t len;
    CHECK(msnav_sdp_write(&offer, text, sizeof(text), &len) == MSNAV_OK);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  char *text = malloc(size > 0 ? size : 1);
  if (size > 0) {
    memcpy(text, data, size);
  }
  msnav_sdp sdp;
  if (msnav_sdp_read(text, size, &sdp) == MSNAV_OK) {
    check_round_trip(&sdp);
    check_answer(&sdp);
    check_taking(&sdp);
    check_reoffer(&sdp);
  }
  free(text);
  return 0;
}

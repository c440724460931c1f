/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* RTCP datagrams: what passes the check can be walked through to its end, and
 * what we write passes it. */
#include "fuzz/fuzz.h"
#include "media/rtcp.h"

static void walk(const uint8_t *data, size_t len, uint32_t ssrc) {
  msnav_rtcp_packet p;
  msnav_sender_info info;
  msnav_report_block block;
  msnav_voip voip;
  while (msnav_rtcp_next(&data, &len, &p)) {
    CHECK(p.len >= 4 && p.len % 4 == 0);
    (void)msnav_rtcp_ssrc(&p);
    if (p.type == MSNAV_RTCP_SR) {
      msnav_rtcp_sender_info(&p, &info);
    }
    if ((p.type == MSNAV_RTCP_SR || p.type == MSNAV_RTCP_RR) &&
        msnav_rtcp_find_block(&p, ssrc, &block)) {
      CHECK(block.ssrc == ssrc);
      CHECK(block.lost >= -0x800000 && block.lost <= 0x7fffff);
    }
    if (p.type == MSNAV_RTCP_XR &&
        msnav_xr_find_voip(p.data, p.len, ssrc, &voip)) {
      uint8_t again[MSNAV_XR_VOIP_LEN];
      msnav_voip same;
      msnav_xr_write_voip(&voip, 1, ssrc, again);
      CHECK(msnav_rtcp_check(again, sizeof(again)) == MSNAV_OK);
      CHECK(msnav_xr_find_voip(again, sizeof(again), ssrc, &same));
      CHECK(same.loss == voip.loss && same.signal == voip.signal &&
            same.absolute_ms == voip.absolute_ms);
    }
    if (p.type == MSNAV_RTCP_BYE) {
      (void)msnav_rtcp_bye_names(&p, ssrc);
    }
  }
  CHECK(len == 0);
}

static void write_back(const uint8_t *data, size_t len) {
  uint8_t out[256];
  msnav_sender_info info = {0};
  msnav_report_block block = {0};
  memcpy(&info, data, len < sizeof(info) ? len : sizeof(info));
  memcpy(&block, data, len < sizeof(block) ? len : sizeof(block));
  msnav_voip voip = {.gmin = 16};
  memcpy(&voip, data, len < sizeof(voip) ? len : sizeof(voip));
  const msnav_rtcp_report r = {
    .ssrc = block.ssrc,
    .sender = len > 3 && (data[0] & 1) != 0 ? &info : NULL,
    .block = len > 3 && (data[1] & 1) != 0 ? &block : NULL,
    .voip = len > 3 && (data[3] & 1) != 0 ? &voip : NULL,
    .cname = (const char *)data,
    .cname_len = (uint8_t)(len < MSNAV_CNAME_MAX ? len : MSNAV_CNAME_MAX),
    .bye = len > 3 && (data[2] & 1) != 0,
  };
  size_t written = msnav_rtcp_write(&r, out);
  CHECK(written <= 28 + 24 + 76 + MSNAV_XR_VOIP_LEN + 8);
  CHECK(msnav_rtcp_check(out, written) == MSNAV_OK);
  walk(out, written, block.ssrc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  uint8_t *copy = malloc(size > 0 ? size : 1);
  if (size > 0) {
    memcpy(copy, data, size);
  }
  if (msnav_rtcp_check(copy, size) == MSNAV_OK) {
    walk(copy, size, 0x11111111);
  }
  write_back(copy, size);
  free(copy);
  return 0;
}

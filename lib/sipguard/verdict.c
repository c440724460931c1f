/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/guard.h"

const char *msnav_guard_verdict_name(msnav_guard_verdict verdict) {
  static const char *const names[MSNAV_GUARD_VERDICTS] = {
    [MSNAV_GUARD_PASS] = "pass",
    [MSNAV_GUARD_SIZE] = "size",
    [MSNAV_GUARD_CHARS] = "chars",
    [MSNAV_GUARD_START] = "start",
    [MSNAV_GUARD_HEADER] = "header",
    [MSNAV_GUARD_DUPLICATE] = "duplicate",
    [MSNAV_GUARD_MISSING] = "missing",
    [MSNAV_GUARD_VIA] = "via",
    [MSNAV_GUARD_ADDRESS] = "address",
    [MSNAV_GUARD_CALL_ID] = "call-id",
    [MSNAV_GUARD_CSEQ] = "cseq",
    [MSNAV_GUARD_BODY] = "body",
    [MSNAV_GUARD_METHOD] = "method",
    [MSNAV_GUARD_NO_DIALOG] = "no-dialog",
    [MSNAV_GUARD_TAG] = "tag",
    [MSNAV_GUARD_ORDER] = "order",
    [MSNAV_GUARD_NO_TRANSACTION] = "no-transaction",
    [MSNAV_GUARD_SOURCE] = "source",
    [MSNAV_GUARD_FULL] = "full",
  };
  size_t i = (size_t)verdict;
  return i < MSNAV_GUARD_VERDICTS ? names[i] : "unknown";
}

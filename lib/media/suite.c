/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msnav/media.h>

const char *msnav_srtp_suite_name(msnav_srtp_suite suite) {
  switch (suite) {
  case MSNAV_SRTP_NONE:
    return "none";
  case MSNAV_SRTP_AES_128_GCM:
    return "AEAD_AES_128_GCM";
  case MSNAV_SRTP_AES_CM_SHA1_80:
    return "AES_CM_128_HMAC_SHA1_80";
  case MSNAV_SRTP_AES_CM_SHA1_32:
    return "AES_CM_128_HMAC_SHA1_32";
  }
  return "unknown";
}

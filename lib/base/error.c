/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <msnav/base.h>

const char *msnav_strerror(msnav_error err) {
  static const char *const names[] = {
    [-MSNAV_OK] = "success",
    [-MSNAV_ERR_INVALID] = "invalid argument",
    [-MSNAV_ERR_NOMEM] = "out of memory",
    [-MSNAV_ERR_PARSE] = "malformed input",
    [-MSNAV_ERR_STATE] = "not allowed in this state",
    [-MSNAV_ERR_NOSPACE] = "buffer too small",
    [-MSNAV_ERR_END] = "no more data",
    [-MSNAV_ERR_NOT_OURS] = "message for another application",
    [-MSNAV_ERR_TOO_LONG] = "longer than allowed",
    [-MSNAV_ERR_NUL] = "NUL byte in text",
    [-MSNAV_ERR_BARE_CR] = "CR without LF",
    [-MSNAV_ERR_NO_MIME] = "MIME header missing",
    [-MSNAV_ERR_CONTENT_TYPE] = "wrong content type",
    [-MSNAV_ERR_UNSUPPORTED] = "not supported by this build",
    [-MSNAV_ERR_NOT_FOUND] = "not found",
    [-MSNAV_ERR_LIMIT] = "limit reached",
    [-MSNAV_ERR_ADDRESS] = "malformed or forbidden address",
    [-MSNAV_ERR_IN_USE] = "address in use",
    [-MSNAV_ERR_SYSTEM] = "system call failed",
    [-MSNAV_ERR_SOURCE] = "not from the negotiated source",
    [-MSNAV_ERR_DUPLICATE] = "already received",
    [-MSNAV_ERR_LATE] = "too late",
    [-MSNAV_ERR_AGAIN] = "nothing to do now",
    [-MSNAV_ERR_LINE_TOO_LONG] = "line longer than allowed",
    [-MSNAV_ERR_TOO_MANY_LINES] = "more lines than allowed",
  };
  int count = (int)(sizeof(names) / sizeof(names[0]));
  if ((int)err > 0 || (int)err <= -count || names[-(int)err] == NULL) {
    return "unknown error";
  }
  return names[-(int)err];
}

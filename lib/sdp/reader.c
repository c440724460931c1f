/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The lines of a description.  Every byte is looked at a fixed number of
 * times and nothing is allocated, so the limits of sdp.h bound the work. */
#include "sdp/inner.h"
#include <string.h>

typedef struct reader {
  msnav_sdp *sdp;
  bool has_origin, has_bandwidth;
  msnav_sdp_level session;
  msnav_sdp_media *media; /* the m= whose lines are read, NULL before one */
  msnav_sdp_level own;    /* of that m= */
} reader;

/* "- 0 0 IN IP4 192.168.0.165": user, session, version, address.  It is a
 * name for the session and of no use to us but as the address when c= is
 * missing: nothing in it is an error. */
static void read_origin(msnav_str value, reader *r) {
  if (r->has_origin) {
    return;
  }
  r->has_origin = true;
  msnav_sdp_word(&value);
  msnav_sdp_word(&value);
  uint32_t number = 0;
  if (msnav_text_u32(msnav_sdp_word(&value), UINT32_MAX, &number) == MSNAV_OK) {
    r->sdp->version = number;
  }
  if (msnav_sdp_read_address(value, &number)) {
    r->sdp->origin_ip = number;
  }
}

static msnav_error read_connection(msnav_str value, reader *r) {
  msnav_sdp_level *level = r->media != NULL ? &r->own : &r->session;
  uint32_t ip = 0;
  if (!msnav_sdp_read_address(value, &ip)) {
    /* where a stream lives that we refuse anyway is not our business, and
     * that of the session is for streams that have none of their own */
    level->bad_ip = !level->has_ip;
    bool matters = r->media != NULL && msnav_sdp_is_alive(r->media);
    return matters ? MSNAV_ERR_ADDRESS : MSNAV_OK;
  }
  if (!level->has_ip && !level->bad_ip) {
    level->ip = ip;
    level->has_ip = true;
  }
  return MSNAV_OK;
}

static void read_bandwidth(msnav_str value, reader *r) {
  msnav_str type = msnav_text_until(&value, ':');
  uint32_t kbits = 0;
  if (r->media == NULL && !r->has_bandwidth && MSNAV_TEXT_IS(type, "CT") &&
      msnav_text_u32(msnav_text_trim(value), UINT32_MAX, &kbits) == MSNAV_OK) {
    r->sdp->bandwidth = kbits;
    r->has_bandwidth = true;
  }
}

static msnav_error finish_media(reader *r) {
  return r->media == NULL
           ? MSNAV_OK
           : msnav_sdp_finish_media(r->media, &r->own, &r->session,
                                    r->sdp->origin_ip);
}

static msnav_error begin_media(msnav_str value, reader *r) {
  msnav_error err = finish_media(r);
  if (err != MSNAV_OK) {
    return err;
  }
  if (r->sdp->media_count == MSNAV_SDP_MAX_MEDIA) {
    return MSNAV_ERR_LIMIT;
  }
  r->media = &r->sdp->media[r->sdp->media_count++];
  r->own = (msnav_sdp_level){0};
  msnav_sdp_clear_media(r->media);
  return msnav_sdp_read_media(value, r->media);
}

static msnav_error read_line(msnav_str line, reader *r) {
  if (line.len == 0) {
    return MSNAV_OK; /* some senders end with one */
  }
  if (line.len < 2 || line.ptr[1] != '=' || !msnav_text_is_alnum(line.ptr[0])) {
    return MSNAV_ERR_PARSE;
  }
  msnav_str value = msnav_text_trim((msnav_str){line.ptr + 2, line.len - 2});
  switch (line.ptr[0]) {
  case 'o':
    read_origin(value, r);
    return MSNAV_OK;
  case 'c':
    return read_connection(value, r);
  case 'b':
    read_bandwidth(value, r);
    return MSNAV_OK;
  case 'm':
    return begin_media(value, r);
  case 'a':
    msnav_sdp_read_attribute(value, r->media != NULL ? &r->own : &r->session,
                             r->media);
    return MSNAV_OK;
  default: /* s t i u e p r z, and k= of the scheme we reject */
    return MSNAV_OK;
  }
}

/* Cut off one line, without its CRLF or LF. */
static msnav_error next_line(msnav_str *rest, msnav_str *line) {
  size_t before = rest->len;
  *line = msnav_text_until(rest, '\n');
  bool ended = line->len < before;
  if (ended && line->len > 0 && line->ptr[line->len - 1] == '\r') {
    line->len--;
  }
  if (line->len > MSNAV_SDP_MAX_LINE) {
    return MSNAV_ERR_LINE_TOO_LONG;
  }
  if (line->len > 0 && memchr(line->ptr, '\r', line->len) != NULL) {
    return MSNAV_ERR_BARE_CR;
  }
  return MSNAV_OK;
}

static msnav_error read_lines(msnav_str rest, reader *r) {
  for (size_t lines = 0; rest.len > 0; lines++) {
    msnav_str line;
    if (lines == MSNAV_SDP_MAX_LINES) {
      return MSNAV_ERR_TOO_MANY_LINES;
    }
    msnav_error err = next_line(&rest, &line);
    if (err != MSNAV_OK) {
      return err;
    }
    if (lines == 0 &&
        !msnav_text_equal(msnav_text_trim(line), MSNAV_LITERAL("v=0"))) {
      return MSNAV_ERR_PARSE;
    }
    err = read_line(line, r);
    if (err != MSNAV_OK) {
      return err;
    }
  }
  return finish_media(r);
}

msnav_error msnav_sdp_read(const char *text, size_t len, msnav_sdp *sdp) {
  if (text == NULL || sdp == NULL) {
    return MSNAV_ERR_INVALID;
  }
  if (len > MSNAV_SDP_MAX_BYTES) {
    return MSNAV_ERR_TOO_LONG;
  }
  if (len == 0) {
    return MSNAV_ERR_PARSE;
  }
  if (memchr(text, '\0', len) != NULL) {
    return MSNAV_ERR_NUL;
  }
  msnav_sdp made;
  msnav_sdp_clear(&made);
  reader r = {.sdp = &made};
  msnav_error err = read_lines((msnav_str){text, len}, &r);
  if (err == MSNAV_OK) {
    msnav_sdp_copy(sdp, &made);
  }
  return err;
}

/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/message.h"
#include "base/text.h"
#include "sipguard/chars.h"
#include "sipguard/via.h"
#include <string.h>

#define MIN_IN 20 /* no SIP message is shorter */

msnav_str msnav_guard_method_name(msnav_guard_method method) {
  static const msnav_str names[] = {
    [MSNAV_GUARD_NONE] = {"", 0},
    [MSNAV_GUARD_INVITE] = {"INVITE", 6},
    [MSNAV_GUARD_ACK] = {"ACK", 3},
    [MSNAV_GUARD_BYE] = {"BYE", 3},
    [MSNAV_GUARD_CANCEL] = {"CANCEL", 6},
    [MSNAV_GUARD_OPTIONS] = {"OPTIONS", 7},
  };
  return names[method];
}

static msnav_guard_method method_of(msnav_str name) {
  for (int i = MSNAV_GUARD_INVITE; i <= MSNAV_GUARD_OPTIONS; i++) {
    msnav_guard_method method = (msnav_guard_method)i;
    if (msnav_text_equal(name, msnav_guard_method_name(method))) {
      return method;
    }
  }
  return MSNAV_GUARD_NONE;
}

/* Whether one of eight bytes may be a control.  Of less than a blank, taking
 * one away leaves the high bit, and so does adding one to 127; what had it
 * before is none.  A TAB passes for one here, and "~" behind a byte of 255. */
static bool may_have_control(const char *eight) {
  const uint64_t one = UINT64_C(0x0101010101010101);
  uint64_t text;
  memcpy(&text, eight, sizeof(text));
  return (((text - one * ' ') | (text + one)) & ~text & (one * 0x80)) != 0;
}

/* Whether a line is known to have no controls; of short ones it is not. */
static bool is_plain(const char *text, size_t len) {
  if (len < 8) {
    return false;
  }
  const char *last = text + len - 8;
  while (text < last && !may_have_control(text)) {
    text += 8;
  }
  return text >= last && !may_have_control(last);
}

/* Bytes before the first that may not stand in a line. */
static size_t line_span(msnav_str text) {
  size_t n = 0;
  while (n < text.len && text.ptr[n] != 127 &&
         ((unsigned char)text.ptr[n] >= ' ' || text.ptr[n] == '\t')) {
    n++;
  }
  return n;
}

/* A line byte by byte: it may have TABs, or be none. */
static msnav_guard_verdict odd_line(msnav_str *rest, msnav_str *line) {
  size_t n = line_span(*rest);
  if (n > MSNAV_GUARD_MAX_LINE) {
    return MSNAV_GUARD_SIZE;
  }
  if (n == rest->len) {
    return MSNAV_GUARD_HEADER;
  }
  size_t end = n + (rest->ptr[n] == '\r');
  if (end == rest->len || rest->ptr[end] != '\n') {
    return MSNAV_GUARD_CHARS;
  }
  *line = (msnav_str){rest->ptr, n};
  rest->ptr += end + 1;
  rest->len -= end + 1;
  return MSNAV_GUARD_PASS;
}

/* One line without its end, which is CRLF or a bare LF.  Inline: it is called
 * for every line of every message. */
static inline msnav_guard_verdict next_line(msnav_str *rest, msnav_str *line) {
  const char *text = rest->ptr;
  const char *lf = memchr(text, '\n', rest->len);
  if (lf == NULL) {
    return odd_line(rest, line);
  }
  size_t n = (size_t)(lf - text);
  if (n > 0 && lf[-1] == '\r') {
    n--;
  }
  if (n > MSNAV_GUARD_MAX_LINE || !is_plain(text, n)) {
    return odd_line(rest, line);
  }
  *line = (msnav_str){text, n};
  rest->len -= (size_t)(lf - text) + 1;
  rest->ptr = lf + 1;
  return MSNAV_GUARD_PASS;
}

/* "SIP/2.0 200 OK"; some leave the phrase and its blank out */
static msnav_guard_verdict read_status(msnav_str line, msnav_guard_message *m) {
  msnav_str code = {line.ptr + 8, line.len - 8};
  msnav_str phrase = code;
  code = msnav_text_until(&phrase, ' ');
  if (code.len != 3 || msnav_text_u32(code, 699, &m->status) != MSNAV_OK ||
      m->status < 100) {
    return MSNAV_GUARD_START;
  }
  if (phrase.len > MSNAV_GUARD_MAX_PHRASE) {
    phrase.len = MSNAV_GUARD_MAX_PHRASE;
  }
  m->phrase = msnav_guard_take(&phrase, MSNAV_GUARD_C_PRINTABLE);
  return MSNAV_GUARD_PASS;
}

/* "INVITE sip:... SIP/2.0".  The URI goes no further than this. */
static msnav_guard_verdict read_start(msnav_str line, msnav_guard_message *m) {
  if (MSNAV_TEXT_STARTS(line, "SIP/2.0 ")) {
    return read_status(line, m);
  }
  msnav_str rest = line;
  msnav_str method = msnav_text_until(&rest, ' ');
  msnav_str uri = msnav_text_until(&rest, ' ');
  if (!msnav_text_is_token(method, 64) || !MSNAV_TEXT_IS(rest, "SIP/2.0") ||
      uri.len < 5 || !MSNAV_TEXT_STARTS(uri, "sip:")) {
    return MSNAV_GUARD_START;
  }
  m->method = method_of(method);
  return m->method == MSNAV_GUARD_NONE ? MSNAV_GUARD_METHOD : MSNAV_GUARD_PASS;
}

static void add_line(msnav_guard_lines *lines, msnav_str value) {
  if (lines->count < MSNAV_GUARD_MAX_LINES) {
    lines->line[lines->count] = value;
  }
  lines->count++;
}

static msnav_guard_verdict
keep_value(msnav_guard_message *m, msnav_guard_header header, msnav_str value) {
  if (header == MSNAV_GUARD_H_VIA) {
    add_line(&m->via, value);
  } else if (header == MSNAV_GUARD_H_RECORD_ROUTE) {
    add_line(&m->record_route, value);
  } else if (header == MSNAV_GUARD_H_REQUIRE) {
    add_line(&m->require, value);
  } else if (header != MSNAV_GUARD_H_OTHER && m->header[header].ptr == NULL) {
    m->header[header] = value;
  } else if (header <= MSNAV_GUARD_H_CONTENT_TYPE) {
    return MSNAV_GUARD_DUPLICATE;
  }
  return MSNAV_GUARD_PASS;
}

/* A line without a colon is nobody's header and goes no further. */
static msnav_guard_verdict read_header(msnav_str line, msnav_guard_message *m) {
  if (msnav_text_is_blank(line.ptr[0])) {
    return MSNAV_GUARD_HEADER; /* Sofia does not fold */
  }
  const char *colon = memchr(line.ptr, ':', line.len);
  if (colon == NULL) {
    return MSNAV_GUARD_PASS;
  }
  msnav_str name = {line.ptr, (size_t)(colon - line.ptr)};
  msnav_str value = {colon + 1, line.len - name.len - 1};
  return keep_value(m, msnav_guard_header_of(msnav_text_trim(name)),
                    msnav_text_trim(value));
}

/* "1 INVITE" */
static bool read_cseq(msnav_guard_message *m) {
  msnav_str rest = m->header[MSNAV_GUARD_H_CSEQ];
  bool numbered = msnav_text_number(&rest, MSNAV_GUARD_MAX_CSEQ, &m->cseq);
  msnav_str name = msnav_text_trim(rest);
  msnav_guard_method method = method_of(name);
  if (!numbered || name.len == rest.len || method == MSNAV_GUARD_NONE ||
      (m->status == 0 && method != m->method)) {
    return false;
  }
  m->method = method;
  return true;
}

/* The bytes of "word" in RFC 3261 section 25.1, and '@' */
static bool read_call_id(msnav_guard_message *m) {
  m->call_id = m->header[MSNAV_GUARD_H_CALL_ID];
  return m->call_id.len > 0 && m->call_id.len <= MSNAV_GUARD_MAX_CALL_ID &&
         msnav_guard_span(m->call_id, MSNAV_GUARD_C_WORD) == m->call_id.len;
}

/* Option tags (RFC 3261 section 20.32). */
static msnav_guard_verdict check_require(const msnav_guard_message *m) {
  size_t options = 0;
  if (m->require.count > MSNAV_GUARD_MAX_LINES) {
    return MSNAV_GUARD_SIZE;
  }
  for (size_t i = 0; i < m->require.count; i++) {
    msnav_str rest = m->require.line[i];
    do {
      msnav_str option = msnav_text_trim(msnav_text_until(&rest, ','));
      if (!msnav_text_is_token(option, MSNAV_GUARD_MAX_OPTION)) {
        return MSNAV_GUARD_HEADER;
      }
      options++;
    } while (rest.len > 0);
  }
  return options <= MSNAV_GUARD_MAX_OPTIONS ? MSNAV_GUARD_PASS
                                            : MSNAV_GUARD_SIZE;
}

/* A length beyond the datagram is made true, a missing one means the rest of
 * it (RFC 3261 section 18.3).  What is not SDP is nothing to Sofia. */
static bool read_body(msnav_str rest, msnav_guard_message *m) {
  msnav_str length = m->header[MSNAV_GUARD_H_CONTENT_LENGTH];
  uint32_t len = 0;
  if (length.ptr != NULL) {
    if (msnav_text_u32(length, MSNAV_GUARD_MAX_CSEQ, &len) != MSNAV_OK) {
      return false;
    }
    rest.len = len < rest.len ? len : rest.len;
  }
  if (rest.len > MSNAV_GUARD_MAX_BODY) {
    return false;
  }
  msnav_str type = m->header[MSNAV_GUARD_H_CONTENT_TYPE];
  type = msnav_text_trim(msnav_text_until(&type, ';'));
  if (MSNAV_TEXT_IS(type, "application/sdp")) {
    m->body = rest;
  }
  return true;
}

/* What the single headers hold. */
static msnav_guard_verdict read_values(msnav_str rest, msnav_guard_message *m) {
  for (size_t i = 0; i <= MSNAV_GUARD_H_CSEQ; i++) {
    if (m->header[i].ptr == NULL) {
      return MSNAV_GUARD_MISSING;
    }
  }
  if (m->via.count == 0) {
    return MSNAV_GUARD_MISSING;
  }
  /* A response comes back to whom its only Via names (section 8.1.3.3). */
  if (!msnav_guard_via_read(&m->via, &m->hops, &m->branch) ||
      (m->status != 0 && m->hops > 1)) {
    return MSNAV_GUARD_VIA;
  }
  if (!msnav_guard_address_read(m->header[MSNAV_GUARD_H_FROM], &m->from) ||
      !msnav_guard_address_read(m->header[MSNAV_GUARD_H_TO], &m->to)) {
    return MSNAV_GUARD_ADDRESS;
  }
  if (!read_call_id(m)) {
    return MSNAV_GUARD_CALL_ID;
  }
  if (!read_cseq(m)) {
    return MSNAV_GUARD_CSEQ;
  }
  msnav_str agent = m->header[MSNAV_GUARD_H_USER_AGENT];
  if (agent.len <= MSNAV_GUARD_MAX_USER_AGENT &&
      msnav_guard_span(agent, MSNAV_GUARD_C_PRINTABLE) == agent.len) {
    m->user_agent = agent;
  }
  msnav_guard_verdict verdict = check_require(m);
  if (verdict != MSNAV_GUARD_PASS) {
    return verdict;
  }
  return read_body(rest, m) ? MSNAV_GUARD_PASS : MSNAV_GUARD_BODY;
}

msnav_guard_verdict
msnav_guard_message_read(const char *data, size_t len, msnav_guard_message *m) {
  *m = (msnav_guard_message){.status = 0};
  if (len < MIN_IN || len > MSNAV_GUARD_MAX_IN) {
    return MSNAV_GUARD_SIZE;
  }
  msnav_str rest = {data, len};
  msnav_str line = {NULL, 0};
  msnav_guard_verdict verdict = MSNAV_GUARD_PASS;
  do { /* empty lines before the message are skipped (section 7.5) */
    verdict = next_line(&rest, &line);
  } while (verdict == MSNAV_GUARD_PASS && line.len == 0);
  if (verdict == MSNAV_GUARD_PASS) {
    verdict = read_start(line, m);
  }
  for (size_t n = 0; verdict == MSNAV_GUARD_PASS; n++) {
    verdict = next_line(&rest, &line);
    if (verdict != MSNAV_GUARD_PASS || line.len == 0) {
      break;
    }
    verdict =
      n < MSNAV_GUARD_MAX_HEADERS ? read_header(line, m) : MSNAV_GUARD_SIZE;
  }
  return verdict == MSNAV_GUARD_PASS ? read_values(rest, m) : verdict;
}

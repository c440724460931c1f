/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/via.h"
#include "base/text.h"
#include "sipguard/chars.h"

static msnav_str from(msnav_str text, size_t n) {
  return (msnav_str){text.ptr + n, text.len - n};
}

/* The host at the start of the text, 0 when there is none.  Beyond the first
 * hop, which is IPv4 like the call, there may be others. */
static size_t host_span(msnav_str text, bool first) {
  if (first || text.len == 0 || text.ptr[0] != '[') {
    return msnav_guard_span(text, MSNAV_GUARD_C_HOST);
  }
  size_t n = 1 + msnav_guard_span(from(text, 1), MSNAV_GUARD_C_IPV6);
  return n < text.len && text.ptr[n] == ']' ? n + 1 : 0;
}

/* A word and the blanks after it. */
static bool skip_word(msnav_str *rest, msnav_str word) {
  if (!msnav_text_starts_nocase(*rest, word)) {
    return false;
  }
  *rest = msnav_text_trim(from(*rest, word.len));
  return true;
}

/* "SIP/2.0/UDP" and the blanks after it.  Blanks may stand between the parts
 * (RFC 3261 section 25.1). */
static bool read_protocol(msnav_str *rest, bool first) {
  static const msnav_str slash = {"/", 1};
  const msnav_str usual = MSNAV_LITERAL("SIP/2.0/UDP ");
  if (rest->len >= usual.len && memcmp(rest->ptr, usual.ptr, usual.len) == 0) {
    *rest = msnav_text_trim(from(*rest, usual.len));
    return true;
  }
  if (!skip_word(rest, MSNAV_LITERAL("SIP")) || !skip_word(rest, slash) ||
      !skip_word(rest, MSNAV_LITERAL("2.0")) || !skip_word(rest, slash)) {
    return false;
  }
  msnav_str transport = {rest->ptr,
                         msnav_guard_span(*rest, MSNAV_GUARD_C_TRANSPORT)};
  *rest = from(*rest, transport.len);
  bool udp = MSNAV_TEXT_IS(transport, "UDP");
  if (transport.len == 0 || (first && !udp) || rest->len == 0 ||
      !msnav_text_is_blank(rest->ptr[0])) {
    return false;
  }
  *rest = msnav_text_trim(*rest);
  return true;
}

static bool read_port(msnav_str *rest) {
  uint32_t port = 0;
  return msnav_text_number(rest, 65535, &port) && port != 0;
}

/* "SIP/2.0/UDP host:port": *rest is moved behind it. */
static bool read_sent_by(msnav_str *rest, bool first, msnav_str *host) {
  if (!read_protocol(rest, first)) {
    return false;
  }
  *host = (msnav_str){rest->ptr, host_span(*rest, first)};
  if (host->len == 0) {
    return false;
  }
  *rest = msnav_text_trim(from(*rest, host->len));
  if (rest->len == 0 || rest->ptr[0] != ':') {
    return true;
  }
  *rest = msnav_text_trim(from(*rest, 1));
  return read_port(rest);
}

/* Where a hop ends, blanks aside. */
static bool is_end(msnav_str rest) {
  msnav_guard_skip_blanks(&rest);
  return rest.len == 0 || rest.ptr[0] == ',';
}

static void skip_spaces(msnav_str *rest) {
  while (rest->len > 0 && rest->ptr[0] == ' ') {
    msnav_guard_skip(rest, 1);
  }
}

/* ";name=value".  A last ';' may have nothing behind it. */
static bool read_parameter(msnav_str *rest, msnav_str *branch) {
  msnav_guard_skip(rest, 1);
  skip_spaces(rest);
  msnav_str name = msnav_guard_take(rest, MSNAV_GUARD_C_TOKEN);
  if (name.len == 0) {
    return is_end(*rest);
  }
  skip_spaces(rest);
  if (rest->len > 0 && rest->ptr[0] == '=') {
    msnav_guard_skip(rest, 1);
    msnav_str value = msnav_guard_take(rest, MSNAV_GUARD_C_VALUE);
    if (branch->len == 0 && MSNAV_TEXT_IS(name, "branch")) {
      *branch = msnav_text_trim(value);
    }
  }
  return name.len <= 64;
}

static bool read_hop(msnav_str *rest, bool first, msnav_str *branch) {
  msnav_guard_skip_blanks(rest);
  msnav_str hop = *rest;
  msnav_str host;
  msnav_str other = {NULL, 0};
  if (!read_sent_by(rest, first, &host)) {
    return false;
  }
  msnav_guard_skip_blanks(rest);
  while (rest->len > 0 && rest->ptr[0] == ';') {
    if (!read_parameter(rest, first ? branch : &other)) {
      return false;
    }
  }
  hop.len = (size_t)(rest->ptr - hop.ptr);
  return msnav_text_trim(hop).len <= MSNAV_GUARD_MAX_VIA && is_end(*rest);
}

/* The hops of one line, with commas between them. */
static bool read_line(msnav_str rest, size_t *hops, msnav_str *branch) {
  for (;; msnav_guard_skip(&rest, 1)) {
    if (*hops == MSNAV_GUARD_MAX_VIAS || !read_hop(&rest, *hops == 0, branch)) {
      return false;
    }
    (*hops)++;
    msnav_guard_skip_blanks(&rest);
    if (rest.len == 0) {
      return true;
    }
  }
}

bool msnav_guard_via_read(const msnav_guard_lines *lines, size_t *hops,
                          msnav_str *branch) {
  *hops = 0;
  *branch = (msnav_str){NULL, 0};
  if (lines->count > MSNAV_GUARD_MAX_LINES) {
    return false;
  }
  size_t all = 0;
  for (size_t i = 0; i < lines->count; i++) {
    all += lines->line[i].len + 1;
    if (all > MSNAV_GUARD_MAX_VIA_ALL ||
        !read_line(lines->line[i], hops, branch)) {
      return false;
    }
  }
  return *hops > 0;
}

/* ---- writing */

static bool is_ip(msnav_str host, uint32_t ip) {
  char text[sizeof("255.255.255.255")];
  msnav_out out;
  msnav_out_init(&out, text, sizeof(text));
  msnav_out_ip(&out, ip);
  return msnav_text_equal(host, (msnav_str){text, out.len});
}

/* Where the request came from is for the server to say: what the peer may
 * have claimed of it goes. */
static void write_params(msnav_str params, bool differs,
                         const msnav_addr *source, msnav_out *out) {
  bool asks = false;
  while (params.len > 0) {
    msnav_str param = msnav_text_until(&params, ';');
    msnav_str value = param;
    msnav_str name = msnav_text_trim(msnav_text_until(&value, '='));
    if (MSNAV_TEXT_IS(name, "received")) {
      differs = true;
    } else if (MSNAV_TEXT_IS(name, "rport") &&
               msnav_text_trim(value).len == 0) {
      asks = true;
    } else {
      msnav_out_char(out, ';');
      msnav_out_str(out, param);
    }
  }
  if (differs || asks) {
    msnav_out_text(out, ";received=");
    msnav_out_ip(out, source->ip);
  }
  if (asks) {
    msnav_out_text(out, ";rport=");
    msnav_out_u32(out, source->port);
  }
}

void msnav_guard_via_write(msnav_str line, const msnav_addr *source,
                           msnav_out *out) {
  msnav_str others = line;
  msnav_str hop = msnav_text_trim(msnav_text_until(&others, ','));
  msnav_str params = hop;
  msnav_str host = {NULL, 0};
  (void)read_sent_by(&params, true, &host); /* it was read before */
  msnav_out_bytes(out, hop.ptr, (size_t)(params.ptr - hop.ptr));
  (void)msnav_text_until(&params, ';');
  write_params(params, !is_ip(host, source->ip), source, out);
  if (others.len > 0) {
    msnav_out_char(out, ',');
    msnav_out_str(out, others);
  }
}

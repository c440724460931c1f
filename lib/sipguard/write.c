/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sipguard/write.h"

static void end_line(msnav_out *out) {
  msnav_out_bytes(out, "\r\n", 2);
}

void msnav_guard_write_hostport(msnav_out *out,
                                const msnav_guard_hostport *hostport) {
  msnav_out_bytes(out, hostport->text, hostport->len);
}

void msnav_guard_write_status(msnav_out *out, const msnav_guard_message *m) {
  msnav_out_text(out, "SIP/2.0 ");
  msnav_out_u32(out, m->status);
  msnav_out_char(out, ' ');
  msnav_out_str(out, m->phrase);
  end_line(out);
}

void msnav_guard_write_header(msnav_out *out, const char *name,
                              msnav_str value) {
  msnav_guard_write_tagged(out, name, value, (msnav_str){NULL, 0});
}

void msnav_guard_write_lines(msnav_out *out, const char *name, msnav_str text) {
  while (text.len > 0) {
    msnav_guard_write_header(out, name, msnav_text_until(&text, '\n'));
  }
}

void msnav_guard_write_tagged(msnav_out *out, const char *name, msnav_str value,
                              msnav_str tag) {
  msnav_out_text(out, name);
  msnav_out_bytes(out, ": ", 2);
  msnav_out_str(out, value);
  if (tag.len > 0) {
    msnav_out_text(out, ";tag=");
    msnav_out_str(out, tag);
  }
  end_line(out);
}

void msnav_guard_write_id(msnav_out *out, const msnav_guard_message *m,
                          uint32_t cseq) {
  msnav_guard_write_header(out, "Call-ID", m->call_id);
  msnav_out_text(out, "CSeq: ");
  msnav_out_u32(out, cseq);
  msnav_out_char(out, ' ');
  msnav_out_str(out, msnav_guard_method_name(m->method));
  end_line(out);
}

void msnav_guard_write_contact(msnav_out *out, const msnav_guard_message *m,
                               msnav_str user,
                               const msnav_guard_hostport *hostport) {
  if (m->method != MSNAV_GUARD_INVITE ||
      (m->status != 0 && (m->status < 200 || m->status > 299))) {
    return;
  }
  msnav_out_text(out, "Contact: <sip:");
  if (user.len > 0) {
    msnav_out_str(out, user);
    msnav_out_char(out, '@');
  }
  msnav_guard_write_hostport(out, hostport);
  msnav_out_text(out, ">\r\n");
}

/* Each tag on its own, so that nothing but tags passes. */
void msnav_guard_write_require(msnav_out *out, const msnav_guard_message *m) {
  for (size_t i = 0; i < m->require.count; i++) {
    msnav_str rest = m->require.line[i];
    while (rest.len > 0) {
      msnav_str option = msnav_text_trim(msnav_text_until(&rest, ','));
      msnav_guard_write_header(out, "Require", option);
    }
  }
}

void msnav_guard_write_options(msnav_out *out, const msnav_guard_message *m) {
  static const struct {
    msnav_guard_header header;
    const char *name;
  } told[] = {
    {MSNAV_GUARD_H_ALLOW, "Allow"},
    {MSNAV_GUARD_H_ACCEPT, "Accept"},
    {MSNAV_GUARD_H_UNSUPPORTED, "Unsupported"},
  };
  for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
    if (m->header[told[i].header].len > 0) {
      msnav_guard_write_header(out, told[i].name, m->header[told[i].header]);
    }
  }
}

void msnav_guard_write_user_agent(msnav_out *out,
                                  const msnav_guard_message *m) {
  if (m->user_agent.len > 0) {
    msnav_guard_write_header(out, "User-Agent", m->user_agent);
  }
}

void msnav_guard_write_tail(msnav_out *out, const msnav_guard_message *m) {
  if (m->body.len > 0) {
    msnav_out_text(out, "Content-Type: application/sdp\r\n");
  }
  msnav_out_text(out, "Content-Length: ");
  msnav_out_u32(out, (uint32_t)m->body.len);
  end_line(out);
  end_line(out);
  msnav_out_str(out, m->body);
}

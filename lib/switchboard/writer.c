/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sized.h"
#include "base/text.h"
#include <msnav/switchboard.h>

/* A line in the making; bad once a parameter could not stand in it. */
typedef struct pen {
  msnav_out out;
  bool bad;
} pen;

static void verb(pen *p, const char *text) {
  msnav_out_text(&p->out, text);
}

static void number(pen *p, uint32_t value) {
  msnav_out_char(&p->out, ' ');
  msnav_out_u32(&p->out, value);
}

static void word(pen *p, msnav_str text) {
  if (text.ptr == NULL || text.len == 0) {
    p->bad = true;
    return;
  }
  for (size_t i = 0; i < text.len; i++) {
    unsigned char c = (unsigned char)text.ptr[i];
    p->bad |= c <= 0x20 || c == 0x7f;
  }
  msnav_out_char(&p->out, ' ');
  msnav_out_str(&p->out, text);
}

static void name(pen *p, const msnav_switchboard_command *c) {
  word(p, c->name.len > 0 ? c->name : c->account);
}

static void with_transaction(pen *p, const char *text, uint32_t t) {
  verb(p, text);
  number(p, t);
}

static bool write_client(pen *p, const msnav_switchboard_command *c) {
  switch (c->verb) {
  case MSNAV_SB_USR:
    with_transaction(p, "USR", c->transaction);
    word(p, c->account);
    word(p, c->token);
    return true;
  case MSNAV_SB_CAL:
    with_transaction(p, "CAL", c->transaction);
    word(p, c->account);
    return true;
  case MSNAV_SB_ANS:
    with_transaction(p, "ANS", c->transaction);
    word(p, c->account);
    word(p, c->token);
    word(p, c->id);
    return true;
  case MSNAV_SB_SEND:
    with_transaction(p, "MSG", c->transaction);
    word(p, (msnav_str){&c->ack, 1});
    number(p, (uint32_t)c->payload.len);
    return true;
  case MSNAV_SB_PNG:
    verb(p, "PNG");
    return true;
  case MSNAV_SB_OUT:
    verb(p, "OUT");
    return true;
  default:
    return false;
  }
}

static bool write_people(pen *p, const msnav_switchboard_command *c) {
  switch (c->verb) {
  case MSNAV_SB_RNG:
    verb(p, "RNG");
    word(p, c->id);
    word(p, c->host);
    verb(p, " CKI");
    word(p, c->token);
    word(p, c->account);
    name(p, c);
    return true;
  case MSNAV_SB_IRO:
    with_transaction(p, "IRO", c->transaction);
    number(p, c->index);
    number(p, c->count);
    word(p, c->account);
    name(p, c);
    return true;
  case MSNAV_SB_JOI:
    verb(p, "JOI");
    word(p, c->account);
    name(p, c);
    return true;
  case MSNAV_SB_BYE:
    verb(p, "BYE");
    word(p, c->account);
    if (c->idle != 0) {
      number(p, 1);
    }
    return true;
  case MSNAV_SB_MSG:
    verb(p, "MSG");
    word(p, c->account);
    name(p, c);
    number(p, (uint32_t)c->payload.len);
    return true;
  default:
    return false;
  }
}

static bool write_server(pen *p, const msnav_switchboard_command *c) {
  switch (c->verb) {
  case MSNAV_SB_USR_OK:
    with_transaction(p, "USR", c->transaction);
    verb(p, " OK");
    word(p, c->account);
    name(p, c);
    return true;
  case MSNAV_SB_RINGING:
    with_transaction(p, "CAL", c->transaction);
    verb(p, " RINGING");
    word(p, c->id);
    return true;
  case MSNAV_SB_ANS_OK:
    with_transaction(p, "ANS", c->transaction);
    verb(p, " OK");
    return true;
  case MSNAV_SB_ACK:
    with_transaction(p, "ACK", c->transaction);
    return true;
  case MSNAV_SB_NAK:
    with_transaction(p, "NAK", c->transaction);
    return true;
  case MSNAV_SB_QNG:
    with_transaction(p, "QNG", c->count);
    return true;
  case MSNAV_SB_ERROR:
    p->bad |= c->error < 100 || c->error > 999;
    msnav_out_u32(&p->out, c->error);
    number(p, c->transaction);
    return true;
  default:
    return write_people(p, c);
  }
}

/* Other commands have none, whatever stands in the struct. */
static msnav_str payload_of(const msnav_switchboard_command *c) {
  bool has = c->verb == MSNAV_SB_SEND || c->verb == MSNAV_SB_MSG;
  return has ? c->payload : (msnav_str){NULL, 0};
}

msnav_error msnav_switchboard_write(const msnav_switchboard_command *command,
                                    char *buf, size_t cap, size_t *len) {
  char line[MSNAV_SWITCHBOARD_LINE];
  if (buf == NULL || len == NULL ||
      !msnav_sized_ok(command,
                      MSNAV_SIZED_UP_TO(msnav_switchboard_command, line))) {
    return MSNAV_ERR_INVALID;
  }
  msnav_switchboard_command c;
  msnav_sized_take(&c, sizeof(c), command);
  msnav_str payload = payload_of(&c);
  pen p = {.bad = payload.ptr == NULL && payload.len > 0};
  msnav_out_init(&p.out, line, sizeof(line));
  if ((!write_client(&p, &c) && !write_server(&p, &c)) || p.bad) {
    return MSNAV_ERR_INVALID;
  }
  verb(&p, "\r\n");
  if (p.out.full || payload.len > MSNAV_SWITCHBOARD_PAYLOAD) {
    return MSNAV_ERR_TOO_LONG;
  }
  msnav_out whole;
  msnav_out_init(&whole, buf, cap);
  msnav_out_bytes(&whole, line, p.out.len);
  msnav_out_str(&whole, payload);
  return msnav_out_finish(&whole, len);
}

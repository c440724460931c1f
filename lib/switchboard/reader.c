/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "base/sized.h"
#include "base/text.h"
#include <msnav/switchboard.h>
#include <stdlib.h>
#include <string.h>

#define MOST_WORDS 8

struct msnav_switchboard {
  msnav_switchboard_side side;
  bool taken;     /* the command in buf was handed out */
  bool lost;      /* over a limit: the stream cannot be followed any more */
  size_t len;     /* bytes in buf */
  size_t line;    /* of them the line with its end, 0: not complete */
  size_t payload; /* bytes that belong behind the line */
  char buf[MSNAV_SWITCHBOARD_LINE + MSNAV_SWITCHBOARD_PAYLOAD];
};

/* Words of a line, split on single blanks; names may hold U+00A0. */
typedef struct words {
  size_t count;
  msnav_str at[MOST_WORDS];
} words;

msnav_error
msnav_switchboard_new(msnav_switchboard_side side, msnav_switchboard **sb) {
  if (sb == NULL || (side != MSNAV_SB_CLIENT && side != MSNAV_SB_SERVER)) {
    return MSNAV_ERR_INVALID;
  }
  msnav_switchboard *made = malloc(sizeof(*made));
  if (made == NULL) {
    return MSNAV_ERR_NOMEM;
  }
  made->side = side;
  made->taken = made->lost = false;
  made->len = made->line = made->payload = 0;
  *sb = made;
  return MSNAV_OK;
}

void msnav_switchboard_free(msnav_switchboard *sb) {
  free(sb);
}

static msnav_str line_of(const msnav_switchboard *sb) {
  size_t n = sb->line - 1; /* LF */
  n -= n > 0 && sb->buf[n - 1] == '\r';
  return (msnav_str){sb->buf, n};
}

static words split(msnav_str line) {
  words w = {0};
  while (line.len > 0 && w.count < MOST_WORDS) {
    msnav_str word = msnav_text_until(&line, ' ');
    if (word.len > 0) {
      w.at[w.count++] = word;
    }
  }
  return w;
}

static bool is(msnav_str word, const char *text) {
  return msnav_text_equal(word, msnav_str_of(text));
}

static bool number(msnav_str word, uint32_t *value) {
  return msnav_text_u32(word, UINT32_MAX, value) == MSNAV_OK;
}

/* Whether bytes follow the line, and the fewest words it has then. */
static size_t
words_before_payload(msnav_switchboard_side side, msnav_str verb) {
  if (is(verb, "MSG")) {
    return 3;
  }
  if (side == MSNAV_SB_SERVER) {
    return is(verb, "QRY") ? 4 : 0;
  }
  return is(verb, "NOT") || is(verb, "IPG") ? 2 : 0;
}

/* How many bytes follow the line. */
static msnav_error
payload_of(msnav_switchboard_side side, const words *w, size_t *size) {
  uint32_t n = 0;
  size_t least = w->count > 0 ? words_before_payload(side, w->at[0]) : 0;
  *size = 0;
  if (least == 0) {
    return MSNAV_OK;
  }
  if (w->count < least || !number(w->at[w->count - 1], &n)) {
    return MSNAV_ERR_TOO_LONG; /* where the next command begins is unknown */
  }
  *size = n;
  return n <= MSNAV_SWITCHBOARD_PAYLOAD ? MSNAV_OK : MSNAV_ERR_TOO_LONG;
}

static bool complete(const msnav_switchboard *sb) {
  return sb->line > 0 && sb->len == sb->line + sb->payload;
}

static void forget_taken(msnav_switchboard *sb) {
  if (sb->taken) {
    sb->taken = false;
    sb->len = sb->line = sb->payload = 0;
  }
}

static void end_line(msnav_switchboard *sb) {
  sb->line = sb->len;
  words w = split(line_of(sb));
  sb->lost = payload_of(sb->side, &w, &sb->payload) != MSNAV_OK;
}

size_t
msnav_switchboard_feed(msnav_switchboard *sb, const void *bytes, size_t len) {
  const char *from = bytes;
  size_t taken = 0;
  if (sb == NULL || bytes == NULL) {
    return 0;
  }
  forget_taken(sb);
  while (taken < len && !sb->lost && !complete(sb)) {
    size_t n = len - taken;
    if (sb->line == 0) {
      const char *lf = memchr(from + taken, '\n', n);
      n = lf != NULL ? (size_t)(lf - (from + taken)) + 1 : n;
      if (sb->len + n > MSNAV_SWITCHBOARD_LINE) {
        sb->lost = true;
        break;
      }
      memcpy(sb->buf + sb->len, from + taken, n);
      sb->len += n;
      if (lf != NULL) {
        end_line(sb);
      }
    } else {
      size_t want = sb->line + sb->payload - sb->len;
      n = n < want ? n : want;
      memcpy(sb->buf + sb->len, from + taken, n);
      sb->len += n;
    }
    taken += n;
  }
  return taken;
}

/* One parameter: a place in the command for the word at this place. */
#define NEED(n)                                                                \
  do {                                                                         \
    if (w->count < (n)) {                                                      \
      return MSNAV_ERR_PARSE;                                                  \
    }                                                                          \
  } while (0)
#define NUMBER(i, to)                                                          \
  do {                                                                         \
    if (!number(w->at[i], &(to))) {                                            \
      return MSNAV_ERR_PARSE;                                                  \
    }                                                                          \
  } while (0)

static msnav_str word(const words *w, size_t i) {
  return i < w->count ? w->at[i] : (msnav_str){NULL, 0};
}

/* What only a client writes. */
static msnav_error from_client(const words *w, msnav_switchboard_command *c) {
  msnav_str verb = w->at[0];
  if (is(verb, "USR")) {
    NEED(4);
    NUMBER(1, c->transaction);
    c->verb = MSNAV_SB_USR;
    c->account = w->at[2];
    c->token = w->at[3];
  } else if (is(verb, "CAL")) {
    NEED(3);
    NUMBER(1, c->transaction);
    c->verb = MSNAV_SB_CAL;
    c->account = w->at[2];
  } else if (is(verb, "ANS")) {
    NEED(5);
    NUMBER(1, c->transaction);
    c->verb = MSNAV_SB_ANS;
    c->account = w->at[2];
    c->token = w->at[3];
    c->id = w->at[4];
  } else if (is(verb, "MSG")) {
    NEED(4);
    NUMBER(1, c->transaction);
    if (w->at[2].len != 1) {
      return MSNAV_ERR_PARSE;
    }
    c->verb = MSNAV_SB_SEND;
    c->ack = w->at[2].ptr[0];
  } else if (is(verb, "PNG")) {
    c->verb = MSNAV_SB_PNG;
  }
  return MSNAV_OK;
}

static msnav_error who_comes(const words *w, msnav_switchboard_command *c) {
  msnav_str verb = w->at[0];
  if (is(verb, "RNG")) {
    NEED(6);
    c->verb = MSNAV_SB_RNG;
    c->id = w->at[1];
    c->host = w->at[2];
    c->token = w->at[4]; /* behind CKI */
    c->account = w->at[5];
    c->name = word(w, 6);
  } else if (is(verb, "IRO")) {
    NEED(5);
    NUMBER(1, c->transaction);
    NUMBER(2, c->index);
    NUMBER(3, c->count);
    c->verb = MSNAV_SB_IRO;
    c->account = w->at[4];
    c->name = word(w, 5);
  } else if (is(verb, "JOI")) {
    NEED(2);
    c->verb = MSNAV_SB_JOI;
    c->account = w->at[1];
    c->name = word(w, 2);
  } else if (is(verb, "BYE")) {
    NEED(2);
    c->verb = MSNAV_SB_BYE;
    c->account = w->at[1];
    c->idle = is(word(w, 2), "1");
  } else if (is(verb, "MSG")) {
    NEED(3);
    c->verb = MSNAV_SB_MSG;
    c->account = w->at[1];
    c->name = w->count > 3 ? w->at[2] : (msnav_str){NULL, 0};
  }
  return MSNAV_OK;
}

static bool error_code(msnav_str verb, uint32_t *code) {
  return verb.len == 3 && number(verb, code);
}

/* Answers to a client's commands. */
static msnav_error answer(const words *w, msnav_switchboard_command *c) {
  msnav_str verb = w->at[0];
  NUMBER(1, c->transaction);
  if (is(verb, "USR")) {
    NEED(4);
    c->verb = MSNAV_SB_USR_OK;
    c->account = w->at[3];
    c->name = word(w, 4);
  } else if (is(verb, "CAL")) {
    NEED(4);
    c->verb = MSNAV_SB_RINGING;
    c->id = w->at[3];
  } else if (is(verb, "ANS")) {
    NEED(3);
    c->verb = MSNAV_SB_ANS_OK;
  } else {
    c->verb = is(verb, "ACK") ? MSNAV_SB_ACK : MSNAV_SB_NAK;
  }
  return MSNAV_OK;
}

static msnav_error optional_number(const words *w, uint32_t *value) {
  return w->count < 2 || number(w->at[1], value) ? MSNAV_OK : MSNAV_ERR_PARSE;
}

/* What only a server writes. */
static msnav_error from_server(const words *w, msnav_switchboard_command *c) {
  static const char *const answers[] = {"USR", "CAL", "ANS", "ACK", "NAK"};
  msnav_str verb = w->at[0];
  for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
    if (is(verb, answers[i])) {
      return w->count > 1 ? answer(w, c) : MSNAV_ERR_PARSE;
    }
  }
  if (is(verb, "QNG")) {
    c->verb = MSNAV_SB_QNG;
    return optional_number(w, &c->count);
  }
  if (error_code(verb, &c->error)) {
    c->verb = MSNAV_SB_ERROR;
    return optional_number(w, &c->transaction);
  }
  return who_comes(w, c);
}

msnav_error msnav_switchboard_next(msnav_switchboard *sb,
                                   msnav_switchboard_command *command) {
  if (sb == NULL ||
      !msnav_sized_ok(command,
                      MSNAV_SIZED_UP_TO(msnav_switchboard_command, line))) {
    return MSNAV_ERR_INVALID;
  }
  if (sb->lost) {
    return MSNAV_ERR_TOO_LONG;
  }
  if (!complete(sb) || sb->taken) {
    return MSNAV_ERR_AGAIN;
  }
  sb->taken = true;
  msnav_switchboard_command c = {.line = line_of(sb)};
  words w = split(c.line);
  if (sb->payload > 0) {
    c.payload = (msnav_str){sb->buf + sb->line, sb->payload};
  }
  msnav_error err = MSNAV_OK;
  if (w.count > 0 && is(w.at[0], "OUT")) {
    c.verb = MSNAV_SB_OUT;
  } else if (w.count > 0) {
    err =
      sb->side == MSNAV_SB_SERVER ? from_client(&w, &c) : from_server(&w, &c);
  }
  if (err != MSNAV_OK) {
    c = (msnav_switchboard_command){.line = line_of(sb)};
  }
  msnav_sized_give(command, &c, sizeof(c));
  return err;
}

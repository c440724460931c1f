/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "chat.h"

#include <msnav/switchboard.h>
#include <string.h>

struct chats {
  trail *t;
  tcp *tcp;
};

/* One direction.  Until its decoder stands, lines are looked through for a
 * command that the decoder can begin with. */
typedef struct way {
  msnav_switchboard *decoder;
  GByteArray *before; /* bytes without a decoder */
  size_t unfinished;  /* bytes given since the last whole command */
  uint64_t commands;
} way;

typedef struct chat {
  way way[2];
  char *account; /* of the client */
} chat;

static chat *chat_of(connection *c) {
  if (c->user == NULL) {
    chat *k = g_new0(chat, 1);
    k->way[0].before = g_byte_array_new();
    k->way[1].before = g_byte_array_new();
    c->user = k;
  }
  return c->user;
}

static char *ends(const connection *c, unsigned from) {
  char a[MSNAV_ADDR_TEXT], b[MSNAV_ADDR_TEXT];
  msnav_addr_format(&c->end[from], a);
  msnav_addr_format(&c->end[1 - from], b);
  return g_strdup_printf("%s > %s", a, b);
}

/* Who writes such a line: 1 a client, 0 a server, -1 no switchboard's. */
static int writer_of(const char *line, size_t len) {
  static const char client[] = "CAL ANS PNG USR ";
  static const char server[] = "RNG IRO JOI BYE ACK NAK QNG ";
  char verb[6] = "";
  if (len < 4) {
    return -1;
  }
  memcpy(verb, line, 3);
  verb[3] = ' ';
  if (line[3] != ' ' && line[3] != '\r') {
    return -1;
  }
  if (memcmp(verb, "MSG ", 4) == 0) {
    char **word = g_strsplit(line, " ", 5);
    guint n = g_strv_length(word);
    bool one = n == 4 && strlen(word[2]) == 1 && g_ascii_isdigit(word[1][0]);
    g_strfreev(word);
    return n < 4 ? -1 : one;
  }
  return strstr(client, verb) != NULL   ? 1
         : strstr(server, verb) != NULL ? 0
                                        : -1;
}

static void begin_decoder(connection *c, unsigned from) {
  way *w = &chat_of(c)->way[from];
  if (msnav_switchboard_new(c->client == (int)from ? MSNAV_SB_SERVER
                                                   : MSNAV_SB_CLIENT,
                            &w->decoder) != MSNAV_OK) {
    w->decoder = NULL;
  }
  w->unfinished = 0;
}

/* Look for a line to begin with; the offset, or -1. */
static gssize find_line(connection *c, unsigned from) {
  GByteArray *b = chat_of(c)->way[from].before;
  g_assert(b != NULL);
  guint at = 0;
  while (at < b->len) {
    const uint8_t *end = memchr(b->data + at, '\n', b->len - at);
    if (end == NULL) {
      break;
    }
    size_t len = (size_t)(end - (b->data + at));
    char *line = g_strndup((const char *)b->data + at, len);
    int writer = len <= MSNAV_SWITCHBOARD_LINE ? writer_of(line, len) : -1;
    g_free(line);
    if (writer >= 0) {
      if (c->client < 0) {
        c->client = writer == 1 ? (int)from : 1 - (int)from;
      }
      return (gssize)at;
    }
    at = (guint)(end - b->data) + 1;
  }
  g_byte_array_remove_range(b, 0, at);
  if (b->len > 4 * MSNAV_SWITCHBOARD_LINE) {
    g_byte_array_set_size(b, 0); /* no text */
  }
  return -1;
}

static void
take_command(chats *all, connection *c, unsigned from, uint64_t time,
             const msnav_switchboard_command *command) {
  chat *k = chat_of(c);
  bool from_client = c->client == (int)from;
  k->way[from].commands++;
  switch (command->verb) {
  case MSNAV_SB_USR:
  case MSNAV_SB_ANS:
    if (k->account == NULL) {
      k->account = g_strndup(command->account.ptr, command->account.len);
    }
    break;
  case MSNAV_SB_SEND:
  case MSNAV_SB_MSG: {
    delivery d = {time,
                  from_client,
                  str_of(k->account),
                  from_client ? (msnav_str){NULL, 0} : command->account,
                  c,
                  command->payload};
    invitation_take(all->t, &d);
    break;
  }
  default:
    break;
  }
}

static void give_up(chats *all, connection *c, unsigned from, const char *why) {
  chat *k = chat_of(c);
  way *w = &k->way[from];
  if (w->commands > 0 || w->unfinished > 0) {
    char *name = ends(c, from);
    trail_note(all->t, true, "%s: %s", name, why);
    g_free(name);
  }
  msnav_switchboard_free(w->decoder);
  w->decoder = NULL;
  w->unfinished = 0;
}

/* Give bytes to the decoder; false when it lost the thread. */
static bool decode(chats *all, connection *c, unsigned from, uint64_t time,
                   msnav_str *bytes) {
  way *w = &chat_of(c)->way[from];
  while (bytes->len > 0) {
    size_t taken = msnav_switchboard_feed(w->decoder, bytes->ptr, bytes->len);
    bytes->ptr += taken;
    bytes->len -= taken;
    w->unfinished += taken;
    for (;;) {
      msnav_switchboard_command command = {.size = sizeof(command)};
      msnav_error got = msnav_switchboard_next(w->decoder, &command);
      if (got == MSNAV_ERR_TOO_LONG) {
        return false;
      }
      if (got == MSNAV_ERR_AGAIN) {
        break;
      }
      w->unfinished = 0;
      if (got == MSNAV_OK) {
        take_command(all, c, from, time, &command);
      }
    }
    if (taken == 0 && bytes->len > 0) {
      return false;
    }
  }
  return true;
}

static void take_bytes(connection *c, unsigned from, uint64_t time,
                       msnav_str bytes, uint32_t hole, void *arg) {
  chats *all = arg;
  way *w = &chat_of(c)->way[from];
  if (hole > 0) {
    char *why = g_strdup_printf("%" PRIu32 " bytes are missing", hole);
    give_up(all, c, from, why);
    g_free(why);
    g_byte_array_set_size(w->before, 0);
  }
  while (bytes.len > 0) {
    if (w->decoder == NULL) {
      g_byte_array_append(w->before, (const uint8_t *)bytes.ptr,
                          (guint)bytes.len);
      gssize at = find_line(c, from);
      if (at < 0) {
        return;
      }
      begin_decoder(c, from);
      g_byte_array_remove_range(w->before, 0, (guint)at);
      GByteArray *begun = w->before;
      w->before = g_byte_array_new();
      msnav_str rest = {(const char *)begun->data, begun->len};
      if (w->decoder != NULL && !decode(all, c, from, time, &rest)) {
        give_up(all, c, from, "no switchboard command; looking for the next");
      }
      g_byte_array_free(begun, TRUE);
      return;
    }
    if (!decode(all, c, from, time, &bytes)) {
      give_up(all, c, from, "no switchboard command; looking for the next");
    }
  }
}

static void take_end(connection *c, void *arg) {
  chats *all = arg;
  chat *k = c->user;
  if (k == NULL) {
    return;
  }
  all->t->connections += k->way[0].commands + k->way[1].commands > 0;
  for (unsigned i = 0; i < 2; i++) {
    way *w = &k->way[i];
    if (w->unfinished > 0 && w->commands > 0) {
      char *name = ends(c, i);
      trail_note(all->t, true, "%s: the last command is not whole (%zu bytes)",
                 name, w->unfinished);
      g_free(name);
    }
    msnav_switchboard_free(w->decoder);
    g_byte_array_free(w->before, TRUE);
  }
  g_free(k->account);
  g_free(k);
}

chats *chats_new(trail *t) {
  chats *c = g_new0(chats, 1);
  c->t = t;
  c->tcp = tcp_new(take_bytes, take_end, c);
  return c;
}

void chats_take(chats *c, const packet *p) {
  tcp_take(c->tcp, p);
}

void chats_free(chats *c) {
  tcp_free(c->tcp);
  g_free(c);
}

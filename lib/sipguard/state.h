/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the guard remembers: one dialog, the last transactions of either
 * side, and one pool for all their texts.  A text that several of them share
 * (Call-ID, tags, From, To, the caller's Via) is kept once. */
#ifndef MSNAV_SIPGUARD_STATE_H
#define MSNAV_SIPGUARD_STATE_H

#include "base/text.h"
#include "sipguard/message.h"

#define MSNAV_GUARD_MAX_USER 63
#define MSNAV_GUARD_POOL 3072
/* The end of the pool is for what we send: a peer that fills it cannot keep
 * us from hanging up. */
#define MSNAV_GUARD_POOL_OWN 512
#define MSNAV_GUARD_TRANSACTIONS 6 /* of each side */
#define MSNAV_GUARD_ALL ((size_t)2 * MSNAV_GUARD_TRANSACTIONS)
/* How many transactions a peer may begin in a guard's life.  Sofia keeps
 * each for seconds, and there is no clock here to hold back a flood. */
#define MSNAV_GUARD_MAX_REQUESTS 4096

/* A run of bytes in the pool; len 0: nothing. */
typedef struct msnav_guard_text {
  uint16_t at;
  uint16_t len;
} msnav_guard_text;

/* The texts of a transaction, and those of the dialog. */
typedef enum msnav_guard_text_name {
  MSNAV_GUARD_T_CALL_ID,
  MSNAV_GUARD_T_OWN_TAG,  /* Sofia's */
  MSNAV_GUARD_T_PEER_TAG, /* the peer's */
  MSNAV_GUARD_T_FROM,     /* as the sender of the request wrote it; dialog: */
  MSNAV_GUARD_T_TO,       /* as in the peer's first INVITE, else nothing */
  MSNAV_GUARD_T_ROUTES,   /* Record-Route of the INVITE; dialog: the route set;
                             one entry a line */
  MSNAV_GUARD_T_VIA,      /* of the request, all lines; dialog: nothing */
  MSNAV_GUARD_T_CONTACT,  /* dialog: URI of the peer's Contact */
  MSNAV_GUARD_TEXTS
} msnav_guard_text_name;

typedef enum msnav_guard_side {
  MSNAV_GUARD_PEER = 0, /* the peer sent the request */
  MSNAV_GUARD_OWN = 1   /* Sofia did */
} msnav_guard_side;

typedef struct msnav_guard_transaction {
  uint32_t serial;     /* never the same twice, 0: unused; the inner branch */
  uint32_t cseq;       /* on the wire */
  uint32_t inner_cseq; /* between the guard and Sofia */
  uint16_t status;     /* the last response that passed, 0: none */
  uint8_t method;      /* a msnav_guard_method */
  bool acked;          /* INVITE: the ACK passed */
  bool said;           /* this agent has sent the final response itself */
  bool swapped;        /* From and To stand the wrong way round on the wire */
  bool tagged;         /* To had a tag */
} msnav_guard_transaction;

/* "host:port" of an address, as it stands in messages: most have several. */
typedef struct msnav_guard_hostport {
  char text[MSNAV_ADDR_TEXT];
  uint8_t len;
} msnav_guard_hostport;

typedef struct msnav_guard_dialog {
  uint32_t peer_cseq;   /* highest so far */
  uint32_t own_cseq;    /* likewise, Sofia's number */
  uint32_t cseq_offset; /* Sofia's number minus the one on the wire */
  bool used;
  bool caller;    /* the first INVITE was Sofia's */
  bool confirmed; /* it was answered with 2xx */
  bool ended;     /* a BYE passed, or the first INVITE failed */
  bool peer_sent; /* peer_cseq holds */
  bool own_sent;  /* own_cseq and cseq_offset hold */
} msnav_guard_dialog;

struct msnav_guard {
  /* config */
  msnav_addr outer_remote;
  msnav_guard_hostport outer_local;
  msnav_guard_hostport target;
  uint8_t user_len;
  uint8_t remote_user_len;
  char user[MSNAV_GUARD_MAX_USER];
  char remote_user[MSNAV_GUARD_MAX_USER];
  bool branch;
  /* what happened */
  msnav_guard_dialog dialog;
  msnav_guard_transaction transaction[MSNAV_GUARD_ALL]; /* the peer's first */
  msnav_guard_text text[MSNAV_GUARD_ALL + 1][MSNAV_GUARD_TEXTS]; /* theirs,
                                                        then the dialog's */
  uint32_t serial;   /* the last one given */
  uint32_t requests; /* transactions begun by the peer */
  bool unsettled;    /* so was one that made room for another */
  uint32_t counts[MSNAV_GUARD_VERDICTS];
  uint32_t pool_used;
  char pool[MSNAV_GUARD_POOL]; /* zeroes behind what is used */
};

_Static_assert(sizeof(struct msnav_guard) <= 4096,
               "one call may cost the guard 4 KiB");

/* ---- texts (pool.c); t NULL: those of the dialog */
msnav_str
msnav_guard_text_get(const msnav_guard *g, const msnav_guard_transaction *t,
                     msnav_guard_text_name name);
/* Keep a text that stands outside the pool; the old one is let go.  Old
 * transactions make room for it when they must.  False: no room. */
bool msnav_guard_text_keep(msnav_guard *g, const msnav_guard_transaction *t,
                           msnav_guard_text_name name, msnav_str text);
/* Let both have what one has. */
void msnav_guard_text_share(msnav_guard *g, const msnav_guard_transaction *from,
                            const msnav_guard_transaction *to,
                            msnav_guard_text_name name);
/* Let all texts go. */
void msnav_guard_text_clear(msnav_guard *g, const msnav_guard_transaction *t);

/* ---- transactions (transaction.c) */
msnav_guard_side
msnav_guard_side_of(const msnav_guard *g, const msnav_guard_transaction *t);
/* Whether a message is of the one dialog, by Call-ID. */
bool msnav_guard_is_ours(const msnav_guard *g, const msnav_guard_message *m);
/* Which transaction of this side a message with this method belongs to; NULL:
 * none.  By the number on the wire, or (inner) by Sofia's. */
msnav_guard_transaction *
msnav_guard_transaction_find(msnav_guard *g, msnav_guard_side side,
                             const msnav_guard_message *m,
                             msnav_guard_method method, bool inner);
/* Begin one for a request: Call-ID, Via, From, To and what the message alone
 * tells.  NULL: no room. */
msnav_guard_transaction *
msnav_guard_transaction_begin(msnav_guard *g, msnav_guard_side side,
                              const msnav_guard_message *m);
/* Forget the oldest one that is done.  False: there is none. */
bool msnav_guard_transaction_forget(msnav_guard *g);

/* How the tags of a message stand to those of the two sides. */
typedef enum msnav_guard_order {
  MSNAV_GUARD_FOREIGN,  /* not these two tags */
  MSNAV_GUARD_STRAIGHT, /* From is the sender's, To the receiver's */
  MSNAV_GUARD_SWAPPED   /* the wrong way round */
} msnav_guard_order;

msnav_guard_order msnav_guard_order_of(const msnav_guard_message *m,
                                       msnav_str sender, msnav_str receiver);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a capture held: calls, each with its messages and sounds, and notes
 * of what was damaged.  All text in here has gone through clean(): valid
 * UTF-8 without control characters. */
#ifndef DECODE_MODEL_H
#define DECODE_MODEL_H

#include <glib.h>
#include <inttypes.h>
#include <msnav/invite.h>
#include <msnav/media.h>

/* Columns of a ladder. */
typedef enum lane_id { LANE_INVITER, LANE_SERVER, LANE_INVITEE } lane_id;

typedef enum message_kind {
  KIND_MSNP,
  KIND_SIP,
  KIND_RTP,
  KIND_DTMF
} message_kind;

/* One line of a message and what it says. */
typedef struct field {
  char *name, *value;
  char *meaning; /* "" when it needs none */
} field;

/* One arrow. */
typedef struct message {
  message_kind kind;
  uint64_t time; /* microseconds since 1970; of a text dump: its rank */
  lane_id from, to;
  char *label, *note;
  GPtrArray *fields;
} message;

/* What one side receives of a medium (its SDP). */
typedef struct format {
  uint32_t payload_type, rate;
  char name[32];
} format;

/* A key for SRTP that a session description offers (RFC 4568). */
typedef struct crypto {
  unsigned tag;
  uint32_t suite; /* a msnav_srtp_suite */
  uint8_t key[30];
} crypto;

typedef struct medium {
  bool there;
  msnav_addr rtp, rtcp;
  uint64_t since; /* time of the SDP */
  format formats[24];
  unsigned count;
  crypto keys[4];
  unsigned key_count;
} medium;

enum { SOUND, PICTURE, MEDIA };

/* Index of a party: the inviter, or the caller when there is SIP alone. */
enum { INVITER, INVITEE, PARTIES };

typedef struct party {
  char *account; /* NULL until known */
  char *session_id;
  msnav_addr sip; /* port 0 until known */
  medium media[MEDIA];
} party;

/* What was heard on one way; filled by sound.c. */
typedef struct flow {
  unsigned medium, to; /* to: index of the party that hears it */
  char codec[32];
  uint32_t suite; /* a msnav_srtp_suite, of sound */
  uint64_t first, last, packets, bytes, rtcp;
  uint64_t lost, recovered, concealed, late, duplicates, refused;
  uint64_t sealed; /* of the refused: SRTP that does not fit the keys */
  double loss, jitter_ms, mos; /* mos 0: unknown */
  bool decoded;
  char *wav; /* file that was written, or NULL */
} flow;

typedef struct call {
  unsigned number;
  bool timed;    /* as the trail */
  char *cookie;  /* NULL: SIP alone */
  char *call_id; /* NULL until SIP */
  party parties[PARTIES];
  unsigned caller; /* which party sends the SIP INVITE */
  uint32_t requested, accepted;
  uint64_t begun, last, up, down; /* 0: never */
  bool cancelled;
  unsigned cancelled_by, bye_by;
  uint32_t cancel_code;
  unsigned refused; /* final SIP status that refused, 0: none */
  GPtrArray *messages, *flows;
} call;

typedef struct note {
  bool damage;
  char *text;
} note;

typedef struct trail {
  char *file;
  bool timed;     /* false: a text dump, which has no clock */
  bool cut;       /* the file ends within a packet */
  bool unwritten; /* a recording could not be written */
  uint64_t packets, connections, invitations, foreign;
  GPtrArray *calls, *notes;
  unsigned more_notes;
} trail;

trail *trail_new(const char *file);
void trail_free(trail *t);
/* Something that a reader of the capture has to know; damage: bytes are
 * missing or wrong. */
void trail_note(trail *t, bool damage, const char *text, ...)
  G_GNUC_PRINTF(3, 4);
bool trail_damaged(const trail *t);

call *call_new(trail *t, uint64_t time);
message *call_message(call *c, message_kind kind, uint64_t time, lane_id from,
                      lane_id to);
void message_field(message *m, const char *name, msnav_str value,
                   const char *meaning);
/* How it went, for people; freed by the caller. */
char *call_outcome(const call *c);
const char *party_name(const call *c, unsigned who);
lane_id lane_of(unsigned who);
const char *kind_name(message_kind kind);

/* A peer's bytes as harmless text; freed by the caller. */
char *clean(msnav_str text);
/* Columns that a clean text takes on a terminal. */
size_t text_width(const char *text);
/* At most width columns, "…" at the end when it was longer; freed by the
 * caller. */
char *text_cut(const char *text, size_t width);
msnav_str str_of(const char *text);

#endif

/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  The commands of a switchboard connection, for programs that have no MSNP
 *  of their own: an incremental decoder that gives the same commands however
 *  the byte stream is cut, and a writer.  No I/O.
 *  @see paper sections 1 and 4; doc/protocol.md section 3 */
#ifndef MSNAV_SWITCHBOARD_H
#define MSNAV_SWITCHBOARD_H

#include <msnav/invite.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Longest command line, CRLF included, in bytes. */
#define MSNAV_SWITCHBOARD_LINE 1024

/** Longest payload of a MSG: what real servers carry, in bytes. */
#define MSNAV_SWITCHBOARD_PAYLOAD MSNAV_INVITE_MAX

/** Commands in both directions. */
typedef enum msnav_switchboard_verb {
  MSNAV_SB_UNKNOWN = 0, /**< another command, such as those of a notification
                             server; see line, and payload of QRY, NOT, IPG */
  MSNAV_SB_USR = 1,     /**< client: USR t account token */
  MSNAV_SB_USR_OK = 2,  /**< server: USR t OK account name */
  MSNAV_SB_CAL = 3,     /**< client: CAL t account */
  MSNAV_SB_RINGING = 4, /**< server: CAL t RINGING id */
  MSNAV_SB_RNG = 5,     /**< server: RNG id host CKI token account name */
  MSNAV_SB_ANS = 6,     /**< client: ANS t account token id */
  MSNAV_SB_ANS_OK = 7,  /**< server: ANS t OK */
  MSNAV_SB_IRO = 8,     /**< server: IRO t index count account name */
  MSNAV_SB_JOI = 9,     /**< server: JOI account name */
  MSNAV_SB_BYE = 10,    /**< server: BYE account [1] */
  MSNAV_SB_OUT = 11,    /**< either: OUT */
  MSNAV_SB_SEND = 12,   /**< client: MSG t class length, then payload */
  MSNAV_SB_MSG = 13,    /**< server: MSG account name length, then payload */
  MSNAV_SB_ACK = 14,    /**< server: ACK t */
  MSNAV_SB_NAK = 15,    /**< server: NAK t */
  MSNAV_SB_PNG = 16,    /**< client: PNG */
  MSNAV_SB_QNG = 17,    /**< server: QNG n */
  MSNAV_SB_ERROR = 18   /**< server: three digits, t */
} msnav_switchboard_verb;

/** One command.  Which members count is said with each verb: t is
 *  the transaction member, the others carry the names used there.  Grows at its
 * end. */
typedef struct msnav_switchboard_command {
  size_t size;          /**< sizeof of the struct the caller was built with */
  uint32_t verb;        /**< a #msnav_switchboard_verb */
  uint32_t transaction; /**< t */
  uint32_t error;       /**< of ERROR: 217 offline, 215 already in, 911 bad
                             token ... */
  uint32_t index;       /**< of IRO, from 1 */
  uint32_t count;       /**< of IRO, and n of QNG */
  uint32_t idle;        /**< of BYE: 1 when the server closed it for idleness */
  char ack;             /**< class of a sent MSG: U, N, A, D or S */
  msnav_str account;    /**< e-mail address */
  msnav_str name;       /**< display name as on the wire: percent-encoded or
                             raw UTF-8; empty when it was left out */
  msnav_str token;      /**< of USR, RNG, ANS */
  msnav_str id;         /**< of RINGING, RNG, ANS */
  msnav_str host;       /**< of RNG: "a.b.c.d:port" */
  msnav_str payload;    /**< of MSG and SEND, and see UNKNOWN */
  msnav_str line;       /**< the whole line without its end */
} msnav_switchboard_command;

/** Who reads. */
typedef enum msnav_switchboard_side {
  MSNAV_SB_CLIENT = 0, /**< reads what a server writes */
  MSNAV_SB_SERVER = 1  /**< reads what a client writes */
} msnav_switchboard_side;

/** A decoder. */
typedef struct msnav_switchboard msnav_switchboard;

/** Create a decoder; its memory does not grow.
 *  @param side who reads.
 *  @param[out] sb receives the decoder, owned by the caller.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID @p sb is NULL, or no such side
 *  @retval MSNAV_ERR_NOMEM   no memory */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_switchboard_new(msnav_switchboard_side side, msnav_switchboard **sb);

/** Destroy a decoder.
 *  @param sb may be NULL. */
MSNAV_API void msnav_switchboard_free(msnav_switchboard *sb);

/** Give it bytes of the stream.
 *  @param sb    decoder.
 *  @param bytes what was read from the connection.
 *  @param len   bytes in @p bytes.
 *  @return how many were taken: all, unless a command is complete; fetch it
 *          with msnav_switchboard_next() and offer the rest again.  Once the
 *          stream is lost nothing is taken any more: next says so. */
MSNAV_API size_t msnav_switchboard_feed(msnav_switchboard *sb,
                                        const void *bytes, size_t len);

/** Take the command that is complete.
 *  @param sb decoder.
 *  @param[in,out] command its size member is set by the caller; slices are
 *                 valid until the next call of feed or next.
 *  @retval MSNAV_OK           a command
 *  @retval MSNAV_ERR_AGAIN    none is complete: feed more
 *  @retval MSNAV_ERR_PARSE    a known command with wrong parameters; it was
 *                             skipped, its line is in the command
 *  @retval MSNAV_ERR_TOO_LONG a line or payload over its limit; the stream is
 *                             lost, every further call returns this
 *  @retval MSNAV_ERR_INVALID  a NULL argument or a size that is too small */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_switchboard_next(
  msnav_switchboard *sb, msnav_switchboard_command *command);

/** Write a command as it stands on the wire, payload included.
 *  @param command what to write; empty names are written as the account.
 *  @param[out] buf receives the bytes; not NUL-terminated.
 *  @param cap     bytes in @p buf; MSNAV_SWITCHBOARD_LINE +
 *                 MSNAV_SWITCHBOARD_PAYLOAD are always enough.
 *  @param[out] len bytes written; untouched unless MSNAV_OK is returned.
 *  @retval MSNAV_OK           written
 *  @retval MSNAV_ERR_INVALID  a NULL argument, no such verb, a parameter that
 *                             is empty or has a blank or control character
 *  @retval MSNAV_ERR_TOO_LONG line or payload would exceed its limit
 *  @retval MSNAV_ERR_NOSPACE  @p cap is too small */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_switchboard_write(
  const msnav_switchboard_command *command, char *buf, size_t cap, size_t *len);

/** Percent-decode a name.  What is no %HH stays as it is.
 *  @param name    as on the wire.
 *  @param[out] buf receives the bytes; not NUL-terminated.
 *  @param cap     bytes in @p buf; the length of @p name is enough.
 *  @param[out] len bytes written.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument
 *  @retval MSNAV_ERR_NOSPACE @p cap is too small */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_switchboard_decode_name(
  msnav_str name, char *buf, size_t cap, size_t *len);

/** Percent-encode a name: blanks, '%' and control characters.
 *  Parameters and results as msnav_switchboard_decode_name(); three times the
 *  length of @p name is enough.
 *  @param name UTF-8 text.
 *  @param[out] buf receives the bytes.
 *  @param cap  bytes in @p buf.
 *  @param[out] len bytes written.
 *  @return MSNAV_OK, MSNAV_ERR_INVALID or MSNAV_ERR_NOSPACE */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_switchboard_encode_name(
  msnav_str name, char *buf, size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif
#endif

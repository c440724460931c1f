/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  `text/x-msmsgsinvite` messages: the payloads that travel in switchboard
 *  `MSG` commands and set a conversation up and down.  Pure functions over
 *  caller-owned buffers: no allocation, no I/O, no clock.
 *  @see paper sections 1, 4 and 6; doc/protocol.md */
#ifndef MSNAV_INVITE_H
#define MSNAV_INVITE_H

#include <msnav/base.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Longest payload a switchboard carries, MIME header included, in bytes. */
#define MSNAV_INVITE_MAX 1664

/** Application-GUID of an audio/video conversation. */
#define MSNAV_INVITE_GUID "{02D3C01F-BF30-4825-A83A-DE7AF41648AA}"

/** One "Name: value" line; both parts point into the parsed buffer. */
typedef struct msnav_field {
  msnav_str name;  /**< without the colon */
  msnav_str value; /**< blanks at both ends removed; may be empty */
} msnav_field;

/** Reader over one payload.  All members are private. */
typedef struct msnav_invite_reader {
  const char *pos; /**< private */
  const char *end; /**< private */
} msnav_invite_reader;

/** Check a whole payload and start reading its fields.
 *  @param r       reader to set up; needs no clean-up.
 *  @param payload the MSG payload: MIME header, blank line, body.  Borrowed
 *                 while @p r or a field that came from it is used.
 *  @param len     bytes in @p payload.
 *  @retval MSNAV_OK               the fields can be read
 *  @retval MSNAV_ERR_INVALID      @p r or @p payload is NULL
 *  @retval MSNAV_ERR_TOO_LONG     more than #MSNAV_INVITE_MAX bytes
 *  @retval MSNAV_ERR_NUL          a NUL byte somewhere
 *  @retval MSNAV_ERR_BARE_CR      a CR that no LF follows
 *  @retval MSNAV_ERR_NO_MIME      no MIME-Version and Content-Type header
 *                                 closed by a blank line
 *  @retval MSNAV_ERR_CONTENT_TYPE another content type */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_invite_reader_init(
  msnav_invite_reader *r, const char *payload, size_t len);

/** Read the next field in wire order, unknown names included.
 *  @param r     reader.
 *  @param[out] field untouched unless MSNAV_OK is returned.
 *  @retval MSNAV_OK        a field was stored
 *  @retval MSNAV_ERR_END   the blank line or the end of the body was reached
 *  @retval MSNAV_ERR_PARSE the line has no colon or an empty name
 *  @see paper section 1 */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_invite_next(msnav_invite_reader *r,
                                                         msnav_field *field);

/** Invitation-Command. */
typedef enum msnav_invite_command {
  MSNAV_INVITE_OTHER = 0,  /**< missing or none of the three */
  MSNAV_INVITE_INVITE = 1, /**< will you talk? */
  MSNAV_INVITE_ACCEPT = 2, /**< yes; or, from the inviter, here I am */
  MSNAV_INVITE_CANCEL = 3  /**< no, or no longer */
} msnav_invite_command;

/** Cancel-Code. */
typedef enum msnav_cancel_code {
  MSNAV_CANCEL_OTHER = 0,         /**< missing or unknown; see cancel_text */
  MSNAV_CANCEL_REJECT = 1,        /**< the user declined */
  MSNAV_CANCEL_TIMEOUT = 2,       /**< gave up, cancelled, or hung up */
  MSNAV_CANCEL_NOT_INSTALLED = 3, /**< REJECT_NOT_INSTALLED */
  MSNAV_CANCEL_FAIL = 4,          /**< something broke */
  MSNAV_CANCEL_FTTIMEOUT = 5,     /**< FTTIMEOUT */
  MSNAV_CANCEL_OUTBAND = 6        /**< OUTBANDCANCEL */
} msnav_cancel_code;

/** Conn-Type: how the sender believes to be connected.  A hint. */
typedef enum msnav_conn_type {
  MSNAV_CONN_NONE = 0,              /**< the field is missing or unknown */
  MSNAV_CONN_DIRECT = 1,            /**< Direct-Connect */
  MSNAV_CONN_IP_RESTRICT_NAT = 2,   /**< IP-Restrict-NAT */
  MSNAV_CONN_PORT_RESTRICT_NAT = 3, /**< Port-Restrict-NAT */
  MSNAV_CONN_SYMMETRIC_NAT = 4,     /**< Symmetric-NAT */
  MSNAV_CONN_UNKNOWN_NAT = 5,       /**< Unknown-NAT */
  MSNAV_CONN_FIREWALL = 6,          /**< Firewall */
  MSNAV_CONN_UNKNOWN = 7            /**< Unknown-Connect */
} msnav_conn_type;

/** What a conversation consists of; bits of Context-Data lists. */
enum {
  MSNAV_AUDIO = 1, /**< SIP_A */
  MSNAV_VIDEO = 2  /**< SIP_V */
};

/** Bits of msnav_invite::has: which fields are present. */
enum {
  MSNAV_HAS_APP_NAME = 1 << 0,       /**< Application-Name */
  MSNAV_HAS_APP_GUID = 1 << 1,       /**< Application-GUID */
  MSNAV_HAS_PROTOCOL = 1 << 2,       /**< Session-Protocol */
  MSNAV_HAS_REQUESTED = 1 << 3,      /**< Context-Data, Requested: list */
  MSNAV_HAS_CAPABILITIES = 1 << 4,   /**< Context-Data, Capabilities: list */
  MSNAV_HAS_COMMAND = 1 << 5,        /**< Invitation-Command */
  MSNAV_HAS_COOKIE = 1 << 6,         /**< Invitation-Cookie */
  MSNAV_HAS_SESSION_ID = 1 << 7,     /**< Session-ID */
  MSNAV_HAS_CONN_TYPE = 1 << 8,      /**< Conn-Type */
  MSNAV_HAS_SIP_CAPABILITY = 1 << 9, /**< Sip-Capability */
  MSNAV_HAS_PRIVATE_IP = 1 << 10,    /**< Private-IP */
  MSNAV_HAS_PUBLIC_IP = 1 << 11,     /**< Public-IP */
  MSNAV_HAS_UPNP = 1 << 12,          /**< UPnP */
  MSNAV_HAS_LAUNCH = 1 << 13,        /**< Launch-Application */
  MSNAV_HAS_REQUEST_DATA = 1 << 14,  /**< Request-Data: IP-Address: */
  MSNAV_HAS_ADDRESS = 1 << 15,       /**< IP-Address, well-formed */
  MSNAV_HAS_ADDRESS_ENC64 = 1 << 16, /**< IP-Address-Enc64, well-formed */
  MSNAV_HAS_CANCEL_CODE = 1 << 17    /**< Cancel-Code */
};

/** Typed view of a payload, for reading and for writing.
 *
 *  Read by msnav_invite_read(): every slice points into the payload.  A field
 *  with a value of the wrong form is treated as absent (its bit in
 * msnav_invite::has is clear) and still comes out of msnav_invite_next().  Of a
 * name that occurs twice the last one counts.
 *
 *  Written by msnav_invite_write(): the fields whose bit is set, in the order
 *  the original writes them, then the unknown fields of msnav_invite::source.
 */
typedef struct msnav_invite {
  size_t size;           /**< sizeof of the struct the caller was built with */
  uint32_t has;          /**< MSNAV_HAS_ bits */
  uint32_t command;      /**< a #msnav_invite_command */
  uint32_t cancel_code;  /**< a #msnav_cancel_code */
  uint32_t conn_type;    /**< a #msnav_conn_type */
  uint32_t requested;    /**< MSNAV_AUDIO, MSNAV_VIDEO bits */
  uint32_t capabilities; /**< likewise */
  uint32_t private_ip;   /**< host byte order */
  uint32_t public_ip;    /**< host byte order */
  uint32_t sip_capability;  /**< 1 in every known message */
  uint32_t upnp;            /**< 0 FALSE, 1 TRUE */
  uint32_t launch;          /**< 0 FALSE, 1 TRUE: Launch-Application */
  msnav_addr address;       /**< IP-Address */
  msnav_addr address_enc64; /**< what IP-Address-Enc64 decodes to */
  msnav_str app_name;       /**< UTF-8 for display */
  msnav_str app_guid;       /**< with braces */
  msnav_str protocol;       /**< "SM1" */
  msnav_str cookie;         /**< opaque token, the key of the conversation */
  msnav_str session_id;     /**< with braces, as written by the peer */
  msnav_str cancel_text;    /**< Cancel-Code as written */
  msnav_str conn_text;      /**< Conn-Type as written */
  msnav_str source;         /**< the payload this view was read from, else
                                 empty: its unknown fields are written too */
} msnav_invite;

/** Read a payload into a typed view.
 *  @param payload see msnav_invite_reader_init(); borrowed by the view.
 *  @param len     bytes in @p payload.
 *  @param[in,out] invite its size member is set by the caller; the rest is
 *                 filled in, and untouched unless MSNAV_OK is returned.
 *  @retval MSNAV_OK read; look at has, nothing is guaranteed to be present
 *  @return otherwise the errors of msnav_invite_reader_init() and
 *          msnav_invite_next() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_invite_read(const char *payload,
                                                         size_t len,
                                                         msnav_invite *invite);

/** Say whether a view is about an audio/video conversation.
 *  @param invite a view.
 *  @return false when an Application-GUID is present and is another one, or
 *          when an INVITE has none, and for NULL; the comparison ignores
 *          case. */
MSNAV_API bool msnav_invite_is_ours(const msnav_invite *invite);

/** Which address to call.
 *  @param invite a view.
 *  @param[out] addr IP-Address when it is well-formed, else
 *              IP-Address-Enc64.
 *  @param[out] conflict set to whether both are there and differ; may be
 *              NULL.
 *  @retval MSNAV_OK            found
 *  @retval MSNAV_ERR_NOT_FOUND neither field is there and well-formed */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_invite_address(
  const msnav_invite *invite, msnav_addr *addr, bool *conflict);

/** Write a payload, MIME header and final blank line included.
 *  @param invite what to write; see #msnav_invite.
 *  @param[out] buf receives the payload; not NUL-terminated.
 *  @param cap    bytes in @p buf; #MSNAV_INVITE_MAX is always enough.
 *  @param[out] len bytes written; untouched unless MSNAV_OK is returned.
 *  @retval MSNAV_OK           written
 *  @retval MSNAV_ERR_INVALID  a NULL argument, no command or cookie, or a
 *                             text with a control character in it
 *  @retval MSNAV_ERR_TOO_LONG the payload would exceed #MSNAV_INVITE_MAX
 *  @retval MSNAV_ERR_NOSPACE  @p cap is too small
 *  @see paper sections 1, 4 and 6: the six messages there are reproduced
 *       byte for byte */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_invite_write(
  const msnav_invite *invite, char *buf, size_t cap, size_t *len);

#ifdef __cplusplus
}
#endif
#endif

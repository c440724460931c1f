/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  What every layer shares: errors, borrowed strings, time, addresses, the
 *  log and trace hooks, and what this build can do. */
#ifndef MSNAV_BASE_H
#define MSNAV_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** @cond */
#if defined(__GNUC__)
#define MSNAV_API __attribute__((visibility("default")))
#define MSNAV_MUST_CHECK __attribute__((warn_unused_result))
#else
#define MSNAV_API
#define MSNAV_MUST_CHECK
#endif
/** @endcond */

#ifdef __cplusplus
extern "C" {
#endif

/** Result of every function that can fail: 0 on success, negative on error.
 *  Values are frozen once released; new ones are appended.
 *
 *  What each function says about its results leaves out what is the same
 *  everywhere: NULL in place of something that is needed is
 *  MSNAV_ERR_INVALID. */
typedef enum msnav_error {
  MSNAV_OK = 0,                 /**< success */
  MSNAV_ERR_INVALID = -1,       /**< an argument breaks the contract */
  MSNAV_ERR_NOMEM = -2,         /**< the allocator returned NULL */
  MSNAV_ERR_PARSE = -3,         /**< input is not what the protocol allows */
  MSNAV_ERR_STATE = -4,         /**< not allowed in this state */
  MSNAV_ERR_NOSPACE = -5,       /**< the output buffer is too small */
  MSNAV_ERR_END = -6,           /**< nothing left to read; not a failure */
  MSNAV_ERR_NOT_OURS = -7,      /**< a well-formed message for somebody else */
  MSNAV_ERR_TOO_LONG = -8,      /**< longer than the protocol's limit */
  MSNAV_ERR_NUL = -9,           /**< a NUL byte where text is expected */
  MSNAV_ERR_BARE_CR = -10,      /**< a CR without its LF */
  MSNAV_ERR_NO_MIME = -11,      /**< the MIME header is missing */
  MSNAV_ERR_CONTENT_TYPE = -12, /**< not text/x-msmsgsinvite */
  MSNAV_ERR_UNSUPPORTED = -13,  /**< understood, but this build cannot do it */
  MSNAV_ERR_NOT_FOUND = -14,    /**< no such thing */
  MSNAV_ERR_LIMIT = -15,        /**< one more than the configured limit */
  MSNAV_ERR_ADDRESS = -16,      /**< malformed or forbidden network address */
  MSNAV_ERR_IN_USE = -17,       /**< the address is already in use */
  MSNAV_ERR_SYSTEM = -18,       /**< a system call failed; the log says which */
  MSNAV_ERR_SOURCE = -19,       /**< not from the negotiated source */
  MSNAV_ERR_DUPLICATE = -20,    /**< already received */
  MSNAV_ERR_LATE = -21,         /**< arrived after it was needed */
  MSNAV_ERR_AGAIN = -22,        /**< nothing to do now; ask later */
  MSNAV_ERR_LINE_TOO_LONG = -23, /**< one line is longer than the limit */
  MSNAV_ERR_TOO_MANY_LINES = -24 /**< more lines than the limit */
} msnav_error;

/** Name an error.
 *  @param err any value of #msnav_error; unknown values are accepted.
 *  @return a static string, never NULL. */
MSNAV_API const char *msnav_strerror(msnav_error err);

/** A run of bytes the library does not own.  Not NUL-terminated. */
typedef struct msnav_str {
  const char *ptr; /**< first byte, or NULL when len is 0 */
  size_t len;      /**< bytes */
} msnav_str;

/** Borrow a NUL-terminated string.
 *  @param text a string, or NULL for the empty one.
 *  @return a view of @p text without its NUL, valid as long as @p text. */
MSNAV_API msnav_str msnav_str_of(const char *text);

/** Monotonic time in microseconds, origin chosen by the caller's loop. */
typedef uint64_t msnav_usec;

/** No deadline. */
#define MSNAV_NEVER UINT64_MAX

/** An IPv4 address and UDP or TCP port, both in host byte order.  The
 *  protocol knows IPv4 literals only (paper section 1, IP-Address). */
typedef struct msnav_addr {
  uint32_t ip;   /**< 0x7f000001 is 127.0.0.1 */
  uint16_t port; /**< 0 means none */
} msnav_addr;

/** Bytes that hold every msnav_addr_format() result and its NUL. */
#define MSNAV_ADDR_TEXT 22

/** Parse "a.b.c.d:port" or "a.b.c.d".
 *  @param text   the text; nothing but the address may stand in it.
 *  @param[out] addr untouched unless MSNAV_OK is returned; the port is 0 when
 *                absent.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_ADDRESS not four numbers below 256 without leading
 *                            zeros, or a port that is not 1...65535 */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_addr_parse(msnav_str text,
                                                        msnav_addr *addr);

/** Print an address as "a.b.c.d:port", or "a.b.c.d" when the port is 0.
 *  @param addr the address.
 *  @param[out] text receives the text and a NUL.
 *  @return the length of the text in bytes. */
MSNAV_API size_t msnav_addr_format(const msnav_addr *addr,
                                   char text[MSNAV_ADDR_TEXT]);

/** How urgent a log line is. */
typedef enum msnav_log_level {
  MSNAV_LOG_ERROR = 0,   /**< something asked for did not happen */
  MSNAV_LOG_WARNING = 1, /**< something unexpected that was dealt with */
  MSNAV_LOG_INFO = 2,    /**< what a person following the call wants to read */
  MSNAV_LOG_DEBUG = 3    /**< for those who look into the library */
} msnav_log_level;

/** Receives one finished line of UTF-8 without a line end.  Text that came
 *  from a peer is escaped: no control characters, no broken UTF-8.
 *  @param level a #msnav_log_level.
 *  @param line  the line, NUL-terminated; valid until the callback returns.
 *  @param len   bytes in @p line without the NUL.
 *  @param arg   what was registered with the callback. */
typedef void (*msnav_log_fn)(msnav_log_level level, const char *line,
                             size_t len, void *arg);

/** What a trace record holds. */
typedef enum msnav_trace_kind {
  MSNAV_TRACE_MSNP = 0,   /**< payload of an MSG in the switchboard */
  MSNAV_TRACE_SIP = 1,    /**< one SIP datagram as it was on the wire */
  MSNAV_TRACE_RTP = 2,    /**< one RTP datagram; only when asked for */
  MSNAV_TRACE_RTCP = 3,   /**< one RTCP datagram; only when asked for */
  MSNAV_TRACE_STATE = 4,  /**< a call changed its state; data is its name */
  MSNAV_TRACE_REFUSED = 5 /**< a datagram or message that was refused */
} msnav_trace_kind;

/** Which way a traced message went. */
typedef enum msnav_direction {
  MSNAV_IN = 0, /**< received */
  MSNAV_OUT = 1 /**< sent */
} msnav_direction;

/** One thing that happened, as ladders and capture files need it.  Grows at
 *  its end only. */
typedef struct msnav_trace {
  size_t size;         /**< sizeof of the library's struct */
  uint32_t kind;       /**< a #msnav_trace_kind */
  uint32_t direction;  /**< a #msnav_direction */
  msnav_usec time;     /**< on the caller's loop clock */
  msnav_addr local;    /**< our end; zero for MSNP and state records */
  msnav_addr remote;   /**< the peer's end; zero likewise */
  msnav_str peer;      /**< the peer's account, as the application gave it */
  const uint8_t *data; /**< the bytes themselves, not escaped */
  size_t len;          /**< bytes in @c data */
  const char *verdict; /**< why it was refused, else NULL */
} msnav_trace;

/** Receives a trace record.
 *  @param trace the record; everything in it is valid until the callback
 *               returns.
 *  @param arg   what was registered with the callback. */
typedef void (*msnav_trace_fn)(const msnav_trace *trace, void *arg);

/** Compile-time version of the headers, major.minor.patch. */
#define MSNAV_VERSION "0.1.0"

/** Version of the library that runs.
 *  @return a static string such as "0.1.0". */
MSNAV_API const char *msnav_version(void);

/** Ask what was built in.
 *  @param name "opus", "gsm", "speexdsp", "srtp" or "glib".
 *  @return whether this build has it; false for unknown names and NULL. */
MSNAV_API bool msnav_has_feature(const char *name);

#ifdef __cplusplus
}
#endif
#endif

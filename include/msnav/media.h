/* SPDX-License-Identifier: LGPL-2.1-or-later */
/** @file
 *  One media stream in both directions: RTP, RTCP, telephone-events, jitter
 *  buffer, concealment and statistics.  Bytes and the current time in, bytes
 *  and sound out: no socket, no clock, no thread, and no allocation after
 *  msnav_stream_new().  Whoever owns the sockets gives datagrams to
 *  msnav_stream_receive() and msnav_stream_receive_rtcp(), sends what
 *  msnav_stream_send() and msnav_stream_write_rtcp() produce to
 *  msnav_stream_remote() and msnav_stream_remote_rtcp(), and pulls sound with
 *  msnav_stream_play().
 *  @see RFC 3550, RFC 3551, RFC 2198, RFC 4733; doc/protocol.md section 6 */
#ifndef MSNAV_MEDIA_H
#define MSNAV_MEDIA_H

#include <msnav/codec.h>

#ifdef __cplusplus
extern "C" {
#endif

/** A stream.  Created by msnav_stream_new(). */
typedef struct msnav_stream msnav_stream;

/** Longest datagram a stream writes or reads, in bytes. */
#define MSNAV_STREAM_MTU 1500

/** Most formats a stream receives. */
#define MSNAV_STREAM_FORMATS 8

/** What flows. */
typedef enum msnav_stream_kind {
  MSNAV_STREAM_AUDIO = 0, /**< sound through codecs and the jitter buffer */
  MSNAV_STREAM_VIDEO = 1  /**< payloads, handed through as they are */
} msnav_stream_kind;

/** Whose packets are taken and where ours go.  Packets from a host that the
 *  peer did not name are refused under every policy, and nothing is ever
 *  sent to one.  Sound from the signalled address is heard from its first
 *  packet on, but its SSRC is believed only after a second one in sequence
 *  (RFC 3550 A.1); another port of a named host has to send four in sequence
 *  before it is heard, and so has another SSRC, once the one before has been
 *  silent for 60 ms or has said BYE. */
typedef enum msnav_source_policy {
  MSNAV_SOURCE_SIGNALLED = 0, /**< off: only the signalled address and port */
  MSNAV_SOURCE_SAME_HOST = 1, /**< any port of a named host; sends go to the
                                   signalled one */
  MSNAV_SOURCE_LATCH = 2      /**< default: after a probation of valid packets
                                   from one port of a named host the stream
                                   locks on it, once, and sends there */
} msnav_source_policy;

/** What a payload type means.  Frozen. */
typedef struct msnav_stream_format {
  const msnav_audio_codec *codec; /**< NULL for video payloads, and for
                                       comfort noise (RFC 3389) */
  uint32_t payload_type;          /**< as it arrives: 0...127 but 64...95,
                                       which look like RTCP */
} msnav_stream_format;

/** SRTP protection profiles (RFC 4568, RFC 7714). */
typedef enum msnav_srtp_suite {
  MSNAV_SRTP_NONE = 0,           /**< plain RTP */
  MSNAV_SRTP_AES_128_GCM = 1,    /**< AEAD_AES_128_GCM, 28 bytes of key */
  MSNAV_SRTP_AES_CM_SHA1_80 = 2, /**< AES_CM_128_HMAC_SHA1_80, 30 bytes */
  MSNAV_SRTP_AES_CM_SHA1_32 = 3  /**< AES_CM_128_HMAC_SHA1_32, 30 bytes */
} msnav_srtp_suite;

/** Name of a suite as SDP has it.
 *  @param suite any value.
 *  @return static text: "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_80",
 *          "AES_CM_128_HMAC_SHA1_32", "none", or "unknown". */
MSNAV_API const char *msnav_srtp_suite_name(msnav_srtp_suite suite);

/** How a stream is set up.  Start from zero and set size.  Copied. */
typedef struct msnav_stream_config {
  size_t size;            /**< sizeof of the struct the caller was built with */
  uint32_t kind;          /**< a #msnav_stream_kind */
  uint32_t policy;        /**< a #msnav_source_policy; 0 is the strictest */
  msnav_addr remote_rtp;  /**< signalled; port 0: nothing to send to yet */
  msnav_addr remote_rtcp; /**< signalled; port 0: RTP port + 1 */
  uint32_t remote_host;   /**< a further address that the peer named (its
                               IP-Address), 0 when there is none */
  msnav_stream_format formats[MSNAV_STREAM_FORMATS]; /**< what may come in; of
                               two with one payload type the first counts, and
                               before telephone-event and RED of that type */
  uint32_t format_count;               /**< used members of @c formats */
  const msnav_audio_codec *send_codec; /**< NULL: audio cannot be sent */
  uint32_t send_payload_type;          /**< for send_codec or video payloads */
  uint32_t dtmf_payload_type;          /**< telephone-event to send; 0: none.
                                            This, RED and comfort noise are
                                            ignored for video */
  uint32_t dtmf_receive_type;   /**< telephone-event to receive; 0: none */
  uint32_t red_payload_type;    /**< RFC 2198 to send; 0: none */
  uint32_t red_receive_type;    /**< RFC 2198 to receive; 0: none */
  uint32_t can_send;            /**< 0 while held or receive-only */
  uint32_t can_receive;         /**< 0 while holding or send-only */
  uint32_t ssrc;                /**< random, chosen by the caller; when the
                                     peer has drawn the same one, the stream
                                     draws another */
  uint32_t random;              /**< seed for sequence, timestamp, intervals */
  uint32_t clock_rate;          /**< of video, Hz; ignored for audio */
  const char *cname;            /**< RFC 3550 section 6.5.1; copied, at most
                                     63 bytes are used */
  msnav_usec min_delay;         /**< least jitter buffering, 0: default; as far
                                     as there is room, which is 240 ms of
                                     G.711 in packets of 20 ms */
  msnav_usec max_delay;         /**< most jitter buffering, 0: default 250 ms */
  uint32_t rtcp_bandwidth;      /**< bit/s of the session, 0: default 64,000 */
  uint32_t silence_suppression; /**< 1: while nobody speaks, describe the
                                     background as comfort noise (RFC 3389) in
                                     place of sending it; needs
                                     cn_payload_type */
  uint32_t cn_payload_type;     /**< comfort noise to send, on the clock of
                                     send_codec; 0: none */
  uint32_t srtp_suite;          /**< a #msnav_srtp_suite */
  uint8_t srtp_send_key[30];    /**< master key and salt; the library's copy
                                     is wiped when the stream ends or gets
                                     another key */
  uint8_t srtp_receive_key[30]; /**< likewise */
  uint32_t xr;                  /**< 1: the peer has asked for VoIP metrics
                                     (a=rtcp-xr, RFC 3611 section 5), so that
                                     reports about its sound carry them; what
                                     it sends is understood in any case */
} msnav_stream_config;

/** Create a stream.
 *  @param config see #msnav_stream_config.
 *  @param now    current time.
 *  @param[out] stream receives the stream, owned by the caller.
 *  @retval MSNAV_OK              done
 *  @retval MSNAV_ERR_INVALID     a value is out of range
 *  @retval MSNAV_ERR_NOMEM       no memory
 *  @retval MSNAV_ERR_UNSUPPORTED an SRTP suite that this build lacks
 *  @return otherwise what the codec's open() returned */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_new(
  const msnav_stream_config *config, msnav_usec now, msnav_stream **stream);

/** Destroy a stream and wipe its keys.
 *  @param s may be NULL. */
MSNAV_API void msnav_stream_free(msnav_stream *s);

/** Change a running stream after a re-INVITE.  SSRC, sequence, timestamp,
 *  roll-over counters and statistics go on; members ssrc, random and
 *  cname are ignored.  A new remote address starts a new probation.
 *  The delay bounds and the bandwidth of RTCP stay, and the kind cannot be
 *  changed.  Codecs that stay
 *  keep their state.  What was sent while the stream did not receive is no
 *  loss.
 *  With the same SRTP keys, roll-over counters and replay windows go on; a
 *  stream that is encrypted stays so.
 *  @param s      the stream.
 *  @param config the whole new configuration.
 *  @param now    current time.
 *  @return as msnav_stream_new(), MSNAV_ERR_INVALID also for a change from
 *          SRTP to plain RTP; on failure nothing changed. */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_update(
  msnav_stream *s, const msnav_stream_config *config, msnav_usec now);

/** Take one RTP datagram.  It is validated as a whole before any state
 *  changes; every refusal is counted by cause.  RTCP that comes to the RTP
 *  port (RFC 5761) is taken as such.
 *  @param s    the stream.
 *  @param data the datagram; decrypted in place when it is SRTP.
 *  @param len  bytes in @p data.
 *  @param from where it came from.
 *  @param now  current time.
 *  @retval MSNAV_OK              taken
 *  @retval MSNAV_ERR_PARSE       malformed, or SRTP that is not authentic
 *  @retval MSNAV_ERR_SOURCE      from an address or SSRC that is not (yet)
 *                                trusted, our own that came back, or after
 *                                a jump of sequence numbers that nothing has
 *                                confirmed yet
 *  @retval MSNAV_ERR_UNSUPPORTED a payload type that was not negotiated
 *  @retval MSNAV_ERR_DUPLICATE   received before
 *  @retval MSNAV_ERR_LATE        its time to be played has passed
 *  @retval MSNAV_ERR_STATE       the stream does not receive now
 *  @retval MSNAV_ERR_LIMIT       RTCP beyond its rate, see
 *                                msnav_stream_receive_rtcp() */
MSNAV_API msnav_error msnav_stream_receive(msnav_stream *s, uint8_t *data,
                                           size_t len, const msnav_addr *from,
                                           msnav_usec now);

/** Take one RTCP datagram, compound or not.  A BYE counts only when it names
 *  the SSRC that is heard.
 *  @param s    the stream.
 *  @param data the datagram; decrypted in place when it is SRTCP.
 *  @param len  bytes in @p data.
 *  @param from where it came from.
 *  @param now  current time.
 *  @retval MSNAV_OK         taken
 *  @retval MSNAV_ERR_PARSE  malformed, or SRTCP that is not authentic
 *  @retval MSNAV_ERR_SOURCE from an address or SSRC that is not trusted, or
 *                           our own that came back
 *  @retval MSNAV_ERR_LIMIT  more than four a second, with a reserve of 16 */
MSNAV_API msnav_error msnav_stream_receive_rtcp(msnav_stream *s, uint8_t *data,
                                                size_t len,
                                                const msnav_addr *from,
                                                msnav_usec now);

/** A payload of a video stream, as it arrived.  Frozen. */
typedef struct msnav_payload {
  const uint8_t *data;  /**< into the datagram given to receive */
  size_t len;           /**< bytes */
  uint32_t timestamp;   /**< RTP timestamp */
  uint32_t sequence;    /**< extended sequence number */
  uint8_t payload_type; /**< as it arrived */
  bool marker;          /**< last packet of a frame */
} msnav_payload;

/** The payload that the last successful msnav_stream_receive() of a video
 *  stream held.
 *  @param s the stream.
 *  @param[out] payload valid as long as the datagram.
 *  @retval MSNAV_OK        filled in
 *  @retval MSNAV_ERR_STATE not a video stream, nothing received yet, or what
 *                          was taken was RTCP */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_stream_payload(const msnav_stream *s, msnav_payload *payload);

/** Samples that one packet carries.
 *  @param s the stream.
 *  @return what msnav_stream_send() wants, 0 when there is no send codec. */
MSNAV_API size_t msnav_stream_send_samples(const msnav_stream *s);

/** PCM rate of the send codec.
 *  @param s the stream.
 *  @return Hz, 0 when there is none. */
MSNAV_API uint32_t msnav_stream_send_rate(const msnav_stream *s);

/** PCM rate of what msnav_stream_play() gives now: that of the codec which
 *  arrives, 8,000 Hz before anything does.
 *  @param s the stream.
 *  @return Hz. */
MSNAV_API uint32_t msnav_stream_play_rate(const msnav_stream *s);

/** Turn one frame of sound into one RTP datagram.  Call it once per frame
 *  duration, also while muted (@p pcm NULL: the timestamp goes on, no sound
 *  is sent; while a telephone-event is due, it is sent instead of sound). After
 *  a second without a call the timestamp catches up with @p now.
 *  @param s       the stream.
 *  @param pcm     msnav_stream_send_samples() samples, or NULL.
 *  @param now     current time.
 *  @param[out] out receives the datagram, at least #MSNAV_STREAM_MTU bytes.
 *  @param[out] len its length.
 *  @retval MSNAV_OK        send it to msnav_stream_remote()
 *  @retval MSNAV_ERR_AGAIN nothing to send for this frame: muted, suppressed
 *                          silence, or the codec has none
 *  @retval MSNAV_ERR_STATE the stream may not send (held, no codec, no
 *                          address)
 *  @retval MSNAV_ERR_LIMIT the SRTP key is worn out: agree on another one
 *  @return otherwise the error of the codec's encode() */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_send(msnav_stream *s,
                                                         const int16_t *pcm,
                                                         msnav_usec now,
                                                         uint8_t *out,
                                                         size_t *len);

/** Turn one ready-made payload into one RTP datagram (video streams).
 *  @param s       the stream.
 *  @param payload data, len, timestamp and marker are used.
 *  @param now     current time.
 *  @param[out] out receives the datagram, at least #MSNAV_STREAM_MTU bytes.
 *  @param[out] len its length.
 *  @retval MSNAV_OK           send it to msnav_stream_remote()
 *  @retval MSNAV_ERR_TOO_LONG the datagram would exceed #MSNAV_STREAM_MTU
 *  @retval MSNAV_ERR_INVALID  a payload without bytes
 *  @retval MSNAV_ERR_STATE    not a video stream, or it may not send (held,
 *                             no address)
 *  @retval MSNAV_ERR_LIMIT    as msnav_stream_send() */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_stream_send_payload(msnav_stream *s, const msnav_payload *payload,
                          msnav_usec now, uint8_t *out, size_t *len);

/** What msnav_stream_play() handed out. */
enum {
  MSNAV_PLAYED_FRAME = 1,     /**< at least in part decoded sound */
  MSNAV_PLAYED_CONCEALED = 2, /**< at least in part made up for a loss */
  MSNAV_PLAYED_STRETCHED = 4, /**< played faster or slower */
  MSNAV_PLAYED_NOISE = 8      /**< comfort noise or silence */
};

/** Get the next sound to play.  Always fills @p pcm.
 *  @param s       the stream.
 *  @param[out] pcm receives the samples, at msnav_stream_play_rate().
 *  @param samples how many; at most 20 ms.
 *  @param now     current time.
 *  @return MSNAV_PLAYED_ bits; 0 for NULL. */
MSNAV_API unsigned msnav_stream_play(msnav_stream *s, int16_t *pcm,
                                     size_t samples, msnav_usec now);

/** Where RTP goes now.
 *  @param s the stream.
 *  @return an address; port 0 while there is none.  Valid until the next
 *          call on @p s. */
MSNAV_API const msnav_addr *msnav_stream_remote(const msnav_stream *s);

/** Where RTCP goes now.
 *  @param s the stream.
 *  @return as msnav_stream_remote(). */
MSNAV_API const msnav_addr *msnav_stream_remote_rtcp(const msnav_stream *s);

/** Queue a telephone-event (RFC 4733).
 *  @param s        the stream.
 *  @param event    0...15 for 0-9 * # A-D, 16 for flash.
 *  @param duration how long, 40 ms...10 s.
 *  @retval MSNAV_OK              queued
 *  @retval MSNAV_ERR_INVALID     no such event or duration
 *  @retval MSNAV_ERR_UNSUPPORTED telephone-event was not negotiated
 *  @retval MSNAV_ERR_STATE       the stream may not send (held, no address)
 *  @retval MSNAV_ERR_LIMIT       eight are queued already */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_dtmf(msnav_stream *s,
                                                         unsigned event,
                                                         msnav_usec duration);

/** When msnav_stream_write_rtcp() wants to be called next.
 *  @param s the stream.
 *  @return absolute time, #MSNAV_NEVER when it cannot send. */
MSNAV_API msnav_usec msnav_stream_rtcp_due(const msnav_stream *s);

/** Write the RTCP report that is due: SR or RR, SDES, XR.
 *  After a collision of SSRCs (RFC 3550 section 8.2) a BYE for our former one
 *  is due at once and comes alone.
 *  @param s   the stream.
 *  @param now current time.
 *  @param ntp wall clock as a 64-bit NTP timestamp (RFC 3550 section 4).
 *  @param[out] out receives the datagram, at least #MSNAV_STREAM_MTU bytes.
 *  @param[out] len its length.
 *  @retval MSNAV_OK        send it to msnav_stream_remote_rtcp()
 *  @retval MSNAV_ERR_AGAIN not due (timer reconsideration)
 *  @retval MSNAV_ERR_STATE nowhere to send to
 *  @retval MSNAV_ERR_LIMIT the SRTCP key is worn out */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_write_rtcp(
  msnav_stream *s, msnav_usec now, uint64_t ntp, uint8_t *out, size_t *len);

/** Write the last RTCP datagram of a stream: report, SDES and BYE.
 *  @param s   the stream.
 *  @param now current time.
 *  @param ntp wall clock as a 64-bit NTP timestamp (RFC 3550 section 4).
 *  @param[out] out receives the datagram, at least #MSNAV_STREAM_MTU bytes.
 *  @param[out] len its length.
 *  @retval MSNAV_OK        send it to msnav_stream_remote_rtcp()
 *  @retval MSNAV_ERR_STATE nowhere to send to, or nothing was ever sent (RFC
 *                          3550 section 6.3.7)
 *  @retval MSNAV_ERR_LIMIT the SRTCP key is worn out */
MSNAV_API MSNAV_MUST_CHECK msnav_error msnav_stream_write_bye(
  msnav_stream *s, msnav_usec now, uint64_t ntp, uint8_t *out, size_t *len);

/** What a stream has to tell. */
typedef enum msnav_stream_event_kind {
  MSNAV_STREAM_DTMF_BEGIN = 1,   /**< value is the event number */
  MSNAV_STREAM_DTMF_END = 2,     /**< value is the event; duration is known */
  MSNAV_STREAM_LOCKED = 3,       /**< nobody else is heard any more, so that the
                                      socket may be connected, until an update
                                      names another address */
  MSNAV_STREAM_SSRC_CHANGED = 4, /**< value is the new SSRC */
  MSNAV_STREAM_RESYNC = 5,       /**< sequence or timestamp jumped */
  MSNAV_STREAM_PEER_BYE = 6,     /**< RTCP BYE from the locked source */
  MSNAV_STREAM_COLLISION = 7     /**< the peer had our SSRC; value is the one
                                      that we took instead */
} msnav_stream_event_kind;

/** One event.  Frozen. */
typedef struct msnav_stream_event {
  uint32_t kind;       /**< a #msnav_stream_event_kind */
  uint32_t value;      /**< see #msnav_stream_event_kind */
  msnav_usec duration; /**< of a telephone-event, else 0 */
} msnav_stream_event;

/** Take the oldest event.  At most eight are kept; the newest are lost and
 *  counted then.
 *  @param s the stream.
 *  @param[out] event receives it.
 *  @retval MSNAV_OK      an event was stored
 *  @retval MSNAV_ERR_END none */
MSNAV_API MSNAV_MUST_CHECK msnav_error
msnav_stream_next_event(msnav_stream *s, msnav_stream_event *event);

/** Everything that can be counted about a stream.  Grows at its end. */
typedef struct msnav_stream_stats {
  size_t size; /**< sizeof of the struct the caller was built with */
  /* sending */
  uint64_t sent_packets;   /**< RTP */
  uint64_t sent_bytes;     /**< RTP payload */
  uint64_t sent_rtcp;      /**< RTCP datagrams */
  uint64_t sent_redundant; /**< packets with a redundant block (RFC 2198) */
  /* receiving: the network */
  uint64_t received_packets;  /**< valid RTP, duplicates excluded */
  uint64_t received_bytes;    /**< RTP payload */
  uint64_t received_rtcp;     /**< valid RTCP datagrams */
  int64_t lost_packets;       /**< expected - received; unlike RFC 3550 A.3,
                                   which RTCP reports follow, duplicates do
                                   not make up for losses */
  uint64_t reordered_packets; /**< behind the highest sequence number */
  uint64_t duplicate_packets; /**< received before */
  uint32_t jitter_us;         /**< interarrival jitter (RFC 3550 A.8) */
  /* refused, by cause */
  uint64_t refused_malformed; /**< header, extension, padding or RED lies */
  uint64_t refused_source;    /**< address not trusted */
  uint64_t refused_ssrc;      /**< SSRC on probation or foreign */
  uint64_t refused_format;    /**< payload type not negotiated */
  uint64_t refused_payload;   /**< payload of a size the codec cannot have */
  uint64_t refused_srtp;      /**< authentication failed or replayed */
  uint64_t refused_rtcp;      /**< malformed or from the wrong source */
  uint64_t refused_rate;      /**< RTCP over its rate limit */
  /* jitter buffer */
  uint64_t late_packets;     /**< arrived after their time */
  uint64_t discarded_frames; /**< overflow of the buffer */
  uint64_t played_frames;    /**< decoded and played */
  uint64_t concealed_frames; /**< made up: concealed_us in frames of the
                                  length that they had then */
  uint64_t recovered_frames; /**< from RED or in-band error correction */
  uint64_t underruns;        /**< times the buffer ran empty */
  uint64_t resyncs;          /**< jumps of sequence or timestamp */
  uint64_t ssrc_changes;     /**< SSRCs taken over after probation */
  uint64_t events_lost;      /**< events nobody fetched in time */
  uint64_t concealed_us;     /**< sound made up */
  uint64_t inserted_us;      /**< sound added by playing slower */
  uint64_t removed_us;       /**< sound saved by playing faster */
  uint32_t delay_us;         /**< of the jitter buffer, now */
  uint32_t target_us;        /**< what the controller aims at */
  /* from the peer's reports; 0 until one came */
  uint32_t round_trip_us;        /**< RFC 3550 section 6.4.1 */
  uint32_t remote_loss_permille; /**< fraction lost, of the last report */
  int64_t remote_lost_packets;   /**< cumulative */
  uint32_t remote_jitter_us;     /**< interarrival jitter at the peer */
  /* quality of what is heard here */
  uint32_t loss_permille;  /**< network loss over the whole stream */
  uint32_t burst_permille; /**< losses inside bursts (RFC 3611 4.7.2) */
  uint32_t r_factor;       /**< E-model R (G.107), 0...100; 0 before
                                  anything was received; losses in a row
                                  weigh more than as many apart (BurstR),
                                  and where the peer pauses nothing is lost */
  uint32_t mos_centi;      /**< MOS times 100, 100...450 */
  /* levels, in -dBov: 0 is the loudest, 127 silence */
  uint32_t sent_level;           /**< of the last frame sent */
  uint32_t received_level;       /**< of the last frame played */
  msnav_usec last_received;      /**< time of the last valid RTP or RTCP, 0 when
                                      none came */
  uint32_t remote_ssrc;          /**< the peer's, 0 when none */
  uint32_t receive_payload_type; /**< of the last frame */
  uint64_t refused_sequence;     /**< jumps that nothing has confirmed yet */
  /* more about what is heard here, as RFC 3611 section 4.7 has it: bursts
   * begin and end with a packet that is lost, or too late, and have no 16
   * good ones in a row; gaps lie between them */
  uint32_t unrecovered_permille; /**< like loss_permille, without what
                                      redundancy has brought back */
  uint32_t discard_permille;     /**< of all packets, those that came too late
                                      or found no room */
  uint32_t burst_loss_permille; /**< of the packets inside bursts, those lost */
  uint32_t gap_loss_permille;   /**< likewise outside */
  uint32_t burst_us;            /**< mean length of a burst */
  uint32_t gap_us;              /**< mean length of a gap */
  uint32_t mos_listening_centi; /**< MOS times 100 of listening alone: like
                                     mos_centi, without the delay */
  uint32_t end_system_us;       /**< delay inside this side: a packet to send
                                     and the jitter buffer */
  uint32_t voice_level;         /**< of what is heard when somebody speaks,
                                     -dBov; 127: not known */
  uint32_t noise_level;         /**< likewise when nobody does */
  /* the same by the peer's VoIP metrics: how it hears us; 0 until a report
   * came, and where it does not know */
  uint64_t remote_metrics;              /**< reports that came */
  uint32_t remote_r_factor;             /**< E-model R, 0...100 */
  uint32_t remote_mos_centi;            /**< MOS-CQ times 100 */
  uint32_t remote_mos_listening_centi;  /**< MOS-LQ times 100 */
  uint32_t remote_unrecovered_permille; /**< see unrecovered_permille */
  uint32_t remote_discard_permille;     /**< see discard_permille */
  uint32_t remote_burst_loss_permille;  /**< see burst_loss_permille */
  uint32_t remote_gap_loss_permille;    /**< see gap_loss_permille */
  uint32_t remote_burst_us;             /**< see burst_us */
  uint32_t remote_gap_us;               /**< see gap_us */
  uint32_t remote_end_system_us;        /**< see end_system_us */
  uint32_t remote_round_trip_us;        /**< as it measures it */
  uint32_t remote_buffer_us;            /**< delay its jitter buffer aims at */
  uint32_t remote_buffer_max_us;        /**< and has at most now, */
  uint32_t remote_buffer_limit_us;      /**< and ever */
  /* our own SSRC from elsewhere (RFC 3550 section 8.2) */
  uint64_t refused_looped;    /**< RTP and RTCP of ours that came back */
  uint64_t collisions;        /**< times that the peer had it too and we took
                                   another one */
  uint32_t local_ssrc;        /**< ours */
  uint64_t suppressed_frames; /**< that nobody spoke in and that were not
                                   sent (RFC 3389) */
  uint64_t sent_noise;        /**< packets of comfort noise in their place */
} msnav_stream_stats;

/** Read the statistics.
 *  @param s the stream.
 *  @param[in,out] stats its size member says how much is filled in.
 *  @retval MSNAV_OK          done
 *  @retval MSNAV_ERR_INVALID a NULL argument or a size that is too small */
MSNAV_API msnav_error msnav_stream_get_stats(const msnav_stream *s,
                                             msnav_stream_stats *stats);

/** Bytes one stream occupies; codec states excluded, that of comfort noise
 *  too, while RED is to be sent the last three payloads (less than 1 KiB), and
 *  while silence is to be suppressed what is known of it (104 bytes).
 *  @return sizeof the state, at most 4,096. */
MSNAV_API size_t msnav_stream_footprint(void);

#ifdef __cplusplus
}
#endif
#endif

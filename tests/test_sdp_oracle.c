/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A second opinion: descriptions built from Sofia-SIP's own structs and
 * printed by its printer are the bytes our writer makes, and its parser reads
 * in our output what we meant.  Nothing but our own output is ever given to
 * that parser. */
#include "sdp_kit.h"
#include <strings.h>

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wundef" /* Sofia asks for DOXYGEN_ONLY */
#include <sofia-sip/sdp.h>
#include <sofia-sip/su_alloc.h>
#pragma GCC diagnostic pop

/* ---- Sofia's side, made of literals */

typedef struct mapping {
  unsigned pt;
  const char *name;
  unsigned rate;
  const char *params, *fmtp;
} mapping;

/* One m= line in Sofia's words. */
typedef struct stream {
  const char *type, *transport;
  unsigned port;
  const char *c; /* NULL: that of the session */
  sdp_mode_t mode;
  const mapping *mappings; /* ended by one without a name */
  const char *formats[4];  /* of a stream without mappings */
  const char *attributes[4][2];
} stream;

static sdp_connection_t *connection(su_home_t *home, const char *ip) {
  sdp_connection_t *c = su_salloc(home, sizeof(*c));
  c->c_nettype = sdp_net_in;
  c->c_addrtype = sdp_addr_ip4;
  c->c_address = ip;
  return c;
}

static sdp_attribute_t *
attributes(su_home_t *home, const char *const from[4][2]) {
  sdp_attribute_t *first = NULL;
  sdp_attribute_t **next = &first;
  for (size_t i = 0; i < 4 && from[i][0] != NULL; i++) {
    *next = su_salloc(home, sizeof(**next));
    (*next)->a_name = from[i][0];
    (*next)->a_value = from[i][1];
    next = &(*next)->a_next;
  }
  return first;
}

static sdp_rtpmap_t *rtpmaps(su_home_t *home, const mapping *from) {
  sdp_rtpmap_t *first = NULL;
  sdp_rtpmap_t **next = &first;
  for (; from != NULL && from->name != NULL; from++) {
    *next = su_salloc(home, sizeof(**next));
    (*next)->rm_encoding = from->name;
    (*next)->rm_rate = from->rate;
    (*next)->rm_params = from->params;
    (*next)->rm_fmtp = from->fmtp;
    (*next)->rm_pt = from->pt & 127;
    next = &(*next)->rm_next;
  }
  return first;
}

static sdp_media_t *sofia_media(su_home_t *home, const stream *from) {
  sdp_media_t *m = su_salloc(home, sizeof(*m));
  sdp_media_type(m, from->type);
  sdp_media_transport(m, from->transport);
  m->m_port = from->port;
  m->m_rejected = from->port == 0;
  m->m_mode = (unsigned)from->mode & 3;
  m->m_connections = from->c != NULL ? connection(home, from->c) : NULL;
  m->m_rtpmaps = rtpmaps(home, from->mappings);
  sdp_list_t **next = &m->m_format;
  for (size_t i = 0; i < 4 && from->formats[i] != NULL; i++) {
    *next = su_salloc(home, sizeof(**next));
    (*next)->l_text = from->formats[i];
    next = &(*next)->l_next;
  }
  m->m_attributes = attributes(home, from->attributes);
  return m;
}

/* What Sofia's printer makes of a session; the caller frees it. */
static char *sofia_prints(const char *ip, unsigned long kbits,
                          const stream *streams, size_t count) {
  su_home_t *home = su_home_new(sizeof(*home));
  sdp_session_t *s = su_salloc(home, sizeof(*s));
  s->sdp_origin = su_salloc(home, sizeof(*s->sdp_origin));
  s->sdp_origin->o_username = "-";
  s->sdp_origin->o_address = connection(home, ip);
  s->sdp_subject = "session";
  s->sdp_connection = connection(home, ip);
  s->sdp_bandwidths = su_salloc(home, sizeof(*s->sdp_bandwidths));
  s->sdp_bandwidths->b_modifier = sdp_bw_ct;
  s->sdp_bandwidths->b_value = kbits;
  s->sdp_time = su_salloc(home, sizeof(*s->sdp_time));
  sdp_media_t **next = &s->sdp_media;
  for (size_t i = 0; i < count; i++) {
    *next = sofia_media(home, &streams[i]);
    (*next)->m_session = s;
    next = &(*next)->m_next;
  }
  sdp_printer_t *printer = sdp_print(home, s, NULL, 0, 0);
  const char *text = sdp_message(printer);
  if (text == NULL) {
    fail_msg("Sofia: %s", sdp_printing_error(printer));
  }
  char *copy = exact_copy(text, strlen(text) + 1);
  sdp_printer_free(printer);
  su_home_unref(home);
  return copy;
}

static const mapping paper_mappings[] = {{97, "red", 8000, NULL, NULL},
                                         {0, "PCMU", 8000, NULL, NULL},
                                         {8, "PCMA", 8000, NULL, NULL},
                                         {4, "G723", 8000, NULL, NULL},
                                         {101, "telephone-event", 8000, NULL,
                                          "0-16"},
                                         {0, NULL, 0, NULL, NULL}};
static const mapping rtc_mappings[] = {
  {97, "red", 8000, NULL, NULL},
  {111, "SIREN", 16000, NULL, "bitrate=16000"},
  {112, "G7221", 16000, NULL, "bitrate=24000"},
  {6, "DVI4", 16000, NULL, NULL},
  {0, "PCMU", 8000, NULL, NULL},
  {8, "PCMA", 8000, NULL, NULL},
  {4, "G723", 8000, NULL, NULL},
  {5, "DVI4", 8000, NULL, NULL},
  {3, "GSM", 8000, NULL, NULL},
  {101, "telephone-event", 8000, NULL, "0-16"},
  {0, NULL, 0, NULL, NULL}};
static const mapping video_mappings[] = {{34, "H263", 90000, NULL, NULL},
                                         {31, "H261", 90000, NULL, NULL},
                                         {0, NULL, 0, NULL, NULL}};
static const mapping opus_mappings[] = {{96, "opus", 48000, "2",
                                         "useinbandfec=1"},
                                        {0, "PCMU", 8000, NULL, NULL},
                                        {0, NULL, 0, NULL, NULL}};
static const mapping pcmu_mapping[] = {{0, "PCMU", 8000, NULL, NULL},
                                       {0, NULL, 0, NULL, NULL}};

#define REJECTED                                                               \
  { "encryption", "rejected" }

/* ---- our side, made by our offers and answers */

static msnav_sdp
offered(const msnav_sdp_ability *abilities, size_t count, uint32_t ip) {
  msnav_sdp offer;
  assert_int_equal(msnav_sdp_offer(abilities, count, ip, &offer), MSNAV_OK);
  return offer;
}

static msnav_sdp_ability with_formats(const mapping *mappings) {
  msnav_sdp_ability ability = {.kind = MSNAV_SDP_AUDIO,
                               .rtp = {0, 5000},
                               .direction = BOTH};
  for (; mappings->name != NULL; mappings++) {
    msnav_sdp_format *format = &ability.formats[ability.format_count++];
    format->pt = (uint8_t)mappings->pt;
    format->name = msnav_str_of(mappings->name);
    format->clock_rate = mappings->rate;
    format->channels = mappings->params != NULL ? 2 : 1;
    format->fmtp = msnav_str_of(mappings->fmtp);
  }
  return ability;
}

/* ---- what our text means to Sofia's parser */

static void same_as_text(const char *theirs, msnav_str ours) {
  assert_str(ours, theirs != NULL ? theirs : "");
}

static void
check_connection(const sdp_media_t *m, const msnav_sdp_media *ours) {
  char text[MSNAV_ADDR_TEXT];
  msnav_addr_format(&(msnav_addr){ours->rtp.ip, 0}, text);
  sdp_connection_t *c = sdp_media_connections(m);
  assert_non_null(c);
  assert_string_equal(c->c_address, text);
  assert_int_equal(c->c_nettype, sdp_net_in);
  assert_int_equal(c->c_addrtype, sdp_addr_ip4);
}

static void
check_attribute(const sdp_media_t *m, const char *name, const char *want) {
  sdp_attribute_t *a = sdp_attribute_find(m->m_attributes, name);
  if (want == NULL) {
    assert_null(a);
    return;
  }
  assert_non_null(a);
  assert_string_equal(a->a_value, want);
}

static void check_media(const sdp_media_t *m, const msnav_sdp_media *ours) {
  same_as_text(m->m_type_name, ours->type);
  assert_int_equal(strlen(m->m_proto_name), ours->transport.len);
  assert_int_equal(strncasecmp(m->m_proto_name, ours->transport.ptr,
                               ours->transport.len),
                   0); /* Sofia says TCP for tcp */
  assert_int_equal(m->m_port, ours->rtp.port);
  assert_int_equal(m->m_rejected, ours->rtp.port == 0);
  if (ours->rtp.port == 0 || ours->kind == MSNAV_SDP_OTHER) {
    return;
  }
  assert_int_equal(m->m_type, ours->kind == MSNAV_SDP_AUDIO ? sdp_media_audio
                                                            : sdp_media_video);
  assert_int_equal(m->m_mode,
                   (ours->direction & MSNAV_SDP_SEND ? sdp_sendonly : 0u) |
                     (ours->direction & MSNAV_SDP_RECV ? sdp_recvonly : 0u));
  check_connection(m, ours);
  check_attribute(m, "encryption", "rejected");
  const sdp_rtpmap_t *map = m->m_rtpmaps;
  for (size_t i = 0; i < ours->format_count; i++, map = map->rm_next) {
    assert_non_null(map);
    assert_int_equal(map->rm_pt, ours->formats[i].pt);
    same_as_text(map->rm_encoding, ours->formats[i].name);
    assert_int_equal(map->rm_rate, ours->formats[i].clock_rate);
    assert_int_equal(map->rm_params != NULL ? atoi(map->rm_params) : 1,
                     ours->formats[i].channels);
    same_as_text(map->rm_fmtp, ours->formats[i].fmtp);
  }
  assert_null(map);
}

/* text was just written by us from sdp. */
static void sofia_reads(const char *text, const msnav_sdp *sdp) {
  char ip[MSNAV_ADDR_TEXT];
  msnav_addr_format(&(msnav_addr){sdp->origin_ip, 0}, ip);
  su_home_t *home = su_home_new(sizeof(*home));
  sdp_parser_t *parser =
    sdp_parse(home, text, (issize_t)strlen(text), sdp_f_strict);
  sdp_session_t *s = sdp_session(parser);
  if (s == NULL) {
    fail_msg("Sofia: %s in %s", sdp_parsing_error(parser), text);
    return;
  }
  assert_string_equal(s->sdp_origin->o_username, "-");
  assert_int_equal(s->sdp_origin->o_id, 0);
  assert_int_equal(s->sdp_origin->o_version, sdp->version);
  assert_string_equal(s->sdp_origin->o_address->c_address, ip);
  assert_string_equal(s->sdp_subject, "session");
  assert_string_equal(s->sdp_connection->c_address, ip);
  assert_int_equal(s->sdp_bandwidths->b_modifier, sdp_bw_ct);
  assert_int_equal(s->sdp_bandwidths->b_value, sdp->bandwidth);
  assert_null(s->sdp_bandwidths->b_next);
  const sdp_media_t *m = s->sdp_media;
  for (size_t i = 0; i < sdp->media_count; i++, m = m->m_next) {
    assert_non_null(m);
    check_media(m, &sdp->media[i]);
  }
  assert_null(m);
  sdp_parser_free(parser);
  su_home_unref(home);
}

/* Our bytes are Sofia's, and Sofia understands them. */
static void agree(const msnav_sdp *ours, const char *ip, unsigned long kbits,
                  const stream *streams, size_t count) {
  char *text = written(ours);
  char *oracle = sofia_prints(ip, kbits, streams, count);
  assert_string_equal(text, oracle);
  sofia_reads(text, ours);
  free(oracle);
  free(text);
}

/* ---- the tests */

static void prints_the_offer_of_the_paper(void **state) {
  (void)state;
  static const stream audio = {"audio", "RTP/AVP",    36772,
                               NULL,    sdp_sendrecv, paper_mappings,
                               {NULL},  {REJECTED}};
  size_t len = 0;
  char *paper = load_data("paper-offer.sdp", &len);
  char *oracle = sofia_prints("192.168.0.165", 110, &audio, 1);
  assert_int_equal(strlen(oracle), 286);
  assert_memory_equal(oracle, paper, len);
  free(oracle);
  free(paper);
  msnav_sdp_ability ability = paper_ability(36772);
  msnav_sdp offer = offered(&ability, 1, IP(192, 168, 0, 165));
  agree(&offer, "192.168.0.165", 110, &audio, 1);
}

static void prints_the_answer_of_the_paper(void **state) {
  (void)state;
  static const stream audio = {"audio", "RTP/AVP",    36768,
                               NULL,    sdp_sendrecv, paper_mappings,
                               {NULL},  {REJECTED}};
  msnav_sdp_ability theirs = paper_ability(36772);
  msnav_sdp_ability ours = paper_ability(36768);
  msnav_sdp offer = offered(&theirs, 1, IP(192, 168, 0, 165));
  msnav_sdp answer;
  msnav_sdp_result result;
  assert_int_equal(msnav_sdp_answer(&offer, &ours, 1, IP(192, 168, 0, 127),
                                    &answer, &result),
                   MSNAV_OK);
  agree(&answer, "192.168.0.127", 110, &audio, 1);
}

static void prints_the_full_list_of_rtc_with_video(void **state) {
  (void)state;
  static const stream streams[] = {{"audio",
                                    "RTP/AVP",
                                    5000,
                                    NULL,
                                    sdp_sendrecv,
                                    rtc_mappings,
                                    {NULL},
                                    {REJECTED}},
                                   {"video",
                                    "RTP/AVP",
                                    5002,
                                    NULL,
                                    sdp_recvonly,
                                    video_mappings,
                                    {NULL},
                                    {REJECTED}}};
  msnav_sdp_ability ours[2] = {with_formats(rtc_mappings), video_ability(5002)};
  ours[1].direction = MSNAV_SDP_RECV;
  msnav_sdp offer = offered(ours, 2, IP(10, 0, 0, 1));
  agree(&offer, "10.0.0.1", MSNAV_SDP_BANDWIDTH_VIDEO, streams, 2);
}

static void prints_two_channels(void **state) {
  (void)state;
  static const stream audio = {"audio",      "RTP/AVP",     5000,   NULL,
                               sdp_sendrecv, opus_mappings, {NULL}, {REJECTED}};
  msnav_sdp_ability ours = with_formats(opus_mappings);
  msnav_sdp offer = offered(&ours, 1, IP(10, 0, 0, 1));
  agree(&offer, "10.0.0.1", 110, &audio, 1);
}

static void prints_hold_in_its_forms(void **state) {
  (void)state;
  static const struct {
    unsigned direction;
    sdp_mode_t mode;
  } rows[] = {{MSNAV_SDP_SEND, sdp_sendonly},
              {MSNAV_SDP_RECV, sdp_recvonly},
              {0, sdp_inactive},
              {BOTH, sdp_sendrecv}};
  for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
    stream audio = {"audio",      "RTP/AVP",    5000,   NULL,
                    rows[i].mode, pcmu_mapping, {NULL}, {REJECTED}};
    msnav_sdp_ability ours = with_formats(pcmu_mapping);
    ours.direction = rows[i].direction;
    msnav_sdp offer = offered(&ours, 1, IP(10, 0, 0, 1));
    agree(&offer, "10.0.0.1", 110, &audio, 1);
  }
}

static void prints_own_addresses_of_a_stream(void **state) {
  (void)state;
  static const stream audio = {
    "audio",      "RTP/AVP",
    5000,         "10.0.0.9",
    sdp_sendrecv, pcmu_mapping,
    {NULL},       {{"rtcp", "6000 IN IP4 10.0.0.8"}, REJECTED}};
  msnav_sdp_ability ours = with_formats(pcmu_mapping);
  ours.rtp.ip = IP(10, 0, 0, 9);
  ours.rtcp = (msnav_addr){IP(10, 0, 0, 8), 6000};
  msnav_sdp offer = offered(&ours, 1, IP(10, 0, 0, 1));
  agree(&offer, "10.0.0.1", 110, &audio, 1);
}

static void prints_srtp(void **state) {
  (void)state;
  static const stream audio = {"audio",
                               "RTP/SAVP",
                               5000,
                               NULL,
                               sdp_sendrecv,
                               pcmu_mapping,
                               {NULL},
                               {{"crypto", "1 AEAD_AES_128_GCM inline:abc"},
                                {"crypto",
                                 "2 AES_CM_128_HMAC_SHA1_80 inline:def"},
                                REJECTED}};
  msnav_sdp_ability ours = with_formats(pcmu_mapping);
  ours.secure_only = true;
  ours.crypto_count = 2;
  ours.crypto[0] =
    (msnav_sdp_crypto){1, STR("AEAD_AES_128_GCM"), STR("inline:abc")};
  ours.crypto[1] =
    (msnav_sdp_crypto){2, STR("AES_CM_128_HMAC_SHA1_80"), STR("inline:def")};
  msnav_sdp offer = offered(&ours, 1, IP(10, 0, 0, 1));
  agree(&offer, "10.0.0.1", 110, &audio, 1);
}

static void prints_rejected_streams(void **state) {
  (void)state;
  static const stream streams[] = {
    {"application", "tcp", 0, NULL, sdp_sendrecv, NULL, {"msdata"}, {{NULL}}},
    {"audio",
     "RTP/AVP",
     4000,
     NULL,
     sdp_recvonly,
     pcmu_mapping,
     {NULL},
     {REJECTED}},
    {"video", "RTP/AVP", 0, NULL, sdp_sendrecv, NULL, {"34", "31"}, {{NULL}}},
    {"text", "RTP/AVP", 0, NULL, sdp_sendrecv, NULL, {"98"}, {{NULL}}}};
  msnav_sdp_ability ours = with_formats(pcmu_mapping);
  ours.rtp.port = 4000;
  answered a = answer_with("v=0\r\nc=IN IP4 10.0.0.2\r\n"
                           "m=application 1503 tcp msdata\r\n"
                           "m=audio 5000 RTP/AVP 18 0\r\na=sendonly\r\n"
                           "m=video 5002 RTP/AVP 34 31\r\n"
                           "m=text 5004 RTP/AVP 98\r\n",
                           &ours, 1);
  assert_int_equal(a.err, MSNAV_OK);
  agree(&a.sdp, "10.0.0.1", 110, streams, 4);
  answer_done(&a);
}

int main(void) {
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(prints_the_offer_of_the_paper),
    cmocka_unit_test(prints_the_answer_of_the_paper),
    cmocka_unit_test(prints_the_full_list_of_rtc_with_video),
    cmocka_unit_test(prints_two_channels),
    cmocka_unit_test(prints_hold_in_its_forms),
    cmocka_unit_test(prints_own_addresses_of_a_stream),
    cmocka_unit_test(prints_srtp),
    cmocka_unit_test(prints_rejected_streams),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}

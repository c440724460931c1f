/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Invitations of any kind: what was read can be written, what was written
 * reads as the same and is written as the same bytes; what a program fills in
 * itself stays inside its bounds. */
#include "fuzz/lines.h"
#include <msnav/invite.h>
#include <strings.h>

const char *const fuzz_lines[] = {
  "MIME-Version: 1.0\r\n",
  "Content-Type: text/x-msmsgsinvite; charset=UTF-8\r\n",
  "\r\n",
  "Application-Name: \xe9\x9f\xb3\r\n",
  "Application-GUID: " MSNAV_INVITE_GUID "\r\n",
  "Session-Protocol: SM1\r\n",
  "Context-Data: Requested:SIP_A,;Capabilities:SIP_A,SIP_V,;\r\n",
  "Context-Data: Requested:SIP_A,\r\n",
  "Invitation-Command: INVITE\r\n",
  "Invitation-Command: ACCEPT\r\n",
  "Invitation-Command: cancel\r\n",
  "Invitation-Cookie: 23939640\r\n",
  "Invitation-Cookie: -1\r\n",
  "Session-ID: {0}\r\n",
  "Conn-Type: Port-Restrict-NAT\r\n",
  "Conn-Type: Firewall\r\n",
  "Sip-Capability: 4294967295\r\n",
  "Private-IP: 192.168.0.1\r\n",
  "Public-IP: 255.255.255.255\r\n",
  "UPnP: false\r\n",
  "Launch-Application: TRUE\r\n",
  "Request-Data: IP-Address:\r\n",
  "Request-Data: IP-Address: 1.2.3.4:5\r\n",
  "IP-Address: 1.2.3.4:65535\r\n",
  "IP-Address: 0.0.0.0:0\r\n",
  "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzMA==\r\n",
  "IP-Address-Enc64: MTkyLjE2OC4wLjE2NToxMTYzM\r\n",
  "Cancel-Code: REJECT_NOT_INSTALLED\r\n",
  "Cancel-Code: USER_CANCEL\r\n",
  "Avm-Support: 7\r\n",
  ": \r\n",
  "X:\n",
};
const size_t fuzz_line_count = sizeof(fuzz_lines) / sizeof(fuzz_lines[0]);

static bool same(msnav_str a, msnav_str b) {
  return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* A known word is written as the documents have it. */
static bool same_word(msnav_str a, msnav_str b) {
  return a.len == b.len &&
         (a.len == 0 || strncasecmp(a.ptr, b.ptr, a.len) == 0);
}

static bool inside(msnav_str part, const char *text, size_t len) {
  return part.len == 0 ||
         (part.ptr >= text && part.ptr + part.len <= text + len);
}

static void check_slices(const msnav_invite *v, const char *text, size_t len) {
  const msnav_str parts[] = {v->app_name,  v->app_guid,   v->protocol,
                             v->cookie,    v->session_id, v->cancel_text,
                             v->conn_text, v->source};
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    CHECK(inside(parts[i], text, len));
  }
}

static bool same_address(msnav_addr a, msnav_addr b) {
  return a.ip == b.ip && a.port == b.port;
}

#define SAME(bit, condition) CHECK((a->has & (bit)) == 0 || (condition))

static void check_same(const msnav_invite *a, const msnav_invite *b) {
  CHECK((a->has | MSNAV_HAS_COMMAND) == b->has && a->command == b->command);
  SAME(MSNAV_HAS_APP_NAME, same(a->app_name, b->app_name));
  SAME(MSNAV_HAS_APP_GUID, same(a->app_guid, b->app_guid));
  SAME(MSNAV_HAS_PROTOCOL, same(a->protocol, b->protocol));
  SAME(MSNAV_HAS_REQUESTED, a->requested == b->requested);
  SAME(MSNAV_HAS_CAPABILITIES, a->capabilities == b->capabilities);
  SAME(MSNAV_HAS_COOKIE, same(a->cookie, b->cookie));
  SAME(MSNAV_HAS_SESSION_ID, same(a->session_id, b->session_id));
  SAME(MSNAV_HAS_CONN_TYPE,
       a->conn_type == b->conn_type && same_word(a->conn_text, b->conn_text));
  SAME(MSNAV_HAS_SIP_CAPABILITY, a->sip_capability == b->sip_capability);
  SAME(MSNAV_HAS_PRIVATE_IP, a->private_ip == b->private_ip);
  SAME(MSNAV_HAS_PUBLIC_IP, a->public_ip == b->public_ip);
  SAME(MSNAV_HAS_UPNP, a->upnp == b->upnp);
  SAME(MSNAV_HAS_LAUNCH, a->launch == b->launch);
  SAME(MSNAV_HAS_ADDRESS, same_address(a->address, b->address));
  SAME(MSNAV_HAS_ADDRESS_ENC64,
       same_address(a->address_enc64, b->address_enc64));
  SAME(MSNAV_HAS_CANCEL_CODE, a->cancel_code == b->cancel_code &&
                                same_word(a->cancel_text, b->cancel_text));
}

static bool known(msnav_str name) {
  static const char *const names[] = {"Application-Name",   "Application-GUID",
                                      "Session-Protocol",   "Context-Data",
                                      "Invitation-Command", "Invitation-Cookie",
                                      "Session-ID",         "Conn-Type",
                                      "Sip-Capability",     "Private-IP",
                                      "Public-IP",          "UPnP",
                                      "Launch-Application", "Request-Data",
                                      "IP-Address",         "IP-Address-Enc64",
                                      "Cancel-Code"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (strlen(names[i]) == name.len &&
        strncasecmp(names[i], name.ptr, name.len) == 0) {
      return true;
    }
  }
  return false;
}

/* The next field that no view has a place for. */
static bool next_unknown(msnav_invite_reader *r, msnav_field *f) {
  while (msnav_invite_next(r, f) == MSNAV_OK) {
    if (!known(f->name)) {
      return true;
    }
  }
  return false;
}

/* Fields that nobody knows survive, in their order. */
static void check_unknown(msnav_str before, msnav_str after) {
  msnav_invite_reader a;
  msnav_invite_reader b;
  msnav_field x;
  msnav_field y;
  CHECK(msnav_invite_reader_init(&a, before.ptr, before.len) == MSNAV_OK);
  CHECK(msnav_invite_reader_init(&b, after.ptr, after.len) == MSNAV_OK);
  while (next_unknown(&a, &x)) {
    CHECK(next_unknown(&b, &y) && same(x.name, y.name) &&
          same(x.value, y.value));
  }
  CHECK(!next_unknown(&b, &y));
}

/* Write a view and read it again; what it was read from may be NULL. */
static void round_trip(const msnav_invite *v) {
  char first[MSNAV_INVITE_MAX];
  char second[MSNAV_INVITE_MAX];
  size_t len = 77;
  size_t again_len = 0;
  msnav_error err = msnav_invite_write(v, first, sizeof(first), &len);
  if (err != MSNAV_OK) {
    CHECK(len == 77);
    CHECK(err == MSNAV_ERR_INVALID || err == MSNAV_ERR_TOO_LONG);
    return;
  }
  CHECK(len <= MSNAV_INVITE_MAX);
  char *exact = fuzz_copy((fuzz_input){(const uint8_t *)first, len});
  msnav_invite again = {.size = sizeof(again)};
  CHECK(msnav_invite_read(exact, len, &again) == MSNAV_OK);
  check_same(v, &again);
  if (v->source.len > 0) {
    check_unknown(v->source, again.source);
  }
  CHECK(msnav_invite_write(&again, second, sizeof(second), &again_len) ==
        MSNAV_OK);
  CHECK(again_len == len && memcmp(first, second, len) == 0);
  CHECK(msnav_invite_write(&again, second, len - 1, &again_len) ==
        MSNAV_ERR_NOSPACE);
  free(exact);
}

static void read_it(const char *text, size_t len) {
  msnav_invite v = {.size = sizeof(v)};
  msnav_invite_reader r;
  msnav_field f;
  msnav_addr addr = {0, 0};
  bool conflict = false;
  msnav_error err = msnav_invite_read(text, len, &v);
  if (err != MSNAV_OK) {
    CHECK(v.has == 0 && v.cookie.ptr == NULL); /* untouched */
    return;
  }
  check_slices(&v, text, len);
  CHECK(msnav_invite_reader_init(&r, text, len) == MSNAV_OK);
  size_t fields = 0;
  while ((err = msnav_invite_next(&r, &f)) == MSNAV_OK) {
    CHECK(inside(f.name, text, len) && inside(f.value, text, len));
    CHECK(f.name.len > 0 && ++fields <= MSNAV_INVITE_MAX / 2);
  }
  CHECK(err == MSNAV_ERR_END);
  (void)msnav_invite_is_ours(&v);
  if (msnav_invite_address(&v, &addr, &conflict) == MSNAV_OK) {
    CHECK(addr.port != 0);
  }
  round_trip(&v);
}

/* A text of the program's own, stretched so that the bounds are met. */
static msnav_str own_text(fuzz_input *in, char *room, size_t most) {
  unsigned how = fuzz_byte(in);
  size_t len = (size_t)(how & 127) * (how & 128 ? 16 : 1);
  len = len < most ? len : most;
  memset(room, 'a' + (int)(how % 26), len);
  if (len > 0 && (how & 3) == 3) {
    room[len / 2] = (char)fuzz_byte(in);
  }
  return (msnav_str){room, len};
}

/* What a program might fill in, over what it might have read. */
static void write_it(fuzz_input *in, msnav_str source) {
  static char room[7][2100];
  msnav_invite v = {.size = sizeof(v), .source = source};
  v.has = fuzz_word(in) | (fuzz_byte(in) & 3) << 16;
  v.command = fuzz_byte(in) % 5;
  v.cancel_code = fuzz_byte(in) % 8;
  v.conn_type = fuzz_byte(in) % 9;
  v.requested = fuzz_byte(in) & 3;
  v.capabilities = fuzz_byte(in) & 3;
  v.private_ip = v.address.ip = fuzz_word(in) * 65537u;
  v.address.port = (uint16_t)(fuzz_word(in) | 1);
  v.address_enc64 = (msnav_addr){fuzz_word(in) << 16, 65535};
  v.public_ip = 0xffffffff;
  v.sip_capability = fuzz_word(in) << 16;
  v.upnp = v.launch = fuzz_byte(in) & 1;
  msnav_str *const texts[] = {&v.app_name, &v.app_guid,   &v.protocol,
                              &v.cookie,   &v.session_id, &v.cancel_text,
                              &v.conn_text};
  static const uint32_t bits[] = {MSNAV_HAS_APP_NAME,   MSNAV_HAS_APP_GUID,
                                  MSNAV_HAS_PROTOCOL,   MSNAV_HAS_COOKIE,
                                  MSNAV_HAS_SESSION_ID, MSNAV_HAS_CANCEL_CODE,
                                  MSNAV_HAS_CONN_TYPE};
  for (size_t i = 0; i < 7; i++) {
    *texts[i] = own_text(in, room[i], sizeof(room[i]));
    if (texts[i]->len == 0) { /* such a field reads as absent */
      v.has &= ~bits[i];
      *texts[i] = (msnav_str){NULL, 0};
    }
  }
  char out[MSNAV_INVITE_MAX];
  size_t len = 0;
  msnav_error err = msnav_invite_write(&v, out, sizeof(out), &len);
  if (err == MSNAV_OK) {
    char *exact = fuzz_copy((fuzz_input){(const uint8_t *)out, len});
    read_it(exact, len);
    free(exact);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const char header[] =
    "MIME-Version: 1.0\r\n"
    "Content-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n";
  fuzz_input in = {data, size};
  unsigned how = fuzz_byte(&in);
  fuzz_input own = {NULL, 0};
  if ((how & 2) != 0) {
    own = fuzz_bytes(&in, 32);
  }
  size_t skip = (how & 1) != 0 ? sizeof(header) - 1 : 0;
  char *text = malloc(skip + in.left > 0 ? skip + in.left : 1);
  CHECK(text != NULL);
  memcpy(text, header, skip);
  if (in.left > 0) {
    memcpy(text + skip, in.at, in.left);
  }
  size_t len = skip + in.left;
  read_it(text, len);
  if ((how & 2) != 0) {
    write_it(&own, (msnav_str){text, len});
  }
  free(text);
  return 0;
}

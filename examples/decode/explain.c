/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "explain.h"

#include <string.h>

typedef struct words {
  const char *name, *meaning;
} words;

static bool is(msnav_str text, const char *name) {
  return text.len == strlen(name) &&
         g_ascii_strncasecmp(text.ptr, name, text.len) == 0;
}

static const char *look_up(const words *rows, size_t count, msnav_str name) {
  for (size_t i = 0; i < count; i++) {
    if (is(name, rows[i].name)) {
      return rows[i].meaning;
    }
  }
  return "";
}

static const words fields[] = {
  {"Application-Name", "what the other user is shown; display only"},
  {"Session-Protocol", "SM1: a conversation over SIP"},
  {"Invitation-Command", "what this message asks or answers"},
  {"Invitation-Cookie", "joins the messages of one invitation"},
  {"Session-ID", "of the sender; the two sides differ"},
  {"Conn-Type", "how the sender believes to be connected; a hint"},
  {"Sip-Capability", "1 in every known message"},
  {"Private-IP", "the sender's own address"},
  {"Public-IP", "the sender as the Internet sees it"},
  {"UPnP", "whether the sender's router opened ports"},
  {"Launch-Application", "start the conversation now"},
  {"Request-Data", "asks for the other side's IP-Address"},
  {"IP-Address", "where the sender waits for SIP"},
  {"IP-Address-Enc64", "the same in base64: gateways rewrite the other"},
  {"Cancel-Code", "why it ends"},
  {"Avm-Support", "unknown; kept as it is"},
  {"Avm-Request", "unknown; kept as it is"},
  {"UsingRendezvous", "unknown; kept as it is"},
  {"MIME-Version", "of the payload"},
  {"Content-Type", "an invitation of Messenger"},
};

static const words values[] = {
  {"INVITE", "will you talk?"},
  {"ACCEPT", "yes, or the inviter's address"},
  {"CANCEL", "no, or no longer"},
  {"REJECT", "the user declined"},
  {"TIMEOUT", "given up, cancelled, or the normal end of a call"},
  {"REJECT_NOT_INSTALLED", "the program cannot do what was asked"},
  {"FAIL", "something broke"},
  {"FTTIMEOUT", "a time-out"},
  {"OUTBANDCANCEL", "ended outside of the invitation"},
  {"Direct-Connect", "no NAT; a hint"},
  {"IP-Restrict-NAT", "a NAT that lets known addresses in; a hint"},
  {"Port-Restrict-NAT", "a NAT that lets known ports in; a hint"},
  {"Symmetric-NAT", "a NAT with another port for each peer; a hint"},
  {"Unknown-NAT", "some NAT; a hint"},
  {"Firewall", "nothing comes in; a hint"},
  {"Unknown-Connect", "not known; a hint"},
};

static char *decoded_address(msnav_str value) {
  char *text = g_strndup(value.ptr, value.len);
  gsize len = 0;
  guchar *bytes = text[0] != '\0' ? g_base64_decode(text, &len) : NULL;
  char *inner = clean((msnav_str){(const char *)bytes, len});
  char *meaning = g_strdup_printf("%s, safe from gateways", inner);
  g_free(inner);
  g_free(bytes);
  g_free(text);
  return meaning;
}

static char *context(msnav_str value) {
  char *text = g_strndup(value.ptr, value.len);
  const char *capable = strstr(text, "Capabilities:");
  bool asks = strstr(text, "Requested:") != NULL;
  const char *end = capable != NULL ? capable : text + strlen(text);
  const char *video = strstr(text, "SIP_V");
  bool asked_video = video != NULL && video < end;
  char *meaning = g_strdup_printf("%s%s%s",
                                  !asks         ? ""
                                  : asked_video ? "sound and pictures"
                                                : "sound",
                                  asks && capable != NULL ? "; " : "",
                                  capable == NULL ? ""
                                  : strstr(capable, "SIP_V") != NULL
                                    ? "can do sound and pictures"
                                    : "can do sound");
  g_free(text);
  return meaning;
}

char *explain_invitation(msnav_str name, msnav_str value) {
  if (is(name, "IP-Address-Enc64")) {
    return decoded_address(value);
  }
  if (is(name, "Context-Data")) {
    return context(value);
  }
  if (is(name, "Application-GUID")) {
    return g_strdup(is(value, MSNAV_INVITE_GUID)
                      ? "a conversation with sound or pictures"
                      : "another application");
  }
  const char *meaning = "";
  if (is(name, "Invitation-Command") || is(name, "Cancel-Code") ||
      is(name, "Conn-Type")) {
    meaning = look_up(values, G_N_ELEMENTS(values), value);
  }
  if (meaning[0] == '\0') {
    meaning = look_up(fields, G_N_ELEMENTS(fields), name);
  }
  return g_strdup(meaning);
}

const char *explain_header(msnav_str name) {
  static const words rows[] = {
    {"Via", "where the answers go"},
    {"v", "where the answers go"},
    {"Max-Forwards", "hops that are left"},
    {"From", "who began the dialog; its tag is half of the key"},
    {"f", "who began the dialog; its tag is half of the key"},
    {"To", "who was called; its tag is half of the key"},
    {"t", "who was called; its tag is half of the key"},
    {"Call-ID", "joins the messages of one dialog"},
    {"i", "joins the messages of one dialog"},
    {"CSeq", "number and method of the request"},
    {"Contact", "where later requests go"},
    {"m", "where later requests go"},
    {"User-Agent", "the program"},
    {"Server", "the program"},
    {"Content-Type", "what the body is"},
    {"c", "what the body is"},
    {"Content-Length", "bytes of the body"},
    {"l", "bytes of the body"},
    {"Allow", "methods that are understood"},
    {"Supported", "extensions that are understood"},
    {"Record-Route", "a proxy that wants to stay in the way"},
    {"Route", "proxies to pass"},
    {"Accept", "bodies that are understood"},
  };
  return look_up(rows, G_N_ELEMENTS(rows), name);
}

const char *explain_method(msnav_str method) {
  static const words rows[] = {
    {"INVITE", "begin a call, or change it"},
    {"ACK", "the final answer came"},
    {"BYE", "hang up"},
    {"CANCEL", "stop what was begun"},
    {"OPTIONS", "what can you do?"},
    {"INFO", "something in mid-call"},
  };
  return look_up(rows, G_N_ELEMENTS(rows), method);
}

const char *explain_status(unsigned status) {
  return status == 100   ? "being worked on"
         : status == 180 ? "it rings"
         : status < 200  ? "on the way"
         : status < 300  ? "yes"
         : status < 400  ? "elsewhere"
         : status == 481 ? "no such dialog"
         : status == 486 ? "busy"
         : status == 487 ? "cancelled, as asked"
         : status == 488 ? "nothing in common, or not allowed"
         : status < 500  ? "the request is refused"
         : status < 600  ? "the server failed"
                         : "refused everywhere";
}

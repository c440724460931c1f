/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "options.h"

#include <msnav/session.h>
#include <stdio.h>

static const char text[] =
  "usage: msnav-phone --server HOST[:PORT] --account ACCOUNT [OPTIONS]\n"
  "\n"
  "A messenger for a terminal that can telephone.  On a terminal it shows\n"
  "contacts, chat and calls; with --plain, --json or a pipe it prints lines\n"
  "and reads commands from its input (\"help\" lists them).\n"
  "\n"
  "Account\n"
  "  --server HOST[:PORT]   notification server (MSNP7); port 1863\n"
  "  --port PORT            the port, when it is not in --server\n"
  "  --account ACCOUNT      such as alice@example.com\n"
  "  --name NAME            shown to others\n"
  "  --password-file FILE   the password is its first line; otherwise it is\n"
  "                         $MSNAV_PASSWORD, or asked for\n"
  "  --config FILE          instead of $XDG_CONFIG_HOME/msnav/phone.conf\n"
  "  --keep-alive N         ask every N seconds whether the server is there "
  "(45)\n"
  "  --reconnect            log in again when the connection is lost; on a\n"
  "                         terminal that is so anyway\n"
  "Calls\n"
  "  --call WHO             call, and leave when the call has ended\n"
  "  --seconds N            hang up after N seconds of talk\n"
  "  --ring N               let it ring for N seconds (60)\n"
  "  --press KEYS           telephone keys to press when talk begins\n"
  "  --say TEXT             write this to WHO, too\n"
  "  --auto-answer          accept every call\n"
  "  --auto-reject          decline every call\n"
  "  --calls N              leave after N calls\n"
  "  --codecs LIST          such as PCMU,PCMA; the first is preferred\n"
  "  --bind ADDRESS         where sound and SIP are received\n"
  "  --advertise ADDRESS    what peers are told instead\n"
  "  --sip-port PORT        receive SIP there\n"
  "  --rtp-ports MIN-MAX    receive sound at even ports of these\n"
  "  --encryption WHEN      if-possible, always or never (if-possible)\n"
  "Sound\n"
  "  --device NAME          ALSA device (default)\n"
  "  --play WAV             say this instead of listening to a microphone\n"
  "  --record WAV           write what is heard; with --play or --record a\n"
  "                         device is used only when --device is given too\n"
  "  --rate HZ              of device and recording (8000, or that of --play)\n"
  "  --no-sound             use no device\n"
  "  --cancel-echo          take out of the microphone what was played, for a\n"
  "                         loudspeaker in the same room\n"
  "  --optional-sound       go on without sound where there is no device\n"
  "Output\n"
  "  --json                 one JSON object a line for each event\n"
  "  --plain                lines, on a terminal too\n"
  "  --metrics PORT         serve Prometheus metrics on 127.0.0.1\n"
  "  --log FILE             append what the library logs\n"
  "  --capture FILE         write switchboard, SIP and sound as pcap, for\n"
  "                         msnav-decode and Wireshark\n"
  "  --help, --version\n"
  "\n"
  "Exit codes\n"
  "   0  all went well; a call was hung up by one of the two\n"
  "   1  no memory, or a system call failed\n"
  "   2  wrong use or configuration\n"
  "   3  the server cannot be reached\n"
  "   4  wrong account or password\n"
  "   5  the connection to the server was lost, in mid-call too\n"
  "   6  no sound device\n"
  "   7  a file is no WAV, or could not be written\n"
  "   8  the server does not speak MSNP7\n"
  "   9  the account logged in somewhere else\n";

void help_print(void) {
  fputs(text, stdout);
  /* the last call's reason, when it did not end by hanging up */
  for (int r = MSNAV_REASON_REJECTED_LOCAL; r <= MSNAV_REASON_SHUTDOWN; r++) {
    printf("  %2d  %s\n", EXIT_CALL + r, msnav_reason_name((msnav_reason)r));
  }
}

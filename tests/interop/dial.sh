#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: dial.sh DIAL COMPARE PART
# Two dials call each other on loopback.  PART:
#   standard, rtc-1.2   sound and a key in that profile, with several codecs
#   refusals            nothing in common, nobody there
#   inputs              files, addresses and options that cannot be used
set -eu
dial=$(readlink -f "$1") compare=$(readlink -f "$2") part=$3
here=$(cd "$(dirname "$0")" && pwd)

dir=$(mktemp -d)
phone=""
clean_up() {
  [ -z "$phone" ] || kill "$phone" 2>/dev/null || :
  rm -rf "$dir"
}
trap clean_up EXIT
cd "$dir"

fail() {
  echo "FAILED: $1"
  for f in *.log; do
    echo "--- $f"
    cat "$f"
  done
  exit 1
}

has() { grep -q -e "$2" "$1" || fail "$1 lacks: $2"; }

listen() { # at $addr
  # shellcheck disable=SC2046
  set -- "$@" --listen "${addr:=127.0.0.2:$(python3 "$here/../support/ports.py" 1)}"
  timeout 25 "$dial" "$@" </dev/null >called.log 2>&1 &
  phone=$!
  python3 "$here/../support/ports.py" --wait "$addr"
}

ends_with() { # EXIT-CODE WHAT
  got=0
  wait "$phone" || got=$?
  phone=""
  [ "$got" -eq "$1" ] || fail "$2: called side's exit code is $got, not $1"
}

ends() { # EXIT-CODE WHAT ARGUMENTS...
  want=$1 what=$2
  shift 2
  got=0
  timeout 25 "$dial" "$@" </dev/null >caller.log 2>stderr.log || got=$?
  [ "$got" -eq "$want" ] || fail "$what: exit code is $got, not $want"
}

similar() { # SAID HEARD: 0.95 and more, less where a busy machine is late
  "$compare" "$1" "$2" >similar.log || fail "$2 is not like $1"
  python3 - similar.log <<'PYTHON' || fail "$2 is not enough like $1"
import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    sys.exit(json.load(f)["similarity"] < 0.9)
PYTHON
}

talk() { # CALLER'S-CODECS CALLED-SIDE'S-CODECS THE-ONE-IN-USE
  addr=""
  listen --profile "$part" --codec "$2" --play low.wav --record called.wav --seconds 8
  ends 0 "call with $1 to $2" "sip:$addr" --bind 127.0.0.1 --profile "$part" \
    --codec "$1" --play high.wav --record caller.wav --seconds 3.2 --press 5
  ends_with 0 "call with $1 to $2"
  has caller.log "^codec $3, "
  has called.log "^codec $3, "
  has caller.log "^ended: hung up$"
  has called.log "^ended: hung up by the peer$"
  has called.log "^key 5, 100 ms$"
  similar low.wav caller.wav
  similar high.wav called.wav # a tenth of a second was the key instead
  echo "passed: $1 to $2, $part"
}

cannot_start() { # WHAT ARGUMENTS...
  what=$1
  shift
  ends 1 "$what" "$@"
  [ "$(wc -l <stderr.log)" -eq 1 ] || fail "$what: not one line on stderr"
  [ ! -s caller.log ] || fail "$what: something on stdout"
  echo "passed: $what: $(cat stderr.log)"
}

misused() { # WHAT ARGUMENTS...
  what=$1
  shift
  ends 2 "$what" "$@"
  has stderr.log "^usage: dial "
  echo "passed: $what"
}

wrong() { # OPTION VALUE
  ends 2 "--$1 $2" "sip:$free" "--$1" "$2"
  has stderr.log "^dial: --$1 $2: "
  [ "$(wc -l <stderr.log)" -eq 1 ] || fail "--$1 $2: not one line on stderr"
  echo "passed: $(cat stderr.log)"
}

case $part in
standard | rtc-1.2)
  python3 "$here/sweep.py" low.wav 300
  python3 "$here/sweep.py" high.wav 700
  talk PCMU PCMU PCMU
  talk PCMA PCMA PCMA
  talk PCMA,PCMU PCMU,PCMA PCMA # the caller's order counts
  talk PCMU,PCMA PCMA PCMA
  ;;

refusals)
  addr=""
  listen --codec PCMA
  ends 3 "no codec in common" "sip:$addr" --codec PCMU --bind 127.0.0.1
  has caller.log "^ended: SIP refused$"
  ends_with 3 "no codec in common"
  has called.log "^ended: SIP refused$"
  echo "passed: no codec in common"

  began=$(date +%s%N)
  ends 4 "nobody there" "sip:127.0.0.2:$(python3 "$here/../support/ports.py" 1)"
  took=$((($(date +%s%N) - began) / 1000000))
  [ "$took" -lt 9000 ] || fail "nobody there: took $took ms"
  has caller.log "^ended: SIP timed out$"
  echo "passed: nobody there"
  ;;

inputs)
  free=127.0.0.2:$(python3 "$here/../support/ports.py" 1)
  cannot_start "no such sound file" --listen "$free" --play absent.wav
  has stderr.log "absent.wav: No such file"
  echo "not a sound" >text.wav
  cannot_start "not a WAV file" --listen "$free" --play text.wav
  has stderr.log "text.wav: not a WAV file"
  : >empty.wav
  cannot_start "an empty file" "sip:$free" --play empty.wav
  cannot_start "no directory for the record" --listen "$free" --record absent/x.wav
  cannot_start "a codec that does not exist" --listen "$free" --codec FOO
  cannot_start "no codec" --listen "$free" --codec ""
  has stderr.log "^dial: --codec: "
  python3 "$here/sweep.py" both.wav 300
  cp both.wav before.wav
  cannot_start "the file that is said" --listen "$free" --play both.wav --record ./both.wav
  cmp both.wav before.wav || fail "what was to be said is lost"
  cannot_start "no port" "sip:127.0.0.2"
  cannot_start "no number" "sip:localhost:5060"
  cannot_start "no such number" "sip:127.0.0.256:5060"
  cannot_start "no such port" "sip:127.0.0.2:65536"
  cannot_start "more than a port" "sip:${free}x"
  cannot_start "nobody's address" "sip:0.0.0.0:5060"
  cannot_start "everybody's address" "sip:224.0.0.1:5060"
  cannot_start "another host's address" --listen 192.0.2.1:5060
  cannot_start "another host's address" "sip:$free" --bind 192.0.2.1
  has stderr.log "192.0.2.1: no address"
  addr=$free
  listen
  cannot_start "address in use" --listen "$addr"
  has stderr.log "$addr: address in use"
  kill "$phone"
  ends_with 6 "interrupted while waiting"

  misused "no arguments"
  misused "both at once" --listen "$free" "sip:$free"
  misused "two calls" "sip:$free" "sip:$free"
  misused "no URI" "$free"
  misused "no such option" "sip:$free" --loud
  wrong profile rtc
  wrong seconds soon
  wrong seconds -1
  wrong bind here
  ends 0 "help" --help
  has caller.log "^usage: dial "
  [ ! -s stderr.log ] || fail "help on stderr"
  ;;
*)
  echo "no such part: $part"
  exit 2
  ;;
esac

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: options.sh SWITCHBOARD MESSENGER EPOLL-CALL
# What example programs say to options and files that they cannot use: one line
# that names them, or the usage, and an exit code that is not 0.
set -eu
switchboard=$1 messenger=$2 epoll_call=$3
dir=$(mktemp -d)
out=$dir/out
trap 'rm -rf "$dir"' EXIT

says() { # EXIT-CODE PATTERN PROGRAM ARGUMENTS...
  code=$1 pattern=$2
  shift 2
  got=0
  timeout 10 "$@" </dev/null >"$out" 2>&1 || got=$?
  if [ "$got" -ne "$code" ] || ! grep -q -e "$pattern" "$out"; then
    echo "FAILED: $*: exit code $got, and it says:"
    cat "$out"
    exit 1
  fi
}

says 0 "^usage: switchboard" "$switchboard" --help
says 2 "^usage: switchboard" "$switchboard" stray
says 2 "^usage: switchboard" "$switchboard" --loud
says 2 "^switchboard: --listen here: " "$switchboard" --listen here
says 2 "^switchboard: --listen 127.0.0.1:70000: " "$switchboard" --listen 127.0.0.1:70000
says 2 "^switchboard: --user nobody: " "$switchboard" --user nobody
says 1 "^switchboard: cannot listen on 192.0.2.1:1863: " "$switchboard" --listen 192.0.2.1:1863

python3 "$(dirname "$0")/../interop/sweep.py" "$dir/said.wav" 300
cp "$dir/said.wav" "$dir/before.wav"
says 2 "^usage: epoll-call" "$epoll_call" one.wav
says 2 "^epoll-call: absent.wav: " "$epoll_call" absent.wav "$dir/heard.wav"
says 2 "^epoll-call: $dir/absent/x.wav: " "$epoll_call" "$dir/said.wav" "$dir/absent/x.wav"
says 2 "said.wav: the file that is said" "$epoll_call" "$dir/said.wav" "$dir/./said.wav"
cmp "$dir/said.wav" "$dir/before.wav"

set -- "$messenger" --switchboard 127.0.0.1:9 --account a@b
says 2 "^usage: messenger" "$messenger" --account a@b
says 2 "^usage: messenger" "$@" stray
for wrong in "seconds soon" "seconds -1" "ring -1" "ring nan" "loop qt" "bind here" \
    "switchboard 127.0.0.1"; do
  # shellcheck disable=SC2086
  says 2 "^messenger: --$wrong: " "$@" --$wrong
done
says 1 "^messenger: absent/x.pcap: " "$@" --pcap absent/x.pcap
says 1 "^messenger: switchboard 127.0.0.1:9: " "$@" --bind 127.0.0.1
says 1 "^messenger: the capture is not complete" "$@" --bind 127.0.0.1 --pcap /dev/full

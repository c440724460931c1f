#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# A whole call on this machine: two messengers, each a process of its own,
# find each other through a switchboard server and talk with recorded speech.
#
#   sh examples/demo.sh              the call
#   sh examples/demo.sh --drop 5     the same with 5 % of the RTP lost
#   sh examples/demo.sh --reject     the invitee declines
#   sh examples/demo.sh --no-answer  the invitee never answers
#   --out DIR      where the recordings, call.pcap and ladder.svg go (./demo-out)
#   --seconds N    how long they talk (10)
#
# Installs what is missing (Debian packages), builds, runs.  Exit code 0 only
# when both sides heard the other's speech, or the case that was asked for
# ended as it must.
set -eu
here=$(dirname "$0")
case " $* " in
*" -h "* | *" --help "*) exec python3 "$here/demo.py" --help ;;
esac
python3 "$here/demo.py" "$@" # wrong options, before anything is installed
. "$here/build.sh"

exec python3 "$here/demo.py" --build "$build" "$@"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Two msnav-phones on this machine call each other: a server that knows two
# accounts with passwords, two headless phones with recorded speech.
#
#   sh examples/two-phones.sh
#   --out DIR      where the recordings go (./two-phones-out)
#   --seconds N    how long they talk (5)
#
# Installs what is missing (Debian packages), builds, runs.  Exit code 0 only
# when both heard the other's speech, chat and keys arrived, and both phones
# ended with exit code 0.
set -eu
here=$(dirname "$0")
case " $* " in
*" -h "* | *" --help "*) exec python3 "$here/two-phones.py" --help ;;
esac
python3 "$here/two-phones.py" "$@" # wrong options, before anything is installed
. "$here/build.sh"

exec python3 "$here/two-phones.py" --build "$build" "$@"

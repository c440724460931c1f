#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: banned.sh SOURCE_ROOT LIBRARY
# No function that writes without knowing how much room there is, no memory of
# the stack by size, and no format that is not a literal (-Wformat=2 says so
# at compile time: it must stay on, and nobody may turn it off in a file).
set -eu
root=$1 library=$2
bad=0
banned='strcpy|strcat|stpcpy|strncpy|strncat|sprintf|vsprintf|gets|alloca|strtok|tmpnam|mktemp'
if grep -rnE "(^|[^_[:alnum:]])($banned)[[:space:]]*\(" --include='*.[ch]' \
  "$root/lib" "$root/include" "$root/examples"; then
  echo "use msnav_out or snprintf()"
  bad=1
fi
if nm -Du "$library" | awk '{print $2}' | sed 's/@.*//; s/^__\(.*\)_chk$/\1/' | grep -xE "$banned"; then
  echo "$library calls this"
  bad=1
fi
if ! grep -q "'-Wformat=2'" "$root/meson.build" || ! grep -q "'-Wvla'" "$root/meson.build" ||
  ! grep -q "'-Walloca'" "$root/meson.build" ||
  grep -rnE 'GCC diagnostic ignored "-W(format|vla|alloca)' "$root/lib" "$root/include" "$root/examples"; then
  echo "a warning about formats or stacks was turned off"
  bad=1
fi
exit $bad

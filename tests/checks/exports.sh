#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: exports.sh LIBRARY MAP INCLUDE_DIR
# What the library exports is what the map lists and the headers declare.
# UPDATE_ABI=1 rewrites the map from the headers.
set -eu
library=$1 map=$2 include=$3
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat "$include"/*.h | tr '\n' ' ' | sed 's,/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/,,g' |
  grep -oE 'MSNAV_API[^;{]*\(' | grep -oE '[a-z_0-9]+ *\($' | tr -d ' (' |
  sort -u | grep '^msnav_' >"$tmp/declared"
grep -oE 'MSNAV_API[^;(]*\(' "$include"/*.h >/dev/null
if [ "${UPDATE_ABI:-}" = 1 ]; then
  {
    printf 'MSNAV_0.1 {\nglobal:\n'
    sed 's/.*/    &;/' "$tmp/declared"
    printf 'local:\n    *;\n};\n'
  } >"$map"
  exit 0
fi
nm -D --defined-only "$library" |
  awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort >"$tmp/exported"
grep -oE '^[[:space:]]+[a-z_0-9]+;' "$map" | tr -d ' \t;' | sort >"$tmp/map"
diff -u "$tmp/map" "$tmp/exported"
diff -u "$tmp/declared" "$tmp/exported"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: exports.sh LIBRARY MAP HEADER...
# What the library exports is what the map lists and the headers declare, and
# it does not link what it has no use for.
# UPDATE_ABI=1 rewrites the map from the headers.
set -eu
library=$1 map=$2
shift 2
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
cat "$@" | tr '\n' ' ' | sed 's,/\*[^*]*\*\+\([^/*][^*]*\*\+\)*/,,g' |
  grep -oE 'MSNAV_API[^;{]*\(' | grep -oE '[a-z_0-9]+ *\($' | tr -d ' (' |
  sort -u | grep '^msnav_' >"$tmp/declared"
if [ "${UPDATE_ABI:-}" = 1 ]; then
  {
    head -n 1 "$map"
    echo global:
    sed 's/.*/    &;/' "$tmp/declared"
    printf 'local:\n    *;\n};\n'
  } >"$tmp/new"
  cp "$tmp/new" "$map"
  exit 0
fi
nm -D --defined-only "$library" |
  awk '$2 != "A" {sub(/@.*/, "", $3); print $3}' | sort >"$tmp/exported"
grep -oE '^[[:space:]]+[a-z_0-9]+;' "$map" | tr -d ' \t;' | sort >"$tmp/map"
diff -u "$tmp/map" "$tmp/exported"
diff -u "$tmp/declared" "$tmp/exported"
case $(basename "$library") in
libmsnav-avcodec*) ;;
*)
  if readelf -d "$library" | grep 'NEEDED.*\[libav'; then
    echo "$library must not need libavcodec"
    exit 1
  fi
  ;;
esac

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: abi.sh ABIDW ABIDIFF LIBRARY INCLUDE_DIR BASELINE
# The ABI is that of the baseline.  UPDATE_ABI=1 rewrites the baseline, in
# the commit that changes the ABI and says so in NEWS.md.
set -eu
abidw=$1 abidiff=$2 library=$3 include=$4 base=$5
new=$(mktemp)
trap 'rm -f "$new"' EXIT
"$abidw" --no-show-locs --no-comp-dir-path --no-corpus-path --no-elf-needed \
  --headers-dir "$include" --drop-private-types --out-file "$new" "$library"
grep -q '<function-decl' "$new" || { echo "no debug information in $library"; exit 77; }
if [ "${UPDATE_ABI:-}" = 1 ]; then
  cp "$new" "$base"
  exit 0
fi
"$abidiff" --suppressions "$(dirname "$base")/growth.abignore" "$base" "$new"

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: tidy.sh SOURCE_ROOT WORK_DIR
# clang-tidy over the library and the examples, findings are errors.
set -eu
cd "$1"
build=$2/tidy
[ -e "$build/build.ninja" ] ||
  CC=clang meson setup "$build" "$1" -Ddefault_library=static >/dev/null
find lib examples -name '*.c' | sort |
  xargs -P 2 -n 4 clang-tidy -p "$build" --quiet --warnings-as-errors='*' 2>/dev/null

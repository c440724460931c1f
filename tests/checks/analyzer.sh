#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: analyzer.sh SOURCE_ROOT WORK_DIR
# gcc's static analyzer over the library, without and with optimisation, which
# see different paths.  Findings are errors.
set -eu
cd "$1"
build=$2/analyzer
[ -e "$build/build.ninja" ] ||
  CC=gcc meson setup "$build" "$1" -Dtests=false -Dexamples=false -Dtools=false -Ddocs=disabled \
    >/dev/null # for config.h
flags=$(pkg-config --cflags glib-2.0 sofia-sip-ua sofia-sip-ua-glib libsrtp2 opus speexdsp libavcodec)
export build flags
for level in 0 2; do
  echo "-O$level"
  # shellcheck disable=SC2016
  find lib -name '*.c' | sort | level=$level xargs -P 2 -n 1 sh -c 'gcc -std=c11 -D_GNU_SOURCE \
    -Iinclude -Ilib -I"$build" $flags -O"$level" -fanalyzer -Werror -Wno-unused \
    -c -o /dev/null "$0"'
done

#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: format.sh SOURCE_ROOT
# Every C file is as clang-format leaves it.
set -eu
cd "$1"
find include lib examples tests -name '*.[ch]' | xargs clang-format --dry-run --Werror

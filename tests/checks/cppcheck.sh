#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: cppcheck.sh SOURCE_ROOT
set -eu
cd "$1"
cppcheck --quiet --std=c11 --error-exitcode=1 --inline-suppr -j 2 \
  --enable=warning,performance,portability --suppress=missingInclude \
  --suppress=normalCheckLevelMaxBranches -I include -I lib -DHAVE_SPEEXDSP=1 \
  -DG_GNUC_PRINTF\(a,b\)= lib examples

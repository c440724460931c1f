#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: doxygen.sh SOURCE_ROOT WORK_DIR
# Every public name is documented, every parameter too; warnings are errors.
set -eu
cd "$1"
mkdir -p "$2/doxygen"
(
  cat doc/Doxyfile
  echo "OUTPUT_DIRECTORY = $2/doxygen"
) | doxygen -

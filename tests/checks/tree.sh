#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: tree.sh SOURCE_ROOT
# The top level of what is committed stays as it is, and nothing that a program
# left behind is among it.
set -eu
cd "$1"
files=$(git ls-files 2>/dev/null) || { echo "no repository: nothing to look at"; exit 77; }
bad=0
extra=$(echo "$files" | sed 's:/.*::' | sort -u | grep -v '^\.' | grep -vxE \
  'meson\.build|meson_options\.txt|include|lib|examples|tests|doc|subprojects|COPYING|README\.md|NEWS\.md|CONTRIBUTING\.md') || true
if [ -n "$extra" ]; then
  echo "these do not belong to the top level:" "$extra"
  bad=1
fi
if echo "$files" | grep -E '(\.(o|so|a|gcda|gcno|profraw|pyc|orig|rej)|~)$|(^|/)(crash|leak|timeout|oom)-[0-9a-f]{40}$'; then
  echo "something that a program left behind"
  bad=1
fi
exit $bad

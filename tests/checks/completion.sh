#!/bin/bash
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: completion.sh COMPLETION PROGRAM
# The completion offers every long option of --help, and nothing else.
set -eu
script=$1 program=$2
name=$(basename "$program")
# shellcheck disable=SC1090
source "$script"
function=$(complete -p "$name" | sed 's/.*-F \([^ ]*\) .*/\1/')
# bash 5.1: compopt works only while completing
compopt() { :; }
COMP_WORDS=("$name" --) COMP_CWORD=1
"$function"
diff -u <("$program" --help | grep -oE '(^| |, )--[a-z][a-z-]+' | tr -d ' ,' | sort -u) \
  <(printf '%s\n' "${COMPREPLY[@]}" | sort -u)

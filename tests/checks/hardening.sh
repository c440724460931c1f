#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: hardening.sh LIBRARY...
# An optimised build is hardened: read-only relocations, all bound at start, no
# executable stack, no text relocations, guarded stacks, checked copies.
set -eu
bad=0
must() { # must WHAT COMMAND...
  what=$1
  shift
  "$@" || {
    echo "$library: $what"
    bad=1
  }
}
segment() { readelf -lW "$library" | grep -q "$1"; }
dynamic() { readelf -dW "$library" | grep -qE "$1"; }
needs() { nm -Du "$library" | grep -qE "$1"; }
not() { ! "$@"; }

for library in "$@"; do
  must 'relocations stay writable' segment GNU_RELRO
  must 'functions are bound late' dynamic 'BIND_NOW|NOW'
  must 'the stack is executable' not segment 'GNU_STACK.* RWE '
  must 'the text is relocated' not dynamic TEXTREL
  must 'stacks are not guarded' needs '__stack_chk_fail'
done
library=$1
must 'copies are not checked' needs '__(snprintf|vsnprintf|memcpy|memmove|memset)_chk'
exit $bad

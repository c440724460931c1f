#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: purity.sh ARCHIVE...
# A pure layer has no socket, clock, thread, file or GLib: what its objects
# need from outside is memory, strings, mathematics and other pure layers.
set -eu
bad=0
for archive in "$@"; do
  impure=$(nm -u "$archive" 2>/dev/null | awk '$1 == "U" {print $2}' | sort -u |
    grep -vxE 'msnav_[a-z_0-9]+' |
    grep -vxE 'bcmp|mem(chr|cmp|cpy|move|set)|str(len|chr|cmp|ncmp)|explicit_bzero|malloc|calloc|realloc|free' |
    grep -vxE '__(mem(cpy|move|set)|explicit_bzero)_chk|__assert_fail|abs|labs|lroundf?|lrintf?|(log10|log|exp|pow|sqrt|sin|cos|fabs|floor|ceil)f?' |
    grep -vxE 'srtp_[a-z_0-9]+|opus_[a-z_0-9]+|gsm_[a-z]+' |
    grep -vxE '__u?(div|mod|divmod)[dt]i[34]' | # of the compiler, on 32 bits
    grep -vxE '__stack_chk_fail(_local)?|_GLOBAL_OFFSET_TABLE_|__(asan|ubsan|tsan|gcov|sanitizer|llvm|cyg_profile)[a-z_0-9]*' || true)
  if [ -n "$impure" ]; then
    echo "$archive needs:"
    echo "$impure"
    bad=1
  fi
done
exit $bad

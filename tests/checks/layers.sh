#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: layers.sh SOURCE_ROOT
# A layer includes only itself and the layers that stand before it.
set -eu
lib=$1/lib inc=$1/include/msnav
bad=0

allowed() {
  case $1 in
  base) echo base ;;
  invite | sdp | sipguard) echo "base $1" ;;
  switchboard) echo base invite switchboard ;;
  session) echo base invite session ;;
  codec) echo base codec ;;
  media) echo base codec media ;;
  loop) echo base loop glib ;;
  sip) echo base sipguard loop sip dialog ;;
  avcodec) echo base codec call avcodec ;;
  metrics) echo base session codec media dialog call metrics ;;
  call) echo base invite switchboard sdp sipguard session codec media loop sip dialog call ;;
  esac
}

# what a file includes, as layer names
included() {
  sed -nE 's/^#include (<msnav\/([a-z]+)\.h>|"([a-z]+)\/[^"]*").*/\2\3/p' "$1" | sort -u
}

for layer in base invite switchboard sdp sipguard session codec media loop sip call metrics avcodec; do
  ok=" $(allowed $layer) "
  files=$(ls "$lib/$layer"/*.[ch])
  [ -e "$inc/$layer.h" ] && files="$files $inc/$layer.h"
  for f in $files; do
    for other in $(included "$f"); do
      [ -d "$lib/$other" ] || [ -e "$inc/$other.h" ] || continue # a system header
      case $ok in
      *" $other "*) ;;
      *) echo "$f: layer $layer must not include $other"; bad=1 ;;
      esac
    done
  done
done

# Sofia stays in its adapter; GLib in the adapters and the façade.
if grep -lE 'sofia-sip/' -r "$lib" "$inc" | grep -v "^$lib/sip/"; then
  echo "Sofia outside lib/sip (above)"; bad=1
fi
if grep -lE '#include <glib' -r "$lib" "$inc" |
  grep -vE "^$lib/(loop|sip|call)/|^$inc/glib.h"; then
  echo "GLib in a pure layer (above)"; bad=1
fi
exit $bad

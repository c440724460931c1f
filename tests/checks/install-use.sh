#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: install-use.sh SOURCE_ROOT WORK_DIR
# The library is used as others use it: installed and found by pkg-config,
# shared and static; and as a meson subproject.
set -eu
root=$1
use=$2/use
rm -rf "$use"
mkdir -p "$use"
prefix=$use/prefix

cat >"$use/user.c" <<'C'
#include <msnav/glib.h>
#include <msnav/msnav.h>
#include <stdio.h>

static void send(void *self, msnav_call *call, msnav_str peer,
                 const char *payload, size_t len) {
  (void)self, (void)call, (void)payload;
  printf("%zu bytes to %.*s\n", len, (int)peer.len, peer.ptr);
}

int main(void) {
  msnav_loop loop;
  msnav_events events = {.size = sizeof(events), .send = send};
  msnav_config config = {.size = sizeof(config), .bind_ip = 0x7f000001};
  msnav_context *ctx;
  msnav_call *call;
  if (msnav_glib_loop(&loop, NULL) != MSNAV_OK ||
      msnav_context_new(&loop, &config, &events, NULL, &ctx) != MSNAV_OK ||
      msnav_call_start(ctx, msnav_str_of("bob@example.com"), MSNAV_AUDIO,
                       &call) != MSNAV_OK) {
    return 1;
  }
  msnav_context_free(ctx);
  return 0;
}
C

meson setup "$use/build" "$root" --prefix "$prefix" --libdir lib -Dtests=false \
  -Dexamples=false >/dev/null
meson install -C "$use/build" >/dev/null
export PKG_CONFIG_PATH="$prefix/lib/pkgconfig"
flags=$(pkg-config --cflags msnav glib-2.0)

echo "shared, by pkg-config"
# shellcheck disable=SC2046,SC2086
cc -std=c11 -Wall -Werror $flags "$use/user.c" -o "$use/shared" $(pkg-config --libs msnav glib-2.0)
readelf -d "$use/shared" | grep -q 'libmsnav.so.0'
LD_LIBRARY_PATH="$prefix/lib" "$use/shared" | grep -q 'bytes to bob@example.com'

echo "static, by pkg-config"
# shellcheck disable=SC2046,SC2086
cc -std=c11 -Wall -Werror $flags "$use/user.c" -o "$use/static" \
  "$prefix/lib/libmsnav.a" $(pkg-config --static --libs msnav | sed 's/-lmsnav\b//')
"$use/static" | grep -q 'bytes to bob@example.com'

if readelf -d "$prefix/lib/libmsnav.so" | grep 'NEEDED.*\[libav'; then
  echo "libmsnav itself links libavcodec"
  exit 1
fi
if pkg-config --exists msnav-avcodec; then
  echo "the second library, by pkg-config"
  sed -e 's,#include <msnav/msnav.h>,&\n#include <msnav/avcodec.h>,' \
    -e 's,msnav_call_start(ctx,msnav_avcodec_register(ctx) != MSNAV_OK ||\n      &,' \
    "$use/user.c" >"$use/codecs.c"
  grep -q msnav_avcodec_register "$use/codecs.c"
  # shellcheck disable=SC2046
  cc -std=c11 -Wall -Werror $(pkg-config --cflags msnav-avcodec glib-2.0) "$use/codecs.c" \
    -o "$use/codecs" $(pkg-config --libs msnav-avcodec msnav glib-2.0)
  readelf -d "$use/codecs" | grep -q 'libmsnav-avcodec.so.0'
  LD_LIBRARY_PATH="$prefix/lib" "$use/codecs" | grep -q 'bytes to bob@example.com'
fi

echo "in parts, by install tags"
for tag in runtime devel tools doc; do
  DESTDIR="$use/parts/$tag" meson install -C "$use/build" --no-rebuild --tags "$tag" >/dev/null
done
part() { # TAG FILE...: these and no library, header or program of another tag
  tag=$1
  shift
  for file in "$@"; do
    path=$use/parts/$tag$prefix/$file
    [ -e "$path" ] || [ -L "$path" ] || { echo "tag $tag lacks $file"; exit 1; }
  done
}
part runtime lib/libmsnav.so.0
part devel lib/libmsnav.so lib/libmsnav.a include/msnav/call.h lib/pkgconfig/msnav.pc
if pkg-config --exists msnav-avcodec; then
  part runtime lib/libmsnav-avcodec.so.0
  part devel lib/libmsnav-avcodec.so lib/libmsnav-avcodec.a include/msnav/avcodec.h \
    lib/pkgconfig/msnav-avcodec.pc
fi
part tools bin/msnav-phone bin/msnav-decode share/msnav/wireshark/msnav.lua \
  share/bash-completion/completions/msnav-decode
part doc share/doc/libmsnav/integrating.md
python3 "$root/tests/checks/doc-links.py" --installed "$prefix/share/doc/libmsnav"
[ "$(find "$use/parts" -type f -o -type l | sed "s,$use/parts/[a-z]*/,," | sort | uniq -d)" = "" ] ||
  { echo "a file has two tags"; exit 1; }
all=$(find "$prefix" -type f -o -type l | wc -l)
[ "$(find "$use/parts" -type f -o -type l | wc -l)" -eq "$all" ] ||
  { echo "a file has no tag of these"; exit 1; }

echo "as a subproject"
mkdir -p "$use/project/subprojects"
ln -s "$root" "$use/project/subprojects/msnav"
cp "$use/user.c" "$use/project/"
cat >"$use/project/meson.build" <<'M'
project('user', 'c', default_options: ['c_std=c11'])
msnav = dependency('msnav', fallback: 'msnav')
test('call', executable('user', 'user.c', dependencies: [msnav, dependency('glib-2.0')]))
M
env -u PKG_CONFIG_PATH meson setup "$use/project/build" "$use/project" >/dev/null
meson test -C "$use/project/build"

echo "without any optional dependency"
meson setup "$use/bare" "$root" -Dauto_features=disabled -Dexamples=false \
  -Dtests=false >/dev/null
ninja -C "$use/bare" >/dev/null

# SPDX-License-Identifier: LGPL-2.1-or-later
# Read by demo.sh and two-phones.sh: install what is missing, build the
# library and the examples into $build.
here=$(cd "$(dirname "$0")" && pwd)
root=$(dirname "$here")
build=${MSNAV_BUILD:-$root/build-demo}

sh "$root/examples/install.sh" build speech

if [ ! -e "$build/build.ninja" ]; then
  meson setup "$build" "$root" -Dtests=false >"$build.log" 2>&1 ||
    { cat "$build.log"; exit 1; }
fi
ninja -C "$build" >"$build.log" 2>&1 || { tail -50 "$build.log"; exit 1; }

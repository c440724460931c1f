#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# Build Debian packages from the tree and install them in a clean system.
#   sh tests/packages.sh [SCRATCH]       default: build-packages in the tree
#   --no-root    only build and check with lintian
# The packaging is tests/debian; the symbols files are written from the
# libraries' version scripts, so that a missing or a new export is an error.
# A clean system is made by debootstrap, once, in SCRATCH/root (root only);
# where that cannot be, lintian and the packages' contents are what is checked.
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
scratch=$here/build-packages
root=yes
for a in "$@"; do
  case $a in
  --no-root) root=no ;;
  *) scratch=$a ;;
  esac
done
mkdir -p "$scratch"
scratch=$(cd "$scratch" && pwd)

say() { printf '%s\n' "== $*"; }
fail() {
  echo "FAILED: $*" >&2
  exit 1
}

sh "$here/examples/install.sh" build packages

version=$(sed -n "s/^ *version: '\([^']*\)'.*/\1/p" "$here/meson.build" | head -n 1)
tree=$scratch/libmsnav-$version
rm -rf "$tree" "$scratch"/*.deb
mkdir -p "$tree"
(cd "$here" && git ls-files -z | xargs -0 tar cf - --ignore-failed-read) | tar xf - -C "$tree"
cp -r "$tree/tests/debian" "$tree/debian"
sed -e "s/@VERSION@/$version/" -e "s/@DATE@/$(date -R)/" "$tree/debian/changelog.in" \
  >"$tree/debian/changelog"
rm "$tree/debian/changelog.in"

# NAME SONAME MAP: a symbols file
symbols() {
  {
    echo "$2 $1 #MINVER#"
    echo "* Build-Depends-Package: libmsnav-dev"
    node=""
    while read -r line; do
      case $line in
      *\ \{)
        node=${line% \{}
        echo " $node@$node $version"
        ;;
      msnav_*\;) echo " ${line%;}@$node $version" ;;
      esac
    done <"$3"
  } >"$tree/debian/$1.symbols"
}
symbols libmsnav0 libmsnav.so.0 "$here/lib/msnav.map"
packages="libmsnav0 libmsnav-dev msnav-tools"
avcodec=$(find "$here/lib" -name '*avcodec*.map' | head -n 1)
if [ -n "$avcodec" ]; then
  packages="$packages libmsnav-avcodec0"
  symbols libmsnav-avcodec0 libmsnav-avcodec.so.0 "$avcodec"
else
  # a tree without that library
  awk -v RS= -v ORS='\n\n' '!/^Package: libmsnav-avcodec0/' "$tree/debian/control" |
    grep -v '^ libmsnav-avcodec0' >"$scratch/control"
  mv "$scratch/control" "$tree/debian/control"
  rm "$tree/debian/libmsnav-avcodec0.install"
fi

say "building $packages"
(cd "$tree" && DEB_BUILD_OPTIONS="nocheck parallel=${JOBS:-2}" \
  dpkg-buildpackage --build=binary --unsigned-changes --no-sign --no-check-builddeps) \
  >"$scratch/build.log" 2>&1 || {
  tail -n 40 "$scratch/build.log"
  fail "dpkg-buildpackage"
}
for p in $packages; do
  ls "$scratch/$p"_*.deb >/dev/null || fail "no package $p"
done

say "contents"
holds() { # PACKAGE PATTERN...
  dpkg-deb -c "$scratch/$1"_*.deb | awk '{ print $6 }' >"$scratch/contents"
  package=$1
  shift
  for pattern in "$@"; do
    grep -qE "$pattern" "$scratch/contents" || fail "$package lacks $pattern"
  done
}
holds libmsnav0 '/libmsnav\.so\.0$' '/libmsnav\.so\.0\.'
holds libmsnav-dev '/msnav/call\.h$' '/libmsnav\.a$' '/libmsnav\.so$' '/msnav\.pc$' '\.md(\.gz)?$'
holds msnav-tools '/bin/msnav-phone$' '/bin/msnav-decode$' '/msnav-decode\.1' \
  'completions/msnav-decode$' '/msnav\.lua$'
dpkg-deb --ctrl-tarfile "$scratch"/libmsnav0_*.deb | tar xO ./symbols |
  grep -q ' msnav_call_start@MSNAV_0.1 ' || fail "no symbols in libmsnav0"

say "lintian"
lintian --no-tag-display-limit --fail-on error \
  --suppress-tags bad-distribution-in-changes-file,no-nmu-in-changelog,initial-upload-closes-no-bugs \
  "$scratch"/*.changes >"$scratch/lintian.log" 2>&1 || {
  cat "$scratch/lintian.log"
  fail "lintian"
}

if [ "$root" = no ] || [ "$(id -u)" != 0 ] || ! command -v debootstrap >/dev/null; then
  say "not installed: no root, or no debootstrap"
  exit 0
fi
say "installing in a clean system"
clean=$scratch/root
if [ ! -e "$clean/etc/debian_version" ]; then
  rm -rf "$clean"
  debootstrap --variant=minbase bookworm "$clean" ${MIRROR:-} >"$scratch/debootstrap.log" 2>&1 || {
    say "not installed: debootstrap cannot make a system here"
    exit 0
  }
fi
mkdir -p "$clean/packages"
rm -f "$clean/packages"/*
cp "$scratch"/*.deb "$here/tests/data/paper.pcap" "$here/examples/hello-call.c" "$clean/packages/"
rm -f "$clean/packages"/*-dbgsym_*
in_root() { chroot "$clean" /usr/bin/env DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8 "$@"; }
cp /etc/resolv.conf "$clean/etc/resolv.conf" 2>/dev/null || true
in_root sh -c 'apt-get update -qq && apt-get install -y -qq --no-install-recommends /packages/*.deb \
  gcc libc6-dev pkg-config' >"$scratch/install.log" 2>&1 || {
  tail -n 30 "$scratch/install.log"
  fail "the packages cannot be installed"
}
in_root msnav-decode --summary /packages/paper.pcap | grep -q 'hung up by taogx@163.com' ||
  fail "msnav-decode does not run"
in_root msnav-phone --help >/dev/null || fail "msnav-phone does not run"
in_root sh -c 'cd /packages && cc hello-call.c -o hello-call $(pkg-config --cflags --libs msnav glib-2.0) &&
  ./hello-call' >"$scratch/hello.log" 2>&1 || {
  cat "$scratch/hello.log"
  fail "a program cannot be built with libmsnav-dev"
}
# shellcheck disable=SC2086
in_root apt-get purge -y -qq $packages >>"$scratch/install.log" 2>&1 || fail "purge"
[ -z "$(find "$clean/usr" -name '*msnav*' ! -path '*/packages/*')" ] || fail "purge leaves files"
say "passed: built, checked, installed, used, purged"

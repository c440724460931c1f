#!/bin/sh
# SPDX-License-Identifier: LGPL-2.1-or-later
# usage: install.sh GROUP...   install the Debian packages that are missing
#   build   what the library and its examples are built from
#   test    what the tests need
#   gate    what the stricter checks of .ci/run need
#   packages  what tests/packages.sh needs
#   speech  recorded speech of two people, for the demo
#   bench   what tests/bench compares with, where it has a choice
set -eu

wanted=""
need() { # need TEST PACKAGE...: packages unless the test succeeds
  test=$1
  shift
  sh -c "$test" >/dev/null 2>&1 || wanted="$wanted $*"
}
package() { # package NAME...: by the package's own name
  for p in "$@"; do
    need "dpkg-query -W -f '\${Status}' $p | grep -q 'ok installed'" "$p"
  done
}

for group in "$@"; do
  case $group in
  build)
    need 'command -v meson' meson
    need 'command -v ninja' ninja-build
    need 'command -v pkg-config' pkg-config
    need 'command -v cc' gcc libc6-dev
    need 'pkg-config --exists glib-2.0' libglib2.0-dev
    need 'pkg-config --exists sofia-sip-ua' libsofia-sip-ua-dev
    need 'pkg-config --exists sofia-sip-ua-glib' libsofia-sip-ua-glib-dev
    need 'pkg-config --exists libsrtp2' libsrtp2-dev
    need 'pkg-config --exists opus' libopus-dev
    need 'pkg-config --exists speexdsp' libspeexdsp-dev
    need 'pkg-config --exists alsa' libasound2-dev
    need 'pkg-config --exists libpcap' libpcap-dev
    need 'test -e /usr/include/gsm.h -o -e /usr/include/gsm/gsm.h' libgsm1-dev
    need 'pkg-config --exists libavcodec' libavcodec-dev
    need 'command -v python3' python3
    need 'command -v rst2man || command -v rst2man.py' python3-docutils
    ;;
  test)
    need 'pkg-config --exists cmocka' libcmocka-dev
    need 'command -v abidw' abigail-tools
    need 'command -v g++' g++
    need 'command -v git' git ca-certificates
    need 'pkg-config --exists libuv' libuv1-dev
    need 'pkg-config --exists libevent_core' libevent-dev
    need 'pkg-config --exists libsystemd' libsystemd-dev
    need 'python3 -c "import pycparser"' python3-pycparser
    package sip-tester tshark tmux procps
    ;;
  gate)
    need 'command -v clang' clang
    need 'command -v rst2man' python3-docutils
    need 'pkg-config --exists libssl' libssl-dev # Sofia's archive wants it
    need 'command -v llvm-cov || ls /usr/lib/llvm-*/bin/llvm-cov' llvm
    package clang-tidy clang-format cppcheck doxygen gcovr libclang-rt-14-dev valgrind
    ;;
  packages)
    package debhelper dpkg-dev lintian debootstrap python3-docutils
    ;;
  speech)
    package asterisk-core-sounds-en-wav asterisk-core-sounds-fr-wav
    ;;
  bench)
    package python3-numpy libspandsp-dev
    ;;
  *)
    echo "install.sh: unknown group $group" >&2
    exit 2
    ;;
  esac
done
[ -z "$wanted" ] && exit 0

echo "installing:$wanted"
sudo=""
[ "$(id -u)" = 0 ] || sudo=sudo
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get update -qq
# shellcheck disable=SC2086
$sudo apt-get install -y -qq --no-install-recommends $wanted >/dev/null

#!/bin/sh
# Puts Chipmunk's library where the binding looks for it when the system has none. Needs no root: it is copied from the
# folder EVALCORE_MIRROR names, or else taken out of the distribution's own package, which apt-get fetches and verifies
# with lists and a cache of its own.
#
#   restore-chipmunk.sh [--again] FILE
#
# FILE is where it goes. Nothing is done when the system has the library (unless EVALCORE_IGNORE_SYSTEM_LIBRARIES=1) or
# FILE is there. A failure is one line on standard error and exit code 1; for ten minutes it is then repeated without
# another attempt, so that builds without a network stay fast, unless --again is given.
set -u

version=7.0.3
package=libchipmunk7
library=libchipmunk.so.7

again=
if [ "${1-}" = --again ]; then
  again=yes
  shift
fi
file=$1
folder=$(dirname "$file")
failed=$file.failed

has_system_library() {
  [ "${EVALCORE_IGNORE_SYSTEM_LIBRARIES-}" != 1 ] &&
    PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | grep -q "$library"
}

fail() {
  echo "$1" > "$failed" 2>/dev/null
  echo "$1" >&2
  exit 1
}

# Complete or not at all: the file appears by a rename.
install_from() {
  cp "$1" "$part/$library" && mv -f "$part/$library" "$file" && rm -f "$failed" && exit 0
  fail "$folder cannot be written: set EVALCORE_CACHE to a folder that can be written"
}

has_system_library && exit 0
[ -f "$file" ] && exit 0
if [ -z "$again" ] && [ -n "$(find "$failed" -mmin -10 2>/dev/null)" ]; then
  cat "$failed" >&2
  exit 1
fi

mkdir -p "$folder" 2>/dev/null && part=$(mktemp -d "$folder/part.XXXXXX" 2>/dev/null) || {
  echo "$folder cannot be written: set EVALCORE_CACHE to a folder that can be written" >&2
  exit 1
}
trap 'rm -rf "$part"' EXIT

mirrored=${EVALCORE_MIRROR-}/native/chipmunk-$version/$library
[ -n "${EVALCORE_MIRROR-}" ] && [ -f "$mirrored" ] && install_from "$mirrored"

command -v apt-get >/dev/null 2>&1 || fail "this system has no apt-get to fetch the package $package with"

mkdir -p "$part/lists/partial" "$part/cache/archives/partial" "$part/root"
# A server that answers nothing, or too slowly, does not hold up a build: seconds for each answer, a minute for everything.
started=$(date +%s)
apt() {
  left=$((60 - ($(date +%s) - started)))
  [ "$left" -gt 0 ] || return 1
  limit=
  command -v timeout >/dev/null 2>&1 && limit="timeout $left"
  (cd "$part" && $limit apt-get -q -o "Dir::Cache=$part/cache" -o APT::Sandbox::User= -o Debug::NoLocking=1 \
    -o Acquire::Retries=0 -o Acquire::http::Timeout=5 -o Acquire::https::Timeout=5 -o Acquire::Languages=none "$@") \
    >> "$part/log" 2>&1
}
# The system's package lists may do; an image without any needs an update, into a folder of our own.
apt download "$package" ||
  { apt -o "Dir::State::lists=$part/lists" update && apt -o "Dir::State::lists=$part/lists" download "$package"; } ||
  {
    reason=$({ grep '^W: Failed' "$part/log" || grep '^E:' "$part/log"; } | tail -n 1 | cut -c4- | tr -s ' ')
    fail "apt-get cannot fetch the package $package (${reason:-no answer within a minute})"
  }

deb=$(find "$part" -maxdepth 1 -name "$package*.deb" | head -n 1)
case $(basename "$deb") in
  "${package}_$version"*) ;;
  *) fail "the distribution has $(basename "$deb" .deb), not Chipmunk $version" ;;
esac
dpkg-deb -x "$deb" "$part/root" >> "$part/log" 2>&1 ||
  (cd "$part/root" && ar x "$deb" && tar -xf data.tar.*) >> "$part/log" 2>&1 ||
  fail "the package $(basename "$deb") cannot be unpacked"
unpacked=$(find "$part/root" -type f -name "$library*" | head -n 1)
[ -n "$unpacked" ] || fail "the package $(basename "$deb") has no $library"
install_from "$unpacked"

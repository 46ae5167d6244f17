#!/bin/sh
# install.sh BUILD CMAKE CC: install the build BUILD into an empty folder, then build and run the example of the README
# (examples/glass.c) against it, once through pkg-config and once through find_package(apmct).
set -eu
build=$1 cmake=$2 cc=$3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# The folder is moved after the installation: nothing in it may remember where it was built.
"$cmake" --install "$build" --prefix "$work/first" >"$work/install.log" || { cat "$work/install.log"; exit 1; }
mv "$work/first" "$work/prefix with space"
prefix="$work/prefix with space"
libdir=$(dirname "$(find "$prefix" -name 'apmct.pc' | head -n 1)")/..

expect() { # expect NAME FILE: the example's output, digits as in docs/theory.md
    if ! grep -q '^glass after ' "$2" || ! grep -q '^F(k = 7.4) = 1.659262 0.825716 0.832797 1.677297$' "$2"; then
        echo "$1: unexpected output"
        cat "$2"
        exit 1
    fi
    echo "$1: ok"
}

echo "-- the installed command"
env -u LD_LIBRARY_PATH "$prefix/bin/apmct" --version

echo "-- pkg-config"
ln -s "$prefix" "$work/prefix" # pkg-config and cc on one line do not take spaces
PKG_CONFIG_PATH="$work/prefix/${libdir#"$prefix"/}/pkgconfig"
export PKG_CONFIG_PATH
static=
[ -e "$libdir/libapmct.so" ] || static=--static
# shellcheck disable=SC2046,SC2086
"$cc" -std=c11 -Wall -Werror "$here/../../examples/glass.c" -o "$work/glass-pc" \
    $(pkg-config --define-variable=prefix="$work/prefix" $static --cflags --libs apmct)
LD_LIBRARY_PATH=$libdir "$work/glass-pc" >"$work/pc.out"
expect pkg-config "$work/pc.out"

echo "-- find_package"
CMAKE_GENERATOR=$(sed -n 's/^CMAKE_GENERATOR:INTERNAL=//p' "$build/CMakeCache.txt")
export CMAKE_GENERATOR
mkdir "$work/consumer"
cat >"$work/consumer/CMakeLists.txt" <<END
cmake_minimum_required(VERSION 3.25)
project(consumer LANGUAGES C)
find_package(apmct 0.1 REQUIRED)
add_executable(glass "$here/../../examples/glass.c")
target_link_libraries(glass PRIVATE apmct::apmct)
END
{
    "$cmake" -S "$work/consumer" -B "$work/consumer/build" -DCMAKE_C_COMPILER="$cc" -DCMAKE_PREFIX_PATH="$prefix" &&
        "$cmake" --build "$work/consumer/build"
} >"$work/consumer.log" 2>&1 || { cat "$work/consumer.log"; exit 1; }
"$work/consumer/build/glass" >"$work/cmake.out"
expect find_package "$work/cmake.out"

echo "-- the quick start of the README"
mkdir "$work/quick start"
awk '/^```sh quick-start/ { on = 1; next } /^```/ { on = 0 } on' "$here/../../README.md" >"$work/quick-start.sh"
(cd "$work/quick start" && PATH="$prefix/bin:$PATH" sh -eu "$work/quick-start.sh") >"$work/quick-start.out" 2>&1 || {
    cat "$work/quick-start.out"
    exit 1
}
[ -s "$work/quick start/mixture.pdf" ] || { echo "no picture"; exit 1; }
echo "quick start: ok"

for file in bin/apmct share/doc/apmct/README.md share/doc/apmct/LICENSE share/apmct/paper/fig2a.yaml; do
    [ -e "$prefix/$file" ] || { echo "not installed: $file"; exit 1; }
done

#!/usr/bin/env bash
# Faust's LLVM backend with and without the preload: its programs compute the same
# in several threads, in a child, which compiles too, and after that.
#
#   faust.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
# BUILD is a build folder against LLVM 14, the LLVM of Debian 12's Faust.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=faust
. "$here/common.sh"

need faust /usr/include/faust/dsp/llvm-dsp.h
need_llvm=14
all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
programs=48
! $quick || programs=12
c++ -std=c++17 -O1 -pthread "$here/faust_programs.cpp" -o "$work/programs" -lfaust

for layout in without "${layouts[@]}"; do
  command=("$work/programs" "$programs")
  [[ $layout == without ]] ||
    command=("$run" --stats "--layout=$layout" "${command[@]}")
  until_stopped "$layout" programs "${command[@]}"
  ! grep -q "not the same again" "$work/$layout.out" ||
    fail "threads compute something else the second time, $layout"
  [[ $layout != without ]] || continue
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "results differ: $(diff "$work/without.out" "$work/$layout.out" | head)"
  # The child ends without saying what it placed.
  placed=$(objects "$work/$layout.err")
  [[ $placed -ge $((programs + 8)) ]] ||
    fail "only $placed objects in the arenas: $(<"$work/$layout.err")"
  echo "$layout: $programs programs in threads and 12 beside a fork: same results;" \
    "$placed objects in the parent's arena"
done
table

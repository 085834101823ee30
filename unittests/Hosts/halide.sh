#!/usr/bin/env bash
# Halide's JIT with and without the preload: its pipelines compute the same. Its
# memory manager derives from LLVM's, which maps in an arena.
#
#   halide.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
# BUILD is a build folder against LLVM 14, the LLVM of Debian 12's Halide.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=halide
. "$here/common.sh"

headers=/usr/include/halide14
need libhalide14-0-dev $headers/Halide.h
need_llvm=14
all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
pipelines=48
! $quick || pipelines=8
c++ -std=c++17 -O1 -isystem $headers "$here/halide_pipelines.cpp" \
  -o "$work/pipelines" -lHalide14

export HL_NUM_THREADS=2
for layout in without "${layouts[@]}"; do
  command=("$work/pipelines" "$pipelines")
  [[ $layout == without ]] ||
    command=("$run" --stats "--layout=$layout" "${command[@]}")
  until_stopped "$layout" pipelines "${command[@]}"
  [[ $layout != without ]] || continue
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "results differ: $(diff "$work/without.out" "$work/$layout.out" | head)"
  blocks=$(mapped_blocks "$layout")
  [[ $blocks -ge $pipelines ]] ||
    fail "only $blocks blocks in the arena: $(<"$work/$layout.err")"
  echo "$layout: $pipelines pipelines: same results; $blocks blocks in the arena"
done
table

#!/usr/bin/env bash
# Mesa's llvmpipe, off screen, with and without the preload: the picture is the
# same. Its memory manager wraps one of LLVM's, which maps in an arena.
#
#   mesa.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
# BUILD is a build folder against LLVM 15, the LLVM of Debian 12's Mesa.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=mesa
. "$here/common.sh"

need libosmesa6-dev /usr/include/GL/osmesa.h
need_llvm=15
all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
shaders=64
! $quick || shaders=12
cc -std=c99 -D_GNU_SOURCE -O1 "$here/mesa_scene.c" -o "$work/scene" -lOSMesa

# What a cache on disk has is not compiled. The processor is what LLVM thinks.
export GALLIUM_DRIVER=llvmpipe MESA_SHADER_CACHE_DISABLE=true LP_NUM_THREADS=2
for layout in without "${layouts[@]}"; do
  command=("$work/scene" "$shaders")
  [[ $layout == without ]] ||
    command=("$run" --stats "--layout=$layout" "${command[@]}")
  until_stopped "$layout" shaders "${command[@]}"
  grep -q "^renderer: llvmpipe (LLVM 15" "$work/$layout.err" ||
    fail "this is not llvmpipe: $(<"$work/$layout.err")"
  [[ $layout != without ]] || continue
  cmp "$work/without.out" "$work/$layout.out" || fail "another picture, $layout"
  blocks=$(mapped_blocks "$layout")
  [[ $blocks -ge $shaders ]] ||
    fail "only $blocks blocks in the arena: $(<"$work/$layout.err")"
  echo "$layout: $shaders shaders: same picture; $blocks blocks in the arena"
done
# A picture of one colour would always be the same.
[[ $(tail -c +16 "$work/without.out" | od -An -v -tx1 -w3 | sort -u | wc -l) -gt 100 ]] ||
  fail "the picture has hardly any colours"
table

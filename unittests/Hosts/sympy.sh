#!/usr/bin/env bash
# SymPy's functions by way of llvmlite with and without the preload: they have the
# same results.
#
#   sympy.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
# BUILD is a build folder against LLVM 14, the LLVM of Debian 12's llvmlite.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=sympy
. "$here/common.sh"

# Debian's; there may be others in PATH, which do not see Debian's packages.
python=/usr/bin/python3
packages=/usr/lib/python3/dist-packages
need python3-llvmlite $packages/llvmlite/binding/libllvmlite.so
need python3-sympy $packages/sympy/printing/llvmjitcode.py
need_llvm=14
all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
functions=200
! $quick || functions=30

export PYTHONHASHSEED=0
for layout in without "${layouts[@]}"; do
  command=("$python" "$here/sympy_functions.py" "$functions")
  [[ $layout == without ]] ||
    command=("$run" --stats "--layout=$layout" "${command[@]}")
  until_stopped "$layout" functions "${command[@]}"
  grep -q "^again True$" "$work/$layout.out" ||
    fail "other results when called again, $layout"
  [[ $layout != without ]] || continue
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "results differ: $(diff "$work/without.out" "$work/$layout.out" | head)"
  placed=$(objects "$work/$layout.err")
  [[ $placed -ge $functions ]] ||
    fail "only $placed objects in the arena: $(<"$work/$layout.err")"
  echo "$layout: $functions functions: same results; $placed objects in the arena"
done
table

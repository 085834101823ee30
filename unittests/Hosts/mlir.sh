#!/usr/bin/env bash
# MLIR's runner with and without the preload: a program prints the same. It has
# linking layers of its own, so the preload leaves it alone; that costs no window.
#
#   mlir.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=mlir
. "$here/common.sh"

all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
# It was renamed in LLVM 20.
runner=/usr/lib/llvm-$llvm/bin/mlir-runner
[[ -x $runner ]] || runner=/usr/lib/llvm-$llvm/bin/mlir-cpu-runner
need "mlir-$llvm-tools" "$runner"
functions=100
! $quick || functions=40

# In the end it stops itself, to be looked at.
{
  cat <<'CODE'
llvm.func @raise(i32) -> i32
llvm.func @f0(%x: i32) -> i32 { llvm.return %x : i32 }
CODE
  for ((i = 1; i <= functions; i++)); do
    cat <<CODE
llvm.func @f$i(%x: i32) -> i32 {
  %r = llvm.call @f$((i - 1))(%x) : (i32) -> i32
  %d = llvm.mlir.constant($i : i32) : i32
  %s = llvm.add %r, %d : i32
  llvm.return %s : i32
}
CODE
  done
  cat <<CODE
llvm.func @main() -> i32 {
  %seven = llvm.mlir.constant(7 : i32) : i32
  %sum = llvm.call @f$functions(%seven) : (i32) -> i32
  %stop = llvm.mlir.constant(19 : i32) : i32
  %stopped = llvm.call @raise(%stop) : (i32) -> i32
  llvm.return %sum : i32
}
CODE
} >"$work/input.mlir"
expected=$((functions * (functions + 1) / 2 + 7))

for layout in without "${layouts[@]}"; do
  command=("$runner" -O0 -e main -entry-point-result=i32 "$work/input.mlir")
  [[ $layout == without ]] ||
    command=("$run" --stats "--layout=$layout" "${command[@]}")
  until_stopped "$layout" functions "${command[@]}"
  has_printed "$layout" "$expected" "$layout"
  [[ $layout != without ]] || continue
  placed=$(objects "$work/$layout.err")
  if [[ $placed -eq 0 ]]; then
    grep -q "nothing was served: the host makes its object linking layer itself" \
      "$work/$layout.err" || fail "it was left alone, but not for its own layers:" \
      "$(<"$work/$layout.err")"
  fi
  echo "$layout: same output; $placed objects in the arena"
done
table

#!/usr/bin/env bash
# lli, which runs LLVM's IR, in each of its modes with and without the preload:
# the program prints the same. Its LLJITs have layers for RuntimeDyld or JITLink,
# as each LLVM chooses; its MCJITs, a plain SectionMemoryManager.
#
#   lli.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: all three, one after the other.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=lli
. "$here/common.sh"

all_layouts
begin "$@"
trap 'rm -rf "$work"' EXIT
lli=/usr/lib/llvm-$llvm/bin/lli
need "llvm-$llvm-runtime" "$lli"
functions=400
! $quick || functions=50

# No pointers, which LLVM 14 writes in another way than later ones. In the end it
# stops itself, to be looked at.
{
  cat <<'CODE'
declare i32 @putchar(i32)
declare i32 @raise(i32)
define i32 @f0(i32 %x) { ret i32 %x }
CODE
  for ((i = 1; i <= functions; i++)); do
    echo "define i32 @f$i(i32 %x) { %r = call i32 @f$((i - 1))(i32 %x)" \
      "%s = add i32 %r, $i ret i32 %s }"
  done
  cat <<CODE
define i32 @main() {
entry:
  %sum = call i32 @f$functions(i32 7)
  br label %digits
digits:
  %left = phi i32 [ %sum, %entry ], [ %rest, %digits ]
  %digit = urem i32 %left, 10
  %rest = udiv i32 %left, 10
  %char = add i32 %digit, 48
  %printed = call i32 @putchar(i32 %char)
  %more = icmp ne i32 %rest, 0
  br i1 %more, label %digits, label %end
end:
  %newline = call i32 @putchar(i32 10)
  %stopped = call i32 @raise(i32 19)
  ret i32 0
}
CODE
} >"$work/input.ll"
expected=$(rev <<<$((functions * (functions + 1) / 2 + 7)))

for mode in mcjit orc orc-lazy; do
  for layout in without "${layouts[@]}"; do
    command=("$lli" "-jit-kind=$mode" "$work/input.ll")
    [[ $layout == without ]] ||
      command=("$run" --stats "--layout=$layout" "${command[@]}")
    until_stopped "$layout" "$mode" "${command[@]}"
    has_printed "$layout" "$expected" "$mode, $layout"
    [[ $layout != without ]] || continue
    placed=$(objects "$work/$layout.err")
    [[ $placed -ge 1 ]] ||
      fail "no object in the arena, $mode, $layout: $(<"$work/$layout.err")"
    echo "$mode, $layout: same output; $placed objects in the arena"
  done
done
table

#!/usr/bin/env bash
# lldb, which compiles expressions with a memory manager that is derived from
# LLVM's and has another one, with and without the preload: it prints the same.
# The code runs in the process that it debugs; what lies in the arena is lldb's
# own copy.
#
#   lldb.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: per-protection and dense, one after the other.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=lldb
. "$here/common.sh"

begin "$@"
trap 'rm -rf "$work"' EXIT
lldb=/usr/bin/lldb-$llvm
need "lldb-$llvm" "$lldb"
expressions=30
! $quick || expressions=5

echo 'int triple(int X) { return 3 * X; } int main(void) { return triple(14); }' |
  cc -g -O0 -x c -o "$work/debugged" -
commands=(-o 'breakpoint set -n triple' -o run)
for ((i = 1; i <= expressions; i++)); do
  commands+=(-o "expr int sum = $i; for (int i = 0; i < 4; i++) sum += triple(i); sum")
done

# run_lldb NAME [COMMAND...]
run_lldb() {
  local name=$work/$1
  shift
  "$@" "$lldb" --no-lldbinit -b "${commands[@]}" "$work/debugged" \
    >"$name.all" 2>"$name.err" || fail "lldb failed: $(tail -n 20 "$name.err")"
  sed 's/^Process [0-9]*/Process/' "$name.all" >"$name.out"
}
run_lldb without
[[ $(grep -c '^(int) \$' "$work/without.out") -eq $expressions ]] ||
  fail "not all was evaluated: $(<"$work/without.out")"
for layout in "${layouts[@]}"; do
  run_lldb "$layout" "$run" --stats "--layout=$layout"
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "output differs: $(diff "$work/without.out" "$work/$layout.out" | head)"
  blocks=$(mapped_blocks "$layout")
  [[ $blocks -ge $expressions ]] ||
    fail "only $blocks blocks in the arena: $(<"$work/$layout.err")"
  echo "$layout: $expressions expressions: same output; $blocks blocks in the arena"
done

#!/usr/bin/env bash
# Numba with and without the preload: functions that it compiles have the same
# results, and modules of its own tests end the same way.
#
#   numba.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: per-protection and dense, one after the other.
# BUILD is a build folder against LLVM 14, the LLVM of Debian 12's llvmlite.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=numba
. "$here/common.sh"

# Debian's; there may be others in PATH, which do not see Debian's packages.
python=/usr/bin/python3
packages=/usr/lib/python3/dist-packages
need python3-llvmlite $packages/llvmlite/binding/libllvmlite.so
need python3-numba $packages/numba/tests/test_closure.py
need_llvm=14
begin "$@"
trap 'rm -rf "$work"' EXIT

functions=300
modules=(closure exceptions generators)
if $quick; then
  functions=50
else
  modules+=(array_exprs dictobject dicts jitclasses lists recursion try_except)
fi
modules=("${modules[@]/#/numba.tests.test_}")

# The same threads and the same order of sets and dictionaries each time. What
# Numba might find in a cache would not be compiled.
export PYTHONHASHSEED=0 NUMBA_NUM_THREADS=2 NUMBA_CACHE_DIR=$work/cache
cd "$work"

# compile NAME [COMMAND...]
compile() {
  local name=$work/$1
  shift
  "$@" $python "$here/numba_functions.py" $functions >"$name.out" \
    2>"$name.err" || fail "$(tail -n 20 "$name.err")"
  grep -q "^again True$" "$name.out" || fail "other results when called again"
  sed -n 's/^usage /functions /p' "$name.err" >"$name.usage"
}
compile without
! grep -q "jitslab-preload" "$work/without.err" ||
  fail "Numba without preload had one"
for layout in "${layouts[@]}"; do
  compile "$layout" "$run" --stats "--layout=$layout"
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "results differ: $(diff "$work/without.out" "$work/$layout.out" | head)"
  placed=$(objects "$work/$layout.err")
  [[ $placed -ge $functions ]] ||
    fail "only $placed objects in the arena after $functions functions"
  echo "$layout: $functions functions: same results; $placed objects in the arena"
  grep "jitslab-preload" "$work/$layout.err"
done
table

# run_tests NAME [COMMAND...]
run_tests() {
  local name=$work/$1 status=0
  shift
  "$@" $python "$here/numba_tests.py" "$name.tests" "${modules[@]}" \
    >"$name.log" 2>&1 || status=$?
  [[ -s $name.tests ]] ||
    fail "no tests were run, status $status: $(tail -n 20 "$name.log")"
  echo "$status" >>"$name.tests"
}
run_tests without
for layout in "${layouts[@]}"; do
  run_tests "$layout" "$run" --stats "--layout=$layout"
  diff "$work/without.tests" "$work/$layout.tests" ||
    fail "tests of Numba end differently"
  placed=$(objects "$work/$layout.log")
  [[ $placed -gt 0 ]] || fail "tests of Numba placed nothing in an arena"
  [[ $(tail -n 1 "$work/$layout.tests") == 0 ]] ||
    fail "$(tail -n 40 "$work/$layout.log")"
  echo "$layout: ${#modules[@]} modules of Numba's tests:" \
    "$(($(wc -l <"$work/$layout.tests") - 1)) tests end the same way; $placed" \
    "objects in the arena"
done
sed '$d;s/.*: //' "$work/without.tests" | sort | uniq -c

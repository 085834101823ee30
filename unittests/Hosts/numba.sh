#!/usr/bin/env bash
# Numba with and without the preload: functions that it compiles have the same
# results, and modules of its own tests end the same way.
#
#   numba.sh [--quick] BUILD
#
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
begin "$@"
trap 'rm -rf "$work"' EXIT

functions=300
modules=(closure dicts exceptions generators try_except)
if $quick; then
  functions=60
else
  modules+=(array_exprs dictobject jitclasses lists recursion)
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
}
compile without
compile with "$run" --stats
cmp "$work/without.out" "$work/with.out" ||
  fail "results differ: $(diff "$work/without.out" "$work/with.out" | head)"
placed=$(objects "$work/with.err")
[[ $placed -ge $functions ]] ||
  fail "only $placed objects in the arena after $functions functions"
! grep -q "jitslab-preload" "$work/without.err" ||
  fail "Numba without preload had one"
echo "$functions functions: same results; $placed objects in the arena"
for name in without with; do
  read -r _ vmas rss < <(grep "^usage " "$work/$name.err")
  echo "$name preload: $vmas VMAs, RSS $rss KiB"
done
grep "jitslab-preload" "$work/with.err"

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
run_tests with "$run" --stats
diff "$work/without.tests" "$work/with.tests" ||
  fail "tests of Numba end differently"
placed=$(objects "$work/with.log")
[[ $placed -gt 0 ]] || fail "tests of Numba placed nothing in an arena"
[[ $(tail -n 1 "$work/with.tests") == 0 ]] || fail "$(tail -n 40 "$work/with.log")"
echo "${#modules[@]} modules of Numba's tests: $(($(wc -l <"$work/with.tests") - 1))" \
  "tests end the same way; $placed objects in the arena"
sed '$d;s/.*: //' "$work/with.tests" | sort | uniq -c

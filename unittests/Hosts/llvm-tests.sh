#!/usr/bin/env bash
# LLVM's own tests of lli, with and without the preload: the same ones pass.
#
#   llvm-tests.sh [--quick] [--layout=NAME]... BUILD TESTS
#
# Without a layout: all three, one after the other. --quick: the tests of MCJIT.
# BUILD is a build folder, TESTS LLVM's test/ExecutionEngine of the same version.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test='llvm-tests'
. "$here/common.sh"

tests=${*: -1}
[[ -d $tests/MCJIT ]] || fail "no folder of LLVM's tests of lli: $tests"
all_layouts
begin "${@:1:$#-1}"
trap 'rm -rf "$work"' EXIT
tools=/usr/lib/llvm-$llvm
lit=$tools/build/utils/lit/lit.py
need "llvm-$llvm-tools" "$lit"
cp -r "$tests" "$work/tests"
cp "$here/llvm_tests.cfg" "$work/tests/lit.cfg"
! $quick || find "$work/tests" -mindepth 1 -maxdepth 1 -type d ! -name MCJIT -exec rm -r {} +
# The others run nothing.
grep -rLE 'RUN:.*lli' "$work/tests" --include='*.ll' --include='*.test' --include='*.s' |
  grep -v /Inputs/ | xargs -r rm

# lli with the preload. What that says of itself is nothing that tests expect, and
# who asks whether lli crashes is told by a signal.
cat >"$work/bin/lli" <<'END'
#!/usr/bin/env bash
error=$(mktemp)
$JITSLAB_LIT_RUN "$JITSLAB_LIT_LLI" "$@" 2>"$error"
status=$?
grep '^jitslab-preload\[' "$error" >>"$JITSLAB_LIT_LOG"
grep -v '^jitslab-preload\[' "$error" >&2
rm "$error"
[[ $status -le 128 ]] || kill -s $((status - 128)) $$
exit $status
END
chmod +x "$work/bin/lli"

export JITSLAB_LIT_TESTS=$work/tests JITSLAB_LIT_LLI=$tools/bin/lli
for layout in without "${layouts[@]}"; do
  export JITSLAB_LIT_OUTPUT=$work/$layout JITSLAB_LIT_LOG=$work/$layout.log
  export JITSLAB_LIT_RUN=''
  [[ $layout == without ]] || JITSLAB_LIT_RUN="$run --stats --layout=$layout"
  mkdir "$work/$layout"
  : >"$JITSLAB_LIT_LOG"
  # Its status says that some fail, which some do without the preload too.
  PATH=$work/bin:$tools/bin:$PATH python3 "$lit" -j2 -v \
    "$work/tests" >"$work/$layout.out" 2>&1 || true
  sed -n 's/^\([A-Z]*\): lli :: \([^ ]*\) .*/\2 \1/p' "$work/$layout.out" |
    sort >"$work/$layout.results"
  passed=$(grep -c ' PASS$' "$work/$layout.results") || fail "no test passes: $(tail "$work/$layout.out")"
  if [[ $layout == without ]]; then
    echo "without the preload: $passed of $(wc -l <"$work/$layout.results") tests pass"
    continue
  fi
  diff "$work/without.results" "$work/$layout.results" >"$work/difference" ||
    fail "other results, $layout: $(<"$work/difference")"
  placed=$(objects "$JITSLAB_LIT_LOG")
  [[ $placed -ge $((passed / 2)) ]] || fail "only $placed objects were placed, $layout"
  echo "$layout: the same; $(grep -c 'objects;' "$JITSLAB_LIT_LOG") processes placed $placed objects"
done

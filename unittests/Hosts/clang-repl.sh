#!/usr/bin/env bash
# clang-repl, an interactive C++ of LLJIT's, with and without the preload: what
# it compiles, line by line, prints the same.
#
#   clang-repl.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: per-protection and dense, one after the other.
# BUILD is a build folder against the LLVM of clang-repl, 19 or later.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=clang-repl
. "$here/common.sh"

begin "$@"
trap 'rm -rf "$work"' EXIT
repl=/usr/bin/clang-repl-$llvm
need "clang-tools-$llvm" "$repl"
functions=200
! $quick || functions=40

# Functions that call each other, data, static objects, and exceptions through
# all of that; in the end how many mappings there are, and the memory in use.
{
  cat <<'CODE'
#include <cstdio>
#include <cstring>
#include <stdexcept>
#include <string>
struct Counted { Counted() { puts("made"); } ~Counted() { puts("gone"); } };
Counted Static;
int f0(int X) { if (X < 0) throw std::runtime_error("below zero"); return X; }
CODE
  for ((i = 1; i <= functions; i++)); do
    echo "int d$i = $i; int f$i(int X) { return f$((i - 1))(X) + d$i; }"
  done
  cat <<CODE
auto sum = printf("%d\\n", f$functions(7));
auto caught = [] { try { return f$functions(-1); } catch (std::exception &E) { puts(E.what()); return 0; } }();
void usage() { char L[4096]; int N = 0; long K = 0; FILE *F = fopen("/proc/self/maps", "r"); while (fgets(L, sizeof L, F)) ++N; fclose(F); F = fopen("/proc/self/status", "r"); while (fgets(L, sizeof L, F)) if (!strncmp(L, "VmRSS:", 6)) sscanf(L + 6, "%ld", &K); fclose(F); fprintf(stderr, "usage %d %ld\\n", N, K); }
usage();
%quit
CODE
} >"$work/input.cpp"

# run_repl NAME [COMMAND...]
run_repl() {
  local name=$work/$1
  shift
  "$@" "$repl" <"$work/input.cpp" >"$name.out" 2>"$name.err" ||
    fail "clang-repl failed: $(tail -n 20 "$name.err")"
  sed -n 's/^usage /functions /p' "$name.err" >"$name.usage"
  [[ -s $name.usage ]] || fail "it did not come to its end: $(cat "$name.err")"
}
run_repl without
grep -q "^below zero$" "$work/without.out" || fail "no exception was caught"
! grep -q "jitslab-preload" "$work/without.err" || fail "it had a preload"
for layout in "${layouts[@]}"; do
  run_repl "$layout" "$run" --stats "--layout=$layout"
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "output differs: $(diff "$work/without.out" "$work/$layout.out" | head)"
  placed=$(objects "$work/$layout.err")
  [[ $placed -ge $functions ]] ||
    fail "only $placed objects in the arena after $functions functions"
  echo "$layout: $functions functions: same output; $placed objects in the arena"
  grep "jitslab-preload" "$work/$layout.err"
done
table

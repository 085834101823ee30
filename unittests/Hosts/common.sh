# What the tests of real hosts have in common. Sourced by them.

fail() {
  echo "$test: $*" >&2
  exit 1
}

# need PACKAGE FILE: without it there is nothing to test, which is a failure.
need() {
  [[ -e $2 ]] || fail "no $2; scripts/install-deps hosts installs it ($1)"
}

# What a host is tried with if the command line says nothing else.
default_layouts=(per-protection dense)
all_layouts() { default_layouts=(per-object per-protection dense); }

# Sets $quick, $layouts and $build from the command line, and $llvm, the LLVM of
# $build, which has to be $need_llvm if that is set. Makes the folder $work, which
# has what the hosts load: they may run as another user, who cannot read $build.
begin() {
  quick=false
  layouts=()
  while [[ ${1-} == --* ]]; do
    case $1 in
    --quick) quick=true ;;
    --layout=?*) layouts+=("${1#*=}") ;;
    *) fail "unknown option $1" ;;
    esac
    shift
  done
  [[ ${#layouts[@]} -gt 0 ]] || layouts=("${default_layouts[@]}")
  [[ $# -eq 1 ]] || fail "usage: [--quick] [--layout=NAME]... BUILD, a build" \
    "folder with LLVM ${need_llvm:-of the host}"
  build=$1
  local preload=$build/lib/libjitslab-preload.so
  local backend file
  # A build has one.
  for backend in "$build"/lib/libjitslab-preload-llvm*.so; do :; done
  [[ -z ${need_llvm-} ]] || backend=$build/lib/libjitslab-preload-llvm$need_llvm.so
  for file in "$build/bin/jitslab-run" "$preload" "$backend"; do
    [[ -e $file ]] || fail "no $file; build${need_llvm:+ against LLVM $need_llvm}" \
      "first"
  done
  llvm=${backend##*-llvm}
  llvm=${llvm%.so}
  work=$(mktemp -d /tmp/jitslab-hosts.XXXXXX)
  chmod 755 "$work"
  mkdir "$work/bin" "$work/lib"
  cp "$build/bin/jitslab-run" "$work/bin"
  cp "$preload" "$backend" "$work/lib"
  run=$work/bin/jitslab-run
}

# objects FILE: how many objects the processes placed whose lines are in FILE.
objects() {
  awk '/jitslab-preload\[[0-9]+\]: / && match($0, /[0-9]+ objects;/) {
         sum += substr($0, RSTART)
       }
       END { print sum + 0 }' "$1"
}

# mapped_blocks NAME: how many blocks of an arena the host's own memory managers
# mapped, as $work/NAME.err has it.
mapped_blocks() {
  local blocks
  blocks=$(sed -n "s/.*the host's memory managers: \([0-9]*\) blocks; .*/\1/p" \
    "$work/$1.err")
  echo "${blocks:-0}"
}

# state PID: of a process, as one letter; nothing if there is none.
state() { sed -n 's/^State:\s*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null || true; }

# until_stopped NAME WHAT COMMAND...: runs what stops itself once, when it is to be
# looked at: with raise(19). Its output is in $work/NAME.out and .err, and a line
# about WHAT is added to $work/NAME.usage.
until_stopped() {
  local name=$work/$1 what=$2 process now tries=0
  shift 2
  "$@" >"$name.out" 2>"$name.err" &
  process=$!
  while now=$(state "$process") && [[ $now != T ]]; do
    if [[ $now != [RSD] || $((++tries)) -gt 15000 ]]; then
      kill -KILL "$process" 2>/dev/null || true
      fail "it does not stop where it should, but is '$now':" \
        "$(tail -n 20 "$name.err")"
    fi
    sleep 0.02
  done
  echo "$what $(wc -l <"/proc/$process/maps")" \
    "$(sed -n 's/^VmRSS:\s*\([0-9]*\).*/\1/p' "/proc/$process/status")" \
    >>"$name.usage"
  kill -CONT "$process"
  wait "$process" || fail "it failed: $(tail -n 20 "$name.err")"
}

# has_printed NAME EXPECTED WHERE...: in $work/NAME.out, or it is a failure.
has_printed() {
  local printed expected=$2
  printed=$(<"$work/$1.out")
  shift 2
  [[ $printed == "$expected" ]] ||
    fail "it printed '$printed' and not '$expected', $*"
}

# table: each layout's $work/NAME.usage beside that of $work/without.usage, whose
# lines are: what, VMAs, RSS in KiB.
table() {
  local name
  printf '%-10s %18s' "" "LLVM's manager"
  printf ' %18s' "${layouts[@]}"
  printf '\n%-10s' ""
  for name in without "${layouts[@]}"; do
    printf ' %7s %10s' VMAs "RSS KiB"
  done
  echo
  cut -d ' ' -f 1 "$work/without.usage" | while read -r what; do
    printf '%-10s' "$what"
    for name in without "${layouts[@]}"; do
      # shellcheck disable=SC2046
      printf ' %7d %10d' $(sed -n "s/^$what //p" "$work/$name.usage")
    done
    echo
  done
}

# What the scripts here that run tools have in common; they source it first.

# Whoever sources this removes it at the end.
folder=$(mktemp -d)

# The test counts as left out.
skip() {
  echo "SKIPPED: $*"
  exit 0
}

fail() {
  echo "$*"
  exit 1
}

# stuck WHAT...: ends the test with where process $pid is.
stuck() {
  echo "$*; process $pid:"
  grep -E '^(State|Threads|SigBlk)' "/proc/$pid/status" || true
  cat /proc/"$pid"/{wchan,stack} 2>/dev/null || true
  gdb -p "$pid" -batch -ex 'thread apply all bt 20' 2>/dev/null || true
  kill -KILL "$pid" 2>/dev/null || true
  exit 1
}

# start_waiting HOST ARGUMENTS...: starts a watched-host; $pid is its process,
# which has loaded its object and waits for go_on.
start_waiting() {
  coproc HOST { exec "$@" wait; }
  # Bash forgets these of itself when the host ends.
  pid=$HOST_PID
  exec 3>&"${HOST[1]}" 4<&"${HOST[0]}"
  local line=''
  read -r -t 60 line <&4 || true
  [[ $line == loaded* ]] || stuck "the host has not loaded its object, but said '$line'"
}

# The host computes and ends, which it has to do well.
go_on() {
  echo go >&3
  local line=''
  read -r -t 60 line <&4 || true
  [[ $line == computed* ]] || stuck "the host has not computed, but said '$line'"
  exec 3>&- 4<&-
  wait "$pid" || fail "the host has computed, and ended with $?"
}

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

# start_waiting HOST ARGUMENTS...: starts a watched-host; $pid is its process,
# which has loaded its object and goes on when there is a line in descriptor 3.
start_waiting() {
  mkfifo "$folder/go"
  "$@" wait <"$folder/go" >"$folder/said" &
  pid=$!
  exec 3>"$folder/go"
  until grep -q loaded "$folder/said"; do
    kill -0 $pid
    sleep 0.01
  done
}

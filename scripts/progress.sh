# Progress that reads well in a log too: plain lines, one in ten seconds.

# progress WHAT: reads what ninja or ctest print. Of finished steps and passed
# tests it says how many there are, how many are left, and what runs; all else it
# passes on.
progress() {
  local what=$1 line='' rest='' count='none is done yet' now='' last=$SECONDS
  local status
  local -A running=()
  while true; do
    status=0
    IFS= read -r -t 10 line || status=$?
    line=$rest$line rest=''
    if [[ $status -gt 128 ]]; then
      # Nothing has come for ten seconds, or half a line.
      rest=$line
    elif [[ $line =~ ^\[([0-9]+)/([0-9]+)\]\ (.*) ]]; then
      count_of "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      now="last: ${BASH_REMATCH[3]##*/}"
    elif [[ $line =~ ^\ *Start\ +([0-9]+):\ (.*) ]]; then
      running[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]}
    elif [[ $line =~ ^\ *([0-9]+)/([0-9]+)\ Test\ +#([0-9]+): ]]; then
      count_of "${BASH_REMATCH[1]}" "${BASH_REMATCH[2]}"
      unset "running[${BASH_REMATCH[3]}]"
      [[ $line =~ \ Passed\ +[0-9.]+\ sec$ ]] || echo "$line"
    elif [[ $status -eq 0 || -n $line ]]; then
      echo "$line"
    fi
    [[ $status -eq 0 || $status -gt 128 ]] || break
    if [[ $((SECONDS - last)) -ge 10 ]]; then
      last=$SECONDS
      if [[ ${#running[@]} -gt 0 ]]; then
        printf -v now '%s; ' "${running[@]}"
        now="running: ${now%; }"
      fi
      echo "   $what: $count; $now"
    fi
  done
}

# For `progress` only: N of M are done.
count_of() { count="$1 of $2 done, $(($2 - $1)) left"; }

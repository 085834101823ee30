#!/usr/bin/env bash
# PostgreSQL 15 with and without the preload: thousands of JIT'd queries, some of
# them PostGIS's unless --quick, have the same results, JIT was really used, and
# what it costs in mappings and memory.
#
#   postgresql.sh [--quick] [--layout=NAME]... BUILD
#
# Without a layout: per-protection and dense, one after the other.
# BUILD is a build folder against LLVM 14, the LLVM of Debian 12's PostgreSQL.
# The cluster lives in a temporary folder and listens on a socket there only.
set -euo pipefail
here=$(dirname "$(realpath "${BASH_SOURCE[0]}")")
test=postgresql
. "$here/common.sh"

pg=/usr/lib/postgresql/15
need postgresql-15 $pg/bin/postgres
need postgresql-15 $pg/lib/llvmjit.so
need_llvm=14
begin "$@"
queries=4000 optimized=240 spatial=120 transactions=300 cursors=300
if $quick; then
  queries=800 optimized=48 spatial=0 transactions=50
else
  need postgresql-15-postgis-3 $pg/lib/postgis-3.so
fi

# PostgreSQL refuses to run as root.
as=()
user=$(id -un)
if [[ $(id -u) -eq 0 ]]; then
  user=postgres
  as=(runuser -u postgres --)
  chown postgres "$work"
fi
# Programs of PostgreSQL want a folder that their user may enter.
cd "$work"

stop() {
  "${as[@]}" $pg/bin/pg_ctl -D "$work/data" -m fast -w stop >/dev/null
}
clean_up() {
  local status=$?
  [[ ! -e $work/data/postmaster.pid ]] || stop || true
  rm -rf "$work"
  exit $status
}
trap clean_up EXIT

psql() {
  "${as[@]}" $pg/bin/psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$work" \
    -U "$user" postgres "$@"
}

# The backend's own mappings and memory, in one line.
usage() {
  cat <<SQL
SET jit = off;
SELECT '$1 ' || (SELECT count(*) - 1 FROM
    regexp_split_to_table(pg_read_file('/proc/self/maps'), E'\\n')) || ' ' ||
  substring(pg_read_file('/proc/self/status') from 'VmRSS:\\s*(\\d+)');
SET jit = on;
SQL
}

# Everything that a server is asked; results go to $1.out, measurements to
# $1.usage, the plan of a query to $1.plan.
ask() {
  local name=$1
  psql -f "$work/queries.sql" -f "$work/spatial.sql" >"$name.out"
  psql >>"$name.out" <<SQL
SET jit_inline_above_cost = 0;
SET jit_optimize_above_cost = 0;
\i $work/optimized.sql
\i $work/spatial.sql
SQL
  # Parallel workers are processes of their own, with an arena each.
  psql >>"$name.out" <<SQL
SET max_parallel_workers_per_gather = 2;
SET parallel_setup_cost = 0;
SET parallel_tuple_cost = 0;
SET min_parallel_table_scan_size = 0;
SELECT a % 10, sum(b), count(*) FROM t GROUP BY 1 ORDER BY 1;
SQL
  psql -c "EXPLAIN (ANALYZE) SELECT sum(a * 3 + b) FROM t WHERE c > 10" \
    >"$name.plan"
  ((spatial == 0)) ||
    psql -c "EXPLAIN (ANALYZE) SELECT sum(ST_Area(area)) FROM places
             WHERE ST_X(p) > 10" >"$name.spatial-plan"
  # One backend: at first, after many queries, and while queries are open whose
  # code has to stay.
  {
    usage start
    echo "\\o /dev/null"
    cat "$work/queries.sql"
    echo "\\o"
    usage queries
    echo "BEGIN;"
    for ((i = 0; i < cursors; i++)); do
      echo "DECLARE c$i CURSOR FOR SELECT a * $i + b FROM t WHERE a % 7 = $((i % 7));"
      echo "\\o /dev/null"
      echo "FETCH 2 FROM c$i;"
      echo "\\o"
    done
    usage cursors
    echo "COMMIT;"
    usage closed
  } | psql >"$name.usage"
  "${as[@]}" $pg/bin/pgbench -h "$work" -U "$user" -n -c 4 -j 2 \
    -t "$transactions" postgres >"$name.pgbench"
  grep -q "^number of failed transactions: 0" "$name.pgbench" ||
    fail "pgbench failed: $(cat "$name.pgbench")"
  psql -c "SELECT count(*), count(DISTINCT bid) FROM pgbench_history" \
    -c "SELECT (SELECT sum(abalance) FROM pgbench_accounts) =
               (SELECT sum(delta) FROM pgbench_history)" \
    -c "TRUNCATE pgbench_history" \
    -c "UPDATE pgbench_accounts SET abalance = 0 WHERE abalance <> 0" \
    >>"$name.out"
}

# serve NAME [COMMAND...]: starts a server with COMMAND, asks, and stops it.
serve() {
  local name=$work/$1
  shift
  "${as[@]}" "$@" $pg/bin/pg_ctl -D "$work/data" -l "$name.log" -w start \
    >/dev/null || fail "the server does not start: $(cat "$name.log")"
  ask "$name"
  stop
}

"${as[@]}" $pg/bin/initdb -D "$work/data" -A trust -U "$user" --no-sync \
  >"$work/initdb.log" || fail "$(cat "$work/initdb.log")"
cat >>"$work/data/postgresql.conf" <<CONF
listen_addresses = ''
unix_socket_directories = '$work'
fsync = off
jit = on
jit_above_cost = 0
jit_inline_above_cost = -1
jit_optimize_above_cost = -1
max_parallel_workers_per_gather = 0
CONF
"$here/postgresql-queries.sh" $queries >"$work/queries.sql"
"$here/postgresql-queries.sh" $optimized >"$work/optimized.sql"
"$here/postgresql-spatial.sh" $spatial >"$work/spatial.sql"
chmod 644 "$work"/*.sql

"${as[@]}" $pg/bin/pg_ctl -D "$work/data" -l "$work/setup.log" -w start \
  >/dev/null || fail "the server does not start: $(cat "$work/setup.log")"
psql <<'SQL'
SET jit = off;
CREATE TABLE t AS SELECT i AS id, i * 37 % 499 AS a, i::int8 * 1000003 AS b,
  i / 3.0::float8 AS c,
  CASE WHEN i % 11 <> 0 THEN 'text ' || i END AS d, i::numeric / 7 AS e,
  date '2020-01-01' + i % 1000 AS f, i % 3 = 0 AS g,
  CASE WHEN i % 5 <> 0 THEN i::int8 * i END AS h
  FROM generate_series(1, 1000) i;
CREATE TABLE u AS SELECT k, k * 13 % 29 AS v FROM generate_series(0, 49) k;
ANALYZE;
SQL
((spatial == 0)) || psql <<'SQL'
SET jit = off;
CREATE EXTENSION postgis;
CREATE TABLE places AS SELECT i AS id,
  ST_SetSRID(ST_MakePoint(i * 37 % 360 - 180, i * 53 % 170 - 85), 4326) AS p,
  ST_Buffer(ST_MakePoint(i % 40, i * 7 % 40), i % 5 + 1, 2) AS area
  FROM generate_series(1, 400) i;
ANALYZE places;
SQL
"${as[@]}" $pg/bin/pgbench -h "$work" -U "$user" -i -q postgres \
  >"$work/init.log" 2>&1 || fail "$(cat "$work/init.log")"
stop

serve without
! grep -q "jitslab-preload" "$work/without.log" ||
  fail "the server without preload had one"
for layout in "${layouts[@]}"; do
  serve "$layout" "$run" --stats "--layout=$layout"
  cmp "$work/without.out" "$work/$layout.out" ||
    fail "results differ: $(diff "$work/without.out" "$work/$layout.out" | head)"
  for plan in without.*plan "$layout".*plan; do
    grep -q "Functions:" "$work/$plan" ||
      fail "JIT was not used: $(cat "$work/$plan")"
  done
  placed=$(objects "$work/$layout.log")
  [[ $placed -ge $queries ]] ||
    fail "only $placed objects in the arenas after $queries queries"
  echo "$layout: $((2 * queries + optimized + 2 * spatial)) queries and" \
    "$((4 * transactions)) pgbench transactions: same results," \
    "$(wc -l <"$work/$layout.out") lines; $placed objects in the arenas"
  grep -h "jitslab-preload" "$work/$layout.log" |
    sort -t, -k3 -n -r | sed -n '1s/^/for example /p'
done
echo "one backend, after its start, after the queries, while $cursors are open," \
  "and after that:"
table

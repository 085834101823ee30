#!/usr/bin/env bash
# Prints COUNT queries, always the same ones: expressions, deforming of tuples,
# aggregates, joins and window functions over the tables of postgresql.sh.
set -euo pipefail
count=$1

for ((i = 1; i <= count; i++)); do
  k=$((i % 17 + 2)) m=$((i % 7))
  case $((i % 8)) in
  0) echo "SELECT count(*), sum(a * $i + b), avg(c / $k) FROM t
       WHERE a % $k = $m OR g;" ;;
  1) echo "SELECT a % $k AS r, max(b), min(e), bool_or(g), count(h) FROM t
       GROUP BY r ORDER BY r LIMIT 5;" ;;
  2) echo "SELECT id, upper(d) || '-$i', h - b, f + $i FROM t
       WHERE length(d) > $m AND f > date '2020-01-01' + $k ORDER BY id LIMIT 3;" ;;
  3) echo "SELECT CASE WHEN a > $i THEN 'more' WHEN c < $k THEN 'less'
       ELSE coalesce(d, 'none') END AS x, count(*) FROM t
       GROUP BY x ORDER BY count(*), x LIMIT 4;" ;;
  4) echo "SELECT sum(t.b + u.v) FROM t JOIN u ON t.a % 50 = u.k
       WHERE u.v % $k <> $m;" ;;
  5) echo "SELECT id, sum(b) OVER (ORDER BY id ROWS $k PRECEDING) FROM t
       WHERE a < $((i % 300)) ORDER BY id DESC LIMIT 3;" ;;
  6) echo "SELECT sum(e * $k), stddev(a), count(DISTINCT a % $k) FROM t
       WHERE d LIKE '%$m%' AND h IS NOT NULL;" ;;
  7) echo "SELECT array_agg(a % $k ORDER BY id), every(b > $m) FROM t
       WHERE id BETWEEN $i AND $i + 6;" ;;
  esac
done

#!/usr/bin/env bash
# Prints COUNT queries for PostGIS, always the same ones, over the table of places
# of postgresql.sh.
set -euo pipefail
count=$1

for ((i = 1; i <= count; i++)); do
  k=$((i % 17 + 2)) m=$((i % 7))
  case $((i % 6)) in
  0) echo "SELECT count(*), sum(ST_Area(area)) FROM places
       WHERE ST_Area(area) > $k AND ST_X(p) > $((i % 90));" ;;
  1) echo "SELECT id, ST_AsText(ST_Centroid(area), 6) FROM places
       WHERE ST_Contains(area, ST_MakePoint($k, $m)) ORDER BY id LIMIT 5;" ;;
  2) echo "SELECT count(*), sum(ST_Area(ST_Intersection(a.area, b.area)))
       FROM places a JOIN places b ON ST_Intersects(a.area, b.area)
       WHERE a.id < 10 + $k AND b.id % 7 = $m;" ;;
  3) echo "SELECT id % $k AS r, ST_AsText(ST_Extent(p)::geometry),
         sum(ST_Distance(p::geography, ST_MakePoint($k, $m)::geography))
       FROM places GROUP BY r ORDER BY r LIMIT 4;" ;;
  4) echo "SELECT ST_GeometryType(u), ST_NPoints(u), ST_Area(u) FROM
         (SELECT ST_Union(area) AS u FROM places WHERE id % $k = $m) AS x;" ;;
  5) echo "SELECT id, p <-> ST_SetSRID(ST_MakePoint($i % 170, $m), 4326) AS d
       FROM places ORDER BY d, id LIMIT 5;" ;;
  esac
done

#!/bin/bash
# A thousand daily partitions with a primary key and two indexes, against the plain SQL that makes them.
. "$(dirname "$0")/lib.sh"
trap '"$TOP/scripts/cluster.sh" stop bench' EXIT
use_cluster bench <<CONF
shared_buffers = '512MB'
CONF
sql -c 'CREATE EXTENSION pgscale'

new_table() {
  sql <<'SQL'
SET client_min_messages = error;
DROP TABLE IF EXISTS event;
CREATE TABLE event (id bigint, at timestamptz, a int, b text, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE INDEX ON event (a);
CREATE INDEX ON event (at);
SQL
}

ours() {
  new_table
  seconds <<'SQL'
SET pgscale.clock = '2026-01-01 12:00+00';
SELECT FROM pgscale.create_parent('event', 'at', '1 day', premake => 0, start_at => '2023-04-08');
CALL pgscale.run_maintenance('event');
SQL
}

plain() {
  new_table
  seconds <<'SQL'
DO $$
BEGIN
  FOR n IN 0 .. 999 LOOP
    EXECUTE format('CREATE TABLE event_%s (LIKE event INCLUDING ALL)', n);
    EXECUTE format('ALTER TABLE event ATTACH PARTITION event_%s FOR VALUES FROM (%L) TO (%L)', n,
                   timestamptz '2023-04-08 00:00+00' + n * interval '1 day',
                   timestamptz '2023-04-08 00:00+00' + (n + 1) * interval '1 day');
    COMMIT;
  END LOOP;
END $$;
SQL
}

for ((round = 0; round < ROUNDS; round++)); do
  plain >>"$RUN_DIR/log/creation.plain.$$"
  ours >>"$RUN_DIR/log/creation.ours.$$"
done
made=$(sql -c "SELECT count(*) FROM pg_inherits WHERE inhparent = 'event'::regclass")
[ "$made" -eq 1000 ] || die "made $made partitions instead of 1000"
a=$(median <"$RUN_DIR/log/creation.ours.$$")
b=$(median <"$RUN_DIR/log/creation.plain.$$")
rm "$RUN_DIR/log/creation.ours.$$" "$RUN_DIR/log/creation.plain.$$"
row '1,000 partitions made with primary key and 2 indexes, against LIKE + ATTACH + COMMIT in a loop, s' "$a" "$b" "$(ratio "$a" "$b")"

for ((round = 0; round < ROUNDS; round++)); do
  seconds <<<"SET pgscale.clock = '2026-01-01 12:00+00'; CALL pgscale.run_maintenance('event')" \
    >>"$RUN_DIR/log/idle.ours.$$"
  seconds <<<"SELECT c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid WHERE i.inhparent = 'event'::regclass" \
    >>"$RUN_DIR/log/idle.plain.$$"
done
a=$(median <"$RUN_DIR/log/idle.ours.$$")
b=$(median <"$RUN_DIR/log/idle.plain.$$")
rm "$RUN_DIR/log/idle.ours.$$" "$RUN_DIR/log/idle.plain.$$"
row 'CALL with nothing due, 1,000 partitions, against one query of their bounds, s' "$a" "$b" "$(ratio "$a" "$b")"

-- One command that waits alone; the function is store/functions/append-event.sql.
SELECT given_position AS position, given_time AS recorded_at
  FROM append_event($1, $2::uuid, $3::uuid, $4, $5::uuid, $6, $7::smallint, $8::json, $9, $10, $11, $12::uuid,
                    $13::bytea)

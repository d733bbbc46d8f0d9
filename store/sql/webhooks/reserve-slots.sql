-- Reserves up to $5 more send slots of endpoint $1, as claim-deliveries.sql does, for a claim
-- whose slots passed or were used. $2: the end of its reservation, and $3 the milliseconds from
-- now to its first unused slot, which the sender gives back unless another claim reserved slots
-- since. $4: the generation that the claim saw. $6 to $9: spacing for 1 a second, lateness of a
-- request, end of the last slot, lateness of the sender, in milliseconds.
WITH endpoint AS MATERIALIZED (
  SELECT *
    FROM webhook_endpoints
   WHERE endpoint_id = $1 AND disabled_at IS NULL AND generation = $4
     FOR NO KEY UPDATE
), clock AS MATERIALIZED (
  SELECT endpoint.*, clock_timestamp() AS locked_at,
         $6::float8 / max_per_second * interval '1 millisecond' AS spacing
    FROM endpoint
), slots AS MATERIALIZED (
  SELECT clock.*,
         greatest(CASE WHEN next_send_at = $2::timestamptz THEN locked_at + $3::float8 * interval '1 millisecond'
                       WHEN next_send_at < locked_at + interval '1 minute' THEN next_send_at END,
                  locked_at - $7::float8 * interval '1 millisecond') AS first_send_at
    FROM clock
), room AS MATERIALIZED (
  SELECT slots.*,
         least($5::integer,
               1 + floor(extract(epoch FROM locked_at + $8::float8 * interval '1 millisecond' - first_send_at)
                         / extract(epoch FROM spacing)))::integer AS slots
    FROM slots
)
UPDATE webhook_endpoints AS endpoint
   SET next_send_at = room.first_send_at + room.slots * room.spacing + $9::float8 * interval '1 millisecond'
  FROM room
 WHERE endpoint.endpoint_id = room.endpoint_id AND room.slots > 0
RETURNING room.slots, room.max_per_second, endpoint.next_send_at::text AS reserved_until,
          extract(epoch FROM room.first_send_at - room.locked_at)::float8 * 1000 AS wait_ms

-- A page of an order's history: its events behind version $3, oldest first, of the types $4 (NULL:
-- of all types). The page ends after $5 events, or with the event that exceeds $6 bytes.
--
-- `version_max` is NULL when there is no such order. `kinds` are the types and schema versions of
-- its whole stream: a release that does not know one of them must not answer from the others.
-- `after_position` is the position of the event at $3.
-- `octet_length` knows the size of a text without reading it.
WITH page AS MATERIALIZED (
  SELECT *, row_number() OVER walk AS n, sum(octet_length(data::text)) OVER walk AS bytes
    FROM (SELECT *
            FROM events
           WHERE order_id = $1 AND tenant_id = $2 AND partition = $7 AND version > $3
             AND ($4::text[] IS NULL OR type = ANY ($4))
           ORDER BY version
           LIMIT $5 + 1) AS next
  WINDOW walk AS (ORDER BY version)
)
SELECT stream.version_max, stream.kinds, (SELECT count(*) FROM page) AS found,
       (SELECT position
          FROM events
         WHERE order_id = $1 AND version = $3 AND tenant_id = $2 AND partition = $7
         LIMIT 1) AS after_position,
       event.position, event.event_id, event.order_id, event.version, event.type,
       event.schema_version, event.data, event.fingerprint, event.recorded_at, event.key_id,
       event.number, event.idempotency_key
  FROM (SELECT max(version) AS version_max,
               coalesce(json_agg(DISTINCT jsonb_build_array(type, schema_version)), '[]') AS kinds
          FROM events
         WHERE order_id = $1 AND tenant_id = $2 AND partition = $7) AS stream
  LEFT JOIN page AS event
    ON event.n <= $5 AND (event.n = 1 OR event.bytes - octet_length(event.data::text) < $6)
 ORDER BY event.version

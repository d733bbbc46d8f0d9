-- The tenants that have events after position $2, and the last position that was read. At most $3
-- events are read; the next call reads the rest.
SELECT max(recent.position) AS position, array_agg(DISTINCT recent.tenant_id) AS tenants
  FROM (SELECT position, tenant_id
          FROM events
         WHERE partition = $1 AND position > $2
         ORDER BY position
         LIMIT $3) AS recent

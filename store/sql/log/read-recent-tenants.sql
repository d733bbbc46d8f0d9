-- Whose events came behind a position, and how far the log has come. $3 events at most are looked at; who waits for a tenant further on is told the next time.
SELECT max(recent.position) AS position, array_agg(DISTINCT recent.tenant_id) AS tenants
  FROM (SELECT position, tenant_id
          FROM events
         WHERE partition = $1 AND position > $2
         ORDER BY position
         LIMIT $3) AS recent

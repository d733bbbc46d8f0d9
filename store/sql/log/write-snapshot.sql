-- The first one to write a version wins, unless the row is of another release or another log.
INSERT INTO order_snapshots AS known (partition, tenant_id, order_id, version, event_id, fold, state)
VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (order_id, version, tenant_id, partition) DO UPDATE
   SET event_id = excluded.event_id, fold = excluded.fold, state = excluded.state
 WHERE (known.event_id, known.fold) <> (excluded.event_id, excluded.fold)

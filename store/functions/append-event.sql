-- Version 1
--
-- Appends the event of one command without a number, a claim or an earlier event in its way: the
-- usual append of a node that has little to do. Of the batch's 0.39 ms it needs 0.23, since each
-- statement of a function costs some 25 µs and each array some 5.
--
-- Returns the position and the time of the event, or NULLs: nothing was appended, and the caller
-- asks append_events() (append-events.sql), which knows all cases. The rules are the same, and so
-- is the reason for a function: what it reads after it got the lock is all that was ever committed.
CREATE OR REPLACE FUNCTION append_event(
  into_partition     integer,
  of_tenant          uuid,
  of_order           uuid,
  at_version         integer,
  as_event           uuid,
  of_type            text,
  of_schema_version  smallint,
  document           json,
  with_key           text,
  with_fingerprint   bytea,
  with_traceparent   text,
  by_key_id          uuid,
  OUT given_position bigint,
  OUT given_time     timestamptz
)
LANGUAGE plpgsql
SET plan_cache_mode = force_generic_plan
AS $$
BEGIN
  -- Lock: the head takes the position at once. A head that needs a new epoch is left to
  -- append_events().
  UPDATE log_heads AS head
     SET position = head.position + 1,
         reached_position = head.position + 1,
         recorded_at = greatest(head.recorded_at, date_trunc('milliseconds', clock_timestamp()))
   WHERE head.partition = into_partition
     AND head.reached_position = head.position
     AND head.timeline = coalesce(log_timeline(), head.timeline)
     AND head.timeline <> 'imported'
     AND head.recorded_at <= clock_timestamp() + interval '5 seconds'
  RETURNING head.position, head.recorded_at INTO given_position, given_time;
  IF NOT FOUND THEN
    RETURN;
  END IF;

  -- Read: scalars, for the reason in append-events.sql.
  IF (SELECT event.position
        FROM events AS event
       WHERE event.idempotency_key = with_key
         AND event.tenant_id = of_tenant
       LIMIT 1) IS NULL
     AND (SELECT event.position
            FROM events AS event
           WHERE event.order_id = of_order
             AND event.version = at_version
             AND event.tenant_id = of_tenant
           LIMIT 1) IS NULL THEN
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
                        idempotency_key, fingerprint, recorded_at, traceparent, key_id)
    VALUES (into_partition, given_position, of_tenant, of_order, at_version, as_event, of_type, of_schema_version,
            document, with_key, with_fingerprint, given_time, with_traceparent, by_key_id);
  ELSE
    -- The position is given back before anybody can see that it was taken.
    UPDATE log_heads AS head
       SET position = head.position - 1,
           reached_position = head.position - 1
     WHERE head.partition = into_partition;
    given_position := NULL;
    given_time := NULL;
  END IF;
END;
$$;

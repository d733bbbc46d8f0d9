-- Version 4
--
-- Epochs of the log (store/migrations/0029_log_epochs.sql). The append calls start_log_epoch() when
-- the head is not as the last append left it, before it assigns a position. Nodes call it at their
-- start and once a second, for what the append does not look at.

-- The timeline of this Postgres, such as 00000001: a promoted replica, and a restore to a point in
-- time, have a new one. The control file has it only after a checkpoint, the WAL at once. NULL
-- where Postgres does not say it, as in some managed services.
CREATE OR REPLACE FUNCTION log_timeline() RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RETURN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8);
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END;
$$;

-- The system identifier of this Postgres, the OID of its database, and the time at which a file of
-- the data directory, which Postgres never changes, got its present place. A restored dump has
-- other ones of the first two, and a restored copy of the directory another time. NULL, or without
-- the time, where Postgres does not say it to this role.
CREATE OR REPLACE FUNCTION log_home() RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  home text;
BEGIN
  SELECT control.system_identifier || '/' || database.oid
    INTO home
    FROM pg_control_system() AS control, pg_database AS database
   WHERE database.datname = current_database();
  BEGIN
    RETURN home || '/' || extract(epoch FROM (pg_stat_file('PG_VERSION')).change);
  EXCEPTION WHEN OTHERS THEN
    RETURN home;
  END;
EXCEPTION WHEN OTHERS THEN
  RETURN NULL;
END;
$$;

-- Why a partition needs a new epoch; NULL when it needs none. Each statement here names one
-- partition and calls no function that reads: so a worker of Citus runs it where the partition is.
CREATE OR REPLACE FUNCTION log_epoch_reason(in_partition integer) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  head        record;
  consumed    bigint;
  newest_home text;
BEGIN
  SELECT position, reached_position, timeline INTO head FROM log_heads WHERE partition = in_partition;
  SELECT max(position) INTO consumed FROM checkpoints WHERE partition = in_partition;
  IF head.position < head.reached_position OR head.position < consumed THEN
    RETURN 'head_moved_back';
  END IF;
  IF head.timeline <> log_timeline() AND head.timeline <> 'imported' THEN
    RETURN 'other_timeline';
  END IF;
  SELECT home INTO newest_home
    FROM log_epochs
   WHERE partition = in_partition
   ORDER BY epoch DESC
   LIMIT 1;
  RETURN CASE WHEN newest_home <> log_home() THEN 'other_database' END;
END;
$$;

-- Starts a new epoch of a partition if it needs one, or for a given reason. Returns the reason,
-- NULL when it started none. A projection that has applied lost events stops until its table is
-- rebuilt; the relay goes back, as it queues no delivery twice.
CREATE OR REPLACE FUNCTION start_log_epoch(in_partition integer, given_reason text DEFAULT NULL) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  head     record;
  reason   text;
  consumed bigint;
  first    bigint;
  kept     bigint;
  now_ms   timestamptz;
  first_time timestamptz; -- a variable: Citus takes no STABLE function in a CASE of an UPDATE
  own_home text := log_home();
  own_timeline text := log_timeline();
BEGIN
  SELECT position, reached_position, recorded_at INTO STRICT head
    FROM log_heads
   WHERE partition = in_partition
     FOR UPDATE;
  reason := coalesce(log_epoch_reason(in_partition), given_reason);

  IF reason IS NULL THEN
    UPDATE log_heads AS known SET timeline = own_timeline WHERE partition = in_partition AND known.timeline IS NULL;
    IF NOT EXISTS (SELECT FROM log_epochs WHERE partition = in_partition) THEN
      INSERT INTO log_epochs (partition, epoch, after_position, kept_position, reason, home, timeline)
      VALUES (in_partition, head.position >> 32, (head.position >> 32) << 32, 0, 'first', own_home, own_timeline);
    END IF;
    RETURN NULL;
  END IF;

  -- Timeline 3 has epoch 2 or a later one: a failover can lose the begin of epoch 1, and with it
  -- the only row that says that its positions were assigned.
  SELECT max(position) INTO consumed FROM checkpoints WHERE partition = in_partition;
  first := greatest((greatest(head.position, head.reached_position, consumed) >> 32) + 1,
                    least(('x' || own_timeline)::bit(32)::bigint - 1, 1 << 19)) << 32;
  IF first >= 1::bigint << 52 THEN
    RAISE 'partition % of the log has no positions left for another epoch', in_partition
      USING HINT = 'Export the log, and import it into a new database.';
  END IF;
  now_ms := date_trunc('milliseconds', clock_timestamp());
  first_time := CASE WHEN head.recorded_at > now_ms + interval '5 seconds' THEN now_ms ELSE head.recorded_at END;
  INSERT INTO log_epochs (partition, epoch, after_position, kept_position, reason, home, timeline)
  VALUES (in_partition, first >> 32, first, head.position, reason, own_home, own_timeline);
  UPDATE log_heads AS known
     SET position = first, reached_position = first, timeline = own_timeline,
         recorded_at = first_time
   WHERE partition = in_partition;
  SELECT coalesce(max(position), 0) INTO kept FROM events WHERE partition = in_partition;
  UPDATE checkpoints
     SET position = kept,
         lost_position = CASE WHEN consumer = 'webhooks' THEN NULL ELSE position END
   WHERE partition = in_partition AND position > kept;
  RETURN reason;
END;
$$;

-- Whether the log does not have what a reader saw at a position: it ends before, or the position is
-- in the lost end of an earlier epoch. A log that was imported says it too, by its own gaps.
CREATE OR REPLACE FUNCTION is_lost_position(in_partition integer, at bigint) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
  head bigint := (SELECT position FROM log_heads WHERE partition = in_partition);
BEGIN
  RETURN at > head
         OR (at >> 32 < head >> 32 AND at & 4294967295 <> 0
             AND (SELECT position
                    FROM events
                   WHERE partition = in_partition AND position >= at AND position < ((at >> 32) + 1) << 32
                   LIMIT 1) IS NULL);
END;
$$;

-- The events between two positions: the gaps between epochs do not count.
CREATE OR REPLACE FUNCTION log_lag(in_partition integer, applied bigint, head bigint) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
BEGIN
  RETURN (SELECT greatest(0, head - applied - coalesce(sum(after_position - greatest(kept_position, applied)), 0))::bigint
            FROM log_epochs
           WHERE partition = in_partition AND after_position > applied AND after_position <= head AND reason <> 'first');
END;
$$;

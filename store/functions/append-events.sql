-- Version 6
--
-- Appends the events of a batch of commands: declare, lock, name, read, check, write.
-- The caller sends one statement that commits by itself: a client that hangs cannot hold the lock.
--
-- Returns one row for each command that an event answers when the statement ends: the event that
-- holds the command's idempotency key, or else its claim, or else the number that it states. That
-- is the command's own event (same event_id: appended now), or an earlier one (with the same key: a
-- replay, or a key that was used for another request; with another key: a name that is taken).
-- A command without a row met another event at its stream version.
--
-- It is a function because of READ COMMITTED: each statement in a function has its own snapshot, so
-- what it reads after it got the lock is everything that was ever committed to the partition.
-- Rejected: one plain INSERT ... ON CONFLICT DO NOTHING that locks the head in a CTE. Its snapshot
-- is older than the lock. It needs a second statement to tell a replay from a version conflict, and
-- leaves a gap in the positions for each row that does not come back.
--
-- A batch must not contain the same key, the same order and version, the same claim, or the same
-- stated number, twice: the unique constraints would refuse the whole batch.
--
-- migrate.ts installs this file. Raise the version in the first line with each change: a node
-- keeps a higher version that it finds and replaces a lower one, so a rolling deploy never goes
-- back. Arguments and result of a function stay as they are, since nodes of the release before call
-- it too: more arguments make another function, and the old one calls it (older-appends.sql).
CREATE OR REPLACE FUNCTION append_events(
  into_partition  integer,
  tenant_ids      uuid[],
  order_ids       uuid[],
  versions        integer[],
  event_ids       uuid[],
  types           text[],
  schema_versions smallint[],
  documents       text, -- JSON texts, separated by U+001E: no JSON text contains it, so nothing needs escaping
  keys            text[],
  fingerprints    bytea[],
  traceparents    text[],
  key_ids         uuid[],
  -- One object for each command; NULL when no command has a name. One argument, because each one
  -- costs a single append 1 %. `series` is the series that the command asks for a number, or
  -- that its stated `number` belongs to, and `place` is its place there: 1005 for W-1005.
  names           json, -- [{"series": text, "place": integer, "number": text, "claim": text}, …]
  digests         bytea -- 32 bytes a command, see event_digest(); NULL: of an older node
) RETURNS TABLE (
  ordinal         integer,
  "position"      bigint,
  event_id        uuid,
  order_id        uuid,
  version         integer,
  type            text,
  schema_version  smallint,
  data            json,
  fingerprint     bytea,
  recorded_at     timestamptz,
  key_id          uuid,
  number          text,
  claim           text,
  idempotency_key text
)
LANGUAGE plpgsql
-- One plan for batches of every size: planning takes 0.6 of the 1.1 ms of a single append.
SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
DECLARE
  head_position    bigint;
  head_recorded_at timestamptz;
  head_reached     bigint;
  head_timeline    text;
  head_link        bytea;
  now_timeline     text;
  now_ms           timestamptz;
  numbers          text[];
  claims           text[];
  fresh_ordinals   integer[]; -- of the commands that are appended
  are_all_fresh    boolean;
  links            bytea[];
BEGIN
  -- Lock: the row lock of the head puts positions into the order of commits.
  SELECT head.position, head.recorded_at, head.reached_position, head.timeline, head.link
    INTO STRICT head_position, head_recorded_at, head_reached, head_timeline, head_link
    FROM log_heads AS head
   WHERE head.partition = into_partition
     FOR UPDATE;

  -- Epoch: a log that lost its end assigns no position twice. In an epoch, times do not go back: a
  -- clock that was set back by up to 5 s waits, and one that was set back further starts an epoch.
  -- Replays alone start none: they take no position.
  now_ms := date_trunc('milliseconds', clock_timestamp());
  now_timeline := log_timeline();
  IF head_reached > head_position OR head_timeline <> now_timeline OR head_timeline = 'imported'
     OR head_recorded_at > now_ms + interval '5 seconds' THEN
    -- Not in one statement: Citus runs none on a partition from within another one.
    IF EXISTS (
      SELECT
        FROM unnest(tenant_ids, keys) AS command (tenant_id, idempotency_key)
       WHERE (SELECT event.position
                FROM events AS event
               WHERE event.idempotency_key = command.idempotency_key
                 AND event.tenant_id = command.tenant_id
                 AND event.partition = into_partition
               LIMIT 1) IS NULL)
    THEN
      PERFORM start_log_epoch(into_partition,
                              CASE WHEN head_timeline = 'imported' THEN 'log_imported'
                                   WHEN head_recorded_at > now_ms + interval '5 seconds' THEN 'clock_set_back' END);
    END IF;
    SELECT head.position, head.recorded_at
      INTO STRICT head_position, head_recorded_at
      FROM log_heads AS head
     WHERE head.partition = into_partition;
  END IF;
  head_recorded_at := greatest(head_recorded_at, now_ms);

  -- Name: only a batch with names pays for this statement. Only fresh commands get numbers, so a
  -- series has no gaps: what rolls back the events rolls back the series too.
  IF names IS NOT NULL THEN
    WITH command AS MATERIALIZED (
      SELECT *
        FROM ROWS FROM (unnest(tenant_ids, order_ids, versions, keys),
                        json_to_recordset(names) AS (series text, place bigint, number text, claim text))
             WITH ORDINALITY
          AS c (tenant_id, order_id, version, idempotency_key, series, place, number, claim, ordinal)
    ),
    -- A command whose key is held is a replay, whatever its names: its own event may hold them.
    unseen AS MATERIALIZED (
      SELECT command.*,
             coalesce((SELECT event.idempotency_key
                         FROM events AS event
                        WHERE event.claim = command.claim
                          AND event.tenant_id = command.tenant_id AND event.partition = into_partition
                        LIMIT 1),
                      (SELECT event.idempotency_key
                         FROM events AS event
                        WHERE event.number = command.number
                          AND event.tenant_id = command.tenant_id AND event.partition = into_partition
                        LIMIT 1)) AS key_of_holder
        FROM command
       WHERE (SELECT event.position
                FROM events AS event
               WHERE event.idempotency_key = command.idempotency_key
                 AND event.tenant_id = command.tenant_id AND event.partition = into_partition
               LIMIT 1) IS NULL
    ),
    fresh AS MATERIALIZED (
      SELECT *
        FROM unseen
       WHERE key_of_holder IS NULL
         AND (SELECT event.version
                FROM events AS event
               WHERE event.order_id = unseen.order_id
                 AND event.version = unseen.version
                 AND event.tenant_id = unseen.tenant_id AND event.partition = into_partition
               LIMIT 1) IS NULL
    ),
    -- The stated numbers of a batch come first: a series never gives a number that one of them has.
    used AS MATERIALIZED (
      SELECT wanted.*, coalesce(known.width, 0) AS width,
             greatest(coalesce(known.next_number, 1001), place_max + 1) AS first_number
        FROM (SELECT tenant_id, series, max(place) AS place_max,
                     count(*) FILTER (WHERE number IS NULL) AS asked
                FROM fresh
               WHERE series IS NOT NULL
               GROUP BY tenant_id, series) AS wanted
        LEFT JOIN LATERAL (
               SELECT *
                 FROM order_series AS known
                WHERE known.partition = into_partition
                  AND known.tenant_id = wanted.tenant_id
                  AND known.series = wanted.series
                LIMIT 1
             ) AS known ON true
    ),
    moved AS (
      INSERT INTO order_series (partition, tenant_id, series, next_number, width)
      SELECT into_partition, tenant_id, series, first_number + asked, width
        FROM used
          ON CONFLICT (partition, tenant_id, series) DO UPDATE
         SET next_number = excluded.next_number
    ),
    given AS (
      SELECT fresh.ordinal, used.series, used.width,
             (used.first_number + row_number() OVER (PARTITION BY fresh.tenant_id, fresh.series
                                                     ORDER BY fresh.ordinal) - 1)::text AS digits
        FROM fresh
        JOIN used ON used.tenant_id = fresh.tenant_id AND used.series = fresh.series
       WHERE fresh.number IS NULL
    )
    SELECT array_agg(coalesce(command.number,
                              given.series || lpad(given.digits, greatest(given.width, length(given.digits)), '0'))
                     ORDER BY command.ordinal),
           array_agg(command.claim ORDER BY command.ordinal),
           -- With the key of the event that holds its name, a command is not fresh, and that event
           -- is its row.
           array_agg(coalesce(unseen.key_of_holder, command.idempotency_key) ORDER BY command.ordinal)
      INTO numbers, claims, keys
      FROM command
      LEFT JOIN given ON given.ordinal = command.ordinal
      LEFT JOIN unseen ON unseen.ordinal = command.ordinal;

    IF EXISTS (SELECT FROM unnest(numbers, claims) AS name (number, claim)
                WHERE length(number) NOT BETWEEN 1 AND 64 OR length(claim) NOT BETWEEN 1 AND 600) THEN
      RAISE 'a number has 1 to 64 characters, a claim 1 to 600' USING ERRCODE = 'check_violation';
    END IF;
  END IF;

  -- Read: which commands are fresh? No event has their key, and none has their stream version.
  -- Each look-up is a scalar or a LATERAL with LIMIT 1, which the planner cannot turn into a join
  -- of the whole table. It names only columns of one unique index: with the tenant first, the
  -- planner chose the wrong one on a new table, and the prepared statement kept it (500 appended
  -- events/s instead of 12,000 until the first ANALYZE). Only narrow columns are read here.
  fresh_ordinals := ARRAY (
    SELECT command.ordinal
      FROM (SELECT generate_series(1, cardinality(keys)) AS ordinal, unnest(tenant_ids) AS tenant_id,
                   unnest(order_ids) AS order_id, unnest(versions) AS version, unnest(keys) AS idempotency_key) AS command
     WHERE (SELECT event.position
              FROM events AS event
             WHERE event.idempotency_key = command.idempotency_key
               AND event.tenant_id = command.tenant_id
               AND event.partition = into_partition
             LIMIT 1) IS NULL
       AND (SELECT event.position
              FROM events AS event
             WHERE event.order_id = command.order_id
               AND event.version = command.version
               AND event.tenant_id = command.tenant_id
               AND event.partition = into_partition
             LIMIT 1) IS NULL);
  are_all_fresh := cardinality(fresh_ordinals) = cardinality(keys);

  -- Link: each event is chained to the one before it. A loop, since each link needs the last one;
  -- 0.7 µs an event. One expression, as a single append pays some µs for each. Rejected: digests
  -- computed here, 9 µs an event.
  IF digests IS NULL OR octet_length(digests) <> 32 * cardinality(keys) THEN
    digests := (
      SELECT string_agg(event_digest(into_partition, tenant_id, order_id, version, event_id, type, schema_version, document,
                                     idempotency_key, fingerprint, traceparent, key_id, claims[ordinal]), '' ORDER BY ordinal)
        FROM unnest(tenant_ids, order_ids, versions, event_ids, types, schema_versions, string_to_array(documents, E'\x1e'),
                    keys, fingerprints, traceparents, key_ids)
             WITH ORDINALITY
          AS command (tenant_id, order_id, version, event_id, type, schema_version, document, idempotency_key, fingerprint,
                      traceparent, key_id, ordinal));
  END IF;
  FOR i IN 1 .. cardinality(fresh_ordinals) LOOP
    links[fresh_ordinals[i]] := sha256(
      CASE WHEN i = 1 THEN head_link ELSE links[fresh_ordinals[i - 1]] END
      || substr(digests, 32 * fresh_ordinals[i] - 31, 32) || int8send(head_position + i) || timestamptz_send(head_recorded_at)
      || CASE WHEN numbers IS NULL THEN '' ELSE convert_to(coalesce(numbers[fresh_ordinals[i]], ''), 'UTF8') END);
  END LOOP;

  -- Write: only fresh commands take positions, so the log has no gaps. Sets in the list of a SELECT
  -- advance together, and are not stored first as those in FROM are. The names are read from their
  -- arrays: as columns they would cost a batch without names 2 %.
  IF cardinality(fresh_ordinals) > 0 THEN
    INSERT INTO events (partition, position, tenant_id, order_id, version, event_id, type, schema_version, data,
                        idempotency_key, fingerprint, recorded_at, traceparent, key_id, number, claim, link)
    SELECT into_partition, head_position + CASE WHEN are_all_fresh THEN ordinal ELSE array_position(fresh_ordinals, ordinal) END,
           tenant_id, order_id, version, event_id, type, schema_version, document::json, idempotency_key, fingerprint,
           head_recorded_at, traceparent, key_id, numbers[ordinal], claims[ordinal], links[ordinal]
      FROM (SELECT generate_series(1, cardinality(keys)) AS ordinal, unnest(tenant_ids) AS tenant_id,
                   unnest(order_ids) AS order_id, unnest(versions) AS version, unnest(event_ids) AS event_id,
                   unnest(types) AS type, unnest(schema_versions) AS schema_version,
                   unnest(string_to_array(documents, E'\x1e')) AS document, unnest(keys) AS idempotency_key,
                   unnest(fingerprints) AS fingerprint, unnest(traceparents) AS traceparent,
                   unnest(key_ids) AS key_id) AS command
     WHERE are_all_fresh OR ordinal = ANY (fresh_ordinals);
    -- A variable: Citus 13.2 crashes on the element of an array in the list of an UPDATE.
    head_link := links[fresh_ordinals[cardinality(fresh_ordinals)]];
    UPDATE log_heads AS head
       SET position = head_position + cardinality(fresh_ordinals), reached_position = head_position + cardinality(fresh_ordinals),
           recorded_at = head_recorded_at, timeline = coalesce(now_timeline, timeline), link = head_link
     WHERE head.partition = into_partition;
    -- The caller already has the data of its own command.
    RETURN QUERY
    SELECT ordinal, head_position + CASE WHEN are_all_fresh THEN ordinal ELSE array_position(fresh_ordinals, ordinal) END,
           event_id, NULL::uuid, version, NULL::text, NULL::smallint, NULL::json, NULL::bytea, head_recorded_at,
           NULL::uuid, numbers[ordinal], NULL::text, NULL::text
      FROM (SELECT generate_series(1, cardinality(keys)) AS ordinal, unnest(event_ids) AS event_id,
                   unnest(versions) AS version) AS command
     WHERE are_all_fresh OR ordinal = ANY (fresh_ordinals);
  END IF;

  IF NOT are_all_fresh THEN
    RETURN QUERY
    SELECT command.ordinal, event.position, event.event_id, event.order_id, event.version, event.type, event.schema_version,
           event.data, event.fingerprint, event.recorded_at, event.key_id, event.number, event.claim, event.idempotency_key
      FROM (SELECT generate_series(1, cardinality(keys)) AS ordinal, unnest(tenant_ids) AS tenant_id,
                   unnest(keys) AS idempotency_key) AS command
     CROSS JOIN LATERAL (
             SELECT *
               FROM events AS event
              WHERE event.idempotency_key = command.idempotency_key
                AND event.tenant_id = command.tenant_id
                AND event.partition = into_partition
              LIMIT 1
           ) AS event
     WHERE command.ordinal <> ALL (fresh_ordinals);
  END IF;
END;
$$;

-- Version 1
--
-- The appends of the releases before, without digests and without names. Remove one when no
-- supported release calls it.
CREATE OR REPLACE FUNCTION append_events(
  into_partition  integer,
  tenant_ids      uuid[],
  order_ids       uuid[],
  versions        integer[],
  event_ids       uuid[],
  types           text[],
  schema_versions smallint[],
  documents       text,
  keys            text[],
  fingerprints    bytea[],
  traceparents    text[],
  key_ids         uuid[],
  names           json
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
LANGUAGE sql
AS $$
  SELECT *
    FROM append_events(into_partition, tenant_ids, order_ids, versions, event_ids, types, schema_versions, documents, keys,
                       fingerprints, traceparents, key_ids, names, NULL);
$$;

CREATE OR REPLACE FUNCTION append_events(
  into_partition  integer,
  tenant_ids      uuid[],
  order_ids       uuid[],
  versions        integer[],
  event_ids       uuid[],
  types           text[],
  schema_versions smallint[],
  documents       text,
  keys            text[],
  fingerprints    bytea[],
  traceparents    text[],
  key_ids         uuid[]
) RETURNS TABLE (
  ordinal        integer,
  "position"     bigint,
  event_id       uuid,
  order_id       uuid,
  version        integer,
  type           text,
  schema_version smallint,
  data           json,
  fingerprint    bytea,
  recorded_at    timestamptz,
  key_id         uuid
)
LANGUAGE sql
AS $$
  SELECT ordinal, position, event_id, order_id, version, type, schema_version, data, fingerprint, recorded_at, key_id
    FROM append_events(into_partition, tenant_ids, order_ids, versions, event_ids, types, schema_versions, documents, keys,
                       fingerprints, traceparents, key_ids, NULL, NULL);
$$;

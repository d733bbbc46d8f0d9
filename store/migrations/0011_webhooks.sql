-- Where events are sent, and what became of each of them. Redis knows none of this: what is still to be sent is what stands here.
CREATE TABLE webhook_endpoints (
  endpoint_id                uuid PRIMARY KEY,
  -- The cursor of their list; a tenant's endpoints are made one after the other.
  number                     bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  tenant_id                  uuid        NOT NULL REFERENCES tenants,
  partition                  integer     NOT NULL,
  -- The version of the API that made it, in whose spelling it is sent events.
  edition                    text        NOT NULL CHECK (edition ~ '^v[0-9]{1,3}$'),
  url                        text        NOT NULL CHECK (length(url) BETWEEN 1 AND 2048),
  description                text        NOT NULL CHECK (length(description) <= 500),
  -- NULL: all.
  event_types                text[]      CHECK (cardinality(event_types) BETWEEN 1 AND 50),
  max_per_second             integer     NOT NULL CHECK (max_per_second BETWEEN 1 AND 1000),
  -- Events up to this position are not sent by themselves.
  since_position             bigint      NOT NULL,
  version                    integer     NOT NULL DEFAULT 1,
  created_at                 timestamptz NOT NULL DEFAULT now(),
  updated_at                 timestamptz NOT NULL DEFAULT now(),
  disabled_at                timestamptz,
  disabled_reason            text        CHECK (disabled_reason IN ('by_client', 'gone', 'exhausted')),
  secret                     bytea       NOT NULL CHECK (length(secret) = 32),
  previous_secret            bytea       CHECK (length(previous_secret) = 32),
  previous_secret_expires_at timestamptz,
  -- Attempts in a row that failed, and since when none succeeded.
  failures                   integer     NOT NULL DEFAULT 0,
  failing_since              timestamptz,
  -- Nothing is sent before.
  not_before                 timestamptz NOT NULL DEFAULT '-infinity',
  CHECK ((disabled_at IS NULL) = (disabled_reason IS NULL))
);
CREATE INDEX webhook_endpoints_of_tenant ON webhook_endpoints (tenant_id, number);

-- What a write about webhooks did, by its idempotency key, so that a repeat is answered as the first one was.
CREATE TABLE webhook_commands (
  tenant_id       uuid        NOT NULL REFERENCES tenants,
  idempotency_key text        NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 255),
  fingerprint     bytea       NOT NULL CHECK (length(fingerprint) = 32),
  answer          json,
  recorded_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, idempotency_key)
);

-- One row for each event and endpoint that it is sent to; UNIQUE is what makes a repeated batch of the relay harmless.
CREATE TABLE webhook_deliveries (
  delivery_id     uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order of an endpoint's deliveries, and the cursor of their list. Whoever inserts holds the relay's checkpoint, so that they
  -- become visible in this order.
  number          bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
  endpoint_id     uuid        NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  event_id        uuid        NOT NULL,
  event_type      text        NOT NULL,
  partition       integer     NOT NULL,
  -- Of an event of the log; NULL for a notice of ours, which has its payload here.
  position        bigint,
  order_id        uuid,
  order_version   integer,
  notice          json,
  status          text        NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'delivered', 'failed')),
  -- Of all attempts, and of those since it was last queued, which say where in the schedule it stands.
  attempts        integer     NOT NULL DEFAULT 0,
  tries           integer     NOT NULL DEFAULT 0,
  created_at      timestamptz NOT NULL DEFAULT now(),
  queued_at       timestamptz NOT NULL DEFAULT now(),
  -- When it is due. Whoever takes it on moves this ahead by the length of a claim.
  next_attempt_at timestamptz NOT NULL DEFAULT now(),
  finished_at     timestamptz,
  last_status     integer,
  last_error      text,
  UNIQUE (endpoint_id, event_id),
  CHECK ((position IS NULL) = (notice IS NOT NULL))
);
CREATE INDEX webhook_deliveries_due ON webhook_deliveries (endpoint_id, next_attempt_at, number) WHERE status = 'pending';
CREATE INDEX webhook_deliveries_list ON webhook_deliveries (endpoint_id, number);
CREATE INDEX webhook_deliveries_by_status ON webhook_deliveries (endpoint_id, status, number);
CREATE INDEX webhook_deliveries_by_order ON webhook_deliveries (endpoint_id, order_id, number);
CREATE INDEX webhook_deliveries_finished ON webhook_deliveries (finished_at) WHERE status <> 'pending';

CREATE TABLE webhook_attempts (
  delivery_id  uuid        NOT NULL REFERENCES webhook_deliveries ON DELETE CASCADE,
  number       integer     NOT NULL,
  attempted_at timestamptz NOT NULL,
  duration_ms  integer     NOT NULL,
  -- Of the answer; NULL when there was none, and then `error` says why.
  status       integer,
  error        text        CHECK (length(error) <= 100),
  answer       text        CHECK (length(answer) <= 1024),
  PRIMARY KEY (delivery_id, number)
);

CREATE TABLE webhook_replays (
  replay_id      uuid PRIMARY KEY,
  endpoint_id    uuid        NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  partition      integer     NOT NULL,
  which          text        NOT NULL CHECK (which IN ('all', 'undelivered')),
  after_position bigint      NOT NULL,
  -- Where it ends, and how far it has come.
  up_to_position bigint      NOT NULL,
  position       bigint      NOT NULL,
  queued         bigint      NOT NULL DEFAULT 0,
  created_at     timestamptz NOT NULL DEFAULT now(),
  finished_at    timestamptz
);
CREATE INDEX webhook_replays_open ON webhook_replays (partition, created_at) WHERE finished_at IS NULL;
CREATE INDEX webhook_replays_of_endpoint ON webhook_replays (endpoint_id, replay_id);

-- What keeps the claims of several nodes apart: the send slots of an endpoint, the version of the
-- endpoint that an attempt asked, the claim of a delivery, and the secrets that were promised.
-- The release before leaves the new columns as they are.
ALTER TABLE webhook_endpoints
  -- The first send slot that no claim has reserved.
  ADD COLUMN next_send_at     timestamptz NOT NULL DEFAULT '-infinity',
  -- Counts the changes after which the outcome of a running attempt says nothing about the
  -- endpoint.
  ADD COLUMN generation       integer     NOT NULL DEFAULT 0,
  -- Set while the pending deliveries of a recovered or changed endpoint become due, in the order of
  -- their numbers: the last number that did. The retry schedule of each restarts after a change.
  ADD COLUMN backlog_number   bigint,
  ADD COLUMN backlog_restarts boolean     NOT NULL DEFAULT false;

-- The end of the newest claim; an outcome belongs to the claim that it names.
ALTER TABLE webhook_deliveries ADD COLUMN claimed_until timestamptz;

-- Secrets before the current one, each with the time until which it signs.
CREATE TABLE webhook_secrets (
  endpoint_id uuid        NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  secret      bytea       NOT NULL CHECK (length(secret) = 32),
  expires_at  timestamptz NOT NULL,
  PRIMARY KEY (endpoint_id, secret)
);

-- What operators see of webhooks. The release before leaves the new columns as they are.
ALTER TABLE webhook_endpoints
  -- Of the newest failed attempt; NULL after a success.
  ADD COLUMN last_status integer,
  ADD COLUMN last_error  text COLLATE "C" CHECK (length(last_error) <= 100);

-- The newest status of all endpoints. One node computes it, all nodes show it.
CREATE TABLE webhook_status (
  singleton boolean     PRIMARY KEY DEFAULT true CHECK (singleton),
  read_at   timestamptz NOT NULL,
  status    json
);
INSERT INTO webhook_status (read_at) VALUES ('-infinity');

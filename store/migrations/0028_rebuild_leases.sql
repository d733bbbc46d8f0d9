-- Who rebuilds or audits the tables of a projection now. A row, not the lock of a connection: a
-- process holds no connection meanwhile, and a transaction that locks the row with its token cannot
-- commit for a holder that has lost it (projections/rebuild/lease.ts).
CREATE TABLE rebuild_leases (
  -- `rebuild orders`, `audit orders`.
  work   text        COLLATE "C" PRIMARY KEY,
  token  uuid        NOT NULL,
  -- The holder counts on while it lives. No clock decides about a takeover.
  beats  bigint      NOT NULL DEFAULT 0,
  -- Host and process, for messages.
  holder text        NOT NULL COLLATE "C",
  since  timestamptz NOT NULL DEFAULT now()
);

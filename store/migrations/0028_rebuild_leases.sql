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

-- Leaves a row out: the trigger of an audit that folds a part of a table, so that the copy of a
-- large table takes little space (projections/rebuild/audit-parts.ts).
CREATE FUNCTION leave_out_row() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;

-- Ranges of the log, for audits. A few KiB for each GiB, and no look-up for the planner of lists:
-- their conditions have no `+ 0`. Rows lie about in the order of their first events.
CREATE INDEX orders_by_range ON orders USING brin ((placed_position + 0));
CREATE INDEX order_terms_by_range ON order_terms USING brin ((placed_position + 0));

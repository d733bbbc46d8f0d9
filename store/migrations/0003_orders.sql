-- The read table of orders: one row an order, disposable, made from the log by projections/orders.ts.
--
-- placed_position is the log position of the order's first event, and the cursor of every list. Each index ends in it,
-- so that a page at any depth, of any filter, is one range scan.

CREATE TABLE orders (
  partition       integer     NOT NULL,
  tenant_id       uuid        NOT NULL,
  placed_position bigint      NOT NULL,
  order_id        uuid        NOT NULL,
  customer_id     text        NOT NULL COLLATE "C",
  status          text        NOT NULL COLLATE "C",
  placed_at       timestamptz NOT NULL,
  version         integer     NOT NULL,
  -- The folded order as JSON text. Text, not json: a page is passed through to the client as it stands.
  document        text        NOT NULL,
  -- What the fold needs to go on from here and the document does not show.
  facts           text        NOT NULL,
  PRIMARY KEY (order_id, tenant_id, partition)
);

CREATE INDEX orders_by_position ON orders (tenant_id, placed_position);
CREATE INDEX orders_by_customer ON orders (tenant_id, customer_id, placed_position);
CREATE INDEX orders_by_status ON orders (tenant_id, status, placed_position);
-- Times only ever grow with positions (log_heads.recorded_at), so a time is looked up here once and becomes a position.
CREATE INDEX orders_by_time ON orders (tenant_id, placed_at, placed_position);

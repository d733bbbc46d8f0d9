-- Finding orders, and sales by the quarter hour.
--
-- The columns of orders that lists pick by. The projection computes them (projections/orders.ts). They are NULL in rows of the
-- release before, and stale in rows that one of its nodes wrote since: listed_version, the version of the order that they describe,
-- then differs from version. The projector of this release folds those orders again, a few at a time (projections/orders/outdated.ts).
ALTER TABLE orders
  ADD COLUMN payment_status   text COLLATE "C",
  ADD COLUMN is_on_hold       boolean,
  ADD COLUMN is_ready_to_ship boolean,
  ADD COLUMN ordered_at       timestamptz,
  ADD COLUMN listed_version   integer;

-- Of version 2 of the API, which no release had. They parsed the document of each row that was written. The functions stay for nodes of
-- the release before.
DROP INDEX orders_by_payment_status;
DROP INDEX orders_by_fulfillment_status;

CREATE INDEX orders_by_payment ON orders (tenant_id, payment_status, status, placed_position);
CREATE INDEX orders_by_ordered_at ON orders (tenant_id, ordered_at, placed_position);
CREATE INDEX orders_ready_to_ship ON orders (tenant_id, placed_position) WHERE is_ready_to_ship;
CREATE INDEX orders_on_hold ON orders (tenant_id, placed_position) WHERE is_on_hold;
CREATE INDEX orders_outdated ON orders (partition, order_id) WHERE listed_version IS DISTINCT FROM version;

-- What an order is found by: its reference, number, e-mail address, SKUs, tags and payments. `sku KELP-1` is a term. Rows are
-- written once: an update of the order leaves them alone, while each index of orders gets a new entry.
CREATE TABLE order_terms (
  partition       integer NOT NULL,
  tenant_id       uuid    NOT NULL,
  term            text    NOT NULL COLLATE "C",
  placed_position bigint  NOT NULL,
  PRIMARY KEY (tenant_id, term, placed_position, partition)
);

-- The table of before the last rebuild lacks the terms, so a rollback to it is no longer possible.
DROP TABLE IF EXISTS holdfast_previous.orders;
DELETE FROM checkpoints WHERE consumer = 'orders.previous';

-- Sales by the quarter hour: each offset from UTC since 1972 is a multiple of it, so the days of any time zone are sums of rows.
-- Amounts are whole minor units; a sum that would pass 2^53 - 1 stays there.
CREATE TABLE sales (
  partition integer     NOT NULL,
  tenant_id uuid        NOT NULL,
  -- Its start.
  quarter   timestamptz NOT NULL,
  currency  text        NOT NULL COLLATE "C",
  measure   text        NOT NULL COLLATE "C",
  -- Of a tax, a kind of charge or a provider; empty where there is none.
  name      text        NOT NULL COLLATE "C",
  amount    bigint      NOT NULL,
  -- Events that the row counts.
  events    bigint      NOT NULL,
  PRIMARY KEY (tenant_id, quarter, currency, measure, name, partition)
);

CREATE INDEX sales_by_currency ON sales (tenant_id, currency, quarter);

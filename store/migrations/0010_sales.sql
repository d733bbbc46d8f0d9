-- Two small read tables that are made by counting: what each customer has ordered, and what each day brought. Amounts are whole minor units;
-- a sum that would pass 2^53 - 1, the largest whole number that JSON carries safely, stays there.

CREATE TABLE customer_totals (
  partition        integer     NOT NULL,
  tenant_id        uuid        NOT NULL,
  customer_id      text        NOT NULL COLLATE "C",
  currency         text        NOT NULL COLLATE "C",
  orders_placed    bigint      NOT NULL,
  orders_cancelled bigint      NOT NULL,
  ordered          bigint      NOT NULL,
  paid             bigint      NOT NULL,
  refunded         bigint      NOT NULL,
  first_order_at   timestamptz NOT NULL,
  last_activity_at timestamptz NOT NULL,
  -- Events that the row counts.
  events           bigint      NOT NULL,
  PRIMARY KEY (tenant_id, customer_id, currency, partition)
);

CREATE TABLE daily_sales (
  partition        integer NOT NULL,
  tenant_id        uuid    NOT NULL,
  day              date    NOT NULL,
  currency         text    NOT NULL COLLATE "C",
  -- Log position of the first event that the row counts: the cursor of the list. A row appears with it, so rows become visible in its order.
  position         bigint  NOT NULL,
  orders_placed    bigint  NOT NULL,
  orders_cancelled bigint  NOT NULL,
  ordered          bigint  NOT NULL,
  paid             bigint  NOT NULL,
  refunded         bigint  NOT NULL,
  events           bigint  NOT NULL,
  PRIMARY KEY (tenant_id, day, currency, partition)
);

-- Each ends in the cursor. One event makes at most one row, so that the position is enough to go on from.
CREATE UNIQUE INDEX daily_sales_by_position ON daily_sales (tenant_id, position, partition);
CREATE INDEX daily_sales_by_currency ON daily_sales (tenant_id, currency, position);

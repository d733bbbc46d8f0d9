-- Folds of orders with a long or large history, so that no read folds it from its first event.
-- Disposable: a row that is missing costs the next reader a longer fold, who then writes it.
CREATE TABLE order_snapshots (
  partition integer NOT NULL,
  tenant_id uuid    NOT NULL,
  order_id  uuid    NOT NULL,
  version   integer NOT NULL CHECK (version >= 1),
  -- The event of this version. After a restore from a backup the log may have another one.
  event_id  uuid    NOT NULL,
  -- The release of the fold. Nodes of another release ignore the row and may replace it.
  fold      text    COLLATE "C" NOT NULL,
  state     json    NOT NULL,
  -- The same order of columns as events_version_unique.
  PRIMARY KEY (order_id, version, tenant_id, partition)
);

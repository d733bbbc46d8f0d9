-- Names that exist once in a tenant: the number of an order, and a claim of an event, a text that only the caller of the append reads.
-- Both are NULL in older events. The columns rewrite nothing; the indexes read the table once each, and appends wait meanwhile.
-- No CHECK of their lengths, 64 and 600 characters: each one costs every single append 2 % of its CPU time, also those without a name.
-- append_events checks them in the batches that have names.
ALTER TABLE events
  ADD COLUMN number text COLLATE "C",
  ADD COLUMN claim  text COLLATE "C";

-- The name first: an index that starts with the partition or the tenant would be a second choice for the look-ups of other indexes
-- (see the note at the top of 0001_log.sql). Partial: an event without a name costs no entry.
CREATE UNIQUE INDEX events_number_unique ON events (number, tenant_id, partition) WHERE number IS NOT NULL;
CREATE UNIQUE INDEX events_claim_unique ON events (claim, tenant_id, partition) WHERE claim IS NOT NULL;

-- The next number of each series. The lock on the head of the partition guards these rows: each writer takes it first.
CREATE TABLE order_series (
  partition   integer NOT NULL, -- no foreign keys, as in events: their checks would cost a look-up for each new series
  tenant_id   uuid    NOT NULL,
  series      text    NOT NULL COLLATE "C" CHECK (series ~ '^[A-Za-z0-9._/-]{0,19}[A-Za-z._/-]$'),
  next_number bigint  NOT NULL CHECK (next_number >= 1),
  -- Digits of a number at least; shorter numbers get zeros in front.
  width       integer NOT NULL DEFAULT 0 CHECK (width BETWEEN 0 AND 15),
  PRIMARY KEY (partition, tenant_id, series)
) WITH (fillfactor = 50); -- room for the next version of a row on the same page: updates stay HOT

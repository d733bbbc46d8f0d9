-- The epochs of the log. A failover or a restore can lose the end of the log. Positions of the lost
-- events are never assigned again: the next event is in a new epoch, 2^32 positions further. So a
-- position names one event, or a lost one: the number of its epoch is position >> 32.
-- store/functions/log-epochs.sql starts epochs.

ALTER TABLE log_heads
  -- The highest position that was ever assigned. More than `position`: rows were removed.
  ADD COLUMN reached_position bigint NOT NULL DEFAULT 0,
  -- Timeline of Postgres at the last append. NULL: no append since this column exists. `imported`:
  -- no append since an import, behind whose end positions may be taken elsewhere.
  ADD COLUMN timeline text COLLATE "C";

UPDATE log_heads SET reached_position = position;

ALTER TABLE checkpoints
  -- The consumer has applied lost events, up to this position: its table must be rebuilt.
  ADD COLUMN lost_position bigint;

CREATE TABLE log_epochs (
  partition      integer     NOT NULL REFERENCES log_heads,
  epoch          integer     NOT NULL CHECK (epoch >= 0),
  -- The first event of the epoch is behind this position.
  after_position bigint      NOT NULL,
  -- The last position before the epoch. Positions between the two are lost, or never existed.
  kept_position  bigint      NOT NULL,
  reason         text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 64),
  -- Which Postgres and database, see log_home(). NULL: Postgres does not say it.
  home           text        COLLATE "C",
  timeline       text        COLLATE "C",
  started_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (partition, epoch)
);

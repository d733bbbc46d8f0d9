-- What stops a projection: the event that it cannot apply. One row a stopped projection and partition; it goes when the event
-- has been applied after all, by a mended release, or an operator has had it skipped.
CREATE TABLE projection_faults (
  partition  integer     NOT NULL,
  projection text        NOT NULL CHECK (length(projection) BETWEEN 1 AND 64),
  position   bigint      NOT NULL CHECK (position >= 1),
  error      text        NOT NULL CHECK (length(error) <= 500),
  since      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, projection)
);

-- Events that a projection has been told to leave out, for ever on record.
CREATE TABLE projection_skips (
  partition  integer     NOT NULL,
  projection text        NOT NULL CHECK (length(projection) BETWEEN 1 AND 64),
  position   bigint      NOT NULL CHECK (position >= 1),
  error      text        NOT NULL CHECK (length(error) <= 500),
  reason     text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
  skipped_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, projection, position)
);

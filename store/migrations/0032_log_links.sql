-- Tamper evidence: each event has a link, a hash over the link before it and the event
-- (store/functions/log-links.sql). The columns rewrite nothing; docs/integrity.md has the format.

-- 32 bytes. NULL: appended before this column existed; the tree (log_tiles) covers it.
-- No CHECK of the length: each one costs an append CPU time, see 0013_names.sql.
ALTER TABLE events ADD COLUMN link bytea;

ALTER TABLE log_heads
  -- The link of the newest event, or what the first one follows: log_genesis().
  ADD COLUMN link bytea,
  -- Events behind this position have links.
  ADD COLUMN linked_after bigint NOT NULL DEFAULT 0;

UPDATE log_heads
   SET linked_after = position,
       link = sha256(convert_to('holdfast log ' || partition || ' ' || position, 'UTF8'));

-- A trigger, since nodes of the release before create partitions too.
CREATE FUNCTION begin_log_links() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  NEW.link := coalesce(NEW.link, sha256(convert_to('holdfast log ' || NEW.partition || ' ' || NEW.linked_after, 'UTF8')));
  RETURN NEW;
END;
$$;
CREATE TRIGGER log_heads_begin_links BEFORE INSERT ON log_heads
  FOR EACH ROW EXECUTE FUNCTION begin_log_links();

-- Data that was rewritten in place. The link of an event stays valid: it covers the digest of the
-- data as it was appended, which the first row of the event keeps. The rows are a chain themselves.
CREATE TABLE log_rewrites (
  partition     integer     NOT NULL,
  ordinal       bigint      NOT NULL CHECK (ordinal >= 1), -- counts the rewrites of the partition
  position      bigint      NOT NULL,
  data_before   bytea       NOT NULL CHECK (octet_length(data_before) = 32), -- SHA-256
  data_after    bytea       NOT NULL CHECK (octet_length(data_after) = 32),
  -- The fingerprint of the request, which is keyed where data is sealed.
  fingerprint_before bytea  NOT NULL CHECK (octet_length(fingerprint_before) = 32),
  fingerprint_after  bytea  NOT NULL CHECK (octet_length(fingerprint_after) = 32),
  reason        text        NOT NULL CHECK (length(reason) BETWEEN 1 AND 64),
  rewritten_at  timestamptz NOT NULL,
  link          bytea       NOT NULL CHECK (octet_length(link) = 32),
  PRIMARY KEY (partition, ordinal)
);
-- Hashes of data that was in the clear let their holder test guesses. So once all of it is sealed,
-- the log is linked again, behind this position. An older checkpoint covers the log of before.
CREATE TABLE log_restarts (
  partition    integer     NOT NULL,
  position     bigint      NOT NULL,
  restarted_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, restarted_at)
);

CREATE INDEX log_rewrites_position ON log_rewrites (position, partition);

-- The Merkle tree over the events of a partition (RFC 9162), in tiles of 256 hashes. Row (level 0)
-- holds leaves; a hash of level n is the root of 256 hashes of level n - 1.
CREATE TABLE log_tiles (
  partition      integer  NOT NULL,
  level          smallint NOT NULL CHECK (level BETWEEN 0 AND 7),
  tile           bigint   NOT NULL CHECK (tile >= 0),
  -- Of a tile of leaves: the position of its first event.
  first_position bigint   CHECK (level > 0 OR first_position IS NOT NULL),
  hashes         bytea    NOT NULL CHECK (octet_length(hashes) BETWEEN 32 AND 8192),
  PRIMARY KEY (partition, level, tile)
);

CREATE UNIQUE INDEX log_tiles_first_position ON log_tiles (partition, first_position) WHERE level = 0;

CREATE TABLE log_trees (
  partition       integer PRIMARY KEY,
  size            bigint  NOT NULL DEFAULT 0 CHECK (size >= 0),
  -- The position of the last event in the tree.
  position        bigint  NOT NULL DEFAULT 0,
  -- The newest signed checkpoint, and the size of its tree.
  checkpoint      text    CHECK (length(checkpoint) <= 2000),
  checkpoint_size bigint  CHECK (checkpoint_size <= size)
);

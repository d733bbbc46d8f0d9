-- Personal data under keys of its own (store/personal/). Members of events that tell who a customer
-- is are sealed under a data key of the customer, which is sealed by a master key that Postgres
-- never sees. Erasing a customer destroys his data keys. Nothing is sealed until a master key is
-- active: nodes of the release before cannot read a sealed member.
CREATE TABLE personal_state (
  only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The master key that seals new data keys; NULL: personal data is stored in the clear.
  key_id       text        COLLATE "C" CHECK (key_id ~ '^[0-9a-f]{16}$'),
  activated_at timestamptz NOT NULL DEFAULT now(),
  -- Whether all events are sealed, also those of before the activation.
  is_all_sealed boolean    NOT NULL DEFAULT false,
  -- The number of the newest erasure. An append that was sealed before it seals again.
  erasures     bigint      NOT NULL DEFAULT 0 CHECK (erasures >= 0)
);
INSERT INTO personal_state DEFAULT VALUES;

-- A subject may have several keys: two nodes that meet a new customer at once make one each, so
-- that neither waits, and one who returns after an erasure gets a new one. The row of an erased key
-- stays, so that no late append brings it back.
CREATE TABLE customer_keys (
  key_id     uuid        PRIMARY KEY,
  tenant_id  uuid        NOT NULL,
  -- customer:ID, or order:ID of a guest's order.
  subject    text        COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 7 AND 80),
  sealed_key bytea       CHECK (length(sealed_key) BETWEEN 33 AND 200),
  created_at timestamptz NOT NULL DEFAULT now(),
  erased_at  timestamptz,
  -- The number of the erasure that destroyed it.
  erasure    bigint,
  CHECK (num_nulls(erased_at, erasure) IN (0, 2)),
  CHECK ((sealed_key IS NULL) = (erased_at IS NOT NULL))
);
CREATE INDEX customer_keys_subject ON customer_keys (subject, tenant_id);
CREATE INDEX customer_keys_erasure ON customer_keys (erasure) WHERE erasure IS NOT NULL;

-- Orders by a keyed hash of their e-mail address. Written by the append, not projected: the
-- projector opens nothing. Erasing deletes the rows; the key of the hash is one of the tenant.
CREATE TABLE personal_terms (
  partition       integer NOT NULL,
  tenant_id       uuid    NOT NULL,
  term            bytea   NOT NULL CHECK (length(term) = 16),
  placed_position bigint  NOT NULL,
  key_id          uuid    NOT NULL,
  PRIMARY KEY (term, tenant_id, placed_position, partition)
);
CREATE INDEX personal_terms_key ON personal_terms (key_id);

CREATE TABLE search_keys (
  tenant_id  uuid  PRIMARY KEY,
  sealed_key bytea NOT NULL CHECK (length(sealed_key) BETWEEN 33 AND 200)
);

-- Who asked to be forgotten. The list is exported with the log, and applied again after a restore.
CREATE TABLE erasures (
  erasure_id uuid        PRIMARY KEY,
  tenant_id  uuid        NOT NULL,
  -- As in customer_keys.
  subject    text        COLLATE "C" NOT NULL CHECK (length(subject) BETWEEN 7 AND 80),
  erased_at  timestamptz NOT NULL
);
CREATE INDEX erasures_subject ON erasures (subject, tenant_id);

-- How far holdfast personal seal has come: the position of the last order that it has looked at.
CREATE TABLE personal_progress (
  partition integer PRIMARY KEY,
  position  bigint  NOT NULL
);

-- Names of metadata entries that hold personal data, by the choice of the shop.
ALTER TABLE tenants
  ADD COLUMN personal_metadata text[] NOT NULL DEFAULT '{}'
    CHECK (cardinality(personal_metadata) <= 20);
CREATE INDEX tenants_personal_metadata ON tenants (tenant_id) WHERE cardinality(personal_metadata) > 0;

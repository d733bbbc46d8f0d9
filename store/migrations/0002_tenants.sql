-- Who may call. A key is kept as its SHA-256 only: keys are long and random, so a plain hash cannot be guessed back.

CREATE TABLE tenants (
  tenant_id  uuid        PRIMARY KEY,
  name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  -- Where the tenant's events are, for ever.
  partition  integer     NOT NULL REFERENCES log_heads,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  key_id     uuid        PRIMARY KEY,
  tenant_id  uuid        NOT NULL REFERENCES tenants,
  key_hash   bytea       NOT NULL UNIQUE CHECK (octet_length(key_hash) = 32),
  name       text        NOT NULL CHECK (length(name) BETWEEN 1 AND 100),
  scopes     text[]      NOT NULL CHECK (cardinality(scopes) BETWEEN 1 AND 16),
  created_at timestamptz NOT NULL DEFAULT now(),
  revoked_at timestamptz
);

-- Secrets that all nodes share and no client sees, made once: the key that authenticates cursors.
CREATE TABLE instance_secrets (
  name       text        PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
  secret     bytea       NOT NULL CHECK (octet_length(secret) = 32),
  created_at timestamptz NOT NULL DEFAULT now()
);

-- Secrets that are encrypted under a key that Postgres does not hold (store/secrets/keyring.ts).
-- Each secret is in one of two columns: in the clear, or sealed. The release before reads and
-- writes the clear ones only. So nothing is sealed until an operator asks for it, and a write of
-- the release before to a sealed row breaks a check instead of leaving two secrets.
CREATE TABLE secrets_key (
  only_row     boolean     PRIMARY KEY DEFAULT true CHECK (only_row),
  -- The key that seals new secrets; NULL: they are stored in the clear.
  key_id       text        COLLATE "C" CHECK (key_id ~ '^[0-9a-f]{16}$'),
  activated_at timestamptz NOT NULL DEFAULT now()
);
INSERT INTO secrets_key DEFAULT VALUES;

ALTER TABLE webhook_endpoints
  ALTER COLUMN secret DROP NOT NULL,
  ADD COLUMN sealed_secret          bytea CHECK (length(sealed_secret) BETWEEN 33 AND 200),
  ADD COLUMN sealed_previous_secret bytea CHECK (length(sealed_previous_secret) BETWEEN 33 AND 200),
  ADD CONSTRAINT webhook_endpoints_one_secret CHECK (num_nonnulls(secret, sealed_secret) = 1),
  ADD CONSTRAINT webhook_endpoints_one_previous_secret
    CHECK (num_nonnulls(previous_secret, sealed_previous_secret) <= 1);

-- The primary key held the clear secret. The release before names (endpoint_id, secret) in ON
-- CONFLICT, which the unique index serves.
ALTER TABLE webhook_secrets
  DROP CONSTRAINT webhook_secrets_pkey,
  ALTER COLUMN secret DROP NOT NULL,
  ADD COLUMN secret_id     uuid NOT NULL DEFAULT gen_random_uuid() PRIMARY KEY,
  ADD COLUMN sealed_secret bytea CHECK (length(sealed_secret) BETWEEN 33 AND 200),
  ADD CONSTRAINT webhook_secrets_one_secret CHECK (num_nonnulls(secret, sealed_secret) = 1);
CREATE UNIQUE INDEX webhook_secrets_clear ON webhook_secrets (endpoint_id, secret);

ALTER TABLE instance_secrets
  ALTER COLUMN secret DROP NOT NULL,
  ADD COLUMN sealed_secret bytea CHECK (length(sealed_secret) BETWEEN 33 AND 200),
  ADD CONSTRAINT instance_secrets_one_secret CHECK (num_nonnulls(secret, sealed_secret) = 1);

-- Deliveries that wait because the secret of their endpoint does not decrypt.
CREATE INDEX webhook_deliveries_unsigned ON webhook_deliveries (delivery_id)
 WHERE status = 'pending' AND last_error = 'secret_not_decrypted';

-- Two live keys of a name, so that clients can move from one to the other; what a key looks like, and when it was last used.

ALTER TABLE api_keys
  -- At most two live keys of one name in a tenant: each holds a slot, and a slot has one holder. An index holds the
  -- rule at every isolation level; a count of rows would only hold it for those who take the same lock first.
  -- The default is for the release before this one, which knows no slots. NULL: live before there was a rule, and too many.
  ADD COLUMN slot         smallint DEFAULT 1 CHECK (slot IN (1, 2)),
  -- The first characters, to know a key by in a list. At most four of a random part of 32: what is left cannot be guessed.
  ADD COLUMN prefix       text CHECK (prefix ~ '^hf_(live|test)_[A-Za-z0-9]{0,4}$'),
  ADD COLUMN last_used_at timestamptz;

UPDATE api_keys AS api_key
   SET slot = CASE WHEN live.ordinal <= 2 THEN live.ordinal END
  FROM (SELECT key_id, row_number() OVER (PARTITION BY tenant_id, name ORDER BY created_at, key_id) AS ordinal
          FROM api_keys
         WHERE revoked_at IS NULL) AS live
 WHERE live.key_id = api_key.key_id AND live.ordinal > 1;

CREATE UNIQUE INDEX api_keys_live_slot ON api_keys (tenant_id, name, slot) WHERE revoked_at IS NULL;

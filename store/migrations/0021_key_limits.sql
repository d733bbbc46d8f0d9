-- Limits of a key and of a tenant. The release before reads none of these columns, and its keys get
-- none of the limits.

ALTER TABLE api_keys
  -- COUNT/SECONDS; NULL: the default of the installation.
  ADD COLUMN write_quota text COLLATE "C" CHECK (write_quota ~ '^[1-9][0-9]{0,5}/[1-9][0-9]{0,4}$'),
  ADD COLUMN read_quota  text COLLATE "C" CHECK (read_quota ~ '^[1-9][0-9]{0,5}/[1-9][0-9]{0,4}$'),
  ADD COLUMN expires_at  timestamptz,
  -- CIDR notation; empty: any address.
  ADD COLUMN networks    text[] COLLATE "C" NOT NULL DEFAULT '{}' CHECK (cardinality(networks) <= 50);

ALTER TABLE tenants
  -- Of all keys of the tenant together; NULL: none.
  ADD COLUMN write_quota text COLLATE "C" CHECK (write_quota ~ '^[1-9][0-9]{0,5}/[1-9][0-9]{0,4}$'),
  ADD COLUMN read_quota  text COLLATE "C" CHECK (read_quota ~ '^[1-9][0-9]{0,5}/[1-9][0-9]{0,4}$');

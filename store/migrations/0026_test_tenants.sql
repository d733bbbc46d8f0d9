-- A test key reached the orders of live keys. Test keys of a live tenant now belong to a test
-- tenant, so that each statement by tenant keeps the two apart. Tenants that exist stay live, with
-- all of their keys. The release before ignores both columns: it serves test tenants as any other.
ALTER TABLE tenants
  ADD COLUMN mode    text COLLATE "C" NOT NULL DEFAULT 'live' CHECK (mode IN ('live', 'test')),
  -- The live tenant; NULL: this tenant is live, or a test tenant without a live one.
  ADD COLUMN test_of uuid UNIQUE REFERENCES tenants,
  ADD CHECK (mode = 'test' OR test_of IS NULL);

-- The data key of a customer is in the partition of its tenant, as the events that it seals: with
-- Citus, the append that makes a key writes both on the worker that has the partition.
ALTER TABLE customer_keys ADD COLUMN partition integer;

UPDATE customer_keys AS key
   SET partition = tenant.partition
  FROM tenants AS tenant
 WHERE tenant.tenant_id = key.tenant_id;

-- For keys that a node of the release before adds. `holdfast cluster distribute` drops the trigger.
CREATE FUNCTION place_customer_key() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.partition := (SELECT partition FROM tenants WHERE tenant_id = NEW.tenant_id);
  RETURN NEW;
END;
$$;
CREATE TRIGGER customer_keys_place BEFORE INSERT ON customer_keys
  FOR EACH ROW WHEN (NEW.partition IS NULL) EXECUTE FUNCTION place_customer_key();

-- A page by payment status names the partition too, and goes on reading this index alone. The
-- migration reads orders once, and statements on it wait for that.
DROP INDEX orders_by_payment;
CREATE INDEX orders_by_payment ON orders (tenant_id, payment_status, status, placed_position) INCLUDE (partition);

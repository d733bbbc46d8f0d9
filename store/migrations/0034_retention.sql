-- How long a tenant keeps what it need not keep for ever (store/retention/). NULL: no policy.
CREATE TABLE retention_policies (
  tenant_id      uuid        PRIMARY KEY,
  -- Days after the last change of a closed order.
  personal_days  integer     CHECK (personal_days BETWEEN 1 AND 36500),
  -- Days after the end of a delivery. Without a policy it is kept for 30.
  delivery_days  integer     CHECK (delivery_days BETWEEN 1 AND 30),
  act_days       integer     CHECK (act_days BETWEEN 1 AND 36500),
  -- When the policy is due. A node that works on it puts it off.
  next_run_at    timestamptz NOT NULL DEFAULT now(),
  -- The data key that the present pass has come to; NULL between two passes.
  after_created  timestamptz,
  after_key_id   uuid,
  passed_at      timestamptz,
  CHECK (num_nulls(after_created, after_key_id) IN (0, 2))
);
CREATE INDEX retention_policies_due ON retention_policies (next_run_at);

-- An expression, as in events_feed: with the tenant itself, the planner took it for the look-up
-- of one customer, and read all keys of the tenant (24 ms of 100,000).
CREATE INDEX customer_keys_living ON customer_keys (uuid_send(tenant_id), created_at, key_id)
 WHERE erased_at IS NULL;
CREATE INDEX erasures_recent ON erasures (erased_at);

-- The record stays append-only, but for what a policy of its tenant no longer keeps: the table
-- itself checks that. Acts on the whole installation have no tenant, and stay.
DROP TRIGGER administrative_acts_append_only ON administrative_acts;
CREATE TRIGGER administrative_acts_append_only BEFORE UPDATE OR TRUNCATE ON administrative_acts
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_acts();
CREATE FUNCTION refuse_removal_of_kept_acts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM retention_policies AS policy
              WHERE policy.tenant_id = OLD.tenant_id
                AND OLD.recorded_at < now() - policy.act_days * interval '1 day') THEN
    RETURN OLD;
  END IF;
  RAISE EXCEPTION 'administrative_acts is append-only: DELETE refused'
    USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER administrative_acts_kept BEFORE DELETE ON administrative_acts
  FOR EACH ROW EXECUTE FUNCTION refuse_removal_of_kept_acts();

-- What an endpoint subscribed to, by ranges of positions. The relay used the settings of its own
-- time: an event that was appended while the endpoint was enabled got no delivery when the endpoint
-- was disabled before the relay had passed, and new event types applied to earlier events. The
-- release before ignores all of this.

-- Events up to this position do not belong to the current event types; see also since_position.
ALTER TABLE webhook_endpoints ADD COLUMN types_since_position bigint NOT NULL DEFAULT 0;

-- Subscriptions that ended, until the relay has passed them. Those of an endpoint do not overlap.
CREATE TABLE webhook_earlier_subscriptions (
  endpoint_id    uuid    NOT NULL REFERENCES webhook_endpoints ON DELETE CASCADE,
  -- It has the events behind since_position, up to up_to_position.
  up_to_position bigint  NOT NULL,
  since_position bigint  NOT NULL CHECK (since_position < up_to_position),
  event_types    text[]  COLLATE "C",
  tenant_id      uuid    NOT NULL,
  partition      integer NOT NULL,
  PRIMARY KEY (endpoint_id, up_to_position)
);
CREATE INDEX webhook_earlier_subscriptions_of_tenant ON webhook_earlier_subscriptions (tenant_id, up_to_position);

-- A trigger, so that a change by a node of the release before, or by hand, ends a subscription too.
CREATE FUNCTION end_webhook_subscription() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  head  bigint := (SELECT position FROM log_heads WHERE partition = old.partition);
  since bigint := greatest(old.since_position, old.types_since_position);
BEGIN
  IF since < head THEN
    INSERT INTO webhook_earlier_subscriptions (endpoint_id, up_to_position, since_position, event_types, tenant_id, partition)
    VALUES (old.endpoint_id, head, since, old.event_types, old.tenant_id, old.partition);
    new.types_since_position := head;
  END IF;
  RETURN new;
END
$$;
CREATE TRIGGER webhook_subscription_ended BEFORE UPDATE OF disabled_at, event_types ON webhook_endpoints FOR EACH ROW
  WHEN (old.disabled_at IS NULL AND (new.disabled_at IS NOT NULL OR new.event_types IS DISTINCT FROM old.event_types))
  EXECUTE FUNCTION end_webhook_subscription();

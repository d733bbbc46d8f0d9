-- A tenant with many endpoints turns few events into many deliveries, and the events of other
-- tenants of the partition waited behind them. The relay puts off what exceeds the share of a
-- tenant, and passes on. A row has the events of a tenant that are put off: behind position, up to
-- up_to_position. The release before ignores the table. It relays the events behind its checkpoint,
-- and the next node of this release relays those that were put off.
CREATE TABLE webhook_relay_backlogs (
  partition      integer     NOT NULL,
  tenant_id      uuid        NOT NULL REFERENCES tenants ON DELETE CASCADE,
  position       bigint      NOT NULL,
  up_to_position bigint      NOT NULL,
  since          timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (partition, tenant_id)
);

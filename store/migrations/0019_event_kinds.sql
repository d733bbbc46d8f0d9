-- The event types and schema versions that projectors met in a partition. A node that does not know
-- one of them belongs to an older release, and leaves the read tables to newer nodes.
CREATE TABLE event_kinds (
  partition      integer NOT NULL,
  type           text    COLLATE "C" NOT NULL,
  schema_version integer NOT NULL,
  -- The first event of the kind that a projector met.
  position       bigint  NOT NULL,
  PRIMARY KEY (partition, type, schema_version)
);

-- Pending deliveries that the nodes could not read: few, or none.
CREATE INDEX webhook_deliveries_unread ON webhook_deliveries (event_type COLLATE "C")
 WHERE status = 'pending' AND last_error IN ('event_not_understood', 'event_not_rendered');

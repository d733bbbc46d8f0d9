-- The schema version of a delivery's event: a claim passes over events of a newer release without a
-- look into the log. NULL: a node of the release before queued it, or it is a notice.
ALTER TABLE webhook_deliveries ADD COLUMN schema_version smallint;

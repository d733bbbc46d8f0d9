-- Each index on text compares bytes. An index trusts that its collation never changes, but those of
-- the system do, with an upgrade of it. Then a look-up by idempotency key missed keys that were
-- there, and commands of webhooks ran a second time. test/store/collations.test.ts refuses an index
-- of a later migration that compares otherwise.
--
-- Nothing is rewritten, but each index of a changed column is built again, and statements on the
-- table wait meanwhile: 2.3 s for 1 million rows of webhook_commands, 3.2 s for 1 million of
-- webhook_deliveries. The other tables are small.
ALTER TABLE webhook_commands   ALTER COLUMN idempotency_key TYPE text COLLATE "C";
ALTER TABLE webhook_deliveries ALTER COLUMN status          TYPE text COLLATE "C";
ALTER TABLE api_keys           ALTER COLUMN name            TYPE text COLLATE "C";
ALTER TABLE instance_secrets   ALTER COLUMN name            TYPE text COLLATE "C";
ALTER TABLE projection_faults  ALTER COLUMN projection      TYPE text COLLATE "C";
ALTER TABLE projection_skips   ALTER COLUMN projection      TYPE text COLLATE "C";
ALTER TABLE schema_migrations  ALTER COLUMN name            TYPE text COLLATE "C";

-- Not the column: nodes of the release before have prepared a statement that returns it, and with
-- another collation Postgres refuses that statement for the life of the connection ("cached plan
-- must not change result type"). No primary key can have a collation of its own, so a unique index
-- takes its place, also for logical replication.
ALTER TABLE checkpoints DROP CONSTRAINT checkpoints_pkey;
CREATE UNIQUE INDEX checkpoints_by_consumer ON checkpoints (partition, consumer COLLATE "C");
ALTER TABLE checkpoints REPLICA IDENTITY USING INDEX checkpoints_by_consumer;

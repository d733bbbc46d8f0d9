-- Deleting an endpoint waits for no replay: a step of a replay holds its row while it queues
-- deliveries, and the foreign key made the deletion wait for that row. No step, list or status
-- finds the replays of an endpoint that is gone. The removal of its deliveries removes them too.
ALTER TABLE webhook_replays DROP CONSTRAINT webhook_replays_endpoint_id_fkey;

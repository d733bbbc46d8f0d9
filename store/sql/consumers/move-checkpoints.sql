-- Moves a checkpoint whose row the transaction has locked forward from position $4 to $3, and with
-- it those of the consumers $5 that stand at $4 too. A consumer whose lease another node holds
-- stays, as one that is paused or has applied lost events. Returns the consumers that moved.
WITH companion AS MATERIALIZED (
  SELECT consumer
    FROM checkpoints
   WHERE partition = $1 AND consumer = ANY ($5::text[]) AND position = $4 AND paused_at IS NULL AND lost_position IS NULL
     FOR UPDATE SKIP LOCKED
)
UPDATE checkpoints
   SET position = $3, updated_at = now()
 WHERE partition = $1 AND (consumer = $2 OR consumer IN (SELECT consumer FROM companion))
   AND position = $4 AND position < $3
RETURNING consumer

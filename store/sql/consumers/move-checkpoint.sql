-- Moves a checkpoint whose row the transaction has locked.
UPDATE checkpoints
   SET position = $3, updated_at = now()
 WHERE partition = $1 AND consumer = $2

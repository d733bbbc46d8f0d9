-- Moves a checkpoint forward from position $3 to $4. Returns no row when another process has moved
-- it.
UPDATE checkpoints
   SET position = $4, updated_at = now()
 WHERE partition = $1 AND consumer = $2 AND position = $3 AND position < $4
RETURNING position

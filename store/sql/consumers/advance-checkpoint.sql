-- From one known position to the next: no row is answered to whoever is no longer the only one that moves it.
UPDATE checkpoints
   SET position = $4, updated_at = now()
 WHERE partition = $1 AND consumer = $2 AND position = $3
RETURNING position

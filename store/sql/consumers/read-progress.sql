-- The checkpoint of a consumer and the head of the log, in one snapshot.
SELECT head.position AS head, checkpoint.position AS applied
  FROM log_heads AS head
  JOIN checkpoints AS checkpoint
    ON checkpoint.partition = head.partition AND checkpoint.consumer = $2
 WHERE head.partition = $1

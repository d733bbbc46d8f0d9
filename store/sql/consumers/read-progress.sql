-- How far a consumer has come, and how far the log has, in one snapshot.
SELECT head.position AS head, checkpoint.position AS applied
  FROM log_heads AS head
  JOIN checkpoints AS checkpoint ON checkpoint.partition = head.partition AND checkpoint.consumer = $2
 WHERE head.partition = $1

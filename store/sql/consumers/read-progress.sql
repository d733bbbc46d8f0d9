-- The checkpoint of a consumer and the head of the log, in one snapshot. `lag` counts the events
-- between them.
SELECT head.position AS head, checkpoint.position AS applied,
       CASE WHEN head.position >> 32 = checkpoint.position >> 32
            THEN head.position - checkpoint.position
            ELSE log_lag(head.partition, checkpoint.position, head.position) END AS lag
  FROM log_heads AS head
  JOIN checkpoints AS checkpoint
    ON checkpoint.partition = head.partition AND checkpoint.consumer = $2
 WHERE head.partition = $1

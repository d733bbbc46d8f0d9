-- An operator's stop: nobody takes the lease of a paused consumer. NULL: it runs.
ALTER TABLE checkpoints ADD COLUMN paused_at timestamptz;

-- Where the auditor folds the log anew, apart from a rebuild that may run at the same time.
CREATE SCHEMA holdfast_audit;

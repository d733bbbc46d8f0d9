-- The append without key_ids, of the release before 0005_history.sql. No supported release calls it.
-- The one that nodes call is in store/functions/append-events.sql.
DROP FUNCTION IF EXISTS append_events(integer, uuid[], uuid[], integer[], uuid[], text[], smallint[], text, text[], bytea[], text[]);

-- Where read tables stand that are not live: one that is being made anew, and the one that was live before it. Moving a table from schema to
-- schema takes its indexes along under their own names, and a statement that was prepared finds the live one by its name again.
CREATE SCHEMA holdfast_rebuild;
CREATE SCHEMA holdfast_previous;

/** What Postgres recorded of a load: by statement, by kind of WAL record, by table. */

/** Statements by their time. $1: orders. Those inside a function have a row of their own. */
export const statements = `
  SELECT left(regexp_replace(regexp_replace(query, '--[^\\n]*', '', 'g'), '\\s+', ' ', 'g'), 60) AS statement,
         toplevel AS top, calls::int, round(rows / $1::numeric, 2) AS rows,
         round(total_exec_time::numeric * 1000 / $1, 1) AS exec_us,
         round(total_plan_time::numeric * 1000 / $1, 1) AS plan_us, plans::int,
         round(shared_blks_hit / $1::numeric, 1) AS hits,
         round(shared_blks_dirtied / $1::numeric, 2) AS dirtied,
         round(wal_bytes / $1) AS wal_bytes, round(wal_records / $1::numeric, 1) AS wal_records
    FROM pg_stat_statements
   WHERE total_exec_time + total_plan_time > 0
   ORDER BY total_exec_time + total_plan_time DESC
   LIMIT 24`;

/** Records of the write-ahead log from $1 to $2, an order. $3: orders. */
export const indexEntries = `
  SELECT "resource_manager/record_type" AS record, round(count / $3::numeric, 2) AS records,
         round(record_size / $3::numeric) AS bytes, round(fpi_size / $3::numeric) AS page_images
    FROM pg_get_wal_stats($1::pg_lsn, $2::pg_lsn, true)
   WHERE count > 0
   ORDER BY combined_size DESC
   LIMIT 14`;

/** Rows written by table, since the start. */
export const tables = `
  SELECT relname AS table, n_tup_ins::int AS inserted, n_tup_upd::int AS updated, n_tup_hot_upd::int AS hot,
         pg_size_pretty(pg_table_size(relid)) AS size, pg_size_pretty(pg_indexes_size(relid)) AS indexes,
         autovacuum_count::int AS vacuums, autoanalyze_count::int AS analyses
    FROM pg_stat_user_tables
   WHERE n_tup_ins + n_tup_upd > 100
   ORDER BY pg_total_relation_size(relid) DESC
   LIMIT 8`;

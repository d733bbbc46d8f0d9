/** One row: the current role, and the GRANT statements that it needs to migrate the schema `$1`. */
export const MISSING_RIGHTS = `
  SELECT quote_ident(current_user) AS role,
         array_remove(ARRAY[
           CASE WHEN NOT (has_schema_privilege(to_regnamespace($1)::oid, 'CREATE') AND has_schema_privilege(to_regnamespace($1)::oid, 'USAGE'))
                THEN format('GRANT USAGE, CREATE ON SCHEMA %I TO %I;', $1, current_user) END,
           CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
                THEN format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) END
         ], NULL) AS grants`;

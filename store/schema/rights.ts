/** One row: the current role, and the GRANT statements that it needs before it can migrate. */
export const MISSING_RIGHTS = `
  SELECT quote_ident(current_user) AS role,
         array_remove(ARRAY[
           CASE WHEN to_regnamespace('public') IS NULL
                THEN format('CREATE SCHEMA public AUTHORIZATION %I;', current_user)
                WHEN NOT (has_schema_privilege(to_regnamespace('public')::oid, 'CREATE') AND has_schema_privilege(to_regnamespace('public')::oid, 'USAGE'))
                THEN format('GRANT USAGE, CREATE ON SCHEMA public TO %I;', current_user) END,
           CASE WHEN NOT has_database_privilege(current_database(), 'CREATE')
                THEN format('GRANT CREATE ON DATABASE %I TO %I;', current_database(), current_user) END
         ], NULL) AS grants`;

/**
 * Two roles instead of one: the migration role owns the tables, the runtime role serves. Who has
 * the address of a node can then neither drop a table nor rewrite the log.
 */
import { type CommonQueryMethods, sql } from 'slonik';
import { z } from 'zod';
import { OLD_SCHEMA, schemaOf } from './names.ts';
import { namesIn } from './collisions.ts';
import { CREATE_LEDGER } from './ledger.ts';
import { readSchemaFiles } from './schema-files.ts';

export interface RoleNames {
  migration: string;
  runtime: string;
}

/** What the runtime role may do with a table, where it is less than reading and writing rows. */
const RIGHTS: Record<string, string> = {
  schema_migrations: 'SELECT',
  // Sealing personal data rewrites these two columns, and log_rewrites records it.
  events: 'SELECT, INSERT, UPDATE (data, fingerprint)',
  log_heads: 'SELECT, INSERT, UPDATE',
  log_epochs: 'SELECT, INSERT',
  log_rewrites: 'SELECT, INSERT',
  log_restarts: 'SELECT',
  log_tiles: 'SELECT, INSERT, UPDATE',
  log_trees: 'SELECT, INSERT, UPDATE',
  // A trigger keeps what no policy lets go.
  administrative_acts: 'SELECT, INSERT, DELETE',
  erasures: 'SELECT, INSERT',
};
const USUAL_RIGHTS = 'SELECT, INSERT, UPDATE, DELETE';

const stateRow = z.object({
  database: z.string(),
  me: z.string(),
  roles: z.array(z.string()),
  /** Tables, as `holdfast.orders`, and functions with their arguments. */
  tables: z.array(z.string()),
  functions: z.array(z.string()),
  /** Roles that own some of them, other than the migration role and superusers. */
  owners: z.array(z.string()),
});

/**
 * The statements, in their order. They can be repeated, and change nothing the second time.
 *
 * @param connection to a migrated database
 */
export async function roleStatements(
  connection: CommonQueryMethods,
  { migration, runtime }: RoleNames,
): Promise<string[]> {
  const live = schemaOf('live');
  const shadows = [schemaOf('rebuild'), schemaOf('previous'), schemaOf('audit')];
  const { database, me, roles, tables, functions, owners } = await readState(connection, migration);
  const schemas = live === OLD_SCHEMA ? shadows : [live, ...shadows];
  return [
    ...[migration, runtime]
      .filter((role) => !roles.includes(role))
      .map((role) => `CREATE ROLE ${role} LOGIN`),
    // Who gives a table away must be a member of the new owner; nodes with the old address go on.
    ...[...new Set([me, ...owners])]
      .filter((role) => role !== '')
      .map((role) => `GRANT ${migration} TO ${role}`),
    `GRANT CONNECT, CREATE ON DATABASE ${database} TO ${migration}`,
    `GRANT CONNECT ON DATABASE ${database} TO ${runtime}`,
    ...schemas.map((schema) => `ALTER SCHEMA ${schema} OWNER TO ${migration}`),
    ...(live === OLD_SCHEMA ? [`GRANT USAGE, CREATE ON SCHEMA ${live} TO ${migration}`] : []),
    ...tables.map((table) => `ALTER TABLE ${table} OWNER TO ${migration}`),
    ...functions.map((signature) => `ALTER FUNCTION ${signature} OWNER TO ${migration}`),
    ...[live, ...shadows].map((schema) => `GRANT USAGE ON SCHEMA ${schema} TO ${runtime}`),
    // The auditor of a node fills tables of its own.
    `GRANT CREATE ON SCHEMA ${schemaOf('audit')} TO ${runtime}`,
    ...tables.flatMap((table) => grantsOf(table, runtime)),
    // Tables of later migrations and of rebuilds.
    `ALTER DEFAULT PRIVILEGES FOR ROLE ${migration} GRANT ${USUAL_RIGHTS} ON TABLES TO ${runtime}`,
    ...[migration, runtime].map(
      (role) => `ALTER ROLE ${role} IN DATABASE ${database} SET search_path = ${live}`,
    ),
  ];
}

function grantsOf(table: string, runtime: string): string[] {
  const rights = RIGHTS[table.slice(table.indexOf('.') + 1)];
  if (rights === undefined) return [`GRANT ${USUAL_RIGHTS} ON ${table} TO ${runtime}`];
  return [`REVOKE ALL ON ${table} FROM ${runtime}`, `GRANT ${rights} ON ${table} TO ${runtime}`];
}

const FUNCTIONS = /^CREATE (?:OR REPLACE )?FUNCTION (\w+)/gm;

/** In `public` there may be tables and functions of other programs. */
async function readState(connection: CommonQueryMethods, migration: string) {
  const texts = [CREATE_LEDGER, ...(await readSchemaFiles()).map(({ text }) => text)];
  const { tables } = namesIn(texts);
  const functions = texts.flatMap((text) => [...text.matchAll(FUNCTIONS)].map(([, name = '']) => name));
  const live = schemaOf('live');
  const shadows = sql.array([schemaOf('rebuild'), schemaOf('previous')], 'text');
  return connection.one(sql.type(stateRow)`
    WITH owned AS (
      SELECT relowner AS owner, format('%I.%I', nspname, relname) AS name, true AS is_table
        FROM pg_class JOIN pg_namespace AS namespace ON namespace.oid = relnamespace
       WHERE relkind = 'r' AND relname = ANY (${sql.array([...tables], 'text')})
         AND (nspname = ${live} OR nspname = ANY (${shadows}))
       UNION ALL
      SELECT proowner, proc.oid::regprocedure::text, false
        FROM pg_proc AS proc JOIN pg_namespace AS namespace ON namespace.oid = pronamespace
       WHERE nspname = ${live} AND proname = ANY (${sql.array(functions, 'text')})
    )
    SELECT quote_ident(current_database()) AS database,
           CASE WHEN current_user = ${migration} OR rolsuper THEN '' ELSE quote_ident(current_user) END AS me,
           ARRAY(SELECT rolname::text FROM pg_roles) AS roles,
           ARRAY(SELECT name FROM owned WHERE is_table ORDER BY name) AS tables,
           ARRAY(SELECT name FROM owned WHERE NOT is_table ORDER BY name) AS functions,
           ARRAY(SELECT DISTINCT quote_ident(rolname) FROM owned JOIN pg_roles AS role ON role.oid = owner
                  WHERE NOT rolsuper AND rolname <> ${migration}) AS owners
      FROM pg_roles
     WHERE rolname = current_user`);
}

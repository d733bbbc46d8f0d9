/**
 * Distributes the partitions of the log over the workers of Citus. All tables with a partition are
 * placed by it, so one worker has all of a partition; the others stay on the coordinator.
 */
import { schemaOf } from '../schema/names.ts';
import { UnfitDatabaseError } from '../unfit.ts';
import { DELEGATED, PARTITIONED, REFERENCE } from './placement.ts';

/** Runs a statement on one connection to the coordinator. */
export type Run = <Row>(text: string, values?: readonly string[][]) => Promise<readonly Row[]>;

/** A step that is still to do. */
export interface Step {
  /** What it does, as a sentence without its end. */
  does: string;
  statement: string;
}

/** Partitions are hashed to shards: with many more shards than partitions, few share one. */
export const SHARDS_DEFAULT = 32;

/** Whether a database is distributed. */
export async function isDistributed(run: Run): Promise<boolean> {
  const [catalogue] = await run<{ exists: boolean }>(
    `SELECT to_regclass('pg_catalog.pg_dist_partition') IS NOT NULL AS exists`,
  );
  return catalogue?.exists === true && (await placedTables(run)).has('log_heads');
}

/** Places functions that a migration has just replaced, as {@link stepsToDistribute} does. */
export async function placeFunctions(run: Run): Promise<void> {
  for (const { statement } of await functionSteps(run)) await run(statement);
}

/**
 * @returns the steps that are left, in their order; none when all is distributed
 * @throws {UnfitDatabaseError} the database has no Citus, or no workers
 */
export async function stepsToDistribute(run: Run, shards: number): Promise<Step[]> {
  await refuseWithoutCitus(run);
  const placed = await placedTables(run);
  const steps: Step[] = [];
  const add = (does: string, statement: string) => steps.push({ does, statement });

  for (const { table, constraint } of await constraintsInTheWay(run))
    add(
      `Drop the constraint ${constraint} of ${table}: its tables are on different nodes`,
      `ALTER TABLE ${table} DROP CONSTRAINT ${constraint}`,
    );
  for (const { table, trigger } of await triggersInTheWay(run))
    add(
      `Drop the trigger ${trigger} of ${table}: it served an earlier release`,
      `DROP TRIGGER ${trigger} ON ${table}`,
    );
  if (!placed.has('customer_keys'))
    add(
      'Add the partition to the primary key of customer_keys',
      'ALTER TABLE customer_keys DROP CONSTRAINT customer_keys_pkey, ADD PRIMARY KEY (key_id, partition)',
    );
  for (const table of PARTITIONED.filter((name) => !placed.has(name)))
    add(
      `Distribute ${table} by its partition`,
      table === 'log_heads'
        ? `SELECT create_distributed_table('log_heads', 'partition', colocate_with => 'none', shard_count => ${shards})`
        : `SELECT create_distributed_table('${table}', 'partition', colocate_with => 'log_heads')`,
    );
  const kept = await keptTables(run);
  for (const table of kept)
    add(
      `Distribute ${table}, which the last rebuild kept`,
      `SELECT create_distributed_table('${table}', 'partition', colocate_with => 'log_heads')`,
    );
  for (const table of REFERENCE.filter((name) => !placed.has(name)))
    add(`Copy ${table} to each worker`, `SELECT create_reference_table('${table}')`);
  for (const table of [...[...PARTITIONED, ...REFERENCE].filter((name) => !placed.has(name)), ...kept])
    add(
      `Remove the copy of ${table} that is left on the coordinator`,
      `SELECT truncate_local_data_after_distributing_table('${table}')`,
    );
  if (!(await mayNest(run)))
    add(
      'Let a worker look up its partition from within a statement on it',
      `SELECT run_command_on_all_nodes(format('ALTER DATABASE %I SET ${NESTING} = on', current_database()))`,
    );
  for (const { signature, does, statement } of await functionSteps(run))
    add(`${does} ${signature}`, statement);
  for (const statement of await pathStatements(run))
    add('Let workers find the tables by the search path', statement);
  return steps;
}

/** Runs steps. The caller has begun a transaction: all of them take effect, or none. */
export async function runSteps(run: Run, steps: readonly Step[]): Promise<void> {
  await run("SET LOCAL citus.multi_shard_modify_mode = 'sequential'");
  await run('SET LOCAL statement_timeout = 0');
  await run('SET LOCAL client_min_messages = warning');
  // A function in SQL is only created where the search path has its tables.
  await run("SET LOCAL citus.propagate_set_commands = 'local'");
  await run(`SET LOCAL search_path = ${schemaOf('live')}`);
  for (const { statement } of steps) await run(statement);
}

async function refuseWithoutCitus(run: Run): Promise<void> {
  const extension = await run(`SELECT extname FROM pg_extension WHERE extname = 'citus'`);
  if (extension.length === 0)
    throw new UnfitDatabaseError(
      'The database has no Citus. Nothing was changed.\n' +
        'Run CREATE EXTENSION citus on the coordinator and on each worker, see docs/scale.md.',
    );
  const [nodes] = await run<{ workers: number }>(
    `SELECT count(*)::integer AS workers FROM pg_dist_node WHERE isactive AND shouldhaveshards AND noderole = 'primary'`,
  );
  if (nodes?.workers === 0)
    throw new UnfitDatabaseError(
      'Citus has no worker that may hold data. Nothing was changed.\n' +
        "Run SELECT citus_add_node('HOST', 5432) on the coordinator for each worker, see docs/scale.md.",
    );
}

/** `log_lag` and `is_lost_position` read the partition of the statement that calls them. */
const NESTING = 'citus.allow_nested_distributed_execution';

/** Whether each node lets functions read within a statement on a partition. */
async function mayNest(run: Run): Promise<boolean> {
  const rows = await run<{ result: string }>(`
    SELECT result FROM run_command_on_all_nodes($$
      SELECT current_setting('${NESTING}') = 'on' OR EXISTS (
               SELECT FROM pg_db_role_setting JOIN pg_database AS database ON database.oid = setdatabase
                WHERE datname = current_database() AND '${NESTING}=on' = ANY (setconfig))$$)`);
  return rows.every(({ result }) => result === 't');
}

/**
 * A worker runs a function of ours in a session with the defaults of the role. Citus copies the
 * statement to each node.
 */
async function pathStatements(run: Run): Promise<string[]> {
  const schema = schemaOf('live');
  const nodes = await run<{ result: string }>(
    `SELECT result FROM run_command_on_all_nodes('SELECT current_schema()')`,
  );
  if (nodes.every(({ result }) => result === schema)) return [];
  const [row] = await run<{ statement: string }>(
    `SELECT format('ALTER ROLE %I IN DATABASE %I SET search_path = %I', current_user, current_database(), '${schema}') AS statement`,
  );
  return [row!.statement];
}

async function placedTables(run: Run): Promise<ReadonlySet<string>> {
  const rows = await run<{ name: string }>(`
    SELECT class.relname AS name
      FROM pg_dist_partition
      JOIN pg_class AS class ON class.oid = logicalrelid AND class.relnamespace = '${schemaOf('live')}'::regnamespace`);
  return new Set(rows.map(({ name }) => name));
}

/** Tables of before the last rebuild that are not distributed: a rollback makes them live again. */
async function keptTables(run: Run): Promise<readonly string[]> {
  const schema = schemaOf('previous');
  const rows = await run<{ name: string }>(
    `SELECT '${schema}.' || relname AS name
       FROM pg_class
      WHERE relkind = 'r' AND relnamespace = '${schema}'::regnamespace AND relname = ANY ($1::text[])
        AND oid NOT IN (SELECT logicalrelid FROM pg_dist_partition)
      ORDER BY 1`,
    [[...PARTITIONED]],
  );
  return rows.map(({ name }) => name);
}

async function constraintsInTheWay(run: Run): Promise<readonly { table: string; constraint: string }[]> {
  const rows = await run<{ table: string; constraint: string }>(
    `SELECT conrelid::regclass::text AS table, conname AS constraint
       FROM pg_constraint
      WHERE contype = 'f' AND confrelid = ANY ($1::regclass[]) AND conrelid <> ALL ($1::regclass[])
      ORDER BY 1, 2`,
    [PARTITIONED.map((name) => `${schemaOf('live')}.${name}`)],
  );
  return rows;
}

async function triggersInTheWay(run: Run): Promise<readonly { table: string; trigger: string }[]> {
  const rows = await run<{ table: string; trigger: string }>(
    `SELECT tgrelid::regclass::text AS table, tgname AS trigger
       FROM pg_trigger
      WHERE NOT tgisinternal AND tgrelid = ANY ($1::regclass[])
      ORDER BY 1, 2`,
    [PARTITIONED.map((name) => `${schemaOf('live')}.${name}`)],
  );
  return rows.filter(({ trigger }) => !trigger.startsWith('citus_') && !trigger.startsWith('truncate_'));
}

async function functionSteps(run: Run): Promise<(Step & { signature: string })[]> {
  const rows = await run<{
    signature: string;
    argument: string;
    generic: boolean;
    delegated: boolean;
  }>(
    `SELECT proc.oid::regprocedure::text AS signature, proc.proargnames[1] AS argument,
            coalesce('plan_cache_mode=force_generic_plan' = ANY (proc.proconfig), false) AS generic,
            object.distribution_argument_index IS NOT NULL AS delegated
       FROM pg_proc AS proc
       LEFT JOIN pg_dist_object AS object
         ON object.classid = 'pg_proc'::regclass AND object.objid = proc.oid
      WHERE proc.proname = ANY ($1::text[]) AND proc.pronamespace = '${schemaOf('live')}'::regnamespace
      ORDER BY 1`,
    [DELEGATED.map(({ name }) => name)],
  );
  return rows.flatMap(({ signature, argument, generic, delegated }) => {
    const { plansEachCall } = DELEGATED.find(({ name }) => signature.startsWith(`${name}(`))!;
    const steps: (Step & { signature: string })[] = [];
    if (!delegated)
      steps.push({
        signature,
        does: 'Let the worker of its partition run',
        statement: `SELECT create_distributed_function('${signature}', '${argument}', colocate_with => 'log_heads')`,
      });
    if (generic && plansEachCall)
      steps.push({
        signature,
        does: 'Plan each call of',
        statement: `ALTER FUNCTION ${signature} SET plan_cache_mode = auto`,
      });
    return steps;
  });
}

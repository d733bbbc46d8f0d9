/** Distributes a database, in one transaction of a pool. */
import { type CommonQueryMethods, type DatabasePool, sql } from 'slonik';
import { type Run, type Step, runSteps, stepsToDistribute } from './distribute.ts';

export const runOn =
  (connection: CommonQueryMethods): Run =>
  async <Row>(text: string, values: readonly string[][] = []) =>
    (await connection.any({
      ...sql.unsafe`-`,
      sql: text,
      values: values.map((value) => [...value]),
    })) as Row[];

/** @returns the steps that it ran; none when all was distributed */
export const distribute = (pool: DatabasePool, shards: number): Promise<Step[]> =>
  pool.transaction(async (transaction) => {
    const run = runOn(transaction);
    const steps = await stepsToDistribute(run, shards);
    await runSteps(run, steps);
    return steps;
  });

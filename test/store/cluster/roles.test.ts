/** The two roles of `holdfast roles` on Citus, which copies them and their rights to each node. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { customerTotalsProjection } from '../../../projections/customers/customer-totals.ts';
import { rebuild } from '../../../projections/rebuild/rebuild.ts';
import { verify } from '../../../projections/rebuild/verify.ts';
import { runOnce } from '../../../projections/runner.ts';
import { createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { roleStatements } from '../../../store/schema/role-statements.ts';
import { type TestDatabase, admin, cloneDatabase } from '../../setup/database.ts';
import { onCitus } from '../../setup/postgres/only-on.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend, appended } from '../events.ts';

const suffix = randomBytes(4).toString('hex');
const NAMES = { migration: `migrate_${suffix}`, runtime: `runtime_${suffix}` };
const quiet = { onProgress: () => {} };
const SAME = { missing: 0, surplus: 0, different: 0, compared: 1 };

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(async () => {
  await database.drop();
});

const openAs = (role: string) =>
  openTestPool({ url: Object.assign(new URL(database.url), { username: role }).href });

onCitus('the roles', () => {
  afterAll(async () => {
    await database.drop();
    await admin(`DROP ROLE IF EXISTS ${NAMES.runtime}, ${NAMES.migration}`);
  });

  test('of a node appends, projects and audits; that of migrations rebuilds', async () => {
    const owner = await openTestPool(database);
    await owner.transaction(async (transaction) => {
      for (const statement of await roleStatements(transaction, NAMES))
        await transaction.query({ ...sql.unsafe`-`, sql: statement });
    });
    await ensurePartitions(owner, 1, ['customer_totals']);
    await owner.end();

    const node = await openAs(NAMES.runtime);
    await appended(createOrderLog({ pool: node, capacity: 10 }), anAppend(v7()));
    await runOnce(node, customerTotalsProjection, 0);
    expect(await verify(node, customerTotalsProjection, quiet, 'audit')).toMatchObject(SAME);
    await expect(node.query(sql.unsafe`DELETE FROM events WHERE partition = 0`)).rejects.toThrow(
      'permission denied',
    );

    const migration = await openAs(NAMES.migration);
    expect(await rebuild(migration, customerTotalsProjection, quiet)).toMatchObject(SAME);
    await migration.end();
    await appended(createOrderLog({ pool: node, capacity: 10 }), anAppend(v7()));
    expect(await runOnce(node, customerTotalsProjection, 0)).toBe(1);
    await node.end();
  }, 60_000);
});

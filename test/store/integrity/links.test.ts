/** Each append links its events, whichever release sends it. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { fingerprint, requestOf } from '../../../domain/order/request.ts';
import { toId, toUuid } from '../../../store/ids.ts';
import { openCheckpoint } from '../../../store/integrity/checkpoint.ts';
import { installationKey } from '../../../store/integrity/installation-key.ts';
import { createKeyring } from '../../../store/secrets/keyring.ts';
import { growTree, signTree } from '../../../store/integrity/tree/stored-tree.ts';
import { verifyLog } from '../../../store/integrity/verify/verify-log.ts';
import type { Append } from '../../../store/log/append.ts';
import { createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import type { DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend, appended } from '../events.ts';

let database: TestDatabase;
let pool: DatabasePool;
const tenant = v7();

beforeEach(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database);
  await ensurePartitions(pool, 1, ['orders']);
});
afterEach(async () => {
  await pool.end();
  await database.drop();
});

async function run(text: string, values?: unknown[]): Promise<void> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    await client.query(text, values);
  } finally {
    await client.end();
  }
}

/** An append with the fingerprint of its request. */
function sent(change: Partial<Append> = {}): Append {
  const append = anAppend(tenant, change);
  return { ...append, fingerprint: fingerprint(requestOf({ ...append.event, order_id: append.order_id })) };
}
const verified = async () => {
  const { findings, partitions } = await verifyLog(pool, { threads: 0 });
  return { findings, ...partitions[0] };
};

test('a batch with replays, conflicts, numbers, claims and any Unicode', async () => {
  const log = createOrderLog({ pool, capacity: 1_000 });
  const first = sent({ claim: 'order "é" \\ 🌊 \u2028', number: 'N-77', traceparent: '00-ab-cd-01' });
  await appended(log, first);
  const outcomes = await Promise.all([
    log.append(sent({ series: 'W-' })),
    log.append({ ...first, event_id: toId('evt', v7()) }),
    log.append(sent({ order_id: first.order_id })),
    log.append(sent({ series: 'W-', claim: 'a reference' })),
    log.append(sent()),
  ]);
  expect(outcomes.map(({ kind }) => kind)).toEqual([
    'appended',
    'replayed',
    'version_conflict',
    'appended',
    'appended',
  ]);
  expect(await verified()).toMatchObject({ findings: [], events: 4, unproven: 0 });
});

test('events of nodes of the releases before', async () => {
  const log = createOrderLog({ pool, capacity: 1_000 });
  const send = (statement: string, names: string[]) => {
    const append = sent({ claim: names.length === 0 ? null : 'Ä "name"' });
    return run(statement, [
      [tenant],
      [toUuid(append.order_id)],
      [toUuid(append.event_id)],
      JSON.stringify(append.event.data),
      [append.idempotency_key],
      [append.fingerprint],
      ['00-ab-cd-01'],
      [tenant],
      ...names,
    ]);
  };
  const older =
    "SELECT FROM append_events(0, $1, $2, ARRAY[1], $3, ARRAY['OrderPlaced'], ARRAY[1::smallint], $4, $5, $6, $7, $8";
  await appended(log, sent());
  await send(`${older})`, []);
  await send(`${older}, $9)`, ['[{"claim":"Ä \\"name\\"","series":"W-"}]']);
  await appended(log, sent());
  expect(await verified()).toMatchObject({ findings: [], events: 4 });
});

describe('events from before there were links', () => {
  beforeEach(async () => {
    const log = createOrderLog({ pool, capacity: 1_000 });
    for (let n = 0; n < 5; n += 1) await appended(log, sent());
    await run(
      'UPDATE events SET link = NULL; UPDATE log_heads SET link = log_genesis(partition, position), linked_after = position',
    );
    for (let n = 0; n < 5; n += 1) await appended(log, sent());
  });

  test('are not verified before a tree covers them', async () => {
    expect(await verified()).toMatchObject({ findings: [], events: 10, unproven: 5 });
    expect(await growTree(pool, 0, 3)).toBe(true);
    expect(await verified()).toMatchObject({ unproven: 2 });
    while (await growTree(pool, 0, 3));
    expect(await verified()).toMatchObject({ findings: [], unproven: 0, tree_size: 10 });
  });

  test('show a change and a gap once a tree covers them', async () => {
    while (await growTree(pool, 0, 100));
    await run("UPDATE events SET traceparent = 'x' WHERE position = 3");
    expect(await verified()).toMatchObject({ findings: [{ kind: 'tree', position: 3 }] });
    await run('DELETE FROM events WHERE position IN (2, 7)');
    expect(await verified()).toMatchObject({
      findings: [
        { kind: 'missing', position: 2 },
        { kind: 'missing', position: 7 },
      ],
    });
  });
});

test('a rewrite of data on record leaves the links valid, and any other change is found', async () => {
  const log = createOrderLog({ pool, capacity: 1_000 });
  for (let n = 0; n < 6; n += 1) await appended(log, sent());
  while (await growTree(pool, 0, 100));
  const rewrite = (positions: number[], data: string) =>
    pool.query(sql.unsafe`
      SELECT rewrite_event_data(0, ${sql.array(positions, 'int8')}, ${positions.map(() => data).join('\u001e')},
                                (SELECT array_agg(fingerprint) FROM events WHERE position = ANY (${sql.array(positions, 'int8')})), 'sealed')`);
  const sealed = (await pool.oneFirst(sql.unsafe`SELECT data FROM events WHERE position = 1`)) as string;
  await rewrite([2, 4], ` ${sealed}`);
  await rewrite([2], `  ${sealed}`);
  expect(await verified()).toMatchObject({ findings: [], rewrites: 3 });
  const key = await installationKey(pool, createKeyring([]));
  const kept = openCheckpoint((await signTree(pool, key, 0))!, key.verifierKey);
  expect(kept.rewrites?.count).toBe(3);
  expect((await verifyLog(pool, { threads: 0, checkpoints: [kept] })).findings).toEqual([]);
  await run('CREATE TABLE hidden AS SELECT * FROM log_rewrites; DELETE FROM log_rewrites');
  expect((await verifyLog(pool, { threads: 0, checkpoints: [kept] })).findings).toContainEqual(
    expect.objectContaining({ kind: 'rewrite' }),
  );
  await run('INSERT INTO log_rewrites SELECT * FROM hidden');
  await run("UPDATE events SET data = '{}' WHERE position = 4");
  expect((await verified()).findings).toMatchObject([{ kind: 'changed', position: 4 }]);
  await run("UPDATE log_rewrites SET data_after = sha256('{}') WHERE position = 4");
  expect((await verified()).findings).toContainEqual(
    expect.objectContaining({ kind: 'rewrite', position: 4 }),
  );
});

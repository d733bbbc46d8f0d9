/**
 * 200 clients on four nodes place orders, repeat them, fail, and are killed. Each number of a
 * series is given once, and none is missing.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { hash, randomInt } from 'node:crypto';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Client } from 'pg';
import { v7 } from 'uuid';
import type { Append, AppendOutcome } from '../../../store/log/append.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool } from '../../../store/pool.ts';
import { type TestDatabase, cloneDatabase, holdTheLog } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { onOnePostgres } from '../../setup/postgres/only-on.ts';
import { until } from '../../setup/shop.ts';
import { anAppend } from '../events.ts';

const PROGRAM = fileURLToPath(new URL('./appender.ts', import.meta.url));
/** Of these, half are in two processes that are killed. */
const CLIENTS_COUNT = 200;
const ORDERS_PER_CLIENT = 5;
/** Afterwards the clients come to an end. */
const DISTURBANCE_MS = 3_000;
/** Appends that wait longer have an unknown outcome for their clients. */
const APPEND_TIMEOUT_MS = 250;
/** The connections of all clients of this database but our own. */
const OF_CLIENTS =
  "datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";

const tenants = [v7(), v7(), v7()];
let database: TestDatabase;
let observer: Client;
beforeAll(async () => {
  database = await cloneDatabase({ isDirect: true });
  const pool = await openTestPool(database, 1);
  await ensurePartitions(pool, 1, ['orders']);
  await pool.end();
  observer = new Client({ connectionString: database.url });
  await observer.connect();
});
afterAll(async () => {
  await observer.end();
  await database.drop();
});

/** What the clients know. */
interface Known {
  /** Keys of the orders that a client sent, with their tenants. */
  sent: Map<string, string>;
  /** Numbers of the answers, by key. */
  got: Map<string, string | null>;
  /** How often each outcome came, `unknown` for an append without an answer. */
  outcomes: Map<string, number>;
}

const asks = (tenantId: string, idempotency_key: string, change: Partial<Append> = {}) =>
  anAppend(tenantId, {
    idempotency_key,
    fingerprint: hash('sha256', idempotency_key, 'buffer'),
    series: 'W-',
    ...change,
  });

/** A client of two nodes: it sends an order until it knows the outcome, sometimes twice at once. */
async function client(index: number, nodes: OrderLog[], known: Known): Promise<void> {
  const tenantId = tenants[index % tenants.length]!;
  const note = (kind: string) => known.outcomes.set(kind, (known.outcomes.get(kind) ?? 0) + 1);
  const attempt = async (append: Append): Promise<AppendOutcome | undefined> => {
    try {
      const outcome = await nodes[randomInt(nodes.length)]!.append(append);
      note(outcome.kind);
      return outcome;
    } catch {
      note('unknown');
      return undefined;
    }
  };
  let placed = '';
  for (let n = 0; n < ORDERS_PER_CLIENT; n += 1) {
    const key = `${index}-${n}`;
    // Refused: the name is taken, the version is taken, or Postgres takes no such event.
    await attempt(asks(tenantId, `claim-${key}`, { claim: 'only one' }));
    if (placed !== '') await attempt(asks(tenantId, `version-${key}`, { order_id: placed }));
    if (n === index % 8) await attempt(asks(tenantId, `refused-${key}`, { traceparent: 'x'.repeat(56) }));
    known.sent.set(key, tenantId);
    if (n === index % 5) {
      void attempt(asks(tenantId, key)); // a client that is gone before the answer
      continue;
    }
    for (let outcome; outcome === undefined; await delay(5)) {
      const twice = await Promise.all([attempt(asks(tenantId, key)), attempt(asks(tenantId, key))]);
      outcome = twice.find((each) => each !== undefined);
      for (const each of twice) {
        if (each?.kind !== 'appended' && each?.kind !== 'replayed') continue;
        expect(known.got.get(key) ?? each.event.number).toBe(each.event.number);
        known.got.set(key, each.event.number);
        placed = each.event.order_id;
      }
    }
    await attempt(asks(tenantId, key, { fingerprint: hash('sha256', 'another', 'buffer') }));
  }
}

/** Starts a process with clients, and kills it after some answers. */
function startAppender(known: Known, answersMin: number): { child: ChildProcess; killed: Promise<unknown> } {
  const child = spawn(process.execPath, [PROGRAM, database.url, String(CLIENTS_COUNT / 4), ...tenants], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let answers = 0;
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [verb, one = '', two = ''] = line.split(' ');
    if (verb === 'sent') known.sent.set(two, one);
    else known.got.set(one, two);
    if (verb === 'got' && (answers += 1) === answersMin) child.kill('SIGKILL');
  });
  return { child, killed: once(child, 'close') };
}

/** Ends connections at random, and holds the log for longer than clients wait. */
async function disturb(): Promise<void> {
  const end = performance.now() + DISTURBANCE_MS;
  for (let round = 1; performance.now() < end; round += 1) {
    await delay(60);
    await observer.query(`
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
       WHERE ${OF_CLIENTS} ORDER BY random() LIMIT 1`);
    if (round % 5 !== 0) continue;
    const held = await holdTheLog(database.url);
    await delay(APPEND_TIMEOUT_MS + 50);
    await held.release();
  }
}

onOnePostgres('an append that a lost connection left takes longer than 250 ms').test(
  'each number from 1001 on is given once, in the order of the log',
  async () => {
    const known: Known = { sent: new Map(), got: new Map(), outcomes: new Map() };
    const pools: DatabasePool[] = await Promise.all([openTestPool(database, 3), openTestPool(database, 3)]);
    const nodes = pools.map((pool) =>
      createOrderLog({ pool, capacity: 10_000, timeoutMs: APPEND_TIMEOUT_MS }),
    );
    const appenders = [startAppender(known, 150), startAppender(known, 400)];
    const disturbance = disturb();
    await Promise.all(Array.from({ length: CLIENTS_COUNT / 2 }, (_, index) => client(index, nodes, known)));
    await Promise.all(appenders.map(({ killed }) => killed));
    await disturbance;
    await Promise.all(nodes.map((node) => node.drained()));
    await Promise.all(pools.map((pool) => pool.end()));
    expect(appenders.map(({ child }) => child.signalCode)).toEqual(['SIGKILL', 'SIGKILL']);
    // Statements of killed clients run on: they commit, or not, before this.
    await until(async () => {
      const { rowCount } = await observer.query(`SELECT FROM pg_stat_activity WHERE ${OF_CLIENTS}`);
      return rowCount === 0;
    });

    // Every client repeats every order: those that have a number keep it.
    const pool = await openTestPool(database);
    const node = createOrderLog({ pool, capacity: 10_000 });
    await Promise.all(
      [...known.sent].map(async ([key, tenantId]) => {
        const outcome = await node.append(asks(tenantId, key));
        if (outcome.kind !== 'appended' && outcome.kind !== 'replayed') throw new Error(outcome.kind);
        expect(outcome.event.number).toBe(known.got.get(key) ?? outcome.event.number);
      }),
    );
    await pool.end();

    for (const tenantId of tenants) {
      const { rows } = await observer.query<{ number: string; key: string }>(
        'SELECT number, idempotency_key AS key FROM events WHERE tenant_id = $1 ORDER BY position',
        [tenantId],
      );
      expect(rows.map(({ number }) => number)).toEqual(rows.map((_, n) => `W-${1_001 + n}`));
      const orders = [...known.sent].filter(([, each]) => each === tenantId).map(([key]) => key);
      // One event more: that of the claim which all clients wanted.
      const [claims = [], placed] = [true, false].map((isClaim) =>
        rows.map(({ key }) => key).filter((key) => key.startsWith('claim-') === isClaim),
      );
      expect(claims).toHaveLength(1);
      expect(placed?.toSorted()).toEqual(orders.toSorted());
    }
    // The storm was one.
    const kinds = ['appended', 'replayed', 'key_reused', 'claimed', 'version_conflict', 'unknown'];
    for (const kind of kinds) expect([kind, known.outcomes.get(kind) ?? 0]).not.toEqual([kind, 0]);
  },
  60_000,
);

test('a node that is killed before its answer has given the number that the repeat gets', async () => {
  const tenantId = v7();
  const known: Known = { sent: new Map(), got: new Map(), outcomes: new Map() };
  const held = await holdTheLog(database.url);
  const child = spawn(process.execPath, [PROGRAM, database.url, '1', tenantId], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    const [verb, one = '', two = ''] = line.split(' ');
    if (verb === 'sent') known.sent.set(two, one);
    else known.got.set(one, two);
  });
  await until(held.isWaitedFor);
  child.kill('SIGKILL');
  await once(child, 'close');
  await held.release(); // Postgres runs the statement of the dead node to its end
  const [key = ''] = known.sent.keys();
  await until(async () => {
    const { rowCount } = await observer.query('SELECT FROM events WHERE tenant_id = $1', [tenantId]);
    return rowCount === 1;
  });
  expect(known.got.size).toBe(0);

  const pool = await openTestPool(database);
  const node = createOrderLog({ pool, capacity: 10 });
  const again = await node.append(asks(tenantId, key));
  expect(again).toMatchObject({ kind: 'replayed', event: { number: 'W-1001' } });
  const next = await node.append(asks(tenantId, 'next'));
  expect(next).toMatchObject({ kind: 'appended', event: { number: 'W-1002' } });
  await pool.end();
}, 30_000);

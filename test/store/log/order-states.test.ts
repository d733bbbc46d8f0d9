/** Orders are folded from snapshots: the same state as from the first event, at each version. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sql } from 'slonik';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { OrderCommand } from '../../../domain/order/commands.ts';
import { decide } from '../../../domain/order/decide.ts';
import { type OrderState, evolve } from '../../../domain/order/order.ts';
import { toId } from '../../../store/ids.ts';
import { digestOf } from '../../../store/log/fold-release.ts';
import { type OrderLog, createOrderLog } from '../../../store/log/log.ts';
import { type OrderStates, createOrderStates } from '../../../store/log/order-states.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { type DatabasePool } from '../../../store/pool.ts';
import { act } from '../../domain/lives/model-rules.ts';
import { placed } from '../../domain/lives/order-model.ts';
import { commandOf, steps } from '../../domain/lives/random-lives.ts';
import { orders } from '../../domain/lives/random-orders.ts';
import { hold, pay, place, update } from '../../domain/stories.ts';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend } from '../events.ts';

let database: TestDatabase;
let pool: DatabasePool;
let log: OrderLog;

beforeAll(async () => {
  database = await cloneDatabase();
  pool = await openTestPool(database, 6);
  await ensurePartitions(pool, 1, ['orders']);
  log = createOrderLog({ pool, capacity: 1_000 });
});
afterAll(async () => {
  await log.drained();
  await pool.end();
  await database.drop();
});

/** A snapshot after every other event or so. */
const FREQUENT = 4 * 1024;
const LAST = 1_000;
const newOrder = () => ({ tenancy: { partition: 0, tenantId: v7() }, orderId: toId('ord', v7()) });
type Placed = ReturnType<typeof newOrder>;

/** Appends the event of a command that the order allows. @returns the state of a fold from zero */
async function append({ tenancy, orderId }: Placed, state: OrderState | null, command: OrderCommand) {
  const decision = decide(state, command);
  if ('rejection' in decision) return state;
  const version = (state?.order.version ?? 0) + 1;
  const outcome = await log.append(
    anAppend(tenancy.tenantId, { order_id: orderId, version, event: decision.event }),
  );
  if (outcome.kind !== 'appended') throw new Error(outcome.kind);
  return evolve(state, outcome.event);
}

async function live(order: Placed, commands: readonly OrderCommand[]): Promise<OrderState[]> {
  const states: OrderState[] = [];
  for (const command of commands) {
    const next = await append(order, states.at(-1) ?? null, command);
    if (next !== null && next !== states.at(-1)) states.push(next);
  }
  return states;
}

/** The same text: what is rendered from it is the same, byte for byte. */
async function expectStates(read: OrderStates, { tenancy, orderId }: Placed, states: readonly OrderState[]) {
  for (const state of states) {
    const { folded } = await read.read(tenancy, orderId, state.order.version, null);
    expect(JSON.stringify(folded?.state)).toBe(JSON.stringify(state));
  }
}

const versionsOf = ({ tenancy }: Placed) =>
  pool.anyFirst(sql.type(z.object({ version: z.int() }))`
    SELECT version FROM order_snapshots WHERE tenant_id = ${tenancy.tenantId} ORDER BY version`);

const note = (n: number, length = 1) => update({ metadata: { n: String(n), text: 'x'.repeat(length) } });

test('a fold from a snapshot equals the fold from zero, in each version of random lives', async () => {
  const states = createOrderStates({ pool, snapshotCostBytes: FREQUENT });
  let written = 0;
  await fc.assert(
    fc.asyncProperty(orders, steps, async (data, life) => {
      const model = placed(data);
      if (typeof model === 'string') return;
      const order = newOrder();
      let state = await append(order, null, { type: 'PlaceOrder', data });
      const seen = [state!];
      for (const [n, step] of life.entries()) {
        const command = n % 4 === 3 ? note(n, 200) : commandOf(model, step);
        if (command.type !== 'UpdateOrder' && act(model, command) !== undefined) continue;
        const next = await append(order, state, command);
        if (next === null || next === state) continue;
        state = next;
        seen.push(state);
        const { folded } = await states.read(order.tenancy, order.orderId, LAST, null);
        expect(JSON.stringify(folded?.state)).toBe(JSON.stringify(state));
        await states.drained();
      }
      written += (await versionsOf(order)).length;
      await expectStates(states, order, seen);
    }),
    { numRuns: 40 },
  );
  expect(written).toBeGreaterThan(40);
}, 120_000);

test('a cold read of a long stream folds all of it, and leaves a snapshot for the next', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 299 }, (_, n) => note(n))]);
  expect(states).toHaveLength(300);
  const cold = createOrderStates({ pool });
  await expectStates(cold, order, [states.at(-1)!]);
  await cold.drained();
  const [version] = await versionsOf(order);
  expect(version).toBeGreaterThan(300 - 66);
  await expectStates(cold, order, states);
});

test('the read after a snapshot gets no event before it', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 9 }, (_, n) => note(n))]);
  const read = createOrderStates({ pool, snapshotCostBytes: FREQUENT });
  await expectStates(read, order, [states.at(-1)!]);
  await read.drained();
  expect(await versionsOf(order)).toHaveLength(1);
  // A read that needed an earlier event would fail now.
  await pool.query(sql.unsafe`
    UPDATE events SET type = 'Unreadable' WHERE tenant_id = ${order.tenancy.tenantId} AND version = 3`);
  await expectStates(read, order, [states.at(-1)!]);
  const otherRelease = createOrderStates({ pool, snapshotCostBytes: FREQUENT, release: 'another' });
  await expect(expectStates(otherRelease, order, [states.at(-1)!])).rejects.toThrow('Unreadable');
});

test('nodes of two releases trust their own snapshots only, and replace those of the other', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 9 }, (_, n) => note(n))]);
  const [older, newer] = ['older', 'newer'].map((release) =>
    createOrderStates({ pool, snapshotCostBytes: FREQUENT, release }),
  );
  await expectStates(older!, order, states);
  await older!.drained();
  // The newer release folds otherwise; its nodes must not see this.
  await pool.query(sql.unsafe`
    UPDATE order_snapshots SET state = '{"order":{}}' WHERE tenant_id = ${order.tenancy.tenantId}`);
  await expectStates(newer!, order, states);
  await newer!.drained();
  await expectStates(newer!, order, states);
  await expectStates(older!, order, states);
});

test('a snapshot of an event that the log no longer has is not used', async () => {
  const order = newOrder();
  const commands = [place(), ...Array.from({ length: 8 }, (_, n) => note(n))];
  const states = await live(order, commands);
  const read = createOrderStates({ pool, snapshotCostBytes: FREQUENT });
  await expectStates(read, order, states);
  await read.drained();
  // A restore from a backup of the log alone, after which other commands take effect.
  await pool.query(
    sql.unsafe`DELETE FROM events WHERE tenant_id = ${order.tenancy.tenantId} AND version > 2`,
  );
  let state = states[1]!;
  const others = [state];
  for (const command of [hold, pay(1), pay(2), pay(3), pay(4)])
    others.push((state = (await append(order, state, command))!));
  await expectStates(read, order, others);
  await read.drained();
  await expectStates(read, order, others);
});

test('the holder of a key is found before a snapshot, behind it and in another order', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 9 }, (_, n) => note(n))]);
  const read = createOrderStates({ pool, snapshotCostBytes: FREQUENT });
  const keys = await pool.any(sql.type(z.object({ idempotency_key: z.string(), version: z.int() }))`
    SELECT idempotency_key, version FROM events WHERE tenant_id = ${order.tenancy.tenantId}`);
  for (const round of ['cold', 'from a snapshot']) {
    for (const { idempotency_key, version } of keys) {
      const { holder, folded } = await read.read(order.tenancy, order.orderId, LAST, idempotency_key);
      expect([round, holder?.version]).toEqual([round, version]);
      expect(folded?.state).toEqual(states.at(-1));
    }
    await read.drained();
  }
  const other = { ...newOrder(), tenancy: order.tenancy };
  await live(other, [place()]);
  const { holder } = await read.read(order.tenancy, other.orderId, LAST, keys[3]!.idempotency_key);
  expect(holder?.order_id).toBe(order.orderId);
  for (const malformed of ['ord_x', toId('ord', v7())]) {
    const found = await read.read(order.tenancy, malformed, LAST, keys[3]!.idempotency_key);
    expect([found.folded, found.holder?.order_id]).toEqual([undefined, order.orderId]);
  }
  const stranger = { partition: 0, tenantId: v7() };
  expect(await read.read(stranger, order.orderId, LAST, null)).toEqual({
    folded: undefined,
    holder: undefined,
  });
});

test('reads of every version write a bounded number of snapshots, however they are ordered', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 139 }, (_, n) => note(n))]);
  const read = createOrderStates({ pool });
  for (const state of states.toReversed()) {
    await read.read(order.tenancy, order.orderId, state.order.version, null);
    await read.drained();
  }
  expect((await versionsOf(order)).length).toBeLessThanOrEqual(3);
});

test('a database that refuses the snapshot still answers', async () => {
  const order = newOrder();
  const states = await live(order, [place(), ...Array.from({ length: 9 }, (_, n) => note(n))]);
  await pool.query(sql.unsafe`ALTER TABLE order_snapshots ADD CONSTRAINT refused CHECK (false) NOT VALID`);
  const read = createOrderStates({ pool, snapshotCostBytes: FREQUENT });
  await expectStates(read, order, states);
  await read.drained();
  expect(await versionsOf(order)).toEqual([]);
  await pool.query(sql.unsafe`ALTER TABLE order_snapshots DROP CONSTRAINT refused`);
});

test('the release of the fold is a digest of its sources', () => {
  expect(digestOf(['domain/**/*.ts'])).toMatch(/^[0-9a-f]{16}$/);
  expect(digestOf(['domain/order/order.ts'])).not.toBe(digestOf(['domain/order/events.ts']));
});

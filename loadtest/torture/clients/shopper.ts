/**
 * A shopper: places and changes orders, repeats requests blindly under the same key until an answer
 * is final, and reads what it and others wrote. Its acts are drawn from its seed.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Act, Line } from '../../../test/model/model.ts';
import { type Random, weighted } from '../../fuzz/chance.ts';
import type { ShownOrder, Wish } from '../history/entry.ts';
import type { Essentials } from './answer.ts';
import type { Asked, TortureClient } from './client.ts';
import { acting, placing } from './requests.ts';

/** What all shoppers of a tenant know. */
export interface Knowledge {
  /** Orders that were acknowledged, as they were seen last. */
  orders: ShownOrder[];
  /** Requests that took effect. */
  done: Asked[];
  /** Position of the last acknowledged write. */
  position: number;
}

export const newKnowledge = (): Knowledge => ({ orders: [], done: [], position: 0 });

const ATTEMPTS_MAX = 12;
const RETRY_MS_MAX = 400;
const BATCH_ORDERS_MAX = 6;
const RIVALS_MAX = 3;
/** Older entries are forgotten: clients meet each other on the newer orders. */
const KNOWN_MAX = 60;
/** Customers of a tenant: few, so that many events count for one total. */
export const CUSTOMERS_COUNT = 6;

export const customerOf = (random: Random): string => `cus_${random.between(1, CUSTOMERS_COUNT)}`;

export function linesFor(random: Random): Line[] {
  const line = () => ({ quantity: random.between(1, 3), unitPrice: random.between(1, 9) });
  return [line(), line()];
}

function actFor(random: Random, { total, paid, refunded }: ShownOrder): Act {
  const some = (least: number) => [random.between(least, 3), random.between(0, 1)];
  return weighted<() => Act>(random, [
    [4, () => ({ noun: 'payments', amount: Math.max(1, total - paid + refunded) })],
    [2, () => ({ noun: 'payments', amount: random.between(1, 8) })],
    [2, () => ({ noun: 'refunds', amount: random.between(1, 6) })],
    [2, () => ({ noun: 'refunds', amount: Math.max(1, paid - refunded + random.between(-1, 2)) })],
    [4, () => ({ noun: 'shipments', pieces: some(1) })],
    [2, () => ({ noun: 'returns', pieces: some(1) })],
    [1, () => ({ noun: 'cancellation' })],
    [2, () => ({ noun: 'completion' })],
    [5, () => ({ noun: 'metadata', value: random.between(0, 1e9).toString(36) })],
  ])();
}

/** Whether the client learns nothing more from a repeat of its request. */
export const isFinal = ({ status }: Essentials): boolean =>
  typeof status === 'number' && status !== 429 && status < 500;

export interface Shopper {
  step: () => Promise<void>;
}

export function createShopper(client: TortureClient, known: Knowledge, newKey: () => string): Shopper {
  const { random } = client;
  const edition = () => (random.chance(0.5) ? 'v1' : 'v2');

  /** Sends a write until its answer is final, or the client gives up. */
  async function persist(asked: Asked): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
      const copies = random.chance(0.1) ? 2 : 1;
      const answers = await Promise.all(Array.from({ length: copies }, () => client.ask(asked)));
      const final = answers.find(isFinal);
      for (const answer of answers) learn(asked, answer);
      if (final) return;
      await delay(random.next() * RETRY_MS_MAX);
    }
  }

  function learn(asked: Asked, { status, order, position = 0, version }: Essentials): void {
    if (status === 404 && 'order' in asked.wish) forget(asked.wish.order);
    if (typeof status !== 'number' || status >= 300) return;
    known.position = Math.max(known.position, position);
    remember(known.done, asked);
    if (order) noteOrder(order);
    else if (asked.wish.kind === 'act' && version !== undefined) {
      const { order: id } = asked.wish;
      const seen = known.orders.find((each) => each.id === id);
      if (seen && seen.version < version) seen.version = version;
    }
  }

  /** A failover to an asynchronous standby can lose an order. */
  function forget(order: string): void {
    const place = known.orders.findIndex(({ id }) => id === order);
    if (place >= 0) known.orders.splice(place, 1);
  }

  function noteOrder(order: ShownOrder): void {
    const seen = known.orders.find(({ id }) => id === order.id);
    if (seen === undefined) remember(known.orders, { ...order });
    else if (seen.version <= order.version) Object.assign(seen, order);
  }

  const place = () => persist(placing(edition(), customerOf(random), linesFor(random), newKey()));

  /** Places some orders by one batch; a placing without a final answer goes on alone. */
  async function placeBatch(): Promise<void> {
    const form = edition();
    const placings = Array.from({ length: random.between(2, BATCH_ORDERS_MAX) }, () =>
      placing(form, customerOf(random), linesFor(random), newKey()),
    );
    for (let attempt = 0, open = placings; open.length > 0; attempt += 1) {
      const answers = await client.askBatch(open);
      for (const [n, answer] of answers.entries()) learn(open[n]!, answer);
      open = open.filter((_, n) => !isFinal(answers[n]!));
      if (attempt < ATTEMPTS_MAX / 2) continue;
      await Promise.all(open.map(persist));
      return;
    }
  }

  /** Several acts on one order at once: they compete for its next version. */
  async function race(): Promise<void> {
    const order = pickNew(random, known.orders);
    await Promise.all(Array.from({ length: random.between(2, RIVALS_MAX) }, () => act(order)));
  }

  async function act(order = pickNew(random, known.orders)): Promise<void> {
    if (order === undefined) return place();
    const what = actFor(random, order);
    const isConditional = random.chance(what.noun === 'metadata' ? 0.6 : 0.1);
    const ifMatch = isConditional ? Math.max(1, order.version - (random.chance(0.4) ? 1 : 0)) : undefined;
    await persist(acting(edition(), order.id, what, newKey(), ifMatch));
    if (random.chance(0.5)) await read(order);
  }

  async function read(order = pickNew(random, known.orders)): Promise<void> {
    if (order === undefined) return;
    const version = random.chance(0.2) ? random.between(1, order.version) : undefined;
    const wish: Wish = { kind: 'read', order: order.id, version };
    const form = edition();
    const path = `/${form}/orders/${order.id}${version === undefined ? '' : `?version=${version}`}`;
    const answer = await client.ask({ edition: form, wish, request: { path } });
    if (answer.status === 404) forget(order.id);
    if (answer.order && version === undefined) noteOrder(answer.order);
  }

  /** Repeats a request that took effect, or uses its key for another one. */
  async function repeat(): Promise<void> {
    if (known.done.length === 0) return;
    const asked = random.pick(known.done);
    if (!random.chance(0.25)) return persist(asked);
    const key = asked.key!;
    const order = pickNew(random, known.orders);
    const other =
      asked.wish.kind === 'act'
        ? acting(edition(), asked.wish.order, { noun: 'metadata', value: `other ${key}` }, key, undefined)
        : placing(edition(), 'cus_0', linesFor(random), key);
    if (order) await client.ask(other);
  }

  async function receipt(): Promise<void> {
    const key = random.chance(0.1) ? newKey() : known.done.length > 0 && random.pick(known.done).key!;
    if (key === false) return;
    const form = edition();
    const request = { path: `/${form}/idempotency-keys/${key}` };
    await client.ask({ edition: form, wish: { kind: 'receipt' }, key, request });
  }

  return {
    step: () =>
      weighted<() => Promise<void>>(random, [
        [3, place],
        [1, placeBatch],
        [6, act],
        [3, race],
        [4, read],
        [4, repeat],
        [1, receipt],
      ])(),
  };
}

/** Prefers the orders that were seen last. */
const pickNew = <T>(random: Random, list: readonly T[]): T | undefined =>
  list[Math.max(0, list.length - 1 - Math.floor(random.next() ** 2 * list.length))];

function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > KNOWN_MAX) list.shift();
}

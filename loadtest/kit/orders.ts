/**
 * The orders of a run. Each names its run and its number, so that the log can be searched for it.
 */
import { randomBytes } from 'node:crypto';
import { order } from './order-request.ts';
import { openConnection } from './http/connection.ts';
import { type Numbers, checkNumbers } from './numbers.ts';
import type { System } from './system.ts';

export interface Orders {
  run: string;
  /** Where they are placed. */
  path: string;
  /** A new order with its own key. */
  next: () => { number: number; key: string; body: string };
  acknowledge: (number: number) => void;
  /** Number of orders sent. */
  sent: () => number;
  acknowledged: () => number;
  /** Reads the log and compares it with the acknowledged orders. */
  compare: (system: System) => Promise<Comparison>;
}

export interface Comparison {
  /** Acknowledged orders that the log lacks. */
  lost: number;
  /** Surplus events: an order placed three times counts two. */
  duplicates: number;
  /** Orders in the log without an acknowledgement. */
  unacknowledged: number;
  /** Distinct orders in the log. */
  placed: number;
  /** Of all shops; `undefined` when the orders ask for no number. */
  numbers: Numbers | undefined;
}

const RETRY_DELAY_MS = 500;
const TIMEOUT_MS = 10_000;

/** The order of v2, which asks for a number of a series. */
const numberedOrder = ({ currency, lines, ...rest }: typeof order, series: string) => ({
  ...rest,
  series,
  lines: lines.map((line) => ({ ...line, unit_price: { amount: line.unit_price, currency } })),
});

/** @param isNumbered whether the orders ask for numbers, of a series of this run */
export function createOrders(isNumbered = false): Orders {
  const run = randomBytes(6).toString('hex');
  const version = isNumbered ? 'v2' : 'v1';
  const series = `${run}-`;
  const body = isNumbered ? numberedOrder(order, series) : order;
  const [head, tail] = JSON.stringify({ ...body, metadata: { channel: 'load', note: '%' } }).split('%') as [
    string,
    string,
  ];
  const acknowledged = new Set<number>();
  let sent = 0;
  return {
    run,
    path: `/${version}/orders`,
    next() {
      sent += 1;
      return { number: sent, key: `${run}-${sent}`, body: `${head}${run}-${sent}${tail}` };
    },
    acknowledge: (number) => void acknowledged.add(number),
    sent: () => sent,
    acknowledged: () => acknowledged.size,
    async compare(system) {
      const found = new Map<number, number>();
      const numbers: Numbers = { given: 0, missing: 0, twice: 0, late: 0 };
      for (const apiKey of system.apiKeys) {
        const placed = await placedOf(system, `/${version}/events`, apiKey, run);
        for (const { number } of placed) found.set(number, (found.get(number) ?? 0) + 1);
        const ofShop = checkNumbers(placed.map(({ place }) => place));
        for (const name of Object.keys(numbers) as (keyof Numbers)[]) numbers[name] += ofShop[name];
      }
      let [duplicates, unacknowledged, lost] = [0, 0, 0];
      for (const [number, times] of found) {
        duplicates += times - 1;
        if (!acknowledged.has(number)) unacknowledged += 1;
      }
      for (const number of acknowledged) if (!found.has(number)) lost += 1;
      return {
        lost,
        duplicates,
        unacknowledged,
        placed: found.size,
        numbers: isNumbered ? numbers : undefined,
      };
    },
  };
}

interface Placed {
  /** Number of the order in the run. */
  number: number;
  /** Its number in the series of the run, `undefined` if it has none. */
  place: number | undefined;
}

/** All orders of a run in a shop's log, in its order, read from the event feed. */
async function placedOf({ nodes }: System, feed: string, apiKey: string, run: string): Promise<Placed[]> {
  const connection = openConnection(() => nodes[0]!);
  const placed: Placed[] = [];
  const note = new RegExp(`"note":"${run}-(\\d+)"`);
  const numbered = new RegExp(`"number":"${run}-(\\d+)"`);
  let cursor = '';
  for (let hasMore = true; hasMore;) {
    const path = `${feed}?types=OrderPlaced&limit=100${cursor}`;
    const response = await connection.send({ path, apiKey }, { timeoutMs: TIMEOUT_MS });
    if (typeof response === 'string' || response.status !== 200) {
      if (typeof response === 'object' && ![429, 503].includes(response.status))
        throw new Error(`The event feed answered ${response.status}: ${response.body}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      continue;
    }
    const page = JSON.parse(response.body) as {
      data: { order_id: string }[];
      has_more: boolean;
      next_cursor: string;
    };
    // One number an event: its order document may repeat the note.
    for (const event of page.data) {
      const text = JSON.stringify(event);
      const number = note.exec(text)?.[1];
      const place = numbered.exec(text)?.[1];
      if (number === undefined) continue;
      placed.push({ number: Number(number), place: place === undefined ? undefined : Number(place) });
    }
    hasMore = page.has_more;
    cursor = `&cursor=${page.next_cursor}`;
  }
  connection.close();
  return placed;
}

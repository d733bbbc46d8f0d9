/**
 * The orders of a run. Each names its run and its number, so that the log can be searched for it.
 */
import { randomBytes } from 'node:crypto';
import { order } from './order-request.ts';
import { openConnection } from './http/connection.ts';
import type { System } from './system.ts';

export interface Orders {
  run: string;
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
}

const RETRY_DELAY_MS = 500;
const TIMEOUT_MS = 10_000;

const [head, tail] = JSON.stringify({ ...order, metadata: { channel: 'load', note: '%' } }).split('%') as [
  string,
  string,
];

export function createOrders(): Orders {
  const run = randomBytes(6).toString('hex');
  const acknowledged = new Set<number>();
  let sent = 0;
  return {
    run,
    next() {
      sent += 1;
      return { number: sent, key: `${run}-${sent}`, body: `${head}${run}-${sent}${tail}` };
    },
    acknowledge: (number) => void acknowledged.add(number),
    sent: () => sent,
    acknowledged: () => acknowledged.size,
    async compare(system) {
      const found = new Map<number, number>();
      for (const apiKey of system.apiKeys) {
        for (const number of await numbersOf(system, apiKey, run))
          found.set(number, (found.get(number) ?? 0) + 1);
      }
      let [duplicates, unacknowledged, lost] = [0, 0, 0];
      for (const [number, times] of found) {
        duplicates += times - 1;
        if (!acknowledged.has(number)) unacknowledged += 1;
      }
      for (const number of acknowledged) if (!found.has(number)) lost += 1;
      return { lost, duplicates, unacknowledged, placed: found.size };
    },
  };
}

/** The numbers of all orders of a run in a shop's log, read from the event feed. */
async function numbersOf({ nodes }: System, apiKey: string, run: string): Promise<number[]> {
  const connection = openConnection(() => nodes[0]!);
  const numbers: number[] = [];
  const note = new RegExp(`"note":"${run}-(\\d+)"`);
  let cursor = '';
  for (let hasMore = true; hasMore;) {
    const path = `/v1/events?types=OrderPlaced&limit=100${cursor}`;
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
      const number = note.exec(JSON.stringify(event))?.[1];
      if (number !== undefined) numbers.push(Number(number));
    }
    hasMore = page.has_more;
    cursor = `&cursor=${page.next_cursor}`;
  }
  connection.close();
  return numbers;
}

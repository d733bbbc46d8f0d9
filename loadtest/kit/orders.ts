/** The orders of a run: each says which run it is of and which it is, so that the log can be asked for it. */
import { randomBytes } from 'node:crypto';
import { order } from './order-request.ts';
import { openConnection } from './connection.ts';
import type { System } from './system.ts';

export interface Orders {
  run: string;
  /** The next one, under a key of its own. */
  next: () => { number: number; key: string; body: string };
  acknowledge: (number: number) => void;
  /** How many were sent. */
  sent: () => number;
  acknowledged: () => number;
  /** Reads the log, and compares. */
  compare: (system: System) => Promise<Comparison>;
}

export interface Comparison {
  /** Of the acknowledged: in the log never, and more than once. */
  lost: number;
  duplicates: number;
  /** In the log, though nobody was told; each at most once, or it is in `duplicates`. */
  unacknowledged: number;
  placed: number;
}

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

/** All orders of a run that a shop's log has, from the feed of events. */
async function numbersOf({ nodes }: System, apiKey: string, run: string): Promise<number[]> {
  const connection = openConnection(() => nodes[0]!);
  const numbers: number[] = [];
  const name = new RegExp(`"note":"${run}-(\\d+)"`, 'g');
  let cursor = '';
  for (let more = true; more;) {
    const path = `/v1/events?types=OrderPlaced&limit=100${cursor}`;
    const answer = await connection.send({ path, apiKey }, { timeout: 10_000 });
    if (typeof answer === 'string' || answer.status !== 200) {
      if (typeof answer === 'object' && ![429, 503].includes(answer.status))
        throw new Error(`The feed of events answered ${answer.status}: ${answer.body}`);
      await new Promise((resolve) => setTimeout(resolve, 500));
      continue;
    }
    const page = JSON.parse(answer.body) as {
      data: { order_id: string }[];
      has_more: boolean;
      next_cursor: string;
    };
    // Once an event: what the order looks like may be in it more than once.
    for (const event of page.data) {
      name.lastIndex = 0;
      const hit = name.exec(JSON.stringify(event));
      if (hit) numbers.push(Number(hit[1]));
    }
    more = page.has_more;
    cursor = `&cursor=${page.next_cursor}`;
  }
  connection.close();
  return numbers;
}

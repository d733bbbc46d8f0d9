/** What a peer does with keys that come three times at once, later, and with another order. */
import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { Client } from 'pg';
import { openConnection } from '../kit/http/connection.ts';
import { apiKey, body, order } from '../kit/order-request.ts';
import type { RunningPeer } from './start.ts';

const KEYS_COUNT = 200;
const REPEATS_COUNT = 3;
/** Keys in flight: together 60 connections. */
const KEYS_IN_FLIGHT = 20;
const TIMEOUT_MS = 30_000;

const otherBody = JSON.stringify({ ...order, customer_id: 'cus_4712' });

/** @returns the findings in one line */
export async function checkRepeats(peer: RunningPeer): Promise<string> {
  const { port, path, databaseUrl, count, name } = peer;
  const database = new Client({ connectionString: databaseUrl });
  await database.connect();
  const refused = new Map<string, number>();
  const reused = new Map<string, number>();
  let [differing, respelled] = [0, 0];

  async function caller(): Promise<void> {
    const connections = Array.from({ length: REPEATS_COUNT }, () =>
      openConnection(() => ({ host: '127.0.0.1', port })),
    );
    const send = async (n: number, key: string, text: string) => {
      const response = await connections[n]!.send(
        { path, apiKey, key, body: text },
        { timeoutMs: TIMEOUT_MS },
      );
      return typeof response === 'string' ? { status: response, body: '' } : response;
    };
    for (let key = keys.pop(); key !== undefined; key = keys.pop()) {
      const answers = await Promise.all(connections.map((_, n) => send(n, key!, body)));
      answers.push(await send(0, key, body)); // and once more, later
      const good = answers.filter(({ status }) => status === 200 || status === 201);
      for (const { status } of answers.filter((each) => !good.includes(each)))
        refused.set(String(status), (refused.get(String(status)) ?? 0) + 1);
      const [first, ...others] = good.map((each) => [each.status, JSON.parse(each.body) as unknown]);
      if (!others.every((other) => isDeepStrictEqual(other, first))) differing += 1;
      else if (new Set(good.map((each) => each.body)).size > 1) respelled += 1;
      const { status } = await send(0, key, otherBody);
      reused.set(String(status), (reused.get(String(status)) ?? 0) + 1);
    }
    for (const connection of connections) connection.close();
  }

  const keys = Array.from({ length: KEYS_COUNT }, () => randomUUID());
  await Promise.all(Array.from({ length: KEYS_IN_FLIGHT }, caller));
  const { rows } = await database.query<{ count: string }>(count);
  await database.end();
  const list = (statuses: Map<string, number>) =>
    [...statuses].map(([status, times]) => `${times} × ${status}`).join(', ');
  return (
    `${name.padEnd(14)} ${rows[0]!.count} orders for ${KEYS_COUNT} keys; ` +
    `keys with different answers: ${differing}, in the order of members only: ${respelled}` +
    `${refused.size === 0 ? '' : `; refused: ${list(refused)}`}; another order with a used key: ${list(reused)}`
  );
}

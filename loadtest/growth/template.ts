/** The order that every log multiplies: placed, paid and shipped over HTTP, and then projected. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client } from 'pg';
import { openConnection } from '../kit/http/connection.ts';
import { apiKey, order } from '../kit/order-request.ts';

/** Events of each order. */
export const EVENTS_PER_ORDER = 3;
/** The customers of a log have the numbers 0 to 9,999. */
export const CUSTOMERS_COUNT = 10_000;
const TIMEOUT_MS = 10_000;
const POLL_DELAY_MS = 50;

/** The request of order `k`, counted from 1. */
export const orderOf = (k: number): typeof order => ({
  ...order,
  customer_id: `cus_${k % CUSTOMERS_COUNT}`,
});

/** Places the template in an empty log. Resolves when all consumers have seen its events. */
export async function placeTemplate(port: number, database: Client): Promise<void> {
  const connection = openConnection(() => ({ host: '127.0.0.1', port }));
  async function post<T>(path: string, content: object): Promise<T> {
    const request = { path, apiKey, key: randomUUID(), body: JSON.stringify(content) };
    const response = await connection.send(request, { timeoutMs: TIMEOUT_MS });
    if (typeof response === 'string' || response.status !== 201)
      throw new Error(`${path}: ${typeof response === 'string' ? response : response.body}`);
    return JSON.parse(response.body) as T;
  }
  const { id, total, lines } = await post<{ id: string; total: number; lines: Piece[] }>(
    '/v1/orders',
    orderOf(0),
  );
  await post(`/v1/orders/${id}/payments`, { amount: total });
  await post(`/v1/orders/${id}/shipments`, {
    lines: lines.map((line) => ({ line_id: line.id, quantity: line.quantity })),
  });
  connection.close();
  for (;;) {
    const { rows } = await database.query<{ behind: string }>(
      'SELECT count(*) AS behind FROM checkpoints WHERE position < $1',
      [EVENTS_PER_ORDER],
    );
    if (rows[0]!.behind === '0') return;
    await delay(POLL_DELAY_MS);
  }
}

interface Piece {
  id: string;
  quantity: number;
}

/**
 * Quiet tenants: each places some orders a second, reads and lists them, and receives their events,
 * well within its quota. Each request is sent once: a refusal or a late answer counts against the
 * goodput.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { type Connection, type Response, openConnection } from '../kit/http/connection.ts';
import { openLoop, quantile } from '../kit/open-loop.ts';
import { body } from '../kit/order-request.ts';
import { type Receiver, openReceiver } from '../kit/receiver.ts';
import type { System } from '../kit/system.ts';

/** Of each tenant: orders, and as many reads. */
const REQUESTS_PER_SECOND = 8;
/** A later answer is none. */
const ANSWER_MS_MAX = 1_000;
/** Time for the last events to arrive. */
const ARRIVAL_MS = 5_000;
const CONNECTIONS_COUNT = 64;

/** What the quiet tenants noticed during some seconds. */
export interface Noticed {
  /** Answered requests and arrived events, as a share of all. */
  goodput: number;
  /** ms, of orders, reads and events. */
  p50: Record<Kind, number>;
  p99: Record<Kind, number>;
}

export const KINDS = ['order', 'read', 'event'] as const;
export type Kind = (typeof KINDS)[number];

export interface Quiet {
  notice: (seconds: number) => Promise<Noticed>;
  close: () => void;
}

/** Opens one webhook endpoint a tenant. @param apiKeys one of each tenant */
export async function openQuiet({ nodes }: System, apiKeys: readonly string[]): Promise<Quiet> {
  const receiver: Receiver = await openReceiver();
  const idle: Connection[] = Array.from({ length: CONNECTIONS_COUNT }, () => openConnection(() => nodes[0]!));
  const lastOrders = new Map<string, string>();
  for (const apiKey of apiKeys) {
    const request = { path: '/v2/webhook-endpoints', apiKey, key: randomUUID() };
    const endpoint = JSON.stringify({ url: receiver.url, event_types: ['OrderPlaced'] });
    const made = await idle[0]!.send({ ...request, body: endpoint }, { timeoutMs: ARRIVAL_MS });
    if (typeof made === 'string' || made.status !== 201) throw new Error(`no endpoint: ${describe(made)}`);
  }

  async function notice(seconds: number): Promise<Noticed> {
    const latencies: Record<Kind, number[]> = { order: [], read: [], event: [] };
    const dueOf = new Map<string, number>();
    let offered = 0;
    let number = 0;
    receiver.onMessage = (text) => {
      const { data } = JSON.parse(text) as { data: { order_id: string } };
      const dueMs = dueOf.get(data.order_id);
      if (dueMs !== undefined && dueOf.delete(data.order_id)) latencies.event.push(performance.now() - dueMs);
    };
    const ask = async (kind: Kind, dueMs: number, request: Parameters<Connection['send']>[0]) => {
      offered += 1;
      const connection = idle.pop() ?? openConnection(() => nodes[0]!);
      const answer = await connection.send(request, { timeoutMs: ANSWER_MS_MAX });
      idle.push(connection);
      if (typeof answer === 'string' || answer.status >= 300) return undefined;
      latencies[kind].push(performance.now() - dueMs);
      return answer.body;
    };
    await openLoop({
      rate: () => REQUESTS_PER_SECOND * 2 * apiKeys.length,
      goesOn: (at) => at < seconds,
      async send(dueMs) {
        number += 1;
        const apiKey = apiKeys[number % apiKeys.length]!;
        if (Math.floor(number / apiKeys.length) % 2 === 0) {
          const placed = await ask('order', dueMs, { path: '/v1/orders', apiKey, key: randomUUID(), body });
          if (placed === undefined) return;
          const { id } = JSON.parse(placed) as { id: string };
          lastOrders.set(apiKey, id);
          dueOf.set(id, dueMs);
        } else {
          const order = lastOrders.get(apiKey);
          const isPage = order === undefined || Math.random() < 0.5;
          await ask('read', dueMs, { path: isPage ? '/v2/orders?limit=20' : `/v2/orders/${order}`, apiKey });
        }
      },
    });
    const placed = latencies.order.length;
    const end = performance.now() + ARRIVAL_MS;
    while (latencies.event.length < placed && performance.now() < end) await delay(50);
    const arrived = latencies.event.length;
    const quantiles = (q: number) =>
      Object.fromEntries(KINDS.map((kind) => [kind, quantile(latencies[kind], q)])) as Record<Kind, number>;
    return {
      goodput: (placed + latencies.read.length + arrived) / (offered + placed),
      p50: quantiles(0.5),
      p99: quantiles(0.99),
    };
  }
  return {
    notice,
    close() {
      for (const connection of idle) connection.close();
      receiver.close();
    },
  };
}

const describe = (answer: Response | string): string =>
  typeof answer === 'string' ? answer : `${answer.status} ${answer.body}`;

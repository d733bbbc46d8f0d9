/** A running installation whose costs are measured under loads of given rates. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { Pool } from 'undici';
import { cpuSecondsOf } from '../kit/cpu.ts';
import { openLoop } from '../kit/open-loop.ts';
import { apiKey, body } from '../kit/order-request.ts';
import { watchCost } from '../kit/postgres/cost.ts';
import { openReceiver } from '../kit/receiver.ts';
import { type Cost, type Rates, mapCost } from './model.ts';

export const NO_LOAD: Rates = { place: 0, command: 0, get: 0, page: 0, delivery: 0 };

export interface Installation {
  /** What a second of this load costs. */
  costOf: (rates: Rates, seconds: number) => Promise<Cost>;
  /** Connections to Postgres now, but those of this process. */
  connections: () => Promise<number>;
  close: () => Promise<void>;
}

const CLIENT_CONNECTIONS_COUNT = 64;
/** Orders that commands have not paid yet, placed before the load in which they are. */
const PLACED_AT_ONCE_COUNT = 32;
/** To Postgres: this file's, and that of the watch. */
const OWN_CONNECTIONS_COUNT = 2;
const MICROSECONDS_PER_SECOND = 1e6;
/** So that relay and workers know of a new endpoint, or of its end. */
const ENDPOINT_SETTLES_MS = 2_000;

interface Order {
  id: string;
  total: number;
}

export async function openInstallation(
  { databaseUrl, redisUrl }: { databaseUrl: string; redisUrl: string },
  port: number,
  pid: string,
): Promise<Installation> {
  const api = new Pool(`http://127.0.0.1:${port}`, { connections: CLIENT_CONNECTIONS_COUNT });
  const redis = new Redis(redisUrl);
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { settled, cpuSeconds, stop } = await watchCost(databaseUrl);
  const receiver = await openReceiver();
  const unpaid: Order[] = [];
  let known: Order = { id: '', total: 0 };

  async function send(method: 'GET' | 'POST' | 'DELETE', path: string, content?: string): Promise<string> {
    const response = await api.request({
      path,
      method,
      body: content ?? null,
      headers: {
        authorization: `Bearer ${apiKey}`,
        ...(method !== 'GET' && { 'idempotency-key': randomUUID() }),
        ...(content !== undefined && { 'content-type': 'application/json' }),
      },
    });
    const text = await response.body.text();
    if (response.statusCode >= 300)
      throw new Error(`${method} ${path} answered ${response.statusCode}: ${text}`);
    return text;
  }

  async function place(): Promise<void> {
    known = JSON.parse(await send('POST', '/v1/orders', body)) as Order;
    unpaid.push({ id: known.id, total: known.total });
  }

  const acts: Record<'place' | 'command' | 'get' | 'page', () => Promise<unknown>> = {
    place,
    async command() {
      const { id, total } = unpaid.shift()!;
      await send('POST', `/v1/orders/${id}/payments`, JSON.stringify({ amount: total }));
    },
    get: () => send('GET', `/v1/orders/${known.id}`),
    page: () => send('GET', '/v1/orders?limit=20'),
  };

  /** Runs `act` with an endpoint that gets every event, if deliveries are asked for. */
  async function withEndpoint<Result>(isWanted: boolean, act: () => Promise<Result>): Promise<Result> {
    if (!isWanted) return act();
    const content = JSON.stringify({ url: receiver.url, max_per_second: 1_000 });
    const { id } = JSON.parse(await send('POST', '/v2/webhook-endpoints', content)) as { id: string };
    await delay(ENDPOINT_SETTLES_MS);
    const found = await act();
    await send('DELETE', `/v2/webhook-endpoints/${id}`);
    await delay(ENDPOINT_SETTLES_MS);
    return found;
  }

  const marks = async () => {
    await settled();
    const { rows } = await client.query<{ lsn: string; bytes: string }>(
      `SELECT pg_current_wal_insert_lsn() - '0/0' AS lsn, pg_database_size(current_database()) AS bytes`,
    );
    const used = await redis.info('cpu');
    const of = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(used)?.[1]);
    return {
      server_us: (await cpuSecondsOf([pid])) * MICROSECONDS_PER_SECOND,
      postgres_us: (await cpuSeconds()) * MICROSECONDS_PER_SECOND,
      redis_us: (of('used_cpu_user') + of('used_cpu_sys')) * MICROSECONDS_PER_SECOND,
      wal_bytes: Number(rows[0]?.lsn),
      disk_bytes: Number(rows[0]?.bytes),
    } satisfies Cost;
  };

  return {
    async costOf(rates, seconds) {
      const missing = Math.ceil(rates.command * seconds) - unpaid.length;
      for (let placed = 0; placed < missing; placed += PLACED_AT_ONCE_COUNT)
        await Promise.all(Array.from({ length: PLACED_AT_ONCE_COUNT }, place));
      return withEndpoint(rates.delivery > 0, async () => {
        // No load pays for pages that an earlier one wrote, or for plans that were made for empty
        // tables: autovacuum would look at them within a minute.
        await client.query('ANALYZE');
        await client.query('CHECKPOINT');
        const before = await marks();
        const loops = Object.entries(acts).map(async ([name, act]) => {
          const rate = rates[name as keyof typeof acts];
          if (rate === 0) return;
          await openLoop({
            rate: () => rate,
            goesOn: (at) => at < seconds,
            send: async () => void (await act()),
          });
        });
        await Promise.all([delay(seconds * 1_000), ...loops]);
        const after = await marks();
        return mapCost((of) => (after[of] - before[of]) / seconds);
      });
    },
    async connections() {
      const { rows } = await client.query<{ count: number }>(
        `SELECT count(*)::int AS count FROM pg_stat_activity
          WHERE datname = current_database() AND backend_type = 'client backend'`,
      );
      return rows[0]!.count - OWN_CONNECTIONS_COUNT;
    },
    async close() {
      await Promise.all([api.destroy(), redis.quit(), client.end(), stop()]);
      receiver.close();
    },
  };
}

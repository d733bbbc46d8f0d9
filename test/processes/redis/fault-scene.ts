/** Two nodes under load, whose Redis a test breaks. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { anOrder, newApiKey, send, until } from '../../setup/shop.ts';
import { type Receiver, openReceiver } from '../../workers/receiver.ts';

const EVENTS = 2_000;
const WRITERS = 6;
const FAULT_MS = 6_000;
/** Time for all events to arrive after the fault, and for Redis to serve again. */
const ARRIVAL_MS_MAX = 10_000;
const DRAIN_SECONDS = 4;
/** Time for a busy machine to exit, beyond the drain time. */
const SLACK_MS = 5_000;

/** Breaks a Redis. @returns what ends the fault */
export type Fault = () => Promise<() => Promise<unknown>>;

export interface FaultScene {
  /** A folder that is removed at the end. */
  folder: string;
  /** Starts the nodes with this REDIS_URL. */
  start: (redisUrl: string) => Promise<void>;
  /**
   * Places 2,000 orders, breaks Redis meanwhile, and ends a node and starts another one during the
   * fault. Expects that each event arrives within 10 seconds after the fault, and that Redis serves
   * again.
   *
   * @returns a row: the slowest event and the stop of the node, in seconds; repeated messages;
   *   readiness of Redis and of the wake-ups at the end of the fault
   */
  breakUnderLoad: (name: string, fault: Fault) => Promise<string>;
  close: () => Promise<void>;
}

export async function openFaultScene(): Promise<FaultScene> {
  const apiKey = newApiKey();
  const database: TestDatabase = await cloneDatabase();
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-'));
  const receiver: Receiver = await openReceiver();
  const nodes: ServerProcess[] = [];
  let redisUrl = '';

  const startNode = () =>
    startServer({
      env: {
        DATABASE_URL: database.url,
        REDIS_URL: redisUrl,
        HOLDFAST_BOOTSTRAP_KEY: apiKey,
        HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
        HOLDFAST_DRAIN_SECONDS: String(DRAIN_SECONDS),
        HOLDFAST_WEBHOOK_LOOPBACK: 'on',
        HOLDFAST_CONTRACT_JUDGE: 'off',
        HOLDFAST_LOG_LEVEL: 'error',
      },
    });
  const place = async ({ url }: ServerProcess): Promise<string> => {
    const { status, json } = await send(`${url}/v1/orders`, { body: anOrder(), apiKey });
    expect(status).toBe(201);
    return json.id as string;
  };
  const arrived = () => new Set(receiver.messages.map(({ json }) => json.data.order_id as string));

  /** Waits until the wake-ups, the limiter and the readiness of a node work through Redis. */
  async function servesAgain(node: ServerProcess): Promise<void> {
    await until(async () => {
      const { redis, wakeups } = await partsOf(node);
      return redis === 'ok' && wakeups === 'ok';
    }, ARRIVAL_MS_MAX);
    await until(async () => {
      const before = await metricOf(node, 'holdfast_limiter_fallbacks_total');
      expect((await send(`${node.url}/v1/orders`, { apiKey })).status).toBe(200);
      return (await metricOf(node, 'holdfast_limiter_fallbacks_total')) === before;
    }, ARRIVAL_MS_MAX);
  }

  return {
    folder,
    async start(url) {
      redisUrl = url;
      nodes.push(await startNode(), await startNode());
      const body = { url: receiver.url, max_per_second: 1_000 };
      const made = await send(`${nodes[0]!.url}/v2/webhook-endpoints`, { body, apiKey });
      expect(made.status).toBe(201);
    },
    async breakUnderLoad(name, fault) {
      const [first, second] = nodes as [ServerProcess, ServerProcess];
      receiver.messages.length = 0;
      const orders: string[] = [];
      const takers = [first, second];
      let placed = 0;
      const writing = Promise.all(
        Array.from({ length: WRITERS }, async (_, n) => {
          while (placed < EVENTS) {
            placed += 1;
            orders.push(await place(takers[n % takers.length]!));
          }
        }),
      );
      writing.catch(() => {}); // awaited below; what fails before ends the nodes under the writers
      await until(() => orders.length > EVENTS / 5, 30_000);
      const end = await fault();
      const beganMs = performance.now();

      takers.pop(); // it ends now, and would refuse later orders
      await delay(FAULT_MS / 3);
      const stopBeganMs = performance.now();
      expect(await second.end('SIGTERM')).toBe(0);
      const stopMs = performance.now() - stopBeganMs;
      expect(stopMs).toBeLessThan(DRAIN_SECONDS * 1_000 + SLACK_MS);
      const third = await startNode();
      nodes[1] = third;

      await delay(Math.max(0, beganMs + FAULT_MS - performance.now()));
      const during = await partsOf(first);
      await end();
      const endedAt = Date.now();
      await writing;
      await until(() => arrived().size >= EVENTS, ARRIVAL_MS_MAX);
      expect(arrived()).toEqual(new Set(orders));
      const { messages } = receiver;
      const repeats = messages.length - EVENTS;
      const placedAt = ({ json }: (typeof messages)[number]) => Date.parse(json.timestamp);
      const lateMs = messages.map((message) => message.at - Math.max(endedAt, placedAt(message)));
      expect(Math.max(...lateMs)).toBeLessThan(ARRIVAL_MS_MAX);
      const slowestMs = Math.max(...messages.map((message) => message.at - placedAt(message)));

      await servesAgain(first);
      await servesAgain(third);
      const figures = [
        (slowestMs / 1_000).toFixed(1),
        (stopMs / 1_000).toFixed(1),
        repeats,
        during['redis'],
        during['wakeups'] === 'ok' ? 'ok' : 'late',
      ];
      return `| ${[name, ...figures].join(' | ')} |`;
    },
    async close() {
      await Promise.all(nodes.map((node) => node.end('SIGKILL')));
      await receiver.close();
      await rm(folder, { recursive: true, force: true });
      await database.drop();
    },
  };
}

const partsOf = async ({ adminUrl }: ServerProcess): Promise<Record<string, string>> =>
  ((await (await fetch(`${adminUrl}/health/ready`)).json()) as { parts: Record<string, string> }).parts;

/** Sum over the labels of a metric. */
async function metricOf({ adminUrl }: ServerProcess, name: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{.*\\})? (\\S+)$`, 'gm'))];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}

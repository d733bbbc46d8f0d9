/** All clients of a run. Each draws its acts from the seed and its own number. */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { chanceAt } from '../../fuzz/chance.ts';
import { PROBER, PROBES_COUNT, PROMPT_MS_MAX } from '../checker/wakeups.ts';
import type { Endpoint } from '../history/entry.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import { type Shop, type TortureClient, createClient } from './client.ts';
import { type Watcher, createGrpcClient, watch } from './grpc-client.ts';
import { endsWithin } from '../../../platform/deadline.ts';
import { placing } from './requests.ts';
import { createFeedReader, readSomething, readTotals, walk } from './reader.ts';
import { CUSTOMERS_COUNT, createShopper, newKnowledge } from './shopper.ts';
import { switchOffAndOn } from './switcher.ts';
import { type WebhookReceiver, receiveWebhooks } from './webhook-receiver.ts';

export interface TrafficOptions {
  seed: number;
  shops: readonly Shop[];
  nodes: readonly { host: string; port: number; grpc: string }[];
  history: HistoryRecorder;
  /** Shoppers of all tenants together. */
  shoppers: number;
  /** Pause of a shopper between two acts. */
  thinkMs: number;
  /** See {@link createClient}. */
  cutShare?: number;
  timeoutMs?: number;
}

export interface Traffic {
  endpoints: Endpoint[];
  /** The readers of events, which read to the end in `finish`. */
  readers: string[];
  /** The position of the watcher of a tenant. */
  watched: (tenant: number) => number;
  /**
   * Ends the acts: resolves when each client has its last answer, or no longer waits for it.
   *
   * @returns whether all were answered in time
   */
  calmDown: (timeoutMs: number) => Promise<boolean>;
  /** Whether a write succeeds at each node, within the time. */
  writesAtEachNode: (timeoutMs: number) => Promise<string[]>;
  /** Places orders until one reaches the endpoint of its tenant at once (checker/wakeups.ts). */
  probeWebhooks: () => Promise<void>;
  /** Reads everything once more, by fresh walks. @returns what could not be read */
  finish: (head: number, timeoutMs: number) => Promise<string[]>;
  close: () => void;
}

const KINDS = {
  shopper: 1,
  reader: 2,
  feed: 3,
  grpc: 4,
  watcher: 5,
  receiver: 6,
  auditor: 7,
  switcher: 8,
  prober: 9,
} as const;
const GRPC_PAUSE_MS = 400;
const READ_PAUSE_MS = 200;
const FEED_PAUSE_MS = 50;
const SWITCH_PAUSE_MS = 1_500;
const FEED_WAIT_SECONDS = 1;
/** Longer than the sweep of a node needs to find a delivery. */
const PROBE_MS_MAX = 6_000;
/** Two sweeps find nothing due, and forget the endpoint (workers/wakeups/unserved.ts). */
const PROBE_PAUSE_MS = 2_500;
const PROBE_LOOK_MS = 20;

const PROBE_LINES = [
  { quantity: 1, unitPrice: 1 },
  { quantity: 1, unitPrice: 1 },
];

export async function startTraffic(options: TrafficOptions): Promise<Traffic> {
  const { seed, shops, nodes, history, shoppers, thinkMs, cutShare, timeoutMs } = options;
  let isCalm = false;
  let keys = 0;
  const newKey = () => `k${seed}-${(keys += 1)}`;
  const clients: TortureClient[] = [];
  /** Those that act until it is calm. */
  const acting: { close: () => void }[] = [];
  const clientOf = (name: string, shop: Shop, ...path: number[]): TortureClient => {
    const client = createClient({
      name,
      random: chanceAt(seed, ...path),
      shop,
      nodes,
      history,
      cutShare,
      timeoutMs,
    });
    clients.push(client);
    return client;
  };
  const receivers: WebhookReceiver[] = [];
  const endpoints: Endpoint[] = [];
  const endpointIds: string[] = [];
  for (const shop of shops) {
    const name = `receiver-${shop.tenant}`;
    const random = chanceAt(seed, KINDS.receiver, shop.tenant);
    const receiver = await receiveWebhooks(name, shop.tenant, random, history);
    receivers.push(receiver);
    endpointIds.push(await createEndpoint(nodes[0]!, shop, receiver.url));
    endpoints.push({ name, tenant: shop.tenant, afterPosition: 0 });
  }
  const known = shops.map(newKnowledge);
  const running: Promise<void>[] = [];
  const keepDoing = (pauseMs: number, work: () => Promise<unknown>) => {
    const run = async () => {
      while (!isCalm) {
        await work();
        await delay(Math.random() * pauseMs * 2);
      }
    };
    running.push(
      run().catch((error: unknown) => {
        if (!isCalm) throw error; // its client was closed
      }),
    );
  };

  for (let n = 0; n < shoppers; n += 1) {
    const shop = shops[n % shops.length]!;
    const client = clientOf(`shopper-${n}`, shop, KINDS.shopper, n);
    acting.push(client);
    const shopper = createShopper(client, known[shop.tenant]!, newKey);
    keepDoing(thinkMs, shopper.step);
  }
  const addresses = nodes.map(({ grpc }) => grpc);
  const feeds: { name: string; step: (wait?: number) => Promise<boolean | undefined> }[] = [];
  const watchers: Watcher[] = [];
  const grpcClients = shops.map((shop) =>
    createGrpcClient({
      name: `grpc-${shop.tenant}`,
      random: chanceAt(seed, KINDS.grpc, shop.tenant),
      shop,
      addresses,
      history,
    }),
  );
  for (const [n, shop] of shops.entries()) {
    const { tenant } = shop;
    keepDoing(GRPC_PAUSE_MS, () => grpcClients[n]!.placeSome(newKey));
    const reader = clientOf(`reader-${tenant}`, shop, KINDS.reader, tenant);
    acting.push(reader, grpcClients[n]!);
    let walks = 0;
    keepDoing(READ_PAUSE_MS, () => readSomething(reader, known[tenant]!, `${reader.name}-${(walks += 1)}`));
    const feedClient = clientOf(`feed-${tenant}`, shop, KINDS.feed, tenant);
    const feed = createFeedReader(feedClient, tenant % 2 === 0 ? 'v1' : 'v2');
    feeds.push({ name: feedClient.name, ...feed });
    keepDoing(FEED_PAUSE_MS, () => feed.step(FEED_WAIT_SECONDS));
    const random = chanceAt(seed, KINDS.watcher, tenant);
    watchers.push(watch({ name: `watcher-${tenant}`, random, shop, addresses, history }));
  }
  // One tenant switches its endpoint off and on.
  const last = shops.at(-1)!;
  const switcher = clientOf(`switcher-${last.tenant}`, last, KINDS.switcher, last.tenant);
  keepDoing(SWITCH_PAUSE_MS, () =>
    switchOffAndOn(switcher, endpoints.at(-1)!.name, endpointIds.at(-1)!, newKey),
  );
  const auditors = shops.map((shop) => clientOf('auditor', shop, KINDS.auditor, shop.tenant));

  return {
    endpoints,
    readers: [...feeds.map(({ name }) => name), ...shops.map(({ tenant }) => `watcher-${tenant}`)],
    watched: (tenant) => watchers[tenant]!.position(),
    async calmDown(timeoutMs) {
      isCalm = true;
      const ended = Promise.all(running);
      if (await endsWithin(ended, timeoutMs)) return true;
      for (const client of acting) client.close();
      await ended;
      return false;
    },
    async writesAtEachNode(timeoutMs) {
      const deadline = performance.now() + timeoutMs;
      const failed = await Promise.all(
        nodes.map(async (_, node) => {
          const asked = placing('v2', 'cus_1', PROBE_LINES, newKey());
          for (;;) {
            const { status } = await auditors[0]!.ask(asked, { node });
            if (status === 201) return [];
            if (performance.now() > deadline) return [`node ${node} answers a write with ${status}`];
            await delay(READ_PAUSE_MS);
          }
        }),
      );
      return failed.flat();
    },
    async probeWebhooks() {
      // The endpoint of the last tenant may just be enabled again.
      await Promise.all(
        shops.slice(0, -1).map(async (shop) => {
          const { tenant } = shop;
          const prober = clientOf(`${PROBER}-${tenant}`, shop, KINDS.prober, tenant);
          for (let n = 0; n < PROBES_COUNT; n += 1) {
            await delay(PROBE_PAUSE_MS);
            const { order } = await prober.ask(placing('v2', 'cus_1', PROBE_LINES, newKey()));
            const beganMs = performance.now();
            const isOver = () => performance.now() - beganMs > PROBE_MS_MAX;
            while (order !== undefined && !receivers[tenant]!.has(order.id) && !isOver())
              await delay(PROBE_LOOK_MS);
            if (order !== undefined && performance.now() - beganMs < PROMPT_MS_MAX) return;
          }
        }),
      );
    },
    async finish(head, timeoutMs) {
      const deadlineMs = performance.now() + timeoutMs;
      const persist = async (work: () => Promise<boolean>): Promise<boolean> => {
        while (performance.now() < deadlineMs) {
          if (await work()) return true;
          await delay(FEED_PAUSE_MS);
        }
        return false;
      };
      const failed: string[] = [];
      for (const feed of feeds)
        if (!(await persist(async () => (await feed.step()) === false))) failed.push(feed.name);
      for (const auditor of auditors) {
        const { tenant } = auditor.shop;
        for (const edition of ['v1', 'v2'] as const)
          for (const direction of ['asc', 'desc'] as const) {
            const name = `final-${tenant}-${edition}-${direction}`;
            const range = {
              direction,
              limit: 100,
              readAfter: head,
              pagesMax: Number.POSITIVE_INFINITY,
              deadlineMs,
            };
            if (!(await walk(auditor, name, edition, range))) failed.push(name);
          }
        for (let n = 1; n <= CUSTOMERS_COUNT; n += 1)
          if (!(await persist(() => readTotals(auditor, 'v1', `cus_${n}`, head))))
            failed.push(`totals of cus_${n}`);
      }
      return failed;
    },
    close() {
      isCalm = true;
      for (const each of [...clients, ...watchers, ...receivers, ...grpcClients]) each.close();
    },
  };
}

async function createEndpoint({ host, port }: { host: string; port: number }, { apiKey }: Shop, url: string) {
  const response = await fetch(`http://${host}:${port}/v2/webhook-endpoints`, {
    method: 'POST',
    headers: {
      Authorization: `Bearer ${apiKey}`,
      'Idempotency-Key': randomUUID(),
      'Content-Type': 'application/json',
    },
    body: JSON.stringify({ url, max_per_second: 1000 }),
  });
  if (response.status !== 201)
    throw new Error(`no webhook endpoint: ${response.status} ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}

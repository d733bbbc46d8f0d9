/** One client: sends requests to any node, and records each exchange. */
import { type Connection, type Request, openConnection } from '../../kit/http/connection.ts';
import type { Random } from '../../fuzz/chance.ts';
import type { Edition, Entry, Wish } from '../history/entry.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import { type Essentials, essentialsOf } from './answer.ts';

export interface Shop {
  tenant: number;
  tenantId: string;
  /** Both change when the key is rotated: each request reads them. */
  apiKey: string;
  keyId: string;
}

export interface Address {
  host: string;
  port: number;
}

export interface Asked {
  edition: Edition;
  wish: Wish;
  key?: string | undefined;
  request: Omit<Request, 'apiKey' | 'key'>;
}

export interface TortureClient {
  name: string;
  random: Random;
  shop: Shop;
  /** Sends one request once. */
  ask: (
    asked: Asked,
    options?: { timeoutMs?: number; node?: number },
  ) => Promise<Asked & Essentials & { body: string }>;
  close: () => void;
}

const TIMEOUT_MS = 4_000;
/** Share of writes whose connection is cut before the answer. */
const CUT_SHARE = 0.02;
const CUT_MS_MAX = 15;

export interface ClientOptions {
  name: string;
  random: Random;
  shop: Shop;
  nodes: readonly Address[];
  history: HistoryRecorder;
}

export function createClient({ name, random, shop, nodes, history }: ClientOptions): TortureClient {
  /** One connection for each node; two requests at once need two. */
  const idle: Connection[][] = nodes.map(() => []);
  const open = new Set<Connection>();
  return {
    name,
    random,
    shop,
    async ask(asked, { timeoutMs = TIMEOUT_MS, node = random.between(0, nodes.length - 1) } = {}) {
      const { edition, wish, key, request } = asked;
      const connection = idle[node]!.pop() ?? openConnection(() => nodes[node]!);
      open.add(connection);
      const isCut = key !== undefined && wish.kind !== 'receipt' && random.chance(CUT_SHARE);
      const startMs = history.now();
      const response = await connection.send(
        { ...request, apiKey: shop.apiKey, ...(key !== undefined && wish.kind !== 'receipt' && { key }) },
        { timeoutMs, ...(isCut && { cutAfterMs: random.next() * CUT_MS_MAX }) },
      );
      const endMs = history.now();
      idle[node]!.push(connection);
      const answer: Essentials =
        typeof response === 'string' ? { status: response } : essentialsOf(edition, wish, response);
      history.record({
        client: name,
        tenant: shop.tenant,
        node,
        edition,
        wish,
        key,
        startMs,
        endMs,
        ...answer,
      } satisfies Entry);
      return { ...asked, ...answer, body: typeof response === 'string' ? '' : response.body };
    },
    close() {
      for (const connection of open) connection.close();
    },
  };
}

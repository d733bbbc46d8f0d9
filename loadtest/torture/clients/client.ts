/** One client: sends requests to any node, and records each exchange. */
import {
  type Connection,
  type NoResponse,
  type Request,
  type Response,
  openConnection,
} from '../../kit/http/connection.ts';
import type { Random } from '../../fuzz/chance.ts';
import type { Edition, Entry, Wish } from '../history/entry.ts';
import type { HistoryRecorder } from '../history/recorder.ts';
import { type Essentials, essentialsOf, itemsOf } from './answer.ts';

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
  /** Sends placings of one edition as one batch. @returns the answer to each of them */
  askBatch: (placings: readonly Asked[]) => Promise<Essentials[]>;
  close: () => void;
}

const TIMEOUT_MS = 4_000;
const CUT_SHARE = 0.02;
const CUT_MS_MAX = 15;

export interface ClientOptions {
  name: string;
  random: Random;
  shop: Shop;
  nodes: readonly Address[];
  history: HistoryRecorder;
  /** Share of writes whose connection the client cuts before the answer. */
  cutShare?: number | undefined;
  /** Time that a client waits for an answer. */
  timeoutMs?: number | undefined;
}

export function createClient({
  name,
  random,
  shop,
  nodes,
  history,
  cutShare = CUT_SHARE,
  timeoutMs: patienceMs = TIMEOUT_MS,
}: ClientOptions): TortureClient {
  /** Of each node; two requests at once need two connections. */
  const idle: Connection[][] = nodes.map(() => []);
  const open = new Set<Connection>();
  let isClosed = false;

  interface Exchanged {
    response: Response | NoResponse;
    node: number;
    startMs: number;
    endMs: number;
  }

  async function exchange(
    request: Omit<Request, 'apiKey'>,
    { isWrite, timeoutMs = patienceMs, node = random.between(0, nodes.length - 1) }: ExchangeOptions,
  ): Promise<Exchanged> {
    if (isClosed) throw new Error(`${name} is closed`);
    const connection = idle[node]!.pop() ?? openConnection(() => nodes[node]!);
    open.add(connection);
    const isCut = isWrite && random.chance(cutShare);
    const startMs = history.now();
    const response = await connection.send(
      { ...request, apiKey: shop.apiKey },
      { timeoutMs, ...(isCut && { cutAfterMs: random.next() * CUT_MS_MAX }) },
    );
    const endMs = history.now();
    idle[node]!.push(connection);
    return { response, node, startMs, endMs };
  }
  function record(
    { edition, wish, key }: Asked,
    { node, startMs, endMs }: Exchanged,
    answer: Essentials,
  ): void {
    const { tenant } = shop;
    history.record({
      client: name,
      tenant,
      node,
      edition,
      wish,
      key,
      startMs,
      endMs,
      ...answer,
    } satisfies Entry);
  }

  return {
    name,
    random,
    shop,
    async ask(asked, options = {}) {
      const { edition, wish, key, request } = asked;
      const isWrite = key !== undefined && wish.kind !== 'receipt';
      const exchanged = await exchange({ ...request, ...(isWrite && { key }) }, { isWrite, ...options });
      const { response } = exchanged;
      const answer: Essentials =
        typeof response === 'string' ? { status: response } : essentialsOf(edition, wish, response);
      record(asked, exchanged, answer);
      return { ...asked, ...answer, body: typeof response === 'string' ? '' : response.body };
    },
    async askBatch(placings) {
      const { edition } = placings[0]!;
      const orders = placings.map(
        ({ key, request }) => `{"idempotency_key":${JSON.stringify(key)},"order":${request.body}}`,
      );
      const request = { path: `/${edition}/order-batches`, body: `{"orders":[${orders.join(',')}]}` };
      const exchanged = await exchange(request, { isWrite: true });
      const { response } = exchanged;
      const answers: Essentials[] =
        typeof response === 'string'
          ? placings.map(() => ({ status: response }))
          : itemsOf(edition, response, placings.length);
      for (const [n, answer] of answers.entries()) record(placings[n]!, exchanged, answer);
      return answers;
    },
    close() {
      isClosed = true;
      for (const connection of open) connection.close();
    },
  };
}

interface ExchangeOptions {
  /** The client's network may fail before the answer. */
  isWrite: boolean;
  timeoutMs?: number;
  node?: number;
}

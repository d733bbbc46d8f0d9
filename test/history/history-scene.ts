/** A folder with files of history, imports of them in this process, and a server to import into. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer, request } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { afterEach, beforeEach } from '@jest/globals';
import { type HistoryImport, importHistory } from '../../api/cli/history/import-history.ts';
import type { Shop } from '../setup/shop.ts';

export const eur = (amount: number) => ({ amount, currency: 'EUR' });

/** A line of history: an order of one line at 10.00 EUR. */
export const lineOf = (
  reference: string,
  order: Record<string, unknown> = {},
  records: Record<string, unknown>[] = [],
) => ({
  order: {
    reference,
    ordered_at: '2024-03-01T10:00:00Z',
    lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 2, unit_price: eur(500) }],
    ...order,
  },
  records,
});

export interface Report {
  line: number;
  reference: string | null;
  record: number | null;
  status: number;
  code: string;
  detail: string;
  errors: { pointer: string; detail: string }[];
  not_sent: number;
  order_id?: string;
}

/** Registers the hooks of a test file: an empty folder for each test. */
export function openHistories() {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-history-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  return {
    folder: () => folder,
    /** Writes lines, each an object, a text or bytes, and returns the path. */
    async fileOf(lines: readonly unknown[], name = 'history.ndjson'): Promise<string> {
      const path = join(folder, name);
      const bytes = lines.map((line) => {
        if (Buffer.isBuffer(line)) return line;
        return Buffer.from(typeof line === 'string' ? line : JSON.stringify(line));
      });
      await writeFile(path, Buffer.concat(bytes.flatMap((each) => [each, Buffer.from('\n')])));
      return path;
    },
    reportOf: async (path: string): Promise<Report[]> =>
      (await readFile(`${path}.report.ndjson`, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Report),
  };
}

/** Runs an import in this process. @returns the data of `--json` */
export async function runImport(
  shop: Pick<Shop, 'url' | 'apiKey'>,
  path: string,
  more: Partial<HistoryImport> = {},
) {
  const { output } = await importHistory({
    path,
    access: { url: shop.url, apiKey: shop.apiKey, apiKeySource: 'this test' },
    patienceMs: 5_000,
    isStrict: false,
    signal: new AbortController().signal,
    show: { begin() {}, lived() {}, waits() {}, end() {} },
    ...more,
  });
  return output.data as Record<string, unknown>;
}

/** An empty tenant of a shop. */
export async function newTenant(shop: Shop) {
  const { apiKey } = await shop.addTenant();
  const at = { url: shop.url, apiKey };
  const read = async (id: string): Promise<Record<string, any>> =>
    (await shop.ask(`/v2/orders/${id}`, { apiKey })).json;
  const list = async () =>
    (await shop.ask('/v2/orders?order=asc&limit=100', { apiKey })).json.data as { id: string }[];
  /** The first 100 orders, once the read table has so many. */
  const orders = async (count: number) => {
    for (;;) {
      const found = await list();
      // A list may lag behind; the orders themselves never do.
      if (found.length >= count) return Promise.all(found.map(({ id }) => read(id)));
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  return { at, apiKey, orders };
}

/** Events of a tenant by their type, and their orders. */
export async function countEvents(shop: Shop, apiKey: string) {
  const feed: { type: string; order_id: string }[] = [];
  for (let cursor = ''; ;) {
    const { json } = await shop.ask(`/v2/events?limit=100${cursor}`, { apiKey });
    feed.push(...json.data);
    if (!json.has_more) break;
    cursor = `&cursor=${json.next_cursor}`;
  }
  const types = [...new Set(feed.map(({ type }) => type))].sort();
  return {
    rows: types.map((type) => {
      const own = feed.filter((event) => event.type === type);
      return { type, events: own.length, orders: new Set(own.map(({ order_id }) => order_id)).size };
    }),
  };
}

/** A server in front of another one. */
export interface Front {
  url: string;
  close: () => Promise<void>;
}

/** @param judge called for each request: `false` breaks the connection after it took effect */
export async function openFront(
  url: string,
  judge: (path: string, count: number) => boolean,
): Promise<Front> {
  let count = 0;
  const server: Server = createServer((incoming, outgoing) => {
    count += 1;
    const isAnswered = judge(incoming.url ?? '', count);
    const { method = 'GET', headers } = incoming;
    const onward = request(url + incoming.url, { method, headers }, (answer) => {
      if (!isAnswered) {
        answer.resume().on('end', () => outgoing.destroy());
        return;
      }
      if (outgoing.destroyed) return; // the client has gone
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      pipeline(answer, outgoing, () => {});
    });
    onward.on('error', () => outgoing.destroy());
    pipeline(incoming, onward, () => {});
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

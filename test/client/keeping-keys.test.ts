/** Keys that outlive a client, errors that are thrown, and lists without an end. */
import { appendFile, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import pg from 'pg';
import {
  HoldfastError,
  HoldfastUnavailable,
  type KeyStore,
  createClient,
  dataOf,
  tableKeys,
} from '../../openapi/client/client.ts';
import { fileKeys } from '../../openapi/client/keys/key-file.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
let folder: string;
let table: pg.Pool;
beforeAll(async () => {
  shop = await openShop();
  folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'));
  table = new pg.Pool({ connectionString: shop.database.url, max: 2 });
  await table.query(
    'CREATE TABLE public.holdfast_pending_writes (key text PRIMARY KEY, write jsonb NOT NULL, started_at timestamptz NOT NULL)',
  );
});
afterAll(async () => {
  await table.end();
  await shop.close();
  await rm(folder, { recursive: true });
});

const order = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};
type Fate = 'refused' | 'lost answer' | 'pass';

/** A client whose network does `fates` to its attempts; each call has one attempt. */
function clientOver(fates: Fate[], options: Partial<Parameters<typeof createClient>[0]> = {}) {
  const network = (async (request: Request) => {
    const fate = fates.shift() ?? 'pass';
    if (fate === 'refused') throw new TypeError('fetch failed');
    const answer = await fetch(request);
    if (fate === 'lost answer') throw new TypeError('fetch failed');
    return answer;
  }) as typeof fetch;
  return createClient({ baseUrl: shop.url, apiKey: shop.apiKey, attempts: 1, fetch: network, ...options });
}
async function allOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
const inHeader = (key: string) => ({ header: { 'Idempotency-Key': key } });

describe('a thrown error has the code, the advice, the request and the key', () => {
  test('of a refusal', async () => {
    const client = clientOver([]);
    const placing = dataOf(
      client.POST('/v2/orders', { body: { ...order, customer_id: '' }, params: inHeader('refused-1') }),
    );
    const error = await placing.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HoldfastError);
    expect(error).toMatchObject({
      code: 'invalid_body',
      status: 422,
      retry: 'never',
      requestId: expect.stringMatching(/^[0-9a-f]{24}$/),
      idempotencyKey: 'refused-1',
      attempts: 1,
      problem: { errors: [{ pointer: '/customer_id' }] },
    });
  });

  test('of a server that is down: the key that the client made is in the error', async () => {
    const client = clientOver(['refused']);
    const error = await client.POST('/v2/orders', { body: order }).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(HoldfastUnavailable);
    expect(error).toBeInstanceOf(HoldfastError);
    const { idempotencyKey, code, status, retry } = error as HoldfastUnavailable;
    expect([code, status, retry]).toEqual(['no_response', undefined, 'same_key']);
    expect(await client.resume(idempotencyKey!)).toEqual({ outcome: 'not_sent' });
  });

  test('of a proxy', async () => {
    const html = async () => new Response('<h1>Forbidden</h1>', { status: 403 });
    const client = clientOver([], { fetch: html as unknown as typeof fetch });
    await expect(dataOf(client.GET('/v2/orders', {}))).rejects.toMatchObject({
      code: 'not_a_problem',
      status: 403,
      retry: undefined,
    });
  });

  test('and of a success it is the body', async () => {
    const placed = await dataOf(clientOver([]).POST('/v2/orders', { body: order }));
    expect(placed.total.amount).toBe(900);
  });
});

test('onKey gets each write before it is sent, and the call waits for it', async () => {
  const steps: string[] = [];
  const client = clientOver([], {
    fetch: (async (request: Request) => {
      steps.push(`sent ${request.method}`);
      return fetch(request);
    }) as typeof fetch,
    onKey: async ({ key, method, path, body, headers }) => {
      await new Promise(setImmediate);
      steps.push(`kept ${key} ${method} ${path} ${body?.length} ${Object.keys(headers).join()}`);
    },
  });
  await client.POST('/v2/orders', { body: order, params: inHeader('"quoted"') });
  await client.GET('/v2/orders', {});
  expect(steps).toEqual([
    `kept quoted POST /v2/orders ${JSON.stringify(order).length} content-type`,
    'sent POST',
    'sent GET',
  ]);
});

test('a write that cannot be kept is not sent', async () => {
  let isSent = false;
  const full = { add: () => Promise.reject(new Error('disk full')) } as unknown as KeyStore;
  const network = async () => {
    isSent = true;
    return new Response();
  };
  const client = clientOver([], { keys: full, fetch: network as unknown as typeof fetch });
  await expect(client.POST('/v2/orders', { body: order })).rejects.toThrow('disk full');
  expect(isSent).toBe(false);
});

const STORES: [name: string, open: () => Promise<KeyStore>][] = [
  ['file', () => fileKeys(join(folder, 'pending'))],
  [
    'table',
    async () =>
      tableKeys({
        query: (text, values) => table.query(text, values),
        table: 'public.holdfast_pending_writes',
      }),
  ],
];
describe.each(STORES)('a %s keeps a write until its answer', (_name, open) => {
  test('and a restarted client learns what became of it', async () => {
    const keys = await open();
    const lost = clientOver(['lost answer', 'refused', 'pass'], { keys });
    for (const key of ['lost', 'never-sent'])
      await lost.POST('/v2/orders', { body: order, params: inHeader(`${_name}-${key}`) }).catch(() => {});
    await lost.POST('/v2/orders', { body: order, params: inHeader(`${_name}-answered`) });
    await (keys as { close?: () => Promise<void> }).close?.();

    const kept = await open();
    const client = clientOver([], { keys: kept });
    expect((await kept.all()).map(({ key }) => key)).toEqual([`${_name}-lost`, `${_name}-never-sent`]);
    const resumed = await allOf(client.resumeAll());
    expect(resumed).toMatchObject([
      {
        key: `${_name}-lost`,
        outcome: 'took_effect',
        receipt: { idempotency_key: `${_name}-lost`, version: 1 },
      },
      { key: `${_name}-never-sent`, outcome: 'sent_again', data: { total: { amount: 900 } } },
    ]);
    expect(await kept.all()).toEqual([]);
    // All three were placed once.
    for (const key of ['lost', 'never-sent', 'answered'])
      expect(await client.resume(`${_name}-${key}`)).toMatchObject({ outcome: 'took_effect' });
    await (kept as { close?: () => Promise<void> }).close?.();
  });

  test('and not after a refusal', async () => {
    const keys = await open();
    await clientOver([], { keys }).POST('/v2/orders', { body: { ...order, customer_id: '' } });
    expect(await keys.all()).toEqual([]);
    await (keys as { close?: () => Promise<void> }).close?.();
  });
});

test('a file of keys is for its owner, has no API key, and survives a line that a crash cut', async () => {
  const path = join(folder, 'cut');
  const keys = await fileKeys(path);
  await clientOver(['refused'], { keys })
    .POST('/v2/orders', { body: order, params: inHeader('whole') })
    .catch(() => {});
  await keys.close();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  expect(await readFile(path, 'utf8')).not.toContain('hf_');
  await appendFile(path, '{"key":"half');
  const again = await fileKeys(path);
  expect((await again.all()).map(({ key }) => key)).toEqual(['whole']);
  await Promise.all(
    Array.from({ length: 1_001 }, () => again.add({ ...pending, key: 'x' }).then(() => again.remove('x'))),
  );
  await again.close();
  expect((await readFile(path, 'utf8')).split('\n').length).toBeLessThan(2_003);
});
const pending = {
  method: 'POST',
  path: '/v2/orders',
  headers: {},
  body: null,
  startedAt: '2026-11-23T16:12:38.550Z',
};

test.each(['x; DROP TABLE orders', 'a.b.c', ''])('the table %j is refused', (name) => {
  expect(() => tableKeys({ query: () => Promise.reject(new Error('asked')), table: name })).toThrow(
    TypeError,
  );
});

describe('lists', () => {
  test('pages and items walk to the end, and a cursor continues', async () => {
    const { apiKey } = await shop.addTenant();
    const client = createClient({ baseUrl: shop.url, apiKey });
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) ids.push((await dataOf(client.POST('/v2/orders', { body: order }))).id);
    const { data: events } = await dataOf(client.GET('/v2/events', {}));
    const header = { 'Holdfast-Read-After': String(events.at(-1)!.position) };
    const query = { limit: 2, order: 'asc' as const };
    const pages = await allOf(client.pages('/v2/orders', { params: { query, header } }));
    expect(pages.map(({ data }) => data.length)).toEqual([2, 2, 1]);
    const all = await allOf(client.items('/v2/orders', { params: { query, header } }));
    expect(all.map(({ id }) => id)).toEqual(ids);
    const rest = client.items('/v2/orders', {
      params: { query: { ...query, cursor: pages[0]!.next_cursor! } },
    });
    expect((await allOf(rest)).map(({ id }) => id)).toEqual(ids.slice(2));
    const history = client.items('/v2/orders/{order_id}/events', { params: { path: { order_id: ids[0]! } } });
    expect((await allOf(history)).map(({ type }) => type)).toEqual(['OrderPlaced']);
    // @ts-expect-error -- not a list
    const single = () => client.items('/v2/orders/{order_id}', { params: { path: { order_id: '' } } });
    expect(single).toBeInstanceOf(Function);
  });

  test('a page that is refused throws', async () => {
    const list = clientOver([]).items('/v2/orders', { params: { query: { cursor: 'forged' } } });
    await expect(list.next()).rejects.toMatchObject({ code: 'invalid_cursor', retry: 'never' });
  });

  test('the feed waits for events, continues from its cursor, and ends with its signal', async () => {
    const { apiKey } = await shop.addTenant();
    const client = createClient({ baseUrl: shop.url, apiKey });
    const stop = new AbortController();
    const seen: string[] = [];
    let cursor: string | undefined;
    const first = await dataOf(client.POST('/v2/orders', { body: order }));
    for await (const page of client.feed({ waitSeconds: 20, types: ['OrderPlaced'] })) {
      seen.push(...page.data.map(({ order_id }) => order_id));
      cursor = page.next_cursor;
      break;
    }
    const reading = (async () => {
      for await (const page of client.feed({ cursor, signal: stop.signal })) {
        seen.push(...page.data.map(({ order_id }) => order_id));
        if (seen.length === 2) stop.abort(new Error('enough'));
      }
    })();
    const [second] = await Promise.all([
      dataOf(client.POST('/v2/orders', { body: order })),
      expect(reading).rejects.toThrow('enough'),
    ]);
    expect(seen).toEqual([first.id, second.id]);
  });
});

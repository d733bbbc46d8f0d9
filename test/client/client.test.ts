/** The client against the server, over a faulty network. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ProblemCode, createClient, createV1Client, isReplay } from '../../openapi/client/client.ts';
import { loadSpec } from '../../api/contract/spec.ts';
import { PROBLEMS } from '../../api/problem/problem.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const order = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: { amount: 450, currency: 'EUR' } }],
};

/**
 * A client whose network applies the n-th fault of `plan` to the n-th attempt. It records the sent
 * keys and the waits.
 */
function over(plan: ('cut before' | 'cut after' | 'pass' | Response)[], options: object = {}) {
  const keys: (string | null)[] = [];
  const waits: number[] = [];
  const client = createClient({
    baseUrl: shop.url,
    apiKey: shop.apiKey,
    random: () => 0.5,
    sleep: async (ms) => {
      waits.push(ms);
    },
    fetch: (async (request: Request) => {
      keys.push(request.headers.get('Idempotency-Key'));
      const fate = plan.shift() ?? 'pass';
      if (fate === 'cut before') throw new TypeError('fetch failed');
      if (fate instanceof Response) return fate;
      const answer = await fetch(request);
      if (fate === 'cut after') throw new TypeError('fetch failed');
      return answer;
    }) as typeof fetch,
    ...options,
  });
  return { client, keys, waits };
}
const problem = (status: number, retry: string, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify({ code: 'x', status, retry }), {
    status,
    headers: { 'Content-Type': 'application/problem+json', ...headers },
  });

describe('placing an order', () => {
  test('over a network that loses the answers places one order, and returns the replay', async () => {
    const { client, keys, waits } = over(['cut before', 'cut after', 'cut after']);
    const { data, response } = await client.POST('/v2/orders', { body: order });
    expect(data?.total).toEqual({ amount: 900, currency: 'EUR' });
    expect(isReplay(response)).toBe(true);
    expect(new Set(keys).size).toBe(1);
    expect(waits).toEqual([100, 200, 400]);
    const { data: receipt } = await client.GET('/v2/idempotency-keys/{idempotency_key}', {
      params: { path: { idempotency_key: keys[0]! } },
    });
    expect(receipt?.order_id).toBe(data?.id);
  });

  test('uses the given key, or a new one for each call', async () => {
    const { client, keys } = over([]);
    await client.POST('/v2/orders', { body: order, params: { header: { 'Idempotency-Key': 'mine' } } });
    await client.POST('/v2/orders', { body: order });
    await client.POST('/v2/orders', { body: order });
    expect(keys[0]).toBe('mine');
    expect(new Set(keys).size).toBe(3);
  });

  test('waits as long as Retry-After requires', async () => {
    const { client, waits } = over([
      problem(429, 'same_key_after', { 'Retry-After': '7' }),
      problem(500, 'same_key'),
    ]);
    const { data } = await client.POST('/v2/orders', { body: order });
    expect(data?.id).toMatch(/^ord_/);
    expect(waits).toEqual([7_100, 200]);
  });

  test('succeeds after a used-up quota, at the time that the server named', async () => {
    const strict = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '2/1' });
    const client = createClient({ baseUrl: strict.url, apiKey: strict.apiKey });
    const answers = await Promise.all([1, 2, 3].map(() => client.POST('/v2/orders', { body: order })));
    await strict.close();
    expect(answers.map(({ response }) => response.status)).toEqual([201, 201, 201]);
  });
});

describe('the client does not retry', () => {
  test.each([
    ['an invalid member', { ...order, customer_id: '' }, 'invalid_body'],
    ['an unknown member', { ...order, surprise: 1 }, 'invalid_body'],
  ])('%s, and returns the problem', async (_name, body, code) => {
    const { client, keys } = over([]);
    const { error, response } = await client.POST('/v2/orders', { body });
    expect([response.status, error?.code, error?.retry]).toEqual([422, code, 'never']);
    expect(keys).toHaveLength(1);
  });

  test('a command that the state of the order forbids', async () => {
    const { client, keys } = over([]);
    const { data } = await client.POST('/v2/orders', { body: order });
    const path = { order_id: data!.id };
    await client.POST('/v2/orders/{order_id}/cancellation', { params: { path }, body: {} });
    const { error } = await client.POST('/v2/orders/{order_id}/shipments', {
      params: { path },
      body: { lines: [{ line_id: 'line_1', quantity: 1 }] },
    });
    expect([error?.code, error?.retry]).toEqual(['order_already_cancelled', 'never']);
    expect(keys).toHaveLength(3);
  });

  test('beyond its number of attempts or its time', async () => {
    const nobody = Array.from({ length: 99 }, () => 'cut before' as const);
    const few = over([...nobody], { attempts: 3 });
    await expect(few.client.POST('/v2/orders', { body: order })).rejects.toThrow('after 3 attempts in ');
    const short = over([problem(503, 'same_key_after', { 'Retry-After': '61' })]);
    expect((await short.client.POST('/v2/orders', { body: order })).response.status).toBe(503);
    expect(short.keys).toHaveLength(1);
  });

  test('an aborted call', async () => {
    const { client, keys } = over(['cut before', 'cut before']);
    const signal = AbortSignal.abort(new Error('closed the tab'));
    await expect(client.POST('/v2/orders', { body: order, signal })).rejects.toThrow('closed the tab');
    expect(keys.length).toBeLessThanOrEqual(1);
  });
});

test('an error of a proxy and a truncated answer are retried', async () => {
  const half = new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"id":'));
        controller.error(new TypeError('terminated'));
      },
    }),
    { status: 201, headers: { 'Content-Type': 'application/json' } },
  );
  const { client, keys } = over([new Response('<h1>Bad Gateway</h1>', { status: 502 }), half]);
  const { data } = await client.POST('/v2/orders', { body: order });
  expect(data?.id).toMatch(/^ord_/);
  expect(keys).toHaveLength(3);
});

test('version 1 has a client too', async () => {
  const client = createV1Client({ baseUrl: shop.url, apiKey: shop.apiKey });
  const { data } = await client.POST('/v1/orders', {
    body: { customer_id: 'c', currency: 'EUR', lines: [{ sku: 'A', name: 'a', quantity: 1, unit_price: 5 }] },
  });
  expect(data?.total).toBe(5);
});

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

function publishedCodes(version: string): string[] {
  const { components } = loadSpec(version).document as unknown as {
    components: { schemas: { Problem: { properties: { code: { 'x-extensible-enum': string[] } } } } };
  };
  return components.schemas.Problem.properties.code['x-extensible-enum'];
}

test('the problem codes equal those of the API, and a misspelt code does not compile', async () => {
  const codes = Object.keys(PROBLEMS);
  expect(publishedCodes('v2')).toEqual(codes);
  // v1 lacks the codes of later commands; its clients expect codes that they do not know.
  const first = publishedCodes('v1');
  expect(first).toEqual(codes.filter((code) => first.includes(code)));
  const { client } = over([]);
  const { error } = await client.GET('/v2/orders/{order_id}', { params: { path: { order_id: 'x' } } });
  // @ts-expect-error -- an unknown code
  const misspelt: ProblemCode = 'order_not_fuond';
  const right: ProblemCode = 'order_not_found';
  expect([error?.code === right, String(error?.code) === misspelt]).toEqual([true, false]);
});

test('the example of the README prints its documented output', async () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const code = /```ts\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--input-type=module-typescript', '-e', code],
    {
      cwd: ROOT,
      env: { ...process.env, HOLDFAST_URL: shop.url, HOLDFAST_API_KEY: shop.apiKey },
    },
  );
  expect(stdout).toMatch(/^ord_[0-9a-f]{32} is paid: true\n$/);
});

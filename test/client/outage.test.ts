/** Many carts during an outage of the server, in simulated time. */
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { HoldfastUnavailable, attemptsOf, createClient } from '../../openapi/client/client.ts';

const order = {
  customer_id: 'cus_1',
  lines: [{ sku: 'KELP-1', name: 'Kelp', quantity: 1, unit_price: { amount: 450, currency: 'EUR' } }],
};
/** Latency of the server in milliseconds. */
const LATENCY_MS = 50;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

interface Storm {
  clients: number;
  /** Carts that each client places at the same time. */
  carts: number;
  awayMs: number;
  /** The response during the outage; default: connection refused. */
  says?: () => Response;
}

/** @returns placed carts and their times; attempts by second; thrown errors */
async function storm({ clients, carts, awayMs, says }: Storm) {
  // Seeded random numbers: a linear congruential generator (Numerical Recipes).
  let seed = 16;
  const random = () => (seed = (seed * 1_664_525 + 1_013_904_223) % 2 ** 32) / 2 ** 32;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const attempts: number[] = [];
  const fetch = (async () => {
    const second = Math.floor(elapsed() / 1_000);
    attempts[second] = (attempts[second] ?? 0) + 1;
    if (elapsed() < awayMs) {
      if (says) return says();
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8080') });
    }
    await new Promise((resolve) => setTimeout(resolve, LATENCY_MS));
    return Response.json({ id: 'ord_1' }, { status: 201 });
  }) as typeof globalThis.fetch;
  let placed = 0;
  let lastMs = 0;
  const failures: unknown[] = [];
  const calls = Array.from({ length: clients }, () =>
    createClient({ baseUrl: 'http://127.0.0.1:8080', apiKey: 'k', fetch, random }),
  ).flatMap((client) =>
    Array.from({ length: carts }, async () => {
      try {
        const { response } = await client.POST('/v2/orders', { body: order });
        if (response.status !== 201) throw response;
        placed += 1;
      } catch (error) {
        failures.push(error);
      }
      lastMs = elapsed();
    }),
  );
  const over = Promise.all(calls);
  await jest.advanceTimersByTimeAsync(90_000);
  await over;
  return { placed, lastMs, failures, attempts: Array.from(attempts, (count) => count ?? 0) };
}

const busy = () =>
  Response.json(
    { code: 'unavailable', detail: 'The store did not answer.', status: 503, retry: 'same_key_after' },
    { status: 503, headers: { 'Content-Type': 'application/problem+json', 'Retry-After': '2' } },
  );

test.each<[number, number, (() => Response) | undefined, number]>([
  // carts, outage ms, response during the outage, placed by ms
  [1, 3_000, undefined, 8_000],
  [1, 10_000, undefined, 21_000],
  [1, 40_000, undefined, 60_000],
  [60, 3_000, undefined, 8_000],
  [60, 10_000, undefined, 21_000],
  [60, 3_000, busy, 8_000],
  [60, 10_000, busy, 21_000],
  [60, 10_000, () => new Response('<h1>Bad Gateway</h1>', { status: 502 }), 21_000],
  [600, 3_000, undefined, 8_000],
  [600, 10_000, undefined, 24_000],
])('%d concurrent carts are placed after an outage of %d ms', async (carts, awayMs, says, byMs) => {
  const { placed, lastMs, failures } = await storm({ clients: 1, carts, awayMs, ...(says && { says }) });
  expect([placed, failures]).toEqual([carts, []]);
  expect(lastMs).toBeLessThan(byMs);
});

describe('the load on a server during an outage is bounded', () => {
  test('for one client by its budget, for any number of carts', async () => {
    const { attempts, failures } = await storm({ clients: 1, carts: 5_000, awayMs: 90_000 });
    const [first = 0, ...rest] = attempts;
    // Each request once, the accumulated retries, and those of one second.
    expect(first).toBeLessThanOrEqual(5_000 + 10 + 10 + 1);
    expect(Math.max(...rest)).toBeLessThanOrEqual(11);
    expect(failures).toHaveLength(5_000);
    const whys = new Set(failures.map((error) => (error as HoldfastUnavailable).gaveUp));
    expect(whys).toContain('budget');
  });

  test('for many clients by their growing waits', async () => {
    const clients = 1_000;
    const { attempts } = await storm({ clients, carts: 1, awayMs: 90_000 });
    const perClient = attempts.map((count) => count / clients);
    expect(perClient[0]).toBeLessThan(5); // with retries after up to 0.2, 0.4, 0.8 s
    expect(Math.max(...perClient.slice(5))).toBeLessThan(0.5);
    expect(Math.max(...perClient.slice(15))).toBeLessThan(0.3);
  });

  test('and the repeats after it follow at the speed of the server', async () => {
    const { placed, lastMs, attempts } = await storm({ clients: 1, carts: 5_000, awayMs: 3_000 });
    expect(placed).toBe(5_000);
    expect(lastMs).toBeLessThan(20_000);
    expect(attempts[3]).toBeLessThan(2_000); // and not all at once
  });
});

describe('a client that gives up reports', () => {
  const giveUp = async (limits: object, says?: () => Response) => {
    const fetch = (async () => {
      if (says) return says();
      throw new TypeError('fetch failed', { cause: new Error('connect ECONNREFUSED 127.0.0.1:8080') });
    }) as typeof globalThis.fetch;
    const options = { baseUrl: 'http://127.0.0.1:8080', apiKey: 'hf_test_secret', random: () => 0.5, fetch };
    const client = createClient({ ...options, ...limits });
    const header = { 'Idempotency-Key': 'cart-4711' };
    const call = client
      .POST('/v2/orders', { body: order, params: { header } })
      .catch((error: unknown) => error);
    await jest.advanceTimersByTimeAsync(90_000);
    return call;
  };

  test.each([
    ['attempts', { attempts: 3 }, 3, 300, 'the limit of attempts is reached'],
    ['time', { totalMs: 1_000 }, 4, 700, 'the next attempt would exceed the time limit'],
    [
      'budget',
      { budget: { earn() {}, repay() {}, spend: async () => false } },
      1,
      0,
      'the retry budget is used up',
    ],
  ])(
    'that the reason was %s, and the key for a later repeat',
    async (gaveUp, limits, attempts, elapsedMs, why) => {
      const error = await giveUp(limits);
      expect(error).toBeInstanceOf(HoldfastUnavailable);
      expect(error).toMatchObject({
        name: 'HoldfastUnavailable',
        key: 'cart-4711',
        attempts,
        elapsedMs,
        gaveUp,
      });
      const { message, cause } = error as HoldfastUnavailable;
      expect(message).toContain(
        `No response from 127.0.0.1:8080 to POST /v2/orders after ${attempts} attempt`,
      );
      expect(message).toContain(why);
      expect(message).toContain('Last error: connect ECONNREFUSED 127.0.0.1:8080.');
      expect(message).toContain('took effect once or not at all: retry it with key cart-4711.');
      expect(message).not.toContain('hf_test');
      expect(cause).toBeInstanceOf(TypeError);
    },
  );

  test('the last answer of a server that became silent', async () => {
    const answers = [busy(), busy()];
    const says = () => {
      const answer = answers.shift();
      if (answer === undefined) throw new TypeError('fetch failed');
      return answer;
    };
    const error = (await giveUp({ attempts: 3 }, says)) as HoldfastUnavailable;
    const lastAnswer = { status: 503, code: 'unavailable', detail: 'The store did not answer.' };
    expect(error.lastAnswer).toEqual(lastAnswer);
    expect(error.message).toContain('Last error: fetch failed. An earlier attempt got 503 unavailable.');
  });

  test.each([
    ['attempts', { attempts: 2 }, 2],
    ['time', { totalMs: 3_000 }, 2],
    ['budget', { budget: { earn() {}, repay() {}, spend: async () => false } }, 1],
  ])('the answer, and that it stopped because %s', async (gaveUp, limits, attempts) => {
    const { error, response } = (await giveUp(limits, busy)) as { error: object; response: Response };
    expect([response.status, error]).toEqual([503, expect.objectContaining({ code: 'unavailable' })]);
    expect(attemptsOf(response)).toMatchObject({ key: 'cart-4711', attempts, gaveUp });
  });

  test('no retry failure when there was none', async () => {
    const placed = () => Response.json({ id: 'ord_1' }, { status: 201 });
    const { response } = (await giveUp({}, placed)) as { response: Response };
    expect(attemptsOf(response)).toEqual({ key: 'cart-4711', attempts: 1, elapsedMs: 0 });
    expect(attemptsOf(new Response())).toBeUndefined();
  });
});

test.each([
  ['between two attempts', { random: () => 1 }],
  ['in the queue for a retry', { random: () => 0, budget: { earn() {}, repay() {}, spend: waiting } }],
])('a call that its caller aborts %s ends at once', async (_when, options) => {
  const fetch = (async () => {
    throw new TypeError('fetch failed');
  }) as typeof globalThis.fetch;
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', apiKey: 'k', fetch, ...options });
  const tab = new AbortController();
  const call = client
    .POST('/v2/orders', { body: order, signal: tab.signal })
    .catch((error: unknown) => error);
  await jest.advanceTimersByTimeAsync(100);
  tab.abort(new Error('closed the tab'));
  expect(await call).toEqual(new Error('closed the tab')); // although no timer has fired
});

function waiting(_ms: number, signal?: AbortSignal): Promise<boolean> {
  return new Promise((resolve) => signal?.addEventListener('abort', () => resolve(false)));
}

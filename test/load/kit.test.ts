/** The load kit counts lost and duplicate orders and measures a stalled server correctly. */
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { openConnection } from '../../loadtest/kit/http/connection.ts';
import { checkNumbers } from '../../loadtest/kit/numbers.ts';
import { openLoop, quantile } from '../../loadtest/kit/open-loop.ts';
import { createOrders } from '../../loadtest/kit/orders.ts';
import { createRecorder, outcomeOf } from '../../loadtest/kit/recorder.ts';
import { renderReport } from '../../loadtest/kit/report/report.ts';
import { systemAt } from '../../loadtest/kit/system.ts';
import { type Shop, openShop } from '../setup/shop.ts';

describe('the comparison with the log', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
  });
  afterAll(() => shop.close());

  test('finds lost, duplicate and unacknowledged orders', async () => {
    const system = systemAt(shop.url, [shop.apiKey], undefined);
    const orders = createOrders();
    const place = async (body: string, key: string) =>
      expect((await shop.ask('/v1/orders', { body, key })).status).toBe(201);
    for (let n = 0; n < 130; n += 1) {
      const { number, key, body } = orders.next();
      await place(body, key);
      await place(body, key); // a replay, not a second order
      orders.acknowledge(number);
    }
    expect(await orders.compare(system)).toEqual({ lost: 0, duplicates: 0, unacknowledged: 0, placed: 130 });
    const twice = orders.next();
    await place(twice.body, twice.key);
    await place(twice.body, `${twice.key}-again`);
    orders.acknowledge(orders.next().number);
    expect(await orders.compare(system)).toEqual({ lost: 1, duplicates: 1, unacknowledged: 1, placed: 131 });
    // Another run in the same log has its own numbers.
    expect(await createOrders().compare(system)).toEqual({
      lost: 0,
      duplicates: 0,
      unacknowledged: 0,
      placed: 0,
    });
  }, 60_000);
});

test.each<[string, (number | undefined)[], object]>([
  ['none', [], { given: 0, missing: 0, twice: 0, late: 0 }],
  ['each once', [1001, 1002, 1003], { given: 3, missing: 0, twice: 0, late: 0 }],
  ['a gap', [1001, 1002, 1005], { given: 3, missing: 2, twice: 0, late: 0 }],
  ['a gap at the beginning', [1002], { given: 1, missing: 1, twice: 0, late: 0 }],
  ['a double', [1001, 1002, 1002, 1002], { given: 4, missing: 0, twice: 2, late: 0 }],
  ['a gap and a double', [1001, 1003, 1003], { given: 3, missing: 1, twice: 1, late: 0 }],
  ['another order than the log', [1002, 1001, 1003], { given: 3, missing: 0, twice: 0, late: 1 }],
  ['an order without a number', [1001, undefined, 1002], { given: 2, missing: 1, twice: 0, late: 0 }],
])('the numbers of a shop are checked: %s', (_name, places, expected) => {
  expect(checkNumbers(places)).toEqual(expected);
});

test('requests do not wait for responses, and a latency counts from the time when its request was due', async () => {
  const latencies: number[] = [];
  let stands = true;
  const waiting: (() => void)[] = [];
  setTimeout(() => {
    stands = false;
    for (const go of waiting) go();
  }, 300);
  await openLoop({
    rate: () => 100,
    goesOn: (seconds) => seconds < 0.5,
    async send(due) {
      if (stands) await new Promise<void>((resolve) => waiting.push(resolve));
      latencies.push(performance.now() - due);
    },
  });
  expect(latencies.length).toBe(50);
  // Requests due during the stall waited for its remaining time: 300 ms, 290 ms, and so on.
  expect(latencies.filter((ms) => ms > 100).length).toBeGreaterThanOrEqual(15);
  expect(quantile(latencies, 1)).toBeGreaterThan(250);
});

describe('a connection', () => {
  test('closes on a timeout or a planned cut, and reopens for the next request', async () => {
    let connections = 0;
    const server = createServer((socket) => {
      connections += 1;
      const silent = connections < 3;
      socket.on('error', () => {});
      socket.on('data', () => {
        if (!silent)
          socket.write('HTTP/1.1 201 Created\r\nIdempotent-Replayed: true\r\nContent-Length: 2\r\n\r\n{}');
      });
    });
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const connection = openConnection(() => ({ host: '127.0.0.1', port }));
    const request = { path: '/', apiKey: 'k', body: '{}' };
    expect(await connection.send(request, { timeoutMs: 100 })).toBe('timeout');
    expect(await connection.send(request, { timeoutMs: 1_000, cutAfterMs: 20 })).toBe('cut');
    const answer = await connection.send(request, { timeoutMs: 1_000 });
    const head = expect.stringMatching(/^HTTP\/1.1 201 Created\r\n/);
    expect(answer).toEqual({ status: 201, replayed: true, head, body: '{}' });
    expect(outcomeOf(answer)).toBe('replayed');
    connection.close();
    server.close();
  });
});

test('a report is one file without external parts, and escapes its content', async () => {
  const recorder = createRecorder();
  recorder.offer();
  recorder.note('placed', 12);
  const html = await renderReport({
    scenario: 'steady',
    command: 'npm run load -- steady --url "<script>alert(1)</script>"',
    machine: '2 cores',
    date: '2026-01-01',
    phases: [{ name: '</script><b>', from: 0, to: 1 }],
    figures: { 'orders/s': 1 },
    verdicts: [{ text: 'The log has no order twice', ok: false }],
    seconds: recorder.seconds(),
  });
  expect(html).not.toMatch(/<script>alert|<\/script><b>/);
  expect(html).not.toMatch(/(?:src|href)="?https?:/);
  expect(html).toContain('failed');
  expect(recorder.seconds()[0]).toMatchObject({ outcomes: { placed: 1 }, offered: 1, p50: 12, p99: 12 });
});

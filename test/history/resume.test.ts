/** `holdfast import --history` while its run, its connection, its server or its quota ends. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { HistoryWait } from '../../api/cli/history/import-history.ts';
import { waitText } from '../../api/cli/history/run-history.ts';
import { type Shop, openShop } from '../setup/shop.ts';
import { countEvents, eur, lineOf, newTenant, openFront, openHistories, runImport } from './history-scene.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());
const { folder, fileOf, reportOf } = openHistories();

const many = (count: number) =>
  Array.from({ length: count }, (_, n) =>
    lineOf(`n${n}`, { ordered_at: new Date(1.7e12 + n * 60_000).toISOString() }, [
      { payment: { amount: eur(1_000) } },
      { shipment: { lines: [{ line_id: 'line_1', quantity: 2 }] } },
      ...(n % 50 === 0 ? [{ cancellation: {} }] : []),
    ]),
  );

test('a run that stops after some requests is resumed, and each order and record is there once', async () => {
  const { at, apiKey, orders } = await newTenant(shop);
  const path = await fileOf([...many(250), 'no json']);
  const stopping = new AbortController();
  // The first batch with its records, and a part of the second.
  const front = await openFront(at.url, (_path, count) => {
    if (count === 430) stopping.abort();
    return true;
  });
  await expect(runImport({ ...at, url: front.url }, path, { signal: stopping.signal })).rejects.toThrow(
    'Stopped. 200 of 250 orders are done; the same command resumes there.',
  );
  expect((await readdir(folder())).sort()).toEqual([
    'history.ndjson',
    'history.ndjson.import',
    'history.ndjson.report.ndjson',
  ]);
  const again = await runImport({ ...at, url: front.url }, path);
  await front.close();
  expect(again).toMatchObject({ lines: 251, refused: 6 });
  expect(Number(again['placed']) + Number(again['replayed'])).toBe(250);
  expect(await reportOf(path)).toHaveLength(6);
  const placed = await orders(100);
  expect(placed.map(({ reference }) => reference)).toEqual(many(100).map(({ order }) => order.reference));
  const { rows } = await countEvents(shop, apiKey);
  expect(rows).toEqual([
    { type: 'ItemsShipped', events: 250, orders: 250 },
    { type: 'OrderPlaced', events: 250, orders: 250 },
    { type: 'PaymentRecorded', events: 250, orders: 250 },
  ]);
}, 60_000);

test('a connection that breaks behind a write repeats it with the same key', async () => {
  const { at, apiKey } = await newTenant(shop);
  const path = await fileOf(many(40));
  const front = await openFront(at.url, (_path, count) => count % 7 !== 1);
  expect(await runImport({ ...at, url: front.url }, path)).toMatchObject({ records: 80, refused: 1 });
  await front.close();
  const { rows } = await countEvents(shop, apiKey);
  expect(rows.map(({ events }) => events)).toEqual([40, 40, 40]);
}, 60_000);

test('without a server the run gives up after its patience, and names address and key', async () => {
  const path = await fileOf(many(1));
  await expect(
    runImport({ url: 'http://127.0.0.1:1', apiKey: shop.apiKey }, path, { patienceMs: 300 }),
  ).rejects.toThrow(/No response from 127\.0\.0\.1:1[^]*API key used: this test/);
});

test('an unknown API key stops the run at once', async () => {
  const path = await fileOf(many(1));
  await expect(runImport({ url: shop.url, apiKey: `hf_test_${'x'.repeat(32)}` }, path)).rejects.toThrow(
    '401 unauthenticated',
  );
});

test('over its quota the run waits, and refuses nothing', async () => {
  const slow = await openShop({ HOLDFAST_RATE_LIMIT_WRITE: '20/2' });
  try {
    const path = await fileOf(
      Array.from({ length: 25 }, (_, n) => lineOf(`q${n}`, {}, [{ payment: { amount: eur(1_000) } }])),
    );
    const waits: HistoryWait[] = [];
    const result = await runImport(slow, path, {
      show: {
        begin() {},
        lived() {},
        waits: (wait) => waits.push(wait),
        end() {},
      },
    });
    expect(result).toMatchObject({ placed: 25, records: 25, refused: 0 });
    // 25 orders fill the first window of 20 writes: 5 orders and 25 records are left.
    const [first] = waits;
    expect(first).toMatchObject({ quota: { count: 20, ms: 2_000 }, writesLeft: 30 });
    expect(waitText({ ms: 2_000, quota: { count: 20, ms: 2_000 }, writesLeft: 30 })).toBe(
      'The quota of this API key is used up: 20 writes in 2 s. The import continues in 2 s. ' +
        '30 orders and records are left: all are done in about 4 s. ' +
        'To raise the quota: npx holdfast keys limit KEY_ID --write COUNT/SECONDS',
    );
  } finally {
    await slow.close();
  }
}, 60_000);

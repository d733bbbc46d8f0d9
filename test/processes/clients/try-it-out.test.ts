/**
 * /docs in a real browser: the prepared requests of the page work without a change, repeatedly.
 */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Locator, Page, Response } from 'playwright-core';
import { hasBrowser, openBrowser } from '../../setup/processes/browser.ts';
import { type Shop, openShop } from '../../setup/shop.ts';

let shop: Shop;
let browser: Browser | undefined;
beforeAll(async () => {
  shop = await openShop();
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await shop.close();
});

const field = (block: Locator, name: string) =>
  block.locator(`tr[data-param-name="${name}"]`).locator('input, select').first();

/** Opens the form of an operation. */
async function open(page: Page, operation: string): Promise<Locator> {
  const block = page.locator(`#operations-${operation}`);
  await block.locator('.opblock-summary-control').click();
  await block.locator('.try-out__btn').click();
  return block;
}

/** Sends the prepared request of an operation. */
async function execute(page: Page, block: Locator) {
  const isAnswer = (response: Response) => /\/v\d\//.test(new URL(response.url()).pathname);
  const answered = page.waitForResponse(isAnswer);
  await block.locator('.btn.execute').click();
  const response = await answered;
  const request = response.request();
  return {
    status: response.status(),
    key: await request.headerValue('idempotency-key'),
    replayed: await response.headerValue('idempotent-replayed'),
    query: new URL(request.url()).search,
    sent: request.postData() ?? '',
    json: await response.json(),
  };
}

(hasBrowser ? describe : describe.skip).each(['v2', 'v1 (deprecated)'])('%s', (contract) => {
  let page: Page;
  let faults: string[];
  let order: string;
  beforeAll(async () => {
    page = await browser!.newPage({ viewport: { width: 1280, height: 900 } });
    faults = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${shop.url}/docs?urls.primaryName=${encodeURIComponent(contract)}`);
    await page.waitForSelector('.opblock', { timeout: 60_000 });
    await page.locator('.btn.authorize').click();
    await page.locator('.auth-container input').fill(shop.apiKey);
    await page.locator('.auth-btn-wrapper .authorize').click();
    await page.locator('.btn-done').click();
  }, 90_000);
  afterAll(() => page?.close());

  test('an order, the same order again, and its payment are three separate writes', async () => {
    const placing = await open(page, 'orders-placeOrder');
    const first = await execute(page, placing);
    const second = await execute(page, placing);
    const paying = await open(page, 'payments-recordPayment');
    order = first.json.id;
    await field(paying, 'order_id').fill(order);
    const payment = await execute(page, paying);
    expect([first, second, payment].map(({ status, replayed }) => [status, replayed])).toEqual([
      [201, null],
      [201, null],
      [201, null],
    ]);
    expect(second.json.id).not.toBe(first.json.id);
    const keys = [first, second, payment].map(({ key }) => key);
    expect(new Set(keys).size).toBe(3);
    for (const key of keys)
      expect(key).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    // The shown command line is that request, with its key.
    expect(await paying.locator('.curl').textContent()).toContain(payment.key);
  }, 60_000);

  test('a typed idempotency key is sent unchanged, and a second send is a repeat', async () => {
    const placing = page.locator('#operations-orders-placeOrder');
    await field(placing, 'Idempotency-Key').fill(`typed-${contract.slice(0, 2)}`);
    const first = await execute(page, placing);
    const again = await execute(page, placing);
    expect([first.key, again.key]).toEqual([`typed-${contract.slice(0, 2)}`, first.key]);
    expect([first.status, again.status, again.replayed]).toEqual([201, 201, 'true']);
    expect(again.json.id).toBe(first.json.id);
  }, 60_000);

  test('a batch places new orders each time', async () => {
    const batch = await open(page, 'orders-placeOrders');
    const answers = [await execute(page, batch), await execute(page, batch)];
    expect(answers.map(({ json }) => [json.data[0].status, json.data[0].replayed])).toEqual([
      [201, false],
      [201, false],
    ]);
    expect(answers[0]!.sent).not.toContain('feed-2026-03-14-000001');
  }, 60_000);

  test('each response shows its retry advice', async () => {
    const placing = page.locator('#operations-orders-placeOrder');
    const table = placing.locator('table.responses-table').last();
    const shown = await table
      .locator('tr.response')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.getAttribute('data-code'),
          /x-retry: (\w+?(?: or \w+?)?)(?=Media|$)/.exec(row.textContent)?.[1],
        ]),
      );
    const expected = [
      ['201', 'none'],
      ['400', 'never'],
      ['408', 'same_key'],
      ['429', 'same_key_after'],
    ];
    expect(shown).toEqual(expect.arrayContaining(expected));
    expect(shown.filter(([, retry]) => retry === undefined)).toEqual([]);
    const conflict = page.locator('#operations-payments-recordPayment tr.response[data-code="409"]').last();
    expect(await conflict.textContent()).toContain('x-retry: after_change or never');
  }, 60_000);

  test('a read sends no condition and no filter by default', async () => {
    const reading = await open(page, 'orders-getOrder');
    await field(reading, 'order_id').fill(order);
    const read = await execute(page, reading);
    expect([read.status, read.query, read.json.id]).toEqual([200, '', order]);
    const list = await execute(page, await open(page, 'orders-listOrders'));
    // In version 2 the default depends on the filter, so the contract states none.
    const direction = contract === 'v2' ? '' : 'order=desc&';
    expect([list.status, list.query]).toEqual([200, `?${direction}limit=20`]);
    expect(list.json.data.length).toBeGreaterThan(0);
    const feed = await execute(page, await open(page, 'history-listEvents'));
    expect([feed.status, feed.query]).toEqual([200, '?wait=0&limit=20']);
  }, 60_000);

  test('the page violates no rule of its content security policy', () => expect(faults).toEqual([]));
});

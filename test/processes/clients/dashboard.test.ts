/** The operations dashboard in a real browser, during a request storm. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { hasBrowser, openBrowser } from '../../setup/processes/browser.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from '../../setup/database.ts';
import { holdfast } from '../../setup/processes/command.ts';
import { type ServerProcess, startServer } from '../../setup/processes/server-process.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { anOrder, send, until } from '../../setup/shop.ts';

const apiKey = newKey('test').key;
let database: TestDatabase;
let server: ServerProcess;
let browser: Browser | undefined;
beforeAll(async () => {
  database = await cloneDatabase();
  server = await startServer({
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: TEST_REDIS,
      HOLDFAST_BOOTSTRAP_KEY: apiKey,
      HOLDFAST_RATE_LIMIT_WRITE: '100/1',
      HOLDFAST_LOG_LEVEL: 'error',
    },
  });
  browser = await openBrowser();
}, 60_000);
afterAll(async () => {
  await browser?.close();
  await server.end('SIGTERM');
  await database.drop();
});

/** Clients that repeat the same request. */
async function storm<T>(watch: () => Promise<T>): Promise<T> {
  let blowing = true;
  const clients = Array.from({ length: 8 }, async (_, n) => {
    while (blowing)
      await send(`${server.url}/v1/orders`, { body: anOrder(), apiKey, key: `storm-${n}` }).catch(() => {});
  });
  try {
    return await watch();
  } finally {
    blowing = false;
    await Promise.all(clients);
  }
}
const overview = async () => (await fetch(`${server.adminUrl}/ops/data`)).json() as Promise<any>; // oxlint-disable-line typescript/no-explicit-any

test('the figures show a storm and its API key within five seconds', async () => {
  await until(async () => (await overview()).verdict.level === 'calm', 60_000);
  const began = Date.now();
  const seen = await storm(async () => {
    await until(async () => (await overview()).verdict.level === 'storm', 30_000);
    await until(async () => (await overview()).callers[0]?.requests > 10);
    const { stdout } = await holdfast(['tenants', 'limit', 'bootstrap', '--read', '70000/1'], {
      DATABASE_URL: database.url,
    });
    expect(stdout).toContain('reads 70000/1');
    await until(async () => (await overview()).callers[0]?.quotas?.tenant_read === '70000/1', 5_000);
    return overview();
  });
  expect(seen.verdict.since).toBeGreaterThanOrEqual(began);
  expect(seen.verdict.since - began).toBeLessThan(5_000);
  expect(seen.findings.find(({ name }: { name: string }) => name === 'Storm')).toMatchObject({
    level: 'warn',
  });
  expect(seen.callers[0]).toMatchObject({
    tenant: 'bootstrap',
    mode: 'test',
    key_id: expect.stringMatching(/^key_[0-9a-f]{32}$/),
    quotas: { write: '100/1', read: '3000/60', tenant_write: null, tenant_read: '70000/1' },
  });
  expect(JSON.stringify(seen)).not.toContain(apiKey);
  const length = seen.series.t.length;
  for (const [name, values] of Object.entries(seen.series))
    expect([name, (values as []).length]).toEqual([name, length]);
  await until(async () => (await overview()).verdict.level === 'calm', 60_000);
}, 180_000);

(hasBrowser ? test : test.skip)(
  'a browser shows the calm state, then the storm, then the last figures of a dead server',
  async () => {
    const page = await browser!.newPage({ viewport: { width: 360, height: 800 } });
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(String(error)));
    page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
    await page.goto(`${server.adminUrl}/ops`);
    await page.waitForSelector('[data-level=calm]', { timeout: 60_000 });
    await storm(async () => {
      await page.waitForSelector('[data-level=storm]', { timeout: 30_000 });
      expect(await page.textContent('h1')).toBe('Retry storm');
      expect(await page.title()).toBe('● Retry storm – Holdfast');
      await page.waitForSelector('#callers td:text("bootstrap")');
    });
    expect(await page.locator('#plots canvas').count()).toBe(6);
    // No horizontal scrolling on a phone.
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360);
    expect(faults).toEqual([]);
    await page.route('**/ops/data*', (route) => route.abort());
    await page.waitForSelector('#silent:not([hidden])', { timeout: 10_000 });
    expect(await page.textContent('#silent')).toMatch(/^No answer since \d\d:\d\d:\d\d$/);
    await page.close();
  },
  180_000,
);

/**
 * Canvases that are wider than their card, or leave more than a tenth of it empty.
 */
const misfits = (page: Page): Promise<string[]> =>
  page.evaluate(`
    [...document.querySelectorAll('#plots canvas')].flatMap((canvas) => {
      const card = canvas.closest('section');
      const { paddingLeft, paddingRight } = getComputedStyle(card);
      const room = card.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight);
      const { width } = canvas.getBoundingClientRect();
      return width > room + 1 || width < room * 0.9 ? [width + ' px in ' + room + ' px'] : [];
    })`);
const WIDTHS = [360, 768, 1024, 1440, 1920];
const evidence = new URL('../../../docs/evidence/', import.meta.url);
const reports = (await readdir(evidence)).filter((file) => file.endsWith('.html'));

(hasBrowser ? test.each : test.skip.each)(WIDTHS)(
  'each chart fits its card after the first load, at a width of %s px',
  async (width) => {
    const page = await browser!.newPage({ viewport: { width, height: 900 } });
    await page.goto(`${server.adminUrl}/ops`);
    expect(await page.locator('#plots canvas').count()).toBe(6);
    expect(await misfits(page)).toEqual([]);
    await page.setViewportSize({ width: width + 200, height: 900 });
    await until(async () => (await misfits(page)).length === 0);
    for (const report of reports) {
      await page.setViewportSize({ width, height: 900 });
      await page.goto(new URL(report, evidence).href);
      expect([report, await misfits(page)]).toEqual([report, []]);
    }
    await page.close();
  },
);

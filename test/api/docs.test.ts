/** The pages for people: they need no key, and ask nobody but us for anything. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS } from '../../api/problem.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const page = (path: string, headers: Record<string, string> = {}) =>
  shop.ask(path, { apiKey: null, headers });

describe('/docs', () => {
  test('loads whatever it names from here, and is allowed no other place', async () => {
    const { status, text, headers } = await page('/docs');
    expect(status).toBe(200);
    expect(headers.get('content-type')).toContain('text/html');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'; script-src 'self';");
    const named = [...text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!);
    expect(named).toHaveLength(6);
    for (const url of named) {
      expect(url).toMatch(/^\/(?!\/)/);
      const asset = await page(url);
      expect([url, asset.status, asset.text.length > 100]).toEqual([url, 200, true]);
      expect(asset.headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  test('opens the contract of each version, the newest first, and shows it to no validator', async () => {
    const { text } = await page('/docs/assets/open.js');
    const urls = [...text.matchAll(/"url":"([^"]+)"/g)].map(([, url]) => url!);
    expect(urls).toEqual(['/openapi/v2.json', '/openapi/v1.json']);
    expect(text).toContain('validatorUrl: null');
    for (const url of urls) expect((await page(url)).json.openapi).toBe('3.0.3');
  });

  test.each([
    '/docs/assets/swagger-ui.js.map',
    '/docs/assets/constructor',
    '/docs/assets/..%2f..%2fpackage.json',
    '/docs/nothing',
  ])('%s is not served', async (path) => {
    expect((await shop.ask(path)).json.code).toBe('route_not_found');
  });
});

test('/docs/versioning is the page that every answer of version 1 points to', async () => {
  const { headers } = await shop.ask('/v1/orders');
  const link = /<([^>]+)>; rel="sunset"/.exec(headers.get('link') ?? '')?.[1];
  expect((await page(link!)).text).toContain('# Versions');
});

test.each(['/docs', '/openapi/v2.json', '/docs/assets/swagger-ui.css', '/docs/versioning'])(
  '%s is not sent again to who has it',
  async (path) => {
    const first = await page(path);
    const again = await page(path, { 'If-None-Match': first.headers.get('etag')! });
    expect([again.status, again.text]).toEqual([304, '']);
  },
);

test('each problem has a page', async () => {
  for (const code of Object.keys(PROBLEMS))
    expect((await page(`/problems/${code}`)).text).toContain(`code    ${code}`);
});

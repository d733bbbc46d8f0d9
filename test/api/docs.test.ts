/** The public pages: they need no key, and load nothing from other hosts. */
import { readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROBLEMS } from '../../api/problem/problem.ts';
import { type Shop, openShop } from '../setup/shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const page = (path: string, headers: Record<string, string> = {}) =>
  shop.ask(path, { apiKey: null, headers });

describe('/docs', () => {
  test('loads all of its assets from this server, and its policy allows no other origin', async () => {
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

  test('opens the contract of each version, the newest first, without an external validator', async () => {
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

test('/docs/versioning is the page that the Link of each version 1 answer names', async () => {
  const { headers } = await shop.ask('/v1/orders');
  const link = /<([^>]+)>; rel="sunset"/.exec(headers.get('link') ?? '')?.[1];
  expect((await page(link!)).text).toContain('>Versions</h1>');
});

describe('the root path', () => {
  test.each(['GET', 'HEAD'])('%s / redirects to the API reference, without a key', async (method) => {
    const { status, headers } = await fetch(`${shop.url}/`, { method, redirect: 'manual' });
    expect([status, headers.get('location')]).toEqual([302, '/docs']);
    expect((await page('/')).text).toContain('<title>Holdfast orders API</title>');
  });

  test.each([
    ['POST', 405],
    ['OPTIONS', 200],
  ])('%s / names the allowed methods', async (method, status) => {
    const answer = await fetch(`${shop.url}/`, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([status, 'HEAD, GET']);
  });
});

const guides = (await readdir(new URL('../../docs/', import.meta.url)))
  .filter((file) => file.endsWith('.md'))
  .map((file) => `/docs/${file.slice(0, -'.md'.length)}`);

describe('a guide', () => {
  test.each(guides)('%s is a page without broken links', async (path) => {
    const { status, headers, text } = await page(path);
    expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(text).toContain('</h1>');
    for (const [, href = ''] of text.matchAll(/(?:href|src)="([^"]+)"/g)) {
      if (href.startsWith('https://')) continue;
      const [target, anchor] = href.split('#');
      const there = target === '' ? { status, text } : await page(target!);
      expect([href, there.status]).toEqual([href, 200]);
      if (anchor) expect([href, there.text.includes(`id="${anchor}"`)]).toEqual([href, true]);
    }
  });

  test.each(['/docs/design.md', '/docs/evidence', '/docs/README', '/docs/..%2fREADME', '/docs/toString'])(
    '%s is none',
    async (path) => {
      expect((await shop.ask(path)).json.code).toBe('route_not_found');
    },
  );
});

/** All strings of a document. */
const textsOf = (node: unknown): string[] =>
  typeof node === 'string'
    ? [node]
    : node && typeof node === 'object'
      ? Object.values(node).flatMap(textsOf)
      : [];
const pagesIn = (text: string) => text.match(/(?<![\w./])\/(?:docs|problems|openapi)\/[\w./-]*\w/g) ?? [];

test.each(['/openapi/v1.json', '/openapi/v2.json'])(
  'each page that %s names exists, without a key',
  async (path) => {
    const texts = textsOf((await page(path)).json);
    const named = [...new Set(texts.flatMap(pagesIn))];
    expect(named).toEqual(expect.arrayContaining(['/docs/webhooks', '/docs/input']));
    const missing = [];
    for (const url of named) if ((await page(url)).status !== 200) missing.push(url);
    expect(missing).toEqual([]);
    // A reader of the contract does not have the files of the repository.
    expect(texts.filter((text) => /(?<!\/)\bdocs\/[\w-]+\.md/.test(text))).toEqual([]);
  },
);

test('each page that a problem names exists', async () => {
  for (const path of ['/nothing', '/v2/orders/ord_1', '/v2/orders?limit=x']) {
    const { json } = await shop.ask(path);
    const named = textsOf(json).flatMap(pagesIn);
    expect(named).toContain(json.type);
    for (const url of named) expect([url, (await page(url)).status]).toEqual([url, 200]);
  }
});

test.each(['/docs', '/openapi/v2.json', '/docs/assets/swagger-ui.css', '/docs/versioning', '/docs/webhooks'])(
  '%s answers 304 to a client that has the current version',
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

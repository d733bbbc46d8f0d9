/** Each read evaluates or refuses a condition, and never ignores it (RFC 9110, section 13). */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toUuid } from '../../../store/ids.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';
import { type Scene, createScene, goodRequest } from '../scene.ts';
import { outcome, parametersOf, reads, tagless } from './operations.ts';

let shop: Shop;
let scene: Scene;
beforeAll(async () => {
  // No deliveries, so that no endpoint changes by itself.
  shop = await openShop({ HOLDFAST_ROLES: 'api,projector,relay' });
  scene = await createScene(shop);
});
afterAll(() => shop.close());

/** The ETag of the resource of a request. */
async function tagOf({ path }: { path: string }): Promise<string> {
  const [resource = ''] = /^\/v\d\/(?:orders|webhook-endpoints)\/\w+/.exec(path) ?? [];
  return (await shop.ask(resource)).headers.get('etag')!;
}

describe('a read', () => {
  test.each(reads)('%s: gets 412 unless If-Match contains the current ETag', async (_name, operation) => {
    const { path, ask } = await goodRequest(operation, scene);
    const tag = await tagOf({ path });
    const read = (headers: Record<string, string>, method = 'GET') =>
      shop.ask(path, { ...ask, method, headers, key: null });
    for (const [field, status] of [
      [tag, 200],
      [`"98", ${tag}`, 200],
      ['*', 200],
      ['"98"', 412],
      [`W/${tag}`, 412],
      ['98', 400],
    ] as const) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await read({ 'If-Match': field }, method);
        expect([field, method, answer.status]).toEqual([field, method, status]);
        if (status !== 400) expect(answer.headers.get('etag')).toBe(tag);
      }
    }
    // If-Match comes first (section 13.2.2).
    expect(outcome(await read({ 'If-Match': '"98"', 'If-None-Match': '*' }))).toBe('412 precondition_failed');
    expect(outcome(await read({ 'If-Match': tag, 'If-None-Match': tag }))).toBe('304');
  });

  test.each(reads)('%s: gets 304 if If-None-Match contains the current ETag', async (_name, operation) => {
    const { path, ask } = await goodRequest(operation, scene);
    const tag = await tagOf({ path });
    for (const [field, status] of [
      [tag, 304],
      [`W/${tag}`, 304],
      [`"98", ${tag}`, 304],
      [`"a,b" ,, W/${tag},`, 304],
      ['*', 304],
      ['"98"', 200],
      [`"x,${tag.slice(1)}`, 200],
      [tag.slice(1, -1), 200],
    ] as const) {
      const answer = await shop.ask(path, { ...ask, headers: { 'If-None-Match': field } });
      expect([field, answer.status, answer.headers.get('etag')]).toEqual([field, status, tag]);
      expect(answer.text === '').toBe(status === 304);
    }
  });

  test('of a past order uses the ETag of that version', async () => {
    const { json } = await shop.ask('/v1/orders', { body: anOrder() });
    await shop.ask(`/v1/orders/${json.id}/payments`, { body: { amount: 1 } });
    const read = (headers: Record<string, string>) =>
      shop.ask(`/v1/orders/${json.id}?version=1`, { headers });
    expect(outcome(await read({ 'If-Match': '"2"' }))).toBe('412 precondition_failed');
    expect((await read({ 'If-Match': '"1"' })).json.version).toBe(1);
    expect((await read({ 'If-None-Match': '"2"' })).json.version).toBe(1);
    expect((await read({ 'If-None-Match': '"1"' })).status).toBe(304);
  });

  test.each(tagless)('%s: refuses If-Match, because it has no ETag', async (_name, operation) => {
    const { path, ask } = await goodRequest(operation, scene);
    for (const field of ['*', '"1"']) {
      const answer = await shop.ask(path, { ...ask, headers: { 'If-Match': field } });
      expect([parametersOf(answer), outcome(answer)]).toEqual([['If-Match'], '400 invalid_parameter']);
    }
    expect((await shop.ask(path, { ...ask, headers: { 'If-None-Match': '"1"' } })).status).toBe(200);
  });

  test('dates and ranges are ignored, because no answer has a Last-Modified', async () => {
    const path = `/v1/orders/${scene.ids['order_id']}`;
    const whole = await shop.ask(path);
    for (const headers of [
      { 'If-Modified-Since': 'Fri, 31 Dec 2100 00:00:00 GMT' },
      { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' },
      { Range: 'bytes=0-9', 'If-Range': whole.headers.get('etag')! },
    ] as Record<string, string>[]) {
      const answer = await shop.ask(path, { headers });
      expect([answer.status, answer.text]).toEqual([200, whole.text]);
    }
  });
});

describe('a webhook endpoint', () => {
  test('gets a new ETag when its health changes', async () => {
    const { recordHealth } = await import('../../../store/webhooks/endpoint-health.ts');
    const { json, headers } = await shop.ask('/v2/webhook-endpoints', {
      body: { url: 'https://receiver.invalid/' },
    });
    const path = `/v2/webhook-endpoints/${json.id}`;
    const seen = new Map([[headers.get('etag'), null]]);
    const endpoint = { endpointId: toUuid(json.id), generation: 0, claim: 'infinity' };
    for (const [failures, isNew] of [
      [1, true],
      [2, false],
      [0, true],
      [0, false],
    ] as const) {
      await recordHealth(shop.pool, endpoint, { failures, restSeconds: 0 });
      const read = await shop.ask(path);
      const tag = read.headers.get('etag')!;
      expect([failures, !seen.has(tag)]).toEqual([failures, isNew]);
      if (!isNew) expect(read.json.failing_since).toBe(seen.get(tag));
      seen.set(tag, read.json.failing_since);
      expect(tag).toBe(`"${read.json.version}"`);
    }
  });
});

describe('a public page', () => {
  test.each([
    '/docs',
    '/docs/versioning',
    '/docs/assets/open.js',
    '/docs/assets/swagger-ui.css',
    '/openapi/v1.json',
    '/openapi/v2.json',
    '/problems/order_busy',
  ])('%s', async (path) => {
    const page = (headers: Record<string, string>, method = 'GET') =>
      shop.ask(path, { apiKey: null, headers, method, key: null });
    const first = await page({});
    const tag = first.headers.get('etag')!;
    expect(tag).toMatch(/^"[0-9a-f]{32}"$/);
    for (const [headers, status] of [
      [{ 'If-None-Match': tag }, 304],
      [{ 'If-None-Match': `W/${tag}` }, 304],
      [{ 'If-None-Match': `"x", W/${tag} , "y"` }, 304],
      [{ 'If-None-Match': '*' }, 304],
      [{ 'If-None-Match': '"x"' }, 200],
      [{ 'If-None-Match': `"x,${tag.slice(1)}` }, 200],
      [{ 'If-Match': '*' }, 200],
      [{ 'If-Match': `"x", ${tag}` }, 200],
      [{ 'If-Match': '"x"' }, 412],
      [{ 'If-Match': `W/${tag}` }, 412],
      [{ 'If-Match': 'x' }, 400],
    ] as [Record<string, string>, number][]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await page(headers, method);
        expect([headers, method, answer.status]).toEqual([headers, method, status]);
        if (status === 304) {
          expect(answer.text).toBe('');
          for (const field of ['etag', 'cache-control'])
            expect(answer.headers.get(field)).toBe(first.headers.get(field));
        }
        if (status === 412) expect(answer.headers.get('etag')).toBe(tag);
      }
    }
  });
});

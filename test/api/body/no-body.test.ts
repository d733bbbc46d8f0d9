/** Each form of an empty body is refused with 400, without any effect. */
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { loadSpec } from '../../../api/contract/spec.ts';
import { type ExactRequest, sendExactly } from '../../setup/exact-request.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';

let shop: Shop;
let orderId: string;
let endpointId: string;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_WEBHOOK_LOOPBACK: 'on' });
  orderId = (await shop.ask('/v1/orders', { body: anOrder() })).json.id;
  endpointId = (await shop.ask('/v1/webhook-endpoints', { body: { url: 'http://127.0.0.1:9/' } })).json.id;
});
afterAll(() => shop.close());

const nothing = Buffer.alloc(0);
const coded = (coding: string) => ({ 'Content-Encoding': coding });

/** The forms of an empty body. */
const WAYS: [string, Pick<ExactRequest, 'framing' | 'body' | 'headers'>][] = [
  ['no length', { framing: 'none' }],
  ['Content-Length: 0', { framing: 'length' }],
  ['chunked, without a chunk', { framing: 'chunked' }],
  ['spaces', { framing: 'length', body: ' \t\r\n' }],
  ['spaces, chunked', { framing: 'chunked', body: '  ' }],
  ['a byte order mark', { framing: 'length', body: Buffer.from('\ufeff') }],
  ['gzip of an empty body', { framing: 'length', body: gzipSync(nothing), headers: coded('gzip') }],
  ['gzip of an empty body, chunked', { framing: 'chunked', body: gzipSync(nothing), headers: coded('gzip') }],
  ['gzip of a space', { framing: 'length', body: gzipSync(' '), headers: coded('gzip') }],
  ['gzip without a byte', { framing: 'length', headers: coded('gzip') }],
  ['gzip without a byte, chunked', { framing: 'chunked', headers: coded('gzip') }],
  ['deflate of an empty body', { framing: 'chunked', body: deflateSync(nothing), headers: coded('deflate') }],
  ['br of an empty body', { framing: 'chunked', body: brotliCompressSync(nothing), headers: coded('br') }],
];

/** Every operation that takes a body, in both versions. */
const OPERATIONS = ['v1', 'v2']
  .flatMap((name) => loadSpec(name).operations)
  .filter(({ body }) => body !== undefined)
  .map(({ method, path, body }) => [`${method.toUpperCase()} ${path}`, body!.mediaType] as const);

describe.each(OPERATIONS)('%s', (operation, mediaType) => {
  test.each(WAYS)('answers 400 to a body of %s', async (_name, { headers, ...request }) => {
    const [method = '', template = ''] = operation.split(' ');
    const path = template
      .replace('{order_id}', orderId)
      .replace('{endpoint_id}', endpointId)
      .replace('{delivery_id}', `whd_${'0'.repeat(32)}`);
    const answer = await sendExactly(shop, {
      ...request,
      method,
      path,
      headers: { 'Content-Type': mediaType, 'If-Match': '*', ...headers },
    });
    expect([answer.status, answer.json.code, answer.json.retry]).toEqual([400, 'malformed_json', 'never']);
    expect(answer.json.detail).toMatch(/empty/);
  });
});

test('none of these requests took effect', async () => {
  const { json } = await shop.ask(`/v1/orders/${orderId}/events`);
  expect(json.data.map(({ type }: { type: string }) => type)).toEqual(['OrderPlaced']);
  const { json: secret } = await shop.ask(`/v1/webhook-endpoints/${endpointId}/secret`);
  expect(secret.previous_secret).toBeNull();
});

/** docs/input.md as tables of bodies and their encodings, each with its exact answer. */
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type ExactRequest, sendExactly } from '../../setup/exact-request.ts';
import { type Shop, anOrder, openShop } from '../../setup/shop.ts';
import { outcomeOf } from './outcome.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const answerTo = (request: ExactRequest) => outcomeOf(shop, request);

const TEXT = JSON.stringify(anOrder());
/** The text of an order with one replacement. */
const changed = (from: string, to: string): string => TEXT.replace(from, to);
const latin = (text: string) => Buffer.from(text, 'latin1');
const json = { 'Content-Type': 'application/json' };

describe('the body of an order', () => {
  test.each<[string, string | Buffer, string]>([
    ['a valid order', TEXT, '201'],
    ['with a byte order mark', `\ufeff${TEXT}`, '201'],
    ['with two byte order marks', `\ufeff\ufeff${TEXT}`, '400 malformed_json'],
    ['with space around it', `\r\n\t ${TEXT} \n`, '201'],
    ['with text after it', `${TEXT}x`, '400 malformed_json'],
    ['with a NUL after it', `${TEXT}\0`, '400 malformed_json'],
    ['twice', TEXT + TEXT, '400 malformed_json'],
    ['in a list', `[${TEXT}]`, '422 invalid_body '],
    ['in a text', JSON.stringify(TEXT), '400 malformed_json'],
    ['null', 'null', '400 malformed_json'],
    ['of other scripts', changed('Kelp, dried', 'Φύκια 🐙 שלום'), '201'],
    ['of an escaped surrogate pair', changed('Kelp, dried', '\\ud83d\\udc19'), '201'],
    [
      'of half an escaped surrogate pair',
      changed('Kelp, dried', '\\ud83d'),
      '422 invalid_body /lines/0/name',
    ],
    ['of an escaped NUL', changed('Kelp, dried', 'a\\u0000b'), '422 invalid_body /lines/0/name'],
    ['of a raw line break', changed('Kelp, dried', 'a\nb'), '400 malformed_json'],
    ['of U+FFFD', changed('Kelp, dried', '\ufffd'), '201'],
    ['of Latin-1', latin(changed('Kelp, dried', 'Bl\u00e4tter')), '400 malformed_json'],
    ['of half a character', latin(changed('Kelp, dried', '\u00f0\u009f\u0090')), '400 malformed_json'],
    ['of an overlong slash', latin(changed('Kelp, dried', '\u00c0\u00af')), '400 malformed_json'],
    ['of a surrogate in UTF-8', latin(changed('Kelp, dried', '\u00ed\u00a0\u0080')), '400 malformed_json'],
    ['in UTF-16', Buffer.from(TEXT, 'utf16le'), '400 malformed_json'],
    [
      'with a member twice',
      changed('"currency"', '"currency":"USD","currency"'),
      '400 malformed_json /currency',
    ],
    [
      'with a duplicate member in two spellings',
      changed('"currency"', '"curren\\u0063y":"USD","currency"'),
      '400 malformed_json /currency',
    ],
    [
      'with a duplicate quantity',
      changed('"quantity":2', '"quantity":2,"quantity":2'),
      '400 malformed_json /lines/0/quantity',
    ],
    ['with __proto__', changed('{', '{"__proto__":{},'), '400 malformed_json /__proto__'],
    [
      'with __proto__ inside',
      changed('"sku"', '"__proto__":1,"sku"'),
      '400 malformed_json /lines/0/__proto__',
    ],
    ['with constructor', changed('{', '{"constructor":1,'), '422 invalid_body /constructor'],
    ['of 450.0', changed('450', '450.0'), '201'],
    ['of 4.5e2', changed('450', '4.5e2'), '201'],
    ['of -0', changed('450', '-0'), '201'],
    ['of 450.5', changed('450', '450.5'), '422 invalid_body /lines/0/unit_price'],
    ['of 450.00000000000001', changed('450', '450.00000000000001'), '422 invalid_body /lines/0/unit_price'],
    ['of 9007199254740993', changed('450', '9007199254740993'), '422 invalid_body /lines/0/unit_price'],
    ['of 1e400', changed('450', '1e400'), '422 invalid_body /lines/0/unit_price'],
    ['of -1e400', changed('450', '-1e400'), '422 invalid_body /lines/0/unit_price'],
    ['of 1e-400', changed('450', '1e-400'), '422 invalid_body /lines/0/unit_price'],
    ['of 0450', changed('450', '0450'), '400 malformed_json'],
    ['of +450', changed('450', '+450'), '400 malformed_json'],
    ['of 0x10', changed('450', '0x10'), '400 malformed_json'],
    ['of NaN', changed('450', 'NaN'), '400 malformed_json'],
    ['of "450"', changed('450', '"450"'), '422 invalid_body /lines/0/unit_price'],
    ['with a comma too many', changed('"EUR"', '"EUR",'), '400 malformed_json'],
    ['with a comment', changed('{', '{/* */'), '400 malformed_json'],
    ['of customer .', changed('cus_1', '.'), '422 invalid_body /customer_id'],
    ['of customer ..', changed('cus_1', '..'), '422 invalid_body /customer_id'],
    ['of customer ...', changed('cus_1', '...'), '201'],
    ['of customer .a', changed('cus_1', '.a'), '201'],
    ['of customer a/b?c#d%', changed('cus_1', 'a/b?c#d%'), '201'],
    [
      'nested 200 deep',
      changed('450', '['.repeat(200) + ']'.repeat(200)),
      `422 invalid_body /lines/0/unit_price${'/0'.repeat(29)}`,
    ],
  ])('%s', async (_name, body, expected) => {
    const request: ExactRequest = { method: 'POST', path: '/v1/orders', headers: json, body };
    const answer = await answerTo({ ...request, framing: 'length' });
    expect(answer).toBe(expected);
    expect(await answerTo({ ...request, framing: 'chunked' })).toBe(answer);
  });

  const flipped = (bytes: Buffer, at: number) => {
    const other = Buffer.from(bytes);
    other[at]! ^= 0xff;
    return other;
  };
  const [gzip, deflate, br] = [gzipSync(TEXT), deflateSync(TEXT), brotliCompressSync(TEXT)];
  test.each<[string, string, Buffer | string, string]>([
    ['gzip', '', gzip, '201'],
    ['GZIP', '', gzip, '201'],
    ['x-gzip', '', gzip, '201'],
    ['deflate', '', deflate, '201'],
    ['br', '', br, '201'],
    ['Br', '', br, '201'],
    ['identity', '', TEXT, '201'],
    ['IDENTITY', '', TEXT, '201'],
    ['identity, identity', '', TEXT, '201'],
    [',', '', TEXT, '201'],
    ['identity, gzip', '', gzip, '201'],
    ['gzip', 'in two members', Buffer.concat([gzipSync(TEXT.slice(0, 9)), gzipSync(TEXT.slice(9))]), '201'],
    ['gzip, gzip', '', gzipSync(gzip), '415 unsupported_media_type'],
    ['gzip, br', '', gzip, '415 unsupported_media_type'],
    ['zstd', '', TEXT, '415 unsupported_media_type'],
    ['compress', '', TEXT, '415 unsupported_media_type'],
    ['constructor', '', TEXT, '415 unsupported_media_type'],
    ['gzip', 'of plain text', TEXT, '400 malformed_request'],
    ['gzip', 'cut off', gzip.subarray(0, -1), '400 malformed_request'],
    ['gzip', 'with a byte changed', flipped(gzip, 20), '400 malformed_request'],
    ['gzip', 'with its checksum changed', flipped(gzip, gzip.length - 6), '400 malformed_request'],
    ['gzip', 'with bytes after it', Buffer.concat([gzip, Buffer.from('x')]), '400 malformed_request'],
    ['gzip', 'with zeros after it', Buffer.concat([gzip, Buffer.alloc(8)]), '400 malformed_request'],
    ['gzip', 'that is deflate', deflate, '400 malformed_request'],
    ['deflate', 'of plain text', TEXT, '400 malformed_request'],
    ['deflate', 'without its frame', deflateRawSync(TEXT), '400 malformed_request'],
    ['deflate', 'cut off', deflate.subarray(0, -1), '400 malformed_request'],
    ['deflate', 'with bytes after it', Buffer.concat([deflate, Buffer.from('x')]), '400 malformed_request'],
    ['br', 'of plain text', 'hello', '400 malformed_request'],
    ['br', 'cut off', br.subarray(0, -2), '400 malformed_request'],
    ['br', 'with bytes after it', Buffer.concat([br, Buffer.from('x')]), '400 malformed_request'],
    ['gzip', 'of invalid JSON', gzipSync('hello'), '400 malformed_json'],
    ['gzip', 'of invalid UTF-8', gzipSync(Buffer.from([0x22, 0xff, 0x22])), '400 malformed_json'],
    ['gzip', 'of 300 KB in 300 bytes', gzipSync(`${TEXT}${' '.repeat(300_000)}`), '413 content_too_large'],
    [
      'br',
      'of 300 KB in 300 bytes',
      brotliCompressSync(`${TEXT}${' '.repeat(300_000)}`),
      '413 content_too_large',
    ],
    ['deflate', 'of 300 KB', deflateSync(`${TEXT}${' '.repeat(300_000)}`), '413 content_too_large'],
  ])('with Content-Encoding %s %s', async (coding, _how, body, expected) => {
    const headers = { ...json, 'Content-Encoding': coding };
    for (const framing of ['length', 'chunked'] as const) {
      const request = { method: 'POST', path: '/v1/orders', headers, body, framing };
      expect(await answerTo(request)).toBe(expected);
    }
  });

  test('an unsupported coding gets the list of the supported ones', async () => {
    const headers = { ...json, 'Content-Encoding': 'zstd' };
    const answer = await sendExactly(shop, {
      method: 'POST',
      path: '/v1/orders',
      headers,
      framing: 'length',
    });
    expect(answer.headers['accept-encoding']).toBe('gzip, deflate, br');
  });

  test.each([
    ['application/json', '201'],
    ['application/json; charset=utf-8', '201'],
    ['application/json;charset="UTF-8"', '201'],
    ['application/json; charset=us-ascii', '201'],
    ['Application/JSON ; odata=verbose', '201'],
    ['application/json;', '201'],
    ['application/json; charset=iso-8859-1', '415 unsupported_media_type'],
    ['application/json; charset=utf-16', '415 unsupported_media_type'],
    ['application/json, application/json', '415 unsupported_media_type'],
    ['application/jsonx', '415 unsupported_media_type'],
    ['application/vnd.api+json', '415 unsupported_media_type'],
    ['text/json', '415 unsupported_media_type'],
    ['text/plain', '415 unsupported_media_type'],
    ['', '415 unsupported_media_type'],
  ])('with Content-Type %s', async (type, expected) => {
    const request = { method: 'POST', path: '/v1/orders', headers: { 'Content-Type': type }, body: TEXT };
    expect(await answerTo({ ...request, framing: 'length' })).toBe(expected);
  });
});

/** Each client gets the true outcome of its request, with and without a proxy. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { PROXIES, type Proxy, isInstalled, startProxy } from '../../setup/processes/proxy.ts';
import { rawConnection, requestBytes } from '../../setup/raw-connection.ts';
import { type Shop, anOrder, openShop, until } from '../../setup/shop.ts';

const names = Object.keys(PROXIES) as (keyof typeof PROXIES)[];
const missing = names.filter((name) => !isInstalled(name));
if (missing.length > 0)
  process.stdout.write(`NOT TESTED, for they are not installed: ${missing.join(', ')}\n`);

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop.close());

const ORDER = JSON.stringify(anOrder());
const fieldsOf = (key: string) => ({
  Authorization: `Bearer ${shop.apiKey}`,
  'Content-Type': 'application/json',
  'Idempotency-Key': key,
});
const receipt = async (key: string) => (await shop.ask(`/v1/idempotency-keys/${key}`)).status;

describe.each(['no proxy', ...names.filter((name) => isInstalled(name))] as const)('%s', (name) => {
  let url = '';
  let proxy: Proxy | undefined;
  beforeAll(async () => {
    proxy = name === 'no proxy' ? undefined : await startProxy(name, shop.url);
    url = proxy?.url ?? shop.url;
  });
  afterAll(() => proxy?.close());

  test.each([
    ['a NUL', '\0'],
    ['a brace', '}'],
    ['a head that is too large', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`],
  ])('an order with %s after its body is placed, and gets 201', async (_name, stray) => {
    for (let n = 0; n < 20; n += 1) {
      const key = randomUUID();
      const connection = rawConnection(url);
      connection.write(
        Buffer.concat([requestBytes('POST /v1/orders', fieldsOf(key), ORDER), Buffer.from(stray)]),
      );
      await until(() => connection.statuses().length > 0 || connection.isClosed());
      connection.socket.destroy();
      // The answer to the order comes first; a second answer is for the stray bytes.
      const [status] = connection.statuses();
      expect([201, undefined]).toContain(status);
      if (status === 201) expect(await receipt(key)).toBe(200);
    }
  });

  test.each([
    ['no chunk', { 'Transfer-Encoding': 'chunked' }, '0\r\n\r\n'],
    ['a length of 0', { 'Content-Length': '0' }, ''],
  ])('a cancellation with %s cancels nothing', async (_name, framing, body) => {
    const { json: order } = await shop.ask('/v1/orders', { body: anOrder() });
    const key = randomUUID();
    const connection = rawConnection(url);
    connection.write(
      Buffer.concat([
        requestBytes(`POST /v1/orders/${order.id}/cancellation`, { ...fieldsOf(key), ...framing }),
        Buffer.from(body),
      ]),
    );
    await until(() => connection.statuses().length > 0);
    connection.socket.destroy();
    expect(connection.statuses()).toEqual([400]);
    expect(await receipt(key)).toBe(404);
  });

  test('a body that is too large gets 413, and the refusal arrives', async () => {
    for (const framing of ['length', 'chunked']) {
      for (let n = 0; n < 20; n += 1) {
        const body = Buffer.alloc(6 * 1024 * 1024, 32);
        const connection = rawConnection(url);
        const errors: Error[] = [];
        connection.socket.on('error', (error) => errors.push(error));
        const all = fieldsOf(randomUUID());
        connection.write(
          framing === 'length'
            ? requestBytes('POST /v1/order-batches', all, body)
            : Buffer.concat([
                requestBytes('POST /v1/order-batches', { ...all, 'Transfer-Encoding': 'chunked' }),
                Buffer.from(`${body.length.toString(16)}\r\n`),
                body,
                Buffer.from('\r\n0\r\n\r\n'),
              ]),
        );
        await until(() => connection.statuses().length > 0 || connection.isClosed(), 30_000);
        expect([connection.statuses(), errors]).toEqual([[413], []]);
        await until(() => /"code":"content_too_large"/.test(connection.text()));
        connection.socket.destroy();
      }
    }
  }, 120_000);

  test('an order is placed once, even if it is sent several times', async () => {
    const key = randomUUID();
    const statuses = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const answer = await fetch(`${url}/v1/orders`, {
          method: 'POST',
          headers: fieldsOf(key),
          body: ORDER,
        });
        return [answer.status, ((await answer.json()) as { id: string }).id] as const;
      }),
    );
    expect(new Set(statuses.map(([status]) => status))).toEqual(new Set([201]));
    expect(new Set(statuses.map(([, id]) => id)).size).toBe(1);
  });
});

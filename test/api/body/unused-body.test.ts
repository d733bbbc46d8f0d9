/**
 * A command runs only after its whole request has arrived (RFC 9112, section 8), even if it reads
 * no body.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type Operation, loadSpec } from '../../../api/contract/spec.ts';
import { registry } from '../../../platform/metrics.ts';
import { type Scene, createScene, goodRequest } from '../../contract/scene.ts';
import { type RawConnection, rawConnection, requestBytes } from '../../setup/raw-connection.ts';
import { type Shop, openShop, until } from '../../setup/shop.ts';

let shop: Shop;
let scene: Scene;
beforeAll(async () => {
  shop = await openShop({ HOLDFAST_PERSONAL_KEY: randomBytes(32).toString('base64') });
  scene = await createScene(shop);
});
afterAll(() => shop.close());

const operations = ['v1', 'v2'].flatMap((name) => loadSpec(name).operations);
const named = (list: Operation[]) =>
  list.map((operation) => [`${operation.method.toUpperCase()} ${operation.path}`, operation] as const);
/** Every command that reads no body, in both versions. */
const COMMANDS = named(operations.filter(({ method, body }) => body === undefined && method !== 'get'));
const MAX_BYTES = 65_536;

/** @returns the answer, and the idempotency key of the request */
async function begin(
  operation: Operation,
  fields: Record<string, string>,
  body: string | Buffer,
): Promise<{ connection: RawConnection; key: string }> {
  const { path } = await goodRequest(operation, scene);
  const key = randomUUID();
  const all = { Authorization: `Bearer ${shop.apiKey}`, 'Idempotency-Key': key, ...fields };
  const connection = rawConnection(shop.url);
  connection.write(requestBytes(`${operation.method.toUpperCase()} ${path}`, all, body));
  return { connection, key };
}

const inFlight = async () => {
  const metric = await registry.getSingleMetric('holdfast_requests_in_flight')?.get();
  return metric!.values.reduce((sum, { value }) => sum + value, 0);
};
const tookEffect = async (key: string) => (await shop.ask(`/v1/idempotency-keys/${key}`)).status === 200;
const chunked = { 'Transfer-Encoding': 'chunked' };

describe.each(COMMANDS)('%s', (_name, operation) => {
  test.each<[string, Record<string, string>, string]>([
    ['fewer bytes than Content-Length says', { 'Content-Length': '1204' }, '{}'],
    ['no byte of its body', { 'Content-Length': '2' }, ''],
    ['no last chunk', chunked, '2\r\n{}\r\n'],
    ['half of the last chunk', chunked, '2\r\n{}\r\n0\r\n'],
    ['half a chunk', chunked, '9\r\n{}'],
  ])('that ends with %s gets 400, and has no effect', async (_how, fields, body) => {
    const { connection, key } = await begin(operation, fields, body);
    connection.socket.end();
    await connection.closed();
    expect(connection.statuses()).toEqual([400]);
    expect(connection.text()).toContain('"code":"malformed_request"');
    expect(await tookEffect(key)).toBe(false);
  });

  test('with a chunk without a size gets 400, and has no effect', async () => {
    const { connection, key } = await begin(operation, chunked, 'zz\r\n{}\r\n0\r\n\r\n');
    await connection.closed();
    expect(connection.statuses()).toEqual([400]);
    expect(await tookEffect(key)).toBe(false);
  });

  test('has no effect when its client disconnects within the body', async () => {
    const { connection, key } = await begin(operation, { 'Content-Length': '9' }, '{}');
    await until(async () => (await inFlight()) === 1);
    connection.socket.resetAndDestroy();
    await until(async () => (await inFlight()) === 0);
    expect(await tookEffect(key)).toBe(false);
  });

  test.each<[string, Record<string, string>, string | Buffer]>([
    ['more bytes', { 'Content-Length': String(MAX_BYTES + 1) }, ''],
    [
      'more bytes in chunks',
      chunked,
      Buffer.concat([Buffer.from(`${(MAX_BYTES + 1).toString(16)}\r\n`), Buffer.alloc(MAX_BYTES + 1, ' ')]),
    ],
  ])('with %s than the limit of an unused body gets 413, and has no effect', async (_how, fields, body) => {
    const { connection, key } = await begin(operation, fields, body);
    await connection.closed();
    expect(connection.statuses()).toEqual([413]);
    expect(connection.text()).toMatch(/^connection: close\r$/im);
    expect(await tookEffect(key)).toBe(false);
  });

  test('waits for the rest of its body, answers Expect: 100-continue, and keeps the connection', async () => {
    // It names an unknown resource, so that the test can send it repeatedly, or erases again.
    const fields = { 'Content-Length': '9', Expect: '100-continue' };
    const { connection } = await begin({ ...operation, path: absent(operation) }, fields, '');
    await until(() => connection.statuses().length === 1);
    connection.write('no ');
    connection.write('JSON, ');
    await until(() => connection.statuses().length === 2);
    connection.write(requestBytes('GET /v1/orders?limit=1', { Authorization: `Bearer ${shop.apiKey}` }));
    await until(() => connection.statuses().length === 3);
    expect(connection.statuses()).toEqual([100, operation.id === 'erasePersonalData' ? 200 : 404, 200]);
    connection.socket.destroy();
  });
});

const absent = ({ path }: Operation) =>
  path.replace('{endpoint_id}', `whe_${'0'.repeat(32)}`).replace('{delivery_id}', `whd_${'0'.repeat(32)}`);

test('a read may get its answer before its body has arrived, because it changes nothing', async () => {
  const read = operations.find(({ id }) => id === 'listOrders')!;
  const { connection } = await begin(read, { 'Content-Length': '1204' }, '{}');
  await connection.closed();
  expect(connection.statuses()).toEqual([200]);
  expect(connection.text()).toMatch(/^connection: close\r$/im);
});

test.each(COMMANDS)(
  '%s with a whole body that the server does not read takes effect',
  async (_name, operation) => {
    const { connection, key } = await begin(operation, {}, 'no JSON');
    await until(() => connection.statuses().length === 1);
    expect(connection.statuses()[0]).toBeLessThan(300);
    expect(connection.text()).not.toMatch(/^connection: close/im);
    expect(await tookEffect(key)).toBe(true);
    connection.socket.destroy();
  },
);

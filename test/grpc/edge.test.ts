/** Quotas, access to the port, and the services for health and reflection. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ServiceClientConstructor, credentials, loadPackageDefinition, status } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { afterEach, describe, expect, test } from '@jest/globals';
import { protoPath } from 'grpc-health-check';
import { ConfigError, loadConfig } from '../../platform/config.ts';
import { TEST_REDIS } from '../setup/database.ts';
import { type Shop, anOrder, openShop, until } from '../setup/shop.ts';
import { type OrdersClient, connect, failureOf, take } from './client.ts';

const run = promisify(execFile);
const ended: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function open(env: Record<string, string> = {}): Promise<{ shop: Shop; client: OrdersClient }> {
  const shop = await openShop(env);
  ended.push(shop.close);
  return { shop, client: known(connect(shop.grpc, shop.apiKey)) };
}
function known(client: OrdersClient): OrdersClient {
  ended.push(client.close);
  return client;
}
const request = () => ({ idempotency_key: randomUUID(), order: anOrder() });
const codes = (failures: { code: number }[]) => failures.map(({ code }) => code);

describe('quotas are shared with REST', () => {
  test('a call beyond the quota is refused with its retry time, also after calls through REST', async () => {
    const { shop, client } = await open({ REDIS_URL: '', HOLDFAST_RATE_LIMIT_WRITE: '3/60' });
    await shop.ask('/v1/orders', { body: anOrder() });
    await client.placeOrder(request());
    await client.placeOrder(request());
    const { code, details } = await failureOf(client.placeOrder(request()));
    expect(code).toBe(status.RESOURCE_EXHAUSTED);
    expect(details['ErrorInfo'].metadata).toEqual({ code: 'rate_limited', retry: 'same_key_after' });
    expect(details['RetryInfo'].retry_delay.seconds).toBeGreaterThan(50);
    expect((await shop.ask('/v1/orders', { body: anOrder() })).status).toBe(429);
    expect((await client.getOrder({ order_id: 'x' }).catch((error) => error)).code).toBe(status.NOT_FOUND);
  });

  test('a stream beyond the quota waits', async () => {
    const { client } = await open({ HOLDFAST_RATE_LIMIT_WRITE: '20/1' });
    const stream = client.placeOrders();
    const began = performance.now();
    for (let n = 0; n < 50; n += 1) stream.write(request());
    stream.end();
    const answers = await take(stream);
    expect(answers.map(({ outcome }) => outcome)).toEqual(Array(50).fill('placed'));
    expect(performance.now() - began).toBeGreaterThan(1_900);
  });

  test('a caller without a valid key has the quota of its address', async () => {
    // In a separate database, because other tests use the same address.
    const REDIS_URL = `${TEST_REDIS}/9`;
    const { shop } = await open({ HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '2/60', REDIS_URL });
    const stranger = known(connect(shop.grpc, undefined));
    const failures = [];
    for (let n = 0; n < 3; n += 1) failures.push(await failureOf(stranger.getOrder({ order_id: 'x' })));
    expect(codes(failures)).toEqual([
      status.UNAUTHENTICATED,
      status.UNAUTHENTICATED,
      status.RESOURCE_EXHAUSTED,
    ]);
  });
});

describe('access to the port', () => {
  test('requires the service token, besides the key', async () => {
    const token = randomUUID();
    const { shop, client } = await open({ HOLDFAST_GRPC_TOKEN: token });
    const refused = await failureOf(client.placeOrder(request()));
    expect(refused.code).toBe(status.UNAUTHENTICATED);
    expect(refused.message).toContain('holdfast-token');
    const wrong = known(connect(shop.grpc, shop.apiKey, { more: { 'holdfast-token': `${token}x` } }));
    expect((await failureOf(wrong.placeOrder(request()))).code).toBe(status.UNAUTHENTICATED);
    const tokenOnly = known(connect(shop.grpc, undefined, { more: { 'holdfast-token': token } }));
    expect((await failureOf(tokenOnly.placeOrder(request()))).code).toBe(status.UNAUTHENTICATED);
    const right = known(connect(shop.grpc, shop.apiKey, { more: { 'holdfast-token': token } }));
    expect((await right.placeOrder(request())).replayed).toBe(false);
  });

  test('requires a certificate of the authority with mutual TLS', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-tls-'));
    ended.push(() => rm(folder, { recursive: true }));
    const at = (name: string) => join(folder, name);
    const openssl = (...words: string[]) => run('openssl', words, { cwd: folder });
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    for (const ca of ['ca', 'other']) {
      await openssl(
        'req',
        '-x509',
        ...key,
        '-subj',
        `/CN=${ca}`,
        '-days',
        '2',
        '-keyout',
        `${ca}.key`,
        '-out',
        `${ca}.crt`,
      );
    }
    for (const [name, ca] of [
      ['server', 'ca'],
      ['client', 'ca'],
      ['stranger', 'other'],
    ] as const) {
      await openssl(
        'req',
        ...key,
        '-subj',
        '/CN=localhost',
        '-addext',
        'subjectAltName=IP:127.0.0.1',
        '-keyout',
        `${name}.key`,
        '-out',
        `${name}.csr`,
      );
      const signed = [
        '-CA',
        `${ca}.crt`,
        '-CAkey',
        `${ca}.key`,
        '-CAcreateserial',
        '-copy_extensions',
        'copy',
      ];
      await openssl('x509', '-req', '-in', `${name}.csr`, ...signed, '-days', '2', '-out', `${name}.crt`);
    }
    const { shop, client } = await open({
      HOLDFAST_GRPC_CERT: at('server.crt'),
      HOLDFAST_GRPC_KEY: at('server.key'),
      HOLDFAST_GRPC_CA: at('ca.crt'),
    });
    const ca = await readFile(at('ca.crt'));
    const as = async (name: string | undefined) => {
      const [secret, chain] = name
        ? await Promise.all([readFile(at(`${name}.key`)), readFile(at(`${name}.crt`))])
        : [null, null];
      return known(connect(shop.grpc, shop.apiKey, { secure: credentials.createSsl(ca, secret, chain) }));
    };
    expect((await (await as('client')).placeOrder(request())).replayed).toBe(false);
    const failures = await Promise.all(
      [client, await as(undefined), await as('stranger')].map((each) =>
        failureOf(each.placeOrder(request())),
      ),
    );
    expect(codes(failures)).toEqual([status.UNAVAILABLE, status.UNAVAILABLE, status.UNAVAILABLE]);
  });

  test.each([
    [{ HOLDFAST_GRPC_HOST: '0.0.0.0' }, 'HOLDFAST_GRPC_HOST must be a loopback address'],
    [{ HOLDFAST_GRPC_HOST: '::' }, 'HOLDFAST_GRPC_HOST'],
    [
      { HOLDFAST_GRPC_HOST: '0.0.0.0', HOLDFAST_GRPC_CA: 'a', HOLDFAST_GRPC_TOKEN: 'short' },
      'HOLDFAST_GRPC_TOKEN',
    ],
    [
      { HOLDFAST_GRPC_HOST: '0.0.0.0', HOLDFAST_GRPC_CERT: 'a', HOLDFAST_GRPC_KEY: 'b' },
      'HOLDFAST_GRPC_HOST',
    ],
    [{ HOLDFAST_GRPC_CERT: 'a' }, 'HOLDFAST_GRPC_CERT must be set together with HOLDFAST_GRPC_KEY'],
  ])('is refused with %j', (env, words) => {
    expect(() => loadConfig(env)).toThrow(ConfigError);
    expect(() => loadConfig(env)).toThrow(words);
  });

  test.each<[Record<string, string>]>([
    [{}],
    [{ HOLDFAST_GRPC_HOST: '::1' }],
    [{ HOLDFAST_GRPC_HOST: '0.0.0.0', HOLDFAST_GRPC_TOKEN: 'x'.repeat(32) }],
    [
      {
        HOLDFAST_GRPC_HOST: '10.0.0.7',
        HOLDFAST_GRPC_CERT: 'a',
        HOLDFAST_GRPC_KEY: 'b',
        HOLDFAST_GRPC_CA: 'c',
      },
    ],
  ])('is allowed with %j', (env) => {
    expect(loadConfig(env).grpc.host).toBe(env['HOLDFAST_GRPC_HOST'] ?? '127.0.0.1');
  });

  test('reports an absent certificate and a port in use', async () => {
    await expect(openShop({ HOLDFAST_GRPC_CERT: '/nowhere', HOLDFAST_GRPC_KEY: '/nowhere' })).rejects.toThrow(
      'the file cannot be read (ENOENT)',
    );
    // With and without an explicit port.
    await expect(
      openShop({ GRPC_PORT: '', HOLDFAST_GRPC_CERT: '/nowhere', HOLDFAST_GRPC_KEY: '/nowhere' }),
    ).rejects.toThrow('the file cannot be read (ENOENT)');
    const blocker = createServer().listen(0, '127.0.0.1');
    ended.push(() => void blocker.close());
    await until(() => blocker.listening);
    const { port } = blocker.address() as { port: number };
    await expect(openShop({ GRPC_PORT: String(port) })).rejects.toThrow(
      `GRPC_PORT: port ${port} is taken by another program`,
    );
  });
});

describe('health and reflection', () => {
  const health = (address: string) => {
    const { grpc } = loadPackageDefinition(loadSync(protoPath, { enums: String })) as unknown as {
      grpc: { health: { v1: { Health: ServiceClientConstructor } } };
    };
    const client = new grpc.health.v1.Health(address, credentials.createInsecure());
    ended.push(() => client.close());
    return {
      check: (service: string): Promise<string> =>
        new Promise((resolve, reject) => {
          client['check']!({ service }, (error: Error | null, answer: { status: string }) =>
            error ? reject(error) : resolve(answer.status),
          );
        }),
      watch: (service: string) => client['watch']!({ service }),
    };
  };

  test('health needs no key, and reports an outage of Postgres', async () => {
    const { shop } = await open();
    const { check } = health(shop.grpc);
    expect(await check('')).toBe('SERVING');
    expect(await check('holdfast.orders.v1.OrderService')).toBe('SERVING');
    await expect(check('holdfast.orders.v1.Nothing')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await shop.database.suspend();
    await until(async () => (await check('')) === 'NOT_SERVING');
    await shop.database.resume();
    await until(async () => (await check('')) === 'SERVING');
  });

  test('a stopping node reports it, finishes accepted orders, and ends its streams with UNAVAILABLE', async () => {
    const { shop, client } = await open();
    const events = known(connect(shop.grpc, shop.apiKey));
    const watch = failureOf(take(events.watchEvents({ after: 0 })));
    const stream = client.placeOrders();
    const answers: number[] = [];
    stream.on('data', ({ sequence }) => answers.push(sequence));
    const ended = failureOf(take(stream));
    for (let n = 0; n < 100; n += 1) stream.write(request());
    await until(() => answers.length === 100);
    await shop.restart();
    for (const failure of await Promise.all([ended, watch])) {
      expect(failure.code).toBe(status.UNAVAILABLE);
      expect(failure.details['ErrorInfo'].metadata).toEqual({ code: 'unavailable', retry: 'same_key_after' });
      expect(failure.details['RetryInfo'].retry_delay.seconds).toBe(1);
    }
    expect((await client.placeOrder(request())).order.version).toBe(1);
  });
});

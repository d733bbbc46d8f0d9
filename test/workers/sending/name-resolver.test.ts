/** Look-ups by real DNS queries, to a server of this test. */
import { pbkdf2 } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { renderEvent } from '../../../api/render-event.ts';
import { toUuid } from '../../../store/ids.ts';
import { openConnections } from '../../../workers/sending/connections.ts';
import { createNameResolver } from '../../../workers/sending/name-resolver.ts';
import { send } from '../../../workers/sending/send.ts';
import { createKeyring } from '../../../store/secrets/keyring.ts';
import { startWebhooks } from '../../../workers/webhooks.ts';
import { anOrder, openShop, until } from '../../setup/shop.ts';
import { type Answer, openNameServer } from './name-server.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

const V4: Answer = { type: 'A', value: '93.184.216.34' };
const V6: Answer = { type: 'AAAA', value: [0x26, 6, 0x28, 0, ...Array<number>(11).fill(0), 1] };
const ADDRESS_4 = { address: '93.184.216.34', family: 4 };
const ADDRESS_6 = { address: '2606:2800::1', family: 6 };

async function resolverOf(...given: Parameters<typeof openNameServer>) {
  const server = await openNameServer(...given);
  const names = createNameResolver({ servers: [server.address], hostsFile: '/dev/null' });
  ends.push(names.close, server.close);
  return { ...names, server };
}

describe('a name resolves', () => {
  test('to all its addresses, IPv4 first', async () => {
    const names = await resolverOf((_name, type) => [type === 'A' ? V4 : V6]);
    expect(await names.resolve('shop.example')).toEqual([ADDRESS_4, ADDRESS_6]);
  });

  test.each(['A', 'AAAA'] as const)('when it has %s records only', async (only) => {
    const names = await resolverOf((_name, type) => (type !== only ? [] : [only === 'A' ? V4 : V6]));
    expect(await names.resolve('shop.example')).toEqual([only === 'A' ? ADDRESS_4 : ADDRESS_6]);
  });

  test('when the server never answers AAAA queries', async () => {
    const names = await resolverOf((_name, type) => (type === 'A' ? [V4] : 'silence'));
    const began = performance.now();
    expect(await names.resolve('shop.example')).toEqual([ADDRESS_4]);
    expect(performance.now() - began).toBeLessThan(1_900); // before a query is repeated
  });

  test('through a CNAME', async () => {
    const alias: Answer = { type: 'CNAME', value: 'cdn.example' };
    const names = await resolverOf((_name, type) => (type === 'A' ? [alias, V4] : [alias]));
    expect(await names.resolve('shop.example')).toEqual([ADDRESS_4]);
  });

  test('with one look-up for simultaneous connections, and a new one afterwards', async () => {
    const names = await resolverOf((_name, type) => [type === 'A' ? V4 : V6]);
    await Promise.all(Array.from({ length: 10 }, () => names.resolve('Shop.example.')));
    expect(names.server.queries.toSorted()).toEqual(['A shop.example', 'AAAA shop.example']);
    await names.resolve('shop.example');
    expect(names.server.queries).toHaveLength(4);
  });

  test('with a look-up of its own, when another one is about to end in vain', async () => {
    let isSilent = true;
    const names = await resolverOf((_name, type) => (isSilent ? 'silence' : [type === 'A' ? V4 : V6]));
    const first = names.resolve('shop.example').catch((error: Error) => error.name);
    await until(() => names.server.queries.length >= 4, 20_000); // after 2 s both queries are repeated
    isSilent = false;
    expect(await names.resolve('shop.example')).toEqual([ADDRESS_4, ADDRESS_6]);
    names.close();
    expect(await first).toBe('NameNotResolvedError');
  }, 30_000);

  test('by the hosts file first', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-hosts-'));
    ends.push(() => rm(folder, { recursive: true }));
    const hostsFile = join(folder, 'hosts');
    await writeFile(hostsFile, '# old: 192.0.2.1 shop.example\n93.184.216.34\tother SHOP.example # pinned\n');
    const names = createNameResolver({ servers: ['127.0.0.1:9'], hostsFile });
    expect(await names.resolve('shop.example')).toEqual([ADDRESS_4]);
  });

  test.each(['localhost', 'api.localhost.'])('%s: to this machine, without DNS', async (name) => {
    const names = await resolverOf(() => [V4]);
    const found = await names.resolve(name);
    expect(found.map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
    expect(names.server.queries).toEqual([]);
  });
});

test('an unknown name has no search domain appended', async () => {
  const names = await resolverOf(() => undefined);
  await expect(names.resolve('unknown.example')).rejects.toThrow('DNS has no address of unknown.example');
  expect(new Set(names.server.queries)).toEqual(new Set(['A unknown.example', 'AAAA unknown.example']));
});

describe('an attempt at a name', () => {
  const message = { headers: {}, body: '{}' };
  async function connectionsOf(...given: Parameters<typeof openNameServer>) {
    const names = await resolverOf(...given);
    const connections = openConnections({ allowLoopback: false, names });
    ends.push(connections.close);
    return { ...connections, server: names.server };
  }
  const privateAddress: Answer = { type: 'A', value: '10.0.0.1' };

  test.each<[what: string, answers: readonly Answer[] | undefined, error: string]>([
    ['an unknown name', undefined, 'name_not_resolved'],
    ['a name without addresses', [], 'name_not_resolved'],
    ['a name with a private address', [V4, privateAddress], 'address_refused'],
    [
      'an alias of a private address',
      [{ type: 'CNAME', value: 'inside.example' }, privateAddress],
      'address_refused',
    ],
  ])('%s: %s', async (_what, answers, error) => {
    const { of } = await connectionsOf((_name, type) => (type === 'A' ? answers : answers && []));
    expect(await send(of('whe_1'), 'https://shop.example/', message)).toEqual({ error, answer: '' });
  });

  test('ends at its deadline when the server never answers', async () => {
    const { of } = await connectionsOf(() => 'silence');
    const began = performance.now();
    const reply = await send(of('whe_1'), 'https://shop.example/', { ...message, timeoutMs: 500 });
    expect(reply).toEqual({ error: 'name_not_resolved', answer: '' });
    expect(performance.now() - began).toBeLessThan(1_900); // before a query is repeated
  });

  test('leaves files, ciphers and other names alone', async () => {
    const { of, server } = await connectionsOf((name, type) => {
      if (name !== 'works.example') return 'silence';
      return type === 'A' ? [privateAddress] : [];
    });
    const stuck = Array.from({ length: 64 }, (_, n) =>
      send(of(`whe_${n}`), `https://stuck-${n}.example/`, { ...message, timeoutMs: 14_000 }),
    );
    let hasEnded = 0;
    for (const each of stuck) void each.then(() => (hasEnded += 1));
    await until(() => server.queries.length >= 128);
    await readFile(import.meta.filename);
    await promisify(pbkdf2)('a', 'b', 1, 8, 'sha256');
    const reply = await send(of('whe_works'), 'https://works.example/', message);
    expect([reply.error, hasEnded]).toEqual(['address_refused', 0]);
  }, 30_000);
});

test('a stop ends attempts whose name does not resolve, and their deliveries are due at once', async () => {
  const shop = await openShop({ HOLDFAST_ROLES: 'api,relay' });
  ends.push(shop.close);
  const names = await resolverOf(() => 'silence');
  const { json } = await shop.ask('/v2/webhook-endpoints', { body: { url: 'https://stuck.example/' } });
  expect((await shop.ask('/v1/orders', { body: anOrder() })).status).toBe(201);
  const ledger = async () => (await shop.ask(`/v2/webhook-endpoints/${json.id}/deliveries`)).json.data[0];
  await until(async () => (await ledger()) !== undefined);

  const webhooks = startWebhooks({
    pool: shop.pool,
    poolSize: 10,
    keyring: createKeyring([]),
    wakeups: {
      wake: () => Promise.resolve(),
      run(work) {
        const working = work(toUuid(json.id), shop.tenantId);
        return { close: () => working };
      },
    },
    allowLoopback: false,
    names,
    render: renderEvent,
    graceMs: 200,
    log: pino({ level: 'silent' }),
  });
  await until(() => names.server.queries.length >= 2);
  const began = performance.now();
  await webhooks.stop();
  expect(performance.now() - began).toBeLessThan(10_000); // before the attempt's own deadline
  const delivery = await ledger();
  expect(delivery).toMatchObject({ status: 'pending', attempt_count: 0 });
  expect(Date.parse(delivery.next_attempt_at)).toBeLessThanOrEqual(Date.now() + 1_000);
}, 60_000);

/** A proxy in front of Postgres goes silent on its connections, and new ones work. */
import { expect, test } from '@jest/globals';
import { Client } from 'pg';
import { openMovableAddress } from '../../setup/movable-address.ts';
import { send, until } from '../../setup/shop.ts';
import { apiKey, openStops, order } from '../stop/stop-scene.ts';

const { cleanups, start, databaseUrl } = openStops();

const WRITERS = 6;
const ORDERS = 40;
/** Time to notice the silence and to connect, with a margin for a busy machine. */
const RECOVERY_MS = 6_000;

test('requests succeed within seconds, and each command takes effect once', async () => {
  const proxy = await openMovableAddress(Number(new URL(databaseUrl()).port));
  cleanups.push(proxy.close);
  const url = Object.assign(new URL(databaseUrl()), { port: String(proxy.port) });
  const server = await start({ DATABASE_URL: url.href, HOLDFAST_RATE_LIMIT_READ: '100000/60' });
  const orderIds = new Map<string, string>();
  /** Milliseconds after the silence at which a command succeeded that began after it. */
  const recoveredMs: number[] = [];
  let silentAtMs = Number.POSITIVE_INFINITY;

  const place = async (key: string): Promise<void> => {
    const beganMs = performance.now();
    for (;;) {
      const answer = await send(`${server.url}/v2/orders`, { apiKey, key, body: order() });
      if (answer.status === 201) {
        orderIds.set(key, answer.json['id']);
        if (beganMs > silentAtMs) recoveredMs.push(performance.now() - silentAtMs);
        return;
      }
      expect([answer.status, answer.json['retry']]).toEqual([503, 'same_key_after']);
    }
  };
  const write = async (writer: number) => {
    for (let n = 0; n < ORDERS; n += 1) await place(`${writer}-${n}`);
  };
  const writing = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
  await until(() => orderIds.size >= 30);
  silentAtMs = performance.now();
  proxy.silence();
  const list = async () => (await send(`${server.url}/v2/orders`, { apiKey })).status === 200;
  await until(list, RECOVERY_MS);
  await writing;
  expect(recoveredMs.length).toBeGreaterThan(0);
  expect(Math.min(...recoveredMs)).toBeLessThan(RECOVERY_MS);

  for (const [key, id] of orderIds) {
    const again = await send(`${server.url}/v2/orders`, { apiKey, key, body: order() });
    expect([again.headers.get('idempotent-replayed'), again.json['id']]).toEqual(['true', id]);
  }
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  const { rows } = await client.query('SELECT count(*)::int AS events FROM events');
  await client.end();
  expect(rows).toEqual([{ events: WRITERS * ORDERS }]);
  // The projector and its listener have new connections as well.
  const last = await send(`${server.url}/v2/orders`, { apiKey, key: 'last', body: order() });
  const headers = { 'Holdfast-Read-After': last.headers.get('holdfast-position') ?? '' };
  const page = await send(`${server.url}/v2/orders?limit=1`, { apiKey, headers });
  expect(page.json['data'][0].id).toBe(last.json['id']);
  expect(await server.end('SIGTERM')).toBe(0);
}, 90_000);

/** After SIGTERM readiness goes first; new connections are served until the delay is over. */
import { once } from 'node:events';
import { type ClientReadableStream, credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import { expect, test } from '@jest/globals';
import { service as health } from 'grpc-health-check';
import type { ServerProcess } from '../../setup/processes/server-process.ts';
import { until } from '../../setup/shop.ts';
import { AT_ONCE_MS, DRAIN_MS, SLACK_MS, openStops, pidsOf, place, takesMs } from './stop-scene.ts';

const { cleanups, start } = openStops();

const DELAY_SECONDS = 2;
const DELAY_MS = DELAY_SECONDS * 1_000;

const startDelayed = (env: Record<string, string> = {}) =>
  start({
    HOLDFAST_DRAIN_DELAY_SECONDS: String(DELAY_SECONDS),
    HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60',
    ...env,
  });
const isReady = async ({ adminUrl }: ServerProcess) =>
  (await fetch(`${adminUrl}/health/ready`)).status === 200;

test.each([
  ['one process', '1'],
  ['several workers', '2'],
])(
  '%s',
  async (_what, workers) => {
    const server = await startDelayed({ HOLDFAST_WORKERS: workers });
    const Health = makeGenericClientConstructor(health as never, 'Health');
    const client = new Health(server.grpc, credentials.createInsecure()) as unknown as {
      watch: (request: object) => ClientReadableStream<{ status: string }>;
      close: () => void;
    };
    cleanups.push(() => client.close());
    const statuses: string[] = [];
    const watching = client.watch({ service: '' });
    watching.on('data', ({ status }) => statuses.push(status)).on('error', () => {});
    await until(() => statuses.includes('SERVING'));
    expect(await isReady(server)).toBe(true);

    const began = performance.now();
    const exit = once(server.child, 'exit');
    server.child.kill('SIGTERM');
    await until(async () => !(await isReady(server)));
    await until(() => statuses.includes('NOT_SERVING'));
    let served = 0;
    // Each request has a new connection.
    while (performance.now() - began < DELAY_MS - 500) {
      expect((await fetch(`${server.url}/docs`, { headers: { connection: 'close' } })).status).toBe(200);
      expect((await place(server, served)).status).toBe(201);
      served += 1;
    }
    expect(served).toBeGreaterThan(0);
    expect(await exit).toEqual([0, null]);
    const took = performance.now() - began;
    expect(took).toBeGreaterThan(DELAY_MS - 100);
    expect(took).toBeLessThan(DRAIN_MS + SLACK_MS);
  },
  60_000,
);

test('SIGINT and SIGHUP do not wait', async () => {
  for (const signal of ['SIGINT', 'SIGHUP'] as const) {
    const server = await startDelayed({ HOLDFAST_DRAIN_SECONDS: '60', HOLDFAST_DRAIN_DELAY_SECONDS: '30' });
    expect(await takesMs(server, signal)).toBeLessThan(AT_ONCE_MS);
  }
}, 60_000);

test('a second signal ends the delay', async () => {
  const server = await startDelayed({ HOLDFAST_DRAIN_SECONDS: '60', HOLDFAST_DRAIN_DELAY_SECONDS: '30' });
  const exit = once(server.child, 'exit');
  server.child.kill('SIGTERM');
  const again = setInterval(() => server.child.kill('SIGTERM'), 1_100);
  expect(await exit).toEqual([0, null]);
  clearInterval(again);
}, 20_000);

test('a worker that is killed at the moment of the signal does not fail the drain', async () => {
  for (let n = 0; n < 3; n += 1) {
    const server = await startDelayed({ HOLDFAST_WORKERS: '2' });
    const [first = 0, second = 0] = pidsOf(server.child.pid!);
    for (const pid of [first, second]) process.kill(pid, 'SIGKILL');
    expect(await takesMs(server)).toBeLessThan(DRAIN_MS + SLACK_MS);
  }
}, 90_000);

/** Two nodes behind HAProxy, with the settings of deploy/haproxy: one restarts under requests. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { HAPROXY_RISE_MS, balance, hasHaproxy } from '../../../loadtest/availability/haproxy.ts';
import { freePort } from '../../../ops/embedded/free-port.ts';
import type { ServerProcess } from '../../setup/processes/server-process.ts';
import { send, until } from '../../setup/shop.ts';
import { apiKey, openStops, order } from '../stop/stop-scene.ts';

const { cleanups, start } = openStops();
const isInstalled = hasHaproxy();
if (!isInstalled) process.stdout.write('NOT TESTED, for it is not installed: haproxy\n');

const CLIENTS_COUNT = 4;

(isInstalled ? test : test.skip)(
  'a restart of a node fails no request',
  async () => {
    const ports = [await nodePorts(), await nodePorts()];
    const launch = (n: number) => start({ ...ports[n], ...DRAIN });
    const nodes = await Promise.all([launch(0), launch(1)]);
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-rolling-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const [port, grpcPort] = [await freePort(), await freePort()];
    const haproxy = await balance(nodes.map(addressesOf), { port, grpcPort, folder });
    cleanups.push(haproxy.stop);
    const url = `http://127.0.0.1:${port}`;
    await until(async () => (await fetch(`${url}/docs`)).status === 200);

    const answers: number[] = [];
    let isOver = false;
    const client = async () => {
      while (!isOver) {
        const placed = await send(`${url}/v2/orders`, { apiKey, body: order() });
        const listed = await send(`${url}/v2/orders?limit=5`, { apiKey });
        answers.push(placed.status, listed.status);
      }
    };
    const clients = Array.from({ length: CLIENTS_COUNT }, client);
    await until(() => answers.length > 0);
    expect(await nodes[0]!.end('SIGTERM')).toBe(0);
    const before = answers.length;
    await launch(0);
    await new Promise((resolve) => setTimeout(resolve, HAPROXY_RISE_MS));
    await until(() => answers.length > before);
    isOver = true;
    await Promise.all(clients);
    expect([...new Set(answers)].toSorted()).toEqual([200, 201]);
  },
  120_000,
);

(isInstalled ? test : test.skip)(
  'without a node that is ready, HAProxy answers with the problem document',
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-rolling-'));
    cleanups.push(() => rm(folder, { recursive: true, force: true }));
    const [port, grpcPort, nowhere] = [await freePort(), await freePort(), await freePort()];
    const dead = { port: nowhere, grpc: `127.0.0.1:${nowhere}`, admin: `http://127.0.0.1:${nowhere}` };
    const haproxy = await balance([dead], { port, grpcPort, folder });
    cleanups.push(haproxy.stop);
    const { status, headers, json } = await send(`http://127.0.0.1:${port}/v2/orders`, { apiKey });
    expect([status, headers.get('content-type'), headers.get('retry-after')]).toEqual([
      503,
      'application/problem+json',
      '2',
    ]);
    expect(json).toEqual({
      type: '/problems/unavailable',
      title: 'Temporarily unavailable',
      status: 503,
      code: 'unavailable',
      retry: 'same_key_after',
      detail: expect.stringContaining('same Idempotency-Key'),
      request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
  },
  60_000,
);

/** As deploy/haproxy/haproxy.cfg wants it. */
const DRAIN = { HOLDFAST_DRAIN_DELAY_SECONDS: '5', HOLDFAST_DRAIN_SECONDS: '12' };

async function nodePorts(): Promise<Record<string, string>> {
  const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  return { PORT: String(port), ADMIN_PORT: String(adminPort), GRPC_PORT: String(grpcPort) };
}

const addressesOf = ({ url, grpc, adminUrl }: ServerProcess) => ({
  port: Number(new URL(url).port),
  grpc,
  admin: adminUrl,
});

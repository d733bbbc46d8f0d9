/** A failover by Redis Sentinel, under load. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { needRedisServer } from '../../../ops/embedded/redis/redis-server.ts';
import { until } from '../../setup/shop.ts';
import { type FaultScene, openFaultScene } from './fault-scene.ts';
import { PASSWORD, type RedisPair, openRedisPair, replicate } from './redis-pair.ts';

const PRIMARY = 'kelp';
/** A primary that is silent for this time is down. */
const DOWN_AFTER_MS = 1_000;

let scene: FaultScene;
let pair: RedisPair;
let sentinel: { child: ChildProcess; port: number };
beforeAll(async () => {
  scene = await openFaultScene();
  pair = await openRedisPair(scene.folder);
  await replicate(pair.servers);
  sentinel = await startSentinel(pair.servers[0].port);
  await until(async () => String(await askSentinel('MASTER', PRIMARY)).includes('num-slaves,1'));
  const nowhere = await freePort();
  await scene.start(
    `redis://:${PASSWORD}@127.0.0.1:${nowhere}?sentinel=${PRIMARY}&sentinels=127.0.0.1:${sentinel.port}`,
  );
}, 60_000);
afterAll(async () => {
  await scene.close();
  await pair.close();
  const exit = once(sentinel.child, 'exit');
  sentinel.child.kill('SIGKILL');
  await exit;
});

async function startSentinel(primaryPort: number): Promise<typeof sentinel> {
  const folder = join(scene.folder, 'sentinel');
  await mkdir(folder);
  const file = join(folder, 'sentinel.conf');
  const port = await freePort();
  await writeFile(
    file,
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `sentinel monitor ${PRIMARY} 127.0.0.1 ${primaryPort} 1`,
      `sentinel auth-pass ${PRIMARY} ${PASSWORD}`,
      `sentinel down-after-milliseconds ${PRIMARY} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${PRIMARY} 5000`,
      '',
    ].join('\n'),
  );
  const child = spawn(await needRedisServer(), [file, '--sentinel'], { cwd: folder, stdio: 'ignore' });
  await once(child, 'spawn');
  return { child, port };
}

async function askSentinel(...command: string[]): Promise<unknown> {
  const client = new Redis({ port: sentinel.port, lazyConnect: true, retryStrategy: () => null });
  client.on('error', () => {});
  try {
    await client.connect();
    return await client.call('SENTINEL', ...command);
  } catch {
    return undefined; // it starts
  } finally {
    client.disconnect();
  }
}

test('all connections follow Sentinel to the new primary', async () => {
  const [, replica] = pair.servers;
  const row = await scene.breakUnderLoad('failover by Sentinel', async () => {
    await pair.killFirst();
    return () =>
      until(async () =>
        String(await askSentinel('GET-MASTER-ADDR-BY-NAME', PRIMARY)).endsWith(`,${replica.port}`),
      );
  });
  if (process.env['REDIS_FAULTS'] === 'all') process.stderr.write(`${row}\n`);
  expect(
    String(await replica.ask('CLIENT', 'LIST'))
      .match(/name=holdfast-\w+/g)
      ?.toSorted(),
  ).toEqual(
    expect.arrayContaining(['name=holdfast-health', 'name=holdfast-limiter', 'name=holdfast-wakeups']),
  );
}, 120_000);

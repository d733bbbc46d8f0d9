/**
 * Postgres and Redis end connections at random while a node starts, runs and stops: no error goes
 * unhandled, and a node that is up ends with 0.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { Client } from 'pg';
import { ended, launch } from '../../setup/processes/server-process.ts';
import { until } from '../../setup/shop.ts';
import { openStops, place, takesMs } from '../stop/stop-scene.ts';

const { cleanups, given, start, ownRedis, databaseUrl } = openStops();

const STARTS = 6;
const STOPS = 4;
/** Postgres ends a session whose start it has not finished without a word. */
const REFUSED = /Postgres (?:at \S+ )?(?:did not answer|cannot work now)|ended the connection|worker exited/;
const UNHANDLED = /uncaught exception|unhandled/i;

/** Ends one connection to the database, and all to Redis, after pauses of random length. */
async function terminate(redisUrl: string, pauseMsMax: number): Promise<{ stop: () => Promise<void> }> {
  const client = new Client({ connectionString: databaseUrl() });
  await client.connect();
  const redis = new Redis(redisUrl);
  let isOn = true;
  const run = async () => {
    while (isOn) {
      await client.query(`
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE datname = current_database() AND pid <> pg_backend_pid()
         ORDER BY random() LIMIT 1`);
      await redis.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await delay(Math.random() * pauseMsMax);
    }
  };
  const running = run();
  return {
    async stop() {
      isOn = false;
      await running;
      await client.end();
      redis.disconnect();
    },
  };
}

test.each(['1', '2'])(
  'starts with HOLDFAST_WORKERS=%s',
  async (workers) => {
    const redis = await ownRedis();
    for (let n = 0; n < STARTS / Number(workers); n += 1) {
      const terminator = await terminate(redis.url, 100 * (n + 1));
      const run = launch({ env: given({ REDIS_URL: redis.url, HOLDFAST_WORKERS: workers }) });
      cleanups.push(() => run.child.kill('SIGKILL'));
      await until(() => run.child.exitCode !== null || run.output().includes('Holdfast is up'), 30_000);
      run.child.kill('SIGTERM');
      const { code, output } = await ended(run);
      await terminator.stop();
      expect(output).not.toMatch(UNHANDLED);
      if (output.includes('Holdfast is up')) expect([code, output]).toEqual([0, output]);
      else expect(output).toMatch(REFUSED);
    }
  },
  180_000,
);

test.each(['1', '2'])(
  'stops with HOLDFAST_WORKERS=%s',
  async (workers) => {
    const redis = await ownRedis();
    for (let n = 0; n < STOPS / Number(workers); n += 1) {
      const server = await start({ REDIS_URL: redis.url, HOLDFAST_WORKERS: workers });
      const terminator = await terminate(redis.url, 60);
      try {
        const load = Array.from({ length: 20 }, (_, each) => place(server, each).catch(() => {}));
        await delay(n * 100);
        await takesMs(server);
        await Promise.all(load);
      } finally {
        await terminator.stop();
      }
      expect(server.output()).not.toMatch(UNHANDLED);
    }
  },
  180_000,
);

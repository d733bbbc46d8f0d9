/** SIGTERM ends a start whose Postgres has vanished, at each of its stages. */
import { expect, test } from '@jest/globals';
import { openMovableAddress } from '../../setup/movable-address.ts';
import { ended, launch } from '../../setup/processes/server-process.ts';
import { isRunning, treeOf } from '../../setup/processes/process-tree.ts';
import { until } from '../../setup/shop.ts';
import { DRAIN_MS, SLACK_MS, openStops } from '../stop/stop-scene.ts';

const { cleanups, given, databaseUrl } = openStops();

// A start opens some 7 connections, two workers some 20: more or less, as they reuse them.
test.each([
  ['1', [1, 2, 3, 5]],
  ['2', [4, 8, 12, 16]],
])(
  'with HOLDFAST_WORKERS=%s, after its connections %j',
  async (workers, stages) => {
    for (const stage of stages) {
      const proxy = await openMovableAddress(Number(new URL(databaseUrl()).port));
      cleanups.push(proxy.close);
      proxy.silenceFrom(stage);
      const url = Object.assign(new URL(databaseUrl()), { port: String(proxy.port) });
      const run = launch({ env: given({ DATABASE_URL: url.href, HOLDFAST_WORKERS: workers }) });
      cleanups.push(() => run.child.kill('SIGKILL'));
      await until(() => proxy.opened() >= stage, 30_000);
      const pids = treeOf(run.child.pid!);
      const began = performance.now();
      run.child.kill('SIGTERM');
      const { code, output } = await ended(run);
      if (code !== 0) throw new Error(`stage ${stage}: it ended with ${code}:\n${output}`);
      expect(performance.now() - began).toBeLessThan(DRAIN_MS + SLACK_MS);
      await until(() => !pids.some(isRunning));
    }
  },
  120_000,
);

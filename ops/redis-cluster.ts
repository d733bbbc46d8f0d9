/** `npm run redis:cluster`: runs a Redis Cluster of six nodes on this machine until Ctrl-C. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LaunchError } from './embedded/launch-error.ts';
import { whenNpmIsGone } from './embedded/npm-parent.ts';
import { startRedisCluster } from './embedded/redis/redis-cluster.ts';
import { END_SIGNALS } from '../platform/shutdown.ts';

const folder = await mkdtemp(join(tmpdir(), 'holdfast-redis-cluster-'));
try {
  const cluster = await startRedisCluster(folder);
  process.stdout.write(
    `Six nodes on 127.0.0.1, ports ${[...cluster.nodes.keys()].join(', ')}.\n\n` +
      `  export REDIS_URL='${cluster.url}'\n\nCtrl-C stops them.\n`,
  );
  await new Promise<void>((resolve) => {
    whenNpmIsGone(resolve);
    for (const signal of END_SIGNALS) process.once(signal, resolve);
  });
  await cluster.stop();
} catch (error) {
  if (!(error instanceof LaunchError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Runs a Redis Cluster on loopback, for development and tests: three masters, a replica each. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { freePort } from '../free-port.ts';
import { startGuard } from '../guard.ts';
import { LaunchError } from '../launch-error.ts';
import { needRedisServer, searchPath } from './redis-server.ts';

const NODE_COUNT = 6;
/**
 * A node also listens at its port + 10000, up to 32767: above the ports that `freePort` gives to
 * others, and below the ephemeral ones.
 */
const PORT_MAX = 22_767;
const START_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL_MS = 50;
/** A replica takes over from a master that is silent for this time. */
const NODE_TIMEOUT_MS = 1_000;

export interface RedisCluster {
  /** Value for REDIS_URL: one node, which knows the others. */
  url: string;
  /** The processes, by port. */
  nodes: ReadonlyMap<number, ChildProcess>;
  /** Sends a command to a node. */
  ask: (port: number, command: string, ...args: string[]) => Promise<unknown>;
  stop: () => Promise<void>;
}

/**
 * Starts six nodes and joins them to a cluster.
 *
 * @param folder each node stores its cluster configuration there
 * @throws {LaunchError}
 */
export async function startRedisCluster(folder: string): Promise<RedisCluster> {
  const server = await needRedisServer();
  const password = randomBytes(24).toString('base64url');
  const nodes = new Map<number, ChildProcess>();
  const guard = startGuard(folder);
  const stop = async () => {
    for (const child of nodes.values()) child.kill('SIGKILL');
    await guard.release();
  };
  const ask = askWith(password);
  const waitForNodes = waiterFor(nodes, folder);

  try {
    while (nodes.size < NODE_COUNT) {
      const port = await freePort(PORT_MAX);
      if (nodes.has(port)) continue;
      const node = await startNode(server, port, password, join(folder, String(port)));
      nodes.set(port, node);
      if (node.pid !== undefined) guard.watch(node.pid, 'SIGKILL');
    }
    await waitForNodes(
      'A node of the Redis Cluster did not start',
      async (port) => (await ask(port, 'PING')) === 'PONG',
    );
    const addresses = [...nodes.keys()].map((port) => `127.0.0.1:${port}`);
    const cli = join(dirname(server), server.endsWith('valkey-server') ? 'valkey-cli' : 'redis-cli');
    // Pass the password in the environment: every user can read a command line.
    await promisify(execFile)(
      cli,
      ['--cluster', 'create', ...addresses, '--cluster-replicas', '1', '--cluster-yes'],
      { env: { PATH: searchPath(), REDISCLI_AUTH: password } },
    );
    await waitForNodes('The nodes of the Redis Cluster did not join', async (port) => {
      const info = String(await ask(port, 'CLUSTER', 'INFO'));
      const list = String(await ask(port, 'CLUSTER', 'NODES'));
      return info.includes('cluster_state:ok') && list.split('slave').length - 1 === NODE_COUNT / 2;
    });
  } catch (error) {
    await stop();
    throw error;
  }
  const [first] = nodes.keys();
  return { url: `redis://:${password}@127.0.0.1:${first}?cluster=on`, nodes, ask, stop };
}

/** Sends commands to a node, over a connection each. */
function askWith(password: string): RedisCluster['ask'] {
  return async (port, command, ...args) => {
    const redis = new Redis({
      host: '127.0.0.1',
      port,
      password,
      lazyConnect: true,
      retryStrategy: () => null,
    });
    redis.on('error', () => {});
    try {
      await redis.connect();
      return await redis.call(command, ...args);
    } finally {
      redis.disconnect();
    }
  };
}

/** Waits until every node is ready. The function throws a {@link LaunchError} with the problem. */
function waiterFor(nodes: RedisCluster['nodes'], folder: string) {
  return async (problem: string, isReady: (port: number) => Promise<boolean>): Promise<void> => {
    const deadline = performance.now() + START_TIMEOUT_MS;
    for (const port of nodes.keys()) {
      while (!(await isReady(port).catch(() => false))) {
        if (performance.now() > deadline) throw new LaunchError(`${problem}. Read the logs in ${folder}`);
        await delay(CHECK_INTERVAL_MS);
      }
    }
  };
}

async function startNode(
  server: string,
  port: number,
  password: string,
  folder: string,
): Promise<ChildProcess> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const output = await open(join(folder, 'redis.log'), 'w', 0o600);
  const child = spawn(server, ['-'], { stdio: ['pipe', output.fd, output.fd], cwd: folder });
  child.on('error', () => {});
  child.stdin?.on('error', () => {});
  child.stdin?.end(
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `requirepass ${password}`,
      `masterauth ${password}`,
      'cluster-enabled yes',
      'cluster-config-file nodes.conf',
      `cluster-node-timeout ${NODE_TIMEOUT_MS}`,
      // During a failover, the slots of the other masters keep working.
      'cluster-require-full-coverage no',
      'save ""',
      'appendonly no',
      'maxmemory-policy noeviction',
      '',
    ].join('\n'),
  );
  await output.close();
  return child;
}

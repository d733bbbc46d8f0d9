/** The system under load: a running installation, or one of several nodes, started here. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { pino } from 'pino';
import { CONSUMERS } from '../../process/consumers.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { freePort } from '../../ops/embedded/free-port.ts';
import { endWithUs } from './ending.ts';
import { startServices } from './services.ts';
import { addApiKey, createTenant } from '../../store/keys/api-keys.ts';
import { SCOPES } from '../../store/keys/scopes.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { pinned } from '../serve.ts';

export interface Node {
  host: string;
  port: number;
  /** URL of the admin port, if it is known. */
  admin: string | undefined;
  /** `127.0.0.1:50051`, if it was started here. */
  grpc?: string;
}

export interface System {
  nodes: Node[];
  apiKeys: string[];
  /** Kills a node with SIGKILL and restarts it on the same port; only if it was started here. */
  kill?: (index: number) => Promise<void>;
  stop: () => Promise<void>;
}

/** A system that was started here. */
export interface OwnSystem extends System {
  nodes: (Node & { grpc: string })[];
  databaseUrl: string;
  kill: (index: number) => Promise<void>;
  /** Process ids of the nodes. */
  pids: () => number[];
  /** Ends a node with SIGTERM. @returns its exit code */
  end: (index: number) => Promise<number | null>;
}

export interface SystemOptions {
  nodes: number;
  shops: number;
  env?: Record<string, string>;
  /** Program of a node; default main.ts. */
  main?: string;
  /** Options of Node. */
  nodeOptions?: string[];
}

const MAIN = fileURLToPath(new URL('../../main.ts', import.meta.url));

/** A running installation. */
export function systemAt(url: string, apiKeys: string[], admin: string | undefined): System {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'http:')
    throw new Error('--url must begin with http://: send the load to a port without TLS');
  return { nodes: [{ host: hostname, port: Number(port || 80), admin }], apiKeys, stop: async () => {} };
}

export async function startSystem(options: SystemOptions): Promise<OwnSystem> {
  const { nodes, shops, env = {}, main = MAIN, nodeOptions = [] } = options;
  const log = pino({ level: 'silent' });
  const services = await startServices();
  await migrate(services.databaseUrl);
  const pool = await openPool({ databaseUrl: services.databaseUrl, size: 2, log });
  await ensurePartitions(pool, 1, CONSUMERS);
  const apiKeys: string[] = [];
  for (let n = 0; n < shops; n += 1) {
    const { tenantId } = await createTenant(pool, `shop ${n + 1}`, 1);
    const key = newKey('live').key;
    await addApiKey(pool, { tenantId, key, name: 'load', scopes: SCOPES });
    apiKeys.push(key);
  }
  await pool.end();

  const children: ChildProcess[] = [];
  const list: (Node & { grpc: string; adminPort: number })[] = [];
  const launch = async (index: number) => {
    const node = list[index]!;
    const command = [process.execPath, '--max-semi-space-size=64', ...nodeOptions, main];
    if (pinned) command.unshift('taskset', '-c', '0');
    const child = spawn(command[0]!, command.slice(1), {
      env: {
        ...process.env,
        PORT: String(node.port),
        ADMIN_PORT: String(node.adminPort),
        GRPC_PORT: node.grpc.split(':')[1],
        HOLDFAST_HOST: '127.0.0.1',
        DATABASE_URL: services.databaseUrl,
        REDIS_URL: services.redisUrl,
        HOLDFAST_LOG_LEVEL: 'warn',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    children[index] = endWithUs(child);
    await new Promise<void>((resolve, reject) => {
      let text = '';
      child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(-2_000);
        if (text.includes('Holdfast is up')) resolve();
      });
      child.once('exit', (code) => reject(new Error(`node exited with ${code}:\n${text}`)));
    });
  };
  for (let n = 0; n < nodes; n += 1) {
    const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
    const admin = `http://127.0.0.1:${adminPort}`;
    list.push({ host: '127.0.0.1', port, adminPort, admin, grpc: `127.0.0.1:${grpcPort}` });
    await launch(n);
  }
  async function end(index: number, signal: NodeJS.Signals): Promise<number | null> {
    const child = children[index]!;
    if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
    child.removeAllListeners('exit');
    const gone = once(child, 'exit');
    child.kill(signal);
    const [code] = (await gone) as [number | null];
    return code;
  }
  return {
    nodes: list,
    apiKeys,
    databaseUrl: services.databaseUrl,
    pids: () => children.map(({ pid }) => pid!),
    end: (index) => end(index, 'SIGTERM'),
    async kill(index) {
      await end(index, 'SIGKILL');
      await launch(index);
    },
    async stop() {
      await Promise.all(children.map((_, index) => end(index, 'SIGKILL')));
      await services.stop();
    },
  };
}

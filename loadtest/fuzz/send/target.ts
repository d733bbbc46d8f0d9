/** The server under test: started and restarted here, or already running. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { pino } from 'pino';
import { CONSUMERS } from '../../../process/consumers.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { freePort } from '../../../ops/embedded/free-port.ts';
import { addApiKey, createTenant } from '../../../store/keys/api-keys.ts';
import { SCOPES, type Scope } from '../../../store/keys/scopes.ts';
import { migrate } from '../../../store/migrate.ts';
import { ensurePartitions, listPartitions } from '../../../store/partitions.ts';
import { openPool } from '../../../store/pool.ts';
import { endWithUs } from '../../kit/ending.ts';
import { startServices } from '../../kit/services.ts';
import type { Endpoint } from './http-connection.ts';
import type { Caller } from '../tokens.ts';

export interface Target {
  http: Endpoint;
  /** Such as `127.0.0.1:50051`; `undefined` if unknown. */
  grpc: string | undefined;
  /** URL of its liveness probe. */
  aliveUrl: string | undefined;
  databaseUrl: string;
  apiKeys: Record<Caller, string>;
  /** UUIDs of the tenants. */
  tenants: Record<'shop' | 'other' | 'hoarder', string>;
  /** Process id, if it was started here. */
  pid: () => number | undefined;
  /** Heap limit, if it was started here. */
  heapMb: number | undefined;
  /** Whether it has been up since a time of `performance.now()`. */
  wasUp: (since: number) => boolean;
  /** Resolves when it is up. */
  ready: () => Promise<void>;
  /** Kills it, if it was started here; it then restarts. */
  kill: () => void;
  /** Called with its last output when it dies without `kill`. */
  onDeath: (listener: (lastWords: string) => void) => void;
  stop: () => Promise<void>;
}

const MAIN = fileURLToPath(new URL('../../../main.ts', import.meta.url));
/** High quotas, and any client address through X-Forwarded-For. */
const SETTINGS = {
  HOLDFAST_HOST: '127.0.0.1',
  HOLDFAST_RATE_LIMIT_WRITE: '100000/1',
  HOLDFAST_RATE_LIMIT_READ: '100000/1',
  HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/1',
  HOLDFAST_WEBHOOK_LOOPBACK: 'on',
  HOLDFAST_TRUST_PROXY: '1',
  HOLDFAST_LOG_LEVEL: 'error',
};
/** After this many unexpected exits, it is not restarted. */
const DEATHS_MAX = 5;

/** Creates tenants for this run: the idempotency keys of earlier runs are in use. */
async function openShops(databaseUrl: string): Promise<Pick<Target, 'apiKeys' | 'tenants'>> {
  const pool = await openPool({ databaseUrl, size: 2, log: pino({ level: 'silent' }) });
  try {
    await ensurePartitions(pool, 1, CONSUMERS);
    const { length: partitions } = await listPartitions(pool);
    const add = async (tenantId: string, scopes: readonly Scope[], name = 'fuzz') => {
      const key = newKey('live').key;
      await addApiKey(pool, { tenantId, key, name, scopes });
      return key;
    };
    const { tenantId: shop } = await createTenant(pool, 'fuzz', partitions);
    const { tenantId: other } = await createTenant(pool, 'fuzz, the other', partitions);
    const { tenantId: hoarder } = await createTenant(pool, 'fuzz, large orders', partitions);
    const apiKeys = {
      shop: await add(shop, SCOPES),
      other: await add(other, SCOPES),
      hoarder: await add(hoarder, SCOPES),
      reader: await add(shop, ['orders:read', 'webhooks:read'], 'fuzz, read only'),
      nobody: newKey('live').key,
    };
    return { apiKeys, tenants: { shop, other, hoarder } };
  } finally {
    await pool.end();
  }
}

export async function targetAt(url: string, databaseUrl: string, grpc: string | undefined): Promise<Target> {
  const { hostname, port, protocol } = new URL(url);
  if (protocol !== 'http:') throw new Error('--url must begin with http://');
  return {
    http: { host: hostname, port: Number(port || 80) },
    grpc,
    aliveUrl: undefined,
    databaseUrl,
    ...(await openShops(databaseUrl)),
    pid: () => undefined,
    heapMb: undefined,
    wasUp: () => true,
    ready: async () => {},
    kill: () => {},
    onDeath: () => {},
    stop: async () => {},
  };
}

export interface StartOptions {
  /** Heap limit of the server. */
  heapMb: number;
  /** Program of the server; default main.ts. */
  main?: string;
  /** Give its database unusual defaults. */
  isOdd?: boolean;
}

/** Session settings that change the meaning of a statement or the form of a value. */
const ODD_SETTINGS = [
  `datestyle = 'SQL, DMY'`,
  `intervalstyle = 'sql_standard'`,
  `timezone = 'Pacific/Kiritimati'`,
  `bytea_output = 'escape'`,
  `extra_float_digits = '-15'`,
  `standard_conforming_strings = 'off'`,
  `default_transaction_isolation = 'serializable'`,
  `search_path = 'pg_catalog'`,
];

async function makeOdd(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const name = client.escapeIdentifier(new URL(databaseUrl).pathname.slice(1));
  for (const setting of ODD_SETTINGS) await client.query(`ALTER DATABASE ${name} SET ${setting}`);
  await client.end();
}

export async function startTarget({ heapMb, main = MAIN, isOdd = false }: StartOptions): Promise<Target> {
  // The import pins this process to a core, which `targetAt` must not do.
  const { pinned } = await import('../../serve.ts');
  const services = await startServices();
  const shops = await migrate(services.databaseUrl)
    .then(() => openShops(services.databaseUrl))
    .then(async (opened) => {
      if (isOdd) await makeOdd(services.databaseUrl);
      return opened;
    })
    .catch(async (error: unknown) => {
      await services.stop();
      throw error;
    });
  const [port, adminPort, grpcPort] = [await freePort(), await freePort(), await freePort()];
  const listeners: ((lastWords: string) => void)[] = [];
  let child: ChildProcess;
  let upSince = Number.POSITIVE_INFINITY;
  let deaths = 0;
  let [isStopping, isKilled] = [false, false];
  let starting: Promise<void>;

  async function launch(): Promise<void> {
    const command = [process.execPath, '--max-semi-space-size=64', `--max-old-space-size=${heapMb}`, main];
    if (pinned) command.unshift('taskset', '-c', '0');
    const fresh = spawn(command[0]!, command.slice(1), {
      env: {
        ...process.env,
        ...SETTINGS,
        PORT: String(port),
        ADMIN_PORT: String(adminPort),
        GRPC_PORT: String(grpcPort),
        DATABASE_URL: services.databaseUrl,
        REDIS_URL: services.redisUrl,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = endWithUs(fresh);
    let text = '';
    const up = Promise.withResolvers<void>();
    for (const stream of [fresh.stdout, fresh.stderr])
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(-4_000);
        if (text.includes('Holdfast is up')) up.resolve();
      });
    fresh.once('exit', (code, signal) => {
      upSince = Number.POSITIVE_INFINITY;
      up.reject(new Error(`server exited with ${code ?? signal}:\n${text}`));
      if (isStopping || child !== fresh) return;
      if (!isKilled) {
        for (const listener of listeners) listener(text);
        deaths += 1;
      }
      isKilled = false;
      if (deaths < DEATHS_MAX) starting = launch();
      starting.catch(() => {});
    });
    await up.promise;
    upSince = performance.now();
  }
  starting = launch();
  await starting.catch(async (error: unknown) => {
    isStopping = true;
    await services.stop();
    throw error;
  });
  return {
    http: { host: '127.0.0.1', port },
    grpc: `127.0.0.1:${grpcPort}`,
    aliveUrl: `http://127.0.0.1:${adminPort}/health/live`,
    databaseUrl: services.databaseUrl,
    ...shops,
    pid: () => child.pid,
    heapMb,
    wasUp: (since) => upSince <= since,
    ready: () => starting,
    kill() {
      isKilled = true;
      upSince = Number.POSITIVE_INFINITY;
      child.kill('SIGKILL');
    },
    onDeath: (listener) => void listeners.push(listener),
    async stop() {
      isStopping = true;
      if (child.exitCode === null && child.signalCode === null) {
        const gone = once(child, 'exit');
        child.kill('SIGTERM');
        const cut = setTimeout(() => child.kill('SIGKILL'), 5_000);
        await gone;
        clearTimeout(cut);
      }
      await services.stop();
    },
  };
}

/** A running Holdfast in this process, with its own database and the contract judge. */
import { randomUUID } from 'node:crypto';
import { pino } from 'pino';
import { loadConfig } from '../../platform/config.ts';
import { CONSUMERS } from '../../process/consumers.ts';
import { type RunningNode, startNode } from '../../process/node.ts';
import { addApiKey, createTenant } from '../../store/keys/api-keys.ts';
import { newKey } from '../../store/keys/new-key.ts';
import { SCOPES, type Scope } from '../../store/keys/scopes.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { preparePersonal } from '../../store/personal/prepare-personal.ts';
import { prepareSecrets } from '../../store/secrets/prepare-secrets.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { type DatabasePool, openPool } from '../../store/pool.ts';
import { TEST_REDIS, type TestDatabase, cloneDatabase } from './database.ts';

export interface Answer {
  status: number;
  headers: Headers;
  /** The raw body. */
  text: string;
  // oxlint-disable-next-line typescript/no-explicit-any -- each test knows its answer
  json: any;
}

export interface Ask {
  method?: string;
  body?: unknown;
  /** Idempotency-Key: a new one for each write when left out, none for `null`. */
  key?: string | null;
  headers?: Record<string, string>;
  /** API key: that of the shop when left out, none for `null`. */
  apiKey?: string | null;
  signal?: AbortSignal;
}

export interface Shop {
  url: string;
  /** Address of the internal gRPC service: `127.0.0.1:PORT`. */
  grpc: string;
  database: TestDatabase;
  pool: DatabasePool;
  apiKey: string;
  tenantId: string;
  ask: (path: string, ask?: Ask) => Promise<Answer>;
  addTenant: (scopes?: readonly Scope[]) => Promise<{ tenantId: string; apiKey: string }>;
  /** Stops the server and starts another one on the same database. */
  restart: () => Promise<void>;
  close: () => Promise<void>;
}

/** A key for HOLDFAST_BOOTSTRAP_KEY, or for {@link addApiKey}. */
export const newApiKey = (): string => newKey('live').key;

/**
 * @param env overrides the variables of a test
 * @param clock milliseconds since 1970, instead of the real one
 * @param given a database instead of a new one; the shop drops it
 */
export async function openShop(
  env: Record<string, string> = {},
  clock = Date.now,
  given?: TestDatabase,
): Promise<Shop> {
  const database = given ?? (await cloneDatabase());
  const config = loadConfig({
    PORT: '0',
    GRPC_PORT: '0',
    HOLDFAST_HOST: '127.0.0.1',
    HOLDFAST_RATE_LIMIT_WRITE: '100000/60',
    HOLDFAST_RATE_LIMIT_READ: '100000/60',
    HOLDFAST_RATE_LIMIT_UNAUTHENTICATED: '100000/60',
    HOLDFAST_CONTRACT_JUDGE: 'on',
    HOLDFAST_LOG_LEVEL: 'silent',
    HOLDFAST_DRAIN_SECONDS: '2',
    ...env,
  });
  const log = pino({ level: config.logLevel });
  const pool = await openPool({ databaseUrl: database.url, size: 4, log, checkRows: true });
  await ensurePartitions(pool, config.partitions, CONSUMERS);
  await prepareSecrets(pool, createKeyring(config.secretsKeys), log);
  await preparePersonal(pool, createKeyring(config.personalKeys, 'personal'), log, config.erasuresFile);

  const addTenant = async (scopes: readonly Scope[] = SCOPES) => {
    const { tenantId } = await createTenant(pool, 'test', config.partitions);
    const apiKey = newApiKey();
    await addApiKey(pool, { tenantId, key: apiKey, name: 'test', scopes });
    return { tenantId, apiKey };
  };
  const { tenantId, apiKey } = await addTenant();
  const start = (port: number, grpcPort: number | undefined) =>
    startNode({
      config: { ...config, port, grpc: { ...config.grpc, port: grpcPort } },
      roles: config.roles,
      databaseUrl: database.url,
      // An empty REDIS_URL starts without Redis.
      redisUrl: (env['REDIS_URL'] ?? TEST_REDIS) || undefined,
      log,
      clock,
    });
  let node: RunningNode = await start(config.port, config.grpc.port).catch(async (error: unknown) => {
    await pool.end();
    await database.drop();
    throw error;
  });
  const { port = 0, grpcPort = 0 } = node;
  const url = `http://127.0.0.1:${port}`;

  return {
    url,
    grpc: `127.0.0.1:${grpcPort}`,
    database,
    pool,
    apiKey,
    tenantId,
    addTenant,
    ask: (path, ask) => send(url + path, { apiKey, ...ask }),
    async restart() {
      await node.stop();
      node = await start(port, grpcPort);
    },
    async close() {
      await node.stop();
      await pool.end();
      await database.drop();
    },
  };
}

/** Sends one request. */
export async function send(
  url: string,
  { method, body, key, headers = {}, apiKey, signal }: Ask,
): Promise<Answer> {
  const verb = method ?? (body === undefined ? 'GET' : 'POST');
  const idempotencyKey = key === undefined && verb !== 'GET' ? randomUUID() : key;
  const response = await fetch(url, {
    method: verb,
    headers: {
      ...(apiKey ? { Authorization: `Bearer ${apiKey}` } : {}),
      ...(idempotencyKey ? { 'Idempotency-Key': idempotencyKey } : {}),
      ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    ...(signal && { signal }),
  });
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    text,
    json:
      /json/.test(response.headers.get('content-type') ?? '') && text !== '' ? JSON.parse(text) : undefined,
  };
}

/** A valid order; `change` replaces members. */
export const anOrder = (change: Record<string, unknown> = {}) => ({
  customer_id: 'cus_1',
  currency: 'EUR',
  lines: [{ sku: 'KELP-1', name: 'Kelp, dried', quantity: 2, unit_price: 450 }],
  ...change,
});

const LOOK_INTERVAL_MS = 10;

/**
 * Waits until a condition holds. On a busy machine each look takes longer, and so may the wait.
 *
 * @throws {Error} after `timeoutMs` and half of the looks that fit into it, with the condition
 */
export async function until(condition: () => Promise<boolean> | boolean, timeoutMs = 10_000): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (let looks = 1; !(await condition()); looks += 1) {
    if (performance.now() > deadline && looks > timeoutMs / LOOK_INTERVAL_MS / 2)
      throw new Error(`the condition did not hold within ${timeoutMs} ms: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_INTERVAL_MS));
  }
}

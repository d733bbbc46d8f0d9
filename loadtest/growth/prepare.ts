/** Makes the database of a log, and starts its server. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { statfs } from 'node:fs/promises';
import { pino } from 'pino';
import { sql } from 'slonik';
import { z } from 'zod';
import { apiKey } from '../kit/order-request.ts';
import type { Services } from '../kit/services.ts';
import { addApiKey, hashApiKey } from '../../store/keys/api-keys.ts';
import { SCOPES } from '../../store/keys/scopes.ts';
import { openPool } from '../../store/pool.ts';
import { serveHoldfast } from '../serve.ts';
import { connected } from '../kit/postgres/connected.ts';
import { fill } from './fill.ts';
import type { Grown } from './measure.ts';
import { EVENTS_PER_ORDER, placeTemplate } from './template.ts';

/** Of a filled log and its read tables. */
const BYTES_PER_EVENT = 2_000;
/** For the write-ahead log, sorts of index builds, and everybody else. */
const SPARE_BYTES = 8_000_000_000;

type Log = Omit<Grown, 'port'>;

const withDatabase = (url: string, name: string) =>
  Object.assign(new URL(url), { pathname: `/${name}` }).href;

/** The bytes that a log would lack on the disk of a folder; 0: it has room. */
export async function missingBytes(events: number, folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return Math.max(0, events * BYTES_PER_EVENT + SPARE_BYTES - bavail * bsize);
}

/** Makes the database of a log unless it is there. Under another name until it is filled. */
export async function prepare(services: Services, events: number): Promise<Log> {
  const orders = Math.floor(events / EVENTS_PER_ORDER);
  const name = `growth_${events}`;
  await connected(withDatabase(services.databaseUrl, 'postgres'), async (admin) => {
    const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
    if (rowCount !== 0) return;
    const partial = `${name}_partial`;
    await admin.query(`DROP DATABASE IF EXISTS ${partial}`);
    await admin.query(`CREATE DATABASE ${partial}`);
    await make({ ...services, databaseUrl: withDatabase(services.databaseUrl, partial) }, orders);
    await admin.query(`ALTER DATABASE ${partial} RENAME TO ${name}`);
  });
  return {
    events: orders * EVENTS_PER_ORDER,
    orders,
    databaseUrl: withDatabase(services.databaseUrl, name),
  };
}

const make = (services: Services, orders: number): Promise<void> =>
  connected(services.databaseUrl, async (database) => {
    const { child, port } = await serveHoldfast(services);
    await placeTemplate(port, database);
    const exited = once(child, 'exit');
    child.kill('SIGTERM');
    await exited;
    await fill(database, orders);
  });

/** Starts the server of a log. A log of an earlier run gets the API key of this run. */
export async function serveLog(services: Services, log: Log): Promise<Grown & { child: ChildProcess }> {
  const pool = await openPool({ databaseUrl: log.databaseUrl, size: 1, log: pino({ level: 'silent' }) });
  const { tenant_id: tenantId, is_known } = await pool.one(
    sql.type(z.object({ tenant_id: z.uuid(), is_known: z.boolean() }))`
      SELECT tenant_id, EXISTS (SELECT FROM api_keys WHERE key_hash = ${sql.binary(hashApiKey(apiKey))}) AS is_known FROM events LIMIT 1`,
  );
  const name = `growth ${new Date().toISOString()}`;
  if (!is_known) await addApiKey(pool, { tenantId, key: apiKey, name, scopes: SCOPES });
  await pool.end();
  const { child, port } = await serveHoldfast({ ...services, databaseUrl: log.databaseUrl });
  return { ...log, child, port };
}

/**
 * npm run bench:partitions [-- --rounds 4 --seconds 3 --connections 64]
 *
 * Places orders of 16 tenants through two API processes, with 1, 4 and 16 partitions on one
 * Postgres. All of it shares the cores of this machine: it shows what partitions cost, not what
 * more machines give.
 */
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { addApiKey } from '../../../store/keys/api-keys.ts';
import { newKey } from '../../../store/keys/new-key.ts';
import { SCOPES } from '../../../store/keys/scopes.ts';
import { openPool } from '../../../store/pool.ts';
import { createNamedTenant } from '../../../store/tenants.ts';
import { load } from '../../kit/http/http-client.ts';
import { median } from '../../kit/open-loop.ts';
import { body, placing } from '../../kit/order-request.ts';
import { startServices } from '../../kit/services.ts';
import { serveHoldfast } from '../../serve.ts';

const { values: options } = parseArgs({
  options: {
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '3' },
    connections: { type: 'string', default: '64' },
  },
});
const rounds = Number(options.rounds);
const roundMs = Number(options.seconds) * 1_000;
const connections = Number(options.connections);
const PROCESSES_COUNT = 2;
const TENANTS_COUNT = 16;
const WARM_UP_MS = 5_000;
const log = pino({ level: 'silent' });
const stops: (() => Promise<unknown> | void)[] = [];

interface Side {
  name: string;
  ports: readonly number[];
  /** API keys, one for each tenant. */
  keys: readonly string[];
}

interface Round {
  rate: number;
  p50: number;
  p99: number;
}

async function start(partitions: number): Promise<Side> {
  const services = await startServices();
  stops.push(services.stop);
  const env = { HOLDFAST_PARTITIONS: String(partitions) };
  const ports: number[] = [];
  for (let n = 0; n < PROCESSES_COUNT; n += 1) {
    const { child, port } = await serveHoldfast({ ...services, env });
    stops.push(() => void child.kill('SIGKILL'));
    ports.push(port);
  }
  const keys = await tenantsOf(services.databaseUrl, partitions);
  return { name: `${partitions} partition${partitions === 1 ? '' : 's'}`, ports, keys };
}

async function tenantsOf(databaseUrl: string, partitions: number): Promise<string[]> {
  const pool = await openPool({ databaseUrl, size: 1, log });
  const keys: string[] = [];
  for (let n = 0; n < TENANTS_COUNT; n += 1) {
    const { tenant } = await createNamedTenant(pool, `tenant ${n}`, n % partitions);
    const { key } = newKey('live');
    await addApiKey(pool, { tenantId: tenant.tenant_id, key, name: 'bench', scopes: SCOPES });
    keys.push(key);
  }
  await pool.end();
  return keys;
}

/** Half of the connections at each process; the tenants take turns. */
async function place({ name, ports, keys }: Side, durationMs: number): Promise<Round> {
  let turn = 0;
  const request = () => placing('/v1/orders', body, keys[(turn += 1) % keys.length]!);
  const results = await Promise.all(
    ports.map((port) => load({ host: '127.0.0.1', port, request }, connections / ports.length, durationMs)),
  );
  for (const { statuses } of results)
    if (Object.keys(statuses).join() !== '201') throw new Error(`${name}: ${JSON.stringify(statuses)}`);
  return {
    rate: results.reduce((sum, { rate }) => sum + rate, 0),
    p50: median(results.map(({ p50 }) => p50)),
    p99: Math.max(...results.map(({ p99 }) => p99)),
  };
}

try {
  const sides: Side[] = [];
  for (const partitions of [1, 4, 16]) sides.push(await start(partitions));
  for (const side of sides) await place(side, WARM_UP_MS);
  const measured = sides.map((): Round[] => []);
  for (let round = 0; round < rounds; round += 1)
    for (const [n, side] of sides.entries()) measured[n]!.push(await place(side, roundMs));
  const first = measured[0]!;
  for (const [n, list] of measured.entries()) {
    const middle = (of: keyof Round) => median(list.map((each) => each[of]));
    const ratio = median(list.map(({ rate }, round) => rate / first[round]!.rate));
    process.stdout.write(
      `${sides[n]!.name.padEnd(16)} ${middle('rate').toFixed(0).padStart(6)} orders/s, ${ratio.toFixed(2)} of the first; p50 ${middle('p50').toFixed(1)} ms, p99 ${middle('p99').toFixed(0)} ms\n`,
    );
  }
} finally {
  for (const stop of stops.toReversed()) await stop();
}

/** Compares the log with Emmett: events a second, 64 callers in one process, one Postgres. */
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { createOrderLog } from '../../store/log/log.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { install } from '../../tools/install.ts';
import { median } from '../kit/open-loop.ts';
import { placedData as data, sampleAppend } from './sample-append.ts';

const CALLERS_COUNT = 64;
const ROUND_MS = 4_000;
/** Inserts of benchBareInsert; the first ones warm up. */
const INSERTS_COUNT = 4_000;
const WARM_UP_INSERTS_COUNT = 1_000;

async function eventsPerSecond(append: () => Promise<unknown>): Promise<number> {
  let events = 0;
  const started = performance.now();
  const end = started + ROUND_MS;
  const caller = async () => {
    while (performance.now() < end) {
      await append();
      events += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS_COUNT }, caller));
  return events / ((performance.now() - started) / 1_000);
}

interface Emmett {
  append: () => Promise<unknown>;
  close: () => Promise<void>;
}

/** The first call installs Emmett, which `npm ci` does not. */
async function openEmmett(databaseUrl: string): Promise<Emmett> {
  const folder = new URL('../peers/installed/', import.meta.url);
  await install(fileURLToPath(folder));
  const { openEmmett: open } = await import(new URL('emmett-append.ts', folder).href);
  return open(databaseUrl, data);
}

/** @returns the median of events a second, by store */
export async function benchAppend(databaseUrl: string, rounds: number): Promise<Record<string, number>> {
  await migrate(databaseUrl);
  const pool = await openPool({ databaseUrl, size: 10, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 1, []);
  const log = createOrderLog({ pool, capacity: 10_000 });
  const tenantId = v7();
  const emmett = await openEmmett(databaseUrl);
  const stores: Record<string, () => Promise<unknown>> = {
    emmett: emmett.append,
    holdfast: () => log.append(sampleAppend(tenantId)),
  };
  const rates: Record<string, number[]> = {};
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, append] of Object.entries(stores)) {
      const rate = await eventsPerSecond(append);
      if (round >= 0) (rates[name] ??= []).push(rate); // the first round warms up
    }
  }
  await emmett.close();
  await pool.end();
  return Object.fromEntries(Object.entries(rates).map(([name, list]) => [name, median(list)]));
}

/**
 * @returns the p50 in ms of a prepared single-row insert with its own commit: the cost of
 *   durability
 */
export async function benchBareInsert(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    'CREATE TABLE IF NOT EXISTS bare_insert (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, data json NOT NULL)',
  );
  const text = JSON.stringify(data);
  const latencies: number[] = [];
  for (let n = 0; n < INSERTS_COUNT; n += 1) {
    const started = performance.now();
    await client.query({
      name: 'bare',
      text: 'INSERT INTO bare_insert (key, data) VALUES ($1, $2)',
      values: [randomUUID(), text],
    });
    if (n >= WARM_UP_INSERTS_COUNT) latencies.push(performance.now() - started);
  }
  await client.end();
  return median(latencies);
}

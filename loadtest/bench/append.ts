/** The log beside its peers: events a second with 64 callers in one process, interleaved, on one Postgres. */
import { randomUUID } from 'node:crypto';
import { getPostgreSQLEventStore } from '@event-driven-io/emmett-postgresql';
import { Client } from 'pg';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { createOrderLog } from '../../store/log/log.ts';
import { migrate } from '../../store/migrate.ts';
import { ensurePartitions } from '../../store/partitions.ts';
import { openPool } from '../../store/pool.ts';
import { anAppend, placedData as data } from './an-append.ts';

const CALLERS = 64;
const MILLISECONDS = 4_000;

async function eventsPerSecond(append: () => Promise<unknown>): Promise<number> {
  let events = 0;
  const started = performance.now();
  const end = started + MILLISECONDS;
  const caller = async () => {
    while (performance.now() < end) {
      await append();
      events += 1;
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return events / ((performance.now() - started) / 1_000);
}

/** @returns the median of events a second, by store */
export async function benchAppend(databaseUrl: string, rounds: number): Promise<Record<string, number>> {
  await migrate(databaseUrl);
  const pool = await openPool({ databaseUrl, size: 10, log: pino({ level: 'silent' }) });
  await ensurePartitions(pool, 1, []);
  const log = createOrderLog({ pool, capacity: 10_000 });
  const tenantId = v7();
  const emmett = getPostgreSQLEventStore(databaseUrl);
  const stores: Record<string, () => Promise<unknown>> = {
    emmett: () => emmett.appendToStream(`order-${randomUUID()}`, [{ type: 'OrderPlaced', data }]),
    holdfast: () => log.append(anAppend(tenantId)),
  };
  const rates: Record<string, number[]> = {};
  for (let round = -1; round < rounds; round += 1) {
    for (const [name, append] of Object.entries(stores)) {
      const rate = await eventsPerSecond(append);
      if (round >= 0) (rates[name] ??= []).push(rate); // the first one is the warm-up
    }
  }
  await emmett.close();
  await pool.end();
  return Object.fromEntries(
    Object.entries(rates).map(([name, list]) => [
      name,
      list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)] ?? 0,
    ]),
  );
}

/** The p50, in ms, of one prepared single-row insert, committed by itself: what durability costs at the least. */
export async function benchBareInsert(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  await client.query(
    'CREATE TABLE IF NOT EXISTS bare_insert (id bigserial PRIMARY KEY, key text NOT NULL UNIQUE, data json NOT NULL)',
  );
  const text = JSON.stringify(data);
  const latencies: number[] = [];
  for (let n = 0; n < 4_000; n += 1) {
    const started = performance.now();
    await client.query({
      name: 'bare',
      text: 'INSERT INTO bare_insert (key, data) VALUES ($1, $2)',
      values: [randomUUID(), text],
    });
    if (n >= 1_000) latencies.push(performance.now() - started);
  }
  await client.end();
  return latencies.toSorted((a, b) => a - b)[Math.floor(latencies.length / 2)] ?? Number.NaN;
}

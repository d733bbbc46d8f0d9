/** The CPU of a Postgres on this machine under load. */
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { cpuSecondsOfFamily, statOf } from '../cpu.ts';

const LOOK_INTERVAL_MS = 50;

export interface PostgresCost {
  /** Waits until each consumer of the log has reached its head. */
  settled: () => Promise<void>;
  /** CPU seconds that all processes of Postgres have used, also those that ended. */
  cpuSeconds: () => Promise<number>;
  stop: () => Promise<void>;
}

export async function watchCost(databaseUrl: string): Promise<PostgresCost> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  const { parent } = await statOf(String(rows[0]?.pid));
  return {
    async settled() {
      const behind = `SELECT FROM checkpoints JOIN log_heads USING (partition)
                       WHERE checkpoints.position < log_heads.position
                         AND consumer NOT LIKE '%.%' -- audits have copies of their own`;
      while ((await client.query(behind)).rowCount !== 0) await delay(LOOK_INTERVAL_MS);
    },
    cpuSeconds: () => cpuSecondsOfFamily(parent),
    stop: () => client.end(),
  };
}

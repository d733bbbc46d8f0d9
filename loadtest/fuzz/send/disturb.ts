/** Kills the server and cuts its connections to Postgres. Every response must still be right. */
import { Client } from 'pg';
import { chanceAt } from '../chance.ts';
import type { Target } from './target.ts';

export interface Disturbances {
  kills: number;
  cuts: number;
}

export interface Disturbance {
  done: Disturbances;
  stop: () => Promise<void>;
}

/** Interval between two disturbances. */
const INTERVAL_MS_MIN = 1_500;
const INTERVAL_MS_MAX = 5_000;
/** Share of disturbances that kill the server. */
const KILL_SHARE = 0.3;

const CUT = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
              WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'`;

export function disturb(target: Target, seed: number): Disturbance {
  const random = chanceAt(seed, 0xd157);
  const done: Disturbances = { kills: 0, cuts: 0 };
  let timer: NodeJS.Timeout | undefined;
  let doing: Promise<void> = Promise.resolve();
  let isStopped = false;

  async function cut(): Promise<void> {
    const client = new Client({ connectionString: target.databaseUrl });
    client.on('error', () => {});
    await client.connect();
    await client.query(CUT).finally(() => client.end());
    done.cuts += 1;
  }
  async function one(): Promise<void> {
    await target.ready();
    if (random.chance(KILL_SHARE)) {
      target.kill();
      done.kills += 1;
      await target.ready();
    } else await cut();
  }
  function next(): void {
    if (isStopped) return;
    timer = setTimeout(
      () => {
        doing = one()
          .catch(() => {})
          .finally(next);
      },
      random.between(INTERVAL_MS_MIN, INTERVAL_MS_MAX),
    );
  }
  next();
  return {
    done,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await doing;
    },
  };
}

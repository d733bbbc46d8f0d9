/**
 * npm run bench:verify [-- --events 1000000 --rounds 3]
 *
 * Appends events to a new log, grows its tree, and prints how many events a second are read by a
 * checkpoint, a verification, and one from that checkpoint, with the CPU of this process and of
 * Postgres.
 */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { v7 } from 'uuid';
import { fingerprint, requestOf } from '../../../domain/order/request.ts';
import { startBackingServices } from '../../../ops/embedded/backing-services.ts';
import { openCheckpoint } from '../../../store/integrity/checkpoint.ts';
import { installationKey } from '../../../store/integrity/installation-key.ts';
import { writeCheckpoints } from '../../../store/integrity/tree/write-checkpoints.ts';
import { type Verification, verifyLog } from '../../../store/integrity/verify/verify-log.ts';
import { appendBatch } from '../../../store/log/append.ts';
import { migrate } from '../../../store/migrate.ts';
import { ensurePartitions } from '../../../store/partitions.ts';
import { createPersonalData } from '../../../store/personal/personal-data.ts';
import { type DatabasePool, openPool } from '../../../store/pool.ts';
import { createKeyring } from '../../../store/secrets/keyring.ts';
import { endServicesWithUs } from '../../kit/ending.ts';
import { watchCost } from '../../kit/postgres/cost.ts';
import { sampleAppend } from '../sample-append.ts';

const { values: options } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
  },
});
const BATCH_EVENTS = 256;
const STEP_EVENTS = 4_096;
const STATEMENT_TIMEOUT_MS = 600_000;
const say = (text: string) => process.stdout.write(`${text}\n`);

const dataDir = await mkdtemp(join(tmpdir(), 'holdfast-verify-'));
await chmod(dataDir, 0o755); // if root starts it, Postgres runs as another user
const log = pino({ level: 'silent' });

/** Personal data in the clear. */
const noKeys = createKeyring([]);

/** The same order many times, each with the fingerprint of its request. */
async function fill(pool: DatabasePool, events: number): Promise<void> {
  const tenant = v7();
  const personal = createPersonalData(pool, noKeys);
  const { event, order_id } = sampleAppend(tenant);
  const print = fingerprint(requestOf({ ...event, order_id }));
  for (let count = 0; count < events; count += BATCH_EVENTS) {
    const batch = Array.from({ length: BATCH_EVENTS }, () => ({
      ...sampleAppend(tenant),
      fingerprint: print,
    }));
    await appendBatch(pool, 0, batch, personal);
  }
}

async function clean(verification: Promise<Verification>): Promise<void> {
  const { findings } = await verification;
  if (findings.length > 0) throw new Error(JSON.stringify(findings.slice(0, 3)));
}

async function measure(pool: DatabasePool, databaseUrl: string): Promise<void> {
  const { cpuSeconds, stop } = await watchCost(databaseUrl);
  const timed = async <T>(name: string, run: () => Promise<T>): Promise<T> => {
    const [started, own, postgres] = [performance.now(), process.cpuUsage(), await cpuSeconds()];
    const result = await run();
    const seconds = (performance.now() - started) / 1_000;
    const { user, system } = process.cpuUsage(own);
    const perEvent = (cpu: number) => `${((cpu / Number(options.events)) * 1e6).toFixed(1)} µs`;
    say(
      `${name.padEnd(15)} ${Math.round(Number(options.events) / seconds)} events/s; CPU an event: ` +
        `${perEvent((user + system) / 1e6)} here, ${perEvent((await cpuSeconds()) - postgres)} of Postgres`,
    );
    return result;
  };
  const key = await installationKey(pool, createKeyring([]));
  const notes = await timed('checkpoint', () => writeCheckpoints(pool, key, { stepEvents: STEP_EVENTS }));
  const checkpoints = notes.map((note) => openCheckpoint(note, key.verifierKey));
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const threads = availableParallelism();
    await timed('all of it', () => clean(verifyLog(pool, { threads })));
    await timed('from checkpoint', () => clean(verifyLog(pool, { checkpoints, threads })));
  }
  await stop();
}

const services = await startBackingServices({ databaseUrl: undefined, redisUrl: undefined, dataDir, log });
endServicesWithUs(() => services.stop(), services.guard);
try {
  const { databaseUrl } = services;
  await migrate(databaseUrl);
  const pool = await openPool({ databaseUrl, size: 4, log, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  await ensurePartitions(pool, 1, []);
  await fill(pool, Number(options.events));
  await measure(pool, databaseUrl);
  await pool.end();
} finally {
  await services.stop();
  await rm(dataDir, { recursive: true, force: true });
}

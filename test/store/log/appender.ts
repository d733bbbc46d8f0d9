/**
 * A program for series-storm.test.ts: clients that append orders with numbers until it is killed.
 * It prints `sent TENANT KEY` before each append, and `got KEY NUMBER` after it.
 *
 * Arguments: URL of the database, number of clients, tenants.
 */
import { hash } from 'node:crypto';
import { writeSync } from 'node:fs';
import { createOrderLog } from '../../../store/log/log.ts';
import { openTestPool } from '../../setup/pool.ts';
import { anAppend } from '../events.ts';

const [url = '', clients = '', ...tenants] = process.argv.slice(2);
/** Opens the pool again while its connections are ended at random. */
const open = (): ReturnType<typeof openTestPool> => openTestPool({ url }, 2).catch(open);
const log = createOrderLog({ pool: await open(), capacity: 1_000 });

/** Waits for the reader: `process.stdout` keeps lines of its own, and a kill takes them. */
const print = (line: string): void => void writeSync(1, `${line}\n`);

async function client(_: unknown, index: number): Promise<void> {
  const tenantId = tenants[index % tenants.length]!;
  for (let n = 0; ; n += 1) {
    const idempotency_key = `${process.pid}-${index}-${n}`;
    const fingerprint = hash('sha256', idempotency_key, 'buffer');
    print(`sent ${tenantId} ${idempotency_key}`);
    const outcome = await log
      .append(anAppend(tenantId, { idempotency_key, fingerprint, series: 'W-' }))
      .catch(() => undefined); // a connection was ended: the next order follows
    if (outcome?.kind === 'appended') print(`got ${idempotency_key} ${outcome.event.number}`);
  }
}
await Promise.all(Array.from({ length: Number(clients) }, client));

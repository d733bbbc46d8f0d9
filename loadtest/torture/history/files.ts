/** The files of a recorded run: the history, the final log, and the facts of the run. */
import { createReadStream } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ask, connected } from '../../kit/postgres/connected.ts';
import type { Entry, Epoch, LogEvent, Recorded, RunFacts } from './entry.ts';
import { HISTORY_FILE } from './recorder.ts';

const LOG_FILE = 'log.ndjson';
const FACTS_FILE = 'run.json';

export interface RecordedRun {
  history: Recorded[];
  log: LogEvent[];
  facts: RunFacts;
}

/** Reads a recorded run. @throws {Error} the folder holds none */
export async function readRun(folder: string): Promise<RecordedRun> {
  const history: Recorded[] = [];
  await eachLine(join(folder, HISTORY_FILE), (line, at) =>
    history.push({ ...(JSON.parse(line) as Entry), at }),
  );
  const log: LogEvent[] = [];
  await eachLine(join(folder, LOG_FILE), (line) => log.push(JSON.parse(line) as LogEvent));
  const facts = JSON.parse(await readFile(join(folder, FACTS_FILE), 'utf8')) as RunFacts;
  return { history, log, facts };
}

/** The given lines of the history, as they were written. */
export async function linesOf(folder: string, numbers: ReadonlySet<number>): Promise<Map<number, string>> {
  const found = new Map<number, string>();
  await eachLine(join(folder, HISTORY_FILE), (line, at) => {
    if (numbers.has(at)) found.set(at, line);
  });
  return found;
}

async function eachLine(file: string, onLine: (line: string, at: number) => void): Promise<void> {
  let at = 0;
  for await (const line of createInterface({ input: createReadStream(file) })) {
    at += 1;
    if (line !== '') onLine(line, at);
  }
}

export const writeFacts = (folder: string, facts: RunFacts): Promise<void> =>
  writeFile(join(folder, FACTS_FILE), `${JSON.stringify(facts, undefined, 2)}\n`);

/** The epochs of the final log, behind the first one. */
export async function readEpochs(databaseUrl: string): Promise<Epoch[]> {
  const rows = await ask<Record<'after' | 'kept' | 'reason', string>>(
    databaseUrl,
    `SELECT after_position AS after, kept_position AS kept, reason
       FROM log_epochs WHERE reason <> 'first' ORDER BY epoch`,
  );
  return rows.map(({ after, kept, reason }) => ({
    afterPosition: Number(after),
    keptPosition: Number(kept),
    reason,
  }));
}

/**
 * Writes the final log, read from Postgres without any code of the server.
 *
 * @param tenants their ids; an event names its tenant by the index
 */
export async function writeLog(
  folder: string,
  databaseUrl: string,
  tenants: readonly string[],
): Promise<void> {
  await connected(databaseUrl, async (client) => {
    const { rows } = await client.query<Row>(EVENTS, [tenants]);
    const lines = rows.map(({ tenant, ...row }) =>
      JSON.stringify({
        ...row,
        position: Number(row.position),
        tenant: tenants.indexOf(tenant),
        data: JSON.parse(row.data) as LogEvent['data'],
      } satisfies LogEvent),
    );
    await writeFile(join(folder, LOG_FILE), `${lines.join('\n')}\n`);
  });
}

type Row = Omit<LogEvent, 'position' | 'tenant' | 'data'> & {
  position: string;
  tenant: string;
  data: string;
};

// Sorted outside of the indexes too: a broken index must not hide a row.
const EVENTS = `
  SELECT position, tenant_id::text AS tenant, 'ord_' || replace(order_id::text, '-', '') AS "order",
         'evt_' || replace(event_id::text, '-', '') AS id, version, type, data::text AS data,
         idempotency_key AS key, encode(fingerprint, 'hex') AS fingerprint,
         to_char(recorded_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "recordedAt"
    FROM events
   WHERE tenant_id = ANY ($1::uuid[])
   ORDER BY position, event_id`;

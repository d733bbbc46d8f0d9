/**
 * Lines of a log, held to the rules and written by the batch: one is written while the next is
 * read.
 */
import { type DatabaseTransactionConnection, UniqueIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import { type ReadLine, createRules } from './import-rules.ts';
import { LogFileError, type LogLine } from './log-file.ts';
import { SEPARATOR, statement } from '../statement.ts';

/** Events a statement, and UTF-16 code units of them: what bounds the memory. */
const EVENTS_MAX = 500;
const LENGTH_MAX = 8 * 1024 * 1024;

const insertEvents = statement('archive/import-events', z.object({}));

export interface Batches {
  /** @throws {LogFileError} of this line, or of one before it */
  add: (read: ReadLine) => Promise<void>;
  /** Writes what is left. */
  end: () => Promise<void>;
  /**
   * Resolves when nothing is being written any more.
   *
   * @throws {LogFileError} of a line that was being written
   */
  settled: () => Promise<void>;
}

export function createBatches(transaction: DatabaseTransactionConnection): Batches {
  const rules = createRules();
  let batch: ReadLine[] = [];
  let length = 0;
  let writing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const lines = batch;
    batch = [];
    length = 0;
    if (lines.length === 0) return;
    if (!rules.knows(lines)) {
      await writing;
      await rules.recall(transaction, lines);
    }
    rules.apply(lines);
    await writing;
    writing = insert(transaction, lines);
    writing.catch(() => {}); // it is waited for by the next batch, or at the end
  }

  return {
    async add(read) {
      batch.push(read);
      length += read.line.data.length;
      if (batch.length === EVENTS_MAX || length > LENGTH_MAX) await flush();
    },
    async end() {
      await flush();
      await writing;
    },
    settled: () => writing,
  };
}

async function insert(transaction: DatabaseTransactionConnection, batch: readonly ReadLine[]): Promise<void> {
  const column = <K extends keyof LogLine>(name: K) => batch.map(({ line }) => line[name]);
  try {
    await transaction.query(
      insertEvents(
        column('partition'),
        column('position'),
        column('tenant_id'),
        column('order_id'),
        column('version'),
        column('event_id'),
        column('type'),
        column('schema_version'),
        column('data').join(SEPARATOR),
        column('idempotency_key'),
        column('fingerprint'),
        column('recorded_at'),
        column('traceparent'),
        column('key_id'),
      ),
    );
  } catch (error) {
    if (!(error instanceof UniqueIntegrityConstraintViolationError)) throw error;
    const isKey = error.constraint === 'events_idempotency_key_unique';
    const what = isKey
      ? 'idempotency_key: a tenant has this key already'
      : 'version: an order has this version already';
    throw new LogFileError(`${placeOf(error, batch, isKey)}: ${what}.`, { cause: error });
  }
}

/** Postgres names the values that are there already: `(idempotency_key, …)=(first-order, …)`. */
function placeOf(error: Error, batch: readonly ReadLine[], isKey: boolean): string {
  const { detail = '' } = error.cause as { detail?: string };
  const [, key, tenant] = /=\((.*), ([0-9a-f-]{36}), \d+\)/.exec(isKey ? detail : '') ?? [];
  const found = batch.findLast(({ line }) => line.idempotency_key === key && line.tenant_id === tenant);
  return found === undefined
    ? `Lines ${batch[0]?.number} to ${batch.at(-1)?.number}`
    : `Line ${found.number}`;
}

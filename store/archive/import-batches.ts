/** Checks lines of a log against the rules, and inserts them in batches while it reads on. */
import { type DatabaseTransactionConnection, UniqueIntegrityConstraintViolationError } from 'slonik';
import { z } from 'zod';
import type { ImportedLinks } from './import-links.ts';
import type { ImportedPersonal } from './import-personal.ts';
import { type ReadLine, createRules } from './import-rules.ts';
import { LogFileError, type LogLine } from './log-file.ts';
import { SEPARATOR, statement } from '../statement.ts';

/** Limits of one statement, in events and in UTF-16 code units. They bound the memory. */
const BATCH_EVENTS_MAX = 500;
const BATCH_LENGTH_MAX = 8 * 1024 * 1024;

const insertEvents = statement('archive/import-events', z.object({}));

export interface Batches {
  /** @throws {LogFileError} this line, or an earlier one, is refused */
  add: (read: ReadLine) => Promise<void>;
  /** Inserts the last batch. */
  end: () => Promise<void>;
  /**
   * Resolves when no insert runs.
   *
   * @throws {LogFileError} the running insert was refused
   */
  settled: () => Promise<void>;
}

export function createBatches(
  transaction: DatabaseTransactionConnection,
  personal: ImportedPersonal,
  links: Pick<ImportedLinks, 'link'>,
): Batches {
  const rules = createRules(personal);
  let batch: ReadLine[] = [];
  let length = 0;
  let writing: Promise<void> = Promise.resolve();

  async function flush(): Promise<void> {
    const lines = batch;
    batch = [];
    length = 0;
    if (lines.length === 0) return;
    if (!rules.hasOrdersOf(lines)) {
      await writing;
      await rules.loadOrdersOf(transaction, lines);
    }
    rules.apply(lines);
    await writing;
    writing = write(lines);
    writing.catch(() => {}); // thrown by the next await of `writing`
  }

  async function write(lines: ReadLine[]): Promise<void> {
    await personal.seal(lines);
    await insert(
      transaction,
      lines,
      lines.map(({ line }) => links.link(line)),
    );
    await personal.noteTerms(lines);
  }

  return {
    async add(read) {
      batch.push(read);
      length += read.line.data.length;
      if (batch.length === BATCH_EVENTS_MAX || length > BATCH_LENGTH_MAX) await flush();
    },
    async end() {
      await flush();
      await writing;
    },
    settled: () => writing,
  };
}

async function insert(
  transaction: DatabaseTransactionConnection,
  batch: readonly ReadLine[],
  links: readonly string[],
): Promise<void> {
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
        column('number').map((number) => number ?? null),
        column('claim').map((claim) => claim ?? null),
        [...links],
      ),
    );
  } catch (error) {
    if (!(error instanceof UniqueIntegrityConstraintViolationError)) throw error;
    const { member, fault } = DUPLICATES[constraintOf(error)] ?? {
      member: 'version',
      fault: 'an order has this version already',
    };
    throw new LogFileError(`${linesOf(error, batch, member)}: ${member}: ${fault}.`, { cause: error });
  }
}

type Unique = 'idempotency_key' | 'number' | 'claim' | 'version';

/** The constraint that refused a row. Citus adds the number of a shard to its name. */
const constraintOf = ({ constraint }: UniqueIntegrityConstraintViolationError): string =>
  (constraint ?? '').replace(/_\d{6,}$/, '');

/** The faults of values that exist once in a tenant, by the name of their index. */
const DUPLICATES: Record<string, { member: Unique; fault: string }> = {
  events_idempotency_key_unique: { member: 'idempotency_key', fault: 'a tenant has this key already' },
  events_number_unique: { member: 'number', fault: 'a tenant has an order with this number already' },
  events_claim_unique: { member: 'claim', fault: 'a tenant has an event with this claim already' },
};

/** The line of a duplicate, which Postgres names: `(idempotency_key, …)=(first-order, …)`. */
function linesOf(error: Error, batch: readonly ReadLine[], member: Unique): string {
  const { detail = '' } = error.cause as { detail?: string };
  const [, value, tenant] = /=\((.*), ([0-9a-f-]{36}), \d+\)/.exec(detail) ?? [];
  const found = batch.findLast(({ line }) => line[member] === value && line.tenant_id === tenant);
  return found === undefined
    ? `Lines ${batch[0]?.number} to ${batch.at(-1)?.number}`
    : `Line ${found.number}`;
}

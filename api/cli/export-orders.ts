/**
 * Exports the orders of a tenant.
 *
 * From the read table, not over HTTP: it needs no API key, uses no quota, and works while the API
 * is stopped, as `log export` does.
 */
import { createWriteStream } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import {
  type CliArguments,
  type CliContext,
  type CliOutput,
  CommandError,
  UsageError,
  quoted,
} from '../../command-line/command.ts';
import { readOrdersPage } from '../../projections/orders-page.ts';
import { ordersProjection } from '../../projections/orders.ts';
import { createReadAfter } from '../../projections/read-after.ts';
import { tenantFrom } from '../../store/cli/tenant-from.ts';
import { toId } from '../../store/ids.ts';
import { progressOf } from '../../store/partitions.ts';
import { type PersonalData, createPersonalData } from '../../store/personal/personal-data.ts';
import type { DatabasePool } from '../../store/pool.ts';
import { createKeyring } from '../../store/secrets/keyring.ts';
import { type Tenant, listTenants } from '../../store/tenants.ts';
import { parseStates } from '../lists/stored-orders.ts';
import { orderDocument } from '../v2/documents.ts';
import { ORDERS_CSV_HEADER, orderCsvLine } from '../v2/orders-csv.ts';

/** Orders that one statement reads; a page also ends at 1 MiB. */
const PAGE_ORDERS_MAX = 500;
/** The list is a moment behind the log. Longer: the projector does not run. */
const CATCH_UP_MS_MAX = 30_000;

type Format = 'csv' | 'ndjson';

/** @throws {CommandError} several tenants and none named, or FILE cannot be written */
export async function exportOrders(
  { values }: CliArguments,
  context: CliContext,
): Promise<CliOutput | undefined> {
  const file = values['file'] ?? '-';
  const format = formatFrom(values['format'], file);
  const pool = await context.database();
  const tenant = await tenantOf(pool, values['tenant']);
  await requireCurrent(pool, tenant);
  const personal = createPersonalData(pool, createKeyring(context.personalKeys(), 'personal'));
  const texts = exported(pool, tenant, format, personal);
  const orders = file === '-' ? await print(texts, context) : await save(texts, file);
  if (file === '-') return undefined;
  return {
    data: { tenant_id: toId('ten', tenant.tenant_id), file, format, orders },
    text: `Wrote ${orders} orders of tenant ${quoted(tenant.name)} to ${file}.`,
  };
}

function formatFrom(given: string | undefined, file: string): Format {
  const format = given ?? (/\.(?:ndjson|jsonl)$/.test(file) ? 'ndjson' : 'csv');
  if (format === 'csv' || format === 'ndjson') return format;
  throw new UsageError(`--format must be csv or ndjson, not ${quoted(format)}.`);
}

async function tenantOf(pool: DatabasePool, given: string | undefined): Promise<Tenant> {
  if (given !== undefined) return tenantFrom(pool, given);
  const tenants = await listTenants(pool);
  const live = tenants.filter(({ mode }) => mode === 'live');
  const [tenant, another] = live.length > 0 ? live : tenants;
  if (tenant === undefined)
    throw new CommandError('No tenants yet. To create one: npx holdfast tenants create NAME');
  if (another === undefined) return tenant;
  throw new CommandError(
    'This installation has several tenants. Name one with --tenant. See npx holdfast tenants list',
  );
}

/** @throws {CommandError} the list lacks events that the log has */
async function requireCurrent(pool: DatabasePool, { partition, tenant_id: tenantId }: Tenant): Promise<void> {
  const consumer = ordersProjection.name;
  const { head, applied } = await progressOf(pool, partition, consumer);
  if (applied >= head) return;
  const awaited = { partition, consumer, position: head };
  const reached = await createReadAfter(pool).wait(awaited, { tenantId, timeoutMs: CATCH_UP_MS_MAX });
  if (reached === 'reached') return;
  throw new CommandError(
    'The list of orders is behind the log, and does not catch up. Start Holdfast, or see npx holdfast projections status',
  );
}

/** The texts of the export, each with the number of orders in it. */
async function* exported(
  pool: DatabasePool,
  { partition, tenant_id: tenantId }: Tenant,
  format: Format,
  personal: PersonalData,
): AsyncGenerator<{ text: string; orders: number }> {
  if (format === 'csv') yield { text: ORDERS_CSV_HEADER, orders: 0 };
  const query = { partition, tenantId, direction: 'asc', limit: PAGE_ORDERS_MAX } as const;
  for (let from: number | null | undefined; from !== null;) {
    const { documents, next } = await readOrdersPage(pool, { ...query, from });
    const states = await personal.openOrders(partition, parseStates(documents));
    const lines = states.map(
      format === 'csv' ? orderCsvLine : (state) => `${JSON.stringify(orderDocument(state))}\n`,
    );
    yield { text: lines.join(''), orders: states.length };
    from = next;
  }
}

type Texts = ReturnType<typeof exported>;

async function print(texts: Texts, { write }: CliContext): Promise<number> {
  let count = 0;
  for await (const { text, orders } of texts) {
    await write(text);
    count += orders;
  }
  return count;
}

/** @returns the number of orders */
async function save(texts: Texts, file: string): Promise<number> {
  let count = 0;
  async function* counted() {
    for await (const { text, orders } of texts) {
      count += orders;
      yield text;
    }
  }
  // The orders contain personal data: only the owner may read the file.
  const output: Writable = createWriteStream(file, { mode: 0o600 });
  try {
    await pipeline(counted, output);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (path === undefined) throw error;
    throw new CommandError(`--file: ${quoted(file)} cannot be written (${code}).`, { cause: error });
  }
  return count;
}

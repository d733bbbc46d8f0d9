/**
 * Checks an imported log against the rules: each event must be the event that its command produces
 * for the order before it (domain/order/decide.ts).
 */
import type { EventOf } from '../../domain/order/events.ts';
import { fingerprintOfErasure } from '../personal/erasure-request.ts';
import { type Opened, isFromRequest } from '../personal/personal-data.ts';
import type { ImportedPersonal } from './import-personal.ts';
import { isDeepStrictEqual } from 'node:util';
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import { claimOf } from '../../domain/order/claims.ts';
import { decide } from '../../domain/order/decide.ts';
import { EVENT_SCHEMAS, type OrderEvent, type RecordedEvent } from '../../domain/order/events.ts';
import { type OrderState, evolve } from '../../domain/order/order.ts';
import { fingerprint, requestOf } from '../../domain/order/request.ts';
import { upcast } from '../../domain/order/upcast.ts';
import type { Rejection } from '../../domain/rejection.ts';
import { toId } from '../ids.ts';
import { LogFileError, type LogLine } from './log-file.ts';
import { statement } from '../statement.ts';

/**
 * Orders in memory, in UTF-16 code units of their events: about 50,000 orders of common size. An
 * order that was evicted is folded again from its stream.
 */
const CACHE_LENGTH_MAX = 32 * 1024 * 1024;

const storedRow = z.object({
  tenant_id: z.uuid(),
  order_id: z.uuid(),
  event_id: z.uuid(),
  version: z.int(),
  type: z.string(),
  schema_version: z.int(),
  data: z.string(),
});
const readStreams = statement('archive/import-streams', storedRow);

/** A line with its number, and its event at the current version of its schema. */
export interface ReadLine extends Opened {
  number: number;
  line: LogLine;
  /** With its personal members open. */
  event: OrderEvent;
  /** Of the order before the event; the rules set them. */
  customer_id?: string | null;
  email_before?: string | undefined;
  /** Whether the import sealed it. */
  is_sealed_here?: boolean;
}

/** An order in memory, and the length of its events. */
interface CachedOrder {
  state: OrderState;
  length: number;
}

export interface Rules {
  /** Whether all orders of these lines are in memory. */
  hasOrdersOf: (lines: readonly ReadLine[]) => boolean;
  /** Folds the missing orders from the table. It must hold all lines before these. */
  loadOrdersOf: (transaction: DatabaseTransactionConnection, lines: readonly ReadLine[]) => Promise<void>;
  /**
   * Checks lines and folds them into their orders.
   *
   * @throws {LogFileError} a line violates the rules
   */
  apply: (lines: readonly ReadLine[]) => void;
}

export function createRules(personal: Pick<ImportedPersonal, 'prepare' | 'open'>): Rules {
  /** By tenant and order, in the order of their last use. */
  const orders = new Map<string, CachedOrder>();
  let length = 0;

  const missing = (lines: readonly ReadLine[]): LogLine[] => {
    const wanted = new Map<string, LogLine>();
    /** Orders that these lines place. */
    const placed = new Set<string>();
    for (const { line } of lines) {
      const key = keyOf(line);
      if (line.version === 1) placed.add(key);
      else if (!orders.has(key) && !placed.has(key)) wanted.set(key, line);
    }
    return [...wanted.values()];
  };
  const keep = (key: string, next: CachedOrder, before: CachedOrder | undefined) => {
    length += next.length - (before?.length ?? 0);
    orders.delete(key);
    orders.set(key, next);
  };

  return {
    hasOrdersOf: (lines) => missing(lines).length === 0,
    async loadOrdersOf(transaction, lines) {
      const wanted = missing(lines);
      const rows: z.output<typeof storedRow>[] = [];
      for (const [partition, some] of Map.groupBy(wanted, (line) => line.partition)) {
        const tenants = some.map(({ tenant_id }) => tenant_id);
        const ids = some.map(({ order_id }) => order_id);
        rows.push(...(await transaction.any(readStreams(tenants, ids, partition))));
      }
      await personal.prepare(rows.map(({ data }) => data));
      for (const row of rows) {
        const key = keyOf(row);
        const before = orders.get(key);
        const opened = upcast(row.type, row.schema_version, JSON.parse(row.data));
        personal.open(opened);
        const event = recorded(opened, row);
        const state = evolve(before?.state ?? null, event);
        keep(key, { state, length: (before?.length ?? 0) + row.data.length }, before);
      }
    },
    apply(lines) {
      for (const read of lines) {
        const key = keyOf(read.line);
        const before = orders.get(key);
        if (read.event.type === 'CustomerErased') {
          checkErasure(read, read.event.data);
          continue;
        }
        read.customer_id = before?.state.order.customer_id ?? null;
        read.email_before = before?.state.order.email;
        const state = checkedState(before, read);
        keep(key, { state, length: (before?.length ?? 0) + read.line.data.length }, before);
      }
      for (const [key, oldest] of orders) {
        if (length <= CACHE_LENGTH_MAX) return;
        orders.delete(key);
        length -= oldest.length;
      }
    },
  };
}

const keyOf = ({ tenant_id, order_id }: { tenant_id: string; order_id: string }) => tenant_id + order_id;

function recorded(
  event: OrderEvent,
  at: { order_id: string; event_id: string; version: number },
): RecordedEvent {
  const order_id = toId('ord', at.order_id);
  // The rules use no times; the ids of payments and holds are those of their events. Without bytes,
  // the orders of a release that took more changes can be imported.
  return {
    ...event,
    event_id: toId('evt', at.event_id),
    order_id,
    version: at.version,
    recorded_at: '',
    key_id: null,
    number: null,
    bytes: 0,
  };
}

/**
 * @returns the order after the event
 * @throws {LogFileError} the rules refuse the event or produce another one
 */
function checkedState(before: CachedOrder | undefined, read: ReadLine): OrderState {
  const { number, line, event } = read;
  const state = before?.state ?? null;
  const id = toId('ord', line.order_id);
  const refusal = (reason: string) => new LogFileError(`Line ${number}: ${reason}`);
  const version = (state?.order.version ?? 0) + 1;
  if (line.version !== version) {
    const hint =
      state === null ? ' An import needs the first events of all orders: export the log without --from.' : '';
    throw refusal(`version: is ${line.version}, but the next version of ${id} is ${version}.${hint}`);
  }
  if (line.number !== undefined && event.type !== 'OrderPlaced')
    throw refusal(`number: only OrderPlaced can have one, and this is ${line.type} of ${id}.`);
  const happened = recorded(event, line);
  const request = requestOf(happened);
  const isOlder = line.schema_version < EVENT_SCHEMAS[event.type].version;
  const decision = decide(isOlder ? underFirstRules(state) : state, request);
  if ('rejection' in decision)
    throw refusal(`${line.type} of ${id} is against the rules: ${reasonOf(decision.rejection)}`);
  const expected = isOlder ? sharedWith(event.data, decision.event.data) : decision.event.data;
  const differs = difference(expected, event.data, 'data');
  if (differs !== undefined) throw refusal(`${differs} in ${line.type} of ${id}.`);
  const stored = { ...read, fingerprint: Buffer.from(line.fingerprint, 'hex') };
  // That of an erased request cannot be checked: its key is gone.
  if (isFromRequest(stored, fingerprint(request)) === false)
    throw refusal(`fingerprint: does not match ${line.type} of ${id}. The request or the event was changed.`);
  if ((line.claim ?? null) !== claimOf(request))
    throw refusal(`claim: must be the value that the rules produce in ${line.type} of ${id}.`);
  return evolve(state, happened);
}

/** An erasure has a stream of its own, with this one event. */
function checkErasure({ number, line }: ReadLine, data: EventOf<'CustomerErased'>['data']): void {
  if (line.version !== 1) throw new LogFileError(`Line ${number}: version: must be 1 for an erasure.`);
  if (fingerprintOfErasure(data).toString('hex') !== line.fingerprint)
    throw new LogFileError(`Line ${number}: fingerprint: does not match the erasure.`);
}

/** The first release shipped what was once paid, whatever was refunded since. */
function underFirstRules(state: OrderState | null): OrderState | null {
  if (state === null || state.order.amount_paid < state.order.total) return state;
  return { ...state, order: { ...state.order, payment_terms: 'open' } };
}

/** The members that an older event has as well: the rules of then computed no others. */
function sharedWith(given: object, expected: object): object {
  return Object.fromEntries(Object.entries(expected).filter(([name]) => name in given));
}

function reasonOf({ code, detail, errors = [] }: Rejection): string {
  const details = errors.map(({ pointer, detail: what }) => `data${pointer} ${what}`);
  return [`${code}.`, detail, ...(details.length > 0 ? [`${details.join('; ')}.`] : [])].join(' ');
}

/**
 * The first member that differs from what the rules produce. Shows the expected value of numbers,
 * line ids and currencies only: other values may be personal data.
 */
function difference(expected: unknown, given: unknown, path: string): string | undefined {
  if (isDeepStrictEqual(expected, given)) return undefined;
  const isPart = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!isPart(expected) || !isPart(given)) {
    const isShown = typeof expected === 'number' || /\/id$|\/currency$/.test(path);
    return `${path}: must be ${isShown ? String(expected) : 'the value that the rules produce'}`;
  }
  for (const name of new Set([...Object.keys(expected), ...Object.keys(given)])) {
    const found = difference(expected[name], given[name], `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return `${path}: must be the value that the rules produce`;
}

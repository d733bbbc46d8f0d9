/**
 * Holds a log that is imported to the rules: each event must be the one that its command makes of
 * the order as it stood (domain/order/decide.ts).
 */
import { isDeepStrictEqual } from 'node:util';
import type { DatabaseTransactionConnection } from 'slonik';
import { z } from 'zod';
import { decide } from '../../domain/order/decide.ts';
import type { OrderEvent, RecordedEvent } from '../../domain/order/events.ts';
import { HISTORY_LENGTH_MAX, type OrderState, evolve } from '../../domain/order/order.ts';
import { fingerprint, requestOf } from '../../domain/order/request.ts';
import { upcast } from '../../domain/order/upcast.ts';
import type { Rejection } from '../../domain/rejection.ts';
import { toId } from '../ids.ts';
import { LogFileError, type LogLine } from './log-file.ts';
import { statement } from '../statement.ts';

/**
 * UTF-16 code units of events whose orders are kept in memory: some 50,000 orders of common size.
 * The stream of an order that has left it is read again.
 */
const KEPT_LENGTH_MAX = 32 * 1024 * 1024;

const storedRow = z.object({
  tenant_id: z.uuid(),
  order_id: z.uuid(),
  version: z.int(),
  type: z.string(),
  schema_version: z.int(),
  data: z.string(),
});
const readStreams = statement('archive/import-streams', storedRow);

/** A line with its number, and its event as the current schema has it. */
export interface ReadLine {
  number: number;
  line: LogLine;
  event: OrderEvent;
}

/** An order, and the length of its events. */
interface Kept {
  state: OrderState;
  length: number;
}

export interface Rules {
  /** Whether the orders of these lines are at hand. */
  knows: (lines: readonly ReadLine[]) => boolean;
  /** Reads those that are not. All lines before these must be in the table. */
  recall: (transaction: DatabaseTransactionConnection, lines: readonly ReadLine[]) => Promise<void>;
  /**
   * Folds lines into their orders.
   *
   * @throws {LogFileError} the rules would have refused one of them
   */
  apply: (lines: readonly ReadLine[]) => void;
}

export function createRules(): Rules {
  /** By tenant and order; the one that was met last is the last. */
  const orders = new Map<string, Kept>();
  let length = 0;

  const missing = (lines: readonly ReadLine[]): LogLine[] => {
    const wanted = new Map<string, LogLine>();
    /** By these very lines. */
    const placed = new Set<string>();
    for (const { line } of lines) {
      const key = keyOf(line);
      if (line.version === 1) placed.add(key);
      else if (!orders.has(key) && !placed.has(key)) wanted.set(key, line);
    }
    return [...wanted.values()];
  };
  const keep = (key: string, next: Kept, before: Kept | undefined) => {
    length += next.length - (before?.length ?? 0);
    orders.delete(key);
    orders.set(key, next);
  };

  return {
    knows: (lines) => missing(lines).length === 0,
    async recall(transaction, lines) {
      const wanted = missing(lines);
      const rows = await transaction.any(
        readStreams(
          wanted.map(({ tenant_id }) => tenant_id),
          wanted.map(({ order_id }) => order_id),
        ),
      );
      for (const row of rows) {
        const key = keyOf(row);
        const before = orders.get(key);
        const event = recorded(upcast(row.type, row.schema_version, JSON.parse(row.data)), row);
        const state = evolve(before?.state ?? null, event);
        keep(key, { state, length: (before?.length ?? 0) + row.data.length }, before);
      }
    },
    apply(lines) {
      for (const read of lines) {
        const key = keyOf(read.line);
        const before = orders.get(key);
        const state = judge(before, read);
        keep(key, { state, length: (before?.length ?? 0) + read.line.data.length }, before);
      }
      for (const [key, kept] of orders) {
        if (length <= KEPT_LENGTH_MAX) return;
        orders.delete(key);
        length -= kept.length;
      }
    },
  };
}

const keyOf = ({ tenant_id, order_id }: { tenant_id: string; order_id: string }) => tenant_id + order_id;

function recorded(event: OrderEvent, at: { order_id: string; version: number }): RecordedEvent {
  const order_id = toId('ord', at.order_id);
  // The rules know neither times nor ids of events.
  return { ...event, event_id: '', order_id, version: at.version, recorded_at: '', key_id: null };
}

/** @returns the order after the event */
function judge(before: Kept | undefined, { number, line, event }: ReadLine): OrderState {
  const state = before?.state ?? null;
  const id = toId('ord', line.order_id);
  const refuse = (words: string) => new LogFileError(`Line ${number}: ${words}`);
  const version = (state?.order.version ?? 0) + 1;
  if (line.version !== version) {
    const hint =
      state === null
        ? ' A log without the beginning of its orders cannot be imported: export it without --from.'
        : '';
    throw refuse(`version: is ${line.version}, and ${id} comes to version ${version} here.${hint}`);
  }
  const happened = recorded(event, line);
  const request = requestOf(happened);
  const decision = decide(state, request);
  if ('rejection' in decision)
    throw refuse(`${line.type} of ${id} is against the rules: ${wordsOf(decision.rejection)}`);
  if (event.type === 'OrderUpdated' && (before?.length ?? 0) > HISTORY_LENGTH_MAX)
    throw refuse(`${line.type} of ${id} is against the rules: order_history_full.`);
  const differs = difference(decision.event.data, event.data, 'data');
  if (differs !== undefined) throw refuse(`${differs} in ${line.type} of ${id}.`);
  if (fingerprint(request).toString('hex') !== line.fingerprint)
    throw refuse(`fingerprint: is not that of ${line.type} of ${id}. The request or the event was changed.`);
  return evolve(state, happened);
}

function wordsOf({ code, detail, errors = [] }: Rejection): string {
  const places = errors.map(({ pointer, detail: what }) => `data${pointer} ${what}`);
  return [`${code}.`, detail, ...(places.length > 0 ? [`${places.join('; ')}.`] : [])].join(' ');
}

/**
 * Where data are not what the rules make: numbers and ids of lines by value, what is of persons by
 * its place alone.
 */
function difference(made: unknown, given: unknown, path: string): string | undefined {
  if (isDeepStrictEqual(made, given)) return undefined;
  const isPart = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null;
  if (!isPart(made) || !isPart(given)) {
    const isTold = typeof made === 'number' || /\/id$|\/currency$/.test(path);
    return `${path}: must be ${isTold ? String(made) : 'what the rules make of the order before'}`;
  }
  for (const name of new Set([...Object.keys(made), ...Object.keys(given)])) {
    const found = difference(made[name], given[name], `${path}/${name}`);
    if (found !== undefined) return found;
  }
  return `${path}: must be what the rules make of the order before`;
}

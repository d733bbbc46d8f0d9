/** Parses a line of history: an order, and its records in their sequence. */
import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import { parseJson } from '../../json/parse.ts';
import { type Named, RECORD_KINDS, type RecordName, recordKind } from './record-kinds.ts';
import { type Reason, invalidLine, reasonOfFault } from './refusal.ts';

export interface HistoryRecord {
  name: RecordName;
  /** The body of its operation, without the ordinal. */
  body: Record<string, unknown>;
  /** Ordinal of the record that it names, from 1. */
  names: number | undefined;
}

export interface HistoryOrder {
  reference: string;
  /** Milliseconds since 1970. */
  orderedAtMs: number;
  /** The body of `PlaceOrder`. */
  order: Record<string, unknown>;
  records: HistoryRecord[];
}

/** A line that is refused without the server. */
export interface InvalidLine {
  reference: string | null;
  reason: Reason;
}

const BYTE_ORDER_MARK = '\uFEFF';

const lineSchema = z.strictObject({
  order: z.looseObject({
    reference: z.string('is required: it names the order in every run').min(1, 'must not be empty'),
    ordered_at: z.iso.datetime({
      offset: true,
      error: 'is required: a time such as 2026-11-25T10:00:00Z',
    }),
  }),
  records: z.array(z.record(z.string(), z.looseObject({}, 'must be an object'))).default([]),
});

/** @param bytes of the line; `undefined` if it is too long to be read */
export function parseHistoryLine(bytes: Buffer | undefined): HistoryOrder | InvalidLine {
  if (bytes === undefined) return { reference: null, reason: invalidLine('The line has more than 4 MiB.') };
  if (!isUtf8(bytes)) return { reference: null, reason: invalidLine('The line is not UTF-8 text.') };
  const text = bytes.toString('utf8');
  let value: unknown;
  try {
    value = parseJson(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
  } catch (error) {
    return { reference: null, reason: reasonOfFault(error) };
  }
  const parsed = lineSchema.safeParse(value);
  const reference = referenceIn(value);
  if (!parsed.success) {
    const detail = 'A line must have an order with reference and ordered_at, and may have records.';
    return { reference, reason: invalidLine(detail, parsed.error.issues.flatMap(errorsOf)) };
  }
  const { order } = parsed.data;
  const records = recordsOf(parsed.data.records);
  if ('errors' in records)
    return { reference, reason: invalidLine('Invalid records, see errors.', records.errors) };
  return {
    reference: order.reference,
    orderedAtMs: Date.parse(order.ordered_at),
    order,
    records: records.records,
  };
}

/** The reference of a line that may be invalid, for the report. */
function referenceIn(value: unknown): string | null {
  const reference = (value as { order?: { reference?: unknown } | null }).order?.reference;
  return typeof reference === 'string' ? reference : null;
}

const pointerTo = (path: readonly PropertyKey[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');

function errorsOf(issue: z.core.$ZodIssue): Reason['errors'] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ pointer: pointerTo([...issue.path, key]), detail: 'unknown field' }));
  return [
    { pointer: pointerTo(issue.path), detail: issue.message.replace(/^Invalid input: expected/, 'must be') },
  ];
}

const NAMES = Object.keys(RECORD_KINDS).join(', ');
const isRecordName = (name: string | undefined): name is RecordName =>
  name !== undefined && Object.hasOwn(RECORD_KINDS, name);

type Records = { records: HistoryRecord[] } | { errors: Reason['errors'] };

function recordsOf(given: readonly Record<string, Record<string, unknown>>[]): Records {
  const records: HistoryRecord[] = [];
  const errors: Reason['errors'] = [];
  const counts: Record<Named, number> = { authorization: 0, payment: 0, hold: 0 };
  for (const [index, record] of given.entries()) {
    const [name, ...others] = Object.keys(record);
    if (!isRecordName(name) || others.length > 0) {
      errors.push({ pointer: `/records/${index}`, detail: `must have one member of ${NAMES}` });
      continue;
    }
    const { names } = recordKind(name);
    const { [names?.kind ?? '']: ordinal, ...rest } = record[name]!;
    const body = names === undefined ? record[name]! : rest;
    const isOptional = names?.member !== undefined;
    if (
      names !== undefined &&
      !(ordinal === undefined && isOptional) &&
      !isOrdinal(ordinal, counts[names.kind])
    ) {
      const detail = `must be the number of ${aKind(names.kind)} before it in this line, from 1`;
      errors.push({ pointer: `/records/${index}/${name}/${names.kind}`, detail });
    }
    records.push({ name, body, names: ordinal as number | undefined });
    if (name in counts) counts[name as Named] += 1;
  }
  return errors.length > 0 ? { errors } : { records };
}

const isOrdinal = (value: unknown, last: number): boolean =>
  Number.isInteger(value) && (value as number) >= 1 && (value as number) <= last;

const aKind = (kind: Named): string => (kind === 'authorization' ? 'an authorization' : `a ${kind}`);
